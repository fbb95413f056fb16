// The code of the slip: out of the address's fragment into its field, and checked while it is typed.
// The fragment never leaves the phone, and it does not stay in the address, so that no copied link holds a code.
// What the browser wrote into its history when the slip was scanned cannot be taken back; the page says so.

// Must run first: whatever else fails, the fragment leaves the address, be it a whole code or half of one.
function takeCode() {
  const match = /^#([0-9]{20})$/.exec(location.hash.replace(/\s|%20/g, ""));
  if (location.hash) history.replaceState(history.state, "", location.pathname + location.search);
  return match ? match[1] : "";
}

// What is meant by what was typed or pasted: a whole address holds its code, marks nobody sees and signs between groups say nothing,
// and the letters that look like nought and one are them. The server reads it the same way.
function digitsOf(text) {
  const plain = narrow(text.normalize("NFKC")).replace(/[\p{Cf}\u034f\u115f\u1160\u2800\u3164\ufe00-\ufe0f\uffa0]/gu, "");
  const inside = /#\s*([0-9]{20})(?![0-9])/.exec(plain);
  if (inside) return inside[1];
  return plain.replace(/[\s\p{Pd}\u2212_.,;:#/\u00b7\u2022\u30fb\u3001\u3002]/gu, "").replace(/[Oo]/g, "0").replace(/[lI|]/g, "1");
}

// What is wrong with a code: ISO 7064 MOD 97-10 over all twenty digits leaves one.
function codeProblem(text) {
  const digits = digitsOf(text);
  if (!digits) return say("请输入填写码", "Enter the code");
  const strange = /[^0-9]/u.exec(digits);
  if (strange) return say(`填写码只有数字，其中的“${strange[0]}”请核对改正`, `The code has digits only; correct the “${strange[0]}” in it`);
  if (digits.length !== 20) return say(`填写码应为 20 位，现在是 ${digits.length} 位`, `The code has 20 digits; there are ${digits.length} now`);
  let rest = 0;
  for (const digit of digits) rest = (rest * 10 + Number(digit)) % 97;
  return rest === 1 ? "" : say("填写码有误：请逐组核对，是否错了一位或颠倒了两位", "The code is mistyped: compare it group by group for a wrong or swapped digit");
}

function groups(text) {
  return digitsOf(text).replace(/(.{5})(?=.)/g, "$1 ");
}

function watchCode(field, found) {
  if (found && !field.value) field.value = groups(found);
  const tell = (problem) => {
    markWrong(field.parentNode, field, Boolean(problem));
    const served = document.getElementById("e-code");
    if (served) served.hidden = true;
    remark("code-note", field, problem ? "error" : "right", problem || (field.value ? say("✓ 填写码完整", "✓ The code is complete") : ""));
  };
  field.addEventListener("input", (event) => {
    if (event.isComposing) return;
    const length = digitsOf(field.value).length;
    if (length >= 20) tell(codeProblem(field.value));
    else if (!field.value || document.getElementById("code-note")) tell("");
    if (length < 20) remark("code-note", field, "right", "");
  });
  field.addEventListener("change", () => {
    if (!field.value) return;
    if (!codeProblem(field.value)) field.value = groups(field.value);
    tell(codeProblem(field.value));
  });
  if (field.value && !document.getElementById("e-code")) tell(codeProblem(field.value));
  return () => {
    const problem = codeProblem(field.value);
    if (problem) tell(problem);
    return problem;
  };
}
