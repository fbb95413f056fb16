// Pictures for the guide, taken of the demo: `npm --prefix tests/browser run guide`.
// They show what a reader will see, so they are taken again whenever the desk's looks change.
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "@playwright/test";
import { BINARY, freePort } from "./service.mjs";

const out = new URL("../../docs/images/guide/", import.meta.url).pathname;
mkdirSync(out, { recursive: true });
const port = await freePort();
const demo = spawn(BINARY, ["demo", "--listen", `127.0.0.1:${port}`], { stdio: ["ignore", "pipe", "ignore"] });
let said = "";
demo.stdout.on("data", (bytes) => { said += bytes; });
const url = `http://127.0.0.1:${port}`;
while (!(said.includes("fuzeren") && (await fetch(`${url}/readyz`).then((r) => r.ok, () => false)))) await new Promise((resolve) => setTimeout(resolve, 100));
const password = (name) => new RegExp(`${name}\\s+(\\S+)`).exec(said)[1];
const past = /bulletin\/(\w{8})/.exec(said)[1];
const browser = await chromium.launch({ executablePath: process.env.ZICHA_CHROMIUM || "/usr/bin/chromium", args: ["--no-sandbox"] });

async function signedIn(name) {
  const page = await (await browser.newContext({ viewport: { width: 1180, height: 760 }, locale: "zh-CN" })).newPage();
  await page.goto(`${url}/desk/sign-in`);
  await page.fill("input[name=name]", name);
  await page.fill("input[name=password]", password(name));
  await page.click("main button[type=submit]");
  return page;
}
const shoot = (page, name) => page.screenshot({ path: `${out}${name}.png` });

// The section.
const page = await signedIn("fuzeren");
const pictures = {
  home: "/desk",
  results: `/desk/rounds/${past}/results`,
  screening: `/desk/rounds/${past}/texts?question=service_example`,
  problems: `/desk/rounds/${past}/problems`,
  exports: `/desk/rounds/${past}/exports`,
};
for (const [name, path] of Object.entries(pictures)) {
  await page.goto(url + path);
  await shoot(page, name);
}
await page.goto(`${url}/desk/surveys/edit?from=canteen`);
await page.click("main form[data-live] button:not([formaction])");
await page.goto(`${url}/desk/surveys/canteen-2/part/question.food_cold`);
await page.fill("#text_zh-CN", "食堂的饭菜有时是凉的");
await page.frameLocator("iframe").getByText("食堂的饭菜有时是凉的").first().waitFor();
await page.waitForTimeout(300);
await shoot(page, "surveys");

// Trustees: a draft whose key is to be shared out.
await page.goto(`${url}/desk/rounds/new`);
await page.fill("#title", "第三轮对照检查");
const day = (ahead) => new Date(Date.now() + ahead * 864e5).toISOString().slice(0, 10);
await page.fill("#opens", day(7));
await page.fill("#closes", day(14));
await page.click("main button[type=submit]");
await page.waitForURL(/rounds\/\w{8}$/);
const draft = /rounds\/(\w{8})/.exec(page.url())[1];
await page.goto(`${url}/desk/rounds/${draft}/custody`);
await shoot(page, "trustees");

// The head of a unit.
const head = await signedIn("zhongdui");
await head.goto(`${url}/desk/rounds/${past}/lists/CS`);
await shoot(head, "unit-head");
demo.kill();

// IT: the first start of all.
const folder = mkdtempSync(join(tmpdir(), "zicha-guide-"));
const fresh = spawn(BINARY, ["serve", "--data", folder, "--listen", `127.0.0.1:${port + 1}`], { stdio: ["ignore", "pipe", "pipe"] });
let first = "";
for (const stream of [fresh.stdout, fresh.stderr]) stream.on("data", (bytes) => { first += bytes; });
while (!/\/desk\/setup\/\S+/.test(first)) await new Promise((resolve) => setTimeout(resolve, 100));
await page.goto(`http://127.0.0.1:${port + 1}${/\/desk\/setup\/[^\s"]+/.exec(first)[0]}`);
await shoot(page, "setup");
await browser.close();
fresh.kill();
rmSync(folder, { recursive: true, force: true });
