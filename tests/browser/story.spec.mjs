// Read first: one officer, one slip, from the scan to the receipt; and what stays on the phone afterwards, which is nothing.
import { NOTHING, toEnd, back, expect, kept, next, pick, scan, step, submit, test } from "./service.mjs";

test("an officer scans a slip, answers in eight steps, submits, and leaves nothing on the phone", async ({ page, zicha }) => {
  const hosts = new Set();
  page.on("request", (request) => hosts.add(new URL(request.url()).host));
  const code = await scan(page, zicha);

  // The code is in its field and nowhere in the address.
  await expect(page.locator("#code")).toHaveValue(code.replace(/(.{5})(?=.)/g, "$1 "));
  await expect(page.locator("#code-note")).toHaveText("✓ 填写码完整");
  expect(page.url()).toBe(`${zicha.url}/r/${zicha.rounds.check}`);

  // What is kept is said before the first question; nothing is chosen beforehand.
  await expect(page.locator("#start .promise > ul li").first()).toContainText("不记名");
  expect(await page.locator("input:checked").count()).toBe(0);

  // One category at a time, with progress.
  await next(page).click();
  await expect(step(page)).toHaveCount(1);
  await expect(page.locator(".bar .place")).toContainText("第 2 步，共 10 步");
  await expect(step(page).locator("h2")).toBeFocused();
  await pick(page, "honor_pride", "frequent");
  await expect(page.locator(".bar .place")).toContainText("已答 1／7");
  await expect(page.locator("#q-honor_pride")).toHaveClass(/done/);

  // The phone's back button goes one step back, and the answers are still there.
  await next(page).click();
  await back(page);
  await expect(step(page)).toHaveAttribute("id", "s-honor");
  await expect(page.locator('#q-honor_pride input[value="frequent"]')).toBeChecked();

  // The overview says what was answered and leads back.
  await toEnd(page);
  const first = page.locator(".overview li").first();
  await expect(first).toContainText("已答 1／7");
  await first.locator("a").click();
  await expect(step(page)).toHaveAttribute("id", "s-honor");
  await toEnd(page);

  await submit(page);
  await expect(page.locator("h1")).toHaveText("已收到，已投入票箱");
  await expect(page.locator("h1")).toBeFocused();
  expect(page.url()).toBe(`${zicha.url}/r/${zicha.rounds.check}/received`);

  // Nothing is left: no storage, no cookie, no answer behind the back button.
  await expect.poll(() => kept(page)).toEqual(NOTHING);
  expect(await page.context().cookies()).toEqual([]);
  await back(page);
  expect(await page.content()).not.toContain(code);
  expect(await page.locator("input:checked").count()).toBe(0);
  expect([...hosts]).toEqual([new URL(zicha.url).host]);

  // The slip itself is the receipt.
  await page.goto(`${zicha.url}/r/${zicha.rounds.check}#${code}`);
  await page.reload();
  await page.locator("#code").fill(code);
  await toEnd(page);
  await submit(page);
  await expect(page.locator("h1")).toHaveText("此码的答卷此前已收到");
});
