// Held to Chromium 78: script, worker and style as they are served are linted against what that browser knows, and against unsafe habits.
import { ESLint } from "eslint";
import compat from "eslint-plugin-compat";
import stylelint from "stylelint";
import { expect, test } from "./service.mjs";

const OLD = ["chrome 78", "ios_saf 12.2"];

async function served(request, zicha, kind) {
  const page = await (await request.get(`${zicha.url}/r/${zicha.rounds.check}`)).text();
  const path = new RegExp(`/assets/r-[0-9a-f]+\\.${kind}`).exec(page)[0];
  return (await request.get(zicha.url + path)).text();
}

async function lint(code, globals) {
  const eslint = new ESLint({
    overrideConfigFile: true,
    overrideConfig: [
      {
        plugins: { compat },
        // 2018: no `?.`, no `??`, no class fields, no optional catch binding.
        languageOptions: { ecmaVersion: 2018, sourceType: "script", globals: Object.fromEntries(globals.map((name) => [name, "readonly"])) },
        settings: { browserslistOpts: undefined, targets: OLD, lintAllEsApis: true },
        rules: {
          "compat/compat": "error", "no-undef": "error", "no-unused-vars": ["error", { caughtErrors: "none" }], "no-var": "error", "prefer-const": "error", eqeqeq: "error",
          "no-eval": "error", "no-implied-eval": "error", "no-new-func": "error", "no-redeclare": "error", "no-use-before-define": ["error", { functions: false, variables: false }],
        },
      },
    ],
  });
  const [result] = await eslint.lintText(code);
  return result.messages.map((m) => `${m.line}: ${m.ruleId ?? "syntax"}: ${m.message}`);
}

const PAGE = ["window", "document", "location", "history", "navigator", "localStorage", "caches", "fetch", "AbortController", "DOMParser", "URL", "URLSearchParams", "Event", "setTimeout", "clearTimeout", "setInterval", "clearInterval"];

test("the script uses nothing that Chromium 78 or iOS 12 lacks", async ({ request, zicha }) => {
  expect(await lint(await served(request, zicha, "js"), PAGE)).toEqual([]);
});

test("the worker uses nothing that Chromium 78 or iOS 12 lacks", async ({ request, zicha }) => {
  expect(await lint(await (await request.get(`${zicha.url}/worker.js`)).text(), ["self", "caches", "fetch", "URL", "Promise", "setTimeout", "Response"])).toEqual([]);
});

test("the style uses nothing that Chromium 78 lacks, but for what is lost without harm", async ({ request, zicha }) => {
  const style = await served(request, zicha, "css");
  const config = {
    plugins: ["stylelint-no-unsupported-browser-features"],
    rules: {
      "plugin/no-unsupported-browser-features": [true, {
        browsers: ["chrome 78"],
        // Unknown there, a rule with `:focus-visible` is dropped whole, and the ring shows on every focus.
        ignore: ["css-focus-visible"],
        ignorePartialSupport: true,
      }],
    },
  };
  const { results } = await stylelint.lint({ code: style, config });
  expect(results[0].warnings.map((w) => `${w.line}: ${w.text}`)).toEqual([]);
  // Known to be missing there and not known to the linter.
  expect(style).not.toMatch(/\b(gap|inset|aspect-ratio|overflow-wrap:\s*anywhere)\s*:|:(is|where|has)\(|\b(min|max|clamp)\(/);
});

test("the linters would notice", async () => {
  expect(await lint("self.x = { ...self.y }?.z;", ["self"])).not.toEqual([]);
  expect(await lint("window.x = structuredClone(window.y);", ["window", "structuredClone"])).not.toEqual([]);
  const { results } = await stylelint.lint({ code: "a:has(b){color:red}", config: { plugins: ["stylelint-no-unsupported-browser-features"], rules: { "plugin/no-unsupported-browser-features": [true, { browsers: ["chrome 78"] }] } } });
  expect(results[0].warnings).not.toEqual([]);
});
