/* 离线: keeps one page of the volunteer's side, without anybody's data, for when there is no network. */
"use strict";
var KEPT = "diandan-offline-1", SHELL = "/v/offline";
self.addEventListener("install", function (event) {
  event.waitUntil(caches.open(KEPT).then(function (cache) {
    return fetch(SHELL, { credentials: "omit" }).then(function (page) {
      return page.clone().text().then(function (text) {
        var found = text.match(/(?:href|src)="(\/static\/[^"#]+)/g) || [], seen = {};
        found.forEach(function (part) { seen[part.replace(/^[^"]+"/, "")] = true; });
        return cache.put(SHELL, page).then(function () { return cache.addAll(Object.keys(seen)); });
      });
    });
  }).then(function () { return self.skipWaiting(); }));
});
self.addEventListener("activate", function (event) {
  event.waitUntil(caches.keys().then(function (names) {
    return Promise.all(names.map(function (name) { return name.indexOf("diandan-offline-") === 0 && name !== KEPT ? caches.delete(name) : null; }));
  }).then(function () { return self.clients.claim(); }));
});
self.addEventListener("fetch", function (event) {
  var asked = event.request;
  if (asked.method !== "GET") { return; }
  if (asked.mode === "navigate") {
    event.respondWith(fetch(asked).catch(function () { return caches.match(SHELL); }));
  } else if (new URL(asked.url).pathname.indexOf("/static/") === 0) {
    event.respondWith(fetch(asked).catch(function () { return caches.match(asked); }));
  }
});
