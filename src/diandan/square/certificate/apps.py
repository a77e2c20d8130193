"""记录证明: the room certificate on the square."""

from __future__ import annotations

from django.apps import AppConfig


class CertificateConfig(AppConfig):
    """Registers the room with Django under its own short label."""

    name = "diandan.square.certificate"
    label = "certificate"
    default_auto_field = "django.db.models.BigAutoField"
