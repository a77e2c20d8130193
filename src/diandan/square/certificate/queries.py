"""记录证明: reads: hers, an officer's queue and register, the public notice and the check."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from diandan.ground.people import vault
from diandan.ground.people.actor import Actor
from diandan.ground.people.models import Person
from diandan.ground.people.queries import masked_name
from diandan.ground.places.models import Place
from diandan.kit.refusal import missing

from .actions.credential import services
from .core import clean_code
from .lines import Sums, certified, has_changed, lines_of, sums
from .models import Certificate, CorrectionAsked, Entry, Issuer
from .policies import OFFICERS, may_certify
from .states import ASKED, REGISTERED, State

FORGOTTEN = "forgotten"


def certificate(certificate_id: UUID) -> Certificate:
    """The certificate with who issues it and whose it is, or a refusal."""
    row = (
        Certificate.objects.select_related("issuer__place", "person", "replaced_by")
        .filter(id=certificate_id)
        .first()
    )
    if row is None:
        raise missing(_("没有找到这份证明。"), "no_such_certificate")
    return row


def own_certificate(certificate_id: UUID, by: Actor) -> Certificate:
    """Hers, or it is not there."""
    row = certificate(certificate_id)
    if row.person_id != by.person_id:
        raise missing(_("没有找到这份证明。"), "no_such_certificate")
    return row


def officers_certificate(certificate_id: UUID, by: Actor) -> Certificate:
    """One an officer of the issuer may see, or it is not there."""
    row = certificate(certificate_id)
    if not may_certify(by, row.issuer.place):
        raise missing(_("没有找到这份证明。"), "no_such_certificate")
    return row


def certificates_of(person_id: UUID) -> list[Certificate]:
    """All of hers, the newest first."""
    rows = Certificate.objects.filter(person_id=person_id).select_related("issuer__place")
    return list(rows.order_by("-applied_at", "-id"))


def places_that_may(person_id: UUID) -> list[Place]:
    """Every place that recorded posted hours of hers, with those above it up to the centre."""
    ids: set[int] = set()
    for path in Place.objects.filter(
        id__in={line.place_id for line in lines_of(person_id)}
    ).values_list("path", flat=True):
        ids |= {int(part) for part in path.strip("/").split("/")}
    kinds = ("center", "institute", "station")
    return list(Place.objects.filter(id__in=ids, kind__in=kinds).order_by("path"))


def _within(by: Actor, field: str) -> Q:
    found = Q(pk__in=[])
    for grant in by.grants:
        if grant.role in OFFICERS:
            found |= Q(**{f"{field}__startswith": grant.path})
    return found


def queue(by: Actor) -> list[Certificate]:
    """What waits for an officer: asked for, or handled and not signed."""
    rows = Certificate.objects.filter(_within(by, "issuer__place__path"), state__in=ASKED)
    return list(rows.select_related("issuer__place", "person").order_by("applied_at"))


def register(by: Actor, limit: int = 500) -> list[Certificate]:
    """登记簿: everything that got a number, the newest first."""
    rows = Certificate.objects.filter(_within(by, "issuer__place__path"), state__in=REGISTERED)
    return list(
        rows.select_related("issuer__place", "person").order_by("-signed_at", "-id")[:limit]
    )


def issuers_of(by: Actor) -> list[Issuer]:
    """The issuing organisations she is an officer of."""
    return list(Issuer.objects.filter(_within(by, "place__path")).select_related("place"))


def entries_waiting(by: Actor) -> list[Entry]:
    """Training and commendation that wait for a second look."""
    rows = Entry.objects.filter(_within(by, "place__path"), confirmed_at=None, dropped_at=None)
    return list(rows.select_related("place", "person").order_by("entered_at"))


def corrections_waiting(by: Actor) -> list[CorrectionAsked]:
    """What volunteers say is wrong and nobody has answered."""
    rows = CorrectionAsked.objects.filter(_within(by, "place__path"), answered_at=None)
    return list(rows.select_related("place", "person").order_by("asked_at"))


def corrections_of(person_id: UUID) -> QuerySet[CorrectionAsked]:
    """Hers, the newest first."""
    return (
        CorrectionAsked.objects.filter(person_id=person_id)
        .select_related("place")
        .order_by("-asked_at")
    )


def words_of(person: Person, sealed: vault.Stored) -> str:
    """Words of this room that are sealed with her key."""
    return vault.unseal(person.wrapped_key, sealed)


@dataclass(frozen=True, slots=True)
class Posted:
    """One line of the public notice."""

    number: str
    masked: str
    issuer: str
    contact: str
    from_on: date
    until_on: date
    sums: Sums
    notice_until: datetime | None


def on_notice(path: str, limit: int = 200) -> list[Posted]:
    """公示: what is posted now under a place: a masked name and two figures."""
    rows = Certificate.objects.filter(
        state=State.POSTED, issuer__place__path__startswith=path
    ).select_related("issuer", "person")
    return [
        Posted(
            number=row.number or "",
            masked=masked_name(row.person),
            issuer=row.issuer.name,
            contact=row.issuer.contact,
            from_on=row.from_on,
            until_on=row.until_on,
            sums=sums(certified(row)),
            notice_until=row.notice_until,
        )
        for row in rows.order_by("notice_until")[:limit]
    ]


@dataclass(frozen=True, slots=True)
class Checked:
    """What anybody with number and code sees: the state, who issued it, and what she chose."""

    number: str
    state: str
    state_label: str
    issuer: str
    contact: str
    issued_at: datetime | None
    ended_at: datetime | None
    ended_why: str
    replaced_by: str
    changed_since: bool
    is_forgotten: bool
    name: str
    sums: Sums | None
    from_on: date | None
    until_on: date | None
    services: str


def checked(number: str, code: str) -> Checked:
    """The public check. A wrong code and a wrong number are the same no."""
    row = (
        Certificate.objects.select_related("issuer", "person", "replaced_by")
        .filter(number=number.strip().upper(), state__in=REGISTERED)
        .first()
    )
    if row is None or not hmac.compare_digest(row.check_code, clean_code(code)):
        raise missing(
            _("没有这份证明:编号或校验码不对。请照证明上的写,或直接扫证明上的二维码。"),
            "no_such_certificate",
        )
    shown, lines = set(row.shown), certified(row)
    gone = row.person.frozen_why == FORGOTTEN
    return Checked(
        number=row.number or "",
        state=row.state,
        state_label=row.get_state_display(),
        issuer=row.issuer.name,
        contact=row.issuer.contact,
        issued_at=row.issued_at,
        ended_at=row.ended_at,
        ended_why=row.get_ended_why_display() if row.ended_why else "",
        replaced_by=(row.replaced_by.number or "") if row.replaced_by else "",
        changed_since=has_changed(row),
        is_forgotten=gone,
        name=masked_name(row.person) if "name" in shown and not gone else "",
        sums=sums(lines) if "hours" in shown else None,
        from_on=row.from_on if "period" in shown else None,
        until_on=row.until_on if "period" in shown else None,
        services=services(lines) if "services" in shown else "",
    )
