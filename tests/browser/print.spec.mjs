// Slips and posters on paper: printed by the browser, turned into pictures as a scanner sees them, and read back.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, test } from "./service.mjs";

/** What a scanner reads in a picture. */
function scanned(picture) {
  try {
    return execFileSync("zbarimg", ["-q", "--nodbus", "--raw", "-Sdisable", "-Sqrcode.enable", picture], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim().split("\n");
  } catch { return []; }
}

/** Prints a file on A4 and gives the pages' text, and what a scanner finds on each of them. */
async function print(page, file) {
  const folder = mkdtempSync(join(tmpdir(), "zicha-print-"));
  await page.goto(pathToFileURL(file).href);
  const pdf = join(folder, "sheet.pdf");
  await page.pdf({ path: pdf, preferCSSPageSize: true });
  const text = execFileSync("pdftotext", ["-q", "-layout", pdf, "-"], { encoding: "utf8" });
  // With many codes on one page the scanner mixes up the corners of neighbours now and then; not the same ones in another resolution.
  const found = [];
  for (const dots of [200, 300]) {
    execFileSync("pdftoppm", ["-q", "-r", String(dots), "-gray", "-png", pdf, join(folder, `at${dots}`)]);
    readdirSync(folder).filter((name) => name.startsWith(`at${dots}`)).sort().forEach((name, n) => { found[n] = new Set([...(found[n] || []), ...scanned(join(folder, name))]); });
  }
  const codes = found.map((page) => [...page]);
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
  const read = codes.flat();
  expect(read.length).toBe(printed.length);
  expect(new Set(read)).toEqual(new Set(printed.map((code) => `${zicha.url}/r/${zicha.rounds.printed}#${code.replace(/ /g, "")}`)));
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

test("a slip is read when it was folded beside the code, creased through it, printed at half size or held askew", async ({ browser, zicha }) => {
  const page = await (await browser.newContext({ deviceScaleFactor: 3, viewport: { width: 800, height: 600 } })).newPage();
  const folder = mkdtempSync(join(tmpdir(), "zicha-slip-"));
  await page.goto(pathToFileURL(zicha.sheets["printed.html"]).href);
  const code = (await page.locator(".slip .code").first().innerText()).replace(/\s/g, "");
  await page.evaluate(() => {
    const slip = document.querySelector(".slip");
    document.body.textContent = "";
    document.body.append(slip);
    Object.assign(document.body.style, { padding: "150px" });
    slip.style.width = "97mm";
  });
  const ways = {
    folded: { way: "", crease: "left:50%;top:0;bottom:0;width:1.2mm" },
    "creased through the code": { way: "", crease: "left:22mm;top:0;bottom:0;width:1mm" },
    "creased askew": { way: "", crease: "left:-10mm;right:55mm;top:30mm;height:1mm;transform:rotate(24deg)" },
    "at half size": { way: "scale(.5)", crease: "" },
    rotated: { way: "rotate(33deg)", crease: "" },
    "upside down and small": { way: "rotate(180deg) scale(.6)", crease: "left:22mm;top:0;bottom:0;width:.8mm" },
  };
  for (const [name, { way, crease }] of Object.entries(ways)) {
    await page.evaluate(([way, crease]) => {
      const slip = document.querySelector(".slip");
      slip.querySelector("#crease")?.remove();
      slip.style.transform = way;
      const line = document.createElement("i");
      line.id = "crease";
      line.setAttribute("style", crease ? `position:absolute;z-index:9;background:#fff;${crease}` : "display:none");
      slip.append(line);
    }, [way, crease]);
    const picture = join(folder, "slip.png");
    await page.screenshot({ path: picture });
    expect(scanned(picture), name).toEqual([`${zicha.url}/r/${zicha.rounds.printed}#${code}`]);
  }
  rmSync(folder, { recursive: true });
});

test("nothing is cut at any length that is allowed, no print is smaller than nine points, and no two units share a page", async ({ page, zicha }) => {
  await page.goto(pathToFileURL(zicha.sheets["printed.html"]).href);
  await page.emulateMedia({ media: "print" });
  for (const [title, unit] of [[24, 12], [36, 60], [60, 60]]) {
    const wrong = await page.evaluate(([title, unit]) => {
      const words = (n) => "江湾区城市管理行政执法局作风纪律自查".repeat(9).slice(0, n);
      for (const part of document.querySelectorAll(".slip .title, .cover .how:first-child")) part.textContent = words(title);
      for (const part of document.querySelectorAll(".slip .unit, .cover h1")) part.textContent = words(unit);
      const found = [];
      for (const box of document.querySelectorAll(".slip, .cover")) {
        const frame = box.getBoundingClientRect();
        for (const part of box.querySelectorAll("div, p, li, svg, h1")) {
          const inner = part.getBoundingClientRect();
          if (inner.left < frame.left - 1 || inner.right > frame.right + 1 || inner.top < frame.top - 1 || inner.bottom > frame.bottom + 1 || part.scrollWidth > part.clientWidth + 1) found.push(`${part.className} ${part.textContent.slice(0, 12)}`);
          if (part.textContent && parseFloat(getComputedStyle(part).fontSize) < 11.9) found.push(`small: ${part.className}`);
        }
      }
      return [...new Set(found)];
    }, [title, unit]);
    expect(wrong, `a title of ${title}, a unit of ${unit}`).toEqual([]);
  }
  const { text } = await print(page, zicha.sheets["printed.html"]);
  for (const paper of text.split("\f")) expect(paper.includes("甲中队") && paper.includes("乙中队")).toBe(false);
  expect(text.match(/纸条 66 张/g)).toHaveLength(2);
});

test("a poster is one page a unit, and its QR code is read from across the room", async ({ page, zicha }) => {
  const { text, codes } = await print(page, zicha.sheets["poster.html"]);
  expect(codes.map((page) => page.length)).toEqual([1, 1]);
  for (const [url] of codes) expect(url).toMatch(new RegExp(`^${zicha.url}/r/${zicha.rounds.poster}#\\d{20}$`));
  expect(text).toContain("试用");
  expect(text).toContain("甲中队");
});
