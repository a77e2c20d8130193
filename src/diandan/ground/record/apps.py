"""记录: the room record of the ground floor."""

from __future__ import annotations

from django.apps import AppConfig


class RecordConfig(AppConfig):
    """Registers the room with Django under its own short label."""

    name = "diandan.ground.record"
    label = "record"
    default_auto_field = "django.db.models.BigAutoField"
