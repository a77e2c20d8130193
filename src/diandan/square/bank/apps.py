"""时间银行: the room bank on the square."""

from __future__ import annotations

from django.apps import AppConfig


class BankConfig(AppConfig):
    """Registers the room with Django under its own short label."""

    name = "diandan.square.bank"
    label = "bank"
    default_auto_field = "django.db.models.BigAutoField"
