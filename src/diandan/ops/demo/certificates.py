"""证明: one volunteer of the month has a certificate made out; another's waits at the desk."""

from __future__ import annotations

from datetime import datetime, timedelta

from diandan.ground.people.actor import Actor
from diandan.ground.people.models import Person, Role
from diandan.ground.people.queries import actor_for
from diandan.ground.places.models import Place
from diandan.kit.units import local
from diandan.path.ledger.models import Grade, Ledger, Reason, Transfer
from diandan.square.certificate.actions.apply import apply_for
from diandan.square.certificate.actions.handle import handle, issue_due, sign
from diandan.square.certificate.actions.keys import issuer_at, name_issuer
from diandan.square.certificate.models import Certificate

NOTICE = timedelta(days=8)
LOOKED_BACK = timedelta(days=60)
CONTACT = "025-52280000"


def certify(centre: Place, at: datetime) -> int:
    """Whatever the month left on the books is enough; returns how many were asked for."""
    officers = list(
        Person.objects.filter(
            grants__place=centre, grants__role=Role.CENTER_STAFF, grants__revoked_at=None
        )
        .distinct()
        .order_by("id")[:2]
    )
    posted = Transfer.objects.filter(
        phase=Transfer.Phase.POSTING,
        ledger=Ledger.MINUTES,
        reason=Reason.SERVICE,
        credit__grade=Grade.VERIFIED,
        credit__person__frozen_at=None,
        centre=centre,
    ).order_by("at", "id")
    people: list[Person] = []
    for row in posted.select_related("credit__person"):
        who = row.credit.person
        if who is not None and who not in people and who not in officers:
            people.append(who)
    if len(officers) != 2 or not people:
        return 0
    first, second = (actor_for(one.id, at) for one in officers)
    made = _ask(people[0], centre, at - NOTICE)
    _name(centre, at - NOTICE, first)
    handle(certificate_id=made.id, at=at - NOTICE, by=first)
    sign(certificate_id=made.id, at=at - NOTICE, by=second)
    issue_due(at=at)
    for other in people[1:2]:
        _ask(other, centre, at)
    return min(len(people), 2)


def _name(centre: Place, at: datetime, by: Actor) -> None:
    issuer = issuer_at(centre, at)
    if not issuer.contact:
        name_issuer(issuer=issuer, name=issuer.name, contact=CONTACT, at=at, by=by)


def _ask(who: Person, centre: Place, at: datetime) -> Certificate:
    return apply_for(
        person=who,
        place=centre,
        from_on=local(at - LOOKED_BACK).date(),
        until_on=local(at + NOTICE).date(),
        purpose="求职",
        at=at,
        by=actor_for(who.id, at),
    )
