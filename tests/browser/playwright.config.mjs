// How the browser tests run: Debian's Chromium, a phone-sized window, one real service for each worker.
// Frozen pages are switched on, as they are on every phone: what a back button shows is what an officer sees.
import { defineConfig } from "@playwright/test";

export default defineConfig({
  testDir: ".",
  outputDir: "../../target/browser/results",
  snapshotPathTemplate: "{testDir}/looks/{arg}{ext}",
  timeout: 60_000,
  workers: 2,
  fullyParallel: true,
  forbidOnly: true,
  retries: 0,
  reporter: [["line"]],
  // Fonts are rendered a little differently from machine to machine. What is small and missing is seen by the texts beside the pictures.
  expect: { toHaveScreenshot: { maxDiffPixelRatio: 0.015, threshold: 0.3, animations: "disabled", caret: "hide" } },
  use: {
    browserName: "chromium",
    launchOptions: { executablePath: process.env.ZICHA_CHROMIUM || "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu"], ignoreDefaultArgs: ["--disable-back-forward-cache"] },
    viewport: { width: 360, height: 740 },
    locale: "zh-CN",
    timezoneId: "Asia/Shanghai",
    serviceWorkers: "allow",
  },
});
