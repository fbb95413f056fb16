// The desk in a real browser, on the filled demo: every page of every role, clean for axe, whole at 768 and 1440 px, without an error in the console.
import { spawn } from "node:child_process";
import AxeBuilder from "@axe-core/playwright";
import { test as base, expect } from "@playwright/test";
import { BINARY, freePort } from "./service.mjs";

const test = base.extend({
  demo: [
    async ({}, use) => {
      const port = await freePort();
      const demo = spawn(BINARY, ["demo", "--listen", `127.0.0.1:${port}`], { stdio: ["ignore", "pipe", "ignore"] });
      let said = "";
      demo.stdout.on("data", (bytes) => { said += bytes; });
      const url = `http://127.0.0.1:${port}`;
      for (let n = 0; !(said.includes("fuzeren") && (await fetch(`${url}/readyz`).then((r) => r.ok, () => false))); n += 1) {
        if (n > 600) throw new Error(`the demo did not start: ${said}`);
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      const password = (name) => new RegExp(`^\\s*${name}\\s+(\\S+)`, "m").exec(said)[1];
      await use({ url, said, password, past: /bulletin\/(\w{8})/.exec(said)[1], open: /\/r\/(\w{8})/.exec(said)[1] });
      demo.kill();
    },
    { scope: "worker", timeout: 90_000 },
  ],
});

async function signIn(page, demo, name) {
  await page.goto(`${demo.url}/desk/sign-in`);
  await page.fill("input[name=name]", name);
  await page.fill("input[name=password]", demo.password(name));
  await page.click("button[type=submit]");
  await expect(page.locator(".who")).toContainText(/退出|Sign out/);
}

const PAGES = (demo) => ({
  fuzeren: [
    "/desk", "/desk/units", "/desk/calendar", "/desk/rounds/new", "/desk/surveys", "/desk/surveys/edit?from=canteen", "/desk/surveys/canteen-2/outline", "/desk/surveys/canteen-2/part/question.visit_week", "/desk/surveys/canteen-2/part/general", "/desk/surveys/canteen-2/part/scale.agree", "/desk/surveys/canteen-2/versions", "/desk/me", "/desk/confirm", `/desk/rounds/${demo.past}`, `/desk/rounds/${demo.past}/results`, `/desk/rounds/${demo.past}/results/3`, `/desk/rounds/${demo.past}/rows`, `/desk/rounds/${demo.past}/rows?group=CS&edit=CS-4.1`, `/desk/rounds/${demo.past}/lists/ALL`, `/desk/rounds/${demo.past}/groups/CS`,
    `/desk/rounds/${demo.past}/texts`, `/desk/rounds/${demo.past}/texts?question=honor_example`, `/desk/rounds/${demo.past}/problems`, `/desk/rounds/${demo.past}/problems/CS`, `/desk/rounds/${demo.past}/exports`, `/desk/rounds/${demo.past}/keeping`, `/desk/rounds/${demo.open}`, `/desk/rounds/${demo.open}/custody`, "/desk/surveys/self-check/preview",
  ],
  guanli: ["/desk", "/desk/accounts", "/desk/accounts/many", "/desk/accounts/change?name=zhongdui", "/desk/help"],
  shenji: ["/desk", "/desk/audit", "/desk/audit?action=export", "/desk/help/section"],
  zhongdui: ["/desk", `/desk/rounds/${demo.past}/lists/CS`, `/desk/rounds/${demo.past}/groups/CS`, "/desk/help/unit-head"],
  lingdao: ["/desk", `/desk/rounds/${demo.past}/results`, `/desk/rounds/${demo.past}/lists/ALL`],
});

for (const name of ["fuzeren", "guanli", "shenji", "zhongdui", "lingdao"]) {
  for (const width of [390, 768, 1440]) {
    test(`every page of ${name} at ${width} px`, async ({ page, demo }) => {
      test.setTimeout(180_000);
      // The wide ones in the second language, which takes more room.
      if (width === 1440) await page.goto(`${demo.url}/desk/language?lang=en&to=/desk`);
      const errors = [];
      const found = [];
      page.on("console", (message) => { if (message.type() === "error") errors.push(`${page.url()}: ${message.text()}`); });
      await page.setViewportSize({ width, height: 900 });
      await signIn(page, demo, name);
      if (name === "fuzeren") {
        // A survey of the bureau's own, for the pages that only such a one has.
        await page.goto(`${demo.url}/desk/surveys/edit?from=canteen`);
        await page.click("button:has-text('保存'), button:has-text('Save')");
        await expect(page.locator("main [title^='canteen-']").first()).toBeVisible();
      }
      for (const path of PAGES(demo)[name]) {
        await page.goto(demo.url + path);
        const result = await new AxeBuilder({ page }).withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]).exclude("iframe").analyze();
        for (const v of result.violations) found.push(`${path}: ${v.id}: ${v.nodes.map((n) => n.target.join(" ")).slice(0, 4).join("; ")}`);
        const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
        if (wide > 0) found.push(`${path}: ${wide} px wider than the window`);
        if (process.env.ZICHA_PICTURES) await page.screenshot({ path: `${process.env.ZICHA_PICTURES}/${name}-${width}-${path.replace(/\W+/g, "_")}.png`, fullPage: true });
      }
      expect(found).toEqual([]);
      expect(errors).toEqual([]);
    });
  }
}

