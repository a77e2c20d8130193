/* 签到: what the phone writes down without a signal waits in its own store and is sent later, once,
   under an id of its own. Also the yes/no of a venue's fence, worked out on the phone: the server
   hears "inside" or "outside", never where she is. Everything here may be absent; the pages work. */
(function () {
  "use strict";
  var doc = document, page = window, local, PREFIX = "diandan.late.";
  try { local = page.localStorage; } catch (refused) { local = null; }
  function each(list, act) { Array.prototype.forEach.call(list, act); }
  function read(key, fallback) { try { return JSON.parse(local.getItem(PREFIX + key)) || fallback; } catch (unreadable) { return fallback; } }
  function write(key, value) { try { local.setItem(PREFIX + key, JSON.stringify(value)); return true; } catch (full) { return false; } }
  function newId() {
    if (page.crypto && page.crypto.randomUUID) { return page.crypto.randomUUID(); }
    var raw = new Uint8Array(16), hex = "";
    page.crypto.getRandomValues(raw);
    raw[6] = (raw[6] & 15) | 64; raw[8] = (raw[8] & 63) | 128;
    each(raw, function (one, n) { hex += (n === 4 || n === 6 || n === 8 || n === 10 ? "-" : "") + ("0" + one.toString(16)).slice(-2); });
    return hex;
  }

  /* Near the venue or not: asked only after she ticked it, and only the answer is sent. */
  each(doc.querySelectorAll("[data-fence]"), function (box) {
    if (!navigator.geolocation) { return; }
    box.hidden = false;
    var tick = box.querySelector("input[type=checkbox]"), kept = box.querySelector("input[type=hidden]"), said = box.querySelector("[data-fence-said]");
    tick.addEventListener("change", function () {
      kept.value = ""; said.textContent = "";
      if (!tick.checked) { return; }
      said.textContent = box.dataset.asking;
      navigator.geolocation.getCurrentPosition(function (here) {
        var rad = Math.PI / 180, a = here.coords.latitude * rad, b = Number(box.dataset.lat) * rad,
          along = Math.sin((b - a) / 2), across = Math.sin((Number(box.dataset.lon) * rad - here.coords.longitude * rad) / 2),
          metres = 2 * 6371009 * Math.asin(Math.sqrt(along * along + Math.cos(a) * Math.cos(b) * across * across));
        kept.value = metres <= Number(box.dataset.radius) ? "inside" : "outside";
        said.textContent = kept.value === "inside" ? box.dataset.inside : box.dataset.outside;
      }, function () { tick.checked = false; said.textContent = box.dataset.failed; }, { enableHighAccuracy: true, timeout: 10000, maximumAge: 60000 });
    });
  });

  if (!local || !page.fetch || !page.Promise) { return; }
  var owner = doc.body.dataset.owner || "", box = doc.getElementById("late"), sending = false;
  /* The shell knows nobody: whoever used this phone last is meant. */
  if (owner) { write("owner", owner); } else if (box && !doc.getElementById("late-key")) { owner = read("owner", ""); }
  if (!owner) { return; }
  function queue() { return read("q." + owner, []); }
  function keep(rows) { write("q." + owner, rows); draw(); }

  var told = doc.querySelectorAll("[data-late-tasks] li");
  if (doc.getElementById("late-key")) {
    write("t." + owner, Array.prototype.map.call(told, function (one) { return { id: one.dataset.id, label: one.textContent }; }));
  }

  function say(text) {
    var lines = doc.getElementById("messages"), line = doc.createElement("p"), span = doc.createElement("span");
    line.className = "message message-info"; span.textContent = text; line.appendChild(span); lines.appendChild(line);
  }
  function put(task, end, code, label, note) {
    var rows = queue();
    rows.push({ id: newId(), task: task, end: end, code: code, label: label, note: note || "", at: new Date().toISOString(), state: "waiting", said: "" });
    keep(rows);
  }

  function draw() {
    if (!box) { return; }
    var list = box.querySelector("[data-late-list]"), rows = queue();
    list.hidden = !rows.length; box.querySelector("[data-late-none]").hidden = !!rows.length;
    list.textContent = "";
    rows.forEach(function (row) {
      var item = doc.createElement("li"), words = doc.createElement("span"), head = doc.createElement("b"), more = doc.createElement("span"), when = new Date(row.at), drop;
      head.textContent = box.dataset[row.end] + " · " + row.label;
      more.className = "muted";
      more.textContent = when.toLocaleString(doc.documentElement.lang) + " · " + box.dataset[row.state] + (row.said ? " · " + row.said : "");
      words.appendChild(head); words.appendChild(doc.createElement("br")); words.appendChild(more); item.appendChild(words);
      if (row.state !== "waiting") {
        drop = doc.createElement("button"); drop.type = "button"; drop.className = "button"; drop.textContent = box.dataset.drop;
        drop.addEventListener("click", function () { keep(queue().filter(function (one) { return one.id !== row.id; })); });
        item.appendChild(drop);
      }
      list.appendChild(item);
    });
  }
  function offerForm() {
    if (!box) { return; }
    var form = box.querySelector("[data-late-form]"), pick = form.elements.task, tasks = read("t." + owner, []);
    tasks.forEach(function (one) { var option = doc.createElement("option"); option.value = one.id; option.textContent = one.label; pick.appendChild(option); });
    form.hidden = !tasks.length;
    form.addEventListener("submit", function (event) {
      event.preventDefault();
      put(pick.value, form.elements.end.value, form.elements.code.value, pick.options[pick.selectedIndex].textContent);
      form.elements.code.value = "";
      send();
    });
  }

  /* The ordinary forms, when the phone knows that it has no network. */
  each(doc.querySelectorAll("form[data-late-step]"), function (form) {
    form.addEventListener("submit", function (event) {
      var end = event.submitter && event.submitter.value === "check_out" ? "out" : event.submitter && event.submitter.value === "check_in" ? "in" : "";
      if (navigator.onLine !== false || !end) { return; }
      event.preventDefault();
      put(form.dataset.lateStep, end, form.elements.code ? form.elements.code.value : "", form.dataset.lateLabel, form.elements.note ? form.elements.note.value : "");
      say(form.dataset.lateKept);
      form.reset();
    });
  });

  function send() {
    if (sending || navigator.onLine === false || !queue().some(function (row) { return row.state === "waiting"; })) { return; }
    sending = true;
    page.fetch("/v/waiting", { credentials: "same-origin" }).then(function (answer) {
      return answer.redirected ? "" : answer.text();
    }).then(function (text) {
      var key = text && new DOMParser().parseFromString(text, "text/html").querySelector("#late-key input[name=csrfmiddlewaretoken]");
      return key ? next(key.value) : null;
    }).then(done, done);
    function done() { sending = false; }
  }
  function next(key) {
    var row = queue().filter(function (one) { return one.state === "waiting"; })[0], form;
    if (!row) { return null; }
    form = new URLSearchParams({ csrfmiddlewaretoken: key, form_key: row.id, end: row.end, code: row.code, note: row.note, phone_at: row.at, sent_at: new Date().toISOString() });
    return page.fetch("/v/tasks/" + row.task + "/late", { method: "POST", credentials: "same-origin", body: form, headers: { Accept: "application/json" } }).then(function (answer) {
      if (answer.status >= 500 || answer.status === 429 || answer.redirected) { return null; }
      return (answer.ok ? answer.json() : Promise.resolve({ taken: false, sentence: "" })).then(function (told) {
        keep(queue().map(function (one) {
          if (one.id === row.id) { one.state = told.taken ? "taken" : "refused"; one.said = told.sentence; one.code = ""; }
          return one;
        }));
        return next(key);
      });
    });
  }

  offerForm(); draw(); send();
  page.addEventListener("online", send);
  if (navigator.serviceWorker) { navigator.serviceWorker.register("/v/worker.js", { scope: "/v/" }).catch(function () { /* then only the open page works offline */ }); }
}());
