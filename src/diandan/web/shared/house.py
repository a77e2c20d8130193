"""本站地址: the address that is printed on paper and written into credentials."""

from __future__ import annotations

from django.conf import settings


def public_house() -> str:
    """Our public address, without a slash at its end."""
    return str(settings.PUBLIC_URL).rstrip("/")
