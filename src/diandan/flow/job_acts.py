"""服务单的动作: what each verb on a job does, across the rooms it touches."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from diandan.ground.people.actor import Actor
from diandan.ground.places.models import Level
from diandan.ground.places.queries import ancestor_at
from diandan.kit.refusal import Refusal, conflict
from diandan.path.ask.actions.advance import advance
from diandan.path.ask.states import RequestState
from diandan.path.assess.actions.review import review
from diandan.path.assess.models import Review
from diandan.path.bundle.actions.advance import advance_job
from diandan.path.bundle.actions.design import end_bond, free
from diandan.path.bundle.models import Bond, Job
from diandan.path.dispatch.actions.offer import expire, next_wave, offer, open_to_all, recall_all
from diandan.path.dispatch.actions.people import open_call
from diandan.path.dispatch.core import Ranked
from diandan.path.dispatch.models import Offer
from diandan.path.dispatch.queries import open_offers
from diandan.path.engage.actions.allocate import allocate, end_engagement
from diandan.path.fulfil.actions.visit import finish

from . import backups
from .asking import in_order, wave
from .clocks import offer_expiry
from .pausing import check_may_be_named, teams_for
from .request_acts import need_reason
from .template import Flow

# Each later wave asks twice as many as the one before it.
WIDEN_FACTOR = 2


def submit(job: Job, *, flow: Flow, by: Actor, at: datetime) -> None:
    """提交审核: the first level of the flow's ladder has it."""
    job.review_level = flow.review[0]
    job.save(update_fields=["review_level"])
    advance_job(job, "submit", by=by, at=at, data={"level": job.review_level})


def approve(job: Job, *, flow: Flow, by: Actor, at: datetime, note: str = "") -> None:
    """通过: up one level, or ready for dispatch after the last. Nobody approves her own."""
    level = Level(job.review_level)
    _say(job, level, Review.Verdict.APPROVED, note, by, at)
    position = flow.review.index(level)
    if position + 1 == len(flow.review):
        job.review_level = ""
        job.save(update_fields=["review_level"])
        advance_job(job, "pass_review", by=by, at=at, data={"level": level})
        return
    job.review_level = flow.review[position + 1]
    job.save(update_fields=["review_level"])
    advance_job(job, "approve", by=by, at=at, data={"level": level, "next": job.review_level})


def send_back(job: Job, *, flow: Flow, by: Actor, at: datetime, reason: str) -> None:
    """退回修改, with what to mend; it starts again from the first level."""
    level = Level(job.review_level)
    _say(job, level, Review.Verdict.RETURNED, need_reason(reason), by, at)
    job.review_level = ""
    job.save(update_fields=["review_level"])
    advance_job(job, "send_back", by=by, at=at, reason=reason, data={"level": level})


def pass_review(job: Job, *, flow: Flow, by: Actor, at: datetime) -> None:
    """确认制单 in a flow without reviews."""
    if flow.review:
        raise conflict("needs_review", _("这个流程要先审核,请提交审核。"))
    advance_job(job, "pass_review", by=by, at=at)


def make_offer(
    job: Job,
    *,
    flow: Flow,
    by: Actor,
    at: datetime,
    team_ids: Iterable[UUID] = (),
    open_claim: bool = False,
    people: bool = False,
    overruled: str = "",
    planned: Sequence[UUID] = (),
    round_id: UUID | None = None,
) -> None:
    """派单: to the chosen teams, to all (抢单), to volunteers themselves (`people`), or, when
    nothing is named, to whom the flow asks first.

    `planned` is the order in which the dispatch round `round_id` would ask.
    `overruled` keeps why a person chose against the ranking. A team ruled out for skills cannot be
    chosen at all (条例 art. 15, 16); other rules may be overruled with a reason.
    """
    expires_at = offer_expiry(job, at)
    if open_claim:
        open_to_all(job, verb="offer", expires_at=expires_at, by=by, at=at)
        return
    wanted = set(team_ids)
    if people or (not wanted and flow.first != "teams" and not job.is_private):
        _call(job, by=by, at=at)
        if people or flow.first == "people":
            return
    rows = teams_for(job, at, takers_only=flow.supply == "takers")
    if not wanted:
        best = wave(job, in_order(rows, planned), at, least=flow.wave)
        if not best and flow.supply != "takers":
            open_to_all(job, verb="offer", expires_at=expires_at, by=by, at=at)
            return
        offer(
            job,
            chosen=best,
            verb="offer",
            expires_at=expires_at,
            by=by,
            at=at,
            round_id=round_id,
        )
        return
    chosen = [row for row in rows if row.candidate.team_id in wanted]
    _check_chosen(chosen, wanted, overruled)
    if planned and planned[0] not in wanted and not overruled.strip():
        raise Refusal("overrule_reason", _("不按方案派,请写明理由,会记录下来。"), field="overruled")
    offer(
        job,
        chosen=chosen,
        verb="offer",
        expires_at=expires_at,
        by=by,
        at=at,
        overruled=overruled,
        round_id=round_id,
    )


def _call(job: Job, *, by: Actor, at: datetime) -> None:
    """问到个人: the dispatch process asks the next volunteers within a second."""
    if job.is_private:
        raise conflict("private", _("调解类单子不直接问志愿者。"))
    open_call(job, by=by, at=at)
    advance_job(job, "offer", by=by, at=at, data={"wave": next_wave(job), "people": True})


