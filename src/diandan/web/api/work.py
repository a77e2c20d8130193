"""派单·接单·送单: jobs for the desk, offers and tasks for teams and volunteers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Router

from diandan.flow import answers, conductor
from diandan.flow.choice import flow_of
from diandan.flow.desks import jobs_at
from diandan.flow.job_acts import JOB_ACTS
from diandan.flow.verbs import VERBS
from diandan.ground.people import queries as people
from diandan.ground.people.actor import Actor
from diandan.kit.refusal import Refusal, missing
from diandan.path.ask.queries import visible as visible_requests
from diandan.path.bundle.models import Job
from diandan.path.bundle.queries import requests_of, visible
from diandan.path.dispatch.models import DeclineReason, Offer
from diandan.path.dispatch.queries import candidates_for
from diandan.path.engage import queries as engage
from diandan.path.engage.models import Engagement
from diandan.path.fulfil.queries import talks, whereabouts
from diandan.web import door
from diandan.web.shared.timeline import Viewer, job_timeline

from . import rows, shapes, told, told_work
from .gate import Need, caller
from .order import scopes_for
from .pages import page

router = Router()
Shown = dict[str, Any]
WITH = ("place", "kind", "centre", "owner_place")
SHAPE_OF: dict[str, type[shapes.Asked]] = {
    "submit": shapes.Nothing,
    "approve": shapes.Note,
    "pass_review": shapes.Nothing,
    "send_back": shapes.Reason,
    "offer": shapes.OfferIn,
    "widen": shapes.Nothing,
    "recall": shapes.Nothing,
    "escalate": shapes.Reason,
    "allocate": shapes.People,
    "give_up": shapes.Reason,
    "finish": shapes.Nothing,
    "close": shapes.Nothing,
    "mark_unmet": shapes.Reason,
    "cancel": shapes.Reason,
}
STEPS = {
    "confirm": "我来",
    "decline": "这次不行",
    "set_out": "出发",
    "check_in": "签到",
    "check_out": "签退",
    "cannot_come": "来不了",
    "hand_on": "转给队友",
}


@router.get(
    "/jobs",
    url_name="jobs",
    response=told_work.JobPage,
    auth=Need("dispatch"),
    summary="辖区服务单",
)
def list_jobs(
    request: HttpRequest, state: shapes.Short = "", cursor: shapes.Short = "", limit: int = 20
) -> Shown:
    """Every job in her area that she may see, newest first."""
    found = visible(caller(request))
    return _list(found.filter(state=state) if state else found, request, cursor, limit)


@router.get(
    "/jobs/queue",
    url_name="jobs_queue",
    response=told_work.JobPage,
    auth=Need("dispatch"),
    summary="待办服务单",
)
def queue(request: HttpRequest, cursor: shapes.Short = "", limit: int = 20) -> Shown:
    """The jobs whose present step is her desk's."""
    return _list(jobs_at(caller(request)), request, cursor, limit)


@router.get(
    "/jobs/{uuid:job_id}",
    url_name="job",
    response=told_work.JobOut,
    auth=Need("dispatch"),
    summary="一张服务单",
)
def one(request: HttpRequest, job_id: UUID) -> Shown:
    """One job with its requests, its offers and its timeline."""
    by, at = caller(request), door.now(request)
    job = _find(job_id, by)
    line = job_timeline(job, viewer=Viewer.STAFF, at=at, me=by.person_id)
    mine = set(visible_requests(by).filter(bonds__job=job).values_list("id", flat=True))
    offers = job.offers.select_related(*engage.OFFER_WITH).order_by("wave", "offered_at", "id")
    engagement = engage.living(job)
    return {
        **rows.jobs([job], at)[0],
        "plan": job.plan,
        "minutes": job.minutes,
        "skills": job.skills,
        "requests": rows.requests([r for r in requests_of(job) if r.id in mine], by, at),
        "offers": [{**rows.offer(o), "wave": o.wave, "reason": o.reason} for o in offers],
        "team": {"id": str(engagement.team_id), "name": engagement.team.name}
        if engagement
        else None,
        "timeline": [rows.timeline(r) for r in line],
        "ways": conductor.ways(job, by),
    }


