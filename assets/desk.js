// The desk's only script: says that something is being done when it takes a moment, and lets no double click send a form twice.
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
  if (form.hasAttribute("data-sent")) { event.preventDefault(); return; }
  form.setAttribute("data-sent", "");
  window.setTimeout(function () {
    if (form.hasAttribute("data-sent")) said.textContent = english ? "Working, please wait …" : "正在处理，请稍候……";
  }, 500);
  // A file that is downloaded leaves the page where it is.
  window.setTimeout(rest, form.hasAttribute("data-file") ? 2500 : 30000);
});
// Shown again on the way back.
window.addEventListener("pageshow", rest);
})();
