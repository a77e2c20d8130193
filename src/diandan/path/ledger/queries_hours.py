"""记单: the hours of a person, of a notice board and of a desk, each session with how it stands."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Sum

from diandan.ground.people.actor import Actor
from diandan.ground.places.models import Place
from diandan.path.bundle.states import JobState
from diandan.path.engage.models import Task
from diandan.path.fulfil.models import Attendance

from .actions.declare import LATEST
from .core import Presence
from .models import (
    Account,
    Confirmation,
    Declaration,
    Grade,
    Ledger,
    Objection,
    Reason,
    ServicePause,
    Transfer,
)

Phase = Transfer.Phase
SHOWN_MAX = 300


@dataclass(frozen=True, slots=True)
class Stood:
    """How one session's minutes stand: `state` is a code that the doors put into words."""

    minutes: Transfer
    points: int
    state: str
    corrected: int
    objection: Objection | None
    declaration: Declaration | None
    confirmation: Confirmation | None
    attendance: Attendance | None


def hours_of(person_id: UUID) -> list[Stood]:
    """Her sessions, newest first; what was counted anew stands once, as it stands now."""
    rows = (
        Transfer.objects.filter(
            phase=Phase.PENDING, reason=Reason.SERVICE, task__person_id=person_id
        )
        .select_related(
            *("credit__person", "settlement", "task__attendance", "task__engagement__team"),
            *("task__engagement__job__kind", "task__engagement__job__place", "centre"),
        )
        .order_by("-at", "-id")
    )
    return _stood(list(rows[:SHOWN_MAX]))


def _stood(rows: list[Transfer]) -> list[Stood]:
    """One for each task: its newest minutes, and the points that went with them."""
    newest: dict[UUID, Transfer] = {}
    points: dict[UUID, int] = {}
    for row in rows:
        task_id = row.task_id
        if task_id is None:
            continue
        # What was counted anew was voided before, at the same moment: what lives comes first.
        if row.ledger == Ledger.MINUTES:
            if task_id not in newest or _is_voided(newest[task_id]):
                newest[task_id] = row
        elif row.ledger == Ledger.POINTS and not _is_voided(row):
            points.setdefault(task_id, row.amount)
    ids = list(newest)
    said = {d.task_id: d for d in Declaration.objects.filter(task__in=ids)}
    stood = {c.task_id: c for c in Confirmation.objects.filter(task__in=ids)}
    against: dict[UUID, Objection] = {}
    for one in Objection.objects.filter(transfer__task__in=ids).select_related("transfer"):
        known = against.get(one.transfer.task_id or one.id)
        if known is None or one.settled_at is None or (known.settled_at and one.at > known.at):
            against[one.transfer.task_id or one.id] = one
    taken_back = dict(
        Transfer.objects.filter(corrects__task__in=ids, ledger=Ledger.MINUTES)
        .values_list("corrects__task")
        .annotate(sum=Sum("amount"))
    )
    seen = {a.task_id: a for a in Attendance.objects.filter(task__in=ids)}
    return [
        Stood(
            minutes=row,
            points=points.get(task_id, 0),
            state=_state(row, against.get(task_id), stood.get(task_id)),
            corrected=taken_back.get(task_id, 0),
            objection=against.get(task_id),
            declaration=said.get(task_id),
            confirmation=stood.get(task_id),
            attendance=seen.get(task_id),
        )
        for task_id, row in newest.items()
    ]


def _is_voided(row: Transfer) -> bool:
    settlement = getattr(row, "settlement", None)
    return settlement is not None and settlement.phase == Phase.VOIDING


def _state(row: Transfer, objection: Objection | None, stood: Confirmation | None) -> str:
    settlement = getattr(row, "settlement", None)
    if settlement is not None:
        return "posted" if settlement.phase == Phase.POSTING else "voided"
    if objection is not None and objection.settled_at is None:
        return "objected"
    if row.credit.person is not None and row.credit.person.frozen_at is not None:
        return "frozen"
    if row.credit.grade == Grade.DECLARED and stood is None:
        return "second"
    return "notice"


def totals_of(person_id: UUID) -> dict[str, tuple[int, int]]:
    """Posted and coming for each grade of minutes and for points: never one sum of two."""
    found: dict[str, tuple[int, int]] = {}
    for row in Account.objects.filter(
        person_id=person_id, ledger__in=(Ledger.MINUTES, Ledger.POINTS), purpose=""
    ):
        key = row.grade or row.ledger
        posted, coming = found.get(key, (0, 0))
        found[key] = (posted + row.posted, coming + row.coming)
    return found


def session_rows(task_id: UUID) -> Stood | None:
    """One session as it stands."""
    rows = (
        Transfer.objects.filter(phase=Phase.PENDING, reason=Reason.SERVICE, task_id=task_id)
        .select_related(
            *("credit__person", "settlement", "task__attendance", "task__engagement__team"),
            *("task__engagement__job__kind", "task__engagement__job__place", "centre"),
        )
        .order_by("-at", "-id")
    )
    return next(iter(_stood(list(rows))), None)


