// Puts the parts together on whatever page this is.
// State lives in this page's memory only; each new document, fetched or loaded, starts with nothing but what is written in it.

let dirty = false;
let settledAt = "";
let current = null;

const code = takeCode();

function begin(carried) {
  document.documentElement.classList.add("js");
  current = null;
  const form = document.getElementById("form");
  const shared = document.body.hasAttribute("data-shared");
  dropDrafts(shared ? "all" : "");
  if (!form) {
    forgetPage();
    if (kindOf(document) === "settled") dropDrafts(DRAFT + location.pathname.replace(/\/[a-z]+$/, ""));
    if (shared) countToNext();
    return;
  }
  history.scrollRestoration = "manual"; // a reload begins at the start, where a kept draft is offered
  const preview = form.hasAttribute("data-preview");
  const codeField = document.getElementById("code");
  if (carried) fill(form, carried.answers);
  const checkCode = watchCode(codeField, carried ? "" : code);
  const steps = makeSteps(form);
  const draft = shared || preview ? null : makeDraft(form, () => { dirty = true; showAndHide(form); steps.refresh(); });
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
    settled: (page, url, attempts) => finish(form, page, url, attempts),
    corrected(page) {
      const held = { answers: entries(form), until: draft ? draft.until() : 0 };
      become(page, location.href, { step: 0 });
      begin(held);
      const errors = document.getElementById("errors");
      if (errors) errors.focus();
    },
  });
  current = { form, steps, draft, sender };
  if (shared || preview) forgetPage();
  else if (document.readyState === "complete") keepPage(form);
  else window.addEventListener("load", () => keepPage(form));
  if (!carried || carried.step === undefined) {
    history.replaceState({ step: steps.first }, "");
    steps.show(steps.first, false);
  } else steps.show(carried.step, false);
}

// Sent: every field is emptied, what the phone kept goes, and the way back leads to no answer.
function finish(form, page, url, attempts) {
  settledAt = url;
  dirty = false;
  for (const field of fieldsOf(form)) {
    if (field.type === "radio" || field.type === "checkbox") field.checked = false;
    else field.value = "";
  }
  current = null;
  become(page, url, { done: true });
  const heading = document.querySelector("h1");
  if (attempts > 1 && new URL(url).pathname.endsWith("/again")) {
    heading.parentNode.insertBefore(make("p", { className: "note" }, say("刚才网络中断，本机自动重发了同一份答卷；此前收到的，通常就是刚才那一次，不必再交。", "The network broke and this phone sent the same response again; what was received before is most likely just that one. Do not send another.")), heading.nextSibling);
  }
  begin();
  window.scrollTo(0, 0);
  heading.tabIndex = -1;
  heading.focus();
}

// A shared device returns to an empty start by itself.
function countToNext() {
  const line = document.querySelector(".next");
  if (!line) return;
  const link = line.querySelector("a");
  let left = Number(line.dataset.seconds);
  const timer = setInterval(() => {
    left -= 1;
    line.firstChild.textContent = line.firstChild.textContent.replace(/[0-9]+/, left);
    if (left > 0) return;
    clearInterval(timer);
    location.replace(link.href);
  }, 1000);
}

// Somebody walked away from a shared device: said for a minute, then emptied for the next person.
const IDLE = 3 * 60 * 1000;
const WARNED = 60 * 1000;
let idle = 0;

function watchIdle() {
  clearTimeout(idle);
  all(".leaving").forEach((note) => note.remove());
  if (!dirty || !current || !document.body.hasAttribute("data-shared")) return;
  idle = setTimeout(() => {
    const note = make("div", { className: "leaving" }, make("p", {}, say("还在填写吗？一分钟后清空，留给下一位。", "Still there? In one minute this is emptied for the next person.")), button(say("继续填写", "Go on"), "", watchIdle));
    note.setAttribute("role", "alert");
    document.body.appendChild(note);
    idle = setTimeout(() => { dirty = false; location.replace(location.href); }, WARNED);
  }, IDLE);
}

// Another language or print without losing what is filled in.
function switchView(event) {
  const link = event.target.closest("header nav a");
  if (!link || !dirty || !current) return;
  event.preventDefault();
  const { form, steps, draft } = current;
  ask(link.href, { credentials: trust(form) }).then(({ page }) => {
    if (kindOf(page) !== "form") throw new Error("another page");
    const carried = { answers: entries(form), step: steps.at(), until: draft ? draft.until() : 0 };
    become(page, link.href, history.state);
    begin(carried);
  }).catch(() => remark("view-note", document.querySelector("header"), "note", say("没有网络，暂时不能切换；您的答案都还在。", "No network: this cannot be switched now. All your answers are still here.")));
}

document.addEventListener("click", (event) => {
  if (!event.target.closest) return;
  if (current) current.steps.follow(event);
  switchView(event);
});
for (const name of ["input", "click", "touchstart", "keydown"]) document.addEventListener(name, watchIdle);
window.addEventListener("popstate", (event) => {
  if (current) current.steps.show((event.state && event.state.step) || 0, true);
  else if (settledAt) history.replaceState({ done: true }, "", settledAt);
});
// Another slip scanned into the same page.
window.addEventListener("hashchange", () => {
  const another = takeCode();
  if (!another) return;
  if (!current) return location.reload();
  const field = document.getElementById("code");
  field.value = groups(another);
  field.dispatchEvent(new Event("change", { bubbles: true }));
});
window.addEventListener("online", () => { if (current) current.sender.online(); });
window.addEventListener("beforeunload", (event) => {
  if (!dirty) return;
  event.preventDefault();
  event.returnValue = "";
});
try {
  begin();
} catch (error) {
  // Better the one long form than half of the steps.
  current = null;
  document.documentElement.classList.remove("js", "under");
  for (const part of all(".step, .contents, .item, .other")) part.hidden = false;
  for (const part of all(".bar, .pager, .draft, .overview")) part.remove();
}
