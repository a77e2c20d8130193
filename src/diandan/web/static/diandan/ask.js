/* 边说边猜: while she types, the server proposes kind, place and urgency as chips. The form works without this. */
(function () {
  "use strict";
  var form = document.querySelector("[data-propose]"), box, words, timer, last = "", told = "", chosen = {};
  if (!form || !window.fetch || !window.FormData || !window.URLSearchParams) { return; }
  box = form.querySelector("[data-proposal]");
  words = form.elements.words;
  box.addEventListener("change", function (event) { chosen[event.target.name] = true; });
  function said() { return words.value.replace(/^\s+|\s+$/g, ""); }
  /* The chips come and go while she may already stand on one of them: she stays on the same. */
  function show(html) {
    var at = document.activeElement, stood = at && box.contains(at) ? at : null;
    box.innerHTML = html;
    if (stood) { Array.prototype.forEach.call(box.querySelectorAll("input"), function (chip) { if (chip.name === stood.name && chip.value === stood.value) { chip.focus(); } }); }
  }
  function ask() {
    var text = said(), body;
    if (text.length < 2 || text === last) { return; }
    last = text;
    body = new URLSearchParams();
    Array.prototype.forEach.call(form.elements, function (field) {
      /* What she changed by hand is kept; what was only proposed is proposed anew. */
      var radio = field.type === "radio";
      if (field.name && field.type !== "submit" && (!radio || (field.checked && chosen[field.name]))) { body.append(field.name, field.value); }
    });
    fetch(form.dataset.propose, { method: "POST", body: body, credentials: "same-origin" }).then(function (answer) {
      return answer.ok ? answer.text() : "";
    }).then(function (html) { if (html && text === last) { told = text; show(html); } }, function () { last = ""; });
  }
  /* Sent before the last words were answered: what was proposed for fewer words is no choice of hers. */
  function stale(off) { Array.prototype.forEach.call(box.querySelectorAll("input[type=radio]"), function (chip) { chip.disabled = off && !chosen[chip.name]; }); }
  form.addEventListener("submit", function () { stale(said() !== told); });
  window.addEventListener("pageshow", function () { stale(false); });
  words.addEventListener("input", function () { clearTimeout(timer); timer = setTimeout(ask, 600); });
  ask();
}());
