"""改名: a place takes another name; the old one is kept with its days."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from diandan.ground.places.models import Kind, Place
from diandan.ground.places.naming import pinyin_key
from diandan.ground.record.actions.announce import announce
from diandan.kit.fact import Fact
from diandan.kit.units import local

from .add import check_name_free, checked_name
from .grow import former_name


@transaction.atomic
def rename(place_id: int, name: str, *, at: datetime, by_id: UUID | None = None) -> Place:
    """The place under its new name. The same name again changes nothing."""
    place = Place.objects.select_for_update().get(id=place_id)
    clean = checked_name(name)
    if clean == place.name:
        return place
    if place.parent is not None:
        check_name_free(place.parent, Kind(place.kind), clean)
    former_name(place, local(at).date()).save()
    place.name = clean
    place.pinyin = pinyin_key(clean)
    place.save(update_fields=["name", "pinyin"])
    announce(Fact("places.renamed", at, place_id=place.id, by_id=by_id))
    return place
