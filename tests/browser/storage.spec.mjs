// What may lie on the phone: nothing by itself, a draft by choice, the empty questionnaire for want of network. An attacker has the phone.
import { NOTHING, expect, kept, next, pick, scan, submit, test, toEnd } from "./service.mjs";

const offer = (page) => page.locator(".draft .second");

test("unasked, no answer is stored anywhere", async ({ page, zicha }) => {
  await scan(page, zicha);
  await next(page).click();
  await pick(page, "honor_pride", "frequent");
  const found = await kept(page);
  expect({ ...found, caches: [], workers: 0 }).toEqual(NOTHING);
});

test("a draft by choice holds the answers for a day, never the code, and comes back when asked for", async ({ page, zicha }) => {
  const code = await scan(page, zicha);
  await next(page).click();
  await pick(page, "honor_pride", "frequent");
  await expect(page.locator(".draft")).toContainText("24 小时");
  await offer(page).click();
  await expect(page.locator(".draft")).toContainText("已暂存在本机，保留到");
  await pick(page, "honor_brand", "isolated");
  const stored = await page.evaluate(() => JSON.stringify(localStorage));
  expect(stored).toContain("honor_pride");
  expect(stored).toContain("honor_brand");
  expect(stored).not.toContain(code);
  expect(stored).not.toContain(code.slice(0, 5));
  expect(stored).not.toContain("code");

  await page.reload();
  expect(await page.locator("input:checked").count()).toBe(0);
  await expect(page.locator(".waiting")).toContainText("填写码没有暂存");
  await page.locator(".waiting button:not(.second)").click();
  await expect(page.locator('#q-honor_pride input[value="frequent"]')).toBeChecked();
  await expect(page.locator('#q-honor_brand input[value="isolated"]')).toBeChecked();
  await expect(page.locator("#code")).toHaveValue("");

  await page.locator("#code").fill(code);
  await toEnd(page);
  await submit(page);
  await expect(page.locator("h1")).toHaveText("已收到，已投入票箱");
  await expect.poll(() => kept(page)).toEqual(NOTHING);
});

test("a draft can be cleared, before and after a reload", async ({ page, zicha }) => {
  await scan(page, zicha);
  await next(page).click();
  await pick(page, "honor_pride", "frequent");
  await offer(page).click();
  await offer(page).click();
  await expect(page.locator(".draft")).toContainText("已清除");
  expect((await kept(page)).local).toEqual([]);
  await offer(page).click();
  await page.reload();
  await page.locator(".waiting .second").click();
  await expect(page.locator(".waiting")).toHaveCount(0);
  expect((await kept(page)).local).toEqual([]);
});

test("a draft is gone after 24 hours, from whichever page is opened then", async ({ page, zicha }) => {
  await page.clock.install();
  await scan(page, zicha);
  await next(page).click();
  await pick(page, "honor_pride", "frequent");
  await offer(page).click();
  await page.clock.fastForward("23:59:00");
  await page.reload();
  await expect(page.locator(".waiting")).toBeVisible();
  await page.clock.fastForward("00:02:00");
  await page.goto(zicha.url);
  await expect.poll(async () => (await kept(page)).local).toEqual([]);
});

test("an opened questionnaire survives a reload without network, and what is stored for that is what everybody gets", async ({ page, context, zicha }) => {
  await scan(page, zicha, "canteen");
  await expect.poll(() => page.evaluate(async () => (await (await caches.open("zicha-page")).keys()).length)).toBe(3);
  const stored = await page.evaluate(async () => {
    const cache = await caches.open("zicha-page");
    return Promise.all((await cache.keys()).map(async (request) => [new URL(request.url).pathname + new URL(request.url).search, await (await cache.match(request)).text()]));
  });
  for (const [path, text] of stored) {
    const fresh = await (await page.request.get(zicha.url + path)).text();
    expect(text).toBe(fresh);
  }
  expect(stored.map(([path]) => path.replace(/-[0-9a-f]{12}/, "")).sort()).toEqual(["/assets/r.css", "/assets/r.js", `/r/${zicha.rounds.canteen}`]);

  await context.setOffline(true);
  const code = zicha.slip("canteen");
  await page.goto(`${zicha.url}/r/${zicha.rounds.canteen}#${code}`);
  await page.reload();
  await expect(page.locator("#start")).toBeVisible();
  await expect(page.locator("html")).toHaveClass(/js/);
  expect(await page.locator("#form").evaluate((form) => getComputedStyle(form.querySelector(".card")).borderRadius)).toBe("12px");
  await context.setOffline(false);
  await page.locator("#code").fill(code);
  await next(page).click();
  await next(page).click();
  await pick(page, "visit_meal", "lunch");
  await toEnd(page);
  await submit(page);
  await expect(page.locator("h1")).toHaveText("已收到，已投入票箱");
  await expect.poll(() => kept(page)).toEqual(NOTHING);
  // With everything cleared, the questionnaire is gone without network, as it should be.
  await context.setOffline(true);
  await expect(page.goto(`${zicha.url}/r/${zicha.rounds.canteen}`)).rejects.toThrow();
});

