// For everybody: WCAG 2.2 AA in every state, 7:1 in large print, targets for thumbs, the keyboard alone, 200 % zoom and 1.6 times the text.
import AxeBuilder from "@axe-core/playwright";
import { expect, next, pick, scan, step, submit, test, toEnd } from "./service.mjs";

async function clean(page, { strict = false } = {}) {
  const builder = new AxeBuilder({ page }).withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]);
  const result = await builder.analyze();
  expect(result.violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(" ")).slice(0, 5).join("; ")}`)).toEqual([]);
  if (!strict) return;
  const contrast = await new AxeBuilder({ page }).withRules(["color-contrast-enhanced"]).analyze();
  expect(contrast.violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(" ") + " " + n.any[0]?.message).join("; ")}`)).toEqual([]);
}

async function every(page, zicha, query, options) {
  await scan(page, zicha, "canteen", query);
  await clean(page, options);
  await next(page).click();
  await pick(page, "food_cold", "agree");
  await pick(page, "food_want", "other");
  await clean(page, options);
  await next(page).click();
  await page.locator("#f-visit_week").fill("99");
  await page.locator("#f-visit_note").fill("我是张三，13800138000" + "好".repeat(100));
  await page.locator("#f-visit_note").blur();
  await clean(page, options);
  await toEnd(page);
  await clean(page, options);
  await submit(page);
  await expect(page.locator("#errors")).toBeVisible();
  await clean(page, options);
  await page.locator("#f-visit_week").fill("3");
  await page.locator("#f-visit_note").fill("汤不热");
  await pick(page, "visit_meal", "lunch");
  await toEnd(page);
  const code = await page.locator("#code").inputValue();
  await submit(page);
  await expect(page.locator("h1.settled, .settled h1")).toContainText(/已收到|Received/);
  await clean(page, options);
  return code;
}

for (const [name, query, scheme] of [
  ["plain", "", "light"],
  ["dark", "", "dark"],
  ["large print", "?view=large", "light"],
  ["large print, dark", "?view=large", "dark"],
  ["English", "?lang=en", "light"],
  ["on a shared device", "?device=shared", "light"],
]) {
  test.describe(name, () => {
    test.use({ colorScheme: scheme });
    test(`axe finds nothing while filling in, in errors, in the overview and after sending: ${name}`, async ({ page, zicha }) => {
      const code = await every(page, zicha, query, { strict: query.includes("large") });
      // The same slip again.
      await page.goto(`${zicha.url}/r/${zicha.rounds.canteen}${query}`);
      await page.locator("#code").fill(code);
      await toEnd(page);
      await submit(page);
      await expect(page.locator("h1")).toContainText(/此前已收到|received before/);
      await clean(page, { strict: query.includes("large") });
    });
  });
}

test("axe finds nothing on the pages around the questionnaire", async ({ page, zicha }) => {
  for (const path of ["/", "/privacy", `/r/${zicha.rounds.closed}`, `/r/${zicha.rounds.later}`, `/r/${zicha.rounds.poster}`, `/bulletin/${zicha.rounds.closed}`, "/nothing/here"]) {
    for (const query of ["", "?view=large", "?lang=en"]) {
      await page.goto(zicha.url + path + query);
      await clean(page, { strict: query.includes("large") });
    }
  }
});

test("axe finds nothing on the one long page that is there without script", async ({ page, zicha }) => {
  await page.route("**/*.js", (route) => route.abort());
  for (const query of ["", "?view=large"]) {
    await page.goto(`${zicha.url}/r/${zicha.rounds.check}${query}`);
    await page.evaluate(() => document.querySelectorAll("details").forEach((d) => { d.open = true; }));
    await clean(page);
  }
});

/** Controls smaller than a thumb: those of which even the label is too small. Links within a sentence are exempt, as in WCAG. */
const small = (page, least) =>
  page.evaluate((least) => {
    const found = [];
    for (const element of document.querySelectorAll("a[href], button, input:not([type=hidden]), textarea, select, summary")) {
      const box = (element.closest(".pick, .tick") || element).getBoundingClientRect();
      if (!box.width || element.closest("p, li.plain") && element.tagName === "A" && !element.classList.contains("button")) continue;
      if (box.height < least - 0.5 || box.width < least - 0.5) found.push(`${element.tagName} ${element.id || element.className} ${element.textContent.slice(0, 12)} ${Math.round(box.width)}×${Math.round(box.height)}`);
    }
    return found;
  }, least);

