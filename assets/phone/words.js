// Words and small pieces of page for the rest of this script.
// Nothing on the page depends on any of it: without script, or with half of it, the form is filled in and sent as it stands.

// The sentence in the page's language.
function say(zh, en) {
  return document.documentElement.lang === "en" ? en : zh;
}

// An element with properties and children; text is always text.
function make(tag, properties, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

function all(selector, within) {
  return Array.from((within || document).querySelectorAll(selector));
}

function button(label, className, action) {
  const element = make("button", { type: "button", className }, label);
  element.addEventListener("click", action);
  return element;
}

// A line beside a field or a group, read out when it changes and tied to its field; empty text takes it away.
function remark(id, after, className, text) {
  let line = document.getElementById(id);
  if (!line) {
    if (!text) return;
    line = make("p", { id });
    line.setAttribute("role", "status");
    // Above a field of several lines: below it the keyboard would cover it.
    after.parentNode.insertBefore(line, after.matches("textarea") ? after : after.nextSibling);
  }
  line.className = className;
  line.hidden = !text;
  // Screen readers speak what changes in a line, not a line that comes with its words.
  line.dataset.text = text;
  setTimeout(() => { line.textContent = line.dataset.text; }, 20);
  if (!after.matches("input, textarea")) return;
  const others = (after.getAttribute("aria-describedby") || "").split(" ").filter((other) => other && other !== id);
  after.setAttribute("aria-describedby", others.concat(text ? id : []).join(" "));
}

// What comes in under a finger already on its way does nothing: for a moment presses and keys that began before it could be seen go nowhere.
let still = 0; // until when, on the clock of events
let pressed = 0; // when the last press began

function hold(time) {
  still = window.performance.now() + time;
  document.documentElement.classList.add("holding");
  setTimeout(() => {
    if (window.performance.now() >= still - 1) document.documentElement.classList.remove("holding");
  }, time);
}

function swallow(event) {
  if (/down$|^touchstart$/.test(event.type) && event.type !== "keydown") pressed = event.timeStamp;
  const began = event.type === "click" && event.detail > 0 ? pressed : event.timeStamp;
  if (began >= still || event.key === "Tab" || event.key === "Escape" || !event.isTrusted) return;
  event.stopPropagation();
  if (event.cancelable && event.type !== "touchstart") event.preventDefault();
}
for (const name of ["touchstart", "pointerdown", "mousedown", "click", "keydown", "keypress", "keyup"]) window.addEventListener(name, swallow, { capture: true, passive: false });

function markWrong(box, field, wrong) {
  box.classList.toggle("wrong", wrong);
  if (wrong) field.setAttribute("aria-invalid", "true");
  else field.removeAttribute("aria-invalid");
}

// Full-width digits and signs, as Chinese keyboards type them, in half width.
function narrow(text) {
  return text.replace(/[\uff01-\uff5e]/g, (c) => String.fromCharCode(c.charCodeAt(0) - 0xfee0));
}