test("a shared device is offered no draft, keeps nothing, and is ready for the next person in ten seconds", async ({ page, zicha }) => {
  await page.clock.install();
  await page.goto(`${zicha.url}/r/${zicha.rounds.canteen}?device=shared`);
  await expect(page.locator(".draft")).toHaveCount(0);
  await page.locator("#code").fill(zicha.slip("canteen"));
  await next(page).click();
  await next(page).click();
  await pick(page, "visit_meal", "lunch");
  expect(await kept(page)).toEqual(NOTHING);
  await toEnd(page);
  await submit(page);
  await expect(page.locator("h1")).toHaveText("已收到，已投入票箱");
  await expect(page.locator(".next")).toContainText("10 秒后自动回到空白问卷");
  expect(await kept(page)).toEqual(NOTHING);
  await page.clock.runFor(9_500);
  await expect(page.locator("h1")).toHaveText("已收到，已投入票箱");
  await page.clock.runFor(1_000);
  await expect(page.locator("#code")).toHaveValue("");
  await expect(page.locator("#start")).toBeVisible();
  expect(page.url()).toBe(`${zicha.url}/r/${zicha.rounds.canteen}?device=shared`);
  expect(await kept(page)).toEqual(NOTHING);
  await page.goBack().catch(() => {});
  expect(await page.locator("input:checked").count()).toBe(0);
});

test("a shared device that somebody walked away from asks, and is emptied a minute later", async ({ page, zicha }) => {
  await page.clock.install();
  await page.goto(`${zicha.url}/r/${zicha.rounds.canteen}?device=shared`);
  await next(page).click();
  await pick(page, "food_cold", "agree");
  await page.clock.runFor(181_000);
  await expect(page.locator(".leaving")).toContainText("还在填写吗");
  await page.locator(".leaving button").click();
  await expect(page.locator(".leaving")).toHaveCount(0);
  await page.clock.runFor(181_000);
  await page.clock.runFor(61_000);
  await expect(page.locator("#start")).toBeVisible();
  expect(await page.locator("input:checked").count()).toBe(0);
});

test("without script a shared device returns by itself too", async ({ request, zicha }) => {
  const page = await request.get(`${zicha.url}/r/${zicha.rounds.canteen}/received?device=shared`);
  expect(page.headers().refresh).toBe(`10; url=/r/${zicha.rounds.canteen}?device=shared`);
  const plain = await request.get(`${zicha.url}/r/${zicha.rounds.canteen}/received`);
  expect(plain.headers().refresh).toBeUndefined();
});

test("leaving a half-filled questionnaire by accident is asked about; leaving a sent one is not", async ({ page, zicha }) => {
  const asked = [];
  page.on("dialog", (dialog) => { asked.push(dialog.type()); dialog.accept(); });
  await scan(page, zicha, "canteen");
  await next(page).click();
  await next(page).click();
  await pick(page, "visit_meal", "lunch");
  await page.reload();
  expect(asked).toEqual(["beforeunload"]);
  await page.locator("#code").fill(zicha.slip("canteen"));
  await next(page).click();
  await next(page).click();
  await pick(page, "visit_meal", "lunch");
  await toEnd(page);
  await submit(page);
  await expect(page.locator("h1")).toHaveText("已收到，已投入票箱");
  await page.reload();
  expect(asked).toEqual(["beforeunload"]);
});
