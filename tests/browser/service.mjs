// A running zicha with rounds of every kind, made with its own commands: what a test gets is what a bureau gets.
// One service for each worker; every test draws slips of its own, so that tests do not meet.
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test as base, expect } from "@playwright/test";

export const BINARY = process.env.ZICHA_BINARY || (process.env.CARGO_TARGET_DIR || new URL("../../target", import.meta.url).pathname) + "/debug/zicha";

export function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

function day(offset) {
  return new Date(Date.now() + 8 * 3600_000 + offset * 86_400_000).toISOString().slice(0, 10);
}

/** Starts a service on an empty folder and fills it: an open round of each shipped survey, one of posters, one not open yet, one closed. */
export async function start() {
  const folder = mkdtempSync(join(tmpdir(), "zicha-browser-"));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const environment = { ...process.env, ZICHA_DATA: folder, ZICHA_LISTEN: `127.0.0.1:${port}`, ZICHA_PUBLIC_URL: url };
  delete environment.ZICHA_DATABASE;
  const zicha = (...words) => execFileSync(BINARY, words, { env: environment, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] }).trim();

  const units = join(folder, "units.csv");
  writeFileSync(units, "code,name,kind,headcount,group\nA,甲中队,中队,60,\nB,乙中队,中队,60,\n");
  zicha("units", "import", units);
  const codes = {};
  const sheets = {};
  const round = (name, survey, title, options = []) => {
    const id = zicha("round", "create", "--survey", survey, "--title", title, "--opens", day(name === "later" ? 1 : 0), "--closes", day(7), ...options);
    for (const format of ["csv", "html"]) {
      const out = join(folder, `${name}.${format}`);
      // Issuing again voids the codes issued before, so the table comes last.
      if (format === "html" || name !== "later") sheets[name + "." + format] = out;
    }
    zicha("slips", "issue", "--round", id, "--format", "html", "--out", sheets[name + ".html"]);
    if (name !== "printed" && name !== "poster") {
      const table = join(folder, `${name}.table.csv`);
      zicha("slips", "issue", "--round", id, "--format", "csv", "--out", table, "--yes");
      codes[name] = [...readFileSync(table, "utf8").matchAll(/#(\d{20})/g)].map((m) => m[1]);
    }
    zicha("round", "open", id, "--custody", "server", "--yes");
    return id;
  };
  const rounds = {
    check: round("check", "self-check", "第一轮对照检查"),
    short: round("short", "self-check-short", "第一轮回头看"),
    canteen: round("canteen", "canteen", "食堂满意度调查"),
    hostile: round("hostile", new URL("hostile.json", import.meta.url).pathname, "名字像程序的题目"),
    printed: round("printed", "self-check", "第二轮对照检查"),
    poster: round("poster", "canteen", "食堂满意度试填", ["--access", "poster"]),
    later: round("later", "self-check", "下一轮对照检查"),
    closed: round("closed", "canteen", "上一轮调查"),
  };
  zicha("round", "close", rounds.closed, "--yes");
  const password = /password (\S+)/.exec(zicha("account", "add", "keyuan", "--role", "clerk"))[1];

  const server = spawn(BINARY, ["serve"], { env: environment, stdio: ["ignore", "ignore", "ignore"] });
  for (let n = 0; ; n += 1) {
    const ready = await fetch(`${url}/readyz`).then((r) => r.ok, () => false);
    if (ready) break;
    if (n > 200) throw new Error("zicha did not start");
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return {
    url,
    rounds,
    codes,
    sheets,
    clerk: { name: "keyuan", password },
    /** A slip that nobody has used. */
    slip: (name = "check") => codes[name].pop(),
    /** A round of its own for a test that ends it: its address, a slip, and how it is closed. */
    ending(survey) {
      const id = zicha("round", "create", "--survey", survey, "--title", "今天截止的一轮", "--opens", day(0), "--closes", day(7));
      const table = join(folder, `${id}.csv`);
      zicha("slips", "issue", "--round", id, "--format", "csv", "--out", table, "--yes");
      zicha("round", "open", id, "--custody", "server", "--yes");
      return { page: `${url}/r/${id}`, code: /#(\d{20})/.exec(readFileSync(table, "utf8"))[1], close: () => zicha("round", "close", id, "--yes") };
    },
    /** How many ballots a round holds, counted by closing it: this ends the round. */
    close: (name) => Number(/"ballots":\s*(\d+)/.exec(zicha("--json", "round", "status", (zicha("round", "close", rounds[name], "--yes"), rounds[name])))[1]),
    zicha,
    stop() {
      server.kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export const test = base.extend({
  zicha: [
    async ({}, use) => {
      const service = await start();
      await use(service);
      service.stop();
    },
    { scope: "worker" },
  ],
});

/** The phone of an officer: a questionnaire that was opened by scanning a slip. */
export async function scan(page, zicha, name = "check", query = "") {
  const code = zicha.slip(name);
  await page.goto(`${zicha.url}/r/${zicha.rounds[name]}${query}#${code}`);
  return code;
}

/** The step that is shown. */
export const step = (page) => page.locator(".step:not([hidden])");
export const next = (page) => page.locator(".pager button:not(.second)");
/** Ticks an option of a question, as a thumb does: on its label. */
export const pick = (page, question, option) => page.locator(`#q-${question} .pick`, { has: page.locator(`input[value="${option}"]`) }).click();
/** Goes to the last step. */
export async function toEnd(page) {
  await page.getByRole("button", { name: /^(目录|Contents)$/ }).click();
  await next(page).click();
  await expect(page.locator("#send")).toBeVisible();
}
/** Cuts the network, and waits until it is cut: the browser is told at once, its network a moment later, and what goes out in between arrives. */
export async function offline(page, context) {
  await context.setOffline(true);
  const reached = () => page.evaluate(() => fetch("/privacy", { cache: "no-store" }).then(() => true, () => false));
  await expect.poll(reached).toBe(false);
}

export const submit = (page) => page.locator("#send button[type=submit]").click();

/** Answers the one required question of the canteen survey and goes to the last step. */
export async function lunch(page) {
  await next(page).click();
  await next(page).click();
  await pick(page, "visit_meal", "lunch");
  await toEnd(page);
}

/** The browser's own back button. A page that was frozen never loads, so there is no load to wait for. */
export async function back(page) {
  await page.evaluate(() => history.back());
  await page.waitForTimeout(600);
}

/** Everything that a browser keeps for a site. */
export async function kept(page) {
  return page.evaluate(async () => ({
    local: Object.keys(localStorage),
    session: Object.keys(sessionStorage),
    caches: await caches.keys(),
    workers: (await navigator.serviceWorker.getRegistrations()).length,
    databases: (await indexedDB.databases()).length,
    cookies: document.cookie,
  }));
}
export const NOTHING = { local: [], session: [], caches: [], workers: 0, databases: 0, cookies: "" };

export { expect };

const changed = new Map();

/** Signs in at the desk. A password that somebody else chose is changed first, as the desk asks. */
export async function signIn(page, url, name, password) {
  const account = url + name;
  await page.goto(`${url}/desk/sign-in`);
  await page.fill("input[name=name]", name);
  await page.fill("input[name=password]", changed.get(account) || password);
  await page.click("main button[type=submit]");
  await expect(page.locator(".who")).toContainText(/退出|Sign out/);
  if (!(await page.locator("#again").count()) || new URL(page.url()).pathname !== "/desk/me") return;
  const own = `${name}自己记得住的一句口令`;
  await page.fill("#old", password);
  await page.fill("#new", own);
  await page.fill("#again", own);
  await page.click("form:has(#again) button[type=submit]");
  await page.goto(`${url}/desk`);
  await expect(page.locator("main")).not.toContainText("请先修改口令");
  changed.set(account, own);
}
