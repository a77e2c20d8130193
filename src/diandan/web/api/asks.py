"""问到我: what a volunteer is asked herself, and when it is whose turn, for programs."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Router

from diandan.flow import answers
from diandan.ground.people import queries as people
from diandan.ground.places.queries import center_of
from diandan.path.dispatch.models import PersonAsk
from diandan.path.dispatch.queries import ask_of, asks_of
from diandan.path.dispatch.turns import own_turn, turn_of
from diandan.web import door

from . import rows, shapes, told_asks
from .gate import Need, caller

router = Router()
Shown = dict[str, Any]


@router.get(
    "/asks",
    url_name="asks",
    response=list[told_asks.AskOut],
    auth=Need("serve"),
    summary="问到我的",
)
def asks(request: HttpRequest) -> list[Shown]:
    """What she herself is asked, or has agreed to while others are still wanted."""
    by = caller(request)
    return [_ask(row) for row in asks_of(by.person_id)] if by.person_id else []


@router.get(
    "/asks/{uuid:ask_id}",
    url_name="ask",
    response=told_asks.AskOut,
    auth=Need("serve"),
    summary="一份邀请",
)
def ask(request: HttpRequest, ask_id: UUID) -> Shown:
    """One ask of hers."""
    return _ask(ask_of(ask_id, caller(request).person_id))


@router.post(
    "/asks/{uuid:ask_id}/agree",
    url_name="ask_agree",
    response=told_asks.AgreedOut,
    auth=Need("serve"),
    summary="我能来",
)
def agree(request: HttpRequest, ask_id: UUID, body: shapes.Nothing) -> Shown:
    """应约; her task when there are enough, 409 `taken` when others were first."""
    by = caller(request)
    row = ask_of(ask_id, by.person_id)
    task = answers.agree_to_ask(row.id, by=by, at=door.now(request))
    return {"id": str(row.id), "task": str(task.id) if task else None}


@router.post(
    "/asks/{uuid:ask_id}/decline",
    url_name="ask_decline",
    response=told_asks.AskDone,
    auth=Need("serve"),
    summary="这次不行(本人)",
)
def decline(request: HttpRequest, ask_id: UUID, body: shapes.Decline) -> Shown:
    """这次不行; costs nothing."""
    by = caller(request)
    row = ask_of(ask_id, by.person_id)
    done = answers.decline_person_ask(row.id, reason=body.reason, by=by, at=door.now(request))
    return {"id": str(done.id), "state": done.state}


@router.get(
    "/turn", url_name="turn", response=told_asks.TurnOut, auth=Need("serve"), summary="轮到我了吗"
)
def turn(request: HttpRequest) -> Shown:
    """When she and each of her teams was last asked, and their place in turn."""
    by, at = caller(request), door.now(request)
    if by.person_id is None:
        return {"own": None, "teams": []}
    mine = own_turn(by.person_id, at)
    teams = []
    for row in people.memberships_of(by.person_id):
        found = turn_of(row.team, center_of(row.team.home), at)
        teams.append(
            {
                "team": {"id": str(row.team_id), "name": row.team.name},
                "last_asked": found.last_asked,
                "asks_week": found.asks_week,
                "budget": found.budget,
                "place": found.place,
                "among": found.among,
                "chance_permille": found.chance,
            }
        )
    own = {"last_asked": mine.last_asked, "asks_week": mine.asks_week, "budget": mine.budget}
    return {"own": {**own, "refused_since": mine.refused_since}, "teams": teams}


def _ask(row: PersonAsk) -> Shown:
    job = row.job
    return {
        "id": str(row.id),
        "state": row.state,
        "kind": {"code": job.kind.code, "name": job.kind.name},
        "place": rows.place(job.place),
        "urgency": job.urgency,
        "headcount": job.headcount,
        "minutes": job.minutes,
        "skills": job.skills,
        "risk_notice": job.risk_notice,
        "starts_at": job.starts_at,
        "ends_at": job.ends_at,
        "asked_at": row.asked_at,
        "metres": row.why.get("distance_m"),
    }