def waiting_minutes() -> QuerySet[Transfer]:
    """Minutes of a service that are neither posted nor voided."""
    return (
        Transfer.objects.filter(
            phase=Phase.PENDING, reason=Reason.SERVICE, ledger=Ledger.MINUTES, settlement=None
        )
        .exclude(task=None)
        .select_related(
            *("credit__person", "task__engagement__team", "task__engagement__job__kind"),
            *("task__engagement__job__place", "centre", "task__person"),
        )
    )


def board_of(centre: Place) -> list[Transfer]:
    """公示: what stands on notice in a centre now, what is posted first at the top."""
    return list(waiting_minutes().filter(centre=centre).order_by("notice_until", "id")[:SHOWN_MAX])


def _under(by: Actor, field: str) -> Q:
    found = Q(pk__in=[])
    for path in by.paths:
        found |= Q(**{f"{field}__startswith": path})
    return found


JOB_PATH = "task__engagement__job__place__path"


def waiting_for_second(by: Actor) -> list[Transfer]:
    """Declared minutes in her places that nobody has stood for yet."""
    stood = Confirmation.objects.filter(task=OuterRef("task"))
    return list(
        waiting_minutes()
        .filter(_under(by, JOB_PATH), ~Exists(stood), credit__grade=Grade.DECLARED)
        .order_by("at", "id")[:SHOWN_MAX]
    )


def open_objections(by: Actor) -> list[Objection]:
    """异议 in her places, the oldest first."""
    return list(
        Objection.objects.filter(_under(by, f"transfer__{JOB_PATH}"), settled_at=None)
        .select_related(
            *("transfer__credit", "transfer__task__person", "by"),
            *("transfer__task__engagement__job__kind", "transfer__task__engagement__team"),
            "transfer__task__engagement__job__place",
        )
        .order_by("at", "id")[:SHOWN_MAX]
    )


def declarable(by: Actor, at: datetime) -> list[Task]:
    """Visits of the last two weeks in which somebody who had said yes has no time of her own."""
    teams = Q(engagement__team__in=by.leads) | _under(by, "engagement__job__place__path")
    over = Q(
        engagement__job__state__in=(JobState.SERVED, JobState.CLOSED),
        engagement__job__state_at__gte=at - LATEST,
    )
    states = (
        Task.State.CONFIRMED,
        Task.State.ON_WAY,
        Task.State.CHECKED_IN,
        Task.State.RELEASED,
    )
    met = Attendance.objects.filter(task__engagement__job=OuterRef("engagement__job"))
    said = Declaration.objects.filter(task=OuterRef("pk"))
    if by.person_id is None:
        return []
    return list(
        Task.objects.filter(teams, over, Exists(met), ~Exists(said), state__in=states)
        .exclude(attendance__out_at__isnull=False)
        .exclude(person_id=by.person_id)
        .select_related("person", "engagement__team", "engagement__job__kind")
        .order_by("-engagement__job__state_at")[:SHOWN_MAX]
    )


def declared_share(centres: Iterable[int]) -> list[tuple[str, int, int]]:
    """For each team: minutes posted as verified and as declared, so that it can be seen (§5-1)."""
    rows = (
        Transfer.objects.filter(
            phase=Phase.POSTING,
            ledger=Ledger.MINUTES,
            reason=Reason.SERVICE,
            centre__in=list(centres),
        )
        .values_list("task__engagement__team__name", "credit__grade")
        .annotate(sum=Sum("amount"))
    )
    found: dict[str, tuple[int, int]] = {}
    for team, grade, minutes in rows:
        verified, declared = found.get(team, (0, 0))
        found[team] = (
            (verified + minutes, declared)
            if grade == Grade.VERIFIED
            else (verified, declared + minutes)
        )
    return [(team, *two) for team, two in sorted(found.items(), key=lambda x: x[0] or "")]


def correctable(by: Actor, since: datetime) -> list[Transfer]:
    """Minutes posted lately in her places that were not wholly taken back."""
    return list(
        Transfer.objects.filter(
            _under(by, JOB_PATH),
            phase=Phase.POSTING,
            ledger=Ledger.MINUTES,
            reason=Reason.SERVICE,
            at__gte=since,
        )
        .annotate(back=Sum("corrections__amount"))
        .filter(Q(back=None) | Q(back__lt=F("amount")))
        .select_related("credit", "task__person", "task__engagement__job__kind")
        .order_by("-at", "id")[:SHOWN_MAX]
    )


def counted_lately(centre: Place, limit: int = 500) -> list[Presence]:
    """The newest sessions of a centre as its rules looked at them, to count them otherwise."""
    rows = (
        Transfer.objects.filter(
            centre=centre, phase=Phase.PENDING, reason=Reason.SERVICE, ledger=Ledger.MINUTES
        )
        .exclude(settlement__phase=Phase.VOIDING)
        .order_by("-at", "-id")
        .values_list("data", flat=True)[:limit]
    )
    return [Presence(**data["given"]) for data in rows if data.get("given")]


def pauses_in(by: Actor) -> list[ServicePause]:
    """缺席 that somebody has to look at, of volunteers at home in her places."""
    rows = ServicePause.objects.filter(_under(by, "person__home__path"), lifted_at=None)
    return list(rows.order_by("paused_at", "id")[:SHOWN_MAX])
