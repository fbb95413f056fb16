// The questions: which are shown, which are answered, what a choice excludes, how long a text is and what in it may tell who wrote it.
// The server decides all of this again; here it is said at once, beside the field.

const OFF = ".item[hidden], .other[hidden]";

// A question may be called `action` or `elements`: what a form offers under its own names is not to be trusted.
function fieldsOf(form) {
  return all("input, textarea, select", form);
}

// Names and values of everything that is shown, which is what is sent; or of everything.
function entries(form, hidden) {
  const list = [];
  for (const field of fieldsOf(form)) {
    if (!field.name || field.disabled || (!hidden && field.closest(OFF))) continue;
    if ((field.type === "radio" || field.type === "checkbox") && !field.checked) continue;
    list.push([field.name, field.value]);
  }
  return list;
}

// Puts answers back; what is not named stays empty.
function fill(form, list) {
  for (const field of fieldsOf(form)) {
    if (!field.name) continue;
    const values = list.filter((entry) => entry[0] === field.name).map((entry) => entry[1]);
    if (field.type === "radio" || field.type === "checkbox") field.checked = values.includes(field.value);
    else if (values.length) field.value = values[0];
  }
}

function isAnswered(item) {
  return all("input, textarea, select", item).some((field) => {
    if (field.closest(OFF)) return false;
    return field.type === "radio" || field.type === "checkbox" ? field.checked && field.value !== "" : field.value.trim() !== "";
  });
}

// Questions whose conditions do not hold are put away, each after the questions it depends on.
function showAndHide(form) {
  for (const item of all(".item[data-if]", form)) {
    item.hidden = !JSON.parse(item.dataset.if).every(([id, wanted, most]) => {
      const asked = document.getElementById("q-" + id);
      if (!asked || asked.hidden) return false;
      const chosen = entries(form).filter((entry) => entry[0] === id).map((entry) => entry[1]);
      if (Array.isArray(wanted)) return chosen.some((value) => wanted.includes(value));
      const number = narrow(chosen[0] || "").trim();
      return /^-?[0-9]+$/.test(number) && Number(number) >= wanted && Number(number) <= most;
    });
  }
  for (const other of all(".other", form)) {
    const option = other.parentNode.querySelector(`input[value="${other.dataset.option}"]`);
    other.hidden = !option.checked;
  }
  for (const item of all(".item", form)) item.classList.toggle("done", isAnswered(item));
}

// One tick too many is taken back and said; an option that goes with no other clears the others.
function limit(item, input) {
  const ticks = all("input[type=checkbox]", item);
  if (input.checked) {
    const alone = input.hasAttribute("data-alone");
    for (const tick of ticks) if (tick !== input && (alone || tick.hasAttribute("data-alone"))) tick.checked = false;
  }
  const most = Number(item.dataset.most) || ticks.length;
  const over = ticks.filter((tick) => tick.checked).length > most;
  if (over) input.checked = false;
  if (!item.dataset.most) return;
  const chosen = ticks.filter((tick) => tick.checked).length;
  const sum = say(`已选 ${chosen}／${most}`, `${chosen} of ${most} chosen`);
  // Where the finger is, without moving anything under it; the line below the options is for whoever listens, and stays.
  for (const old of all(".tally", item)) old.remove();
  const tally = make("b", { className: over ? "tally full" : "tally" }, over ? say(`已选满 ${chosen}／${most}`, `${chosen} of ${most}: full`) : sum);
  tally.setAttribute("aria-hidden", "true");
  input.closest(".pick").appendChild(tally);
  remark(item.id + "-limit", item.querySelector(".picks"), over ? "note" : "count", over ? sum + say(`。最多选 ${most} 项；要换一项，请先取消一项。`, `. Choose ${most} at most; to change one, take one back first.`) : sum);
}

// An option can take one place only.
function rank(item) {
  const places = all("select", item);
  for (const place of places) {
    for (const option of place.options) option.disabled = option.value !== "" && places.some((other) => other !== place && other.value === option.value);
  }
}

function inRange(item, input) {
  const text = narrow(input.value).trim();
  const { low, high } = item.dataset;
  const fits = !text || (/^-?[0-9]+$/.test(text) && Number(text) >= Number(low) && Number(text) <= Number(high));
  markWrong(item, input, !fits);
  remark(item.id + "-range", input, "error", fits ? "" : say(`请填 ${low} 至 ${high} 之间的整数`, `Enter a whole number from ${low} to ${high}`));
}

