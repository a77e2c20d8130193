"""停用: a place stops; its row stays, so that everything done there keeps its place."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from diandan.ground.places.models import Place
from diandan.ground.record.actions.announce import announce
from diandan.kit.fact import Fact
from diandan.kit.refusal import Refusal
from diandan.kit.units import local


@transaction.atomic
def close(place_id: int, *, at: datetime, by_id: UUID | None = None) -> Place:
    """The place, closed from today. Refused while open places stand under it."""
    place = Place.objects.select_for_update().get(id=place_id)
    if place.valid_until is not None:
        return place
    below = Place.objects.filter(parent=place, valid_until=None).count()
    if below:
        raise Refusal(
            "has_open_places",
            _("“%(name)s”下还有 %(n)d 个在用的阵地,请先停用或移走")
            % {"name": place.name, "n": below},
        )
    place.valid_until = local(at).date()
    place.save(update_fields=["valid_until"])
    announce(Fact("places.closed", at, place_id=place.id, by_id=by_id))
    return place


@transaction.atomic
def reopen(place_id: int, *, at: datetime, by_id: UUID | None = None) -> Place:
    """A closed place, in use again. Refused while the place above it is closed."""
    place = Place.objects.select_for_update(of=("self",)).select_related("parent").get(id=place_id)
    if place.valid_until is None:
        return place
    if place.parent is not None and place.parent.valid_until is not None:
        raise Refusal("parent_closed", _("上级“%(name)s”已停用") % {"name": place.parent.name})
    place.valid_until = None
    place.save(update_fields=["valid_until"])
    announce(Fact("places.reopened", at, place_id=place.id, by_id=by_id))
    return place
