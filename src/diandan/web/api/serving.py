"""接单·送单: offers to her teams, and a volunteer's own tasks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Router

from diandan.flow import answers
from diandan.kit.refusal import Refusal
from diandan.path.dispatch.models import DeclineReason
from diandan.path.engage import queries as engage
from diandan.web import door

from . import rows, shapes, told, told_work
from .gate import Need, caller
from .verbs import put
from .work import say

router = Router()
Shown = dict[str, Any]
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
        "standing_by": [rows.offer(o) for o in engage.standing_by(by)],
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
    engage.check_seen(offer_id, by)
    made = answers.accept_offer(offer_id, by=by, at=door.now(request), team_id=body.team_id)
    return {"job": str(made.job_id), "team": str(made.team_id), "accepted_at": made.accepted_at}


@router.post(
    "/offers/{uuid:offer_id}/stand-by",
    url_name="offer_stand_by",
    response=told_work.OfferDone,
    auth=Need("serve"),
    summary="备勤",
)
def stand_by(request: HttpRequest, offer_id: UUID, body: shapes.Nothing) -> Shown:
    """备勤: her team would come if the one that has the job cannot. Declining takes it back."""
    by = caller(request)
    engage.offer_seen(offer_id, by)
    row = answers.stand_by(offer_id, by=by, at=door.now(request))
    return {"id": str(row.id), "state": row.state}


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

    return act


for _name, _label in STEPS.items():
    put(
        router,
        f"/tasks/{{uuid:task_id}}/{_name}",
        _step(_name),
        name=f"task_{_name}",
        body=shapes.Step,
        response=told_work.TaskDone,
        scopes=("serve",),
        summary=_label,
    )


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
    return say(engage.task_of(task_id, by).engagement, body, by, door.now(request))


@router.post(
    "/tasks/{uuid:task_id}/{str:step}",
    url_name="task_unknown",
    include_in_schema=False,
    auth=Need(),
)
def unknown_step(request: HttpRequest, task_id: UUID, step: str) -> None:
    """No such step."""
    raise Refusal("unknown_step", _("没有这个操作。"), status=404)
