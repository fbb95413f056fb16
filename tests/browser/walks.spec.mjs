// Two walks of people who know no computers' words: from an empty install and the office's own table to slips that are printed, and from 600 texts to lists that were handed over and received.
// What a person does is counted, not timed: a step that takes more than a few seconds of anybody's time is a click or a line to type.
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "@playwright/test";
import { BINARY, freePort, signIn as enter } from "./service.mjs";

const TABLE = new URL("../tables/office.xlsx", import.meta.url).pathname;
const PASSWORD = "一句容易记住而且够长的口令";
const DESK = { viewport: { width: 1280, height: 900 }, acceptDownloads: true };
const day = (offset) => new Date(Date.now() + 8 * 3600_000 + offset * 86_400_000).toISOString().slice(0, 10);

let server;
let folder;

test.afterEach(() => {
  if (server) server.kill();
  if (folder) rmSync(folder, { recursive: true, force: true });
});

/** An empty install: its address, its first words, and its commands. */
async function install() {
  folder = mkdtempSync(join(tmpdir(), "zicha-walk-"));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const environment = { ...process.env, ZICHA_DATA: folder, ZICHA_PUBLIC_URL: url, ZICHA_LISTEN: `127.0.0.1:${port}` };
  delete environment.ZICHA_DATABASE;
  const zicha = (...words) => execFileSync(BINARY, words, { env: environment, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] }).trim();
  const serve = async () => {
    server = spawn(BINARY, ["serve"], { env: environment, stdio: ["ignore", "pipe", "ignore"] });
    let said = "";
    server.stdout.on("data", (bytes) => { said += bytes; });
    await expect.poll(() => fetch(`${url}/readyz`).then((r) => r.ok, () => false), { timeout: 20_000 }).toBe(true);
    return () => said;
  };
  return { url, zicha, serve };
}

/** What a person does on a page, counted. */
function hands(page) {
  const done = { count: 0 };
  const counted = (name) => (...what) => { done.count += 1; return page[name](...what); };
  return { done, click: counted("click"), fill: counted("fill"), setInputFiles: counted("setInputFiles"), press: (key) => { done.count += 1; return page.keyboard.press(key); } };
}

test("from an empty install and the office's own table to printed slips, without a code, a text for machines or an English word", async ({ browser }) => {
  test.setTimeout(120_000);
  const { url, serve } = await install();
  const said = await serve();
  await expect.poll(said).toContain("/desk/setup/");
  const page = await (await browser.newContext(DESK)).newPage();
  const me = hands(page);
  /** Nothing on the way asks for, or shows, words of another trade. */
  const plain = async () => {
    const words = await page.locator("main").innerText();
    expect(words.match(/JSON|CSV|UTF|SQL|API|survey|choices/gi) || []).toEqual([]);
  };

  await page.goto(url + /\/desk\/setup\/\w+/.exec(said())[0]);
  await plain();
  for (const [name, value] of [["bureau", "江湾区局"], ["person", "周负责"], ["post", "政工科科长"], ["name", "zhoufuze"], ["password", PASSWORD], ["again", PASSWORD]]) await me.fill(`#${name}`, value);
  await me.click("main button[type=submit]");
  await me.click("main a.button, main a:has-text('登录')");
  await me.fill("#name", "zhoufuze");
  await me.fill("#password", PASSWORD);
  await me.click("main button[type=submit]");
  await plain();

  // The first page says what comes first. The office's table is taken as it is.
  const start = page.locator(".start li");
  await expect(start.first()).toHaveClass(/now/);
  await me.click(".start li.now a");
  await plain();
  await me.setInputFiles("#file", TABLE);
  await me.click("text=上传并核对");
  await expect(page.locator("main")).toContainText("20 个单位，20 个统计组，共 431 人");
  await expect(page.locator("main")).toContainText("政工科");
  await expect(page.locator("main")).toContainText("“小计”一行不读入");
  await me.click("label:has-text('按类型合为一组')");
  await me.click("text=确认保存");
  await expect(page.locator("main")).toContainText("20 个单位，13 个统计组，共 431 人");
  await plain();

  // From the notice: name, days, whom to ask.
  await me.click("nav a:has-text('待办')");
  await expect(start.first()).toHaveClass(/done/);
  await me.click(".start li.now a");
  await plain();
  await me.fill("#name", "百日作风纪律教育整顿活动");
  await me.fill("#contact", "政工科 0571-12345678");
  const days = page.locator("input[type=date]");
  for (let n = 0; n < await days.count(); n += 1) { me.done.count += 1; await days.nth(n).fill(day(Math.floor(n / 2) * 20 + (n % 2) * 19)); }
  await me.click("main button[type=submit]");

  // A round of the survey that comes with the product.
  await me.click("nav a:has-text('待办')");
  await me.click(".start li.now a");
  await plain();
  await me.fill("#title", "第一轮对照检查");
  await me.fill("#opens", day(0));
  await me.fill("#closes", day(6));
  await me.click("main button[type=submit]");
  await expect(page.locator("main")).toContainText("本轮问谁什么");
  await plain();
  const [sheet] = await Promise.all([page.waitForEvent("download"), me.click("text=生成打印文件")]);
  const slips = join(folder, "slips.html");
  await sheet.saveAs(slips);
  const paper = await (await browser.newContext(DESK)).newPage();
  await paper.goto(`file://${slips}`);
  expect(await paper.locator(".slip").count()).toBeGreaterThanOrEqual(431);
  await expect(paper.locator("body")).toContainText("政工科");
  await page.goto(`${url}/desk`);
  await expect(start.nth(3)).toHaveClass(/done/);
  // Forty-odd clicks and lines: at ten seconds each, less than ten minutes.
  console.log(`walk to printed slips: ${me.done.count} clicks and lines`);
  expect(me.done.count).toBeLessThan(50);
});

