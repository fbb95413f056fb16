// Filling in with script: every type of question, what is said at once, and what is never done to the reader.
import { expect, next, pick, scan, step, submit, test, toEnd } from "./service.mjs";

test("a mistyped code is named while it is typed, and a right one is put in groups", async ({ page, zicha }) => {
  const code = zicha.slip();
  await page.goto(`${zicha.url}/r/${zicha.rounds.check}`);
  const field = page.locator("#code");
  const note = page.locator("#code-note");
  await field.pressSequentially(code.slice(0, 19));
  await expect(note).toBeHidden();
  await field.pressSequentially(String((Number(code[19]) + 1) % 10));
  await expect(note).toContainText("填写码有误");
  await expect(field).toHaveAttribute("aria-invalid", "true");
  await field.fill(code.slice(0, 12));
  await field.blur();
  await expect(note).toContainText("应为 20 位，现在是 12 位");
  // Full-width digits of a Chinese keyboard, dashes and spaces are forgiven.
  await field.fill(code.replace(/\d/g, (d) => String.fromCharCode(0xff10 + Number(d))).replace(/(.{4})(?=.)/g, "$1-"));
  await field.blur();
  await expect(note).toHaveText("✓ 填写码完整");
  await expect(field).toHaveValue(code.replace(/(.{5})(?=.)/g, "$1 "));
});

test("a missing or wrong code stops the submission on the phone and leads to its field", async ({ page, zicha }) => {
  let posts = 0;
  page.on("request", (request) => { posts += request.method() === "POST" ? 1 : 0; });
  await page.goto(`${zicha.url}/r/${zicha.rounds.canteen}`);
  await toEnd(page);
  await expect(page.locator(".warning")).toContainText("请输入填写码");
  await submit(page);
  await expect(page.locator("#code")).toBeFocused();
  await expect(page.locator("#code-note")).toHaveText("请输入填写码");
  expect(posts).toBe(0);
});

test("a second slip scanned into the same page replaces the code", async ({ page, zicha }) => {
  await scan(page, zicha);
  const other = await scan(page, zicha);
  await expect(page.locator("#code")).toHaveValue(other.replace(/(.{5})(?=.)/g, "$1 "));
  expect(page.url()).not.toContain(other);
});

test("an exclusive option clears the others, and one tick too many is taken back and said", async ({ page, zicha }) => {
  await scan(page, zicha, "canteen");
  await next(page).click();
  await pick(page, "food_want", "noodles");
  await pick(page, "food_want", "soup");
  await pick(page, "food_want", "vegetables");
  await expect(page.locator("#q-food_want-limit")).toContainText("最多选 2 项");
  await expect(page.locator('#q-food_want input:checked')).toHaveCount(2);
  await pick(page, "food_want", "nothing");
  await expect(page.locator('#q-food_want input:checked')).toHaveValue("nothing");
  await expect(page.locator("#q-food_want-limit")).toHaveText("已选 1／2");
  await pick(page, "food_want", "soup");
  await expect(page.locator('#q-food_want input:checked')).toHaveValue("soup");
});

test("the text of “other” shows with its option only, and is kept when the option is taken back by mistake", async ({ page, zicha }) => {
  await scan(page, zicha, "canteen");
  await next(page).click();
  const other = page.locator("#f-food_want\\.other");
  await expect(other).toBeHidden();
  await pick(page, "food_want", "other");
  await other.fill("早点");
  await pick(page, "food_want", "other");
  await expect(other).toBeHidden();
  await pick(page, "food_want", "other");
  await expect(other).toHaveValue("早点");
});

test("an option takes one place of a ranking only", async ({ page, zicha }) => {
  await scan(page, zicha, "canteen");
  await next(page).click();
  await page.locator("#f-food_order\\.1").selectOption("price");
  await expect(page.locator('#f-food_order\\.2 option[value="price"]')).toBeDisabled();
  await page.locator("#f-food_order\\.1").selectOption("");
  await expect(page.locator('#f-food_order\\.2 option[value="price"]')).toBeEnabled();
});

