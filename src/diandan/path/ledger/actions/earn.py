"""记时: a session that was seen becomes pending minutes, and the points that go with them."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from django.db import transaction

from diandan.ground.people.actor import SYSTEM
from diandan.ground.places.queries import calendar_of
from diandan.ground.record.actions.announce import announce
from diandan.ground.record.lock import hold
from diandan.kit.units import local
from diandan.path.engage.models import Task
from diandan.path.fulfil.queries_doubts import is_voided

from ..core import Count, Evidence, count
from ..facts import hours_fact
from ..models import Grade, Ledger, Reason, Transfer
from ..proving import Session, evidence_of, grade_of, presence_of, session_of
from ..queries import waiting_of
from ..rulebook import rules_for
from .move import SOURCE, Move, Phase, account_of, move, name_of, settle


@transaction.atomic
def earn(task_id: UUID, *, at: datetime, fact_id: int | None = None) -> list[Transfer]:
    """Put what the session brings on notice; once, whatever calls it and however often.

    When the proof became whole meanwhile (she was rated, an officer stood for it), pending
    declared minutes are voided and stand again as verified, under the same notice. Minutes that
    were voided for an objection, or posted, stay as they are.
    """
    task = (
        Task.objects.select_related(
            *("person", "attendance"),
            *("engagement__offer", "engagement__job__centre", "engagement__job__kind"),
        )
        .filter(id=task_id)
        .first()
    )
    if task is None:
        return []
    if is_voided(task.id):  # somebody decided that the session counts for nothing
        for row in waiting_of(task):
            settle(row, Phase.VOIDING, by=SYSTEM, at=at)
            announce(hours_fact(row, "voided", SYSTEM, at))
        return []
    # By person: a day's and a year's cap look at all that she has.
    hold(f"earn:{task.person_id}")
    session = session_of(task)
    if session is None or _is_paid(task):
        return []
    evidence = evidence_of(session, at)
    grade = grade_of(evidence)
    before = list(Transfer.objects.filter(task=task, phase=Phase.PENDING, reason=Reason.SERVICE))
    notice_until = None
    if before:
        waiting = waiting_of(task)
        if not _stands_otherwise(waiting, grade, evidence):
            return []
        notice_until = max(row.notice_until for row in waiting if row.notice_until)
        for row in waiting:
            settle(row, Phase.VOIDING, by=SYSTEM, at=at)
    rows = _write(session, grade, notice_until, len(before), at, fact_id)
    happened = "proved" if before else "earned"
    announce(*(hours_fact(row, happened, SYSTEM, at) for row in rows))
    return rows


def _stands_otherwise(waiting: list[Transfer], grade: Grade, evidence: Evidence) -> bool:
    """Whether what waits must stand again: it was proved meanwhile, or it was doubted."""
    grades = {row.credit.grade for row in waiting}
    if grade == Grade.VERIFIED:
        return Grade.DECLARED in grades
    return Grade.VERIFIED in grades and not evidence.is_undoubted


def _is_paid(task: Task) -> bool:
    """便民低偿: paid work, however little, is no service and brings no hours (条例 art. 2)."""
    item = task.engagement.job.item
    return item is not None and item.is_paid


def _write(
    session: Session,
    grade: Grade,
    notice_until: datetime | None,
    turn: int,
    at: datetime,
    fact_id: int | None,
) -> list[Transfer]:
    task = session.task
    centre = task.engagement.job.centre
    # The rules of the day of service: what a centre changes later changes nothing back then.
    rules = rules_for(centre, local(session.begun_at).date())
    given = presence_of(session, rules)
    counted: Count = count(rules, given)
    until = notice_until or calendar_of(centre).due(at, rules.notice)
    data = {
        "rules": rules.name,
        "given": asdict(given),
        "steps": counted.as_data(),
        "missing": list(evidence_of(session, at).missing),
    }
    rows = []
    for ledger, amount in ((Ledger.MINUTES, counted.minutes), (Ledger.POINTS, counted.points)):
        if amount <= 0:
            continue
        wanted = Move(
            id=name_of("earn", task.id, ledger, turn),
            debit=account_of(
                None, centre=centre, ledger=ledger, grade=grade, purpose=SOURCE, at=at
            ),
            credit=account_of(task.person, centre=centre, ledger=ledger, grade=grade, at=at),
            amount=amount,
            reason=Reason.SERVICE,
            phase=Phase.PENDING,
            notice_until=until,
            task_id=task.id,
            fact_id=fact_id,
            data=data,
        )
        rows.append(move(wanted, by=SYSTEM, at=at))
    return rows
