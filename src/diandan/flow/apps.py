"""流程: registered with Django."""

from __future__ import annotations

from django.apps import AppConfig


class FlowConfig(AppConfig):
    """Registers it under its own short label."""

    name = "diandan.flow"
    label = "flow"
    default_auto_field = "django.db.models.BigAutoField"