test("a number outside its range is named beside its field", async ({ page, zicha }) => {
  await scan(page, zicha, "canteen");
  await next(page).click();
  await next(page).click();
  const field = page.locator("#f-visit_week");
  await field.fill("２２");
  await field.blur();
  await expect(page.locator("#q-visit_week-range")).toHaveText("请填 0 至 21 之间的整数");
  await field.fill("２１");
  await expect(page.locator("#q-visit_week-range")).toBeHidden();
});

test("a follow-up shows when its condition holds, by option and by number, and goes again with it", async ({ page, zicha }) => {
  await scan(page, zicha, "canteen");
  await next(page).click();
  await next(page).click();
  const [hours, why] = [page.locator("#q-visit_hours"), page.locator("#q-visit_why")];
  await expect(hours).toBeHidden();
  await expect(why).toBeHidden();
  await pick(page, "visit_meal", "dinner");
  await expect(hours).toBeVisible();
  await expect(hours.locator(".only")).toBeHidden();
  await page.locator("#f-visit_week").fill("５");
  await expect(why).toBeVisible();
  await expect(page.locator(".bar .place")).toContainText("已答 2／4"); // a text that may be left out is no gap
  await page.locator("#f-visit_week").fill("６");
  await expect(why).toBeHidden();
  await pick(page, "visit_meal", "lunch");
  await expect(hours).toBeHidden();
  await expect(page.locator(".bar .place")).toContainText("已答 2／2");
});

test("what a hidden follow-up holds is not sent", async ({ page, zicha }) => {
  await scan(page, zicha, "canteen");
  await next(page).click();
  await next(page).click();
  await pick(page, "visit_meal", "dinner");
  await pick(page, "visit_hours", "late");
  await pick(page, "visit_meal", "lunch");
  await toEnd(page);
  const [request] = await Promise.all([page.waitForRequest((r) => r.method() === "POST"), submit(page)]);
  const sent = new URLSearchParams(request.postData());
  expect(sent.get("visit_meal")).toBe("lunch");
  expect(sent.has("visit_hours")).toBe(false);
  await expect(page.locator("h1")).toHaveText("已收到，已投入票箱");
});

test("a long text is counted as the server counts, and a paste is said to be too long instead of being cut", async ({ page, zicha }) => {
  await scan(page, zicha, "canteen");
  await next(page).click();
  await next(page).click();
  const field = page.locator("#f-visit_note");
  await field.fill("好".repeat(95));
  await expect(page.locator("#f-visit_note-count")).toHaveText("还可写 5 字");
  await field.fill("🙂".repeat(101));
  await expect(page.locator("#f-visit_note-count")).toHaveText("超出 1 字，请缩短");
  await field.fill(" " + "e\u0301".repeat(100) + "\n");
  await expect(page.locator("#f-visit_note-count")).toHaveText("还可写 0 字");
});

test("words that may tell who somebody is are pointed out at once and before sending, and stop nobody", async ({ page, zicha }) => {
  await scan(page, zicha, "canteen");
  await next(page).click();
  await next(page).click();
  await pick(page, "visit_meal", "lunch");
  await page.locator("#f-visit_note").fill("队员张三 １３８００１３８０００");
  await expect(page.locator("#f-visit_note-note")).toContainText("电话号码");
  await expect(page.locator("#f-visit_note-note")).toHaveAttribute("role", "status");
  await toEnd(page);
  await expect(page.locator(".warning")).toContainText("有 1 处文字可能认出人");
  await page.locator(".warning a").click();
  await expect(page.locator("#f-visit_note")).toBeFocused();
  await toEnd(page);
  await submit(page);
  await expect(page.locator("h1")).toHaveText("已收到，已投入票箱");
});

