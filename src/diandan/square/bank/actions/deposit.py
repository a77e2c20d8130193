"""存: verified minutes given to an elder of the bank become coins, once a session."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Sum

from diandan.ground.people.actor import SYSTEM
from diandan.ground.people.models import Consent, Person
from diandan.ground.people.queries import has_consent
from diandan.ground.places.models import Place
from diandan.ground.record.actions.announce import announce
from diandan.ground.record.lock import hold
from diandan.kit.fact import Fact
from diandan.kit.units import local
from diandan.path.engage.models import Task
from diandan.path.fulfil.models import Attendance
from diandan.path.ledger.actions.move import Move, move, name_of
from diandan.path.ledger.models import Account, Grade, Ledger, Reason, Transfer
from diandan.path.ledger.proving import orders_of

from ..core import Rules, may_earn, shared_out
from ..facts import coins_fact
from ..models import Application, Redemption
from ..queries import (
    POOL,
    group_of,
    group_till,
    is_elder,
    purse,
    saved_when,
    source,
    stored,
    till,
)
from ..rulebook import rules_for

Phase = Transfer.Phase


@transaction.atomic
def deposit(task_id: UUID, *, at: datetime) -> int:
    """Put what the session earned on her account; returns the minutes, nought when none are due.

    Only minutes already posted as verified count; declared ones never become coins. What goes
    over the cap is donated in the same breath: 南京's hour 1,501 never stands on her account.
    """
    hold(f"deposit:{task_id}")
    key = name_of("bank", "deposit", task_id)
    if Transfer.objects.filter(id=key).exists():
        return 0
    task = _task(task_id)
    minutes = _verified(task_id)
    if task is None or not minutes:
        return 0
    seen, job = task.attendance, task.engagement.job
    centre, rules = job.centre, rules_for(job.centre)
    if (rules.kinds and job.kind.code not in rules.kinds) or not _for_the_bank(task, seen, centre):
        return 0
    if saved_when(task.person_id, centre, seen.in_at) and _of_age(task.person, seen.in_at):
        return _for_her(task, centre, rules, minutes, key, at)
    group = group_of(task.engagement.team_id)
    if group is None or group.joined_at > seen.in_at:
        return 0
    _save(source(centre, at), group_till(group, at), minutes, key, task, at)
    return minutes


def _task(task_id: UUID) -> Task | None:
    return (
        Task.objects.select_related(
            "person", "engagement__job__centre", "engagement__job__kind", "attendance"
        )
        .filter(id=task_id, attendance__out_at__isnull=False)
        .first()
    )


def _verified(task_id: UUID) -> int:
    """The session's minutes on the books, verified and posted, less what was corrected since."""
    rows = Transfer.objects.filter(
        task_id=task_id, ledger=Ledger.MINUTES, credit__grade=Grade.VERIFIED, phase=Phase.POSTING
    )
    given = rows.aggregate(sum=Sum("amount"))["sum"] or 0
    back = Transfer.objects.filter(corrects__in=rows).aggregate(sum=Sum("amount"))["sum"] or 0
    return int(given - back)


def _for_the_bank(task: Task, seen: Attendance, centre: Place) -> bool:
    """Whether an elder of the bank was served: one paid with coins, or confirmed by an officer."""
    for request in orders_of(task, seen.in_at):
        if request.requester_id == task.person_id:
            continue
        if Redemption.objects.filter(request=request).exclude(payer_id=task.person_id).exists():
            return True
        if is_elder(request.requester_id, centre):
            return True
    return False


def _of_age(person: Person, at: datetime) -> bool:
    guarded = has_consent(person.id, Consent.About.GUARDIAN)
    return may_earn(person.born_on, local(at).date(), has_guardian=guarded)


def _for_her(task: Task, centre: Place, rules: Rules, minutes: int, key: UUID, at: datetime) -> int:
    account = purse(task.person, centre, at)
    # Locked before it is read, so that two sessions posted at once cannot both fill the last hour.
    Account.objects.select_for_update(no_key=True).get(id=account.id)
    kept, over = shared_out(stored(task.person_id, centre), minutes, rules.stored_max)
    _save(source(centre, at), account, minutes, key, task, at)
    if over:
        wanted = Move(
            id=name_of("bank", "over", task.id),
            debit=account,
            credit=till(centre, POOL, at),
            amount=over,
            reason=Reason.DONATE,
            task_id=task.id,
            data={"why": "cap", "rules": rules.name},
        )
        move(wanted, by=SYSTEM, at=at)
        announce(_fact("over_cap", task, centre, over, at))
    announce(_fact("saved", task, centre, kept, at))
    _right(task.person, centre, rules, at)
    return minutes


def _save(
    debit: Account, credit: Account, minutes: int, key: UUID, task: Task, at: datetime
) -> None:
    wanted = Move(key, debit, credit, minutes, Reason.DEPOSIT, task_id=task.id)
    move(wanted, by=SYSTEM, at=at)


def _right(person: Person, centre: Place, rules: Rules, at: datetime) -> None:
    """北京: at 10,000 coins she may enter a public home on the terms for 特困; an officer notes it."""
    if rules.right_at and stored(person.id, centre) >= rules.right_at:
        _row, is_new = Application.objects.get_or_create(
            kind=Application.Kind.RIGHT,
            person=person,
            centre=centre,
            defaults={"minutes": rules.right_at, "asked_at": at},
        )
        if is_new:
            announce(
                coins_fact(
                    "right_reached",
                    centre=centre,
                    person_id=person.id,
                    minutes=rules.right_at,
                    by=SYSTEM,
                    at=at,
                )
            )


def _fact(happened: str, task: Task, centre: Place, minutes: int, at: datetime) -> Fact:
    return coins_fact(
        happened, centre=centre, person_id=task.person_id, minutes=minutes, by=SYSTEM, at=at
    )


@transaction.atomic
def take_back(correction_id: UUID, *, at: datetime) -> int:
    """Minutes were corrected: as many coins go back; what was used meanwhile, people decide on."""
    row = Transfer.objects.filter(id=correction_id, ledger=Ledger.MINUTES).first()
    if row is None or row.corrects_id is None or row.task_id is None:
        return 0
    hold(f"deposit:{row.task_id}")
    key = name_of("bank", "take_back", row.id)
    saved = (
        Transfer.objects.filter(id=name_of("bank", "deposit", row.task_id))
        .select_related("debit", "credit__person", "centre")
        .first()
    )
    if saved is None or Transfer.objects.filter(id=key).exists():
        return 0
    done = saved.corrections.aggregate(sum=Sum("amount"))["sum"] or 0
    account = Account.objects.select_for_update(no_key=True).get(id=saved.credit_id)
    wanted = min(row.amount, saved.amount - done)
    minutes = min(wanted, account.available)
    if minutes > 0:
        back = Move(
            key,
            account,
            saved.debit,
            minutes,
            Reason.CORRECT,
            corrects_id=saved.id,
            task_id=row.task_id,
        )
        move(back, by=SYSTEM, at=at)
    if wanted > minutes:
        Application.objects.create(
            kind=Application.Kind.SHORTFALL,
            centre=saved.centre,
            person=saved.credit.person,
            minutes=wanted - minutes,
            asked_at=at,
        )
    return minutes
