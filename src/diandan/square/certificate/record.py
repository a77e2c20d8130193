"""志愿服务记录: the five groups of 条例 art. 19 for one volunteer, read from what is there.

What we do not keep is said (证件号, 性别), not left out; a group without rows says so.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from diandan.ground.people import vault
from diandan.ground.people.models import Person
from diandan.ground.people.queries import volunteer_of
from diandan.kit.units import local
from diandan.path.engage.models import Task
from diandan.path.grade.models import Rating
from diandan.path.ledger.models import Grade, Ledger, Reason, Transfer

from .lines import Line, Sums, lines_of, sums
from .models import Entry
from .outside import OutsideRow

SCHEMA = "diandan-record/1"


@dataclass(frozen=True, slots=True)
class Learned:
    """One training or commendation that a second officer confirmed."""

    id: UUID
    kind: str
    on: date
    title: str
    giver: str
    study_hours: int
    place: str
    confirmed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Judged:
    """One rating of a visit she served, without its words: those are the rater's."""

    on: date
    kind: str
    role: str
    score: int
    label: str


@dataclass(frozen=True, slots=True)
class FromOutside:
    """One row another system keeps of her: its own word, declared, in no sum of ours."""

    id: UUID
    on: date
    group: str
    words: str
    source: str
    minutes: int


@dataclass(frozen=True, slots=True)
class Groups:
    """Basic information, service, training, commendation, evaluation."""

    basic: dict[str, Any]
    service: list[Line]
    sums: Sums
    waiting_minutes: int
    training: list[Learned]
    commendation: list[Learned]
    evaluation: list[Judged]
    outside: list[FromOutside]


def groups(person: Person, *, name: str, phone: str) -> Groups:
    """The record. The caller read name and phone (and left the trace that needs)."""
    lines = lines_of(person.id)
    learned = learned_by(person)
    return Groups(
        basic=_basic(person, name, phone),
        service=lines,
        sums=sums(lines),
        waiting_minutes=waiting_minutes(person.id),
        training=[row for row in learned if row.kind == Entry.Kind.TRAINING],
        commendation=[row for row in learned if row.kind == Entry.Kind.COMMENDATION],
        evaluation=judged(person.id),
        outside=brought_for(person),
    )


def brought_for(person: Person) -> list[FromOutside]:
    """What she or a centre brought from elsewhere, the oldest first."""
    rows = OutsideRow.objects.filter(person=person, dropped_at=None).select_related("brought")
    found = []
    for row in rows.order_by("on", "id"):
        text = vault.unseal(person.wrapped_key, row.words_enc)
        words = json.loads(text) if text else {}
        said = (
            words.get(k, "") for k in ("content", "title", "place", "organiser", "giver", "word")
        )
        found.append(
            FromOutside(
                id=row.id,
                on=row.on,
                group=row.brought.get_group_display(),
                words=" · ".join(dict.fromkeys(word for word in said if word)),
                source=row.brought.source,
                minutes=row.minutes,
            )
        )
    return found


def _basic(person: Person, name: str, phone: str) -> dict[str, Any]:
    volunteer = volunteer_of(person.id)
    return {
        "name": name,
        "volunteer_number": volunteer.number if volunteer else "",
        "born_on": person.born_on,
        "home": person.home.full_name if person.home else "",
        "phone": phone,
        "skills": list(volunteer.skills) if volunteer else [],
        "enrolled_at": volunteer.enrolled_at if volunteer else None,
    }


def waiting_minutes(person_id: UUID) -> int:
    """Minutes on notice: not hers yet, and in no certificate."""
    rows = Transfer.objects.filter(
        phase=Transfer.Phase.PENDING,
        ledger=Ledger.MINUTES,
        reason=Reason.SERVICE,
        settlement=None,
        credit__person_id=person_id,
        credit__grade__in=(Grade.VERIFIED, Grade.DECLARED),
    )
    return sum(rows.values_list("amount", flat=True))


def learned_by(person: Person, *, confirmed: bool = True) -> list[Learned]:
    """Training and commendation; by default only what a second officer confirmed."""
    rows = Entry.objects.filter(person=person, dropped_at=None).select_related("place")
    if confirmed:
        rows = rows.exclude(confirmed_at=None)
    return [
        Learned(
            id=row.id,
            kind=row.kind,
            on=row.on,
            title=vault.unseal(person.wrapped_key, row.title_enc),
            giver=vault.unseal(person.wrapped_key, row.giver_enc),
            study_hours=row.study_hours,
            place=row.place.name,
            confirmed_at=row.confirmed_at,
        )
        for row in rows.order_by("on", "id")
    ]


def judged(person_id: UUID) -> list[Judged]:
    """Ratings of the requests whose visits she served and left."""
    served = Task.objects.filter(person_id=person_id, attendance__out_at__isnull=False)
    rows = (
        Rating.objects.filter(request__bonds__job__engagements__tasks__in=served)
        .exclude(by_id=person_id)
        .select_related("request__kind")
        .distinct()
        .order_by("at", "id")
    )
    return [
        Judged(
            on=local(row.at).date(),
            kind=row.request.kind.name,
            role=row.get_role_display(),
            score=row.score,
            label=row.get_score_display(),
        )
        for row in rows
    ]


def as_plain(found: Groups) -> dict[str, Any]:
    """The record as values for JSON, in the five groups, with the schema's version."""
    return {
        "schema": SCHEMA,
        "basic": found.basic,
        "service": {
            "verified_minutes": found.sums.verified,
            "declared_minutes": found.sums.declared,
            "rows": [asdict(row) for row in found.service],
        },
        "training": [asdict(row) for row in found.training],
        "commendation": [asdict(row) for row in found.commendation],
        "evaluation": [asdict(row) for row in found.evaluation],
        "brought_from_elsewhere_declared": [asdict(row) for row in found.outside],
    }