/** Questions whose answers are texts. */
const ASKED = ["honor_example", "learning_example", "lawful_example", "org_example"];
/** What people write: the same few things, each a little differently. */
const SAID = ["晚上值班经常找不到人", "学习就是念文件", "案卷没有人审", "开会太多", "工具坏了没人修", "群众来电没人回", "考核只看关系", "新人没人带", "着装检查走过场", "加班没有调休", "培训讲的用不上", "分工不清楚"];
const ENDS = ["", "。", "！", "了", "，希望改", "，已经很久"];

test("from 600 texts to lists that were handed over and received, by two people", async ({ browser }) => {
  test.setTimeout(300_000);
  const { url, zicha, serve } = await install();
  const units = join(folder, "units.csv");
  writeFileSync(units, "单位名称,人数\n甲中队,60\n乙中队,60\n丙中队,60\n");
  zicha("units", "import", units);
  const round = zicha("round", "create", "--survey", "self-check", "--title", "第一轮对照检查", "--opens", day(0), "--closes", day(6));
  const table = join(folder, "slips.csv");
  zicha("slips", "issue", "--round", round, "--format", "csv", "--out", table);
  const codes = [...readFileSync(table, "utf8").matchAll(/#(\d{20})/g)].map((m) => m[1]);
  zicha("round", "open", round, "--custody", "server", "--yes");
  const password = (name, ...more) => /password (\S+)/.exec(zicha("account", "add", name, ...more))[1];
  const people = {
    jingban: password("jingban", "--role", "clerk", "--person", "吴经办", "--post", "政工科科员"),
    fuzeren: password("fuzeren", "--role", "head", "--person", "周负责", "--post", "政工科科长"),
    jia: password("jia", "--role", "unit_head", "--unit", "JZD", "--person", "甲队长", "--post", "甲中队中队长"),
    yi: password("yi", "--role", "unit_head", "--unit", "YZD", "--person", "乙队长", "--post", "乙中队中队长"),
    bing: password("bing", "--role", "unit_head", "--unit", "BZD", "--person", "丙队长", "--post", "丙中队中队长"),
  };
  await serve();

  // 150 officers of three units write four texts each.
  const perUnit = codes.length / 3;
  const used = codes.filter((_, n) => n % perUnit < 50);
  for (let from = 0; from < used.length; from += 10) {
    await Promise.all(used.slice(from, from + 10).map(async (code, at) => {
      const n = from + at;
      const fields = new URLSearchParams({ code, honor_pride: "widespread", honor_brand: n % 3 ? "frequent" : "none" });
      ASKED.forEach((question, k) => fields.set(question, SAID[(n + 3 * k) % SAID.length] + ENDS[Math.floor(n / SAID.length) % ENDS.length]));
      const answer = await fetch(`${url}/r/${round}`, { method: "POST", body: fields, redirect: "manual" });
      expect(answer.status, await answer.text()).toBeLessThan(400);
    }));
  }
  zicha("round", "close", round, "--yes");

  const seat = async (name) => {
    const page = await (await browser.newContext(DESK)).newPage();
    await enter(page, url, name, people[name]);
    return { page, ...hands(page) };
  };
  const clerk = await seat("jingban");
  await clerk.page.goto(`${url}/desk/rounds/${round}`);
  await clerk.click("main button:has-text('开箱')");
  await clerk.click("main button.grave");
  await expect.poll(async () => { await clerk.page.goto(`${url}/desk/rounds/${round}`); return clerk.page.locator("main").textContent(); }, { timeout: 60_000 }).toContain("结果怎么用");

  // The clerk reads: what says the same stands together; some of it is summed up as a case, the rest is not used.
  await clerk.page.goto(`${url}/desk/rounds/${round}/texts`);
  await expect(clerk.page.locator("main")).toContainText("共 600 条文字，已筛查 0 条");
  let summed = 0;
  for (const question of ASKED) {
    await clerk.page.goto(`${url}/desk/rounds/${round}/texts?question=${question}`);
    const boxes = clerk.page.locator("form.screening input[name=t]");
    const rows = clerk.page.locator("#problem option:not([value=''])");
    if (await rows.count()) {
      const cluster = clerk.page.locator(".cluster.many").first();
      const alike = await cluster.locator("input[name=t]").count();
      expect(alike).toBeGreaterThan(3);
      await clerk.click(".cluster.many >> nth=0 >> [data-tick]");
      await clerk.click("text=把勾选的归纳为一条具体事例");
      await clerk.fill("#summary", "多人反映同一情况，表述相近，已归纳");
      await clerk.page.selectOption("#problem", { index: 1 });
      await clerk.click("button[value=propose]");
      await expect(clerk.page.locator("main")).toContainText(`上一步处理了 ${alike} 条`);
      summed += alike;
    }
    while (await boxes.count()) {
      const before = await boxes.count();
      await clerk.click("form.screening button[data-every]");
      await clerk.press("n");
      await expect(clerk.page.locator("main")).toContainText(`上一步处理了 ${before} 条`);
    }
  }
  expect(summed).toBeGreaterThan(5);

  // The head reads the same, and confirms page by page.
  const head = await seat("fuzeren");
  for (const question of ASKED) {
    await head.page.goto(`${url}/desk/rounds/${round}/texts?question=${question}`);
    const boxes = head.page.locator("form.screening input[name=t]");
    while (await boxes.count()) {
      const before = await boxes.count();
      await head.click("form.screening button[data-every]");
      await head.press("c");
      await expect(head.page.locator("main")).toContainText(`上一步处理了 ${before} 条`);
    }
  }
  await head.page.goto(`${url}/desk/rounds/${round}`);
  await head.click("main button:has-text('同意发布')");
  // Nothing is open any more but what is held.
  await expect(head.page.locator("main")).not.toContainText("没有筛查完");
  await head.click("main button.grave");
  await clerk.page.goto(`${url}/desk`);
  await clerk.click("#tasks a:has-text('发布')");
  await clerk.click("main button:has-text('同意发布')");
  await clerk.click("main button.grave");
  await expect(clerk.page.locator("main")).toContainText("已发布");

  // Each head finds the list on the first page, reads it and confirms that it arrived; the section sees when nobody is missing.
  await clerk.page.goto(`${url}/desk/rounds/${round}/problems`);
  await expect(clerk.page.locator("main")).toContainText("未签收单位：3");
  for (const name of ["jia", "yi", "bing"]) {
    const unit = await seat(name);
    await unit.click("#tasks a:has-text('签收问题清单')");
    await expect(unit.page.locator(".paper")).toContainText("作风纪律自查问题清单");
    await unit.click("text=签收清单");
    await expect(unit.page.locator("main")).toContainText("本单位已签收第 1 版清单");
  }
  await clerk.page.goto(`${url}/desk/rounds/${round}/problems`);
  await expect(clerk.page.locator("main")).not.toContainText("未签收单位");
  await expect(clerk.page.locator("#receipts")).toContainText("甲队长（甲中队中队长）");
  console.log(`600 texts to received lists: clerk ${clerk.done.count}, head ${head.done.count} clicks and lines, besides reading`);
  expect(clerk.done.count + head.done.count).toBeLessThan(120);
});
