"""送单: what a volunteer may see of where she is going, by how far she has come.

offer → the grid cell (the station's name and a rounded distance); accepted → the street; checked
in → the door; after the job is closed → nothing. Each look at a door is written down.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from diandan.ground.people import vault
from diandan.ground.people.actor import Actor
from diandan.ground.people.models import Reading, Role
from diandan.path.ask.models import Request
from diandan.path.bundle.models import Job
from diandan.path.bundle.queries import requests_of
from diandan.path.bundle.states import JobState
from diandan.path.engage.models import Engagement, Task
from diandan.path.engage.queries import living, tasks_ahead

from .core import street_only, without_private

CODE_DIGITS = 6
WIPED = (JobState.SERVED, JobState.CLOSED, JobState.CANCELLED, JobState.UNMET)
GOING = (Task.State.CONFIRMED, Task.State.ON_WAY, Task.State.CHECKED_IN, Task.State.CHECKED_OUT)


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """One stop of a job as this viewer may see it now; empty strings are not shown yet."""

    cell: str
    street: str
    door: str
    who: str
    words: str
    number: str


def leave_code(request: Request) -> str:
    """离场码: the six digits the served person says when a volunteer leaves.

    Another than the one for the arrival, and not to be worked out from it: her page shows it only
    once somebody has come, so that both ends cannot be told in one call (domain §5-1).
    """
    number = int(vault.search_hash(f"leave:{request.id}:{request.serve_code}")[:15], 16)
    code = f"{number % 10**CODE_DIGITS:0{CODE_DIGITS}d}"
    # One in a million would be the same; its neighbour is as good.
    return (
        code if code != request.serve_code else f"{(number + 1) % 10**CODE_DIGITS:0{CODE_DIGITS}d}"
    )


def whereabouts(job: Job, *, reader: Actor, task: Task | None, at: datetime) -> list[Whereabouts]:
    """The stops of a job for a volunteer's screen; without a task, for the leader who plans it."""
    has_accepted = _is_going(task) or (task is None and _leads(job, reader))
    return [_reveal(job, r, reader, task, has_accepted, at) for r in requests_of(job)]


def _is_going(task: Task | None) -> bool:
    return task is not None and task.state in GOING and task.engagement.ended_at is None


def _leads(job: Job, reader: Actor) -> bool:
    engagement = living(job)
    return engagement is not None and engagement.team_id in reader.leads


def _reveal(
    job: Job, request: Request, reader: Actor, task: Task | None, has_accepted: bool, at: datetime
) -> Whereabouts:
    if job.state in WIPED:
        return Whereabouts("", "", "", "", "", request.number)
    cell = request.place.name
    if not has_accepted:
        return Whereabouts(cell, "", "", "", "", request.number)
    person = request.requester
    door = vault.unseal(person.wrapped_key, request.door_enc)
    name = vault.unseal(person.wrapped_key, person.name_enc)
    if task is not None and task.state == Task.State.CHECKED_IN:
        _write_down(request, reader, at)
        street = street_only(request.street, door) if door else request.street
        return Whereabouts(cell, street, door, name, request.words, request.number)
    phone = vault.unseal(person.wrapped_key, person.phone_enc)
    words = without_private(request.words, name=name, door=door, phone=phone)
    return Whereabouts(cell, street_only(request.street, door), "", "", words, request.number)


def _write_down(request: Request, reader: Actor, at: datetime) -> None:
    """She may read later who saw her door and her name, and when."""
    Reading.objects.bulk_create(
        Reading(
            person=request.requester,
            reader_id=reader.person_id,
            field=field,
            why="check_in",
            request_id=request.id,
            at=at,
        )
        for field in ("door", "name")
    )


@dataclass(frozen=True, slots=True)
class Said:
    """One message between who asked and the team; `theirs` when it is hers."""

    text: str
    at: datetime
    theirs: bool


@dataclass(frozen=True, slots=True)
class Talk:
    """What was said about one request of a job, oldest first."""

    request_id: UUID
    number: str
    said: list[Said]


def may_talk(engagement: Engagement, request: Request, by: Actor) -> bool:
    """Whether she may speak with who asked: she leads the team that has it, or is going."""
    if (
        by.is_frozen
        or by.person_id is None
        or engagement.ended_at is not None
        or engagement.job.state in WIPED
    ):
        return False
    if request.is_private and not by.holds({Role.MEDIATOR}, request.place.path):
        return False
    return (
        engagement.team_id in by.leads
        or engagement.tasks.filter(person_id=by.person_id, state__in=GOING).exists()
    )


def talks(engagement: Engagement, *, reader: Actor, task: Task | None) -> list[Talk]:
    """The messages she may read, doors and phones cleared until she herself has checked in.

    What the desk and earlier teams wrote to the resident stays between them.
    """
    is_there = task is not None and task.state == Task.State.CHECKED_IN
    found = []
    for request in requests_of(engagement.job):
        if not may_talk(engagement, request, reader):
            continue
        rows = request.said.filter(Q(from_requester=True) | Q(team_id=engagement.team_id))
        said = [
            Said(
                w.text if is_there or not w.from_requester else _cleared(request, w.text),
                w.at,
                w.from_requester,
            )
            for w in rows.order_by("at", "id")
        ]
        found.append(Talk(request.id, request.number, said))
    return found


def _cleared(request: Request, text: str) -> str:
    person = request.requester
    return without_private(
        text,
        name=vault.unseal(person.wrapped_key, person.name_enc),
        door=vault.unseal(person.wrapped_key, request.door_enc),
        phone=vault.unseal(person.wrapped_key, person.phone_enc),
    )


def calendar_stops(task: Task) -> list[str]:
    """Station and street of each stop for a calendar on a phone: never a door, and no reading."""
    job = task.engagement.job
    if job.state in WIPED:
        return []
    stops = []
    for request in requests_of(job):
        street = ""
        if _is_going(task):
            door = vault.unseal(request.requester.wrapped_key, request.door_enc)
            street = street_only(request.street, door)
        stops.append(f"{request.place.name} {street}".strip())
    return list(dict.fromkeys(stops))


def tasks_here(by: Actor, place_id: int | None) -> list[Task]:
    """Her tasks that a code can check in or out, only those that lead to `place_id` if given."""
    rows = tasks_ahead(by.person_id) if by.person_id is not None else []
    if place_id is None:
        return rows
    return [t for t in rows if place_id in _places(t.engagement.job)]


def _places(job: Job) -> set[int]:
    return {job.place_id, *(r.place_id for r in requests_of(job))}