for (const [query, least] of [["", 44], ["?view=large", 60]]) {
  test(`every control is at least ${least} px for a thumb, ${query || "plain"}`, async ({ page, zicha }) => {
    await scan(page, zicha, "check", query);
    for (let n = 0; n < 10; n += 1) {
      await page.evaluate(() => document.querySelectorAll("details").forEach((d) => { d.open = true; }));
      expect(await small(page, least)).toEqual([]);
      if (n < 9) await next(page).click();
    }
  });
}

/** What is wider than the screen, or text that is cut. */
const overflow = (page) =>
  page.evaluate(() => {
    const found = [];
    const wide = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth > wide) found.push(`page ${document.documentElement.scrollWidth} > ${wide}`);
    for (const element of document.querySelectorAll("main *")) {
      const box = element.getBoundingClientRect();
      if (box.width && (box.right > wide + 1 || box.left < -1)) found.push(`${element.tagName}.${element.className} ${Math.round(box.left)}–${Math.round(box.right)} ${element.textContent.slice(0, 30)}`);
      if (element.matches(".pick span") && element.scrollWidth > element.clientWidth + 1) found.push(`cut: ${element.textContent}`);
    }
    return found.slice(0, 5);
  });

/** As WeChat and Android do with their text size: letters grow, the layout's pixels do not. */
const growText = (page, factor) =>
  page.evaluate((factor) => {
    const sizes = Array.from(document.querySelectorAll("body, body *")).filter((element) => !element.style.fontSize).map((element) => [element, parseFloat(getComputedStyle(element).fontSize)]);
    for (const [element, size] of sizes) element.style.fontSize = `${size * factor}px`;
  }, factor);

for (const [name, width, query, factor] of [
  ["320 px", 320, "", 1],
  ["320 px, 1.6 times the text", 320, "", 1.6],
  ["360 px, 1.6 times the text", 360, "?lang=en", 1.6],
  ["320 px, large print", 320, "?view=large", 1],
  ["320 px, large print in English", 320, "?view=large&lang=en", 1],
  ["200 % zoom of a 640 px window", 320, "?lang=en", 1],
  ["400 % zoom of a desktop window", 320, "", 1],
]) {
  test(`nothing is cut and nothing scrolls sideways: ${name}`, async ({ page, zicha }) => {
    await page.setViewportSize({ width, height: 640 });
    for (const [survey, steps] of [["check", 10], ["canteen", 4]]) {
      await scan(page, zicha, survey, query);
      await page.reload();
      for (let n = 0; n < steps; n += 1) {
        await page.evaluate(() => document.querySelectorAll("details").forEach((d) => { d.open = true; }));
        if (factor !== 1) await growText(page, factor);
        expect(await overflow(page)).toEqual([]);
        if (n < steps - 1) await next(page).click();
      }
    }
  });
}

