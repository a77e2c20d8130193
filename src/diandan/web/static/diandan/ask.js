/* 边说边猜: while she types, the server proposes kind, place and urgency as chips. The form works without this. */
(function () {
  "use strict";
  var form = document.querySelector("[data-propose]"), box, words, timer, last = "", chosen = {};
  if (!form || !window.fetch || !window.FormData || !window.URLSearchParams) { return; }
  box = form.querySelector("[data-proposal]");
  words = form.elements.words;
  box.addEventListener("change", function (event) { chosen[event.target.name] = true; });
  function ask() {
    var text = words.value.replace(/^\s+|\s+$/g, ""), body;
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
    }).then(function (html) { if (html && text === last) { box.innerHTML = html; } }, function () { last = ""; });
  }
  words.addEventListener("input", function () { clearTimeout(timer); timer = setTimeout(ask, 600); });
  ask();
}());
