"""疑点: found when a session ends, decided by a person who is not party to it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from diandan.ground.people.actor import SYSTEM, Actor
from diandan.ground.presence.doubts import (
    Finding,
    Said,
    limits,
    of_group,
    of_one,
    of_ratings,
)
from diandan.ground.record.actions.announce import announce
from diandan.kit.refusal import Refusal, conflict
from diandan.path.ask.core import clean_words
from diandan.path.engage.models import Task

from ..facts import doubt_fact
from ..models import Doubt
from ..policies import check_decide
from ..queries_doubts import own_stays, team_stays

Outcome = Doubt.Outcome


@transaction.atomic
def look_at(task: Task, *, at: datetime) -> list[Doubt]:
    """What is doubtful about a session that has just ended, and about its team's beside it."""
    given = limits()
    rows = own_stays(task, task.attendance)
    here = [row for row in rows if row.id == str(task.id)]
    found = [f for row in here for f in of_one(row, rows, given)]
    return keep([*found, *of_group(team_stays(task.engagement), given)], at=at)


@transaction.atomic
def look_at_ratings(said: Iterable[Said], *, at: datetime) -> list[Doubt]:
    """Who confirms whom too often; each `Said.id` is the task its word confirmed."""
    return keep(of_ratings(list(said), limits()), at=at)


@transaction.atomic
def keep(found: Iterable[Finding], *, at: datetime) -> list[Doubt]:
    """A row for each finding that is new; the same finding again is the same row."""
    wanted = {(f.kind.value, UUID(f.about), f.key): f for f in found}
    tasks = (
        Task.objects.select_related("engagement__job")
        .filter(id__in={about for _kind, about, _key in wanted})
        .in_bulk()
    )
    made = []
    for (kind, about, key), finding in sorted(wanted.items(), key=lambda row: str(row[0])):
        row, is_new = Doubt.objects.get_or_create(
            kind=kind,
            task_id=about,
            key=key[:40],
            defaults={
                "evidence": list(finding.evidence),
                "figures": finding.figures,
                "found_at": at,
            },
        )
        if is_new:
            made.append(row)
    announce(*(doubt_fact(tasks[d.task_id], "opened", d.kind, d.id, SYSTEM, at) for d in made))
    return made


@transaction.atomic
def decide(doubt_id: UUID, *, outcome: str, reason: str, by: Actor, at: datetime) -> Doubt:
    """Cleared, only declared, or voided, with a reason the volunteer reads. Final."""
    row = (
        Doubt.objects.select_for_update(of=("self",))
        .select_related(
            "task__engagement__job__place", "task__engagement__team", "task__attendance"
        )
        .get(id=doubt_id)
    )
    officer = check_decide(by, row)
    if row.settled_at is not None:
        raise conflict("settled_before", _("这个疑点已经有人核查过了。"))
    if outcome not in (Outcome.CLEARED, Outcome.DECLARED, Outcome.VOIDED):
        raise Refusal("outcome", _("请选择核查结果。"), field="outcome")
    if not reason.strip():
        raise Refusal(
            "no_reason", _("请写明怎么核查的、为什么这样定。志愿者本人会看到。"), field="reason"
        )
    row.outcome = outcome
    row.reason = clean_words(reason, field="reason")
    row.settled_at, row.settled_by_id = at, officer
    row.save(update_fields=["outcome", "reason", "settled_at", "settled_by"])
    announce(doubt_fact(row.task, outcome, row.kind, row.id, by, at))
    return row
