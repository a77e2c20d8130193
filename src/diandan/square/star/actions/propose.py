"""星级: a star that is reached is proposed to her; she applies for it or does not."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from diandan.ground.people.actions.consents import give
from diandan.ground.people.actor import SYSTEM, Actor
from diandan.ground.people.models import Consent, Person, Volunteer
from diandan.ground.people.policies import check_signed_in
from diandan.ground.places.models import Place
from diandan.ground.record.actions.announce import announce
from diandan.ground.record.lock import hold
from diandan.kit.ids import digits
from diandan.kit.refusal import conflict, missing
from diandan.path.ledger.models import Account, Ledger

from ..core import stand
from ..facts import star_fact
from ..models import StarCase
from ..policies import check_officer
from ..queries import LIVING, counted, level_of
from ..rulebook import rules_for

State = StarCase.State
UNANSWERED = (State.PROPOSED, State.DECLINED)
NUMBER_DIGITS = 8


@transaction.atomic
def propose(person_id: UUID, centre: Place, *, at: datetime) -> StarCase | None:
    """Propose the highest star she has reached and has not; once, however often it is called.

    Only to who enrolled herself as a volunteer. A star refused before is proposed again only when
    more hours have come since.
    """
    hold(f"star:{centre.id}:{person_id}")
    if not Volunteer.objects.filter(person_id=person_id, person__frozen_at=None).exists():
        return None
    rules = rules_for(centre)
    minutes, points = counted(person_id, centre, rules)
    level = stand(rules, minutes, points).reached
    if level <= level_of(person_id, centre):
        return None
    hers = StarCase.objects.filter(person_id=person_id, centre=centre)
    if hers.filter(level__gte=level, state__in=LIVING).exists():
        return None
    if hers.filter(level=level, state=State.REFUSED, minutes__gte=minutes).exists():
        return None
    hers.filter(level__lt=level, state__in=UNANSWERED).update(state=State.SUPERSEDED, ended_at=at)
    row = StarCase.objects.create(
        centre=centre,
        person_id=person_id,
        level=level,
        number=digits(NUMBER_DIGITS),
        rules=rules.name,
        minutes=minutes,
        points=max(0, points),
        proposed_at=at,
    )
    announce(star_fact(row, "reached", SYSTEM, at))
    return row


def propose_all(centre: Place, *, by: Actor, at: datetime) -> int:
    """Look at everybody of the centre again, after its rules changed."""
    check_officer(by, centre)
    ids = (
        Account.objects.filter(
            centre=centre, ledger=Ledger.MINUTES, person__isnull=False, posted__gt=0
        )
        .values_list("person_id", flat=True)
        .distinct()
    )
    return sum(propose(person_id, centre, at=at) is not None for person_id in ids if person_id)


@transaction.atomic
def apply_for(case_id: UUID, *, may_show_name: bool, by: Actor, at: datetime) -> StarCase:
    """Her own act. Her name is shown on the notice only when she says so; else her number is."""
    row = _hers(case_id, by)
    if row.state == State.APPLIED:
        return row
    if row.state not in UNANSWERED:
        raise conflict("answered", _("这次申请已经有了结果。"))
    rules = rules_for(row.centre)
    row.minutes, points = counted(row.person_id, row.centre, rules)
    row.points = max(0, points)
    row.state, row.applied_at, row.may_show_name = State.APPLIED, at, may_show_name
    row.save(update_fields=["state", "applied_at", "may_show_name", "minutes", "points"])
    if may_show_name:
        give(
            person=Person.objects.get(id=row.person_id),
            about=Consent.About.PUBLISH,
            how="star",
            note=_("星级公示"),
            at=at,
            by=by,
        )
    announce(star_fact(row, "applied_for", by, at))
    return row


@transaction.atomic
def decline(case_id: UUID, *, by: Actor, at: datetime) -> StarCase:
    """She would rather not, and loses nothing: she may still apply whenever she likes."""
    row = _hers(case_id, by)
    if row.state == State.PROPOSED:
        row.state = State.DECLINED
        row.save(update_fields=["state"])
        announce(star_fact(row, "declined", by, at))
    elif row.state == State.APPLIED:
        row.state, row.applied_at, row.may_show_name = State.DECLINED, None, False
        row.approvals.all().delete()
        row.save(update_fields=["state", "applied_at", "may_show_name"])
        announce(star_fact(row, "declined", by, at))
    return row


def _hers(case_id: UUID, by: Actor) -> StarCase:
    check_signed_in(by)
    row = case_for_change(case_id)
    if row.person_id != by.person_id:
        raise missing(_("没有找到这项星级申请。"), "unknown_star_case")
    return row


def case_for_change(case_id: UUID) -> StarCase:
    """The case, locked, or a refusal."""
    row = (
        StarCase.objects.select_for_update(of=("self",))
        .select_related("centre")
        .filter(id=case_id)
        .first()
    )
    if row is None:
        raise missing(_("没有找到这项星级申请。"), "unknown_star_case")
    return row
