"""添加: a place of the centre's own, beside those that the division data name."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from diandan.ground.places.models import LADDER, LEVEL_OF_KIND, Kind, Place
from diandan.ground.places.naming import pinyin_key
from diandan.ground.record.actions.announce import announce
from diandan.kit.fact import Fact
from diandan.kit.refusal import Refusal
from diandan.kit.units import local

NAME_MAX = 80
POSITION_OWN = "own"
# What China's land and islands lie within; anything else is a slip (often lat and lon swapped).
LAT_RANGE = (3.0, 54.0)
LON_RANGE = (73.0, 136.0)


@dataclass(frozen=True, slots=True)
class SiteWords:
    """What a centre writes of one of its places. Empty words and None: not said."""

    name: str
    kind: Kind
    region_code: str = ""
    lat: float | None = None
    lon: float | None = None
    phone: str = ""
    address: str = ""
    open_hours: str = ""


@transaction.atomic
def add(parent: Place, words: SiteWords, *, at: datetime, by_id: UUID | None = None) -> Place:
    """A new place under `parent`. The door has checked that `by_id` may."""
    name = checked_name(words.name)
    check_under(parent, words.kind)
    check_position(words.lat, words.lon)
    check_name_free(parent, words.kind, name)
    if words.region_code:
        check_code_free(words.region_code, words.kind)
    place = Place.objects.create(
        parent=parent,
        # Two rows cannot share a path, so a fresh row holds its parent's until its id is known.
        path=f"{parent.path}new-{words.kind}-{name}"[:200],
        kind=words.kind,
        name=name,
        official_name=name,
        pinyin=pinyin_key(name),
        region_code=words.region_code,
        code_system="own" if words.region_code else "",
        valid_from=local(at).date(),
        lat=words.lat,
        lon=words.lon,
        position_source=POSITION_OWN if words.lat is not None else "",
        phone=words.phone,
        address=words.address,
        open_hours=words.open_hours,
        about={"source": "own"},
    )
    place.path = f"{parent.path}{place.id}/"
    place.save(update_fields=["path"])
    announce(Fact("places.added", at, place_id=place.id, by_id=by_id, data={"kind": place.kind}))
    return place


def checked_name(name: str) -> str:
    """`name` without blanks round it; Refusal when empty, too long or with control signs."""
    clean = " ".join(name.split())
    if not clean:
        raise Refusal("name_missing", _("请填写名称"), field="name")
    if len(clean) > NAME_MAX:
        raise Refusal("name_too_long", _("名称请不超过 %(n)d 个字") % {"n": NAME_MAX}, field="name")
    if not clean.isprintable():
        raise Refusal("name_unreadable", _("名称里有无法显示的字符"), field="name")
    return clean


def check_under(parent: Place, kind: Kind) -> None:
    """Refusal unless a place of `kind` may stand under `parent`: rungs only go down."""
    if parent.valid_until is not None:
        raise Refusal("parent_closed", _("上级“%(name)s”已停用") % {"name": parent.name})
    above, own = LEVEL_OF_KIND.get(Kind(parent.kind)), LEVEL_OF_KIND.get(kind)
    fits = above is not None and (own is None or LADDER.index(own) < LADDER.index(above))
    if not fits:
        raise Refusal(
            "wrong_parent",
            _("%(kind)s不能设在%(above)s“%(name)s”之下")
            % {"kind": kind.label, "above": Kind(parent.kind).label, "name": parent.name},
            field="parent",
        )


def check_position(lat: float | None, lon: float | None) -> None:
    """Refusal for half a position or one outside China."""
    if lat is None and lon is None:
        return
    if lat is None or lon is None:
        raise Refusal("half_position", _("经度和纬度请都填,或都不填"), field="lat")
    inside = LAT_RANGE[0] <= lat <= LAT_RANGE[1] and LON_RANGE[0] <= lon <= LON_RANGE[1]
    if not inside:
        raise Refusal("position_outside", _("坐标不在中国范围内,请检查经纬度是否写反"), field="lat")


def check_name_free(parent: Place, kind: Kind, name: str) -> None:
    """Refusal when an open place of this kind and name stands under `parent` already."""
    same = Place.objects.filter(parent=parent, kind=kind, name=name, valid_until=None)
    if same.exists():
        raise Refusal(
            "name_taken",
            _("“%(parent)s”下已有同名的%(kind)s“%(name)s”")
            % {"parent": parent.name, "kind": kind.label, "name": name},
            field="name",
        )


def check_code_free(code: str, kind: Kind) -> None:
    """Refusal when the code is not 6–12 digits or belongs to another place of this kind."""
    if not (code.isascii() and code.isdigit() and 6 <= len(code) <= 12):
        raise Refusal("bad_code", _("区划代码应为 6 至 12 位数字"), field="region_code")
    holder = Place.objects.filter(region_code=code, kind=kind).first()
    if holder is not None:
        raise Refusal(
            "code_taken",
            _("区划代码 %(code)s 已属于“%(name)s”") % {"code": code, "name": holder.name},
            field="region_code",
        )
