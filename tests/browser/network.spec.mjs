// What goes over the network: few bytes, three requests, one host, no cookie; and it works on small phones over a slow one.
import { devices } from "@playwright/test";
import { toEnd, back, expect, next, pick, scan, submit, test } from "./service.mjs";

/** All answers of the network until the page has loaded, in bytes as they were sent. */
export async function weigh(page, url) {
  const session = await page.context().newCDPSession(page);
  await session.send("Network.enable");
  const seen = new Map();
  session.on("Network.requestWillBeSent", ({ requestId, request }) => seen.set(requestId, { url: request.url, bytes: 0 }));
  session.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => { if (seen.has(requestId)) seen.get(requestId).bytes = encodedDataLength; });
  await page.addInitScript(() => { delete Object.getPrototypeOf(navigator).serviceWorker; });
  await page.goto(url);
  await page.waitForLoadState("networkidle");
  return [...seen.values()].filter(({ url }) => url.startsWith("http"));
}

for (const query of ["", "?view=large", "?lang=en"]) {
  test(`the whole questionnaire is three requests and 30 KB, ${query || "plain"}`, async ({ page, zicha }) => {
    const requests = await weigh(page, `${zicha.url}/r/${zicha.rounds.check}${query}`);
    expect(requests.map(({ url }) => new URL(url).pathname.replace(/-[0-9a-f]{12}/, "")).sort()).toEqual(["/assets/r.css", "/assets/r.js", `/r/${zicha.rounds.check}`]);
    const bytes = requests.reduce((sum, one) => sum + one.bytes, 0);
    test.info().annotations.push({ type: "bytes", description: String(bytes) });
    expect(bytes).toBeGreaterThan(5_000);
    expect(bytes).toBeLessThanOrEqual(30 * 1024);
  });
}

test("from scan to receipt no other host is asked, no cookie is set and no address holds a code or an answer", async ({ page, context, zicha }) => {
  const requests = [];
  context.on("request", (request) => requests.push(request));
  context.on("response", async (response) => expect(await response.headerValue("set-cookie")).toBeNull());
  const code = await scan(page, zicha, "canteen");
  await page.waitForLoadState("networkidle");
  await next(page).click();
  await pick(page, "food_cold", "agree");
  await next(page).click();
  await pick(page, "visit_meal", "lunch");
  await page.locator("header nav a").nth(1).click();
  await expect(page.locator("html")).toHaveAttribute("lang", "en");
  await toEnd(page);
  await submit(page);
  await expect(page.locator("h1")).toContainText("Received");
  const host = new URL(zicha.url).host;
  for (const request of requests) {
    const url = new URL(request.url());
    expect(url.host).toBe(host);
    expect(url.hash && url.pathname + url.hash).toBe(url.hash ? `/r/${zicha.rounds.canteen}#${code}` : "");
    expect((url.pathname + url.search).replace(/-[0-9a-f]{12}\./, ".")).not.toMatch(/[0-9]{5}|agree|lunch/);
    const headers = await request.allHeaders();
    expect(headers.cookie).toBeUndefined();
    expect(headers.referer === undefined || !headers.referer.includes(code)).toBe(true);
  }
  expect(requests.filter((request) => request.method() === "POST")).toHaveLength(1);
  expect(await context.cookies()).toEqual([]);
});

test("dwelling, turning pages and going back ask the server for nothing", async ({ page, context, zicha }) => {
  let asked = 0;
  let last = Date.now();
  context.on("request", () => { asked += 1; last = Date.now(); });
  await scan(page, zicha, "check");
  // What the page keeps for later is fetched once it is shown, sooner or later.
  await expect.poll(() => Date.now() - last, { timeout: 20_000 }).toBeGreaterThan(1_500);
  asked = 0;
  for (let n = 0; n < 9; n += 1) await next(page).click();
  await back(page);
  await page.locator(".bar .plain").click();
  await page.locator(".pager button:not(.second)").click();
  expect(asked).toBe(0);
});

for (const name of ["Galaxy S5", "iPhone SE", "iPhone 13"]) {
  test(`it is filled in by touch on a ${name}, over slow 4G with a quarter of the speed`, async ({ browser, zicha }) => {
    const { defaultBrowserType, ...phone } = devices[name];
    const context = await browser.newContext({ ...phone, locale: "zh-CN" });
    const page = await context.newPage();
    const session = await context.newCDPSession(page);
    await session.send("Network.enable");
    await session.send("Network.emulateNetworkConditions", { offline: false, latency: 150, downloadThroughput: 200_000, uploadThroughput: 94_000 });
    await session.send("Emulation.setCPUThrottlingRate", { rate: 4 });
    await page.goto(`${zicha.url}/r/${zicha.rounds.canteen}#${zicha.slip("canteen")}`);
    await next(page).tap();
    await page.locator('#q-food_cold .pick').nth(1).tap();
    await next(page).tap();
    await page.locator('#q-visit_meal .pick').nth(1).tap();
    await page.locator(".bar .plain").tap();
    await page.locator(".pager button:not(.second)").tap();
    await page.locator("#send button[type=submit]").tap();
    await expect(page.locator("h1")).toHaveText("已收到，已投入票箱");
    await context.close();
  });
}
