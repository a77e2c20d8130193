"""星级: the room star on the square."""

from __future__ import annotations

from django.apps import AppConfig


class StarConfig(AppConfig):
    """Registers the room with Django under its own short label."""

    name = "diandan.square.star"
    label = "star"
    default_auto_field = "django.db.models.BigAutoField"