@router.get(
    "/jobs/{uuid:job_id}/candidates",
    url_name="job_candidates",
    response=list[told_work.CandidateOut],
    auth=Need("dispatch"),
    summary="候选队伍",
)
def candidates(request: HttpRequest, job_id: UUID) -> list[Shown]:
    """Every team that could be asked, ranked with reasons, the ruled out ones last."""
    job = _find(job_id, caller(request))
    takers_only = flow_of(job.flow).supply == "takers"
    return [rows.ranked(r) for r in candidates_for(job, door.now(request), takers_only=takers_only)]


@router.get(
    "/jobs/{uuid:job_id}/led",
    url_name="job_led",
    response=told_work.LedJobOut,
    auth=Need("serve"),
    summary="我队的服务单",
)
def led(request: HttpRequest, job_id: UUID) -> Shown:
    """A job one of her teams has: its members and where to, as far as a leader may see."""
    by, at = caller(request), door.now(request)
    row = engage.engagement_led(job_id, by)
    job, living = row.job, row.ended_at is None
    stops = whereabouts(job, reader=by, task=None, at=at) if living else []
    names = people.masked_names(m.person_id for m in people.members_of(row.team))
    return {
        "id": str(job.id),
        "number": job.number,
        "state": job.state,
        "kind": {"code": job.kind.code, "name": job.kind.name},
        "headcount": job.headcount,
        "starts_at": job.starts_at,
        "ends_at": job.ends_at,
        "plan": job.plan if living else "",
        "stops": [
            {"number": s.number, "cell": s.cell, "street": s.street, "words": s.words}
            for s in stops
        ],
        "members": [{"id": str(i), "name": name} for i, name in names.items()],
        "tasks": [
            {"person": str(task.person_id), "state": task.state}
            for task in engage.living_tasks(row)
        ],
        "talks": [rows.talk(one) for one in talks(row, reader=by, task=None)] if living else [],
        "ways": conductor.ways(job, by) if living else [],
    }


def _verb(verb: str) -> Callable[..., Shown]:
    def act(request: HttpRequest, job_id: UUID, body: Any) -> Shown:
        by = caller(request)
        _check_may_know(job_id, by)
        words = body.model_dump(exclude_unset=True)
        if verb in ("send_back", "cancel"):
            words.setdefault("reason", "")
        job = conductor.do_job(job_id, verb, by=by, at=door.now(request), **words)
        shown = {"id": str(job.id), "number": job.number, "state": job.state}
        return {**shown, "ways": conductor.ways(job, by)}

    act.__name__ = f"job_{verb}"
    act.__annotations__["body"] = SHAPE_OF[verb]
    return act


for _name in JOB_ACTS:
    router.post(
        f"/jobs/{{uuid:job_id}}/{_name}",
        url_name=f"job_{_name}",
        response=told_work.JobDone,
        auth=Need(*scopes_for("job", _name)),
        summary=str(VERBS[("job", _name)].label),
    )(_verb(_name))


@router.post(
    "/jobs/{uuid:job_id}/agree-time",
    url_name="job_agree_time",
    response=told_work.TimeAgreed,
    auth=Need("serve"),
    summary="约时间",
)
def agree_time(request: HttpRequest, job_id: UUID, body: shapes.TimeIn) -> Shown:
    """约定时间, by a leader of the team that has the job; who asked is told."""
    by = caller(request)
    engage.engagement_led(job_id, by)
    job = answers.agree_on_time(
        job_id, starts_at=body.starts_at, ends_at=body.ends_at, by=by, at=door.now(request)
    )
    return {"id": str(job.id), "starts_at": job.starts_at, "ends_at": job.ends_at}


