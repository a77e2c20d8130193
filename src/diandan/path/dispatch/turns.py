"""轮到谁: one team's own place in turn, its budget of questions, and what its answers foretell.

Nothing here tells one team another's figures: of the others only how many there are.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Count, Max, Q

from diandan.ground.people.models import Team
from diandan.ground.places.models import Place

from . import folk
from .core import ASKS_A_WEEK
from .learning import rate_of
from .models import ByHandOnly, NoDirectAsk, Offer, PersonAsk
from .scene import ANSWERED, HISTORY


@dataclass(frozen=True, slots=True)
class Turn:
    """`place` of `among`: 1 has waited longest. `chance`: predicted thousandth of a yes."""

    last_asked: datetime | None
    asks_week: int
    budget: int
    place: int
    among: int
    yes: int
    answers: int
    chance: int
    by_hand_since: datetime | None


@dataclass(frozen=True, slots=True)
class OwnTurn:
    """When a volunteer was last asked herself, how often this week of how often at most."""

    last_asked: datetime | None
    asks_week: int
    budget: int
    refused_since: datetime | None


def own_turn(person_id: UUID, at: datetime) -> OwnTurn:
    """A volunteer's own page: asks to her alone, and whether she refuses them (个保法 24)."""
    rows = PersonAsk.objects.filter(person_id=person_id)
    week = rows.filter(asked_at__gte=at - folk.WEEK).count()
    last = rows.aggregate(last=Max("asked_at"))["last"]
    wish = NoDirectAsk.objects.filter(person_id=person_id, ended_at=None).first()
    return OwnTurn(last, week, folk.ASKS_A_WEEK, wish.asked_at if wish else None)


def turn_of(team: Team, centre: Place, at: datetime) -> Turn:
    """Where this team stands among the centre's teams at `at`. A few queries."""
    line = dict(
        Team.objects.filter(home__path__startswith=centre.path, closed_at=None)
        .annotate(last=Max("offers__offered_at"))
        .values_list("id", "last")
    )
    own = line.get(team.id)
    ahead = sum(_waited_longer(last, own) for last in line.values())
    week = Offer.objects.filter(team=team, offered_at__gte=at - timedelta(days=7)).count()
    mine = _answers(Q(team=team), at)
    everyone = _answers(Q(job__centre=centre), at)
    by_hand = ByHandOnly.objects.filter(team=team, ended_at=None).first()
    return Turn(
        last_asked=own,
        asks_week=week,
        budget=ASKS_A_WEEK,
        place=ahead + 1,
        among=max(len(line), 1),
        yes=mine[0],
        answers=mine[1],
        chance=rate_of(mine, everyone),
        by_hand_since=by_hand.asked_at if by_hand else None,
    )


def _waited_longer(other: datetime | None, own: datetime | None) -> bool:
    if own is None:
        return False
    return other is None or other < own


def _answers(whose: Q, at: datetime) -> tuple[int, int]:
    """(yes, answers) of half a year."""
    rows = Offer.objects.filter(
        whose, team__isnull=False, offered_at__gte=at - HISTORY, state__in=ANSWERED
    )
    found = rows.aggregate(yes=Count("id", filter=Q(state=Offer.State.ACCEPTED)), all=Count("id"))
    return found["yes"], found["all"]
