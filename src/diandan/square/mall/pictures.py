"""礼品照片: one picture of a gift, drawn anew so that nothing but the picture is kept.

A photograph from a phone says where and when it was taken, and by which phone; what is kept here
is painted again from its points, smaller, without any of that. A table of the room `mall`.
"""

from __future__ import annotations

import io

from django.db import models
from django.utils.translation import gettext as _

from diandan.ground.people.models import Person
from diandan.kit.refusal import Refusal

from .models import Gift

BYTES_MAX = 5 * 1024 * 1024
# A picture that unpacks to more than this is no photograph of a cup.
POINTS_MAX = 50_000_000
SIDE_MAX, QUALITY = 800, 82
FORMATS = ("JPEG", "PNG", "WEBP")


class Picture(models.Model):
    """A gift's picture, as it is shown: JPEG, at most 800 points a side."""

    gift = models.OneToOneField(Gift, models.CASCADE, primary_key=True, related_name="picture")
    jpeg = models.BinaryField()
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        db_table = "mall_picture"


def redrawn(content: bytes) -> bytes:
    """The same picture without its file's other contents; Refusal when it is none."""
    # Loaded when a picture comes: every process loads this table, and few ever see one.
    from PIL import Image, ImageOps, UnidentifiedImageError

    if len(content) > BYTES_MAX:
        raise Refusal("too_big", _("照片不能超过 5 MB。"), field="picture")
    try:
        with Image.open(io.BytesIO(content), formats=FORMATS) as opened:
            if opened.width * opened.height > POINTS_MAX:
                raise Refusal("too_big", _("照片的尺寸太大,请缩小后再传。"), field="picture")
            turned = ImageOps.exif_transpose(opened).convert("RGBA")
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as bad:
        raise Refusal(
            "not_a_picture", _("认不出这张照片,请用 JPEG、PNG 或 WebP。"), field="picture"
        ) from bad
    turned.thumbnail((SIDE_MAX, SIDE_MAX))
    plain = Image.new("RGB", turned.size, "white")
    plain.paste(turned, mask=turned)
    out = io.BytesIO()
    plain.save(out, "JPEG", quality=QUALITY, optimize=True)
    return out.getvalue()
