// What may lie on the phone, and how it goes away.
// A draft only if somebody asks for it, never the code, for a day; and the empty questionnaire itself, so that it opens without network.

const DRAFT = "zicha-draft-";
const KEPT = "zicha-page:";
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

// The offer to keep a draft: made once, at the start, before there is anything to lose.
function makeDraft(form, { at, restored }) {
  const key = DRAFT + pathOf(form);
  const words = make("p", {});
  words.setAttribute("role", "status");
  const action = make("div", {});
  const panel = make("div", { className: "draft" }, action, words);
  let until = 0;

  function save() {
    const answers = entries(form).filter(([name, value]) => name !== "code" && value !== "");
    return writeDraft(key, { until, step: at(), answers });
  }

  // The button goes with what it does; the focus goes to the next one.
  function set(text, next, asked) {
    action.textContent = "";
    action.append(next);
    if (!asked) {
      words.textContent = text; // nobody did anything that would have to be read out
      return;
    }
    hold(600); // what comes next stands where the finger is
    setTimeout(() => { words.textContent = text; }, 20);
    next.focus();
  }

  function offer(said, asked) {
    until = 0;
    const keep = button(say("暂存本机", "Keep on this phone"), "second", () => {
      until = Date.now() + DAY;
      if (save()) keeping(true);
      else offer(say("这个浏览器不允许暂存，答案仍在本页。", "This browser allows no keeping; your answers are still on this page."), true);
    });
    set((said || "") + say("怕被打断？可让答案边填边暂存在这部手机上 24 小时：不含填写码，不上传，提交后自动清除。别人也用这部手机的，请不要暂存。", "Afraid of being called away? As you go on, your answers can stay on this phone for 24 hours: without the code, sent nowhere, gone once you submit. Do not do it if others use this phone."), keep, asked);
  }

  function keeping(asked) {
    const clear = button(say("清除暂存", "Clear"), "second", () => {
      dropDrafts(key);
      offer(say("已清除。", "Cleared. "), true);
    });
    set(say(`已暂存在本机，保留到 ${moment(until)}；之后的改动随时更新。`, `Kept on this phone until ${moment(until)}; changes are kept as you make them.`), clear, asked);
  }

  // A draft from before, offered once; whoever opens this phone decides. What was answered since then stays.
  function waiting(draft) {
    const text = make("p", {}, say(`本机暂存有未提交的答案，保留到 ${moment(draft.until)}。填写码没有暂存，请重新扫码或输入。`, `Answers that were not submitted are kept on this phone until ${moment(draft.until)}. The code is not; scan or type it again.`));
    const card = make("div", { className: "card waiting" }, text);
    card.append(
      button(say("恢复答案", "Bring them back"), "", () => {
        until = draft.until;
        const now = entries(form, true).filter(([name, value]) => name === "code" || value !== "");
        fill(form, draft.answers.filter(([name]) => !now.some((entry) => entry[0] === name)).concat(now));
        card.remove();
        keeping(true);
        save();
        restored(draft.step);
      }),
      button(say("清除", "Clear"), "second", () => { card.remove(); dropDrafts(key); offer(say("已清除。", "Cleared. "), true); }),
    );
    form.insertBefore(card, form.firstChild);
  }

  document.getElementById("start").appendChild(panel);
  offer();
  const draft = readDraft(key);
  if (draft && draft.until > Date.now() && Array.isArray(draft.answers)) waiting(draft);
  return {
    // Only what still lies there is kept up to date: it may have been cleared elsewhere, or its day may be over.
    changed() {
      if (!until) return;
      if (until > Date.now() && readDraft(key)) save();
      else { dropDrafts(key); offer(); }
    },
    // In another language or print the same draft goes on.
    goOn(time) {
      if (!time) return;
      until = time;
      all(".waiting", form).forEach((card) => card.remove());
      keeping();
    },
    until: () => until,
  };
}

// The empty questionnaire, its style and its script: the same bytes that everybody gets.
function keepPage(form) {
  if (!form.isConnected || !navigator.serviceWorker || !window.caches) return;
  const path = pathOf(form);
  const files = all("link[rel=stylesheet], script[src]").map((element) => element.href || element.src);
  navigator.serviceWorker
    .register("/worker.js", { scope: path })
    .then(() => caches.open(KEPT + path))
    .then((cache) => cache.addAll([location.pathname + location.search, ...files]))
    .then(() => { if (!document.getElementById("form")) forgetPages(path); })
    .catch(() => { /* without it the page needs the network to open again, as any other */ });
}

// What was kept of one round goes once it is sent or closed; on a shared device everything goes.
function forgetPages(path) {
  const ours = (name) => (path ? name === KEPT + path : name.startsWith(KEPT));
  if (window.caches) caches.keys().then((names) => names.filter(ours).forEach((name) => caches.delete(name))).catch(() => {});
  if (!navigator.serviceWorker) return;
  const within = (one) => !path || new URL(one.scope).pathname === path;
  navigator.serviceWorker.getRegistrations().then((list) => list.filter(within).forEach((one) => one.unregister())).catch(() => {});
}
