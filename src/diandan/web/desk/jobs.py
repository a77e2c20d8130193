"""服务单页: design, review and dispatch of one job, with every requester visible as a person."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from diandan.flow import conductor, desk_acts
from diandan.flow.choice import flow_of
from diandan.flow.models import Clock
from diandan.ground.people import queries as people
from diandan.ground.people.actor import Actor
from diandan.kit.refusal import missing
from diandan.path.ask import queries as ask
from diandan.path.assess.queries import reviews_of
from diandan.path.bundle import queries as bundle
from diandan.path.bundle.actions.design import OPEN_STATES
from diandan.path.bundle.models import Bond, Job
from diandan.path.bundle.states import JobState
from diandan.path.dispatch.queries import living_backup
from diandan.path.engage.queries import living, living_tasks
from diandan.path.fulfil.models import Incident
from diandan.path.grade.models import Rating
from diandan.web import door
from diandan.web.shared import timeline, words
from diandan.web.shared.sight import reads_words

from . import asked, calls, explain, frame, parsing, queues, ranking, sight
from .rows import say_day, say_window
from .verbs import buttons, done_words, read_asks

RANKED_IN = (JobState.READY, JobState.OFFERED, JobState.ESCALATED)


def find(job_id: UUID, by: Actor) -> Job:
    """The job if this actor may see it."""
    row = (
        bundle.visible(by)
        .select_related("place", "kind", "centre", "owner_place", "item", "made_by")
        .filter(id=job_id)
        .first()
    )
    if row is None:
        raise missing(_("没有找到这张服务单,或它不在您的范围内。"))
    return row


@require_GET
@door.staff_only
def show(request: HttpRequest, job_id: UUID) -> HttpResponse:
    """The job beside its queue."""
    return page(request, find(job_id, door.actor(request)))


def page(request: HttpRequest, job: Job, failed: frame.Failed | None = None) -> HttpResponse:
    """The page of a job."""
    by, at = door.actor(request), door.now(request)
    said = words.for_job(job, at, words.Viewer.STAFF)
    may_offer = "offer" in conductor.ways(job, by)
    clock = Clock.objects.filter(noun="job", subject_id=job.id).first()
    due = clock.due_at if clock else None
    state, shown_clock, more_facts = explain.clocks(job, said, due, at)
    served = _served(job, by)
    verbs = buttons(job, by)
    shown = {v["verb"] for v in verbs} | ({"offer"} if may_offer else set())
    return frame.three_zones(
        request,
        queue=frame.queue_asked(request, queues.home_queue(job)),
        template="desk/job.html",
        current=job.id,
        failed=failed,
        job=job,
        title=sight.title_for(job, by),
        state=state,
        clock=shown_clock,
        verbs=verbs,
        left_over=failed.left_over(shown) if failed else "",
        own_work=job.state == JobState.IN_REVIEW and job.made_by_id == by.person_id,
        ranking=ranking.ranked(job, at) if job.state in RANKED_IN else None,
        shown_map=job.place.lat is not None and job.place.lon is not None,
        may_offer=may_offer,
        offers=ranking.offers_of(job),
        call=calls.call_card(job),
        why=asked.card_for(job),
        served=served,
        may_split=job.state in OPEN_STATES and queues.works_here(by),
        engagement=_engagement(job),
        incidents=_incidents(job, by),
        reviews=_reviews(job),
        timeline=timeline.job_timeline(
            job, viewer=timeline.Viewer.STAFF, at=at, me=by.person_id, state=said
        ),
        facts=[*_facts(job, _streets(served)), *more_facts],
        query=request.GET.urlencode(),
    )


@require_POST
@door.staff_only
def do(request: HttpRequest, job_id: UUID, verb: str) -> HttpResponse:
    """One verb on a job; 派单 takes the ticked teams or opens it for claiming."""
    by, at = door.actor(request), door.now(request)
    job = find(job_id, by)

    def acted() -> str:
        if verb == "offer":
            said = _offer(request, job, by, at)
        else:
            conductor.do_job(job.id, verb, by=by, at=at, **read_asks(request, "job", verb))
            said = done_words("job", verb)
        frame.said(request, f"{job.number} {said}", f"{verb}-{job.id}")
        return frame.back_to(request, "desk_job", job.id)

    return frame.act(request, verb, acted, lambda failed: page(request, find(job.id, by), failed))


def _offer(request: HttpRequest, job: Job, by: Actor, at: datetime) -> str:
    overruled = request.POST.get("overruled", "").strip()
    if request.POST.get("way") == "open":
        conductor.do_job(job.id, "offer", by=by, at=at, open_claim=True, overruled=overruled)
        return _("已开放抢单,谁先接归谁。")
    if request.POST.get("way") == "people":
        conductor.do_job(job.id, "offer", by=by, at=at, people=True)
        return _("已开始逐个问志愿者,谁先答应归谁。")
    teams = parsing.uuids(request.POST.getlist("teams"))
    conductor.do_job(job.id, "offer", by=by, at=at, team_ids=teams, overruled=overruled)
    return _("已派给%(n)d支队伍,等对方回复。") % {"n": max(len(teams), 1)}


@require_POST
@door.staff_only
def split(request: HttpRequest, job_id: UUID, request_id: UUID) -> HttpResponse:
    """拆出: one request leaves the job and is arranged on its own; nothing of hers is lost."""
    by, at = door.actor(request), door.now(request)
    job = find(job_id, by)

    def acted() -> str:
        row = conductor.do_request(request_id, "unarrange", by=by, at=at)
        frame.said(request, _("已拆出 %(number)s,回到待制单。") % {"number": row.number})
        return frame.back_to(request, "desk_job", job.id)

    return frame.act(
        request, "split", acted, lambda failed: page(request, find(job.id, by), failed)
    )


@require_POST
@door.staff_only
def settle_incident(request: HttpRequest, job_id: UUID, incident_id: UUID) -> HttpResponse:
    """What was done about what a volunteer reported."""
    by, at = door.actor(request), door.now(request)
    job = find(job_id, by)

    def acted() -> str:
        text = request.POST.get("text", "")
        desk_acts.settle_incident(incident_id, text=text, by=by, at=at)
        frame.said(request, _("处理结果已记下。"), f"incident-{incident_id}")
        return frame.back_to(request, "desk_job", job.id)

    return frame.act(
        request, "incident", acted, lambda failed: page(request, find(job.id, by), failed)
    )


@require_GET
@door.staff_only
def paper(request: HttpRequest, job_id: UUID) -> HttpResponse:
    """服务单 on one A4: what a team takes along. Doors are not printed; they open on arrival."""
    job = find(job_id, door.actor(request))
    engagement = living(job)
    slip = {
        "number": job.number,
        "title": _("志愿服务单"),
        "centre": job.centre.full_name,
        "placed_at": job.made_at,
        "promise": _("请于%(day)s前完成") % {"day": say_day(job.promise_at)},
        "rows": [
            *_facts(job),
            {"label": _("队伍"), "text": engagement.team.name if engagement else _("尚未接单")},
            {"label": _("方案"), "text": job.plan or _("按服务类型办理")},
        ],
        "signed": True,
        "phone": job.place.phone or job.centre.phone,
    }
    context = {"slip": slip, "served": _served(job, door.actor(request)), "job": job}
    return render(request, "desk/job_paper.html", context)


def _served(job: Job, by: Actor) -> list[dict[str, Any]]:
    """The requests of the job as people; after it is over, those it served."""
    bonds = Bond.objects.filter(job=job, left_at=None).values_list("request_id", flat=True)
    rows = (
        ask.visible(by)
        .filter(id__in=list(bonds))
        .select_related("requester", "place")
        .order_by("placed_at", "id")
    )
    kept = {
        r.request_id: r
        for r in Rating.objects.filter(request__in=rows, role="resident").order_by("round")
    }
    return [
        {
            "id": r.id,
            "number": r.number,
            "who": people.masked_name(r.requester),
            "words": r.words if reads_words(by, r) else sight.closed_words(),
            "place": r.place.name,
            "street": r.street,
            "people": r.people_count,
            "when": say_window(r.wanted_from, r.wanted_until),
            "state": str(r.get_state_display()),
            "score": kept[r.id].score if r.id in kept else None,
            "href": reverse("desk_request", args=[r.id]),
        }
        for r in rows
    ]


def _engagement(job: Job) -> dict[str, Any] | None:
    found = living(job)
    if found is None:
        return None
    backup = living_backup(job)
    return {
        "team": found.team.name,
        "since": found.accepted_at,
        "backup": backup.team.name if backup and backup.team else "",
        "stands_by": backup is not None and backup.state == "standby",
        "tasks": [
            {
                "who": people.masked_name(t.person),
                "state": str(t.get_state_display()),
                "at": t.state_at,
            }
            for t in living_tasks(found)
        ],
    }


def _incidents(job: Job, by: Actor) -> list[dict[str, Any]]:
    reads = reads_words(by, job)
    return [
        {
            "id": i.id,
            "who": people.masked_name(i.by),
            "at": i.at,
            "text": i.text if reads else sight.closed_report(),
            "urgent": i.is_urgent,
            "settled_at": i.settled_at,
            "settlement": i.settlement,
        }
        for i in Incident.objects.filter(job=job).select_related("by").order_by("-at")
    ]


def _reviews(job: Job) -> list[dict[str, Any]]:
    return [
        {
            "level": str(r.get_level_display()),
            "place": r.place.name,
            "verdict": str(r.get_verdict_display()),
            "good": r.verdict == "approved",
            "reason": r.reason,
            "who": people.masked_name(r.by),
            "at": r.at,
        }
        for r in reviews_of("job", job.id)
    ]


def _streets(served: list[dict[str, Any]]) -> str:
    """Where it is for staff: the station alone does not say which street."""
    return "、".join(dict.fromkeys(r["street"] for r in served if r["street"]))


def _facts(job: Job, streets: str = "") -> list[dict[str, str]]:
    facts = [
        {"label": _("类型"), "text": job.kind.name},
        {"label": _("地点"), "text": f"{job.place.full_name} {streets}".strip()},
        {"label": _("时间"), "text": say_window(job.starts_at, job.ends_at)},
        {"label": _("志愿者"), "text": _("%(n)d人") % {"n": job.headcount}},
        {"label": _("约需"), "text": _("%(n)d分钟") % {"n": job.minutes}},
    ]
    if job.skills:
        facts.append({"label": _("技能"), "text": "、".join(job.skills)})
    if job.risk_notice:
        facts.append({"label": _("提醒"), "text": job.risk_notice})
    if job.made_by:
        facts.append({"label": _("制单"), "text": people.masked_name(job.made_by)})
    facts.append(explain.flow_fact(flow_of(job.flow)))
    facts.append(
        {"label": _("承诺办好"), "text": _("%(day)s前") % {"day": say_day(job.promise_at)}}
    )
    return facts
