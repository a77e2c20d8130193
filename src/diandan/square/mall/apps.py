"""积分兑换: the room mall on the square."""

from __future__ import annotations

from django.apps import AppConfig


class MallConfig(AppConfig):
    """Registers the room with Django under its own short label."""

    name = "diandan.square.mall"
    label = "mall"
    default_auto_field = "django.db.models.BigAutoField"
