"""记单: the room ledger on the path of an order."""

from __future__ import annotations

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    """Registers the room with Django under its own short label."""

    name = "diandan.path.ledger"
    label = "ledger"
    default_auto_field = "django.db.models.BigAutoField"
