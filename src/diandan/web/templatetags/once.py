"""The hidden one-time key of a form; see web/shared/once.py."""

from __future__ import annotations

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from diandan.kit.ids import new_id

register = template.Library()


@register.simple_tag
def form_key() -> SafeString:
    """A fresh key. Sent again unchanged, the form is one act."""
    return format_html('<input type="hidden" name="form_key" value="{}">', new_id().hex)
