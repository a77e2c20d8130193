"""送单: the room fulfil on the path of an order."""

from __future__ import annotations

from django.apps import AppConfig


class FulfilConfig(AppConfig):
    """Registers the room with Django under its own short label."""

    name = "diandan.path.fulfil"
    label = "fulfil"
    default_auto_field = "django.db.models.BigAutoField"
