// Sending over a bad network: one response however often it is sent, nothing lost before the answer is seen, one length for everybody.
import { expect, next, offline, pick, scan, submit, test, toEnd } from "./service.mjs";

async function answered(page, zicha) {
  const code = await scan(page, zicha, "canteen");
  await next(page).click();
  await pick(page, "food_cold", "agree");
  await next(page).click();
  await pick(page, "visit_meal", "lunch");
  await toEnd(page);
  return code;
}

test("without network at the moment of sending everything stays, and it goes out when the network is back", async ({ page, context, zicha }) => {
  await answered(page, zicha);
  await offline(page, context);
  await submit(page);
  await expect(page.locator(".sending")).toContainText("网络不通");
  await expect(page.locator(".sending")).toContainText("您的答案都在本页");
  await expect(page.locator('#q-visit_meal input[value="lunch"]')).toBeChecked();
  await context.setOffline(false);
  await expect(page.locator("h1")).toHaveText("已收到，已投入票箱");
});

test("going back to change an answer stops the retries", async ({ page, context, zicha }) => {
  await answered(page, zicha);
  await offline(page, context);
  await submit(page);
  await page.locator(".sending button", { hasText: "返回修改" }).click();
  await expect(page.locator(".sending")).toContainText("以先收到的为准");
  await page.locator(".sending button", { hasText: "知道了" }).click();
  await expect(page.locator(".sending")).toBeHidden();
  await context.setOffline(false);
  await page.waitForTimeout(2500);
  await expect(page.locator("#send")).toBeVisible();
  await submit(page);
  await expect(page.locator("h1")).toHaveText("已收到，已投入票箱");
});

test("a reply that is lost on the way back is asked for again, and the response counts once", async ({ page, zicha }) => {
  await answered(page, zicha);
  let posts = 0;
  await page.route("**/r/*", async (route) => {
    if (route.request().method() !== "POST") return route.continue();
    posts += 1;
    if (posts > 1) return route.continue();
    await route.fetch({ maxRedirects: 0 }); // the server took it in
    await route.abort("connectionreset"); // the phone never hears of it
  });
  await submit(page);
  await expect(page.locator(".sending")).toContainText("网络不通");
  await page.locator(".sending button", { hasText: "立即重试" }).click();
  await expect(page.locator("h1")).toHaveText("此码的答卷此前已收到");
  await expect(page.locator(".note")).toContainText("通常就是最先发出的那一份");
  expect(posts).toBe(2);
});

test("what was changed after an attempt that may have arrived is not sent in its name", async ({ page, zicha }) => {
  await answered(page, zicha);
  const bodies = [];
  await page.route("**/r/*", async (route) => {
    if (route.request().method() !== "POST") return route.continue();
    bodies.push(new URLSearchParams(route.request().postData()).get("visit_meal"));
    if (bodies.length > 2) return route.continue();
    if (bodies.length === 1) await route.fetch({ maxRedirects: 0 });
    await route.abort("connectionreset");
  });
  await submit(page);
  await expect(page.locator(".sending")).toContainText("网络不通");
  await page.locator('#q-visit_meal input[value="dinner"]').evaluate((input) => { input.checked = true; });
  await page.locator(".sending button", { hasText: "立即重试" }).click();
  await expect.poll(() => bodies).toEqual(["lunch", "lunch"]);
  await expect(page.locator(".sending")).toContainText("已试 2 次");
  await page.locator(".sending button", { hasText: "返回修改" }).click();
  await submit(page);
  await expect(page.locator("h1")).toHaveText("此码的答卷此前已收到");
  await expect(page.locator(".note")).toContainText("通常就是最先发出的那一份");
  expect(bodies).toEqual(["lunch", "lunch", "dinner"]);
});

test("pauses between tries grow, and begin anew when the phone says that the network is back", async ({ page, zicha }) => {
  await page.clock.install();
  await answered(page, zicha);
  let open = false;
  await page.route("**/r/*", (route) => (route.request().method() === "POST" && !open ? route.abort("internetdisconnected") : route.continue()));
  await submit(page);
  let tried = 0;
  for (const pause of [2, 4, 8, 15, 30]) {
    await expect(page.locator(".sending")).toContainText(`${pause} 秒后自动重试（已试 ${++tried} 次）`);
    if (pause < 30) await page.clock.runFor(pause * 1000);
  }
  await page.evaluate(() => window.dispatchEvent(new Event("online")));
  await expect(page.locator(".sending")).toContainText(`2 秒后自动重试（已试 ${++tried} 次）`);
  open = true;
  await page.clock.runFor(2000);
  await expect(page.locator("h1")).toHaveText("已收到，已投入票箱");
});

