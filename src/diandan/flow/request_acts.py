"""点单的动作: what each verb on a request does, across the rooms it touches."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from diandan.ground.people.actor import SYSTEM, Actor
from diandan.ground.people.models import Role, RoleGrant
from diandan.ground.places.queries import ancestor_at, calendar_of
from diandan.kit.refusal import Refusal, conflict
from diandan.path.ask.actions.advance import advance
from diandan.path.ask.actions.amend import add_words
from diandan.path.ask.models import Request
from diandan.path.ask.queries import many_for_change
from diandan.path.ask.states import RequestState
from diandan.path.assess.actions.hotline import queue_case, take_back
from diandan.path.assess.models import HotlineCase
from diandan.path.bundle.actions.advance import advance_job
from diandan.path.bundle.actions.design import Draft, design, end_bond, split
from diandan.path.bundle.models import Bond, Job
from diandan.path.bundle.queries import for_change as job_for_change
from diandan.path.bundle.queries import job_of
from diandan.path.bundle.states import JOB_MOVES, JobState
from diandan.path.dispatch.actions.offer import recall_all
from diandan.path.dispatch.models import Offer
from diandan.path.engage.actions.allocate import end_engagement
from diandan.path.grade.actions.rate import dispute, rate, settle_follow_up
from diandan.path.grade.models import RaterRole

from . import authority
from .choice import flow_of
from .clocks import next_place_up, stage_of
from .promise import promise_for
from .template import Flow

FOLLOW_UP_IN = "3wd"
FOLLOWERS = (
    Role.CALLBACK_STAFF,
    Role.CENTER_STAFF,
    Role.INSTITUTE_STAFF,
    Role.STATION_STAFF,
    Role.DISPATCHER,
    Role.ADMIN,
)
FOLLOWERS_PRIVATE = (Role.MEDIATOR,)


def need_reason(reason: str) -> str:
    """The reason, or a Refusal: a no without a reason is a dead end."""
    if not reason.strip():
        raise Refusal("reason_missing", _("请写明原因,对方会看到。"), field="reason")
    if len(reason) > 300:
        raise Refusal("reason_long", _("原因最多300个字。"), field="reason")
    return reason.strip()


def take_up(request: Request, *, flow: Flow, by: Actor, at: datetime) -> None:
    """受理: whoever takes it up first stays its first owner (首接负责)."""
    if request.first_owner_id is None and by.person_id is not None:
        request.first_owner_id = by.person_id
        request.save(update_fields=["first_owner"])
    advance(request, "take_up", by=by, at=at)


def return_order(request: Request, *, flow: Flow, by: Actor, at: datetime, reason: str) -> None:
    """退回补充, with what is missing."""
    advance(request, "return_order", by=by, at=at, reason=need_reason(reason))


def resubmit(request: Request, *, flow: Flow, by: Actor, at: datetime, text: str = "") -> None:
    """Her answer goes with it; nothing is typed again."""
    if text.strip():
        add_words(request, text=text, by=by, at=at)
    advance(request, "resubmit", by=by, at=at)


def refuse(
    request: Request, *, flow: Flow, by: Actor, at: datetime, reason: str, whose: str = ""
) -> None:
    """不受理: says why, and whose job it is."""
    advance(request, "refuse", by=by, at=at, reason=need_reason(reason), whose=whose[:80])


def pass_up(request: Request, *, flow: Flow, by: Actor, at: datetime, reason: str = "") -> None:
    """上交一级: 小事不出组、难事不出村、大事不出镇."""
    above = next_place_up(request.owner_place)
    if above is None:
        raise conflict("top", _("已经是最高一级,不能再上交。"))
    request.owner_place = above
    request.save(update_fields=["owner_place"])
    advance(request, "pass_up", by=by, at=at, reason=reason[:300], data={"to_place": above.id})


def arrange(
    request: Request,
    *,
    flow: Flow,
    by: Actor,
    at: datetime,
    draft: Draft | None = None,
    others: Iterable[UUID] = (),
) -> None:
    """制单, or 集单 when `others` are merged in: one job, every requester kept."""
    ids = [i for i in others if i != request.id]
    together = [request, *many_for_change(ids)] if ids else [request]
    if len(together) != len(ids) + 1:
        raise Refusal("gone", _("有一张点单找不到了,请刷新后再选。"))
    if len(together) > 1 and not flow.merges and by.is_system:
        raise Refusal("no_merge", _("这个流程不集单。"))
    for one in together[1:]:
        _check_may_merge(one, by)
    level = flow.job["designed"].owner.level
    owner_place = ancestor_at(request.place, level) if level else request.owner_place
    for one in together:
        if one.state == RequestState.PLACED and one.id != request.id:
            take_up(one, flow=flow, by=by, at=at)
    design(together, draft=draft or Draft(), owner_place=owner_place, by=by, at=at)


def unarrange(request: Request, *, flow: Flow, by: Actor, at: datetime) -> None:
    """拆出: the request leaves its job and stands where it stood."""
    job = _job(request)
    split(job, request, by=by, at=at)


def hand_over(request: Request, *, flow: Flow, by: Actor, at: datetime, reason: str) -> None:
    """转外部热线 (接诉即办): queued now, sent when the other side answers."""
    queue_case(request, reason=need_reason(reason), by=by, at=at)


def take_case_back(request: Request, *, flow: Flow, by: Actor, at: datetime, outcome: str) -> None:
    """收回 from the outside hotline, to be arranged here."""
    take_back(_case(request), outcome=outcome, is_solved=False, by=by, at=at)


def mark_unmet(request: Request, *, flow: Flow, by: Actor, at: datetime, reason: str = "") -> None:
    """暂时无人能办: kept in the unmet ledger, never silently closed."""
    _leave_job(request, why="unmet", by=by, at=at)
    advance(request, "mark_unmet", by=by, at=at, reason=reason[:300])


def withdraw(request: Request, *, flow: Flow, by: Actor, at: datetime, reason: str = "") -> None:
    """撤回: no reason asked of her. A job that served her alone is cancelled and its team told."""
    job = job_of(request)
    if job is not None and job.state in (JobState.SERVING, JobState.SERVED, JobState.CLOSED):
        raise conflict(
            "already_serving", _("志愿者已经到场,不能撤回。有情况请当面说或评价时告诉我们。")
        )
    _leave_job(request, why="withdrawn", by=by, at=at)
    advance(request, "withdraw", by=by, at=at, reason=reason[:300])


def finish(request: Request, *, flow: Flow, by: Actor, at: datetime, outcome: str = "") -> None:
    """办完 elsewhere: the outside hotline solved it."""
    if request.state == RequestState.ARRANGED:
        raise conflict("by_job", _("这张点单随服务单走,请在服务单上操作。"))
    take_back(_case(request), outcome=outcome, is_solved=True, by=by, at=at)


def settle(request: Request, *, flow: Flow, by: Actor, at: datetime, text: str) -> None:
    """调处完成, or a dispute answered: says what was done, and asks her again."""
    need_reason(text)
    if request.state == RequestState.DISPUTED:
        settle_follow_up(request, text=text, by=by, at=at)
    else:
        add_words(request, text=text, by=by, at=at)
    advance(request, "settle", by=by, at=at)


def rate_it(
    request: Request,
    *,
    flow: Flow,
    by: Actor,
    at: datetime,
    score: int,
    text: str = "",
    channel: str = "web",
) -> None:
    """群众评单. A bad word starts a follow-up with a clock and a named person."""
    own = by.person_id in (request.requester_id, request.placed_by_id)
    rate(
        request,
        role=RaterRole.RESIDENT,
        score=score,
        text=text,
        channel=channel,
        by=by,
        at=at,
        taken_by=None if own else by.person_id,
        owner_id=named_person(request, by),
        due_at=calendar_of(request.place).due(at, FOLLOW_UP_IN),
    )


def rate_as_expert(
    request: Request, *, flow: Flow, by: Actor, at: datetime, score: int, text: str = ""
) -> None:
    """专家评单: kept apart from the residents' (江宁)."""
    if "expert" not in flow.raters:
        raise Refusal("no_experts", _("这个流程没有专家评单。"))
    rate(
        request,
        role=RaterRole.EXPERT,
        score=score,
        text=text,
        channel="web",
        by=by,
        at=at,
        owner_id=None,
        due_at=at,
    )


