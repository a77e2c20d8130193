"""申请: she asks an organisation for a certificate, or takes the asking back."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from diandan.ground.people import queries as people
from diandan.ground.people import vault
from diandan.ground.people.actor import Actor
from diandan.ground.people.models import Person
from diandan.ground.people.policies import check_own_act
from diandan.ground.places.models import Place
from diandan.ground.record.actions.announce import announce
from diandan.kit.ids import readable
from diandan.kit.refusal import Refusal, conflict, missing

from ..core import SHOWN, SHOWN_AT_FIRST
from ..facts import certificate_fact
from ..lines import lines_of
from ..models import Certificate
from ..states import ASKED, State, may_become
from .keys import issuer_at

CODE_LENGTH = 10
PURPOSE_MAX = 200


def locked(certificate_id: UUID) -> Certificate:
    """The certificate, locked for this transaction, or a refusal."""
    row = (
        Certificate.objects.select_for_update(of=("self",))
        .select_related("issuer__place", "person")
        .filter(id=certificate_id)
        .first()
    )
    if row is None:
        raise missing(_("没有找到这份证明。"), "no_such_certificate")
    return row


def move_to(row: Certificate, then: State) -> None:
    """Sets the state, or says why not."""
    if not may_become(State(row.state), then):
        raise conflict(
            "not_now",
            _("这份证明现在是“%(state)s”,不能这样办。") % {"state": row.get_state_display()},
        )
    row.state = then


@transaction.atomic
def apply_for(
    *,
    person: Person,
    place: Place,
    from_on: date,
    until_on: date,
    purpose: str,
    at: datetime,
    by: Actor,
    shown: Iterable[str] = SHOWN_AT_FIRST,
    replaces: Certificate | None = None,
) -> Certificate:
    """Her own asking; free of charge (条例 19). Refused where the place recorded nothing of hers."""
    check_own_act(by, person)
    person = people.for_change(person.id)
    if from_on > until_on:
        raise Refusal("days", _("开始日期要在结束日期之前。"), field="from_on")
    if len(purpose.strip()) > PURPOSE_MAX:
        raise Refusal("long", _("用途最多写 200 个字。"), field="purpose")
    if not lines_of(person.id, under=place, from_on=from_on, until_on=until_on):
        raise Refusal(
            "nothing_posted",
            _("%(place)s在这段时间里没有您已入账的服务时长。公示中的时长要等公示结束。")
            % {"place": place.name},
            field="place",
        )
    issuer = issuer_at(place, at)
    if Certificate.objects.filter(person=person, issuer=issuer, state__in=ASKED).exists():
        raise conflict("asked_already", _("您已向这个单位申请了一份,正在办。要改请先撤回。"))
    row = Certificate.objects.create(
        person=person,
        issuer=issuer,
        from_on=from_on,
        until_on=until_on,
        purpose_enc=vault.seal(person.wrapped_key, purpose.strip()),
        shown=[field for field in SHOWN if field in set(shown)],
        check_code=readable(CODE_LENGTH),
        applied_at=at,
    )
    if replaces is not None:
        _replace(replaces, row)
    announce(certificate_fact(row, "applied", by, at))
    return row


def _replace(old: Certificate, new: Certificate) -> None:
    old = locked(old.id)
    if old.person_id != new.person_id or old.issuer_id != new.issuer_id or old.state != State.VALID:
        raise conflict("cannot_replace", _("只有本人在同一单位的有效证明才能重新出具。"))
    old.replaced_by = new
    old.save(update_fields=["replaced_by"])


@transaction.atomic
def withdraw(*, certificate_id: UUID, at: datetime, by: Actor) -> Certificate:
    """She takes the asking back; nothing of it remains but that it was asked."""
    row = locked(certificate_id)
    check_own_act(by, row.person)
    move_to(row, State.WITHDRAWN)
    row.ended_at, row.ended_by_id = at, by.person_id
    row.save()
    announce(certificate_fact(row, "withdrawn", by, at))
    return row


@transaction.atomic
def choose_shown(
    *, certificate_id: UUID, shown: Iterable[str], at: datetime, by: Actor
) -> Certificate:
    """What the public check page shows of it: her choice, at any time (个保法 25)."""
    row = locked(certificate_id)
    check_own_act(by, row.person)
    row.shown = [field for field in SHOWN if field in set(shown)]
    row.save(update_fields=["shown"])
    announce(certificate_fact(row, "shown", by, at))
    return row