@router.post(
    "/jobs/{uuid:job_id}/messages",
    url_name="job_say",
    response=told.MessageOut,
    auth=Need("serve"),
    summary="队长给点单人留言",
)
def say_for_job(request: HttpRequest, job_id: UUID, body: shapes.TeamSaid) -> Shown:
    """A leader's words to who asked, in the team's name."""
    by = caller(request)
    return _say(engage.engagement_led(job_id, by), body, by, door.now(request))


@router.post(
    "/jobs/{uuid:job_id}/{str:verb}", url_name="job_unknown", include_in_schema=False, auth=Need()
)
def unknown(request: HttpRequest, job_id: UUID, verb: str) -> None:
    """No such verb."""
    raise Refusal("unknown_verb", _("没有「%(verb)s」这个操作。") % {"verb": verb[:20]}, status=404)


@router.get(
    "/offers",
    url_name="offers",
    response=told_work.OffersOut,
    auth=Need("serve"),
    summary="我队的邀约",
)
def offers(request: HttpRequest) -> Shown:
    """What waits for her teams' answer, and what her teams could claim."""
    by, at = caller(request), door.now(request)
    claims = engage.claims_for(by, at)
    return {
        "asked": [rows.offer(o) for o in engage.offers_asked(by, at)],
        "claims": [
            {**rows.offer(c.offer), "teams": [{"id": str(t.id), "name": t.name} for t in c.teams]}
            for c in claims
        ],
        "answered": [rows.offer(o) for o in engage.offers_answered(by)],
        "reasons": {r.value: str(r.label) for r in DeclineReason},
    }


@router.get(
    "/offers/{uuid:offer_id}",
    url_name="offer",
    response=told_work.OfferOut,
    auth=Need("serve"),
    summary="一份邀约",
)
def offer(request: HttpRequest, offer_id: UUID) -> Shown:
    """One offer, as a member of the asked team or who might claim it sees it."""
    return rows.offer(engage.offer_seen(offer_id, caller(request)))


@router.post(
    "/offers/{uuid:offer_id}/accept",
    url_name="offer_accept",
    response=told_work.AcceptedOut,
    auth=Need("serve"),
    summary="接单",
)
def accept(request: HttpRequest, offer_id: UUID, body: shapes.Accept) -> Shown:
    """接单 for one of her teams; 409 `taken` says who was first and what else there is."""
    by = caller(request)
    engage.offer_seen(offer_id, by)
    made = answers.accept_offer(offer_id, by=by, at=door.now(request), team_id=body.team_id)
    return {"job": str(made.job_id), "team": str(made.team_id), "accepted_at": made.accepted_at}


@router.post(
    "/offers/{uuid:offer_id}/decline",
    url_name="offer_decline",
    response=told_work.OfferDone,
    auth=Need("serve"),
    summary="这次不行",
)
def decline(request: HttpRequest, offer_id: UUID, body: shapes.Decline) -> Shown:
    """这次不行; costs nothing."""
    by = caller(request)
    engage.offer_seen(offer_id, by)
    row = answers.decline_offer(
        offer_id, reason=body.reason, text=body.text, by=by, at=door.now(request)
    )
    return {"id": str(row.id), "state": row.state}


@router.get(
    "/tasks",
    url_name="tasks",
    response=list[told_work.TaskOut],
    auth=Need("serve"),
    summary="我的任务",
)
def tasks(request: HttpRequest) -> list[Shown]:
    """Her own tasks to come."""
    by, at = caller(request), door.now(request)
    ahead = engage.tasks_ahead(by.person_id) if by.person_id else []
    return [rows.task(t, by, at) for t in ahead]