test("while a form is on its way, language and print stay, and no second one goes out", async ({ page, context, zicha }) => {
  await answered(page, zicha);
  await offline(page, context);
  await submit(page);
  await expect(page.locator(".sending")).toContainText("网络不通");
  await page.locator("header nav a").first().click();
  await expect(page.locator("#view-note")).toHaveText("正在提交，暂时不能切换。");
  await context.setOffline(false);
  await expect(page.locator("h1")).toHaveText("已收到，已投入票箱");
});

test("a round that is suspended says so in a panel that can be closed, and every answer stays", async ({ page, zicha }) => {
  await answered(page, zicha);
  const paused = await (await page.request.get(`${zicha.url}/r/${zicha.rounds.later}`)).text();
  await page.route("**/r/*", (route) => (route.request().method() === "POST" ? route.fulfill({ status: 409, contentType: "text/html", body: paused }) : route.continue()));
  await submit(page);
  await expect(page.locator(".sending")).toContainText("尚未开放");
  await page.locator(".sending button", { hasText: "知道了" }).click();
  await expect(page.locator(".sending")).toBeHidden();
  await expect(page.locator('#q-visit_meal input[value="lunch"]')).toBeChecked();
});

test("over the slowest network a padded form still arrives", async ({ page, context, zicha }) => {
  test.setTimeout(120_000);
  await scan(page, zicha, "check");
  await next(page).click();
  await pick(page, "honor_pride", "frequent");
  await toEnd(page);
  const session = await context.newCDPSession(page);
  await session.send("Network.enable");
  await session.send("Network.emulateNetworkConditions", { offline: false, latency: 400, downloadThroughput: 4_000, uploadThroughput: 2_500 });
  await submit(page);
  await expect(page.locator("h1")).toHaveText("已收到，已投入票箱", { timeout: 90_000 });
});

test("two quick taps send one request", async ({ page, zicha }) => {
  await answered(page, zicha);
  let posts = 0;
  await page.route("**/r/*", async (route) => {
    if (route.request().method() === "POST") {
      posts += 1;
      await new Promise((resolve) => setTimeout(resolve, 1500));
    }
    await route.continue();
  });
  await page.locator("#send button[type=submit]").dblclick();
  await page.locator("#send button[type=submit]").click({ force: true });
  await expect(page.locator("#send button[type=submit]")).toHaveText("正在提交……");
  await expect(page.locator("h1")).toHaveText("已收到，已投入票箱");
  expect(posts).toBe(1);
});

test("a crowded server and a wireless network's sign-in page are not taken for an answer", async ({ page, zicha }) => {
  await answered(page, zicha);
  let posts = 0;
  await page.route("**/r/*", async (route) => {
    if (route.request().method() !== "POST") return route.continue();
    posts += 1;
    if (posts === 1) return route.fulfill({ status: 200, contentType: "text/html", body: "<title>Wi-Fi</title><h1>请登录</h1>" });
    if (posts === 2) return route.fulfill({ status: 503, contentType: "text/html", body: '<body data-page="error"><main><h1>忙</h1></main>' });
    return route.continue();
  });
  await submit(page);
  await expect(page.locator(".sending")).toContainText("当前网络需要登录或被拦截");
  await page.locator(".sending button", { hasText: "立即重试" }).click();
  await expect(page.locator(".sending")).toContainText("现在提交的人较多");
  await page.locator(".sending button", { hasText: "立即重试" }).click();
  await expect(page.locator("h1")).toHaveText("已收到，已投入票箱");
});

test("every form has one length, whatever it holds, and its answer's address says nothing", async ({ page, zicha }) => {
  const sizes = new Set();
  const write = async (fill) => {
    await scan(page, zicha);
    await page.reload();
    await page.locator("#code").fill(zicha.slip());
    await fill();
    await toEnd(page);
    const [request] = await Promise.all([page.waitForRequest((r) => r.method() === "POST"), submit(page)]);
    sizes.add(request.postDataBuffer().length);
    await expect(page.locator("h1")).toHaveText("已收到，已投入票箱");
  };
  await write(async () => {
    for (const input of await page.locator('input[value="none"]').all()) await input.evaluate((i) => { i.checked = true; });
  });
  await write(async () => {
    for (const input of await page.locator('input[value="widespread"]').all()) await input.evaluate((i) => { i.checked = true; });
    // One text of rare characters alone; all of them so would not fit into a ballot.
    for (const [n, text] of (await page.locator("textarea").all()).entries()) await text.evaluate((t, letter) => { t.value = `${letter}\n`.repeat(90); }, n ? "字" : "𠮷");
  });
  const size = Number(await (await page.request.get(`${zicha.url}/r/${zicha.rounds.check}`)).text().then((t) => /data-size="(\d+)"/.exec(t)[1]));
  expect([...sizes]).toEqual([size]);
});

test("a round that closed in the meantime says so", async ({ page, zicha }) => {
  const round = zicha.ending("canteen");
  await page.goto(`${round.page}#${round.code}`);
  await toEnd(page);
  round.close();
  await submit(page);
  await expect(page.locator("main")).toContainText(/本轮已(提前)?截止/);
});
