// Lighthouse's judgement of the questionnaire on a phone. Accessibility and good practice are held to 100 here.
// Performance is a figure of time and belongs to measure.mjs; what it rests on, bytes and requests, is held in network.spec.mjs.
import { chromium } from "@playwright/test";
import lighthouse from "lighthouse";
import { freePort, expect, test } from "./service.mjs";

/** Runs Lighthouse with its own defaults: a mid-range phone on slow 4G, simulated. */
export async function judge(url) {
  const port = await freePort();
  const { executablePath, args } = test.info().project.use.launchOptions;
  const browser = await chromium.launch({ executablePath, args: [...args, `--remote-debugging-port=${port}`] });
  // On a busy machine the tool itself may miss the start of its trace; that says nothing of the page, so it looks again.
  let report;
  for (let n = 0; n < 3 && !(report && !report.runtimeError); n += 1) {
    ({ lhr: report } = await lighthouse(url, { port, logLevel: "error", onlyCategories: ["performance", "accessibility", "best-practices"], maxWaitForLoad: 30_000 }));
  }
  await browser.close();
  return report;
}

for (const query of ["", "?view=large"]) {
  test(`Lighthouse gives 100 for accessibility and for good practice, ${query || "plain"}`, async ({ zicha }) => {
    test.setTimeout(120_000);
    const report = await judge(`${zicha.url}/r/${zicha.rounds.check}${query}`);
    // Of the two categories alone: audits of speed depend on what else the machine does.
    const held = ["accessibility", "best-practices"].flatMap((name) => report.categories[name].auditRefs.map((ref) => ref.id));
    const failed = held.filter((id) => report.audits[id].score !== null && report.audits[id].score < 1 && report.audits[id].scoreDisplayMode === "binary");
    expect(report.runtimeError).toBeUndefined();
    expect({ accessibility: report.categories.accessibility.score, practice: report.categories["best-practices"].score, failed }).toEqual({ accessibility: 1, practice: 1, failed: [] });
    // What its figure for speed rests on beside time: hardly anything moves while the page comes in, even if the script is late.
    expect(report.audits["cumulative-layout-shift"].numericValue).toBeLessThan(0.1);
  });
}
