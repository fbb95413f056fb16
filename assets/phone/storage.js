// What may lie on the phone, and how it goes away.
// A draft only if somebody asks for it, never the code, for a day; and the empty questionnaire itself, so that it opens without network.

const DRAFT = "zicha-draft-";
const KEPT = "zicha-page";
const DAY = 24 * 60 * 60 * 1000;

// Where a form is sent, without the query.
function pathOf(form) {
  return form.getAttribute("action").split("?")[0];
}

// Old drafts go; on a shared device all of them. A browser that forbids storage simply has none.
function dropDrafts(which) {
  try {
    for (const key of Object.keys(localStorage)) {
      if (!key.startsWith(DRAFT)) continue;
      let until = 0;
      try { until = JSON.parse(localStorage.getItem(key)).until; } catch (e) { /* not readable: it goes */ }
      if (which === key || which === "all" || !(until > Date.now())) localStorage.removeItem(key);
    }
  } catch (e) { /* nothing can be stored here */ }
}

function readDraft(key) {
  try { return JSON.parse(localStorage.getItem(key)); } catch (e) { return null; }
}

function writeDraft(key, draft) {
  try {
    localStorage.setItem(key, JSON.stringify(draft));
    return true;
  } catch (e) { return false; }
}

function moment(time) {
  const date = new Date(time);
  const two = (n) => String(n).padStart(2, "0");
  const clock = two(date.getHours()) + ":" + two(date.getMinutes());
  return say(`${date.getMonth() + 1}月${date.getDate()}日 ${clock}`, `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${clock}`);
}

// The offer to keep a draft, below every step.
function makeDraft(form, restored) {
  const key = DRAFT + pathOf(form);
  const panel = make("div", { className: "draft" });
  let until = 0;

  function answers() {
    return entries(form).filter(([name, value]) => name !== "code" && value !== "");
  }

  function save() {
    return writeDraft(key, { until, answers: answers() });
  }

  function offer(note) {
    until = 0;
    panel.textContent = "";
    panel.append(
      button(say("暂存本机", "Keep on this phone"), "second", () => {
        until = Date.now() + DAY;
        if (save()) keeping();
        else offer(say("这个浏览器不允许暂存，答案仍在本页。", "This browser allows no keeping; your answers are still on this page."));
      }),
      make("p", { className: "hint" }, say("要离开一会儿？可把答案暂存在这部手机上 24 小时：不含填写码，不上传，提交后自动清除。别人也用这部手机的，请不要暂存。", "Called away? Your answers can stay on this phone for 24 hours: without the code, sent nowhere, gone once you submit. Do not do it if others use this phone.")),
    );
    if (note) panel.append(make("p", { className: "note" }, note));
  }

  function keeping() {
    panel.textContent = "";
    const text = make("p", {}, say(`已暂存在本机，保留到 ${moment(until)}；之后的改动随时更新。`, `Kept on this phone until ${moment(until)}; changes are kept as you make them.`));
    text.setAttribute("role", "status");
    panel.append(text, button(say("清除暂存", "Clear"), "second", clear));
  }

  function clear() {
    dropDrafts(key);
    offer(say("已清除。", "Cleared."));
  }

  // A draft from before, offered once; whoever opens this phone decides.
  function waiting(draft) {
    const text = make("p", {}, say(`本机暂存有未提交的答案，保留到 ${moment(draft.until)}。填写码没有暂存，请重新扫码或输入。`, `Answers that were not submitted are kept on this phone until ${moment(draft.until)}. The code is not; scan or type it again.`));
    const card = make("div", { className: "card waiting" }, text);
    card.setAttribute("role", "status");
    card.append(
      button(say("恢复答案", "Bring them back"), "", () => {
        until = draft.until;
        fill(form, draft.answers.concat([["code", document.getElementById("code").value]]));
        card.remove();
        keeping();
        restored();
      }),
      button(say("清除", "Clear"), "second", () => { card.remove(); clear(); }),
    );
    panel.textContent = "";
    form.insertBefore(card, form.firstChild);
  }

  form.appendChild(panel);
  const draft = readDraft(key);
  if (draft && draft.until > Date.now() && Array.isArray(draft.answers)) waiting(draft);
  else offer();
  return {
    changed() { if (until) save(); },
    // In another language or print the same draft goes on.
    goOn(time) { if (time) { until = time; all(".waiting", form).forEach((card) => card.remove()); keeping(); } },
    until: () => until,
  };
}

// The empty questionnaire, its style and its script: the same bytes that everybody gets.
function keepPage(form) {
  if (!form.isConnected || !navigator.serviceWorker || !window.caches) return;
  const files = all("link[rel=stylesheet], script[src]").map((element) => element.href || element.src);
  navigator.serviceWorker
    .register("/worker.js", { scope: pathOf(form) })
    .then(() => caches.open(KEPT))
    .then((cache) => cache.addAll([location.pathname + location.search, ...files]))
    .then(() => { if (!document.getElementById("form")) forgetPage(); })
    .catch(() => { /* without it the page needs the network to open again, as any other */ });
}

// Everything goes: after sending, on a shared device, and on pages that are no questionnaire.
function forgetPage() {
  if (window.caches) caches.delete(KEPT).catch(() => {});
  if (!navigator.serviceWorker) return;
  navigator.serviceWorker.getRegistrations().then((list) => list.forEach((one) => one.unregister())).catch(() => {});
}
