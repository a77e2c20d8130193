"""应约: a volunteer who was asked herself says yes; enough of them have the job together."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from diandan.ground.people.actor import Actor
from diandan.ground.people.models import Team
from diandan.ground.record.actions.announce import announce
from diandan.kit.refusal import Refusal, conflict
from diandan.path.bundle.actions.advance import advance_job
from diandan.path.bundle.facts import job_fact
from diandan.path.bundle.models import Job
from diandan.path.bundle.states import JobState
from diandan.path.dispatch.actions.offer import recall_all
from diandan.path.dispatch.actions.people import agreed_on, answer, check_own, fill_call
from diandan.path.dispatch.models import Offer, PersonAsk

from ..models import LIVING_TASKS, Engagement, Task
from ..queries import living

ASKING = (JobState.OFFERED, JobState.ESCALATED)
SHORT = (JobState.ENGAGED, JobState.ALLOCATED)


@transaction.atomic
def agree(ask: PersonAsk, *, by: Actor, at: datetime) -> Task | None:
    """Her yes to an ask whose job is locked; her task once there are enough, None until then.

    Raises Refusal `taken` when others were first, `ask_over` when it was called off, `frozen`.
    """
    check_own(ask, by)
    if by.is_frozen:
        raise Refusal("frozen", _("您的记录已冻结,暂时不能接单。请先到窗口核实。"))
    if ask.state == PersonAsk.State.AGREED:  # the same yes said twice is one yes
        return Task.objects.filter(engagement__job=ask.job, person=ask.person).last()
    job = ask.job
    if ask.state == PersonAsk.State.TAKEN or job.state not in (*ASKING, *SHORT):
        raise conflict("taken", _("已有别的志愿者先答应了,人已够,谢谢您。"))
    if ask.state != PersonAsk.State.OPEN:
        raise conflict("ask_over", _("这份邀请已经结束,不影响您的任何记录。"))
    if job.state in SHORT:
        return _join(ask, by, at)
    answer(ask, PersonAsk.State.AGREED, at)
    announce(job_fact(job, "agree_person", by, at, {"ask": str(ask.id)}, person_id=ask.person_id))
    if len(agreed_on(ask.call)) < job.headcount:
        return None
    return _fill(ask, by, at)


def _fill(last: PersonAsk, by: Actor, at: datetime) -> Task:
    """The first yeses up to the headcount have the job; everybody still asked is told."""
    job = last.job
    rows = {row.id: row for row in last.call.asks.filter(state=PersonAsk.State.AGREED)}
    first = [rows[i] for i in agreed_on(last.call)[: job.headcount]]
    team = team_for(first[0].person_id, job)
    offer = Offer.objects.create(
        job=job,
        team=team,
        role=Offer.Role.PEOPLE,
        wave=0,
        state=Offer.State.ACCEPTED,
        why={"people": len(first)},
        offered_at=last.call.opened_at,
        expires_at=at,
        answered_at=at,
        answered_by_id=first[0].person_id,
    )
    engagement = Engagement.objects.create(
        job=job, team=team, offer=offer, accepted_by_id=first[0].person_id, accepted_at=at
    )
    tasks = {row.person_id: _task(engagement, row.person_id, at) for row in first}
    fill_call(job, by=by, at=at)
    thinking = recall_all(job, state=Offer.State.TAKEN, by=by, at=at)
    advance_job(
        job,
        "fill",
        by=by,
        at=at,
        team_id=team.id,
        data={"count": len(first), "told": [str(t) for t in thinking]},
    )
    return tasks[last.person_id]


def _join(ask: PersonAsk, by: Actor, at: datetime) -> Task:
    """Somebody dropped out: the next yes goes in her place, and the call ends when all are there."""
    job = ask.job
    engagement = living(job)
    if engagement is None or engagement.offer.role != Offer.Role.PEOPLE:
        raise conflict("taken", _("已有别的志愿者先答应了,人已够,谢谢您。"))
    answer(ask, PersonAsk.State.AGREED, at)
    task = _task(engagement, ask.person_id, at)
    announce(
        job_fact(
            job,
            "agree_person",
            by,
            at,
            {"ask": str(ask.id)},
            person_id=ask.person_id,
            team_id=engagement.team_id,
        )
    )
    if engagement.tasks.filter(state__in=LIVING_TASKS).count() >= job.headcount:
        fill_call(job, by=by, at=at)
    return task


def _task(engagement: Engagement, person_id: UUID, at: datetime) -> Task:
    return Task.objects.create(
        engagement=engagement,
        person_id=person_id,
        state=Task.State.CONFIRMED,
        allocated_by_id=person_id,
        allocated_at=at,
        state_at=at,
    )


def team_for(person_id: UUID, job: Job) -> Team:
    """The team of the centre in whose name she goes: one with the job's skills, else her first."""
    teams = list(
        Team.objects.filter(
            members__person_id=person_id,
            members__left_at=None,
            closed_at=None,
            home__path__startswith=job.centre.path,
        ).order_by("members__joined_at", "id")
    )
    if not teams:
        raise Refusal("no_team", _("您现在不在本中心的任何队伍里,请先加入一支队伍。"))
    able = [team for team in teams if set(job.skills) <= set(team.skills)]
    return (able or teams)[0]
