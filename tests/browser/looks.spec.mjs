// How each state looks, compared with a kept picture. Small differences of rendering pass; a part that is missing or has moved does not.
// After a wanted change: npm run looks, and look at every picture before keeping it.
import { expect, lunch, next, offline, pick, scan, submit, test, toEnd } from "./service.mjs";

const PAGE = { mask: [], fullPage: false };

/** Pictures hold no code and no address of this run. Beside each stands its text: a small part that is missing is seen there. */
async function look(page, name) {
  await page.evaluate(() => document.fonts.ready);
  await page.waitForTimeout(200); // what is read out is written a moment later
  const text = await page.evaluate(() => document.body.innerText);
  expect(text.replace(/\d{4}年\d+月\d+日|\d{4}-\d\d-\d\d/g, "DAY").replace(/[0-9a-f]{64}/g, "DIGEST")).toMatchSnapshot(`${name}.txt`);
  await expect(page).toHaveScreenshot(`${name}.png`, { ...PAGE, mask: [page.locator("#code"), page.locator(".digest"), page.locator(".about")] });
}

async function fillIn(page) {
  await next(page).click();
  await pick(page, "honor_pride", "widespread");
  await pick(page, "honor_brand", "isolated");
}

test("start", async ({ page, zicha }) => {
  await scan(page, zicha);
  await look(page, "start");
  await page.locator("#q-code").scrollIntoViewIfNeeded();
  await page.evaluate(() => window.scrollTo(0, document.body.scrollHeight));
  await look(page, "start-code");
});

for (const [name, query, options] of [
  ["step", "", {}],
  ["step-large", "?view=large", {}],
  ["step-english", "?lang=en", {}],
  ["step-dark", "", { colorScheme: "dark" }],
  ["step-320", "", { viewport: { width: 320, height: 640 } }],
  ["step-desktop", "", { viewport: { width: 1280, height: 800 } }],
]) {
  test.describe(name, () => {
    test.use(options);
    test(name, async ({ page, zicha }) => {
      await scan(page, zicha, "check", query);
      await fillIn(page);
      await page.evaluate(() => window.scrollTo(0, 0));
      await look(page, name);
    });
  });
}

test("every type of question", async ({ page, zicha }) => {
  await page.setViewportSize({ width: 360, height: 1500 });
  await scan(page, zicha, "canteen");
  await next(page).click();
  await pick(page, "food_cold", "agree");
  await pick(page, "food_want", "soup");
  await pick(page, "food_want", "other");
  await page.evaluate(() => window.scrollTo(0, 0));
  await look(page, "types");
  await next(page).click();
  await pick(page, "visit_meal", "dinner");
  await page.locator("#f-visit_week").fill("30");
  await page.locator("#f-visit_note").fill("联系我 13800138000" + "，汤不热".repeat(24));
  await page.locator("#f-visit_note").blur();
  await page.evaluate(() => window.scrollTo(0, 0));
  await look(page, "types-follow-up");
});

test("overview and errors", async ({ page, zicha }) => {
  await scan(page, zicha, "canteen");
  await next(page).click();
  await pick(page, "food_cold", "agree");
  await toEnd(page);
  await page.evaluate(() => window.scrollTo(0, 0));
  await look(page, "overview");
  await submit(page);
  await expect(page.locator("#errors")).toBeFocused();
  await page.evaluate(() => window.scrollTo(0, 0));
  await look(page, "errors");
});

test("no network at sending", async ({ page, context, zicha }) => {
  await scan(page, zicha, "canteen");
  await lunch(page);
  await offline(page, context);
  await submit(page);
  await expect(page.locator(".sending")).toContainText("2 秒后自动重试（已试 1 次）");
  // The next try would be on the picture of a slow machine: no timer fires any more, and the page stands where it was told to.
  await page.evaluate(() => {
    for (let timer = setTimeout(() => {}); timer > 0; timer--) clearTimeout(timer);
    window.scrollTo(0, 0);
  });
  await look(page, "no-network");
  await context.setOffline(false);
});

test("draft", async ({ page, zicha }) => {
  await page.clock.install({ time: new Date("2026-06-01T10:00:00+08:00") });
  await scan(page, zicha);
  await page.locator(".draft .second").click();
  await expect(page.locator(".draft")).toContainText("已暂存在本机");
  await page.evaluate(() => window.scrollTo(0, document.body.scrollHeight));
  await look(page, "draft-kept");
  await page.reload();
  await expect(page.locator(".draft")).toContainText("怕被打断");
  await look(page, "draft-waiting");
});

test("received, again, closed, not open yet, shared device", async ({ page, zicha }) => {
  for (const [name, path] of [
    ["received", `/r/${zicha.rounds.check}/received`],
    ["received-large", `/r/${zicha.rounds.check}/received?view=large`],
    ["again", `/r/${zicha.rounds.check}/again`],
    ["closed", `/r/${zicha.rounds.closed}`],
    ["nothing-here", "/nothing"],
    ["home", "/"],
  ]) {
    await page.goto(zicha.url + path);
    // Rounds that other tests have opened or ended in the meantime stand here, too.
    await page.evaluate((others) => {
      const of = (node) => others.some((title) => node.textContent.includes(title));
      for (const link of document.querySelectorAll("main li a")) if (of(link)) link.closest("li").remove();
      for (const card of document.querySelectorAll("main .card")) if (of(card)) card.remove();
    }, ["今天截止的一轮", "两人一起办"]);
    await page.evaluate(() => { for (const line of document.querySelectorAll(".card .soft")) line.textContent = line.textContent.replace(/\d{4}年\d+月\d+日/g, "2026年6月8日"); });
    await look(page, name);
  }
  await page.clock.install();
  await page.goto(`${zicha.url}/r/${zicha.rounds.check}/received?device=shared`);
  await look(page, "shared-received");
});

test.describe("without script", () => {
  test.use({ javaScriptEnabled: false });
  test("without script", async ({ page, zicha }) => {
    await page.goto(`${zicha.url}/r/${zicha.rounds.canteen}`);
    await page.locator("#q-food_cold .pick").nth(1).click();
    await page.locator("#q-food_order").scrollIntoViewIfNeeded();
    await expect(page).toHaveScreenshot("no-script.png", { ...PAGE, mask: [page.locator("#code")] });
  });
});
