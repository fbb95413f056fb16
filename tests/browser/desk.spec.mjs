// The desk's preview: any survey at the size of a phone, filled in and sent, and nothing counts.
import { expect, signIn as enter, test } from "./service.mjs";

async function signIn(page, zicha) {
  await page.setViewportSize({ width: 1280, height: 900 });
  await enter(page, zicha.url, zicha.clerk.name, zicha.clerk.password);
}

test("a survey is tried out in a frame of a phone's size, in both prints and languages, and nothing is kept", async ({ page, zicha }) => {
  const refused = [];
  page.on("console", (message) => { if (message.type() === "error" && !message.text().includes("422")) refused.push(message.text()); });
  await signIn(page, zicha);
  await page.goto(`${zicha.url}/desk/surveys/canteen/preview`);
  await expect(page.locator("iframe")).toHaveCount(4);
  const sizes = () => page.locator("iframe").evaluateAll((frames) => frames.map((frame) => [frame.contentWindow.innerWidth, frame.contentDocument.documentElement?.className]));
  await expect.poll(sizes).toEqual([[360, "js"], [360, "large js"], [320, "js"], [320, "large js"]]);
  const phone = page.frameLocator("iframe").first();
  await expect(phone.locator(".mark")).toContainText("预览：不计入任何轮次");
  await phone.locator(".pager button:not(.second)").click();
  await phone.locator("#q-food_cold .pick").first().click();
  await phone.locator(".bar .plain").click();
  await phone.locator(".pager button:not(.second)").click();
  await phone.locator("#send button[type=submit]").click();
  await expect(phone.locator("#errors")).toContainText("此题必答");
  await phone.locator("#q-visit_meal .pick").first().click();
  await phone.locator(".bar .plain").click();
  await phone.locator(".pager button:not(.second)").click();
  await phone.locator("#send button[type=submit]").click();
  await expect(phone.locator("h1")).toHaveText("预览到此结束");
  expect(await page.evaluate(async () => [localStorage.length, (await caches.keys()).length])).toEqual([0, 0]);
  await page.locator("main").getByRole("link", { name: "English" }).click();
  await expect(page.frameLocator("iframe").first().locator("html")).toHaveAttribute("lang", "en");
  expect(refused).toEqual([]);
});

test("a round links to the preview of its own frozen survey, whatever file it came from", async ({ page, zicha }) => {
  await signIn(page, zicha);
  await page.goto(`${zicha.url}/desk/rounds/${zicha.rounds.hostile}`);
  await page.getByRole("link", { name: "手机预览" }).click();
  await expect(page.locator("h1")).toContainText("题目编号与网页自身的名字相同");
  await expect(page.frameLocator("iframe").first().locator("#f-action")).toHaveCount(1);
});

test("a preview belongs to the desk: nobody else sees it, and no other site may frame it", async ({ request, zicha }) => {
  for (const path of ["preview", "preview/page", "preview/received"]) {
    const answer = await request.get(`${zicha.url}/desk/surveys/canteen/${path}`, { maxRedirects: 0 });
    expect(answer.status()).toBe(303);
  }
  const page = await request.get(`${zicha.url}/r/${zicha.rounds.canteen}`);
  expect(page.headers()["content-security-policy"]).toContain("frame-ancestors 'none'");
});