@router.get(
    "/tasks/{uuid:task_id}",
    url_name="task",
    response=told_work.TaskOut,
    auth=Need("serve"),
    summary="一项任务",
)
def task(request: HttpRequest, task_id: UUID) -> Shown:
    """Her own task, with where she goes as far as she has come."""
    by = caller(request)
    return rows.task(engage.task_of(task_id, by), by, door.now(request))


def _step(step: str) -> Callable[..., Shown]:
    def act(request: HttpRequest, task_id: UUID, body: shapes.Step) -> Shown:
        by = caller(request)
        row = engage.task_of(task_id, by)
        answers.task_step(
            task_id,
            step,
            by=by,
            at=door.now(request),
            reason=body.reason,
            code=body.code,
            note=body.note,
            to=body.to,
        )
        row.refresh_from_db(fields=["state"])
        return {"id": str(row.id), "state": row.state}

    act.__name__ = f"task_{step}"
    act.__annotations__["body"] = shapes.Step
    return act


for _name, _label in STEPS.items():
    router.post(
        f"/tasks/{{uuid:task_id}}/{_name}",
        url_name=f"task_{_name}",
        response=told_work.TaskDone,
        auth=Need("serve"),
        summary=_label,
    )(_step(_name))


@router.post(
    "/tasks/{uuid:task_id}/incident",
    url_name="task_incident",
    response=told_work.IncidentOut,
    auth=Need("serve"),
    summary="报告情况",
)
def incident(request: HttpRequest, task_id: UUID, body: shapes.IncidentIn) -> Shown:
    """Something went wrong during a task."""
    by = caller(request)
    engage.task_of(task_id, by)
    made = answers.tell_incident(
        task_id, text=body.text, is_urgent=body.is_urgent, by=by, at=door.now(request)
    )
    return {"id": str(made.id), "at": made.at}


@router.post(
    "/tasks/{uuid:task_id}/messages",
    url_name="task_say",
    response=told.MessageOut,
    auth=Need("serve"),
    summary="志愿者给点单人留言",
)
def say_for_task(request: HttpRequest, task_id: UUID, body: shapes.TeamSaid) -> Shown:
    """Words of a volunteer who is going, in the team's name."""
    by = caller(request)
    return _say(engage.task_of(task_id, by).engagement, body, by, door.now(request))


@router.post(
    "/tasks/{uuid:task_id}/{str:step}",
    url_name="task_unknown",
    include_in_schema=False,
    auth=Need(),
)
def unknown_step(request: HttpRequest, task_id: UUID, step: str) -> None:
    """No such step."""
    raise Refusal("unknown_step", _("没有这个操作。"), status=404)


def _say(row: Engagement, body: shapes.TeamSaid, by: Actor, at: datetime) -> Shown:
    ids = [r.id for r in requests_of(row.job)]
    asked = body.request or next(iter(ids), None)
    if asked is None or asked not in ids:
        raise missing(_("没有找到这张点单,可能已经不在这张服务单里。"))
    said = answers.say_as_team(row, asked, text=body.text, by=by, at=at)
    return {"id": str(said.id), "at": said.at}


def _list(found: Any, request: HttpRequest, cursor: str, limit: int) -> Shown:
    at = door.now(request)

    def show(some: Sequence[Job]) -> list[Shown]:
        return rows.jobs(some, at)

    return page(found.select_related(*WITH), "made_at", cursor, limit, show)


def _find(job_id: UUID, by: Actor) -> Job:
    row = visible(by).select_related(*WITH).filter(id=job_id).first()
    if row is None:
        raise missing(_("没有找到这张服务单,或它不在您的范围内。"))
    return row


def _check_may_know(job_id: UUID, by: Actor) -> None:
    """A desk of its place, or a leader whose team was asked or has it; to others it is not there."""
    asked = Q(team_id__in=by.leads) | Q(team=None)
    if visible(by).filter(id=job_id).exists():
        return
    if by.leads and Offer.objects.filter(asked, job_id=job_id).exists():
        return
    raise missing(_("没有找到这张服务单,或它不在您的范围内。"))
