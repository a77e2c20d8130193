"""出具: one officer checks the hours, another signs, the notice stands, then it is valid."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from diandan.ground.people import vault
from diandan.ground.people.actor import SYSTEM, Actor
from diandan.ground.places.queries import center_of
from diandan.ground.record.actions.announce import announce
from diandan.kit.refusal import Refusal, conflict, forbidden
from diandan.kit.units import local

from ..core import number_of
from ..facts import certificate_fact
from ..lines import has_changed, lines_of
from ..models import Certificate, CertificateLine, Credential, Issuer
from ..policies import check_officer, may_certify
from ..rulebook import rules_for
from ..states import State
from .apply import locked, move_to

Why = Certificate.EndedWhy
NOTE_MAX = 200


@transaction.atomic
def handle(*, certificate_id: UUID, at: datetime, by: Actor, note: str = "") -> Certificate:
    """经办: the hours are taken from the books as they stand now. May be done anew before signing."""
    row = locked(certificate_id)
    officer = check_officer(by, row.issuer.place, row.person_id)
    if not row.issuer.contact:
        raise Refusal(
            "contact_needed", _("请先填写出具单位的联系电话,证明上要印。"), field="contact"
        )
    if row.state != State.HANDLED:
        move_to(row, State.HANDLED)
    lines = lines_of(
        row.person_id, under=row.issuer.place, from_on=row.from_on, until_on=row.until_on
    )
    if not lines:
        raise conflict("nothing_posted", _("这段时间里没有已入账的时长,不能出具。"))
    row.lines.all().delete()
    CertificateLine.objects.bulk_create(
        CertificateLine(
            certificate=row, transfer_id=line.transfer_id, grade=line.grade, minutes=line.minutes
        )
        for line in lines
    )
    row.handled_by_id, row.handled_at = officer, at
    row.note_enc = vault.seal(row.person.wrapped_key, note.strip()[:NOTE_MAX])
    row.save()
    announce(certificate_fact(row, "handled", by, at))
    return row


@transaction.atomic
def sign(*, certificate_id: UUID, at: datetime, by: Actor) -> Certificate:
    """负责人签字: it gets its number and is posted for as long as the region's rule says."""
    row = locked(certificate_id)
    officer = check_officer(by, row.issuer.place, row.person_id, row.handled_by_id)
    move_to(row, State.POSTED)
    if has_changed(row):
        raise conflict("hours_changed", _("经办之后时长有更正,请经办人重新核对。"))
    issuer = Issuer.objects.select_for_update().get(pk=row.issuer_id)
    issuer.registered += 1
    issuer.save(update_fields=["registered"])
    rules = rules_for(center_of(row.issuer.place))
    row.register_number = issuer.registered
    row.number = number_of(local(at).year, issuer.place_id, issuer.registered)
    row.rules = rules.name
    row.signed_by_id, row.signed_at = officer, at
    row.notice_until = at + timedelta(days=rules.notice_days)
    row.save()
    announce(certificate_fact(row, "signed", by, at))
    return row


@transaction.atomic
def refuse(*, certificate_id: UUID, reason: str, at: datetime, by: Actor) -> Certificate:
    """不予出具, with the reason she reads (个保法 50: a refusal says why)."""
    row = locked(certificate_id)
    check_officer(by, row.issuer.place, row.person_id)
    if not reason.strip():
        raise Refusal("reason_needed", _("请写明不予出具的原因,申请人会看到。"), field="reason")
    move_to(row, State.REFUSED)
    row.note_enc = vault.seal(row.person.wrapped_key, reason.strip()[:NOTE_MAX])
    row.ended_at, row.ended_by_id = at, by.person_id
    row.save()
    announce(certificate_fact(row, "refused", by, at))
    return row


def issue_due(*, at: datetime) -> int:
    """Every certificate whose notice is over becomes valid; what was corrected meanwhile waits."""
    due = Certificate.objects.filter(state=State.POSTED, notice_until__lte=at)
    return sum(_issue(one, at) for one in due.order_by("notice_until").values_list("id", flat=True))


@transaction.atomic
def _issue(certificate_id: UUID, at: datetime) -> bool:
    row = locked(certificate_id)
    if row.state != State.POSTED or row.notice_until is None or row.notice_until > at:
        return False
    if has_changed(row):
        return False
    move_to(row, State.VALID)
    row.issued_at = at
    row.save()
    announce(certificate_fact(row, "issued", SYSTEM, at))
    for old in Certificate.objects.select_for_update().filter(replaced_by=row, state=State.VALID):
        _end(old, State.SUPERSEDED, Why.REPLACED, SYSTEM, at)
    return True


@transaction.atomic
def revoke(*, certificate_id: UUID, why: str, at: datetime, by: Actor) -> Certificate:
    """撤销, with every credential made of it: by an officer with a reason, or by herself."""
    row = locked(certificate_id)
    hers = by.person_id == row.person_id and by.person_id is not None
    if not hers and not may_certify(by, row.issuer.place):
        raise forbidden(_("只有本人或出具单位可以撤销。"), "not_yours")
    if why not in Why.values or why == Why.REPLACED:
        raise Refusal("why_needed", _("请选撤销的原因。"), field="why")
    _end(row, State.REVOKED, Why.HERS if hers else Why(why), by, at)
    return row


def _end(row: Certificate, then: State, why: Certificate.EndedWhy, by: Actor, at: datetime) -> None:
    move_to(row, then)
    row.ended_at, row.ended_by_id, row.ended_why = at, by.person_id, why
    row.save()
    Credential.objects.filter(certificate=row, revoked_at=None).update(revoked_at=at)
    announce(certificate_fact(row, then.value, by, at))