test("the keyboard alone fills in and sends, in reading order, with the focus always in sight", async ({ page, zicha }) => {
  await scan(page, zicha, "canteen");
  const focused = () => page.evaluate(() => {
    const e = document.activeElement;
    const target = e.closest(".pick") || e;
    const box = target.getBoundingClientRect();
    const top = document.elementFromPoint(Math.max(0, box.left + box.width / 2), Math.max(0, Math.min(innerHeight - 1, box.top + Math.min(box.height, innerHeight) / 2)));
    return { name: e.name || e.textContent.trim().slice(0, 8), value: e.value, seen: target.contains(top) || target === top, outline: getComputedStyle(e.matches(".pick input") ? e.nextElementSibling : e).outlineStyle };
  });
  const tabTo = async (test) => {
    await page.waitForFunction(() => !document.documentElement.classList.contains("holding"));
    for (let n = 0; n < 60; n += 1) {
      await page.keyboard.press("Tab");
      const at = await focused();
      expect(at.seen, JSON.stringify(at)).toBe(true);
      expect(at.outline, JSON.stringify(at)).not.toBe("none");
      if (test(at)) return at;
    }
    throw new Error("never reached");
  };
  await tabTo((at) => at.name === "code");
  await tabTo((at) => at.name === "开始填写");
  await page.keyboard.press("Enter");
  await tabTo((at) => at.name === "food_cold");
  await page.keyboard.press("Space");
  await expect(page.locator('#q-food_cold input[value="strongly"]')).toBeChecked();
  await page.keyboard.press("ArrowRight");
  await expect(page.locator('#q-food_cold input[value="agree"]')).toBeChecked();
  await tabTo((at) => at.name === "food_choice");
  await tabTo((at) => at.name === "food_want" && at.value === "soup");
  await page.keyboard.press("Space");
  await tabTo((at) => at.name === "下一步");
  await page.keyboard.press("Enter");
  await tabTo((at) => at.name === "visit_meal");
  await page.keyboard.press("Space");
  await tabTo((at) => at.name === "核对与提交");
  await page.keyboard.press("Enter");
  await tabTo((at) => at.name === "提交");
  await page.keyboard.press("Enter");
  await expect(page.locator("h1")).toHaveText("已收到，已投入票箱");
});

test("with the gloss open and the keyboard going backwards, what is focused is in sight", async ({ page, zicha }) => {
  await page.setViewportSize({ width: 320, height: 640 });
  await scan(page, zicha, "check", "?lang=en");
  await next(page).click();
  await page.locator(".step:not([hidden]) .gloss summary").first().click();
  for (let n = 0; n < 12; n += 1) await page.keyboard.press("Tab");
  const hidden = [];
  for (let n = 0; n < 10; n += 1) {
    await page.keyboard.press("Shift+Tab");
    const found = await page.evaluate(() => {
      const target = document.activeElement.closest(".pick") || document.activeElement;
      const box = target.getBoundingClientRect();
      const top = document.elementFromPoint(box.left + box.width / 2, Math.max(0, Math.min(innerHeight - 1, box.top + box.height / 2)));
      return target.contains(top) || target === top ? "" : `${target.textContent.trim()} under ${top && top.className}`;
    });
    if (found) hidden.push(found);
  }
  expect(hidden).toEqual([]);
});

test("a screen reader hears each group with its question, each field with its label, and what changes", async ({ page, zicha }) => {
  await scan(page, zicha, "canteen");
  await next(page).click();
  const tree = await step(page).ariaSnapshot();
  expect(tree).toContain('heading "一、饭菜质量" [level=2]');
  expect(tree).toContain('group "1.1 饭菜经常是凉的"');
  expect(tree).toContain('radio "非常同意"');
  expect(tree).toContain('radio "不作答"');
  expect(tree).toContain('combobox "第1位"');
  expect(tree.indexOf("饭菜经常是凉的")).toBeLessThan(tree.indexOf("菜式选择太少"));
  await next(page).click();
  await page.locator("#f-visit_note").fill("好".repeat(120));
  await expect(page.locator("#f-visit_note-count")).toHaveAttribute("role", "status");
});

test.describe("with less motion", () => {
  test.use({ contextOptions: { reducedMotion: "reduce" } });
  test("nothing moves for who asked for less motion", async ({ page, zicha }) => {
    await scan(page, zicha);
    expect(await page.evaluate(() => Array.from(document.querySelectorAll("*")).filter((e) => !["0s", ""].includes(getComputedStyle(e).transitionDuration)).length)).toBe(0);
  });
});

test("what is chosen, open and wrong differs in shape and words, not in colour alone", async ({ page, zicha }) => {
  await scan(page, zicha, "canteen");
  await next(page).click();
  await pick(page, "food_cold", "agree");
  const mark = (option) => page.locator(`#q-food_cold input[value="${option}"] + span`).evaluate((span) => ({ content: getComputedStyle(span, "::before").content, edge: getComputedStyle(span).boxShadow !== "none" }));
  expect(await mark("agree")).toEqual({ content: '"✓"', edge: true });
  expect(await mark("partly")).toEqual({ content: "none", edge: false });
  await toEnd(page);
  await submit(page);
  await expect(page.locator("#e-visit_meal")).toContainText("请修改：");
});
