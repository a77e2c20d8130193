"""配单: the team's leader proposes members, each says yes or no herself, and may hand on."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from diandan.ground.people.actor import SYSTEM, Actor
from diandan.ground.people.core import is_minor
from diandan.ground.people.models import Membership
from diandan.ground.record.actions.announce import announce
from diandan.kit.refusal import Refusal, conflict, forbidden
from diandan.path.bundle.actions.advance import advance_job
from diandan.path.bundle.facts import job_fact
from diandan.path.bundle.models import Job
from diandan.path.dispatch.actions.backup import release_backup

from ..models import LIVING_TASKS, Engagement, Task
from ..queries import living

# A task may still be given back before the visit begins.
BEFORE_VISIT = (Task.State.PROPOSED, Task.State.CONFIRMED, Task.State.ON_WAY)


@transaction.atomic
def allocate(job: Job, *, person_ids: list[UUID], by: Actor, at: datetime) -> list[Task]:
    """Propose members for a locked `job`; who allocates herself has said yes already.

    Those proposed before and not named now are released. Raises Refusal when somebody is not a
    member of the team, or is frozen, or minors are named without a grown-up to go with them.
    """
    engagement = living(job)
    if engagement is None:
        raise conflict("no_engagement", _("还没有队伍接这张单子。"))
    if not person_ids:
        raise Refusal("nobody_chosen", _("请至少选一位队员。"), field="people")
    _check_members(engagement, person_ids, at)
    now_there = {t.person_id: t for t in engagement.tasks.filter(state__in=LIVING_TASKS)}
    for person_id, task in now_there.items():
        if person_id not in person_ids and task.state in BEFORE_VISIT:
            _set(task, Task.State.RELEASED, at)
    for person_id in person_ids:
        if person_id not in now_there:
            _propose(engagement, person_id, by=by, at=at)
    advance_job(
        job, "allocate", by=by, at=at, team_id=engagement.team_id, data={"count": len(person_ids)}
    )
    return list(engagement.tasks.filter(state__in=LIVING_TASKS))


@transaction.atomic
def answer_task(task: Task, *, yes: bool, reason: str, by: Actor, at: datetime) -> None:
    """A member's own yes or no to what her leader proposed."""
    _check_own(task, by)
    if task.state != Task.State.PROPOSED:
        raise conflict("answered_before", _("这项任务您已经回复过了。"))
    task.reason = "" if yes else reason[:200]
    _set(task, Task.State.CONFIRMED if yes else Task.State.DECLINED, at)
    _tell(task, "answer_task", by, at, {"yes": yes})


@transaction.atomic
def cannot_come(task: Task, *, reason: str, by: Actor, at: datetime) -> None:
    """来不了: told in time it costs nothing (条例 art. 22); the leader is told at once."""
    _check_own(task, by)
    if task.state not in BEFORE_VISIT:
        raise conflict("too_late", _("您已经到场,不能再取消。有情况请报告给队长。"))
    task.reason = reason[:200]
    _set(task, Task.State.DROPPED, at)
    _tell(task, "cannot_come", by, at, {})


@transaction.atomic
def hand_on(task: Task, *, to_person_id: UUID, by: Actor, at: datetime) -> Task:
    """One-tap hand-over to a team-mate, who is asked in turn; the chain is kept."""
    _check_own(task, by)
    if task.state not in BEFORE_VISIT:
        raise conflict("too_late", _("您已经到场,不能再转交。"))
    engagement = task.engagement
    is_mate = Membership.objects.filter(
        team_id=engagement.team_id, person_id=to_person_id, left_at=None, person__frozen_at=None
    ).exists()
    if not is_mate or to_person_id == task.person_id:
        raise Refusal("not_member", _("只能转给本队的另一位队员。"), field="to")
    if engagement.tasks.filter(person_id=to_person_id, state__in=LIVING_TASKS).exists():
        raise conflict("already_going", _("这位队员已经在这次任务里了。"))
    _set(task, Task.State.HANDED_ON, at)
    new = _propose(engagement, to_person_id, by=by, at=at, handed_from=task)
    _tell(task, "hand_on", by, at, {"to_task": str(new.id)})
    return new


@transaction.atomic
def end_engagement(job: Job, *, why: str, at: datetime) -> None:
    """End the living engagement of a locked `job`, releasing who had not arrived or stood by."""
    engagement = living(job)
    if engagement is None:
        return
    close_engagement(engagement, why=why, at=at)
    release_backup(job, by=SYSTEM, at=at)


def close_engagement(engagement: Engagement, *, why: str, at: datetime) -> None:
    """The team has it no more; its members who had not arrived are free."""
    engagement.ended_at = at
    engagement.ended_why = why
    engagement.save(update_fields=["ended_at", "ended_why"])
    engagement.tasks.filter(state__in=BEFORE_VISIT).update(state=Task.State.RELEASED, state_at=at)


def _check_members(engagement: Engagement, person_ids: list[UUID], at: datetime) -> None:
    """Living members of this team, none frozen, and a grown-up among them."""
    members = {
        m.person_id: m.person
        for m in Membership.objects.filter(
            team_id=engagement.team_id, left_at=None, person_id__in=person_ids
        ).select_related("person")
    }
    if set(person_ids) - set(members):
        raise Refusal("not_member", _("有人不是本队队员,请重新选择。"), field="people")
    if any(person.frozen_at is not None for person in members.values()):
        raise Refusal("frozen", _("有队员的记录已冻结,不能安排。"), field="people")
    if all(is_minor(person.born_on, at) for person in members.values()):
        raise Refusal(
            "minors_alone", _("未成年志愿者须有成年队员同行,请再选一位成年队员。"), field="people"
        )


def _propose(
    engagement: Engagement,
    person_id: UUID,
    *,
    by: Actor,
    at: datetime,
    handed_from: Task | None = None,
) -> Task:
    own = by.person_id == person_id
    return Task.objects.create(
        engagement=engagement,
        person_id=person_id,
        state=Task.State.CONFIRMED if own else Task.State.PROPOSED,
        allocated_by_id=by.person_id,
        allocated_at=at,
        state_at=at,
        handed_from=handed_from,
    )


def _check_own(task: Task, by: Actor) -> None:
    if by.person_id != task.person_id:
        raise forbidden(_("这不是您的任务,只有本人能操作。"))


def _set(task: Task, state: Task.State, at: datetime) -> None:
    task.state = state
    task.state_at = at
    task.save(update_fields=["state", "state_at", "reason"])


def _tell(task: Task, verb: str, by: Actor, at: datetime, data: dict[str, object]) -> None:
    engagement = task.engagement
    announce(
        job_fact(
            engagement.job,
            verb,
            by,
            at,
            {"task": str(task.id), **data},
            team_id=engagement.team_id,
            person_id=task.person_id,
        )
    )
