"""台: follow-ups, whistles, reviews, what an auditor may take away, and one's own."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Router

from diandan.flow import desk_acts
from diandan.ground.people import queries as people
from diandan.ground.people.actor import STAFF_ROLES
from diandan.ground.people.models import Role
from diandan.ground.places import queries as places
from diandan.ground.places.models import Place
from diandan.ground.record.models import FactLink, FactRow
from diandan.kit.refusal import Refusal, forbidden, missing
from diandan.path.ask.models import Request
from diandan.path.assess.queries import whistles_for
from diandan.path.grade.core import Figures
from diandan.path.grade.queries import follow_ups_for, satisfaction
from diandan.web import door

from . import rows, shapes, told
from .gate import Need, caller
from .order import find

router = Router()
Shown = dict[str, Any]
FACTS_MAX = 500
LIST_MAX = 200
COUNTERS = (*STAFF_ROLES, Role.AUDITOR, Role.EXPERT)


@router.get("/me", url_name="me", response=told.MeOut, auth=Need("read"), summary="本人")
def me(request: HttpRequest) -> Shown:
    """Who the caller is, what she holds, and what this key may do."""
    by = caller(request)
    assert by.person_id is not None
    own = people.own(people.person(by.person_id))
    return {
        "id": str(by.person_id),
        "name": own.name,
        "phone": own.phone,
        "roles": [{"role": g.role, "place": g.place_id} for g in by.grants],
        "leads": [str(i) for i in by.leads],
        "member_of": [str(i) for i in by.member_of],
        "is_volunteer": by.is_volunteer,
        "scopes": sorted(by.scopes) if by.scopes is not None else None,
    }


@router.get(
    "/follow-ups",
    url_name="follow_ups",
    response=list[told.FollowUpOut],
    auth=Need("desk"),
    summary="回头办",
)
def follow_ups(request: HttpRequest) -> list[Shown]:
    """Open follow-ups that are hers or her desk's, the soonest due first."""
    by = caller(request)
    return [rows.follow_up(f, by) for f in follow_ups_for(by)[:LIST_MAX]]


@router.post(
    "/follow-ups/{uuid:follow_up_id}/settle",
    url_name="follow_up_settle",
    response=told.SettledOut,
    auth=Need("desk"),
    summary="办结回头办",
)
def settle(request: HttpRequest, follow_up_id: UUID, body: shapes.Said) -> Shown:
    """What was done about it."""
    by = caller(request)
    if not follow_ups_for(by).filter(id=follow_up_id).exists():
        raise missing(_("没有找到这条跟进,或已经办结。"), "unknown_follow_up")
    row = desk_acts.settle_follow_up(follow_up_id, text=body.text, by=by, at=door.now(request))
    return {"id": str(row.id), "settled_at": row.settled_at}


@router.post(
    "/requests/{uuid:request_id}/call-back",
    url_name="call_back",
    response=told.CallOut,
    auth=Need("desk"),
    summary="回访",
)
def call_back(request: HttpRequest, request_id: UUID, body: shapes.CallIn) -> Shown:
    """回访, kept also when nobody answered."""
    by = caller(request)
    find(request_id, by)
    row = desk_acts.call_back(
        request_id, reached=body.reached, note=body.note, by=by, at=door.now(request)
    )
    return {"id": str(row.id), "at": row.at}


@router.get(
    "/whistles",
    url_name="whistles",
    response=list[told.WhistleOut],
    auth=Need("desk"),
    summary="吹哨待报到",
)
def whistles(request: HttpRequest) -> list[Shown]:
    """What other desks ask her units."""
    found = whistles_for(caller(request))[:LIST_MAX]
    return [
        {
            "id": str(w.id),
            "unit": rows.place(w.unit),
            "question": w.question,
            "kind": w.request.kind.name,
            "place": rows.place(w.request.place),
            "asked_at": w.asked_at,
            "due_at": w.due_at,
        }
        for w in found
    ]


@router.post(
    "/requests/{uuid:request_id}/whistle",
    url_name="whistle_blow",
    response=list[told.WhistleMade],
    auth=Need("desk"),
    summary="吹哨",
)
def blow(request: HttpRequest, request_id: UUID, body: shapes.WhistleIn) -> list[Shown]:
    """Ask several units about one request."""
    by, at = caller(request), door.now(request)
    find(request_id, by)
    if body.due_at.tzinfo is None:
        raise Refusal(
            "wrong_time", _("时间要带时区,例如 2026-03-05T12:00:00+08:00。"), field="due_at"
        )
    made = desk_acts.ask_units(
        request_id,
        unit_ids=body.unit_ids,
        question=body.question,
        due_at=body.due_at,
        by=by,
        at=at,
    )
    return [{"id": str(w.id), "unit": w.unit_id, "due_at": w.due_at} for w in made]


