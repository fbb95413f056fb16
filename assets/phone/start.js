// Puts the parts together on whatever page this is.
// State lives in this page's memory only; each new document, fetched or loaded, starts with nothing but what is written in it.

let dirty = false;
let settledAt = "";
let current = null;
let empty = null; // on a shared device: the questionnaire as it came, to begin anew without a network

const code = takeCode();
const isShared = () => document.body.hasAttribute("data-shared");

function begin(carried) {
  current = null;
  try {
    build(carried);
  } catch (error) {
    // Better the one long form than half of the steps.
    current = null;
    document.documentElement.classList.remove("js", "under");
    for (const part of all(".step, .contents, .item, .other")) part.hidden = false;
    for (const list of all(".overview ol")) document.getElementById("contents").appendChild(list);
    for (const part of all(".bar, .pager, .draft, .overview")) part.remove();
  }
}

function build(carried) {
  document.documentElement.classList.add("js");
  const form = document.getElementById("form");
  const shared = isShared();
  dropDrafts(shared ? "all" : "");
  if (shared) forgetPages();
  watchIdle();
  if (!form) return settleDown(shared);
  if (shared && !empty && !document.getElementById("errors")) empty = { html: document.body.innerHTML, url: location.pathname + location.search };
  history.scrollRestoration = "manual"; // a reload begins at the start, where a kept draft is offered
  const preview = form.hasAttribute("data-preview");
  const codeField = document.getElementById("code");
  if (carried) fill(form, carried.answers);
  const checkCode = watchCode(codeField, carried ? "" : code);
  const steps = makeSteps(form);
  const draft = shared || preview ? null : makeDraft(form, {
    at: () => steps.at(),
    restored(step) {
      dirty = true;
      review(form);
      steps.refresh();
      steps.resume(step);
    },
  });
  if (draft && carried) draft.goOn(carried.until);
  watchFields(form, () => {
    dirty = true;
    steps.refresh();
    if (draft) draft.changed();
  });
  const sender = makeSender(form, {
    checkCode,
    toCode() {
      steps.go(0);
      codeField.focus();
    },
    settled: (page, url, tried) => finish(form, page, url, tried),
    corrected(page) {
      const held = { answers: entries(form, true), until: draft ? draft.until() : 0 };
      become(page, location.href, null);
      hold(400);
      begin(held);
      const errors = document.getElementById("errors");
      if (errors) errors.focus();
    },
  });
  watchTrying(form, codeField, checkCode);
  current = { form, steps, draft, sender, code: codeField };
  if (!shared && !preview) {
    if (document.readyState === "complete") keepPage(form);
    else window.addEventListener("load", () => keepPage(form));
  }
  if (!carried || carried.step === undefined) {
    history.replaceState({ step: steps.first }, "");
    steps.show(steps.first, false);
  } else steps.show(carried.step, false);
}

// A page without questions: what was kept of a round that is sent or closed goes.
function settleDown(shared) {
  const kind = kindOf(document);
  if (kind === "settled" || kind === "closed") {
    const path = location.pathname.replace(/\/(received|again)$/, "");
    dropDrafts(DRAFT + path);
    forgetPages(path);
  }
  if (shared && kind === "settled") countToNext();
}

function wipe(form) {
  dirty = false;
  for (const field of fieldsOf(form)) {
    if (field.type === "radio" || field.type === "checkbox") field.checked = false;
    else field.value = "";
  }
}

// Sent: every field is emptied, what the phone kept goes, and the way back leads to no answer.
function finish(form, page, url, tried) {
  settledAt = url;
  wipe(form);
  current = null;
  become(page, url, { done: true });
  const heading = document.querySelector("h1");
  const note = (text) => heading.parentNode.insertBefore(make("p", { className: "note" }, text), heading.nextSibling);
  if (tried > 1 && new URL(url).pathname.endsWith("/again")) note(say("刚才网络中断，本机自动重发了答卷；此前收到的，通常就是最先发出的那一份，不必再交。", "The network broke and this phone sent the response again; what was received before is most likely the first one that went out. Do not send another."));
  const close = document.querySelector(".close");
  if (close) close.append(say("手机上没有留下任何答案。", " No answer is left on this phone."));
  hold(400);
  begin();
  window.scrollTo(0, 0);
  heading.tabIndex = -1;
  heading.focus();
}

// A shared device begins anew in place: there may be no network to load a page from.
function restart() {
  if (current) wipe(current.form);
  closeReader();
  all(".leaving").forEach((note) => note.remove());
  if (!empty) return location.replace(document.querySelector(".next a") ? document.querySelector(".next a").href : "/?device=shared");
  settledAt = "";
  document.body.innerHTML = empty.html;
  document.body.setAttribute("data-page", "form");
  history.replaceState({ step: 0 }, "", empty.url);
  begin({ answers: [], until: 0 });
  window.scrollTo(0, 0);
}

function countToNext() {
  const line = document.querySelector(".next");
  const words = line.firstChild;
  let left = Number(line.dataset.seconds);
  const timer = setInterval(() => {
    if (!line.isConnected) return clearInterval(timer);
    left -= 1;
    words.textContent = words.textContent.replace(/[0-9]+/, left);
    if (left > 0) return;
    clearInterval(timer);
    restart();
  }, 1000);
}

// Somebody walked away from a shared device: said for a minute, then emptied for the next person. While a form is being sent it waits.
const IDLE = 3 * 60 * 1000;
const WARNED = 60 * 1000;
let idle = 0;

