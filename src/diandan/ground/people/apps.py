"""人: the room people of the ground floor."""

from __future__ import annotations

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    """Registers the room with Django under its own short label."""

    name = "diandan.ground.people"
    label = "people"
    default_auto_field = "django.db.models.BigAutoField"