test("what the server refuses comes back at the place, with every answer kept", async ({ page, zicha }) => {
  await scan(page, zicha, "canteen");
  await next(page).click();
  await pick(page, "food_cold", "partly");
  await page.locator("#f-food_order\\.2").selectOption("taste");
  await next(page).click();
  await page.locator("#f-visit_note").fill("汤不热");
  await toEnd(page);
  await submit(page);
  // The one required question of this survey was left out.
  await expect(page.locator("#errors")).toBeFocused();
  await expect(page.locator("#errors li")).toHaveCount(1);
  await expect(step(page)).toHaveAttribute("id", "s-visit");
  await expect(page.locator("#e-visit_meal")).toContainText("请修改：此题必答");
  await expect(page.locator("#q-visit_meal")).toHaveAttribute("aria-describedby", "e-visit_meal");
  await expect(page.locator('#q-food_cold input[value="partly"]')).toBeChecked();
  await expect(page.locator("#f-food_order\\.2")).toHaveValue("taste");
  await expect(page.locator("#f-visit_note")).toHaveValue("汤不热");
  await pick(page, "visit_meal", "lunch");
  await expect(page.locator("#e-visit_meal")).toBeHidden();
  await expect(page.locator("#errors")).toBeHidden();
  await toEnd(page);
  await submit(page);
  await expect(page.locator("h1")).toHaveText("已收到，已投入票箱");
});

test("language and print are switched without losing an answer or the place", async ({ page, zicha }) => {
  const code = await scan(page, zicha, "canteen");
  await next(page).click();
  await pick(page, "food_want", "other");
  await page.locator("#f-food_want\\.other").fill("早点");
  await page.locator("header nav a").nth(1).click();
  await expect(page.locator("#s-food h2")).toHaveText("1. Food");
  await expect(page.locator("html")).toHaveAttribute("lang", "en");
  expect(page.url()).toContain("?lang=en");
  await expect(page.locator("#f-food_want\\.other")).toHaveValue("早点");
  await page.locator("header nav a").nth(0).click();
  await expect(page.locator("html")).toHaveClass(/large/);
  await expect(page.locator('#q-food_want input[value="other"]')).toBeChecked();
  await expect(step(page)).toHaveAttribute("id", "s-food");
  await expect(page.locator("#code")).toHaveValue(code.replace(/(.{5})(?=.)/g, "$1 "));
});

test("what a hidden follow-up and a hidden text held survives a change of language", async ({ page, zicha }) => {
  await scan(page, zicha, "canteen");
  await next(page).click();
  await pick(page, "food_want", "other");
  await page.locator("#f-food_want\\.other").fill("早点");
  await pick(page, "food_want", "other");
  await page.locator("header nav a").nth(1).click();
  await expect(page.locator("html")).toHaveAttribute("lang", "en");
  await expect(page.locator("h1")).toHaveAttribute("lang", "zh-CN");
  await pick(page, "food_want", "other");
  await expect(page.locator("#f-food_want\\.other")).toHaveValue("早点");
});

test("a blank ballot needs its tick, and looking whether a slip is unused is free", async ({ page, zicha }) => {
  await scan(page, zicha, "short");
  await toEnd(page);
  await submit(page);
  await expect(page.locator("#errors")).toContainText("此填写码尚未使用"); // on the last step, where the tick is
  await page.locator("#send .tick").click();
  await submit(page);
  await expect(page.locator("h1")).toHaveText("已收到，已投入票箱");
});

test("questions whose names a page uses itself are answered as any other", async ({ page, zicha }) => {
  await scan(page, zicha, "hostile");
  await next(page).click();
  for (const name of ["action", "elements", "dataset", "submit", "length", "method", "id", "hidden", "name", "children"]) await page.locator(`#f-${name}`).fill("有");
  await toEnd(page);
  const [request] = await Promise.all([page.waitForRequest((r) => r.method() === "POST"), submit(page)]);
  expect(new URLSearchParams(request.postData()).get("elements")).toBe("有");
  await expect(page.locator("h1")).toHaveText("已收到，已投入票箱");
});
