"""What the resident's pages read across rooms, each in a constant number of queries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from diandan.ground.catalogue.models import ServiceKind
from diandan.ground.catalogue.queries import kinds_of
from diandan.ground.places.models import Place
from diandan.path.ask.models import Request
from diandan.path.ask.states import RequestState
from diandan.web.shared.words import StateWords, for_requests

LIKELY = 4
LATELY = timedelta(days=90)
OVER = (RequestState.CLOSED, RequestState.WITHDRAWN, RequestState.RATED, RequestState.REFUSED)
UNMET_SHOWN = 200


def likely_kinds(
    centre: Place, near: Place, person_id: UUID | None, at: datetime
) -> list[ServiceKind]:
    """All kinds, the likeliest first: what she asked before, then what her neighbours ask."""
    kinds = kinds_of(centre)
    counted = (
        Request.objects.filter(
            Q(requester_id=person_id) | Q(place__path__startswith=_around(near)),
            centre=centre,
            placed_at__gte=at - LATELY,
            is_private=False,
        )
        .values("kind_id")
        .annotate(n=Count("id"), own=Count("id", filter=Q(requester_id=person_id)))
    )
    asked = {row["kind_id"]: (row["own"] if person_id else 0, row["n"]) for row in counted}
    return sorted(kinds, key=lambda k: (*(-n for n in asked.get(k.id, (0, 0))), k.rank, k.id))


def _around(near: Place) -> str:
    """The institute's subtree: her own street's habits, not the whole district's."""
    steps = near.path.strip("/").split("/")
    return "/" + "/".join(steps[:-1] or steps) + "/"


@dataclass(frozen=True, slots=True)
class Mine:
    """One of her requests in a list."""

    request: Request
    state: StateWords

    @property
    def href(self) -> str:
        """Its page."""
        return f"/requests/{self.request.id}"


def hers(person_id: UUID) -> QuerySet[Request]:
    """Requests she placed for herself or for her family, newest first."""
    return (
        Request.objects.filter(Q(requester_id=person_id) | Q(placed_by_id=person_id))
        .select_related("place", "kind")
        .order_by("-placed_at", "-id")
    )


def with_states(rows: Sequence[Request], at: datetime) -> list[Mine]:
    """Each with its state in words."""
    states = for_requests(rows, at)
    return [Mine(row, states[row.id]) for row in rows]


@dataclass(frozen=True, slots=True)
class Unmet:
    """A need nobody could take: what and where, never whose."""

    kind: str
    icon: str
    place: str
    since: datetime


def unmet(root: Place) -> tuple[int, list[Unmet]]:
    """How many needs stand unmet under `root`, and the latest of them, without persons."""
    rows = Request.objects.filter(
        place__path__startswith=root.path, state=RequestState.UNMET, is_private=False
    )
    shown = rows.select_related("kind", "place").order_by("-state_at", "id")[:UNMET_SHOWN]
    return rows.count(), [Unmet(r.kind.name, r.kind.icon, r.place.name, r.state_at) for r in shown]
