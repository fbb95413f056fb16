// Slips and posters on paper: printed by the browser, turned into pictures as a scanner sees them, and read back.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, test } from "./service.mjs";

/** Prints a file on A4 and gives the pages' text, and what a scanner finds on each of them. */
async function print(page, file) {
  const folder = mkdtempSync(join(tmpdir(), "zicha-print-"));
  await page.goto(pathToFileURL(file).href);
  const pdf = join(folder, "sheet.pdf");
  await page.pdf({ path: pdf, preferCSSPageSize: true });
  const text = execFileSync("pdftotext", ["-q", "-layout", pdf, "-"], { encoding: "utf8" });
  execFileSync("pdftoppm", ["-q", "-r", "300", "-gray", "-png", pdf, join(folder, "page")]);
  const codes = readdirSync(folder).filter((name) => name.endsWith(".png")).sort().map((name) => {
    try {
      return execFileSync("zbarimg", ["-q", "--nodbus", "--raw", "-Sdisable", "-Sqrcode.enable", join(folder, name)], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim().split("\n");
    } catch { return []; }
  });
  const size = execFileSync("pdfinfo", [pdf], { encoding: "utf8" });
  rmSync(folder, { recursive: true });
  return { text, codes, size };
}

test("every slip's QR code is read from the printed sheet and says what is printed beside it", async ({ page, zicha }) => {
  const file = zicha.sheets["printed.html"];
  const { text, codes, size } = await print(page, file);
  expect(size).toContain("A4");
  const printed = [...readFileSync(file, "utf8").matchAll(/class="code">([0-9 ]+)</g)].map((m) => m[1]);
  expect(printed.length).toBe(132); // 120 heads and a tenth spare
  for (const code of printed) expect(code).toMatch(/^\d{5} \d{5} \d{5} \d{5}$/);
  const scanned = codes.flat();
  expect(scanned.length).toBe(printed.length);
  expect(new Set(scanned)).toEqual(new Set(printed.map((code) => `${zicha.url}/r/${zicha.rounds.printed}#${code.replace(/ /g, "")}`)));
  expect(text.match(/答卷加密入箱，开箱后一份不留/g)).toHaveLength(printed.length);
  // No number, date of printing or order that would tell slips apart.
  expect(text).not.toMatch(/第\s*\d+\s*张|No\.|编号/);
});

test("a slip's QR code and digits stay on their own halves when it is folded, and the code is large enough for an old phone", async ({ page, zicha }) => {
  await page.goto(pathToFileURL(zicha.sheets["printed.html"]).href);
  await page.emulateMedia({ media: "print" });
  const mm = 96 / 25.4;
  const boxes = await page.locator(".slip").first().evaluate((slip) => ["", ".qr", ".code"].map((part) => (part ? slip.querySelector(part) : slip).getBoundingClientRect().toJSON()));
  const [slip, qr, code] = boxes;
  expect(Math.round(qr.width / mm)).toBeGreaterThanOrEqual(32);
  const fold = slip.left + slip.width / 2;
  expect(qr.right <= fold || qr.left >= fold).toBe(true);
  expect(code.right).toBeLessThan(slip.right);
  const modules = await page.locator(".qr").first().getAttribute("viewBox").then((box) => Number(box.split(" ")[2]));
  expect(qr.width / mm / modules).toBeGreaterThan(0.55);
});

test("a poster is one page a unit, and its QR code is read from across the room", async ({ page, zicha }) => {
  const { text, codes } = await print(page, zicha.sheets["poster.html"]);
  expect(codes.map((page) => page.length)).toEqual([1, 1]);
  for (const [url] of codes) expect(url).toMatch(new RegExp(`^${zicha.url}/r/${zicha.rounds.poster}#\\d{20}$`));
  expect(text).toContain("试用");
  expect(text).toContain("甲中队");
});
