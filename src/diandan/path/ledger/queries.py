"""记单: reads of the books."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from diandan.path.engage.models import Task
from diandan.path.fulfil.models import Doubt

from .models import Account, Confirmation, Grade, Ledger, Objection, Reason, Transfer

Phase = Transfer.Phase


def waiting_of(*tasks: Task) -> list[Transfer]:
    """What the sessions brought and is still on notice, minutes before what goes with them."""
    rows = (
        Transfer.objects.filter(
            task__in=tasks, phase=Phase.PENDING, reason=Reason.SERVICE, settlement=None
        )
        .select_related("debit", "credit", "centre", "task__engagement")
        .order_by("at", "id")
    )
    return sorted(rows, key=lambda row: row.ledger != Ledger.MINUTES)


def due_rows(at: datetime, among: Iterable[UUID] | None = None) -> list[UUID]:
    """Tasks whose minutes were on notice until `at`, not objected to or doubted, to be posted.

    Declared minutes are among them only when a second person stood for them.
    """
    rows = _ready().filter(notice_until__lte=at).order_by("notice_until", "id")
    if among is not None:
        rows = rows.filter(task__in=list(among))
    return [task_id for task_id in rows.values_list("task_id", flat=True) if task_id]


def _ready() -> QuerySet[Transfer]:
    objected = Objection.objects.filter(Q(transfer__task=OuterRef("task")), settled_at=None)
    stood = Confirmation.objects.filter(task=OuterRef("task")).exclude(
        by=OuterRef("credit__person")
    )
    doubted = Doubt.objects.filter(
        task=OuterRef("task"), outcome__in=(Doubt.Outcome.OPEN, Doubt.Outcome.VOIDED)
    )
    frozen = Q(credit__person__frozen_at__isnull=False) & ~Q(
        credit__person__frozen_why__in=("forgotten", "merged")
    )
    return Transfer.objects.filter(
        ~frozen,
        ~Exists(objected),
        ~Exists(doubted),
        Q(credit__grade=Grade.VERIFIED) | Exists(stood),
        phase=Phase.PENDING,
        settlement=None,
        ledger=Ledger.MINUTES,
        reason=Reason.SERVICE,
        task__isnull=False,
    )


@dataclass(frozen=True, slots=True)
class Held:
    """One account of hers: what she has, what is on notice."""

    centre: str
    ledger: str
    ledger_label: str
    grade: str
    grade_label: str
    posted: int
    coming: int


def held_by(person_id: UUID) -> list[Held]:
    """Her accounts, each ledger and grade apart."""
    rows = Account.objects.filter(person_id=person_id).select_related("centre")
    return [
        Held(
            centre=row.centre.name,
            ledger=row.ledger,
            ledger_label=str(Ledger(row.ledger).label),
            grade=row.grade,
            grade_label=str(Grade(row.grade).label) if row.grade else "",
            posted=row.posted,
            coming=row.coming,
        )
        for row in rows.order_by("centre_id", "ledger", "-grade")
    ]


def sessions_of(person_id: UUID, ledgers: Iterable[str] = (Ledger.MINUTES,)) -> list[Transfer]:
    """What her sessions brought, the newest first, each with how it ended."""
    return list(
        Transfer.objects.filter(
            phase=Phase.PENDING, credit__person_id=person_id, ledger__in=list(ledgers)
        )
        .select_related("credit", "settlement", "task__attendance", "task__engagement__job")
        .prefetch_related("objections")
        .order_by("-at", "-id")
    )
