// Without script: every type of question can be answered, every mistake is named, nothing is lost.
import { back, expect, test } from "./service.mjs";

test.use({ javaScriptEnabled: false });

test("all types of question are answered and sent by a plain form", async ({ page, zicha }) => {
  const code = zicha.slip("canteen");
  await page.goto(`${zicha.url}/r/${zicha.rounds.canteen}`);
  await page.locator("#code").fill(code);
  await page.locator("#q-food_cold .pick").nth(1).click();
  await page.locator("#q-food_want .pick").nth(0).click();
  await page.locator("#f-food_want\\.other").fill("早点");
  await page.locator("#f-food_order\\.1").selectOption("taste");
  await page.locator("#q-visit_meal .pick").nth(2).click();
  // Without script a follow-up stands there with its condition in words, and the answer of somebody it is not for is left out.
  await expect(page.locator("#q-visit_why .only")).toHaveText("仅请“每周就餐次数”填了 0 至 5的人作答，其他人跳过。");
  await page.locator("#f-visit_week").fill("12");
  await page.locator("#q-visit_why .pick").nth(0).click();
  await page.locator("#f-visit_note").fill("汤不热");
  await page.locator("#send button").click();
  await expect(page.locator("h1")).toHaveText("已收到，已投入票箱");
  await back(page);
  expect(await page.locator("input:checked").count()).toBe(0);
  await expect(page.locator("#f-visit_note")).toHaveValue("");
  await expect(page.locator("#code")).toHaveValue("");
});

test("mistakes come back beside their fields with all answers kept, and links lead to them", async ({ page, zicha }) => {
  await page.goto(`${zicha.url}/r/${zicha.rounds.canteen}`);
  await page.locator("#code").fill("12345 12345 12345 12345");
  await page.locator("#f-visit_week").fill("99");
  await page.locator("#f-visit_note").fill("汤不热");
  await page.locator("#send button").click();
  await expect(page.locator("#errors li")).toHaveCount(3);
  // In the order of the page.
  await expect(page.locator("#errors li").nth(0)).toContainText("填写码");
  await expect(page.locator("#errors li").nth(1)).toContainText("您主要在食堂吃哪一餐");
  await expect(page.locator("#q-code")).toHaveClass(/wrong/);
  await expect(page.locator("#f-visit_week")).toHaveAttribute("aria-invalid", "true");
  await expect(page.locator("#f-visit_week")).toHaveAttribute("aria-describedby", "e-visit_week m-visit_week");
  await expect(page.locator("#f-visit_note")).toHaveValue("汤不热");
  await page.locator("#errors a").nth(2).click();
  await expect(page.locator("#q-visit_week")).toBeInViewport();
});

test("the table of contents leads to each category", async ({ page, zicha }) => {
  await page.goto(`${zicha.url}/r/${zicha.rounds.check}`);
  await page.locator("#contents summary").click();
  await expect(page.locator("#contents a")).toHaveCount(9);
  await page.locator("#contents a").nth(6).click();
  await expect(page.locator("#s-enthusiasm h2, #contents ~ section h2").nth(6)).toBeInViewport();
});

test("a script that fails half-way leaves the one long form", async ({ browser, zicha }) => {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.addInitScript(() => { Element.prototype.hasAttribute = function () { throw new Error("an old browser"); }; });
  await page.goto(`${zicha.url}/r/${zicha.rounds.canteen}`);
  await expect(page.locator(".step")).toHaveCount(4);
  for (const part of await page.locator(".step").all()) await expect(part).toBeVisible();
  await page.locator("#code").fill(zicha.slip("canteen"));
  await page.locator("#q-visit_meal .pick").nth(1).click();
  await page.locator("#send button").click();
  await expect(page.locator("h1")).toHaveText("已收到，已投入票箱");
  await context.close();
});

test("a page whose style and script never arrive is still a form", async ({ browser, zicha }) => {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.route("**/assets/**", (route) => route.abort());
  await page.goto(`${zicha.url}/r/${zicha.rounds.canteen}`);
  await page.locator("#code").fill(zicha.slip("canteen"));
  await page.locator('#q-visit_meal input[value="lunch"]').check();
  await page.locator("#send button").click();
  await expect(page.locator("h1")).toHaveText("已收到，已投入票箱");
  await context.close();
});
