"""驻点: the room posts on the ground."""

from __future__ import annotations

from django.apps import AppConfig


class PostsConfig(AppConfig):
    """Registers the room with Django under its own short label."""

    name = "diandan.ground.posts"
    label = "posts"
    default_auto_field = "django.db.models.BigAutoField"
