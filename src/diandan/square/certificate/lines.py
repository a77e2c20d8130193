"""可证明的时长: which posted sessions an organisation may vouch for, and with how many minutes.

谁组织谁记录、谁记录谁证明 (民政部令67): an organisation vouches for what was served under its own
places, with what the books hold after every correction.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import F, QuerySet, Sum
from django.db.models.functions import Coalesce

from diandan.ground.places.models import Place
from diandan.kit.units import local
from diandan.path.ledger.models import Grade, Ledger, Reason, Transfer

from .models import Certificate

Phase = Transfer.Phase


@dataclass(frozen=True, slots=True)
class Line:
    """One posted session: when, what, where, how well proved, how long by the books today."""

    transfer_id: UUID
    on: date
    kind: str
    place: str
    place_id: int
    team: str
    grade: str
    minutes: int


@dataclass(frozen=True, slots=True)
class Sums:
    """Minutes by how well they are proved: two figures, never one."""

    verified: int
    declared: int


def posted_rows(person_id: UUID) -> QuerySet[Transfer]:
    """Every posting of her service minutes, with what was corrected since as `taken`."""
    return (
        Transfer.objects.filter(
            phase=Phase.POSTING,
            ledger=Ledger.MINUTES,
            reason=Reason.SERVICE,
            credit__person_id=person_id,
            task__isnull=False,
        )
        .annotate(taken=Coalesce(Sum("corrections__amount"), 0))
        .select_related(
            "credit",
            "task__attendance",
            "task__engagement__team",
            "task__engagement__job__kind",
            "task__engagement__job__place",
        )
        .order_by("task__attendance__in_at", "id")
    )


def lines_of(
    person_id: UUID,
    *,
    under: Place | None = None,
    from_on: date | None = None,
    until_on: date | None = None,
) -> list[Line]:
    """Her posted sessions, the oldest first; only what still counts something."""
    rows = posted_rows(person_id)
    if under is not None:
        rows = rows.filter(task__engagement__job__place__path__startswith=under.path)
    found = [line for row in rows if (line := _line(row)) is not None]
    return [
        line
        for line in found
        if (from_on is None or line.on >= from_on) and (until_on is None or line.on <= until_on)
    ]


def _line(row: Transfer) -> Line | None:
    task = row.task
    minutes = row.amount - int(getattr(row, "taken", 0))
    if task is None or minutes <= 0:
        return None
    job = task.engagement.job
    return Line(
        transfer_id=row.id,
        on=local(task.attendance.in_at).date(),
        kind=job.kind.name,
        place=job.place.name,
        place_id=job.place_id,
        team=task.engagement.team.name,
        grade=row.credit.grade,
        minutes=minutes,
    )


def sums(lines: Iterable[Line]) -> Sums:
    """Verified and declared, each on its own."""
    kept = list(lines)
    return Sums(
        verified=sum(line.minutes for line in kept if line.grade == Grade.VERIFIED),
        declared=sum(line.minutes for line in kept if line.grade == Grade.DECLARED),
    )


def certified(row: Certificate) -> list[Line]:
    """The certificate's own lines, with the minutes it vouches for."""
    kept = dict(row.lines.values_list("transfer_id", "minutes"))
    rows = posted_rows(row.person_id).filter(id__in=kept)
    return [
        Line(
            transfer_id=line.transfer_id,
            on=line.on,
            kind=line.kind,
            place=line.place,
            place_id=line.place_id,
            team=line.team,
            grade=line.grade,
            minutes=kept[line.transfer_id],
        )
        for line in (_line(whole) or _emptied(whole) for whole in rows)
    ]


def _emptied(row: Transfer) -> Line:
    """A session corrected down to nothing since: the certificate still lists it."""
    row.taken = 0  # type: ignore[attr-defined]
    line = _line(row)
    assert line is not None
    return line


def has_changed(row: Certificate) -> bool:
    """Whether the books say something else today than when the lines were taken."""
    kept = row.lines.annotate(
        taken=Coalesce(Sum("transfer__corrections__amount"), 0), posted=F("transfer__amount")
    )
    return any(line.minutes != line.posted - line.taken for line in kept)
