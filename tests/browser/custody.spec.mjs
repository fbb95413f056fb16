// Two clerks at the trustees' page: it follows what either of them does, and nothing seals an envelope that opens nothing.
import { readFileSync } from "node:fs";
import { expect, signIn, test } from "./service.mjs";

test("two clerks at the trustees' page see one state, and a set made anew voids the other one visibly", async ({ browser, zicha }) => {
  test.setTimeout(120_000);
  const secret = /password (\S+)/.exec(zicha.zicha("account", "add", "xiaoli", "--role", "clerk"))[1];
  const open = async (name, password) => {
    const page = await (await browser.newContext({ viewport: { width: 1280, height: 900 }, acceptDownloads: true })).newPage();
    await signIn(page, zicha.url, name, password);
    await page.goto(custody);
    return page;
  };
  const today = new Date(Date.now() + 8 * 3600_000).toISOString().slice(0, 10);
  const round = zicha.zicha("round", "create", "--survey", "self-check", "--title", "两人一起办", "--opens", today, "--closes", today);
  const custody = `${zicha.url}/desk/rounds/${round}/custody`;
  const one = await open(zicha.clerk.name, zicha.clerk.password);
  const two = await open("xiaoli", secret);
  const passphrases = async (page, press) => {
    const [file] = await Promise.all([page.waitForEvent("download"), press()]);
    return [...readFileSync(await file.path(), "utf8").matchAll(/class="passphrase">([^<]+)</g)].map((m) => m[1]);
  };
  await expect(one.locator("h2").first()).toContainText("第一步");
  const first = await passphrases(one, () => one.click("main button[type=submit]"));
  expect(first).toHaveLength(4);
  // Both screens move on by themselves.
  for (const page of [one, two]) await expect(page.locator("main")).toContainText("第二步：核对并封存", { timeout: 30_000 });
  // The other clerk makes another set: the consequence is named first.
  await two.click("text=打印件丢失，重新生成");
  await expect(two.locator("main")).toContainText("已经封好的信封全部打不开票箱");
  const second = await passphrases(two, () => two.click("main button.grave"));
  await expect(one.locator("main")).toContainText("已作废的口令", { timeout: 30_000 });
  const type = async (page, words) => {
    await page.fill("#passphrase-test", words);
    await page.click("form:has(#passphrase-test) button");
  };
  await type(one, first[0]);
  await expect(one.locator("main")).toContainText("已作废");
  await expect(one.locator("main")).toContainText("已核对 0 / 4");
  await expect(one.locator("button:has-text('开放本轮')")).toHaveCount(0);
  for (const words of second.slice(0, 3)) await type(one, words);
  await expect(two.locator("main")).toContainText("已核对 3 / 4", { timeout: 30_000 });
  await two.click("text=口令已封存，开放本轮");
  await two.click("text=确认开放");
  await expect(two.locator("main")).toContainText("填写进行中");
  await expect(one.locator("main")).toContainText("监督员依次输入口令", { timeout: 30_000 });
  await one.context().close();
  await two.context().close();
});