// Characters as the server counts them: composed, a line end as one.
function count(input) {
  return Array.from(input.value.replace(/\r\n?/g, "\n").normalize("NFC").trim()).length;
}

function countDown(item, input) {
  const most = Number(input.dataset.most);
  const used = count(input);
  const over = used > most;
  markWrong(input.parentNode, input, over);
  const near = used > most * 0.8;
  remark(input.id + "-count", input, over ? "error count" : "hint count", !near ? "" : over ? say(`超出 ${used - most} 字，请缩短`, `${used - most} characters too many; shorten it`) : say(`还可写 ${most - used} 字`, `${most - used} characters left`));
}

// What in a text may tell who its writer is. It never stops anybody, and nothing leaves the page.
function identify(form, input) {
  const text = narrow(input.value);
  const found = [];
  for (const [name, pattern] of JSON.parse(form.getAttribute("data-patterns"))) if (!found.includes(name) && new RegExp(pattern).test(text)) found.push(name);
  input.classList.toggle("telling", found.length > 0);
  const advice = say("这段文字里好像有能认出人的内容，建议改掉（不影响提交）：", "This text may tell who somebody is; consider rewording it (you can send it all the same): ");
  remark(input.id + "-note", input, "note", found.length ? advice + found.join(say("、", ", ")) : "");
}

// Once a wrong answer is touched, what the server said of it is out of date, beside it and in the summary.
function mended(item) {
  item.classList.remove("wrong");
  for (const error of all(".error[id^=e-]", item)) error.hidden = true;
  for (const field of all("[aria-invalid]", item)) field.removeAttribute("aria-invalid");
  const summary = document.getElementById("errors");
  if (!summary) return;
  for (const link of all(`a[href="#${item.id}"]`, summary)) link.closest("li").classList.add("mended");
  summary.hidden = all("li:not(.mended)", summary).length === 0;
}

// All that is said of a field while it is filled in.
function check(form, item, input) {
  if (input.tagName === "SELECT") rank(item);
  if (input.dataset.most) {
    countDown(item, input);
    identify(form, input);
  }
}

// A blank ballot and answers exclude each other, and which of them goes is said.
function blankOrNot(form, input) {
  const tick = all("input[name=blank]", form)[0];
  if (!tick || !tick.checked) return input === tick && remark("blank-note", tick.parentNode, "note", "");
  const answered = all(".item", form).filter((item) => !item.hidden && isAnswered(item));
  if (!answered.length) return remark("blank-note", tick.parentNode, "note", "");
  tick.checked = false;
  if (input !== tick) return remark("blank-note", tick.parentNode, "note", say("您已作答，“空白提交”已自动取消。", "You have answered something, so the blank ballot was taken back."));
  remark("blank-note", tick.parentNode, "note", say(`您已作答 ${answered.length} 题，不能同时空白提交。要交空白答卷，请先返回各题选“不作答”或删去文字。`, `You have answered ${answered.length} questions, so this cannot be a blank ballot. To send one, go back and take those answers away.`));
}

// The same for answers that came in another way: a draft, another language, the server's page.
function review(form) {
  for (const input of all("textarea, .other input", form)) {
    // A paste that is too long is said, not cut.
    if (input.maxLength > 0) input.dataset.most = input.maxLength;
    input.removeAttribute("maxlength");
  }
  showAndHide(form);
  for (const input of all(".item textarea, .item select, .other input", form)) if (input.value) check(form, input.closest(".item"), input);
  for (const input of all(".item[data-high] input", form)) if (input.value && !input.hasAttribute("aria-invalid")) inRange(input.closest(".item"), input);
}

function watchFields(form, changed) {
  const changedBy = (input) => {
    const item = input.closest(".item");
    if (item) {
      mended(item);
      if (input.type === "checkbox") limit(item, input);
      check(form, item, input);
      if (item.dataset.high && document.getElementById(item.id + "-range")) inRange(item, input);
    }
    showAndHide(form);
    blankOrNot(form, input);
    changed();
  };
  // Letters on their way to becoming characters are not counted, matched or refused.
  form.addEventListener("input", (event) => { if (!event.isComposing) changedBy(event.target); });
  form.addEventListener("compositionend", (event) => changedBy(event.target));
  form.addEventListener("change", (event) => {
    const item = event.target.closest(".item");
    if (item && item.dataset.high) inRange(item, event.target);
  });
  // The gloss of a scale may fill the screen: while it is open, it does not stay on top of what is being answered.
  for (const gloss of all(".gloss", form)) gloss.addEventListener("toggle", () => gloss.parentNode.classList.toggle("open", gloss.open));
  review(form);
}
