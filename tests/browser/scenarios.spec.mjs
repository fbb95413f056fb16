// What the section, a squad head and an auditor do in one campaign, from an empty install, each step as somebody would try it.
// The steps build on each other, so they run in order in one worker; officers' answers are posted as a browser without script posts them.
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "@playwright/test";
import { BINARY, freePort, signIn as enter } from "./service.mjs";

test.describe.configure({ mode: "serial", timeout: 120_000 });

const UNITS = "单位代码,单位名称,类型,人数,统计组,统计组名称\nCSL,长寿街道中队,squad,36,,\nSQ,石泉街道中队,squad,24,,\nCW,财务装备科,section,4,,\nJJ,纪检监察组,section,3,,\nBGS,办公室,section,8,,\n";
const PASSWORD = "一句容易记住而且够长的口令";
let server;
let folder;
let url;
let environment;
let head; // the page of the section's head
let admin; // the page of the administrator
let browserOf;
const codes = {};

const today = (offset = 0) => new Date(Date.now() + 8 * 3600_000 + offset * 86_400_000).toISOString().slice(0, 10);
const desk = async (name, password) => {
  const page = await (await browserOf.newContext({ viewport: { width: 1280, height: 900 }, acceptDownloads: true })).newPage();
  await enter(page, url, name, password);
  return page;
};
/** An account, made by the administrator at the desk. */
const account = async (name, role, units = "") => {
  await admin.goto(`${url}/desk/accounts`);
  await admin.fill("#name", name);
  await admin.fill("#person", `${name}某`);
  await admin.selectOption("#role", role);
  for (const unit of units.split(",").filter(Boolean)) await admin.check(`#units input[value="${unit}"]`);
  await admin.click("main button:has-text('建立')");
  return admin.locator(".digest").innerText();
};
const post = (round, code, fields) =>
  fetch(`${url}/r/${round}`, { method: "POST", redirect: "manual", headers: { "content-type": "application/x-www-form-urlencoded" }, body: new URLSearchParams({ code, ...fields }) });
const create = async (title, opens, closes) => {
  await head.goto(`${url}/desk/rounds/new`);
  await head.fill("#title", title);
  await head.fill("#opens", opens);
  await head.fill("#closes", closes);
  await head.click("main button[type=submit]");
  await expect(head.locator("h1")).toHaveText(title);
  return head.url().split("/").pop();
};
const openAsTrial = async () => {
  await head.click("main button:has-text('试用开放')");
  await head.click("main button.grave");
  await expect(head.locator(".path .now")).toHaveText("已开放");
};
const download = async (page, click) => {
  const [file] = await Promise.all([page.waitForEvent("download"), click()]);
  const path = join(folder, `${Math.random()}`);
  await file.saveAs(path);
  return { name: file.suggestedFilename(), text: readFileSync(path, "utf8") };
};
/** Prints all slips of the round that is shown; returns the codes by unit. */
const print = async () => {
  const { text } = await download(head, () => head.click("text=生成打印文件"));

  const found = {};
  for (const piece of text.split('class="unit"').slice(1)) {
    const unit = />([^<]+)</.exec(piece)[1].trim();
    (found[unit] ||= []).push(/class="code">([0-9 ]+)</.exec(piece)[1]);
  }
  return { found, text };
};

test.beforeAll(async ({ browser }) => {
  browserOf = browser;
  folder = mkdtempSync(join(tmpdir(), "zicha-scenarios-"));
  const port = await freePort();
  url = `http://127.0.0.1:${port}`;
  environment = { ...process.env, ZICHA_DATA: folder, ZICHA_PUBLIC_URL: url };
  delete environment.ZICHA_DATABASE;
  server = spawn(BINARY, ["serve", "--listen", `127.0.0.1:${port}`], { env: environment, stdio: ["ignore", "pipe", "ignore"] });
  let said = "";
  server.stdout.on("data", (bytes) => { said += bytes; });
  await expect.poll(() => said, { timeout: 20_000 }).toContain("/desk/setup/");
  const page = await browser.newPage();
  await page.goto(url + /\/desk\/setup\/\w+/.exec(said)[0]);
  await page.fill("#bureau", "江湾区局");
  await page.fill("#person", "周负责");
  await page.fill("#post", "政工科科长");
  await page.fill("#name", "fuzeren");
  for (const field of ["#password", "#again"]) await page.fill(field, PASSWORD);
  await page.click("main button[type=submit]");
  admin = await desk("guanli", await page.locator(".digest").innerText());
  head = await desk("fuzeren", PASSWORD);
});

test.afterAll(() => {
  if (server) server.kill();
  if (folder) rmSync(folder, { recursive: true, force: true });
});

let early;
let round;

/** The head says that the owner of a new account was seen. */
async function vouch(head, name) {
  await head.goto(`${url}/desk`);
  await head.click(`form:has-text("${name}") button:has-text("已核实是本人")`);
}

