// From an empty install to a released problem list, in the browser alone: the one-time link, units from a file, a round, slips, answers by phone, opening, two accounts, the list.
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "@playwright/test";
import { BINARY, freePort, signIn as enter } from "./service.mjs";

let server;
let folder;

test.afterEach(() => {
  if (server) server.kill();
  if (folder) rmSync(folder, { recursive: true, force: true });
});

test("the section goes from the one-time link to a released list without a command line", async ({ browser }) => {
  test.setTimeout(120_000);
  folder = mkdtempSync(join(tmpdir(), "zicha-first-"));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const environment = { ...process.env, ZICHA_DATA: folder, ZICHA_PUBLIC_URL: url };
  delete environment.ZICHA_DATABASE;
  server = spawn(BINARY, ["serve", "--listen", `127.0.0.1:${port}`], { env: environment, stdio: ["ignore", "pipe", "ignore"] });
  let said = "";
  server.stdout.on("data", (bytes) => { said += bytes; });
  await expect.poll(() => said, { timeout: 20_000 }).toContain("/desk/setup/");
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, acceptDownloads: true });
  const page = await context.newPage();
  const password = "一句容易记住而且够长的口令";

  // The first account.
  await page.goto(url + /\/desk\/setup\/\w+/.exec(said)[0]);
  await page.fill("#bureau", "江湾区局");
  await page.fill("#person", "周负责");
  await page.fill("#post", "政工科科长");
  await page.fill("#name", "fuzeren");
  await page.fill("#password", password);
  await page.fill("#again", password);
  await page.click("main button[type=submit]");
  await expect(page.locator("h1")).toHaveText("账号已建立");
  const administrator = await page.locator(".digest").innerText();
  const signIn = (page, name, password) => enter(page, url, name, password);
  await signIn(page, "fuzeren", password);

  // The first page leads on; each step is ticked when it is done.
  const start = page.locator(".start li");
  await expect(start.first()).toHaveClass(/now/);
  await start.first().locator("a").click();
  const table = join(folder, "units.csv");
  writeFileSync(table, "单位代码,单位名称,类型,人数\nA,甲中队,squad,30\nB,乙中队,squad,30\n");
  await page.setInputFiles("#file", table);
  await page.click("text=上传并核对");
  await expect(page.locator("main")).toContainText("没有错误，尚未保存");
  await page.click("text=确认保存");
  await page.goto(`${url}/desk`);
  await expect(start.first()).toHaveClass(/done/);

  await page.click("text=新建一轮，选定问卷和日期");
  const today = new Date(Date.now() + 8 * 3600_000).toISOString().slice(0, 10);
  await page.fill("#title", "第一轮对照检查");
  await page.fill("#opens", today);
  await page.fill("#closes", today);
  await page.click("main button[type=submit]");
  const round = page.url();
  const [sheet] = await Promise.all([page.waitForEvent("download"), page.click("text=生成打印文件")]);
  const slips = join(folder, "slips.html");
  await sheet.saveAs(slips);
  const codes = [...readFileSync(slips, "utf8").matchAll(/class="code">([0-9 ]+)</g)].map((m) => m[1]);

  // Trustees: passphrases are printed, tested and sealed before the round opens.
  await page.goto(`${round}/custody`);
  const [envelopes] = await Promise.all([page.waitForEvent("download"), page.click("main button[type=submit]")]);
  const printed = join(folder, "envelopes.html");
  await envelopes.saveAs(printed);
  const passphrases = [...readFileSync(printed, "utf8").matchAll(/class="passphrase">([^<]+)</g)].map((m) => m[1]);
  await page.goto(`${round}/custody`);
  // Three of them test theirs, as many as it takes to open the box.
  for (const passphrase of passphrases.slice(0, 3)) {
    await page.fill("#passphrase-test", passphrase);
    await page.click("form:has(#passphrase-test) button");
  }
  await page.click("text=口令已封存，开放本轮");
  await page.click("text=确认开放");
  await expect(page.locator("main")).toContainText("填写进行中");

  // Officers answer on their phones.
  const phone = await (await browser.newContext({ viewport: { width: 360, height: 740 } })).newPage();
  const answer = async (code, question, option) => {
    await phone.goto(`${url}/r/${round.split("/").pop()}`);
    await phone.fill("#code", code);
    await phone.click(".pager button:not(.second)");
    await phone.locator(`#q-${question} .pick`, { has: phone.locator(`input[value="${option}"]`) }).click();
    await phone.click(".bar .plain");
    await phone.click(".pager button:not(.second)");
    await phone.click("#send button[type=submit]");
    await expect(phone.locator("h1")).toHaveText("已收到，已投入票箱");
  };
  for (const code of codes.slice(0, 12)) await answer(code, "honor_pride", "widespread");

  // Closing early and opening need the trustees, each time anew.
  for (const step of ["提前截止", "开箱"]) {
    await page.goto(`${round}/custody`);
    for (const passphrase of passphrases.slice(0, 3)) {
      await page.fill("#passphrase-enter", passphrase);
      await page.click("form:has(#passphrase-enter) button");
    }
    await page.click(`main button:has-text("${step}"), main a.button:has-text("${step}")`);
    await page.click("main button.grave");
  }
  await expect.poll(async () => { await page.goto(round); return page.locator("main").textContent(); }, { timeout: 60_000 }).toContain("同意发布");

  // Two accounts let the results out. The second one is made by the administrator.
  await page.click("main button:has-text(\"同意发布\")");
  await page.click("main button.grave");
  await expect(page.locator("main")).toContainText("您已同意");
  const admin = await (await browser.newContext({ viewport: { width: 1280, height: 900 } })).newPage();
  await signIn(admin, "guanli", administrator);
  await admin.goto(`${url}/desk/accounts`);
  await admin.fill("#name", "jingban");
  await admin.fill("#person", "吴经办");
  await admin.selectOption("#role", "clerk");
  await admin.click("main button:has-text('建立')");
  const made = await admin.locator(".digest").innerText();
  const second = await (await browser.newContext({ viewport: { width: 1280, height: 900 } })).newPage();
  await signIn(second, "jingban", made);
  // The head knows who sits before that account.
  await expect(second.locator("main")).toContainText("须两人同意");
  await page.goto(`${url}/desk`);
  await page.click("form:has-text('jingban') button:has-text('已核实是本人')");
  await second.goto(round);
  await second.click("main button:has-text(\"同意发布\")");
  await second.click("main button.grave");
  await expect(second.locator("main")).toContainText("已发布");
  await second.click("text=查看结果");
  await expect(second.locator("h1")).toHaveText("结果：第一轮对照检查");
  await second.click("summary:has-text('各组问题清单')");
  await second.click("td a:has-text('清单')");
  await expect(second.locator(".paper")).toContainText("作风纪律自查问题清单");
});
