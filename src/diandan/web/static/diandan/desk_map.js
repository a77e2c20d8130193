/* 派单地图: where the job is, where the teams are. The list under it says the same; without scripts there is no map. */
(function () {
  "use strict";
  var doc = document, page = window, NAMES = 3;
  var TONE = { accepted: "#1F7A5C", open: "#8F5A0F", declined: "#B42318", expired: "#B42318", "": "#1F2328" };
  function at(spot) { return [spot.lat, spot.lon]; }
  function mark(map, team, size) {
    var text = doc.createElement("span"), icon, pin;
    text.textContent = team.rank || "…";
    icon = page.L.divIcon({ className: "map-team is-" + (team.state || "free"), html: text, iconSize: [size, size] });
    pin = page.L.marker(at(team), { icon: icon, keyboard: false, riseOnHover: true }).addTo(map).bindTooltip(team.words);
    pin.on("click", function () {
      var box = doc.querySelector('input[name=teams][value="' + team.id + '"]');
      if (box) { box.focus(); box.scrollIntoView({ block: "nearest" }); }
    });
    return pin;
  }
  /* Teams of one home would hide one another: each further one stands a little beside. */
  function apart(teams, job) {
    var seen = {};
    seen[job.lat + " " + job.lon] = 1;
    teams.forEach(function (team) {
      var key = team.lat + " " + team.lon, n = seen[key] || 0;
      seen[key] = n + 1;
      team.aside = n;
    });
  }
  function draw(box, told) {
    var words = box.dataset, named = 0, map, close, pins = {}, still = page.matchMedia && page.matchMedia("(prefers-reduced-motion: reduce)").matches;
    if (!told.job) { return; }
    box.hidden = false;
    map = page.L.map(box, { zoomControl: false, attributionControl: false, scrollWheelZoom: true, zoomAnimation: !still, fadeAnimation: !still, markerZoomAnimation: !still, maxZoom: 17 });
    page.L.control.zoom({ position: "bottomleft", zoomInTitle: words.zoomIn, zoomOutTitle: words.zoomOut }).addTo(map);
    /* The view first: an outline has no place to be drawn before. */
    apart(told.teams, told.job);
    close = told.teams.filter(function (team) { return team.rank && team.rank <= 5 || team.state; });
    map.fitBounds(page.L.latLngBounds([at(told.job)].concat(close.map(at))), { padding: [24, 24], maxZoom: 14, animate: false });
    if (told.tiles) { page.L.tileLayer(told.tiles, { maxZoom: 17 }).addTo(map); }
    if (told.outline) { page.L.geoJSON({ type: "Feature", geometry: told.outline, properties: {} }, { interactive: false, style: { color: "#57606A", weight: 1.5, fillColor: "#FFFFFF", fillOpacity: told.tiles ? 0 : 1 } }).addTo(map); }
    /* Names of the nearest streets only: a small map full of names shows nothing. */
    told.ground.forEach(function (spot) { spot.far = Math.pow(spot.lat - told.job.lat, 2) + Math.pow(spot.lon - told.job.lon, 2); });
    told.ground.sort(function (one, other) { return one.far - other.far; });
    told.ground.forEach(function (spot) {
      var dot = page.L.circleMarker(at(spot), { radius: spot.large ? 4 : 2, weight: 0, fillColor: "#8C857B", fillOpacity: 1 }).addTo(map), kept = spot.large && named < NAMES;
      if (kept) { named += 1; }
      dot.bindTooltip(spot.name, { permanent: kept, direction: "right", className: kept ? "map-name" : "", offset: [2, 0] });
    });
    close.slice().reverse().forEach(function (team) {
      var spot = map.latLngToLayerPoint(at(team)), moved = map.layerPointToLatLng([spot.x + 24 * team.aside, spot.y]);
      page.L.polyline([at(told.job), at(team)], { color: TONE[team.state] || TONE[""], weight: team.rank === 1 || team.state ? 2 : 1, opacity: team.rank === 1 || team.state ? 0.8 : 0.25, dashArray: team.state ? null : "4 5", interactive: false }).addTo(map);
      team.lat = moved.lat; team.lon = moved.lng;
      pins[team.id] = mark(map, team, 26);
    });
    page.L.marker(at(told.job), { icon: page.L.divIcon({ className: "map-job", iconSize: [20, 20] }), keyboard: false, zIndexOffset: 1000 }).addTo(map).bindTooltip(words.here + " · " + told.job.name);
    if (told.invented) { page.L.control.attribution({ prefix: false }).addAttribution(words.invented).addTo(map); }
    /* Pointing at a line of the list shows where it is. */
    Array.prototype.forEach.call(doc.querySelectorAll(".team input[name=teams]"), function (tick) {
      var line = tick.closest(".team"), pin = pins[tick.value];
      if (!pin) { return; }
      ["mouseenter", "focusin"].forEach(function (name) { line.addEventListener(name, function () { pin.openTooltip(); }); });
      ["mouseleave", "focusout"].forEach(function (name) { line.addEventListener(name, function () { pin.closeTooltip(); }); });
    });
    box.dataset.drawn = "1";
  }
  function look(root) {
    var box = root.querySelector && root.querySelector("[data-map]");
    if (!box || box.dataset.asked || !page.L || !page.fetch) { return; }
    box.dataset.asked = "1";
    page.fetch(box.dataset.map, { credentials: "same-origin" }).then(function (answer) { return answer.ok ? answer.json() : null; })
      .then(function (told) { if (told && doc.contains(box)) { draw(box, told); } }, function () { /* the list says the same */ });
  }
  doc.addEventListener("htmx:afterSettle", function (event) { look(event.target); });
  look(doc);
}());
