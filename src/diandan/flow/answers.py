"""回应: a team's answer to an offer and a volunteer's steps on her task, with fresh clocks."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from diandan.ground.catalogue.models import ServiceKind
from diandan.ground.people.actor import SYSTEM, Actor
from diandan.kit.refusal import Refusal, conflict, forbidden
from diandan.path.ask.actions.amend import add_words, change_kind
from diandan.path.ask.models import Request, Words
from diandan.path.ask.queries import for_change
from diandan.path.ask.states import RequestState
from diandan.path.bundle.actions.agree import agree_time
from diandan.path.bundle.models import Job
from diandan.path.bundle.queries import for_change as job_for_change
from diandan.path.bundle.queries import job_of
from diandan.path.dispatch.actions.backup import decline_backup
from diandan.path.dispatch.actions.backup import stand_by as confirm_backup
from diandan.path.dispatch.actions.offer import decline
from diandan.path.dispatch.actions.people import decline_ask
from diandan.path.dispatch.models import DeclineReason, Offer, PersonAsk
from diandan.path.dispatch.queries import ask_for_change, offer_for_change
from diandan.path.engage.actions.accept import accept, answered
from diandan.path.engage.actions.agree import agree
from diandan.path.engage.actions.allocate import answer_task, cannot_come, hand_on
from diandan.path.engage.models import Engagement, Task
from diandan.path.engage.queries import living, task_for_change
from diandan.path.fulfil.actions.visit import (
    check_in,
    check_out,
    finish_if_all_left,
    report_incident,
    set_out,
)
from diandan.path.fulfil.models import Attendance, Incident
from diandan.path.fulfil.queries import may_talk

from . import authority, backups
from .choice import flow_for, flow_of
from .conductor import touching
from .job_acts import give_up
from .pausing import check_may_be_named, check_may_take, check_team_can_come
from .promise import promise_for


@transaction.atomic
def accept_offer(
    offer_id: UUID, *, by: Actor, at: datetime, team_id: UUID | None = None
) -> Engagement:
    """接单. A leader of one team need not name it; with several she says which."""
    offer = offer_for_change(offer_id)
    if offer.role == Offer.Role.BACKUP and offer.state != Offer.State.ACCEPTED:
        raise conflict("is_backup", _("这是备勤邀约:已有队伍接单,请点「备勤」。"))
    team = _team_for(offer, team_id, by)
    said = answered(offer, team_id=team, by=by, at=at)
    if said is not None:
        return said
    check_team_can_come(team, offer.job)
    with touching(offer.job):
        return accept(offer, team_id=team, by=by, at=at)


@transaction.atomic
def decline_offer(offer_id: UUID, *, reason: str, text: str = "", by: Actor, at: datetime) -> Offer:
    """这次不行. Costs nothing; the next team is asked at once by the worker."""
    offer = offer_for_change(offer_id)
    team = _team_for(offer, None, by)
    if reason not in DeclineReason.values:
        raise Refusal("reason_missing", _("请点一个原因,方便我们找别的队伍。"), field="reason")
    if offer.role == Offer.Role.BACKUP:
        decline_backup(offer, reason=DeclineReason(reason), text=text, by=by, at=at)
        return offer
    decline(offer, team_id=team, reason=DeclineReason(reason), text=text, by=by, at=at)
    return offer


@transaction.atomic
def agree_to_ask(ask_id: UUID, *, by: Actor, at: datetime) -> Task | None:
    """应约: her own yes to what she was asked herself; her task once enough have said yes."""
    ask = ask_for_change(ask_id)
    check_may_take(by.person_id, ask.job)
    with touching(ask.job):
        return agree(ask, by=by, at=at)


@transaction.atomic
def decline_person_ask(ask_id: UUID, *, reason: str, by: Actor, at: datetime) -> PersonAsk:
    """这次不行, her own; costs nothing, and the next volunteer is asked."""
    ask = ask_for_change(ask_id)
    if reason not in DeclineReason.values:
        raise Refusal("reason_missing", _("请点一个原因,方便我们找别人。"), field="reason")
    decline_ask(ask, reason=DeclineReason(reason), by=by, at=at)
    return ask


@transaction.atomic
def task_step(
    task_id: UUID,
    step: str,
    *,
    by: Actor,
    at: datetime,
    reason: str = "",
    code: str = "",
    note: str = "",
    to: UUID | None = None,
    fence: str = "",
) -> Task | Attendance | None:
    """A volunteer's step: confirm, decline, set_out, check_in, check_out, cannot_come, hand_on."""
    task = task_for_change(task_id)
    with touching(task.engagement.job):
        match step:
            case "confirm" | "decline":
                if step == "confirm":
                    check_may_take(task.person_id, task.engagement.job)
                answer_task(task, yes=step == "confirm", reason=reason, by=by, at=at)
                finish_if_all_left(task.engagement, by=by, at=at)
            case "set_out":
                set_out(task, by=by, at=at)
            case "check_in":
                return check_in(task, code=code, by=by, at=at, reason=reason, fence=fence)
            case "check_out":
                return check_out(task, code=code, note=note, by=by, at=at, fence=fence)
            case "cannot_come":
                cannot_come(task, reason=reason, by=by, at=at)
                finish_if_all_left(task.engagement, by=by, at=at)
                _replace_if_alone(task.engagement.job, reason=reason, by=by, at=at)
            case "hand_on":
                if to is None:
                    raise Refusal("nobody_chosen", _("请选一位队友。"), field="to")
                check_may_be_named([to], task.engagement.job, by, field="to")
                return hand_on(task, to_person_id=to, by=by, at=at)
            case _:
                raise Refusal("unknown_step", _("没有这个操作。"), status=404)
    return task


