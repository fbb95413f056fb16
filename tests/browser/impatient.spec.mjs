// Somebody impatient: taps twice, wanders off in the middle, pastes what is at hand. Nothing false is recorded and nothing is lost.
import { expect, next, pick, scan, step, test, toEnd } from "./service.mjs";

const answers = (page) => page.locator(".item input:checked").count();

test("with something filled in, no link of the page loses it", async ({ page, zicha }) => {
  const code = await scan(page, zicha);
  await next(page).click();
  await pick(page, "honor_pride", "frequent");
  const links = await page.locator("a[href]").evaluateAll((list) => [...new Set(list.map((a) => a.getAttribute("href")).filter((to) => to.startsWith("/") && !/^\/r\//.test(to)))]);
  expect(links.length).toBeGreaterThanOrEqual(2);
  for (const to of links) {
    await page.locator(`a[href="${to}"]:visible`).first().click();
    const reader = page.locator(".reader");
    await expect(reader.locator("h1")).toBeVisible();
    expect(new URL(page.url()).pathname).toBe(`/r/${zicha.rounds.check}`);
    // One page leads to the next, all of them in place.
    const further = reader.locator('a[href^="/bulletin/"]').first();
    if (await further.count()) {
      await further.click();
      await expect(reader.locator("h1")).toContainText("公示栏");
    }
    if (to === "/") await page.keyboard.press("Escape");
    else await reader.getByRole("button", { name: "返回问卷" }).click();
    await expect(reader).toHaveCount(0);
    await expect(page.locator("#q-honor_pride input:checked")).toHaveValue("frequent");
    await expect(step(page)).toHaveAttribute("id", /^s-/);
  }
  await expect(page.locator("#code")).toHaveValue(code.replace(/(.{5})(?=.)/g, "$1 "));
});

test("a scanned code survives a look at the promise and another language before the first answer", async ({ page, zicha }) => {
  const code = (await scan(page, zicha)).replace(/(.{5})(?=.)/g, "$1 ");
  await page.getByRole("link", { name: "匿名承诺" }).click();
  await page.getByRole("button", { name: "返回问卷" }).click();
  await expect(page.locator("#code")).toHaveValue(code);
  await page.getByRole("link", { name: "English" }).click();
  await expect(page.locator("html")).toHaveAttribute("lang", "en");
  await expect(page.locator("#code")).toHaveValue(code);
});

test.describe("with a finger", () => {
  test.use({ hasTouch: true });

  test("a second tap after going on records nothing and goes nowhere, wherever the page was", async ({ page, zicha }) => {
    await scan(page, zicha);
    const tapTwice = async (offset, pause) => {
      const button = next(page);
      const box = await button.evaluate((element, up) => {
        window.scrollTo(0, element.getBoundingClientRect().top + window.scrollY - up);
        const { left, top, width, height } = element.getBoundingClientRect();
        return { x: left + width / 2, y: top + height / 2 };
      }, offset);
      await page.touchscreen.tap(box.x, box.y);
      await page.waitForTimeout(pause);
      await page.touchscreen.tap(box.x, box.y);
      await page.waitForTimeout(450);
    };
    let visited = 0;
    for (const pause of [0, 120, 280]) {
      for (const offset of [80, 160, 240, 320, 400, 480, 560, 640]) {
        const before = await page.locator(".step").evaluateAll((steps) => steps.findIndex((one) => !one.hidden));
        await tapTwice(offset, pause);
        const after = await page.locator(".step").evaluateAll((steps) => steps.findIndex((one) => !one.hidden));
        expect([await answers(page), after], `at ${offset} after ${pause} ms`).toEqual([0, before + 1]);
        visited += 1;
        if (after >= 5) {
          await page.evaluate(() => history.go(-5));
          await expect(step(page)).toHaveAttribute("id", "start");
          await page.waitForTimeout(450);
        }
      }
    }
    expect(visited).toBe(24);
  });

  test("a double tap on keeping keeps, and does not clear at once", async ({ page, zicha }) => {
    await scan(page, zicha);
    const keep = page.getByRole("button", { name: "暂存本机" });
    await keep.scrollIntoViewIfNeeded();
    const box = await keep.boundingBox();
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
    await page.touchscreen.tap(x, y);
    await page.waitForTimeout(200);
    await page.touchscreen.tap(x, y);
    await page.waitForTimeout(700);
    await expect(page.locator(".draft")).toContainText("已暂存在本机");
    expect(await page.evaluate(() => Object.keys(localStorage).filter((key) => key.startsWith("zicha-draft-")).length)).toBe(1);
  });
});

test("keys pressed before a new step can be seen answer nothing", async ({ page, zicha }) => {
  await scan(page, zicha);
  await next(page).focus();
  await page.keyboard.press("Enter");
  await page.keyboard.press("Tab");
  for (const key of ["Tab", "Space", "ArrowDown", "Enter", "Space"]) await page.keyboard.press(key);
  expect(await answers(page)).toBe(0);
  await expect(step(page)).toHaveAttribute("id", /^s-/);
});

test("letters on their way to becoming characters are not counted", async ({ page, zicha }) => {
  await scan(page, zicha);
  await toEnd(page);
  await page.getByRole("link", { name: /总体/ }).click();
  const field = step(page).locator("textarea").first();
  const most = Number(await field.getAttribute("data-most"));
  await field.fill("好".repeat(most - 1));
  await field.focus();
  const client = await page.context().newCDPSession(page);
  await client.send("Input.imeSetComposition", { text: "gong'zuo'zuo'feng", selectionStart: 17, selectionEnd: 17 });
  await expect(step(page)).not.toContainText("超出");
  await client.send("Input.insertText", { text: "工作" });
  await expect(step(page)).toContainText("超出 1 字");
  // Before sending, the place is named, with a way to it.
  await toEnd(page);
  await expect(page.locator(".warning")).toContainText("超出 1 字");
  await page.locator(".warning").getByRole("link", { name: "去修改" }).click();
  await expect(field).toBeFocused();
  // From there one way leads straight back.
  await page.getByRole("button", { name: "回到核对" }).click();
  await expect(page.locator("#s-send")).toHaveText("核对与提交");
});

test("a code is taken as it was meant, and what cannot be meant is named", async ({ page, zicha }) => {
  const code = zicha.slip("check");
  const grouped = code.replace(/(.{5})(?=.)/g, "$1 ");
  await page.goto(`${zicha.url}/r/${zicha.rounds.check}`);
  const field = page.locator("#code");
  for (const typed of [`${zicha.url}/r/${zicha.rounds.check}#${code}`, `\u202a${grouped}\u202c`, grouped.replace(/ /g, "，"), grouped.replace(/0/g, "O").replace(/1/g, "l"), grouped.replace(/ /g, "\u200b")]) {
    await field.fill(typed);
    await field.blur();
    await expect(field).toHaveValue(grouped);
  }
  await field.fill("B" + code.slice(1));
  await expect(page.locator("#code-note")).toContainText("“B”");
});

test("a slip can be tried before any work, and the trial uses nothing up", async ({ page, zicha }) => {
  await scan(page, zicha);
  const trial = page.getByRole("button", { name: "先验纸条" });
  await trial.click();
  await expect(page.locator("#code-note")).toContainText("可以使用");
  await trial.click();
  await expect(page.locator("#code-note")).toContainText("可以使用");
  await page.locator("#code").fill(zicha.slip("short"));
  await trial.click();
  await expect(page.locator("#code-note")).toContainText("另一轮");
  const used = await scan(page, zicha, "canteen");
  await toEnd(page);
  await page.locator("#send .tick").click();
  await page.getByRole("button", { name: "提交", exact: true }).click();
  await expect(page.locator("h1")).toContainText("已收到");
  await page.goto("about:blank");
  await page.goto(`${zicha.url}/r/${zicha.rounds.canteen}#${used}`);
  await trial.click();
  await expect(page.locator("#code-note")).toContainText("已经用过");
});

test("without script a slip is tried by the same button, with every answer kept", async ({ browser, zicha }) => {
  const page = await (await browser.newContext({ javaScriptEnabled: false })).newPage();
  await page.goto(`${zicha.url}/r/${zicha.rounds.canteen}`);
  await page.locator("#code").fill(zicha.slip("canteen"));
  await page.locator('#q-visit_meal input[value="lunch"]').check({ force: true });
  await page.getByRole("button", { name: "先验纸条" }).click();
  await expect(page.locator("#usable")).toBeVisible();
  await expect(page.locator('#q-visit_meal input[value="lunch"]')).toBeChecked();
  await expect(page.getByText("扫码打开的会自动填好")).toBeHidden();
});

test("one tick too many says so where the finger is", async ({ page, zicha }) => {
  await scan(page, zicha);
  const many = page.locator(".item[data-most]").first();
  const id = await many.getAttribute("id");
  await page.evaluate((at) => {
    const step = document.getElementById(at).closest(".step");
    history.pushState({ step: Array.from(document.querySelectorAll(".step")).indexOf(step) }, "");
    window.dispatchEvent(new PopStateEvent("popstate", { state: history.state }));
    for (const folded of document.querySelectorAll("details.more")) folded.open = true;
  }, id);
  const most = Number(await many.getAttribute("data-most"));
  const picks = many.locator(".pick");
  for (let n = 0; n < most; n += 1) {
    await picks.nth(n).click();
    await expect(picks.nth(n).locator(".tally")).toHaveText(`已选 ${n + 1}／${most}`);
  }
  await picks.nth(most).click();
  await expect(picks.nth(most).locator(".tally")).toContainText(`已选满 ${most}／${most}`);
  expect(await many.locator("input:checked").count()).toBe(most);
});

test("progress counts answers, the first gap is one tap away, and a blank ballot excludes answers", async ({ page, zicha }) => {
  await scan(page, zicha);
  await next(page).click();
  await toEnd(page);
  expect(await page.locator(".fill").evaluate((fill) => parseFloat(fill.style.width))).toBe(0);
  await page.locator('input[name="blank"]').check();
  await page.getByRole("button", { name: "去第一道未答题" }).click();
  await expect(page.locator(".item input:focus")).toHaveCount(1);
  await pick(page, "honor_pride", "frequent");
  await page.getByRole("button", { name: "回到核对" }).click();
  await expect(page.locator('input[name="blank"]')).not.toBeChecked();
  await expect(page.locator("#send")).toContainText("已自动取消");
  await page.locator('input[name="blank"]').click();
  await expect(page.locator('input[name="blank"]')).not.toBeChecked();
  await expect(page.locator("#send")).toContainText("不能同时空白提交");
  expect(await page.locator(".fill").evaluate((fill) => parseFloat(fill.style.width))).toBeGreaterThan(0);
});

test("a round that ends in between says what became of the answers", async ({ page, zicha }) => {
  const round = zicha.ending("self-check-short");
  await page.goto(`${round.page}#${round.code}`);
  await next(page).click();
  await step(page).locator(".pick").first().click();
  await toEnd(page);
  round.close();
  await page.getByRole("button", { name: "提交", exact: true }).click();
  await expect(page.locator("main")).toContainText("没有收到，也没有保存");
  await expect(page.locator("main")).toContainText(/本轮已(提前)?截止/);
});
