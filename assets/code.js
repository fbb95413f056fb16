// The questionnaire's small helper. Nothing depends on it: without script the code is typed and the form is sent as it is.
// 1. Moves the code out of the address's fragment into its field, and out of the address.
// 2. Points out what in a text may tell who the writer is. It never stops anybody, and nothing leaves the page.
// 3. Pads the form to one size, so that its length on the network tells nothing.
(function () {
  "use strict";
  var field = document.getElementById("code");
  if (!field) return;
  var match = /^#([0-9]{20})$/.exec(location.hash);
  if (match) {
    if (!field.value) field.value = match[1].replace(/(.{5})(?=.)/g, "$1 ");
    if (window.history && history.replaceState) history.replaceState(null, "", location.pathname + location.search);
  }
  var form = field.form;
  var patterns = JSON.parse(form.getAttribute("data-patterns") || "[]").map(function (p) { return [p[0], new RegExp(p[1])]; });
  var before = form.getAttribute("data-before") || "";
  function plain(text) {
    return text.replace(/[\uff01-\uff19\uff1b-\uff5e]/g, function (c) { return String.fromCharCode(c.charCodeAt(0) - 0xfee0); });
  }
  form.addEventListener("input", function (event) {
    var input = event.target;
    if (input.tagName !== "TEXTAREA" && !/\.other$/.test(input.name)) return;
    var text = plain(input.value), found = [];
    patterns.forEach(function (p) { if (p[1].test(text) && found.indexOf(p[0]) < 0) found.push(p[0]); });
    var note = document.getElementById(input.id + "-note");
    if (!note) {
      if (!found.length) return;
      note = document.createElement("p");
      note.id = input.id + "-note";
      note.className = "note";
      note.setAttribute("role", "status");
      input.parentNode.insertBefore(note, input.nextSibling);
    }
    note.textContent = found.length ? before + found.join("\u3001") : "";
    note.hidden = !found.length;
  });
  function length(text) {
    return encodeURIComponent(text.replace(/\r\n|\r|\n/g, "\r\n")).replace(/%20/g, "+").replace(/[!'()~]/g, "%00").length;
  }
  form.addEventListener("submit", function () {
    var pad = form.elements.pad, size = 0;
    if (!pad) {
      pad = document.createElement("input");
      pad.type = "hidden";
      pad.name = "pad";
      form.appendChild(pad);
    }
    pad.value = "";
    new FormData(form).forEach(function (value, name) { size += length(name) + length(value) + 2; });
    pad.value = new Array(Math.max(0, form.getAttribute("data-size") - size + 1) + 1).join("0");
  });
})();