function watchIdle() {
  clearTimeout(idle);
  all(".leaving").forEach((note) => note.remove());
  const kind = kindOf(document);
  if (!isShared() || kind === "settled" || (kind === "form" && current && !dirty && !current.code.value)) return;
  idle = setTimeout(() => {
    if (current && current.sender.busy()) return watchIdle();
    if (!current) return restart();
    const stay = button(say("继续填写", "Go on"), "", () => {
      watchIdle();
      document.querySelector(".step:not([hidden]) h2").focus();
    });
    const note = make("div", { className: "leaving" }, make("p", {}, say("还在填写吗？一分钟后清空，留给下一位。", "Still there? In one minute this is emptied for the next person.")), stay);
    note.setAttribute("role", "alert");
    document.body.appendChild(note);
    idle = setTimeout(restart, WARNED);
  }, IDLE);
}

// A scanned code is worth as much as an answer: the address holds it no more.
const hasSomething = () => Boolean(current && (dirty || current.code.value));
const refuse = (text) => remark("view-note", document.querySelector("header"), "note", text);

// Another language or print without losing what is filled in.
function switchView(link) {
  const { form, steps, draft, sender } = current;
  if (sender.busy()) return refuse(say("正在提交，暂时不能切换。", "This is being sent and cannot be switched now."));
  ask(link.href, { credentials: trust(form) }).then(({ page }) => {
    if (kindOf(page) !== "form") throw new Error("another page");
    if (sender.busy()) return;
    const carried = { answers: entries(form, true), step: steps.at(), until: draft ? draft.until() : 0 };
    become(page, link.href, history.state);
    empty = null;
    begin(carried);
    hold(400);
  }).catch(() => refuse(say("没有网络，暂时不能切换；您的答案都还在。", "No network: this cannot be switched now. All your answers are still here.")));
}

// Any other page of this house is read on top of the questionnaire, which stays as it is underneath.
function readOver(link) {
  const other = say("没有网络，暂时打不开；您的答案都还在。", "No network: this cannot be opened now. All your answers are still here.");
  ask(link.href, { credentials: "omit" }).then(({ page }) => {
    const main = page.querySelector("main");
    if (!current || !main || kindOf(page) === null) throw new Error("another page");
    const there = document.querySelector(".reader");
    const filling = kindOf(page) === "form";
    const reader = make("div", { className: "reader" });
    reader.setAttribute("role", "dialog");
    reader.setAttribute("aria-modal", "true");
    reader.setAttribute("aria-label", page.title);
    const back = button(say("← 返回问卷", "← Back to the questionnaire"), "second", () => history.back());
    const words = say("您正在填写的答案都还在。", "All your answers are still there.");
    reader.append(make("p", { className: "way" }, back, make("span", { className: "soft" }, words)));
    if (filling) reader.append(make("p", { className: "note" }, say("请先提交或放弃正在填写的这一份，再填写另一份问卷。", "Submit or give up this questionnaire before you begin another.")));
    else reader.append(main);
    for (const named of all("[id]", reader)) named.removeAttribute("id"); // names under it stay the questionnaire's
    if (there) there.remove();
    else history.pushState({ step: current.steps.at(), reading: true }, "");
    document.documentElement.classList.add("reading");
    document.body.appendChild(reader);
    hold(400);
    back.focus();
  }).catch(() => refuse(other));
}

function closeReader() {
  document.documentElement.classList.remove("reading");
  for (const reader of all(".reader")) {
    reader.remove();
    hold(400);
  }
}

// With something filled in, no link of the page goes anywhere else.
function keepHere(event) {
  const link = event.target.closest("a[href]");
  if (!link || !hasSomething() || event.defaultPrevented || link.origin !== location.origin || event.ctrlKey || event.metaKey || event.shiftKey || link.hasAttribute("download")) return;
  if (link.getAttribute("href").startsWith("#")) return;
  event.preventDefault();
  if (link.pathname === location.pathname && link.closest(".reader")) return history.back();
  if (link.closest("header nav")) return switchView(link);
  if (current.sender.busy()) return refuse(say("正在提交，请稍候。", "This is being sent; please wait."));
  readOver(link);
}

document.addEventListener("click", (event) => {
  if (!event.target.closest) return;
  if (current) current.steps.follow(event);
  keepHere(event);
});
document.addEventListener("keydown", (event) => { if (event.key === "Escape" && document.querySelector(".reader")) history.back(); });
for (const name of ["input", "click", "touchstart", "keydown"]) document.addEventListener(name, watchIdle);
window.addEventListener("popstate", (event) => {
  if (document.querySelector(".reader")) return closeReader();
  if (current) current.steps.show((event.state && event.state.step) || 0, true, event.state && event.state.listing);
  else if (settledAt) history.replaceState({ done: true }, "", settledAt);
});
// Another slip scanned into the same page.
window.addEventListener("hashchange", () => {
  const another = takeCode();
  if (!another || !current) return;
  current.code.value = groups(another);
  current.code.dispatchEvent(new Event("change", { bubbles: true }));
});
// A browser may freeze a page that is left and show it again as it was. On a shared device there must be nothing to show.
window.addEventListener("pagehide", () => { if (isShared() && current && !current.sender.busy()) wipe(current.form); });
window.addEventListener("pageshow", (event) => { if (event.persisted && isShared()) location.reload(); });
window.addEventListener("online", () => { if (current) current.sender.online(); });
window.addEventListener("beforeunload", (event) => {
  if (!dirty) return;
  event.preventDefault();
  event.returnValue = "";
});
begin();
