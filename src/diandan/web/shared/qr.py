"""二维码: an address as an inline SVG that prints sharply and needs no request of its own."""

from __future__ import annotations

import segno
from django.utils.safestring import SafeString, mark_safe


def qr_svg(text: str, *, scale: int = 4, title: str = "") -> SafeString:
    """The QR code of `text`, middle error correction, with the quiet zone scanners need."""
    code = segno.make(text, error="m", micro=False)
    svg: str = code.svg_inline(scale=scale, border=4, title=title or None, omitsize=False)
    # A view box lets a page draw it at its own size; without one a smaller frame would cut it off.
    wide, high = code.symbol_size(scale=scale, border=4)
    svg = svg.replace("<svg ", f'<svg viewBox="0 0 {wide} {high}" ', 1)
    return mark_safe(svg)  # noqa: S308 drawn by the library from modules, never from markup
