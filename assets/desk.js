// The desk's only script: says that something is being done when it takes a moment, lets no double click send a form twice, and keeps previews up to date.
// Without it every page works the same, only more quietly.
(function () {
"use strict";
var english = document.documentElement.lang === "en";
var said = document.createElement("p");
said.className = "busy";
said.setAttribute("role", "status");
document.addEventListener("DOMContentLoaded", function () { document.body.appendChild(said); });

function rest() {
  said.textContent = "";
  document.querySelectorAll("form[data-sent]").forEach(function (form) { form.removeAttribute("data-sent"); });
}

document.addEventListener("submit", function (event) {
  var form = event.target;
  if (event.submitter && event.submitter.hasAttribute("formtarget")) return;
  if (form.hasAttribute("data-sent")) { event.preventDefault(); return; }
  form.setAttribute("data-sent", "");
  window.setTimeout(function () {
    if (form.hasAttribute("data-sent")) said.textContent = english ? "Working, please wait …" : "正在处理，请稍候……";
  }, 500);
  // A file that is downloaded leaves the page where it is.
  window.setTimeout(rest, form.hasAttribute("data-file") ? 2500 : 30000);
});
// A page that shows where a round stands is shown anew when that has changed: after a download, or by somebody else. What is being typed is left alone.
document.addEventListener("DOMContentLoaded", function () {
  var mark = document.querySelector("[data-follow]");
  if (!mark) return;
  var typed = false;
  var told = false;
  document.addEventListener("input", function () { typed = true; });
  function changed() {
    if (told) return;
    if (!typed && !document.querySelector("form[data-sent]")) { window.location.replace(window.location.pathname); return; }
    told = typed;
    if (!typed) return;
    var again = document.createElement("a");
    again.href = window.location.pathname;
    again.textContent = english ? "This page has changed. Show it anew" : "本页内容有变化，点此刷新";
    said.textContent = "";
    said.appendChild(again);
  }
  window.setInterval(function () {
    if (document.hidden) return;
    var asking = new XMLHttpRequest();
    asking.open("GET", mark.getAttribute("data-follow"));
    asking.onload = function () { if (asking.status === 200 && asking.responseText !== mark.getAttribute("data-standing")) changed(); };
    asking.send();
  }, 2000);
});
// A form with a phone beside it: what is typed is shown there shortly after, and nothing is kept by that.
document.addEventListener("DOMContentLoaded", function () {
  var form = document.querySelector("form[data-live]");
  var frame = document.querySelector("iframe[name=preview]");
  if (!form || !frame) return;
  var waiting = 0;
  var top = null;
  function show() {
    var kept = [form.action, form.target];
    // Where the frame stood, unless it opens at the question that is written.
    try { top = frame.contentWindow.scrollY; } catch (e) { top = null; }
    form.action = form.getAttribute("data-live");
    form.target = "preview";
    HTMLFormElement.prototype.submit.call(form);
    form.action = kept[0];
    form.target = kept[1];
  }
  function soon() {
    window.clearTimeout(waiting);
    waiting = window.setTimeout(show, 600);
  }
  form.addEventListener("input", function (event) { if (!event.isComposing) soon(); });
  form.addEventListener("compositionend", soon);
  frame.addEventListener("load", function () {
    var inner = frame.contentWindow;
    try {
      var aim = inner.document.querySelector("form[data-at]");
      var place = aim && inner.document.getElementById(aim.getAttribute("data-at"));
      if (place) inner.scrollTo(0, place.getBoundingClientRect().top + inner.scrollY - 140);
      else if (top !== null) inner.scrollTo(0, top);
    } catch (e) { /* A page of another kind, such as that of a session that ended. */ }
  });
  if (form.querySelector("textarea#definition")) show();

  // Inputs for another way of answering are out of the way; they keep what they hold.
  var kind = form.querySelector("select#kind");
  function sift() {
    form.querySelectorAll("[data-only]").forEach(function (input) {
      input.hidden = input.getAttribute("data-only").split(" ").indexOf(kind.value) < 0;
    });
  }
  if (kind) { kind.addEventListener("change", sift); sift(); }
});
// Shown again on the way back.
window.addEventListener("pageshow", rest);
})();
// A page that is there to be printed offers it; what only a script does is shown by it.
document.addEventListener("DOMContentLoaded", function () {
  document.querySelectorAll("[data-print],[data-tick],[data-every],[data-png],[data-all]").forEach(function (button) { button.hidden = false; });
});
document.addEventListener("click", function (event) {
  if (event.target && event.target.hasAttribute && event.target.hasAttribute("data-print")) window.print();
});
// All rows of a table are ticked, or none.
document.addEventListener("click", function (event) {
  if (!event.target || !event.target.hasAttribute || !event.target.hasAttribute("data-all")) return;
  var boxes = Array.prototype.slice.call(event.target.closest("table").querySelectorAll("input[type=checkbox]"));
  var every = boxes.every(function (box) { return box.checked; });
  boxes.forEach(function (box) { box.checked = !every; });
});
// What is folded is printed, too.
window.addEventListener("beforeprint", function () {
  document.querySelectorAll("details.card:not([open])").forEach(function (part) { part.open = true; });
});
// A drawing as a bitmap, for programs that take no drawings: twice its size, in this computer's own types.
document.addEventListener("click", function (event) {
  var path = event.target && event.target.getAttribute && event.target.getAttribute("data-png");
  if (!path) return;
  var drawing = new Image();
  drawing.onload = function () {
    var canvas = document.createElement("canvas");
    canvas.width = drawing.naturalWidth * 2;
    canvas.height = drawing.naturalHeight * 2;
    canvas.getContext("2d").drawImage(drawing, 0, 0, canvas.width, canvas.height);
    canvas.toBlob(function (bytes) {
      var link = document.createElement("a");
      link.href = URL.createObjectURL(bytes);
      link.download = decodeURIComponent(path.split("/").pop()).replace(/svg$/, "png");
      link.click();
      window.setTimeout(function () { URL.revokeObjectURL(link.href); }, 10000);
    }, "image/png");
  };
  drawing.src = path;
});
// Screening with the keyboard. Keys never act while something is typed.
document.addEventListener("DOMContentLoaded", function () {
  var form = document.querySelector("form.screening");
  if (!form) return;
  var hint = form.querySelector("[data-keys]");
  if (hint) hint.hidden = false;
  function boxes() { return Array.prototype.slice.call(form.querySelectorAll("input[name=t]")); }
  function tick(cluster) { cluster.querySelectorAll("input[name=t]").forEach(function (box) { box.checked = true; }); }
  form.addEventListener("click", function (event) {
    if (event.target.hasAttribute("data-tick")) tick(event.target.closest(".cluster"));
    if (event.target.hasAttribute("data-every")) boxes().forEach(function (box) { box.checked = true; });
  });
  document.addEventListener("keydown", function (event) {
    var at = event.target, name = at.tagName;
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (name === "TEXTAREA" || name === "SELECT" || (name === "INPUT" && at.type !== "checkbox")) return;
    var key = event.key.toLowerCase(), all = boxes(), now = all.indexOf(at);
    if (key === "j" || key === "k") {
      var next = all[now < 0 ? 0 : Math.max(0, Math.min(all.length - 1, now + (key === "j" ? 1 : -1)))];
      if (next) { next.focus(); next.scrollIntoView({ block: "nearest" }); }
    } else if (key === "a" && now >= 0) { tick(at.closest(".cluster")); } else {
      var button = /^[a-z]$/.test(key) && document.querySelector("button[data-key='" + key + "']");
      if (!button) return;
      button.click();
    }
    event.preventDefault();
  });
});
