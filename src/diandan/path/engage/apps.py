"""接单配单: the room engage on the path of an order."""

from __future__ import annotations

from django.apps import AppConfig


class EngageConfig(AppConfig):
    """Registers the room with Django under its own short label."""

    name = "diandan.path.engage"
    label = "engage"
    default_auto_field = "django.db.models.BigAutoField"
