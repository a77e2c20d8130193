"""双积分: the room dual_points on the square."""

from __future__ import annotations

from django.apps import AppConfig


class DualPointsConfig(AppConfig):
    """Registers the room with Django under its own short label."""

    name = "diandan.square.dual_points"
    label = "dual_points"
    default_auto_field = "django.db.models.BigAutoField"
