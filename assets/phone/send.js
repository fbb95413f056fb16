// Sending: padded to one size, once however often the button is tapped, and again until the server's answer has been seen.
// The answers stay in the page until then; afterwards nothing of them is left on the phone.

const PAUSES = [2, 4, 8, 15, 30];
const PATIENCE = 75000; // longer than the server waits for a form on the slowest network

// The form as it goes over the network, always of the same length, so that its size tells nothing.
function encode(form) {
  return padded(form, new URLSearchParams(entries(form)).toString());
}

function padded(form, text) {
  const left = Number(form.getAttribute("data-size")) - text.length - "&pad=".length;
  return text + "&pad=" + "0".repeat(Math.max(0, left));
}

function parsed(html) {
  return new DOMParser().parseFromString(html, "text/html");
}

// Which of zicha's pages this is; nothing for anybody else's, such as the sign-in page of a wireless network.
function kindOf(page) {
  return page.body ? page.body.getAttribute("data-page") : null;
}

// Puts another of zicha's pages in the place of this one, without going anywhere.
function become(page, url, state) {
  document.title = page.title;
  document.documentElement.lang = page.documentElement.lang;
  document.documentElement.className = page.documentElement.className;
  document.body.innerHTML = page.body.innerHTML;
  for (const name of ["data-page", "data-shared"]) {
    if (page.body.hasAttribute(name)) document.body.setAttribute(name, page.body.getAttribute(name));
    else document.body.removeAttribute(name);
  }
  history.replaceState(state, "", url);
}

function ask(url, options) {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), PATIENCE);
  return fetch(url, Object.assign({ cache: "no-store", signal: stop.signal }, options))
    .then((response) => response.text().then((html) => ({ status: response.status, url: response.url, page: parsed(html) })))
    .finally(() => clearTimeout(timer));
}

// Nobody is signed in to a questionnaire; only its preview belongs to the desk.
function trust(form) {
  return form.hasAttribute("data-preview") ? "same-origin" : "omit";
}

// A slip can be tried before ten minutes of work: its code goes alone, in a form as long as every other.
function watchTrying(form, field, checkCode) {
  const control = document.getElementById("try");
  if (!control || !window.fetch || !window.AbortController) return;
  let asking = false;
  control.addEventListener("click", (event) => {
    event.preventDefault();
    if (asking) return;
    if (checkCode()) return field.focus();
    asking = true;
    field.value = groups(field.value);
    const said = (className, text) => remark("code-note", field, className, text);
    said("hint", say("正在核验……", "Trying…"));
    const text = new URLSearchParams([["code", field.value], ["check", "1"]]).toString();
    const body = padded(form, text);
    ask(form.getAttribute("action"), { method: "POST", body, headers: { "Content-Type": "application/x-www-form-urlencoded" }, credentials: trust(form) }).then(({ url, page }) => {
      const kind = kindOf(page);
      const found = page.querySelector("#usable, #e-code");
      if (kind === "settled") said("error", say("此填写码已经用过：用它提交的答卷此前已收到。", "This code has been used: a response with it was received."));
      else if (kind === "form" && found) {
        markWrong(field.parentNode, field, found.id !== "usable");
        said(found.id === "usable" ? "right" : "error", found.textContent);
      } else if (kind === "closed" || kind === "paused") said("error", page.querySelector(".big").textContent);
      else throw new Error(url);
    }).catch(() => said("note", say("暂时没有验成，不影响填写；稍后可再验。", "It could not be tried now. You can go on and try again later."))).finally(() => { asking = false; });
  });
}

function makeSender(form, { checkCode, toCode, settled, corrected }) {
  if (!window.fetch || !window.AbortController) return { online() {}, busy: () => false }; // the form goes out by itself
  let sending = false;
  let body = "";
  let tried = 0; // since the page was opened: one of them may have arrived
  let waited = 0; // pauses since the network was last seen to come back: it comes a moment after the phone says so
  let silent = false; // whether the last try got no answer at all
  let timer = 0;
  const submit = form.querySelector("#send button[type=submit]");
  const label = submit.textContent;
  const panel = make("div", { className: "sending", hidden: true });
  const words = make("p", {});
  words.setAttribute("role", "status");
  const retry = button(say("立即重试", "Try now"), "", () => again());
  const back = button(say("返回修改", "Back to my answers"), "second", () => stop(say("刚才的提交可能已经收到。每码只计一次，以先收到的为准。", "What was sent may have arrived. Each code counts once, and what arrived first counts.")));
  const close = button(say("知道了", "I see"), "second", () => tell(""));
  panel.append(words, make("p", { className: "actions" }, retry, back, close));
  form.appendChild(panel);

  function tell(text, waiting) {
    panel.hidden = !text;
    setTimeout(() => { words.textContent = text; }, 20);
    retry.hidden = back.hidden = !waiting;
    close.hidden = waiting || sending;
  }

  function stop(text) {
    clearTimeout(timer);
    sending = false;
    submit.removeAttribute("aria-disabled");
    submit.textContent = label;
    tell(text);
    if (text) close.focus();
  }

  function later(text) {
    const pause = PAUSES[Math.min(waited, PAUSES.length - 1)];
    waited += 1;
    tell(text + say(`您的答案都在本页，请不要关闭；${pause} 秒后自动重试（已试 ${tried} 次）。`, `All your answers are on this page; do not close it. Trying again in ${pause} seconds (tried ${tried} times).`), true);
    timer = setTimeout(again, pause * 1000);
  }

  function again() {
    clearTimeout(timer);
    if (!sending) return;
    tried += 1;
    silent = false;
    tell(say("正在提交……", "Sending…"));
    ask(form.getAttribute("action"), { method: "POST", body, headers: { "Content-Type": "application/x-www-form-urlencoded" }, credentials: trust(form) })
      .then(answered, unanswered);
  }

  function unanswered() {
    silent = true;
    if (sending) later(say("网络不通，还没有收到回音。", "No network: no answer has come yet. "));
  }

  function answered({ status, url, page }) {
    if (!sending) return;
    const kind = kindOf(page);
    const crowded = [429, 500, 502, 503, 504].includes(status);
    if (kind === "settled" || kind === "closed") settled(page, url, tried);
    else if (kind === "form") corrected(page);
    else if (kind === null && status >= 500) later(say("服务器正在重启或暂时连不上。", "The server is restarting or cannot be reached for a moment. "));
    else if (kind === null && !crowded && status !== 408) later(say("当前网络需要登录或被拦截，尚未连接到本系统。", "This network wants a sign-in or blocks the way; this system was not reached. "));
    else if (status === 408) later(say("网络过慢，没有传完。", "The network is too slow; the form did not arrive. "));
    else if (crowded) later(say("现在提交的人较多。", "Many people are sending. "));
    else stop(all("main h1, main p", page).map((line) => line.textContent.trim()).join(say("。", ". ")));
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (sending) return;
    if (checkCode()) return toCode();
    all("input[name=code]", form)[0].value = groups(all("input[name=code]", form)[0].value);
    sending = true;
    waited = 0;
    body = encode(form); // what was said at this moment, however often it has to go out
    submit.setAttribute("aria-disabled", "true");
    submit.textContent = say("正在提交……", "Sending…");
    again();
  });
  // A server that asked for patience gets it, whatever the network does.
  function online() {
    if (silent) waited = 0;
    if (sending && !retry.hidden) again();
  }

  return { online, busy: () => sending };
}
