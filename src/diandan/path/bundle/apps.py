"""集单制单: the room bundle on the path of an order."""

from __future__ import annotations

from django.apps import AppConfig


class BundleConfig(AppConfig):
    """Registers the room with Django under its own short label."""

    name = "diandan.path.bundle"
    label = "bundle"
    default_auto_field = "django.db.models.BigAutoField"
