"""评单: the room grade on the path of an order."""

from __future__ import annotations

from django.apps import AppConfig


class GradeConfig(AppConfig):
    """Registers the room with Django under its own short label."""

    name = "diandan.path.grade"
    label = "grade"
    default_auto_field = "django.db.models.BigAutoField"
