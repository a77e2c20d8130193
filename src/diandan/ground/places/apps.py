"""阵地: the room places of the ground floor."""

from __future__ import annotations

from django.apps import AppConfig


class PlacesConfig(AppConfig):
    """Registers the room with Django under its own short label."""

    name = "diandan.ground.places"
    label = "places"
    default_auto_field = "django.db.models.BigAutoField"
