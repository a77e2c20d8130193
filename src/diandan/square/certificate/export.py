"""五组导出: the five groups of a centre's volunteers for another system, with provenance.

The columns are documented in docs/record-export.md and versioned (`SCHEMA` in record.py). They
follow the groups of 条例 art. 19; no conformance with any national standard is claimed. Names
and phones are read one by one, and each reading is written down.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from diandan.ground.people.actor import Actor
from diandan.ground.people.models import Person, Role
from diandan.ground.people.queries import name_for, phone_for, volunteer_of
from diandan.kit.refusal import forbidden
from diandan.path.ledger.models import TransferLink

from .lines import lines_of
from .models import Entry
from .record import SCHEMA, judged, learned_by

EXPORTERS = (Role.CENTER_STAFF,)
GROUPS = ("basic", "service", "training", "commendation", "evaluation")
PROVENANCE = ["schema", "volunteer_number", "record_id", "recorded_by"]
HEADS: dict[str, list[str]] = {
    "basic": [
        "schema", "volunteer_number", "name", "birth_date", "home_area", "phone", "skills",
        "enrolled_on", "enrolled_how",
    ],
    "service": [
        *PROVENANCE, "date", "content", "place", "team", "grade", "minutes", "chain_number",
    ],
    "training": [*PROVENANCE, "date", "content", "organiser", "study_hours", "confirmed_on"],
    "commendation": [*PROVENANCE, "date", "title", "giver", "confirmed_on"],
    "evaluation": ["schema", "volunteer_number", "date", "content", "rater", "score", "word"],
}  # fmt: skip
Row = list[Any]


def five_groups(by: Actor, group: str, at: datetime) -> Iterator[Row]:
    """The rows of one group; only for an officer of the centre, and only of her own places."""
    paths = [grant.path for grant in by.grants if grant.role in EXPORTERS]
    if not paths:
        raise forbidden(_("导出记录由中心的工作人员办理。"), "not_your_place")
    inside = Q()
    for path in paths:
        inside |= Q(home__path__startswith=path)
    rows = Person.objects.filter(inside, volunteer__isnull=False, frozen_at=None).select_related(
        "home", "volunteer"
    )
    make = MAKERS[group]
    for person in rows.order_by("volunteer__number").iterator(chunk_size=200):
        volunteer = volunteer_of(person.id)
        if volunteer is not None:
            for row in make(person, by, at):
                yield [SCHEMA, volunteer.number, *row]


def _basic(person: Person, by: Actor, at: datetime) -> Iterator[Row]:
    volunteer = volunteer_of(person.id)
    assert volunteer is not None
    yield [
        name_for(person, reader=by, at=at, why="record export"),
        str(person.born_on or ""),
        person.home.full_name if person.home else "",
        phone_for(person, reader=by, at=at, why="record export"),
        "、".join(volunteer.skills),
        f"{volunteer.enrolled_at:%Y-%m-%d}",
        volunteer.enrolled_how,
    ]


def _service(person: Person, _by: Actor, _at: datetime) -> Iterator[Row]:
    lines = lines_of(person.id)
    numbers = dict(
        TransferLink.objects.filter(
            transfer_id__in=[line.transfer_id for line in lines]
        ).values_list("transfer_id", "number")
    )
    for line in lines:
        yield [
            str(line.transfer_id), line.place, str(line.on), line.kind, line.place, line.team,
            line.grade, line.minutes, numbers.get(line.transfer_id, ""),
        ]  # fmt: skip


def _training(person: Person, _by: Actor, _at: datetime) -> Iterator[Row]:
    for row in learned_by(person):
        if row.kind == Entry.Kind.TRAINING:
            yield [
                str(row.id), row.place, str(row.on), row.title, row.giver, row.study_hours,
                f"{row.confirmed_at:%Y-%m-%d}",
            ]  # fmt: skip


def _commendation(person: Person, _by: Actor, _at: datetime) -> Iterator[Row]:
    for row in learned_by(person):
        if row.kind == Entry.Kind.COMMENDATION:
            yield [
                str(row.id), row.place, str(row.on), row.title, row.giver,
                f"{row.confirmed_at:%Y-%m-%d}",
            ]  # fmt: skip


def _evaluation(person: Person, _by: Actor, _at: datetime) -> Iterator[Row]:
    for row in judged(person.id):
        yield [str(row.on), row.kind, str(row.role), row.score, str(row.label)]


MAKERS: dict[str, Callable[[Person, Actor, datetime], Iterator[Row]]] = {
    "basic": _basic,
    "service": _service,
    "training": _training,
    "commendation": _commendation,
    "evaluation": _evaluation,
}
