"""门: registered with Django."""

from __future__ import annotations

from django.apps import AppConfig


class WebConfig(AppConfig):
    """Registers it under its own short label."""

    name = "diandan.web"
    label = "web"
    default_auto_field = "django.db.models.BigAutoField"
