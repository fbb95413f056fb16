// Pictures for the guide, taken of the demo: `npm --prefix tests/browser run guide`.
// They show what a reader will see, so they are taken again whenever the desk's looks change.
import { spawn } from "node:child_process";
import { mkdirSync } from "node:fs";
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
const password = /fuzeren\s+(\S+)/.exec(said)[1];
const past = /bulletin\/(\w{8})/.exec(said)[1];
const browser = await chromium.launch({ executablePath: process.env.ZICHA_CHROMIUM || "/usr/bin/chromium", args: ["--no-sandbox"] });
const page = await browser.newPage({ viewport: { width: 1180, height: 760 }, locale: "zh-CN" });
await page.goto(`${url}/desk/sign-in`);
await page.fill("input[name=name]", "fuzeren");
await page.fill("input[name=password]", password);
await page.click("main button[type=submit]");
const pictures = {
  home: "/desk",
  results: `/desk/rounds/${past}/results`,
  screening: `/desk/rounds/${past}/texts?question=service_example`,
  problems: `/desk/rounds/${past}/problems`,
  exports: `/desk/rounds/${past}/exports`,
  surveys: "/desk/surveys/edit?from=canteen",
};
for (const [name, path] of Object.entries(pictures)) {
  await page.goto(url + path);
  if (name === "surveys") {
    await page.click("button:has-text(\"检查并预览\")");
    await page.frameLocator("iframe").locator("form").waitFor();
  }
  await page.screenshot({ path: `${out}${name}.png` });
}
await browser.close();
demo.kill();