def widen(job: Job, *, flow: Flow, by: Actor, at: datetime, replace: bool = False) -> None:
    """扩大范围: the next wave, twice as wide; when no team is left unasked, open to all.

    With `replace` one team is asked in the place of one that said no; the wave grows no wider.
    """
    expire(job, by=by, at=at)
    rows = teams_for(job, at, takers_only=flow.supply == "takers")
    least = 1 if replace else flow.wave * WIDEN_FACTOR
    best = wave(job, in_order(rows, ()), at, least=least)
    expires_at = offer_expiry(job, at)
    if best:
        offer(job, chosen=best, verb="widen", expires_at=expires_at, by=by, at=at)
        return
    if replace and open_offers(job).exists():
        raise conflict("others_think", _("没有别的队伍可补问,先等还没回复的队伍。"))
    if Offer.objects.filter(job=job, why__open=True).exists():
        raise conflict("nobody_to_ask", _("能问的队伍都问过了。请上报督办,或记为未办成。"))
    open_to_all(job, verb="widen", expires_at=expires_at, by=by, at=at)


def recall(job: Job, *, flow: Flow, by: Actor, at: datetime) -> None:
    """收回邀约: those still thinking are told, and nothing counts against them."""
    teams = recall_all(job, state=Offer.State.RECALLED, by=by, at=at)
    advance_job(job, "recall", by=by, at=at, data={"told": [str(t) for t in teams]})


def escalate(job: Job, *, flow: Flow, by: Actor, at: datetime, reason: str = "") -> None:
    """上报督办: the level above sees it and may offer further; open offers stay open."""
    expire(job, by=by, at=at)
    advance_job(job, "escalate", by=by, at=at, reason=reason[:300])


def allocate_members(
    job: Job, *, flow: Flow, by: Actor, at: datetime, person_ids: list[UUID]
) -> None:
    """配单 by the team's leader."""
    check_may_be_named(person_ids, job, by, field="people")
    allocate(job, person_ids=person_ids, by=by, at=at)


def give_up(
    job: Job, *, flow: Flow, by: Actor, at: datetime, reason: str = "", why: str = "given_up"
) -> None:
    """退回派单: the team cannot after all; in time it costs nothing. Who stands by has it at once."""
    if backups.takes_over(job, why=why, reason=reason, by=by, at=at):
        return
    end_engagement(job, why=why, at=at)
    Offer.objects.filter(job=job, state=Offer.State.ACCEPTED).update(
        state=Offer.State.RECALLED, reason_text=reason[:200]
    )
    advance_job(job, "give_up", by=by, at=at, reason=reason[:300])


def finish_job(job: Job, *, flow: Flow, by: Actor, at: datetime) -> None:
    """服务完成, when somebody checked in."""
    finish(job, by=by, at=at)


def close(job: Job, *, flow: Flow, by: Actor, at: datetime) -> None:
    """办结."""
    advance_job(job, "close", by=by, at=at)


def mark_unmet(job: Job, *, flow: Flow, by: Actor, at: datetime, reason: str = "") -> None:
    """暂时无人能办: every requester is told, and her need stays in the unmet ledger."""
    recall_all(job, state=Offer.State.RECALLED, by=by, at=at)
    advance_job(job, "mark_unmet", by=by, at=at, reason=reason[:300])
    for bond in Bond.objects.filter(job=job, left_at=None).select_related("request"):
        end_bond(bond, why="unmet", at=at)
        if bond.request.state == RequestState.ARRANGED:
            advance(bond.request, "mark_unmet", by=by, at=at, reason=reason[:300])


def cancel(job: Job, *, flow: Flow, by: Actor, at: datetime, reason: str = "") -> None:
    """取消服务单: its requests stand again where they may be arranged anew."""
    recall_all(job, state=Offer.State.RECALLED, by=by, at=at)
    end_engagement(job, why="cancelled", at=at)
    free(job, by=by, at=at, why="cancelled")
    advance_job(job, "cancel", by=by, at=at, reason=need_reason(reason))


def _say(
    job: Job, level: Level, verdict: Review.Verdict, reason: str, by: Actor, at: datetime
) -> None:
    review(
        subject=Review.Subject.JOB,
        subject_id=job.id,
        made_by_id=job.made_by_id,
        level=level,
        place=ancestor_at(job.place, level),
        verdict=verdict,
        reason=reason,
        by=by,
        at=at,
    )


def _check_chosen(chosen: list[Ranked], wanted: set[UUID], overruled: str) -> None:
    if len(chosen) != len(wanted):
        raise Refusal("unknown_team", _("有一支队伍不在本中心,请刷新名单。"))
    unskilled = [row.candidate.name for row in chosen if row.ruled_out == "skills"]
    if unskilled:
        raise Refusal(
            "not_eligible",
            _("%(names)s 没有登记所需技能,不能派。") % {"names": "、".join(unskilled)},
        )
    # Who asked to be dispatched by a person is dispatched by one: that needs no reason.
    free = ("", "asked_before", "by_hand_only")
    against = [row for row in chosen if row.ruled_out not in free]
    if against and not overruled.strip():
        raise Refusal(
            "overrule_reason",
            _("系统建议不派给 %(names)s。要派请写明理由,会记录下来。")
            % {"names": "、".join(row.candidate.name for row in against)},
            field="overruled",
        )


JOB_ACTS: dict[str, Callable[..., Any]] = {
    "submit": submit,
    "approve": approve,
    "pass_review": pass_review,
    "send_back": send_back,
    "offer": make_offer,
    "widen": widen,
    "recall": recall,
    "escalate": escalate,
    "allocate": allocate_members,
    "give_up": give_up,
    "finish": finish_job,
    "close": close,
    "mark_unmet": mark_unmet,
    "cancel": cancel,
}