def _replace_if_alone(job: Job, *, reason: str, by: Actor, at: datetime) -> None:
    """Nobody of the team is coming: who stands by does; with the visit near, others are asked."""
    if not backups.is_left_alone(job):
        return
    if backups.takes_over(job, why="nobody_left", reason=reason, by=by, at=at):
        return
    if backups.cannot_wait(job, at):
        give_up(job, flow=flow_of(job.flow), by=SYSTEM, at=at, why="nobody_left")


@transaction.atomic
def stand_by(offer_id: UUID, *, by: Actor, at: datetime) -> Offer:
    """备勤: a leader says that her team would come if the one that has the job cannot."""
    offer = offer_for_change(offer_id)
    team = _team_for(offer, None, by)  # whose it is comes before what it is
    if offer.role != Offer.Role.BACKUP:
        raise conflict("not_backup", _("这不是备勤邀约,请点「接单」。"))
    check_team_can_come(team, offer.job)
    confirm_backup(offer, by=by, at=at)
    return offer


@transaction.atomic
def tell_incident(
    task_id: UUID, *, text: str, is_urgent: bool, by: Actor, at: datetime
) -> Incident:
    """报告情况 during a task."""
    task = task_for_change(task_id)
    return report_incident(task, text=text, is_urgent=is_urgent, by=by, at=at)


@transaction.atomic
def say(request_id: UUID, *, text: str, by: Actor, at: datetime) -> Words:
    """Words added to a request by its requester, or to her by a worker or the team that comes."""
    request = for_change(request_id)
    is_party = authority.is_party(request, by)
    team_id = None if is_party else _team_that_talks(request, by)
    if not is_party and team_id is None:
        raise forbidden(_("这张单子不在您的范围内。"))
    if request.state in (RequestState.WITHDRAWN, RequestState.CLOSED):
        raise conflict("ended", _("这张单子已经结束。需要接着办,请点「重新办理」。"))
    return add_words(request, text=text, by=by, at=at, team_id=team_id)


@transaction.atomic
def say_as_team(
    engagement: Engagement, request_id: UUID, *, text: str, by: Actor, at: datetime
) -> Words:
    """Words of who comes, in her team's name also when she is a worker elsewhere in the house."""
    request = for_change(request_id)
    if _team_that_talks(request, by) != engagement.team_id:
        raise forbidden(_("这张单子已不在你们队手里,不能再留言。"))
    return add_words(request, text=text, by=by, at=at, team_id=engagement.team_id)


@transaction.atomic
def agree_on_time(
    job_id: UUID, *, starts_at: datetime | None, ends_at: datetime | None, by: Actor, at: datetime
) -> Job:
    """约定时间, by a leader of the team that has the job."""
    job = job_for_change(job_id)
    engagement = living(job)
    if engagement is None or engagement.team_id not in by.leads or by.is_frozen:
        raise forbidden(_("只有接了这张单的队长或副队长能约时间。"))
    with touching(job):
        agree_time(
            job,
            starts_at=starts_at,
            ends_at=ends_at,
            team_id=engagement.team_id,
            by=by,
            at=at,
        )
    return job


def _team_that_talks(request: Request, by: Actor) -> UUID | None:
    """The team in whose name she may write to who asked, if she leads it or is going."""
    job = job_of(request)
    engagement = living(job) if job is not None else None
    if engagement is None or not may_talk(engagement, request, by):
        return None
    return engagement.team_id


@transaction.atomic
def rekind(request_id: UUID, *, kind: ServiceKind, by: Actor, at: datetime) -> Request:
    """Change the kind without retyping: words and number stay; flow and promise are its own."""
    request = for_change(request_id)
    if not authority.is_party(request, by):
        raise forbidden(_("这张单子不在您的范围内。"))
    if request.state not in (
        RequestState.PLACED,
        RequestState.TAKEN_UP,
        RequestState.RETURNED,
    ):
        raise conflict("not_now", _("已经安排了,不能再改类型。可以补充说明,或撤回后重新点单。"))
    if kind.centre_id != request.centre_id:
        raise Refusal("unknown_kind", _("没有这种服务。"), field="kind")
    flow = flow_for(request.centre, kind, request.channel)
    if flow.private != request.is_private:
        raise Refusal("other_door", _("调解类和其他服务不能互相转换,请另外点一单。"), field="kind")
    change_kind(
        request,
        kind=kind,
        flow=flow.id,
        promise_at=promise_for(request.centre, kind, request.urgency, at),
        by=by,
        at=at,
    )
    return request


def _team_for(offer: Offer, team_id: UUID | None, by: Actor) -> UUID:
    """The team in whose name this leader answers."""
    if offer.team_id in by.leads and team_id in (None, offer.team_id):
        return offer.team_id
    # A claim that was won carries its winner; whoever comes late is told so by `accept`.
    if offer.team_id is not None and not offer.why.get("open"):
        raise forbidden(_("只有这支队伍的队长或副队长能回复。"))
    if team_id is not None:
        if team_id not in by.leads:
            raise forbidden(_("只有这支队伍的队长或副队长能回复。"))
        return team_id
    if len(by.leads) == 1:
        return next(iter(by.leads))
    if not by.leads:
        raise forbidden(_("抢单由队长代表队伍来接。您可以请队长接,或先加入一支队伍。"))
    raise Refusal("which_team", _("您带着几支队伍,请选由哪支队伍来接。"), field="team")
