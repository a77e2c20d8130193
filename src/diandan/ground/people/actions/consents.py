"""同意: given for one thing, with the notice's version and how; withdrawn as easily."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from diandan.ground.people.actor import Actor
from diandan.ground.people.models import Consent, Person
from diandan.ground.people.policies import check_consent, check_edit_person
from diandan.ground.record.actions.announce import announce
from diandan.kit.fact import Fact
from diandan.kit.refusal import Refusal

NOTICE_VERSION = "2026-11"


@transaction.atomic
def give(
    *,
    person: Person,
    about: Consent.About,
    how: str,
    at: datetime,
    by: Actor,
    note: str = "",
    version: str = NOTICE_VERSION,
) -> Consent:
    """Keep that `person` consents; somebody else who writes it down becomes its witness.

    Given again to the same version it is the same consent.
    """
    if about not in Consent.About.values:
        raise Refusal("unknown_consent", _("请选择同意的事项。"), field="about")
    check_consent(by, person, Consent.About(about))
    found = Consent.objects.filter(
        person=person, about=about, version=version, withdrawn_at=None
    ).first()
    if found is not None:
        return found
    consent = Consent.objects.create(
        person=person,
        about=about,
        version=version,
        how=how[:20],
        note=" ".join(note.split())[:300],
        witness_id=by.person_id if by.person_id != person.id else None,
        given_at=at,
    )
    announce(_fact("people.consented", consent, person, at, by))
    return consent


@transaction.atomic
def withdraw(*, consent: Consent, at: datetime, by: Actor) -> Consent:
    """Withdraw it from now on; what was done under it stays lawful (PIPL art. 15)."""
    row = (
        Consent.objects.select_for_update(of=("self",))
        .select_related("person", "person__home")
        .get(id=consent.id)
    )
    check_edit_person(by, row.person)
    if row.withdrawn_at is None:
        row.withdrawn_at = at
        row.save(update_fields=["withdrawn_at"])
        announce(_fact("people.consent_withdrawn", row, row.person, at, by))
    return row


def _fact(kind: str, consent: Consent, person: Person, at: datetime, by: Actor) -> Fact:
    return Fact(
        kind,
        at,
        place_id=person.home_id,
        by_id=by.person_id,
        person_id=person.id,
        data={"about": consent.about, "version": consent.version, "how": consent.how},
    )
