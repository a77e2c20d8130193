"""派单: the room dispatch on the path of an order."""

from __future__ import annotations

from django.apps import AppConfig


class DispatchConfig(AppConfig):
    """Registers the room with Django under its own short label."""

    name = "diandan.path.dispatch"
    label = "dispatch"
    default_auto_field = "django.db.models.BigAutoField"