test("what is typed about a question is on the phone beside it, without a click and without taking the cursor away", async ({ page, demo }) => {
  await page.setViewportSize({ width: 1280, height: 900 });
  await signIn(page, demo, "fuzeren");
  await page.goto(`${demo.url}/desk/surveys/edit?from=self-check`);
  await page.click("main form[data-live] button:not([formaction])");
  await page.goto(`${demo.url}/desk/surveys/self-check-2/part/question.service_verify`);
  const phone = page.frameLocator("iframe");
  await page.locator("#text_zh-CN").pressSequentially("甲乙");
  await expect(phone.locator("#q-service_verify")).toContainText("甲乙");
  await expect(phone.locator("#q-service_verify"), "its step is the one that shows").toBeVisible();
  expect(await page.evaluate(() => document.activeElement.id)).toBe("text_zh-CN");
  // What cannot be shown yet says why, in the phone's place.
  await page.fill("#text_en", "");
  await expect(phone.locator(".errors")).toContainText("缺少英文");
  // Inputs of other ways of answering are out of the way.
  await expect(page.locator("#max_chars")).toBeHidden();
  await page.selectOption("#kind", "text");
  await expect(page.locator("#max_chars")).toBeVisible();
  await expect(page.locator("#scale")).toBeHidden();
  // Nothing of it was kept.
  await page.goto(`${demo.url}/desk/surveys/self-check-2/versions`);
  await expect(page.locator("main h2")).toHaveCount(1);
});

test("a table of people becomes accounts with printed notices, and a first password opens only its own change", async ({ browser, demo }) => {
  const open = async () => (await browser.newContext({ viewport: { width: 1280, height: 900 } })).newPage();
  const admin = await open();
  await signIn(admin, demo, "guanli");
  await admin.goto(`${demo.url}/desk/accounts`);
  await admin.click("text=用人员表批量建立");
  // As it is copied from Excel: a title, columns in the office's order, a row of sums.
  await admin.fill("#table", "自查工作人员名单\t\t\t\n序号\t姓名\t职务\t部门\n1\t张　三\t春江街道中队中队长\t春江街道中队\n2\t李四\t局长\t\n合计\t\t2人\t\n");
  await admin.click("text=读取表格");
  await expect(admin.locator("main")).toContainText("将建立 2 个账号");
  await expect(admin.locator("main")).toContainText("单位负责人");
  await admin.click("text=建立并打印告知单");
  await expect(admin.locator(".notice")).toHaveCount(2);
  const password = await admin.locator(".notice", { hasText: "张三（春江街道中队中队长）" }).locator(".digest").innerText();
  // On paper there are the notices and nothing else.
  await admin.emulateMedia({ media: "print" });
  await expect(admin.locator(".noprint").first()).toBeHidden();
  await expect(admin.locator(".notice").first()).toBeVisible();

  const head = await open();
  const enter = async (word) => {
    await head.goto(`${demo.url}/desk/sign-in`);
    await head.fill("#name", "zhangsan");
    await head.fill("#password", word);
    await head.click("main button[type=submit]");
  };
  await enter(password);
  await expect(head.locator("main")).toContainText("请先修改口令");
  await head.goto(`${demo.url}/desk/rounds/${demo.past}/lists/CY`);
  await expect(head.locator("main")).toContainText("请先修改口令");
  await head.fill("#old", password);
  await head.fill("#new", "只有张三自己知道的一句话");
  await head.fill("#again", "只有张三自己知道的一句话");
  await head.click("main button:has-text('修改')");

  // What waits for the head of a unit is the list, and the section sees that it arrived.
  await head.goto(`${demo.url}/desk`);
  await head.locator("#tasks").getByRole("link", { name: /签收问题清单/ }).click();
  await head.click("text=签收清单");
  await expect(head.locator("main")).toContainText("本单位已签收第 1 版清单");
  await head.goto(`${demo.url}/desk`);
  await expect(head.locator("#tasks")).toContainText("现在没有等您办理的事项");
  const section = await open();
  await signIn(section, demo, "fuzeren");
  await section.locator("#tasks").getByRole("link", { name: /催签问题清单/ }).click();
  await expect(section.locator("#receipts tr", { hasText: "春江街道中队" })).toContainText("张三（春江街道中队中队长）");
});

test("texts are screened with the keyboard, many at once, and the last step can be taken back", async ({ page, demo }) => {
  await page.setViewportSize({ width: 1280, height: 900 });
  await signIn(page, demo, "jingban");
  await page.goto(`${demo.url}/desk/rounds/${demo.past}/texts?question=honor_example`);
  const boxes = page.locator("form.screening input[name=t]");
  const before = await boxes.count();
  expect(before).toBeGreaterThan(5);
  const alike = await page.locator(".cluster.many").first().locator("input[name=t]").count();
  await page.keyboard.press("j");
  await expect(boxes.first()).toBeFocused();
  await page.keyboard.press("a");
  await expect(page.locator("input[name=t]:checked")).toHaveCount(alike);
  await page.keyboard.press("n");
  await expect(page.locator("main")).toContainText(`上一步处理了 ${alike} 条`);
  await expect(boxes).toHaveCount(before - alike);
  // A key in a field is a letter.
  await page.click("text=把勾选的归纳为一条具体事例");
  await page.locator("#summary").pressSequentially("nun");
  await expect(page.locator("#summary")).toHaveValue("nun");
  await expect(boxes).toHaveCount(before - alike);
  await page.click("text=撤销上一步");
  await expect(boxes).toHaveCount(before);
});
