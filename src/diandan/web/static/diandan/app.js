/* 小帮手: comforts on top of pages that already work. Everything here may fail or be absent; no page depends on it.
   Old browsers read this file too (WeChat, government PCs): no optional chaining, no modules. */
(function () {
  "use strict";
  var doc = document, body = doc.body, page = window;
  var words = (doc.getElementById("say-words") || { dataset: {} }).dataset;
  function each(selector, act, root) { Array.prototype.forEach.call((root || doc).querySelectorAll(selector), act); }
  function store(kind) { try { return page[kind]; } catch (refused) { return null; } }
  var local = store("localStorage"), session = store("sessionStorage");
  function read(box, key) { try { return JSON.parse(box.getItem(key)); } catch (unreadable) { return null; } }
  function write(box, key, value) { try { box.setItem(key, JSON.stringify(value)); } catch (full) { /* a full store must not stop typing */ } }

  function say(text, tone, label, act) {
    var box = doc.getElementById("messages"), line = doc.createElement("p"), span = doc.createElement("span"), button;
    if (!box || !text) { return; }
    line.className = "message message-" + (tone || "info");
    span.textContent = text;
    line.appendChild(span);
    if (label) {
      button = doc.createElement("button");
      button.type = "button"; button.className = "quiet"; button.textContent = label;
      button.addEventListener("click", function () { act(); line.remove(); });
      line.appendChild(button);
    }
    each(".message[data-js]", function (old) { old.remove(); }, box);
    line.setAttribute("data-js", "");
    box.appendChild(line);
  }

  /* Drafts. A station's PC is shared, so a draft belongs to whoever was signed in, lives one day, and is never a code, password or file. */
  var PREFIX = "diandan.draft.", DAY = 86400000, owner = body.dataset.owner || "";
  function keepable(field) {
    return field.name && !/^(hidden|password|file|submit|button|reset|image)$/.test(field.type) &&
      field.autocomplete !== "one-time-code" && !field.hasAttribute("data-no-draft");
  }
  function gather(form) {
    var kept = [];
    Array.prototype.forEach.call(form.elements, function (field) {
      if (!keepable(field)) { return; }
      if (field.type === "checkbox" || field.type === "radio") {
        if (field.checked !== field.defaultChecked) { kept.push([field.name, field.value, field.checked]); }
      } else if (field.multiple && field.options) {
        Array.prototype.forEach.call(field.options, function (option) {
          if (option.selected !== option.defaultSelected) { kept.push([field.name, option.value, option.selected]); }
        });
      } else if (field.value !== (field.defaultValue || "")) { kept.push([field.name, field.value]); }
    });
    return kept;
  }
  function forget(id) {
    if (!local) { return; }
    if (id === "*") { Object.keys(local).forEach(function (key) { if (key.indexOf(PREFIX) === 0) { local.removeItem(key); } }); }
    local.removeItem(PREFIX + id);
  }
  function keep(form) {
    var fields = gather(form);
    if (fields.length) { write(local, PREFIX + form.id, { at: Date.now(), owner: owner, fields: fields }); } else { forget(form.id); }
  }
  function restore(form) {
    var draft = read(local, PREFIX + form.id), touched = false;
    /* What the server sent back with its errors is newer than any draft. */
    if (!draft || (draft.owner && draft.owner !== owner) || form.querySelector("[aria-invalid=true], .has-error")) { return; }
    draft.fields.forEach(function (saved) {
      Array.prototype.forEach.call(form.elements, function (field) {
        if (field.name !== saved[0] || !keepable(field)) { return; }
        if (field.type === "checkbox" || field.type === "radio") {
          if (field.value === saved[1] && field.checked !== saved[2]) { field.checked = saved[2]; touched = true; }
        } else if (field.multiple && field.options) {
          Array.prototype.forEach.call(field.options, function (option) {
            if (option.value === saved[1] && option.selected !== saved[2]) { option.selected = saved[2]; touched = true; }
          });
        } else if (field.value !== saved[1] && saved.length === 2) { field.value = saved[1]; touched = true; }
      });
    });
    if (touched) { tellFound(form); }
  }
  /* Found again inside something closed: its label says so, and the sentence comes when it is opened. */
  function tellFound(form) {
    var box = form.closest ? form.closest("details") : null, label = box && !box.open && box.querySelector("summary"), mark;
    function told() { say(words.restored, "info", words.discard, function () { forget(form.id); form.reset(); if (mark) { mark.remove(); } }); }
    if (!label) { told(); return; }
    mark = doc.createElement("span");
    mark.className = "draft-mark";
    mark.textContent = " · " + (words.draft || "");
    label.appendChild(mark);
    box.addEventListener("toggle", function once() { box.removeEventListener("toggle", once); told(); });
  }
  function found(root) {
    each("form[data-draft][id]", function (form) { if (!form.dataset.looked) { form.dataset.looked = "1"; restore(form); } }, root);
  }
  /* A session that ran out shows the sign-in page with no owner: that alone must not cost her the draft. Signing out does (draft_done "*"). */
  function sweep() {
    var i, key, draft;
    for (i = local.length - 1; i >= 0; i -= 1) {
      key = local.key(i);
      if (key && key.indexOf(PREFIX) === 0) {
        draft = read(local, key);
        if (!draft || Date.now() - draft.at > DAY || (owner && draft.owner && draft.owner !== owner)) { local.removeItem(key); }
      }
    }
  }
  function clearDone(root) {
    each("[data-tags]", function (line) { line.dataset.tags.split(/\s+/).forEach(function (tag) { if (tag.indexOf("done:") === 0) { forget(tag.slice(5)); } }); line.removeAttribute("data-tags"); }, root);
    each("[data-draft-done]", function (mark) { mark.dataset.draftDone.split(/\s+/).forEach(forget); mark.removeAttribute("data-draft-done"); }, root);
  }
  if (local) {
    sweep();
    clearDone(doc);
    found(doc);
    var timer, typedIn;
    doc.addEventListener("input", function (event) {
      var form = event.target.form;
      if (form && form.id && form.hasAttribute("data-draft")) {
        if (typedIn && typedIn !== form && !typedIn.dataset.sent) { keep(typedIn); }
        typedIn = form;
        clearTimeout(timer);
        timer = setTimeout(function () { typedIn = null; keep(form); }, 250);
      }
    });
    page.addEventListener("pagehide", function () { each("form[data-draft][id]", function (form) { if (!form.dataset.sent && gather(form).length) { keep(form); } }); });
  }

  /* Double submit. The button keeps its name and value, so it is marked and not disabled. */
  function release(form) {
    delete form.dataset.sent;
    each(".busy", function (button) { button.classList.remove("busy"); button.removeAttribute("aria-busy"); }, form);
  }
  doc.addEventListener("submit", function (event) {
    var form = event.target, button = event.submitter;
    if (form.method === "dialog" || form.hasAttribute("data-again")) { return; }
    if (form.dataset.sent) { event.preventDefault(); event.stopImmediatePropagation(); return; }
    if (local && form.id && form.hasAttribute("data-draft")) { if (typedIn && typedIn !== form) { keep(typedIn); } clearTimeout(timer); typedIn = null; keep(form); }
    form.dataset.sent = "1";
    if (button) { button.classList.add("busy"); button.setAttribute("aria-busy", "true"); }
    setTimeout(function () { if (event.defaultPrevented && !form.classList.contains("htmx-request")) { release(form); } }, 0);
    setTimeout(function () { release(form); }, 15000);
  }, true);
  page.addEventListener("pageshow", function (event) { if (event.persisted) { each("form[data-sent]", release); } });
  doc.addEventListener("htmx:afterRequest", function (event) { if (event.target.tagName === "FORM") { release(event.target); } });
  doc.addEventListener("htmx:afterSettle", function (event) { if (local) { clearDone(doc); found(event.target); } wake(event.target); });

  /* No answer came: what she typed still stands, and she is told so. A list that asks by itself stays quiet. */
  function unanswered(event) {
    if (event.target.id !== "fresh" && !(event.detail.xhr && event.detail.xhr.status && event.detail.xhr.status < 500)) { say(words.failed, "error"); }
  }
  doc.addEventListener("htmx:responseError", unanswered);
  doc.addEventListener("htmx:sendError", unanswered);

  /* Voice, where the browser can listen. */
  var Listener = page.SpeechRecognition || page.webkitSpeechRecognition;
  function voice(button) {
    var field = doc.getElementById(button.dataset.voice), ear, base;
    if (!Listener || !field || !button.hidden) { return; }
    button.hidden = false;
    function off() { ear = null; button.setAttribute("aria-pressed", "false"); }
    button.addEventListener("click", function () {
      if (ear) { ear.stop(); return; }
      ear = new Listener();
      ear.lang = doc.documentElement.lang.indexOf("en") === 0 ? "en-US" : "zh-CN";
      ear.interimResults = true;
      base = field.value;
      ear.onresult = function (event) {
        var heard = "", i;
        for (i = 0; i < event.results.length; i += 1) { heard += event.results[i][0].transcript; }
        field.value = base + heard;
        field.dispatchEvent(new Event("input", { bubbles: true }));
      };
      ear.onerror = function () { say(words.unheard, "warning"); };
      ear.onend = off;
      button.setAttribute("aria-pressed", "true");
      say(words.listening, "info");
      try { ear.start(); } catch (refused) { off(); say(words.unheard, "warning"); }
    });
  }

  /* Clocks that count in words. The server's time is the true one; a PC's clock may be wrong. */
  var skew = body.dataset.now ? Date.parse(body.dataset.now) - Date.now() : 0;
  function put(form, name, value) { return (form || "{" + name + "}").replace("{" + name + "}", value); }
  function lasting(minutes) {
    var days = Math.floor(minutes / 1440), hours = Math.floor(minutes / 60) % 24, left = minutes % 60, parts = [];
    if (days) { parts.push(put(words.day, "n", days)); }
    if (hours) { parts.push(put(words.hour, "n", hours)); }
    if (!days && (left || !hours)) { parts.push(put(words.minute, "n", left)); }
    return parts.join(" ");
  }
  function tick() {
    each("time[data-due]", function (time) {
      var gap = Date.parse(time.dateTime) - Date.now() - skew, late = gap < 0, clock = time.parentElement;
      time.textContent = put(late ? words.late : words.left, "t", lasting(Math.floor(Math.abs(gap) / 60000)));
      if (late && clock) { clock.className = "clock tone-text-late"; }
    });
  }
  setInterval(tick, 30000);

  function wake(root) {
    each("[data-voice]", voice, root);
    each("[data-print], [data-keys-open]", function (button) { button.hidden = false; }, root);
    tick();
  }
  wake(doc);
  doc.addEventListener("click", function (event) {
    var at = event.target.closest ? event.target : event.target.parentElement;
    if (at && at.closest("[data-print]")) { page.print(); }
    if (at && at.closest("[data-keys-open]")) { help(); }
  });
  page.addEventListener("offline", function () { say(words.offline, "warning"); });
  page.addEventListener("online", function () { say(words.online, "success"); });

  /* Lists keep their scroll. */
  if (session) {
    each("[data-keep-scroll]", function (zone) {
      var key = "diandan.scroll." + zone.dataset.keepScroll, now;
      zone.scrollTop = read(session, key) || 0;
      now = zone.querySelector("[aria-current=true]");
      if (now && now.scrollIntoView) { now.scrollIntoView({ block: "nearest" }); }
      zone.addEventListener("scroll", function () { write(session, key, zone.scrollTop); });
    });
  }

  /* Folded groups of the top line open and close by themselves (details); Escape, a press elsewhere and opening another close them too. */
  function foldMenus(but) { each("details[data-menu][open]", function (menu) { if (menu !== but) { menu.open = false; } }); }
  if (doc.querySelector("details[data-menu]")) {
    doc.addEventListener("click", function (event) { foldMenus(event.target.closest ? event.target.closest("details[data-menu]") : null); });
    doc.addEventListener("keydown", function (event) {
      var menu = event.key === "Escape" && event.target.closest ? event.target.closest("details[data-menu][open]") : null;
      if (menu) { menu.open = false; menu.querySelector("summary").focus(); }
    });
  }

  /* Desk keys. Single letters can be turned off (WCAG 2.1.4): they fire by accident with voice input. */
  var dialog = doc.getElementById("keys-help"), lettersOn = doc.querySelector("[data-keys-on]");
  function help() { if (dialog && dialog.showModal && !dialog.open) { dialog.showModal(); } }
  if (lettersOn && local) {
    lettersOn.checked = read(local, "diandan.keys") !== false;
    lettersOn.addEventListener("change", function () { write(local, "diandan.keys", lettersOn.checked); });
  }
  function move(step) {
    var rows = Array.prototype.slice.call(doc.querySelectorAll("[data-queue] [data-row]")), here;
    if (!rows.length) { return; }
    here = rows.indexOf(doc.activeElement);
    if (here < 0) { here = rows.indexOf(doc.querySelector("[data-row][aria-current=true]")); }
    here = Math.max(0, Math.min(rows.length - 1, here + step));
    rows[here].focus();
  }
  if (doc.querySelector("[data-keys-bar]")) {
    doc.addEventListener("keydown", function (event) {
      var at = event.target, typing = /^(INPUT|TEXTAREA|SELECT)$/.test(at.tagName) && !/^(checkbox|radio|button|submit)$/.test(at.type) || at.isContentEditable, target;
      if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || doc.querySelector("dialog[open]")) { return; }
      if (typing) { if (event.key === "Escape") { at.blur(); move(0); } return; }
      if (event.key === "?") { event.preventDefault(); help(); return; }
      if (lettersOn && !lettersOn.checked) { return; }
      if (event.key === "/") { target = doc.querySelector("[data-search]"); if (target) { event.preventDefault(); target.focus(); } return; }
      if (event.key === "j" || event.key === "k") { event.preventDefault(); move(event.key === "j" ? 1 : -1); return; }
      if (/^[a-z0-9]$/.test(event.key) && !event.repeat) {
        target = doc.querySelector('[data-key="' + event.key + '"]');
        if (target && target.offsetParent !== null) { event.preventDefault(); target.focus(); target.click(); target.dispatchEvent(new CustomEvent("diandan:pressed", { bubbles: true })); }
      }
    });
  }
}());
