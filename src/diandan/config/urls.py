"""Every door of the house, by audience."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from diandan.web.health import health

urlpatterns: list[URLPattern | URLResolver] = [
    path("health", health, name="health"),
    path("desk/", include("diandan.web.desk.urls")),
    path("i18n/", include("django.conf.urls.i18n")),
    path("api/v1/", include("diandan.web.api.urls")),
    path("", include("diandan.web.accounts.urls")),
    path("", include("diandan.web.settings.urls")),
    path("", include("diandan.web.volunteer.urls")),
    path("", include("diandan.web.resident.urls")),
]
handler404 = "diandan.web.lost.not_found"
handler500 = "diandan.web.lost.broken"
