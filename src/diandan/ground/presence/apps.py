"""到场: the room presence of the ground floor."""

from __future__ import annotations

from django.apps import AppConfig


class PresenceConfig(AppConfig):
    """Registers the room with Django under its own short label."""

    name = "diandan.ground.presence"
    label = "presence"
    default_auto_field = "django.db.models.BigAutoField"
