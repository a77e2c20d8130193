"""审单: the room assess on the path of an order."""

from __future__ import annotations

from django.apps import AppConfig


class AssessConfig(AppConfig):
    """Registers the room with Django under its own short label."""

    name = "diandan.path.assess"
    label = "assess"
    default_auto_field = "django.db.models.BigAutoField"
