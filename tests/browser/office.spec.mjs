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
    "/desk", "/desk/units", "/desk/calendar", "/desk/rounds/new", "/desk/surveys", "/desk/surveys/edit?from=canteen", "/desk/surveys/canteen-2/outline", "/desk/surveys/canteen-2/part/question.visit_week", "/desk/surveys/canteen-2/part/general", "/desk/surveys/canteen-2/part/scale.agree", "/desk/surveys/canteen-2/versions", "/desk/me", "/desk/confirm", `/desk/rounds/${demo.past}`, `/desk/rounds/${demo.past}/results`, `/desk/rounds/${demo.past}/lists/ALL`, `/desk/rounds/${demo.past}/groups/CS`,
    `/desk/rounds/${demo.past}/texts`, `/desk/rounds/${demo.past}/texts?question=honor_example`, `/desk/rounds/${demo.past}/problems`, `/desk/rounds/${demo.past}/problems/CS`, `/desk/rounds/${demo.past}/exports`, `/desk/rounds/${demo.past}/keeping`, `/desk/rounds/${demo.open}`, `/desk/rounds/${demo.open}/custody`, "/desk/surveys/self-check/preview",
  ],
  guanli: ["/desk", "/desk/accounts"],
  shenji: ["/desk", "/desk/audit", "/desk/audit?action=export"],
});

for (const name of ["fuzeren", "guanli", "shenji"]) {
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
        await expect(page.locator("main")).toContainText("canteen-");
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