test("set up from the notice: seven categories and 47 items in its order, and not reachable before the first day", async () => {
  await head.goto(`${url}/desk/units`);
  await head.click("summary:has-text('粘贴一张表')");
  await head.fill("#table", UNITS);
  await head.click("text=导入并替换");
  await expect(head.locator("main")).toContainText("5 个单位，5 个统计组，共 75 人");
  await head.goto(`${url}/desk/surveys/self-check/preview/page`);
  const categories = head.locator("section h2", { hasText: /^[一二三四五六七]、/ });
  await expect(categories).toHaveCount(7);
  await expect(head.locator("fieldset.item legend .num")).toHaveCount(47);
  await expect(categories.first()).toContainText("集体荣誉感不强");
  await expect(categories.last()).toContainText("工作热情不高");
  early = await create("明天才开放的一轮", today(1), today(8));
  await openAsTrial();
  const page = await fetch(`${url}/r/${early}`);
  const text = await page.text();
  expect(text).toContain("本轮问卷尚未开放");
  expect(text).not.toContain("<form");
});

test("print slips: 36 heads make 40, in no order and without numbers; printing again voids the first, and not after a slip is spent", async () => {
  // Since yesterday: an evening is over, at which turnout is taken.
  round = await create("第一轮对照检查", today(-1), today(7));
  await openAsTrial();
  const first = await print();
  expect(first.found["长寿街道中队"].length).toBe(40);
  expect(first.text).not.toMatch(/(序号|编号|No\.) ?\d/);
  const sorted = [...first.found["长寿街道中队"]].sort();
  expect(first.found["长寿街道中队"]).not.toEqual(sorted);
  await head.goto(`${url}/desk/rounds/${round}`);
  await head.click("text=生成打印文件");
  await expect(head.locator(".errors")).toContainText("重新印发会使已发出的全部作废");
  await head.goto(`${url}/desk/rounds/${round}`);
  await head.check("input[name=again]");
  Object.assign(codes, (await print()).found);
  const voided = await post(round, first.found["长寿街道中队"][0], { honor_pride: "none" });
  expect(voided.status).toBe(422);
  expect((await post(round, codes["长寿街道中队"].pop(), { honor_pride: "widespread", service_verify: "none" })).headers.get("location")).toContain("/received");
  await head.goto(`${url}/desk/rounds/${round}`);
  await head.check("input[name=again]");
  await head.click("text=生成打印文件");
  await expect(head.locator(".errors")).toBeVisible();
});

test("turnout is watched in bands of large groups only; no page tells who has answered", async () => {
  const answers = { 长寿街道中队: 24, 石泉街道中队: 20, 财务装备科: 4, 纪检监察组: 3, 办公室: 6 };
  for (const [unit, count] of Object.entries(answers)) {
    for (let n = 0; n < count; n += 1) {
      const how = unit === "办公室" || n % 3 ? "widespread" : "none";
      const sent = await post(round, codes[unit].pop(), { honor_pride: how, service_verify: unit === "石泉街道中队" ? "frequent" : "isolated", honor_example: `${unit}有人迟到` });
      expect(sent.headers.get("location")).toContain("/received");
    }
  }
  await head.goto(`${url}/desk/rounds/${round}`);
  expect(await head.locator("main").innerText()).not.toMatch(/已填|未填|已提交名单/);
  // The snapshot was taken at once: bands of the two squads, of nobody smaller.
  const turnout = head.locator(".card", { has: head.getByRole("heading", { name: "回收情况" }) });
  const bands = turnout.locator("tr");
  await expect.poll(async () => { await head.reload(); return bands.allInnerTexts(); }, { timeout: 20_000 }).toEqual([expect.stringMatching(/长寿街道中队\s+(不足25%|25%～50%|50%～75%)$/), expect.stringMatching(/石泉街道中队\s+(不足25%|25%～50%|50%～75%|75%及以上)$/)]);
  expect(await turnout.innerText()).not.toContain("财务装备科");
  // Nothing to see before the opening, by any address.
  for (const path of ["results", "lists/ALL", "export/tally?format=csv"]) expect((await head.request.get(`${url}/desk/rounds/${round}/${path}`, { maxRedirects: 0 })).status()).toBeGreaterThanOrEqual(400);
});

test("close, open, and export the aggregate: Excel reads it, no row is a response, and it adds up", async () => {
  await head.goto(`${url}/desk/rounds/${round}`);
  await head.click("main button:has-text('截止本轮')");
  await expect(head.locator("main")).toContainText("提前截止后不能重新开放");
  await head.click("main button.grave");
  await head.click("main button:has-text('开箱')");
  await head.click("main button.grave");
  await expect.poll(async () => { await head.goto(`${url}/desk/rounds/${round}`); return head.locator("main").innerText(); }, { timeout: 60_000 }).toContain("同意发布");
  await head.click("text=导出 Word、Excel");
  const csv = async (table) => {
    const link = `a[href="/desk/rounds/${round}/export/${table}?format=csv"]`;
    await head.locator(`details:has(${link}) > summary`).click();
    return download(head, () => head.click(link));
  };
  const tally = await csv("tally");
  expect(tally.name).toContain("选项统计_第一轮对照检查");
  expect(tally.text.startsWith("\uFEFF\"轮次编号\"")).toBe(true);
  const rows = tally.text.slice(1).trim().split("\r\n").slice(1).map((line) => line.slice(1, -1).split("\",\""));
  const bureau = rows.filter((r) => r[2] === "ALL" && r[8] === "1.1");
  expect(bureau.length).toBeGreaterThan(0);
  expect(new Set(rows.map((r) => r[5])).has("58")).toBe(true);
  expect(tally.text).not.toMatch(/时间|地址|IP|设备|填写码/);
  const turnout = await csv("turnout");
  const all = turnout.text.trim().split("\r\n").map((line) => line.slice(1, -1).split("\",\"")).find((r) => r[1] === "ALL");
  expect(all.slice(-5)).toEqual(["58", "58", "0", "0", "58"]);
});

