// What may lie on the phone: nothing by itself, a draft by choice, the empty questionnaire for want of network. An attacker has the phone.
import { NOTHING, back, expect, kept, lunch, next, offline, pick, scan, submit, test, toEnd } from "./service.mjs";

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
  await expect(page.locator(".draft")).toContainText("24 小时");
  await offer(page).click();
  await expect(page.locator(".draft")).toContainText("已暂存在本机，保留到");
  await next(page).click();
  await pick(page, "honor_pride", "frequent");
  await expect(page.getByText("怕被打断")).toBeHidden(); // asked once
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
  // It goes on where its writer was, at the first question without an answer.
  await expect(page.locator(".item:not(.done) input").first()).toBeFocused();
  await back(page);
  await page.locator("#code").fill(code);
  await toEnd(page);
  await submit(page);
  await expect(page.locator("h1")).toHaveText("已收到，已投入票箱");
  await expect.poll(() => kept(page)).toEqual(NOTHING);
});

test("what was answered before a draft comes back stays, and everything that is said of answers is said of the draft's", async ({ page, zicha }) => {
  await scan(page, zicha, "canteen");
  await offer(page).click();
  await expect(offer(page)).toBeFocused();
  await next(page).click();
  await pick(page, "food_cold", "agree");
  await page.locator("#f-food_order\\.1").selectOption("price");
  await next(page).click();
  await page.locator("#f-visit_note").fill("张三 13800138000" + "好".repeat(90));
  await page.reload();
  await next(page).click();
  await pick(page, "food_cold", "disagree");
  await pick(page, "food_choice", "partly");
  await page.locator(".waiting button:not(.second)").click();
  await expect(page.locator('#q-food_cold input[value="disagree"]')).toBeChecked();
  await expect(page.locator('#q-food_choice input[value="partly"]')).toBeChecked();
  await expect(page.locator('#f-food_order\\.2 option[value="price"]')).toBeDisabled();
  await expect(page.locator("#f-visit_note-note")).toContainText("电话号码");
  await expect(page.locator("#f-visit_note-count")).toContainText("超出");
  await toEnd(page);
  await expect(page.locator(".warning")).toContainText("有 1 处文字可能认出人");
});

test("a draft goes when the round has closed, and none comes back after sending from another page", async ({ page, context, zicha }) => {
  await scan(page, zicha, "canteen");
  await offer(page).click();
  await next(page).click();
  await pick(page, "food_cold", "agree");
  // The same phone sends from another tab; typing on in this one writes nothing anew.
  const other = await context.newPage();
  await scan(other, zicha, "canteen");
  await lunch(other);
  await submit(other);
  await expect(other.locator("h1")).toHaveText("已收到，已投入票箱");
  await pick(page, "food_choice", "partly");
  expect((await kept(page)).local).toEqual([]);
  await back(page);
  await offer(page).click();
  expect((await kept(page)).local).toHaveLength(1);
  await next(page).click();
  const closed = await (await page.request.get(`${zicha.url}/r/${zicha.rounds.closed}`)).text();
  await page.route("**/r/*", (route) => (route.request().method() === "POST" ? route.fulfill({ status: 410, contentType: "text/html", body: closed }) : route.continue()));
  await toEnd(page);
  await submit(page);
  await expect(page.locator("main")).toContainText(/本轮已(提前)?截止/);
  await expect.poll(async () => (await kept(page)).local).toEqual([]);
});

test("a draft can be cleared, before and after a reload", async ({ page, zicha }) => {
  await scan(page, zicha);
  await offer(page).click();
  await next(page).click();
  await pick(page, "honor_pride", "frequent");
  await back(page);
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
  await offer(page).click();
  await next(page).click();
  await pick(page, "honor_pride", "frequent");
  await page.clock.fastForward("23:59:00");
  await page.reload();
  await expect(page.locator(".waiting")).toBeVisible();
  await page.clock.fastForward("00:02:00");
  await page.goto(zicha.url);
  await expect.poll(async () => (await kept(page)).local).toEqual([]);
});

