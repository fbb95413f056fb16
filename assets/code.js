// Moves the code out of the address's fragment into its field, and out of the address.
// Nothing else depends on it: without script the code is typed.
(function () {
  var field = document.getElementById("code");
  var match = /^#([0-9]{20})$/.exec(location.hash);
  if (!field || !match) return;
  if (!field.value) field.value = match[1].replace(/(.{5})(?=.)/g, "$1 ");
  if (window.history && history.replaceState) history.replaceState(null, "", location.pathname + location.search);
})();