def dispute_it(request: Request, *, flow: Flow, by: Actor, at: datetime, text: str) -> None:
    """不满意,请回头办."""
    dispute(
        request,
        text=need_reason(text),
        by=by,
        at=at,
        owner_id=named_person(request, by),
        due_at=calendar_of(request.place).due(at, FOLLOW_UP_IN),
    )


def reopen(request: Request, *, flow: Flow, by: Actor, at: datetime, reason: str = "") -> None:
    """重新办理: the same number and words, a fresh promise, another round.

    A follow-up stays open with its named person until she has answered. What failed once does not
    go the automatic way again (flow/steps.py): a person looks at it first.
    """
    bond = Bond.objects.filter(request=request, left_at=None).first()
    if bond is not None:
        end_bond(bond, why="reopened", at=at)
    request.promise_at = promise_for(request.centre, request.kind, request.urgency, at)
    request.save(update_fields=["promise_at"])
    advance(request, "reopen", by=by, at=at, reason=reason[:300])


def close(request: Request, *, flow: Flow, by: Actor, at: datetime) -> None:
    """办结. Silence after service is closed as silence, never counted as good."""
    advance(request, "close", by=by, at=at)


def named_person(request: Request, by: Actor) -> UUID | None:
    """Who follows up: the first owner, else the nearest worker who may, never who took the word.

    Only where nobody else works at all does the same person follow up; None where nobody does.
    """
    if request.first_owner_id and request.first_owner_id != by.person_id:
        return request.first_owner_id
    order = FOLLOWERS_PRIVATE if request.is_private else FOLLOWERS
    rank = {role: position for position, role in enumerate(order)}
    grants = RoleGrant.objects.filter(
        role__in=order, revoked_at=None, place_id__in=request.place.ancestor_ids
    ).values_list("role", "place__path", "person_id")
    found = sorted(
        (person_id == by.person_id, rank[Role(role)], -len(path), str(person_id), person_id)
        for role, path, person_id in grants
    )
    return found[0][-1] if found else request.first_owner_id