test("an opened questionnaire survives a reload without network, and what is stored for that is what everybody gets", async ({ page, context, zicha }) => {
  await scan(page, zicha, "canteen");
  await expect.poll(() => page.evaluate(async () => {
    const [name] = await caches.keys();
    return name ? (await (await caches.open(name)).keys()).length : 0;
  })).toBe(3);
  const stored = await page.evaluate(async () => {
    const cache = await caches.open((await caches.keys())[0]);
    return Promise.all((await cache.keys()).map(async (request) => [new URL(request.url).pathname + new URL(request.url).search, await (await cache.match(request)).text()]));
  });
  for (const [path, text] of stored) {
    const fresh = await (await page.request.get(zicha.url + path)).text();
    expect(text).toBe(fresh);
  }
  expect(stored.map(([path]) => path.replace(/-[0-9a-f]{12}/, "")).sort()).toEqual(["/assets/r.css", "/assets/r.js", `/r/${zicha.rounds.canteen}`]);

  await offline(page, context);
  const code = zicha.slip("canteen");
  await page.goto(`${zicha.url}/r/${zicha.rounds.canteen}#${code}`);
  await page.reload();
  await expect(page.locator("#start")).toBeVisible();
  await expect(page.locator("html")).toHaveClass(/js/);
  expect(await page.locator("#form").evaluate((form) => getComputedStyle(form.querySelector(".card")).borderRadius)).toBe("12px");
  await context.setOffline(false);
  await page.locator("#code").fill(code);
  await lunch(page);
  await submit(page);
  await expect(page.locator("h1")).toHaveText("已收到，已投入票箱");
  await expect.poll(() => kept(page)).toEqual(NOTHING);
  // With everything cleared, the questionnaire is gone without network, as it should be.
  await offline(page, context);
  await expect(page.goto(`${zicha.url}/r/${zicha.rounds.canteen}`)).rejects.toThrow();
});

test("reading another page in a second tab takes nothing from an opened questionnaire", async ({ page, context, zicha }) => {
  await scan(page, zicha, "short");
  await expect.poll(async () => (await kept(page)).caches).toEqual([`zicha-page:/r/${zicha.rounds.short}`]);
  const other = await context.newPage();
  for (const path of ["/privacy", "/", `/r/${zicha.rounds.closed}`]) await other.goto(zicha.url + path);
  await other.waitForTimeout(300);
  await offline(page, context);
  await page.goto(`${zicha.url}/r/${zicha.rounds.short}`);
  await expect(page.locator("#start")).toBeVisible();
  await context.setOffline(false);
});

test("on a shared device the way back from another page shows nothing of the person before", async ({ page, zicha }) => {
  page.on("dialog", (dialog) => dialog.accept());
  await page.goto(`${zicha.url}/r/${zicha.rounds.canteen}?device=shared`);
  await page.locator("#code").fill(zicha.slip("canteen"));
  await next(page).click();
  await pick(page, "food_cold", "agree");
  // Read on top, nothing is left and nothing is lost; left for good, nothing comes back.
  await page.locator("footer a").first().click();
  await expect(page.locator(".reader h1")).toHaveText("匿名承诺");
  await back(page);
  await expect(page.locator("#q-food_cold input:checked")).toHaveValue("agree");
  await page.goto(`${zicha.url}/privacy`);
  await expect(page.locator("h1")).toHaveText("匿名承诺");
  await back(page);
  await expect(page.locator("#code")).toHaveValue("");
  expect(await page.locator("input:checked").count()).toBe(0);
});

test("a shared device waits for a submission that is on its way, and begins anew without network", async ({ page, context, zicha }) => {
  await page.clock.install();
  await page.goto(`${zicha.url}/r/${zicha.rounds.canteen}?device=shared`);
  await page.locator("#code").fill(zicha.slip("canteen"));
  await lunch(page);
  await offline(page, context);
  await submit(page);
  await expect(page.locator(".sending")).toContainText("网络不通");
  await page.clock.runFor(300_000);
  await expect(page.locator('#q-visit_meal input[value="lunch"]')).toBeChecked();
  await expect(page.locator(".leaving")).toHaveCount(0);
  await context.setOffline(false);
  await expect(page.locator("h1")).toHaveText("已收到，已投入票箱");
  await offline(page, context);
  await page.clock.runFor(11_000);
  await expect(page.locator("#start")).toBeVisible();
  await expect(page.locator("#code")).toHaveValue("");
  expect(await page.locator("input:checked").count()).toBe(0);
  await context.setOffline(false);
});

test("on a shared device a code that was left behind goes too, and no fragment stays in the address", async ({ page, zicha }) => {
  await page.clock.install();
  const half = zicha.slip("canteen").slice(0, 19);
  await page.goto(`${zicha.url}/r/${zicha.rounds.canteen}?device=shared#${half}`);
  expect(page.url()).not.toContain(half);
  await page.locator("#code").fill(zicha.slip("canteen"));
  await page.clock.runFor(181_000);
  await page.clock.runFor(61_000);
  await expect(page.locator("#code")).toHaveValue("");
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
  await back(page);
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
  await lunch(page);
  await submit(page);
  await expect(page.locator("h1")).toHaveText("已收到，已投入票箱");
  await page.reload();
  expect(asked).toEqual(["beforeunload"]);
});
