"""点单: the room ask on the path of an order."""

from __future__ import annotations

from django.apps import AppConfig


class AskConfig(AppConfig):
    """Registers the room with Django under its own short label."""

    name = "diandan.path.ask"
    label = "ask"
    default_auto_field = "django.db.models.BigAutoField"
