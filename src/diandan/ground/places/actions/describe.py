"""写明: what a place says of itself: address, phone, hours, position, and a centre's own lists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from diandan.ground.places.core import parse
from diandan.ground.places.models import Place
from diandan.ground.record.actions.announce import announce
from diandan.kit.fact import Fact
from diandan.kit.refusal import Refusal

from .add import POSITION_OWN, check_position

LENGTHS = {"phone": 40, "address": 200, "open_hours": 200}
ACCESS_MAX = 200
TAG_SETS_MAX, TAGS_MAX, TAG_MAX = 20, 100, 20
URGENCIES = ("urgent", "normal")


@transaction.atomic
def describe(
    place_id: int,
    *,
    words: Mapping[str, str],
    access: str,
    lat: float | None,
    lon: float | None,
    at: datetime,
    by_id: UUID | None = None,
) -> Place:
    """Write a place's phone, address, hours, accessibility and position. The door checked who."""
    place = Place.objects.select_for_update().get(id=place_id)
    check_position(lat, lon)
    if unknown := set(words) - set(LENGTHS):
        raise TypeError(f"a place does not say {sorted(unknown)}")
    for key, said in words.items():
        clean = " ".join(said.split())
        if len(clean) > LENGTHS[key]:
            raise Refusal("too_long", _("最多 %(n)d 个字") % {"n": LENGTHS[key]}, field=key)
        setattr(place, key, clean)
    place.settings = {**place.settings, "access": " ".join(access.split())[:ACCESS_MAX]}
    if (place.lat, place.lon) != (lat, lon):
        place.lat, place.lon = lat, lon
        place.position_source = POSITION_OWN if lat is not None else ""
    place.save()
    announce(Fact("places.described", at, place_id=place.id, by_id=by_id))
    return place


@transaction.atomic
def set_promises(
    centre: Place, promises: Mapping[str, str], *, at: datetime, by_id: UUID | None = None
) -> None:
    """What the centre promises for kinds that say nothing themselves."""
    for urgency in URGENCIES:
        try:
            parse(promises.get(urgency, ""))
        except ValueError:
            raise Refusal(
                "promise_unreadable",
                _("时限请写成 2h(小时)、7d(天)或 5wd(工作日)。"),
                field=urgency,
            ) from None
    kept = {urgency: promises[urgency].strip() for urgency in URGENCIES}
    _keep(centre, "promises", kept, "places.promises_set", at, by_id)


@transaction.atomic
def set_tags(
    centre: Place,
    tag_sets: Mapping[str, Sequence[str]],
    *,
    at: datetime,
    by_id: UUID | None = None,
) -> None:
    """The centre's own lists of tags: 平台, 五大任务, 主题… each with its words."""
    if len(tag_sets) > TAG_SETS_MAX:
        raise Refusal("too_many_sets", _("最多 %(n)d 组标签") % {"n": TAG_SETS_MAX}, field="tags")
    kept: dict[str, list[str]] = {}
    for title, tags in tag_sets.items():
        clean = list(dict.fromkeys(" ".join(tag.split()) for tag in tags if tag.strip()))
        long = [tag for tag in (title, *clean) if len(tag) > TAG_MAX]
        if long or len(clean) > TAGS_MAX:
            raise Refusal(
                "tag_too_long",
                _("“%(title)s”:每个标签最多 %(n)d 个字,每组最多 %(all)d 个")
                % {"title": title[:TAG_MAX], "n": TAG_MAX, "all": TAGS_MAX},
                field="tags",
            )
        if not clean:
            raise Refusal(
                "empty_set", _("“%(title)s”这一组还没有标签") % {"title": title}, field="tags"
            )
        kept[title] = clean
    _keep(centre, "tags", kept, "places.tags_set", at, by_id)


def _keep(
    centre: Place, key: str, value: object, kind: str, at: datetime, by_id: UUID | None
) -> None:
    row = Place.objects.select_for_update().get(id=centre.id)
    if row.settings.get(key) == value:
        return
    row.settings = {**row.settings, key: value}
    row.save(update_fields=["settings"])
    announce(Fact(kind, at, place_id=row.id, by_id=by_id))
