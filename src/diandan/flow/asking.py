"""问几家: how many teams are asked at once, and which.

As few as will do: the wave grows only when the promise or the visit is near and yeses are rare (the
rule of 29,307 real alerts: ask a few, replace each refuser at once). Never more than `MOST` at a
time.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from diandan.engine.waves.size import wave_size
from diandan.path.bundle.models import Job
from diandan.path.dispatch.core import Ranked
from diandan.path.dispatch.learning import comes
from diandan.path.dispatch.queries import open_offers
from diandan.path.engage.queries import come_chances_of_teams

from .clocks import offer_expiry

MOST = 5
#: The chance that at least one says yes, and comes, before the promise is due: a wave's aim.
TARGET = 0.9
#: Of whom nothing is known yet.
USUALLY = comes(0, 0)


def in_order(rows: Sequence[Ranked], planned: Sequence[UUID]) -> list[Ranked]:
    """The teams that may be asked; those of the round's plan first, in its order."""
    place = {team_id: nth for nth, team_id in enumerate(planned)}
    able = [row for row in rows if not row.ruled_out]
    return sorted(able, key=lambda row: place.get(row.candidate.team_id, len(place)))


def wave(job: Job, able: Sequence[Ranked], at: datetime, *, least: int) -> list[Ranked]:
    """The next teams to ask of `able`: at least `least`, more when time is short."""
    answer = max(1, int((offer_expiry(job, at) - at).total_seconds()) // 60)
    left = int((deadline(job, at) - at).total_seconds()) // 60
    waiting = _waiting(job)
    come = come_chances_of_teams([*(team for team, _ in waiting), *_ids(able)], at)
    asked = [int(why.get("chance", 0)) / 1000 * come.get(team, USUALLY) for team, why in waiting]
    chances = [
        row.candidate.chance / 1000 * come.get(row.candidate.team_id, USUALLY) for row in able
    ]
    size = wave_size(asked, chances, 1, rounds=max(1, left // answer), target=TARGET)
    return list(able[: max(least, min(size, MOST))])


def deadline(job: Job, at: datetime) -> datetime:
    """By when somebody must have said yes: the promise or the start, whichever is ahead first."""
    ahead = [moment for moment in (job.promise_at, job.starts_at) if moment and moment > at]
    return min(ahead, default=at)


def _ids(rows: Sequence[Ranked]) -> list[UUID]:
    return [row.candidate.team_id for row in rows]


def _waiting(job: Job) -> list[tuple[UUID, dict[str, int]]]:
    return list(open_offers(job).filter(team__isnull=False).values_list("team_id", "why"))
