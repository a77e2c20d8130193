"""派单: jobs, for the desk that arranges them and for the leader whose team has them."""

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
from diandan.flow.pausing import teams_for
from diandan.flow.verbs import VERBS
from diandan.ground.people import queries as people
from diandan.ground.people.actor import Actor
from diandan.kit.refusal import Refusal, missing
from diandan.path.ask.queries import visible as visible_requests
from diandan.path.bundle.models import Job
from diandan.path.bundle.queries import requests_of, visible
from diandan.path.dispatch.models import Offer
from diandan.path.engage import queries as engage
from diandan.path.engage.models import Engagement
from diandan.path.fulfil.queries import talks, whereabouts
from diandan.web import door
from diandan.web.shared.timeline import Viewer, job_timeline

from . import rows, shapes, told, told_work
from .gate import Need, caller
from .pages import page
from .verbs import put, scopes_for

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
    return [rows.ranked(r) for r in teams_for(job, door.now(request), takers_only=takers_only)]


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

    return act


for _name in JOB_ACTS:
    put(
        router,
        f"/jobs/{{uuid:job_id}}/{_name}",
        _verb(_name),
        name=f"job_{_name}",
        body=SHAPE_OF[_name],
        response=told_work.JobDone,
        scopes=scopes_for("job", _name),
        summary=str(VERBS[("job", _name)].label),
    )


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
    return say(engage.engagement_led(job_id, by), body, by, door.now(request))


@router.post(
    "/jobs/{uuid:job_id}/{str:verb}", url_name="job_unknown", include_in_schema=False, auth=Need()
)
def unknown(request: HttpRequest, job_id: UUID, verb: str) -> None:
    """No such verb."""
    raise Refusal("unknown_verb", _("没有「%(verb)s」这个操作。") % {"verb": verb[:20]}, status=404)


def say(row: Engagement, body: shapes.TeamSaid, by: Actor, at: datetime) -> Shown:
    """Words of the team to who asked: about the request named, or the only one."""
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
