// The figures of the questionnaire on a phone, for docs/PERFORMANCE.md: bytes, requests, time to usable, taps, Lighthouse.
// A release build is measured: ZICHA_BINARY=target/release/zicha npm run measure. Times are medians of nine cold loads.
import { chromium } from "@playwright/test";
import lighthouse from "lighthouse";
import { freePort, start } from "./service.mjs";

const options = { executablePath: process.env.ZICHA_CHROMIUM || "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu"] };
const median = (list) => list.sort((a, b) => a - b)[Math.floor(list.length / 2)];

/** One cold load over slow 4G (150 ms, 1.6 Mbit/s) with a quarter of the processor. */
async function load(browser, url) {
  const context = await browser.newContext({ viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true });
  const page = await context.newPage();
  const session = await context.newCDPSession(page);
  await session.send("Network.enable");
  await session.send("Network.emulateNetworkConditions", { offline: false, latency: 150, downloadThroughput: 200_000, uploadThroughput: 94_000 });
  await session.send("Emulation.setCPUThrottlingRate", { rate: 4 });
  const sizes = new Map();
  session.on("Network.requestWillBeSent", ({ requestId, request }) => request.url.startsWith("http") && sizes.set(requestId, 0));
  session.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => sizes.has(requestId) && sizes.set(requestId, encodedDataLength));
  await page.addInitScript(() => {
    delete Object.getPrototypeOf(navigator).serviceWorker;
    new PerformanceObserver((list) => { for (const entry of list.getEntries()) window.largest = entry.startTime; }).observe({ type: "largest-contentful-paint", buffered: true });
    // Usable: the script has set up the steps, and the page that it made has been painted.
    new MutationObserver((_, observer) => {
      if (!document.querySelector(".pager")) return;
      observer.disconnect();
      requestAnimationFrame(() => setTimeout(() => { window.usable = performance.now(); }));
    }).observe(document, { childList: true, subtree: true });
  });
  await page.goto(url, { waitUntil: "load" });
  await page.waitForFunction(() => window.usable && window.largest);
  const times = await page.evaluate(() => ({ usable: window.usable, largest: window.largest, parsed: performance.getEntriesByType("navigation")[0].domContentLoadedEventEnd }));
  await context.close();
  return { ...times, requests: sizes.size, bytes: [...sizes.values()].reduce((a, b) => a + b, 0) };
}

/** Answers all items of the problem categories by thumb and counts the taps, up to the receipt. */
async function taps(browser, url) {
  const context = await browser.newContext({ viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true });
  const page = await context.newPage();
  let count = 0;
  const tap = async (target) => { count += 1; await target.tap(); };
  await page.goto(url);
  let items = 0;
  for (;;) {
    const next = page.locator(".pager button:not(.second)");
    for (const item of await page.locator(".step:not([hidden]) .run .picks:not(.list)").all()) {
      if (await item.evaluate((element) => !!element.closest(".more") || element.closest("#s-closing") !== null)) continue;
      items += 1;
      await tap(item.locator(".pick").nth(1));
    }
    if (!(await next.isVisible())) break;
    await tap(next);
  }
  await tap(page.locator("#send button[type=submit]"));
  await page.locator(".settled").waitFor();
  await context.close();
  return { items, count };
}

const zicha = await start();
const url = `${zicha.url}/r/${zicha.rounds.check}`;
const port = await freePort();
const browser = await chromium.launch({ ...options, args: [...options.args, `--remote-debugging-port=${port}`] });
await load(browser, url);
const loads = [];
for (let n = 0; n < 9; n += 1) loads.push(await load(browser, url));
const all = (name) => loads.map((one) => one[name]);
console.log(`requests ${median(all("requests"))}`);
console.log(`bytes ${median(all("bytes"))}`);
console.log(`dom_content_loaded_ms ${median(all("parsed")).toFixed(0)}`);
console.log(`largest_contentful_paint_ms ${median(all("largest")).toFixed(0)}`);
console.log(`usable_ms ${median(all("usable")).toFixed(0)} (${Math.min(...all("usable")).toFixed(0)}–${Math.max(...all("usable")).toFixed(0)})`);
const { items, count } = await taps(browser, `${url}#${zicha.slip()}`);
console.log(`taps ${count} for ${items} items, from the scan to the receipt`);
for (const query of ["", "?view=large"]) {
  const { lhr } = await lighthouse(url + query, { port, logLevel: "error", onlyCategories: ["performance", "accessibility", "best-practices"] });
  const { performance, accessibility, "best-practices": practices } = lhr.categories;
  console.log(`lighthouse ${query || "plain"} ${[performance, accessibility, practices].map((c) => Math.round(c.score * 100)).join("/")} (LCP ${Math.round(lhr.audits["largest-contentful-paint"].numericValue)} ms, TBT ${Math.round(lhr.audits["total-blocking-time"].numericValue)} ms, CLS ${lhr.audits["cumulative-layout-shift"].numericValue.toFixed(3)})`);
}
await browser.close();
zicha.stop();
