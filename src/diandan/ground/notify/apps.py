"""消息: the room notify of the ground floor."""

from __future__ import annotations

from django.apps import AppConfig


class NotifyConfig(AppConfig):
    """Registers the room with Django under its own short label."""

    name = "diandan.ground.notify"
    label = "notify"
    default_auto_field = "django.db.models.BigAutoField"
