/* 找离我最近的: asks the phone where it is, once, after she pressed. The list below works without it. */
(function () {
  "use strict";
  var form = document.querySelector("[data-locate]"), found = false;
  if (!form || !navigator.geolocation) { return; }
  form.hidden = false;
  form.setAttribute("data-again", "");
  form.addEventListener("submit", function (event) {
    if (found) { return; }
    event.preventDefault();
    navigator.geolocation.getCurrentPosition(function (here) {
      /* To about a hundred metres: enough to find a station. */
      form.elements.lat.value = here.coords.latitude.toFixed(3);
      form.elements.lon.value = here.coords.longitude.toFixed(3);
      found = true;
      form.submit();
    }, function () { form.hidden = true; document.getElementById("q").focus(); }, { timeout: 10000, maximumAge: 600000 });
  });
}());