def _check_may_merge(request: Request, by: Actor) -> None:
    """Merging somebody's request in is an act on that request: its own desk's to do."""
    stage = stage_of(request)
    verb = "take_up" if request.state == RequestState.PLACED else "arrange"
    if verb not in stage.ways:
        raise conflict(
            "not_together",
            _("%(number)s 现在是「%(state)s」,不能并入。")
            % {"number": request.number, "state": RequestState(request.state).label},
        )
    authority.check(flow_of(request.flow), stage, verb, request, by)


def _case(request: Request) -> HotlineCase:
    """The hotline case the request is out with, locked."""
    case = (
        HotlineCase.objects.select_for_update(of=("self",))
        .filter(request=request, returned_at=None)
        .exclude(state=HotlineCase.State.RECEIVED)
        .order_by("-made_at")
        .first()
    )
    if case is None:
        raise conflict("no_case", _("这张点单不在热线办理中。"))
    case.request = request
    return case


def _job(request: Request) -> Job:
    job = job_of(request)
    if job is None:
        raise conflict("no_job", _("这张点单还没有制单。"))
    return job_for_change(job.id)


def _leave_job(request: Request, *, why: str, by: Actor, at: datetime) -> None:
    """End the request's bond; a job left with nobody to serve is cancelled."""
    bond = Bond.objects.filter(request=request, left_at=None).first()
    if bond is None:
        return
    job = job_for_change(bond.job_id)
    end_bond(bond, why=why, at=at)
    if not Bond.objects.filter(job=job, left_at=None).exists():
        cancel_empty(job, by=by, at=at, why=why)


def cancel_empty(job: Job, *, by: Actor, at: datetime, why: str) -> None:
    """Cancel a job nobody needs any more, and free everybody who was asked or going."""
    starts, _to = JOB_MOVES["cancel"]
    if JobState(job.state) not in starts:
        return
    recall_all(job, state=Offer.State.RECALLED, by=by, at=at)
    end_engagement(job, why=why, at=at)
    advance_job(job, "cancel", by=by if by.person_id else SYSTEM, at=at, data={"why": why})


REQUEST_ACTS: dict[str, Callable[..., Any]] = {
    "take_up": take_up,
    "return_order": return_order,
    "resubmit": resubmit,
    "refuse": refuse,
    "pass_up": pass_up,
    "arrange": arrange,
    "unarrange": unarrange,
    "hand_over": hand_over,
    "take_back": take_case_back,
    "mark_unmet": mark_unmet,
    "withdraw": withdraw,
    "finish": finish,
    "settle": settle,
    "rate": rate_it,
    "rate_as_expert": rate_as_expert,
    "dispute": dispute_it,
    "reopen": reopen,
    "close": close,
}
