"""星级: checked level by level, on notice, objected to, granted; never lowered silently."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from diandan.ground.people.actor import SYSTEM, Actor
from diandan.ground.people.policies import check_signed_in
from diandan.ground.places.queries import calendar_of
from diandan.ground.record.actions.announce import announce
from diandan.kit.refusal import Refusal, conflict, forbidden, missing
from diandan.path.ask.core import clean_words

from ..facts import ended_fact, star_fact
from ..models import Star, StarApproval, StarCase, StarObjection
from ..policies import check_officer
from ..queries import counted, stand_of
from ..rulebook import rules_for
from .propose import case_for_change

State = StarCase.State
COUNTY = StarApproval.Level.COUNTY
GRANTED_A_TURN = 200


def waits_for(case: StarCase) -> str:
    """The level whose decision is still missing; empty when all have decided."""
    done = {row.level for row in case.approvals.all()}
    wanted = rules_for(case.centre).deciders(case.level)
    return next((level for level in wanted if level not in done), "")


@transaction.atomic
def approve(
    case_id: UUID, *, body: str = "", document: str = "", by: Actor, at: datetime
) -> StarCase:
    """The centre's check, or what a level above decided (its name and document number).

    After the last of them the star goes on public notice for the rules' working days.
    """
    row = case_for_change(case_id)
    officer = check_officer(by, row.centre, row.person_id)
    if row.state != State.APPLIED:
        raise conflict("not_applied", _("这项申请现在不能审核。"))
    level = waits_for(row)
    if level == COUNTY and stand_of(row.person_id, row.centre).reached < row.level:
        raise conflict("not_reached", _("时长更正后已不够这一星级,请先与本人核对。"))
    if level != COUNTY and not (body.strip() and document.strip()):
        raise Refusal(
            "document",
            _("请写%s审批单位和文号。") % StarApproval.Level(level).label,
            field="document" if body.strip() else "body",
        )
    StarApproval.objects.create(
        case=row,
        level=level,
        body=" ".join(body.split())[:60],
        document=" ".join(document.split())[:60],
        at=at,
        by_id=officer,
    )
    announce(star_fact(row, "approved", by, at))
    if not waits_for(row):
        row.state, row.notice_from = State.ON_NOTICE, at
        row.notice_until = calendar_of(row.centre).due(at, rules_for(row.centre).notice)
        row.save(update_fields=["state", "notice_from", "notice_until"])
        announce(star_fact(row, "put_on_notice", by, at))
    return row


@transaction.atomic
def refuse(case_id: UUID, *, reason: str, by: Actor, at: datetime) -> StarCase:
    """Not granted, with the reason she reads; more hours bring a new proposal."""
    row = case_for_change(case_id)
    officer = check_officer(by, row.centre, row.person_id)
    if row.state != State.APPLIED:
        raise conflict("not_applied", _("这项申请现在不能审核。"))
    return _end_refused(row, clean_words(reason, field="reason")[:300], officer, by, at)


def _end_refused(row: StarCase, why: str, officer: UUID, by: Actor, at: datetime) -> StarCase:
    row.minutes, points = counted(row.person_id, row.centre, rules_for(row.centre))
    row.points = max(0, points)
    row.state, row.ended_at, row.ended_by_id, row.ended_why = State.REFUSED, at, officer, why
    row.save(update_fields=["state", "ended_at", "ended_by", "ended_why", "minutes", "points"])
    announce(star_fact(row, "refused", by, at))
    return row


@transaction.atomic
def object_to_star(case_id: UUID, *, text: str, by: Actor, at: datetime) -> StarObjection:
    """While it is on notice, anybody known by name may say why it should not be."""
    check_signed_in(by)
    row = case_for_change(case_id)
    if row.state != State.ON_NOTICE:
        raise conflict("notice_over", _("公示已经结束。"))
    said = StarObjection.objects.filter(case=row, by_id=by.person_id, settled_at=None).first()
    if said is not None:
        return said
    if by.person_id is None:
        raise forbidden(_("请登录后再提异议。"), "person_needed")
    found = StarObjection.objects.create(
        case=row, text=clean_words(text, field="text"), by_id=by.person_id, at=at
    )
    announce(star_fact(row, "objected", by, at))
    return found


@transaction.atomic
def settle_star_objection(
    objection_id: UUID, *, is_upheld: bool, text: str, by: Actor, at: datetime
) -> StarObjection:
    """A second person decides: upheld, and the star is not granted; else the notice goes on."""
    case_id = (
        StarObjection.objects.filter(id=objection_id).values_list("case_id", flat=True).first()
    )
    if case_id is None:
        raise missing(_("没有找到这条异议。"), "unknown_objection")
    case = case_for_change(case_id)
    row = StarObjection.objects.select_for_update().get(id=objection_id)
    officer = check_officer(by, case.centre, row.by_id, case.person_id)
    if row.settled_at is not None:
        raise conflict("settled_before", _("这条异议已经处理过了。"))
    row.settlement = clean_words(text, field="text")
    row.settled_at, row.settled_by_id, row.is_upheld = at, officer, is_upheld
    row.save(update_fields=["settlement", "settled_at", "settled_by", "is_upheld"])
    if is_upheld and case.state == State.ON_NOTICE:
        _end_refused(case, row.settlement[:300], officer, by, at)
    else:
        announce(star_fact(case, "objection_settled", by, at))
    return row


def grant_due(*, at: datetime, limit: int = GRANTED_A_TURN) -> int:
    """What stood its notice with no open objection is granted; the worker calls this."""
    due = (
        StarCase.objects.filter(state=State.ON_NOTICE, notice_until__lte=at)
        .exclude(objections__in=StarObjection.objects.filter(settled_at=None))
        .order_by("notice_until", "id")
    )
    return sum(_grant(case_id, at) for case_id in due.values_list("id", flat=True)[:limit])


@transaction.atomic
def _grant(case_id: UUID, at: datetime) -> int:
    row = case_for_change(case_id)
    ready = row.state == State.ON_NOTICE and row.notice_until is not None and row.notice_until <= at
    if not ready or row.objections.filter(settled_at=None).exists():
        return 0
    row.state, row.ended_at = State.GRANTED, at
    row.save(update_fields=["state", "ended_at"])
    Star.objects.create(
        case=row, centre=row.centre, person_id=row.person_id, level=row.level, granted_at=at
    )
    announce(star_fact(row, "granted", SYSTEM, at))
    return 1


@transaction.atomic
def end_star(star_id: UUID, *, reason: str, by: Actor, at: datetime) -> Star:
    """Take a star back by name, with a reason she is told: nothing is ever lowered by itself."""
    row = (
        Star.objects.select_for_update(of=("self",))
        .select_related("centre")
        .filter(id=star_id)
        .first()
    )
    if row is None:
        raise missing(_("没有找到这颗星。"), "unknown_star")
    officer = check_officer(by, row.centre, row.person_id)
    if row.ended_at is None:
        row.ended_why = clean_words(reason, field="reason")[:300]
        row.ended_at, row.ended_by_id = at, officer
        row.save(update_fields=["ended_at", "ended_by", "ended_why"])
        announce(ended_fact(row, by, at))
    return row
