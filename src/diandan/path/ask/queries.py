"""点单: every read a page needs of requests."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Q, QuerySet, Sum
from django.utils.translation import gettext as _

from diandan.ground.people.actor import Actor
from diandan.ground.people.models import Role
from diandan.kit.refusal import missing

from .models import Request
from .states import RequestState

# An expert judges finished work; she has no business with a need still being arranged.
EXPERT_STATES = (RequestState.SERVED, RequestState.RATED, RequestState.CLOSED)


def for_change(request_id: UUID) -> Request:
    """The request, its row locked until the transaction ends; a Refusal when there is none."""
    row = (
        Request.objects.select_for_update(of=("self",))
        .select_related("place", "centre", "owner_place", "kind", "item")
        .filter(id=request_id)
        .first()
    )
    if row is None:
        raise missing(_("没有找到这张单子,可能号码不对。"))
    return row


def many_for_change(request_ids: Iterable[UUID]) -> list[Request]:
    """The requests locked in the order of their keys, so that two callers never deadlock."""
    return list(
        Request.objects.select_for_update(of=("self",))
        .select_related("place", "centre", "owner_place", "kind", "item")
        .filter(id__in=set(request_ids))
        .order_by("id")
    )


def seats_taken(item_ids: Iterable[UUID]) -> dict[UUID, int]:
    """How many people hold a seat in each joinable item: all but who withdrew or was refused."""
    rows = (
        Request.objects.filter(item_id__in=list(item_ids))
        .exclude(state__in=(RequestState.WITHDRAWN, RequestState.REFUSED))
        .values_list("item_id")
        .annotate(n=Sum("people_count"))
    )
    return {item_id: n for item_id, n in rows if item_id is not None}


def visible(actor: Actor) -> QuerySet[Request]:
    """The requests an actor may see: her own, and those in her subtrees unless private.

    A private one (mediation) is seen by its parties and by mediators of the place alone.
    """
    mine = Q(requester_id=actor.person_id) | Q(placed_by_id=actor.person_id)
    seen = mine if actor.person_id else Q(pk__in=[])
    for grant in actor.grants:
        inside = Q(place__path__startswith=grant.path)
        if grant.role == Role.MEDIATOR:
            seen |= inside
        elif grant.role == Role.EXPERT:
            seen |= inside & Q(is_private=False, state__in=EXPERT_STATES)
        else:
            seen |= inside & Q(is_private=False)
    return Request.objects.filter(seen)
