/* 工作台的小帮手: ticking, filling a hint, keeping the selection. Every page works without it. */
(function () {
  "use strict";
  var doc = document;
  function each(selector, act, root) { Array.prototype.forEach.call((root || doc).querySelectorAll(selector), act); }
  function count() {
    var bar = doc.querySelector("[data-bulk]"), n = doc.querySelectorAll("#bulk input[name=ids]:checked").length, shown;
    if (!bar) { return; }
    bar.hidden = !n;
    shown = bar.querySelector("[data-bulk-n]");
    if (shown) { shown.textContent = n; }
  }
  function select(row) {
    each("[data-row][aria-current]", function (old) { old.removeAttribute("aria-current"); });
    each(".queue-item.is-current", function (old) { old.classList.remove("is-current"); });
    row.setAttribute("aria-current", "true");
    if (row.parentElement) { row.parentElement.classList.add("is-current"); }
  }
  /* What the choice does not need is out of the way; without scripts it is simply there. */
  function fit() {
    var hotline = doc.querySelector('input[name=channel][value=hotline]');
    each(".only-hotline", function (field) { field.hidden = !(hotline && hotline.checked); });
    each("[data-merge-n]", function (n) { n.textContent = doc.querySelectorAll(".merge input[name=ids]:checked").length; });
  }
  doc.addEventListener("change", function (event) { if (event.target.name === "ids") { count(); } fit(); });
  doc.addEventListener("click", function (event) {
    var at = event.target.closest ? event.target : event.target.parentElement, button = at && at.closest("[data-fill]"), row = at && at.closest("[data-row]"), field, other, pick;
    if (row) { select(row); }
    if (!button) { return; }
    field = doc.getElementById(button.dataset.fill);
    if (field) { field.value = button.textContent.trim(); field.dispatchEvent(new Event("input", { bubbles: true })); field.focus(); }
    other = button.dataset.fill2 && doc.getElementById(button.dataset.fill2);
    if (other) { other.value = button.dataset.words; other.dispatchEvent(new Event("input", { bubbles: true })); }
    pick = button.dataset.pick && doc.getElementById(button.dataset.pick);
    if (pick) { pick.checked = true; }
  });
  /* Typing narrows a long list of boxes; what is ticked stays in sight. Without scripts the field is hidden. */
  function narrow() { each("[data-narrow]", function (field) { field.hidden = false; }); }
  doc.addEventListener("input", function (event) {
    var list = event.target.dataset && event.target.dataset.narrow, words = event.target.value.trim();
    if (list) { each("label", function (line) { line.hidden = line.textContent.indexOf(words) < 0 && !line.querySelector("input:checked"); }, doc.getElementById(list)); }
  });
  doc.addEventListener("keydown", function (event) { if (event.key === "Enter" && event.target.dataset && event.target.dataset.narrow) { event.preventDefault(); } });
  /* Enter in a field that looks things up goes to the first thing found; it does not send the form. */
  doc.addEventListener("keydown", function (event) {
    var at = event.target, first;
    if (event.key !== "Enter" || event.isComposing || !at.hasAttribute("data-pick")) { return; }
    event.preventDefault();
    first = doc.querySelector("#" + at.id + "-found input");
    if (first) { first.checked = true; first.focus(); }
  });
  doc.addEventListener("htmx:afterSettle", narrow);
  narrow();
  /* x ticks the row she stands on; opening a form by its letter puts her into its first field. */
  doc.addEventListener("keydown", function (event) {
    var row = doc.activeElement, box;
    if (event.key !== "x" || event.ctrlKey || event.metaKey || event.altKey || !row || !row.hasAttribute("data-row")) { return; }
    box = row.parentElement.querySelector("input[type=checkbox]");
    if (box) { box.checked = !box.checked; count(); }
  });
  doc.addEventListener("toggle", function (event) {
    if (event.target.open && event.target.matches("details.verb, .detail details")) { enter(event.target); }
  }, true);
  /* The browser says "toggle" a moment later; a letter opens and enters at once, or the next letter would act. */
  doc.addEventListener("diandan:pressed", function (event) {
    var box = event.target.parentElement;
    if (event.target.tagName === "SUMMARY" && box.open) { enter(box); }
  });
  function enter(box) {
    var first = box.querySelector("textarea, input:not([type=hidden]), select") || box.querySelector("form button"), at = doc.activeElement;
    if (first && !(at && at.form && box.contains(at))) { first.focus(); }
  }
  /* A new detail starts at its top; the list keeps its scroll because it is not touched. */
  doc.addEventListener("htmx:afterSwap", function (event) {
    if (event.target.id === "detail") { event.target.scrollTop = 0; }
    count();
  });
  /* What was done has left its queue: she stands on the next row, where it stood. Rows are known by their
     order, so that a fresh list keeps her place and her ticks; with none left she stands on the detail. */
  var stood = 0, stoodOn = "", opened = "", ticked = [], had = false;
  function rows() { return Array.prototype.slice.call(doc.querySelectorAll("[data-queue] [data-row]")); }
  function remember() {
    var all = rows(), current = doc.querySelector("[data-row][aria-current]"), at = all.indexOf(doc.activeElement);
    had = !!doc.activeElement && doc.activeElement !== doc.body;
    if (at < 0) { at = all.indexOf(current); }
    if (at >= 0) { stood = at; stoodOn = all[at].dataset.row; }
    opened = current ? current.dataset.row : "";
    ticked = [];
    each("#bulk input[name=ids]:checked", function (box) { ticked.push(box.value); });
  }
  function stand() {
    var all = rows(), here;
    each("#bulk input[name=ids]", function (box) { if (ticked.indexOf(box.value) >= 0) { box.checked = true; } });
    if (!doc.querySelector("[data-row][aria-current]")) { all.forEach(function (row) { if (row.dataset.row === opened) { select(row); } }); }
    count();
    if (!had || (doc.activeElement && doc.activeElement !== doc.body)) { return; }
    here = all.filter(function (row) { return row.dataset.row === stoodOn; })[0] ||
      doc.querySelector("[data-row][aria-current]") || all[Math.min(stood, all.length - 1)] || doc.getElementById("detail");
    if (here) { here.focus({ preventScroll: true }); }
  }
  doc.addEventListener("htmx:beforeSwap", remember);
  doc.addEventListener("htmx:afterSettle", stand);
  if (/[?&]done=1(&|$)/.test(window.location.search)) { had = true; stand(); }
  /* A list that lies open stays true: asked again while somebody looks at it, never while she writes in it. */
  var FRESH = 20000;
  function fresh() {
    var list = doc.getElementById("queue-list"), head = list && list.querySelector("[data-fresh]"), at = doc.activeElement, subject = doc.querySelector("#detail [data-subject]");
    if (!head || !window.htmx || doc.visibilityState !== "visible" || list.querySelector(".bulk-return[open]")) { return; }
    if (at && list.contains(at) && /^(INPUT|SELECT|TEXTAREA)$/.test(at.tagName) && at.type !== "checkbox") { return; }
    window.htmx.ajax("GET", head.dataset.fresh + "&seen=" + head.dataset.seen + (subject ? "&open=" + subject.dataset.subject : ""), { source: "#fresh", target: "#queue-list", swap: "innerHTML" });
  }
  if (doc.getElementById("fresh")) { setInterval(fresh, FRESH); doc.addEventListener("visibilitychange", fresh); }
  /* A session that ran out must not put the sign-in page into the detail. */
  doc.addEventListener("htmx:beforeSwap", function (event) {
    var from = event.detail.xhr && event.detail.xhr.responseURL || "";
    if (from && from.indexOf("/desk/") < 0) { event.detail.shouldSwap = false; window.location.reload(); }
  });
  /* Good news makes room again; a no stays until the next act. */
  function tidy() { setTimeout(function () { each(".surface-work .message-success", function (line) { line.remove(); }); }, 8000); }
  doc.addEventListener("htmx:afterSettle", tidy);
  tidy();
  /* A page that could not be fetched must not look as if it had been. */
  doc.addEventListener("htmx:responseError", function (event) { if (event.detail.xhr.status === 401 || event.detail.xhr.status === 403 || event.detail.xhr.status === 404) { window.location.reload(); } });
  count();
  fit();
}());
