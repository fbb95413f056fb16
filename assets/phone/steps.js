// One category at a time, with progress, a way back and an overview before sending.
// Steps are sections of the one document that everybody gets: going on asks the server for nothing, so nobody sees who dwells where.

function makeSteps(form) {
  const steps = all(".step", form);
  const last = steps.length - 1;
  const contents = document.getElementById("contents");
  const list = contents.querySelector("ol");
  const links = all("a", list);
  let at = 0;
  let listing = false; // the last step as a table of contents alone
  let checking = false; // whether this step was reached from the check before sending

  const track = make("span", { className: "fill" });
  const place = make("span", { className: "place" });
  const toAll = button(say("目录", "Contents"), "plain", () => go(last, true));
  const bar = make("div", { className: "bar" }, make("div", { className: "track" }, track), make("div", { className: "line" }, place, toAll));
  bar.querySelector(".track").setAttribute("aria-hidden", "true");
  form.insertBefore(bar, form.firstChild);

  const back = button(say("上一步", "Back"), "second", () => (listing ? history.back() : go(at - 1)));
  const next = button(say("下一步", "Next"), "", () => go(listing ? last : at + 1));
  // On the first step it takes the bar's place: a bar that came in above what is being read would push it down.
  const jump = button(say("目录", "Contents"), "second", () => go(last, true));
  const check = button(say("回到核对", "Back to the check"), "second", () => go(last));
  const pager = make("div", { className: "pager" }, back, next, check, jump);
  form.appendChild(pager);

  // The overview is the table of contents with counts, where it is needed: before the button that sends.
  list.removeChild(list.lastElementChild);
  links.pop();
  const overview = make("div", { className: "overview" }, make("p", { className: "hint" }, say("未作答的题目可以留空；需要修改的，点击类别名称返回。", "You may leave questions unanswered; tap a category to go back to it.")), list);
  const warning = make("div", { className: "warning" });
  const gap = button(say("去第一道未答题", "To the first unanswered question"), "second", () => goToGap(0));
  overview.append(make("p", {}, gap));
  const end = document.getElementById("s-send");
  const titles = [end.textContent, say("目录", "Contents")];
  end.parentNode.insertBefore(overview, end.nextSibling);
  end.parentNode.insertBefore(warning, overview.nextSibling);
  contents.hidden = true;
  for (const link of links) {
    link.textContent = link.textContent.trim();
    link.appendChild(make("span", { className: "count" }));
  }

  // A text that may be left out is no gap in what was answered.
  const isMain = (item) => !item.closest(".more") && !item.hasAttribute("data-free");

  function counts(step) {
    const items = all(".item", step).filter((item) => !item.hidden);
    const main = items.filter(isMain);
    return { of: main.length, done: main.filter(isAnswered).length, more: items.filter((item) => !isMain(item) && isAnswered(item)).length };
  }

  // The first question without an answer from a step on, or before it.
  function firstGap(from) {
    const open = (step) => all(".item", step).find((item) => !item.hidden && isMain(item) && !isAnswered(item));
    const order = steps.slice(from).concat(steps.slice(0, from));
    return order.map(open).find(Boolean);
  }

  function goToGap(from) {
    const item = firstGap(from);
    if (!item) return go(last);
    go(steps.indexOf(item.closest(".step")));
    reach(item);
  }

  function reach(target) {
    target.scrollIntoView();
    const field = target.querySelector("input:not([type=hidden]), textarea, select");
    if (field) field.focus({ preventScroll: true });
  }

  function refresh() {
    const { of, done } = counts(steps[at]);
    const whole = counts(form);
    track.style.width = `${(100 * whole.done) / Math.max(1, whole.of)}%`;
    if (listing) place.textContent = say(`全卷已答 ${whole.done}／${whole.of}`, `${whole.done} of ${whole.of} answered in all`);
    gap.hidden = !firstGap(0);
    place.textContent = say(`第 ${at + 1} 步，共 ${last + 1} 步`, `Step ${at + 1} of ${last + 1}`) + (of ? say(`　已答 ${done}／${of}`, ` · ${done} of ${of} answered`) : "");
    links.forEach((link, n) => {
      const sum = counts(steps[n + 1]);
      link.classList.toggle("done", sum.done === sum.of && sum.done + sum.more > 0);
      link.lastChild.textContent = (sum.of ? say(`已答 ${sum.done}／${sum.of}`, `${sum.done} of ${sum.of}`) : say("选填", "optional")) + (sum.more ? say(`，选填 ${sum.more}`, `, optional ${sum.more}`) : "");
    });
    const problem = codeProblem(document.getElementById("code").value);
    const telling = all(".telling", form).filter((field) => !field.closest(OFF));
    warning.textContent = "";
    if (problem) warning.append(make("p", { className: "error" }, problem + say("。", ". "), make("a", { href: "#q-code" }, say("去填写码", "Go to the code"))));
    for (const field of all('.item [aria-invalid="true"]', form).filter((field) => !field.closest(OFF))) {
      const item = field.closest(".item");
      const name = item.querySelector("legend, .ask").textContent.trim().slice(0, 24);
      const said = all(".error", item).map((line) => (line.hidden ? "" : line.dataset.text || line.textContent)).find(Boolean) || "";
      warning.append(make("p", { className: "error" }, `${name}${say("：", ": ")}${said} `, make("a", { href: "#" + item.id }, say("去修改", "Mend it"))));
    }
    if (telling.length) {
      const place = make("a", { href: "#" + telling[0].closest(".item").id }, say("查看", "Have a look"));
      warning.append(make("p", { className: "note" }, say(`有 ${telling.length} 处文字可能认出人，建议改掉；不改也可以提交。`, `${telling.length} of your texts may tell who somebody is; consider rewording. You can send them all the same. `), place));
    }
  }

  function show(n, focus, contentsOnly) {
    if (at === last && n !== last && focus && !listing) checking = true;
    at = Math.max(0, Math.min(last, n));
    listing = at === last && Boolean(contentsOnly);
    if (at === last && !listing) checking = false;
    end.textContent = titles[listing ? 1 : 0];
    steps[last].classList.toggle("listing", listing);
    check.hidden = at === last || !checking;
    steps.forEach((step, i) => { step.hidden = i !== at; });
    document.documentElement.classList.toggle("under", at > 0);
    bar.hidden = at === 0;
    jump.hidden = at > 0;
    back.hidden = at === 0;
    back.textContent = listing ? say("返回", "Return") : say("上一步", "Back");
    next.hidden = at === last && !listing;
    toAll.hidden = at === last;
    next.textContent = at === 0 ? say("开始填写", "Start") : at >= last - 1 ? say("核对与提交", "Check and submit") : say("下一步", "Next");
    refresh();
    for (const stem of all(".stem", steps[at])) stem.classList.toggle("tall", stem.offsetHeight > window.innerHeight / 5);
    if (!focus) return;
    hold(400);
    const heading = steps[at].querySelector("h2");
    heading.tabIndex = -1;
    heading.focus({ preventScroll: true });
    (at ? bar : document.body).scrollIntoView();
  }

  // Each step is an entry of the browser's own history under the same address, so that the phone's back button goes one step back.
  function go(n, contentsOnly) {
    history.pushState({ step: n, listing: Boolean(contentsOnly) }, "");
    show(n, true, contentsOnly);
  }

  // A link to a question or a category opens the step it is in.
  function follow(event) {
    const link = event.target.closest('a[href^="#"]');
    const target = link && document.getElementById(link.hash.slice(1));
    const step = target && target.closest(".step");
    if (!step) return;
    event.preventDefault();
    const folded = target.closest("details");
    if (folded) folded.open = true;
    const n = steps.indexOf(step);
    if (n !== at) go(n);
    if (target !== step) reach(target);
  }

  // A preview at the desk opens at the question that is being written.
  const aim = form.querySelector(".wrong") || document.getElementById(form.getAttribute("data-at"));
  return {
    show,
    go,
    refresh,
    follow,
    at: () => at,
    // After a draft was brought back: at the first gap from where its writer was.
    resume: (from) => goToGap(Math.max(1, Math.min(last - 1, from || 1))),
    // Where to begin: at what is wrong, or at the start.
    first: aim ? steps.indexOf(aim.closest(".step")) : 0,
  };
}
