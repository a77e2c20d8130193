"""评单: every read a page needs of ratings, call-backs and follow-ups.

Silence is never counted as good; residents and experts are never averaged together; the rater's
name is not among what these reads give to those who served.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from random import Random
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from diandan.ground.people.actor import Actor
from diandan.ground.people.models import Team
from diandan.ground.places.models import Place
from diandan.ground.record.models import FactRow
from diandan.kit.refusal import missing
from diandan.path.ask.models import Request
from diandan.path.ask.queries import visible
from diandan.path.ask.states import RequestState
from diandan.path.engage.models import Task

from .core import Figures, figures
from .models import CallBack, FollowUp, RaterRole, Rating

SERVED_FACTS = ("request.served", "request.settled")
CAME = (Task.State.CHECKED_IN, Task.State.CHECKED_OUT)


@dataclass(frozen=True, slots=True)
class Satisfaction:
    """Residents' and experts' words on the same served orders, side by side and never mixed."""

    resident: Figures
    expert: Figures


def satisfaction(
    scope: Place | Team, *, since: datetime | None = None, until: datetime | None = None
) -> Satisfaction:
    """What was thought of what was served in a subtree, or by a team, between two moments."""
    if isinstance(scope, Team):
        requests = Request.objects.filter(
            bonds__job__engagements__team=scope, bonds__job__engagements__tasks__state__in=CAME
        )
    else:
        requests = Request.objects.filter(place__path__startswith=scope.path)
    ids = set(requests.filter(id__in=_served_ids(since, until)).values_list("id", flat=True))
    return Satisfaction(
        resident=_figures(ids, RaterRole.RESIDENT), expert=_figures(ids, RaterRole.EXPERT)
    )


def _served_ids(since: datetime | None, until: datetime | None) -> QuerySet[FactRow, UUID | None]:
    """Orders that once were served, told by their facts: a closed order may never have been."""
    rows = FactRow.objects.filter(kind__in=SERVED_FACTS)
    if since is not None:
        rows = rows.filter(at__gte=since)
    if until is not None:
        rows = rows.filter(at__lt=until)
    return rows.values_list("request_id", flat=True)


def _figures(ids: set[UUID], role: RaterRole) -> Figures:
    """One word a rater and request counts: the last round's."""
    latest: dict[tuple[UUID, UUID], int] = {}
    rows = Rating.objects.filter(request_id__in=ids, role=role).order_by("round", "at")
    for request_id, by_id, score in rows.values_list("request_id", "by_id", "score"):
        latest[request_id, by_id] = score
    answered = len({request_id for request_id, _by_id in latest})
    return figures(len(ids), answered, latest.values())


@dataclass(frozen=True, slots=True)
class Shown:
    """A rating as those who served may see it: without who gave it."""

    role: str
    score: int
    label: str
    text: str
    at: datetime


def ratings_of(requests: Iterable[Request]) -> dict[UUID, list[Shown]]:
    """The ratings of each request, in order, without their raters."""
    shown: dict[UUID, list[Shown]] = {}
    for row in Rating.objects.filter(request__in=list(requests)).order_by("at", "id"):
        shown.setdefault(row.request_id, []).append(
            Shown(row.role, row.score, str(Rating.Score(row.score).label), row.text, row.at)
        )
    return shown


def round_of(request: Request) -> int:
    """Which round of rating is on: each reopening, and each settled dispute, starts another."""
    settled = request.follow_ups.filter(cause="dispute").exclude(settled_at=None).count()
    return request.reopened + settled


def open_follow_up(request: Request) -> FollowUp | None:
    """The follow-up of a request that waits to be settled, if any."""
    return FollowUp.objects.filter(request=request, settled_at=None).first()


def follow_up(follow_up_id: UUID) -> FollowUp:
    """The follow-up, unlocked: the lock of its request comes first, here as everywhere."""
    row = FollowUp.objects.select_related("request").filter(id=follow_up_id).first()
    if row is None:
        raise missing(_("没有找到这条跟进。"), "unknown_follow_up")
    return row


def follow_ups_for(by: Actor) -> QuerySet[FollowUp]:
    """Open follow-ups that `by` owns or may see, the soonest due first."""
    mine = Q(owner_id=by.person_id) if by.person_id else Q(pk__in=[])
    return (
        FollowUp.objects.filter(mine | Q(request__in=visible(by)), settled_at=None)
        .select_related("request", "request__place", "request__kind", "owner")
        .order_by("due_at", "id")
    )


def call_backs_of(request: Request) -> list[CallBack]:
    """Every call made about a request, reached or not."""
    return list(request.call_backs.select_related("by").order_by("at", "id"))


def call_back_sample(by: Actor, *, since: datetime, size: int, seed: int) -> list[Request]:
    """A random sample of served orders nobody has called about yet, the silent ones included.

    The same seed draws the same sample, so that a second look is no second draw. Only orders
    `by` may see: private ones are drawn for mediators alone.
    """
    rows = (
        visible(by)
        .filter(
            state__in=(RequestState.SERVED, RequestState.RATED, RequestState.CLOSED),
            state_at__gte=since,
            call_backs=None,
            bonds__job__engagements__tasks__state__in=CAME,
        )
        .distinct()
    )
    if by.person_id is not None:
        rows = rows.exclude(bonds__job__engagements__tasks__person_id=by.person_id)
    ids = sorted(rows.values_list("id", flat=True))
    chosen = Random(seed).sample(ids, min(size, len(ids)))  # noqa: S311 a draw, not a secret
    found = Request.objects.select_related("place", "kind", "requester").in_bulk(chosen)
    return [found[number] for number in chosen]