@router.post(
    "/whistles/{uuid:whistle_id}/answer",
    url_name="whistle_answer",
    response=told.WhistleAnswered,
    auth=Need("desk"),
    summary="报到",
)
def answer(request: HttpRequest, whistle_id: UUID, body: shapes.Said) -> Shown:
    """报到: the unit's answer."""
    row = desk_acts.answer_whistle(
        whistle_id, text=body.text, by=caller(request), at=door.now(request)
    )
    return {"id": str(row.id), "answered_at": row.answered_at}


@router.post(
    "/incidents/{uuid:incident_id}/settle",
    url_name="incident_settle",
    response=told.IncidentSettled,
    auth=Need("desk"),
    summary="处理情况",
)
def settle_incident(request: HttpRequest, incident_id: UUID, body: shapes.Said) -> Shown:
    """What was done about something that went wrong on a job."""
    by, at = caller(request), door.now(request)
    row = desk_acts.settle_incident(incident_id, text=body.text, by=by, at=at)
    return {"id": str(row.id), "settled_at": row.settled_at}


@router.post(
    "/items/{uuid:item_id}/review",
    url_name="item_review",
    response=told.ReviewOut,
    auth=Need("desk"),
    summary="审核服务项目",
)
def review(request: HttpRequest, item_id: UUID, body: shapes.Verdict) -> Shown:
    """三级审核 of a menu item: the word of the rung whose turn it is."""
    by, at = caller(request), door.now(request)
    row = desk_acts.judge_item(item_id, is_good=body.good, reason=body.reason, by=by, at=at)
    return {"id": str(row.id), "verdict": row.verdict, "at": row.at}


@router.get(
    "/facts", url_name="facts", response=told.FactsOut, auth=Need("audit"), summary="导出记录"
)
def facts(request: HttpRequest, after: int = 0, limit: int = 200) -> Shown:
    """Facts of her places by ids only, oldest first; `after` is the last id already had.

    Facts of private matters are left out: that there was a mediation is itself private.
    """
    by = caller(request)
    audits = [g.path for g in by.grants if g.role == Role.AUDITOR]
    if not audits:
        raise forbidden(_("导出记录只对审计人员开放。"), "auditor_only")
    inside = Q(pk__in=[])
    for path in audits:
        inside |= Q(path__startswith=path)
    mine = Place.objects.filter(inside).values("id")
    private = Request.objects.filter(is_private=True, place__in=mine)
    found = list(
        FactRow.objects.filter(place_id__in=mine, id__gt=max(0, min(after, shapes.ID_MAX)))
        .exclude(request_id__in=private.values("id"))
        .exclude(job_id__in=private.values("bonds__job").filter(bonds__isnull=False))
        .order_by("id")[: max(1, min(limit, FACTS_MAX))]
    )
    links = FactLink.objects.in_bulk([f.id for f in found])
    return {
        "facts": [_fact(f, links.get(f.id)) for f in found],
        "next": found[-1].id if found else 0,
    }


@router.get(
    "/satisfaction",
    url_name="satisfaction",
    response=told.SatisfactionOut,
    auth=Need("audit", "desk"),
    summary="满意度",
)
def figures(
    request: HttpRequest,
    place: shapes.Number,
    since: datetime | None = None,
    until: datetime | None = None,
) -> Shown:
    """Residents' and experts' words side by side; silence is never counted as good."""
    by = caller(request)
    where = places.by_id(place)
    if not by.holds(COUNTERS, where.path):
        raise forbidden(_("这个地方不在您的范围内。"))
    if any(m is not None and m.tzinfo is None for m in (since, until)):
        raise Refusal(
            "wrong_time", _("时间要带时区,例如 2026-03-05T12:00:00+08:00。"), field="since"
        )
    said = satisfaction(where, since=since, until=until)
    return {
        "place": rows.place(where),
        "resident": _figures(said.resident),
        "expert": _figures(said.expert),
    }


def _fact(row: FactRow, link: FactLink | None) -> Shown:
    ids = {"by": row.by_id, "person": row.person_id, "request": row.request_id}
    ids |= {"job": row.job_id, "team": row.team_id}
    return {
        "id": row.id,
        "kind": row.kind,
        "at": row.at,
        "place": row.place_id,
        **{name: str(value) if value else None for name, value in ids.items()},
        "number": link.number if link else None,
        "digest": bytes(link.digest).hex() if link else None,
    }


def _figures(said: Figures) -> Shown:
    return {
        "asked": said.asked,
        "answered": said.answered,
        "silent": said.silent,
        "n": said.n,
        "good": said.good,
        "share_good": said.share_good,
        "at_least": said.lower,
        "response_rate": said.response_rate,
        "by_score": {str(k): v for k, v in said.by_score.items()},
    }