test("small units are merged, and nothing names them alone", async () => {
  await head.goto(`${url}/desk/rounds/${round}/results`);
  await expect(head.locator("main")).toContainText("样本不足，合并统计");
  const wide = await head.request.get(`${url}/desk/rounds/${round}/export/wide?format=csv`);
  const groups = new Set((await wide.text()).trim().split("\r\n").slice(1).map((line) => line.split("\",\"")[1]));
  expect([...groups].sort()).toEqual(["ALL", "BGS", "CSL", "CW+JJ", "SQ"]);
});

test("where everybody said the same, the top band stands and no number", async () => {
  // All six of the office said "widespread".
  const wide = await (await head.request.get(`${url}/desk/rounds/${round}/export/wide?format=csv`)).text();
  const cell = wide.split("\r\n").find((line) => line.includes("\"BGS\"") && line.includes("\"1.1 ")).slice(1, -1).split("\",\"");
  expect(cell[8]).toBe("50%～100%");
  expect(cell.slice(12)).toEqual(["", "", "", "", ""]);
  await head.goto(`${url}/desk/rounds/${round}/groups/BGS`);
  expect(await head.locator("tbody").allInnerTexts().then((all) => all.join(" "))).not.toMatch(/6 ?\/ ?6|100\.0%/);
});

test("a squad head sees nothing before the release, then the own list and nobody else's, and the attempt is on record", async () => {
  const own = await desk("shiquan", await account("shiquan", "unit_head", "SQ"));
  await expect(own.locator("main")).toContainText("还没有发布给您的结果");
  expect((await own.request.get(`${url}/desk/rounds/${round}/lists/SQ`)).status()).toBe(403);
  const clerk = await desk("jingban", await account("jingban", "clerk"));
  await vouch(head, "jingban");
  for (const page of [head, clerk]) {
    await page.goto(`${url}/desk/rounds/${round}`);
    await page.click("main button:has-text('同意发布')");
    await page.click("main button.grave");
  }
  await expect(clerk.locator("main")).toContainText("已发布");
  await own.goto(`${url}/desk`);
  await own.click("text=查看并打印");
  await expect(own.locator(".paper")).toContainText("石泉街道中队");
  expect(await own.locator("main").innerText()).not.toContain("有人迟到");
  const other = await own.goto(`${url}/desk/rounds/${round}/lists/CSL`);
  expect(other.status()).toBe(403);
  await expect(own.locator("main")).toContainText("没有这项权限");
  const auditor = await desk("shenji", await account("shenji", "auditor"));
  await auditor.goto(`${url}/desk/audit?action=list_denied`);
  await expect(auditor.locator("tbody tr").first()).toContainText("shiquan");
  await expect(auditor.locator("tbody")).toContainText(`${round} CSL`);
});

test("nobody can ask for the answers of a day, an age or a post: there is no such thing to ask for", async () => {
  const own = await desk("changshou", await account("changshou", "unit_head", "CSL"));
  await expect(own.locator("main")).toContainText("不能按人员、岗位、日期查询");
  for (const filter of ["date=2020-06-03", "age=30", "post=执勤"]) {
    const answer = await own.request.get(`${url}/desk/rounds/${round}/export/problems?format=csv&group=CSL&${filter}`);
    expect(answer.status()).toBe(422);
    expect(await answer.text()).toContain("本系统不提供任何筛选");
  }
});

test("originals are destroyed by two people, and a record is printed; lists stay", async () => {
  await head.goto(`${url}/desk/rounds/${round}/keeping`);
  await expect(head.locator("main")).toContainText("57 条");
  await head.click("main button:has-text('销毁原文和已用填写码')");
  await expect(head.locator("main")).toContainText("您已提出");
  const clerk = await desk("second", await account("second", "clerk"));
  await vouch(head, "second");
  await clerk.goto(`${url}/desk/rounds/${round}/keeping`);
  await clerk.click("main button:has-text('确认')");
  await expect(clerk.locator("main")).toContainText("销毁记录");
  await expect(clerk.locator("main")).toContainText("填写的原文 57 条");
  await expect(clerk.locator("main")).toContainText("周负责（政工科科长）");
  await clerk.goto(`${url}/desk/rounds/${round}/texts`);
  await expect(clerk.locator("main")).toContainText("没有原文");
  await clerk.goto(`${url}/desk/rounds/${round}/lists/ALL`);
  await expect(clerk.locator(".paper")).toContainText("ALL-1.1");
});
