"""服务清单: the room catalogue of the ground floor."""

from __future__ import annotations

from django.apps import AppConfig


class CatalogueConfig(AppConfig):
    """Registers the room with Django under its own short label."""

    name = "diandan.ground.catalogue"
    label = "catalogue"
    default_auto_field = "django.db.models.BigAutoField"
