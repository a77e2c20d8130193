"""送单: what a volunteer may see of where she is going, by how far she has come.

offer → the grid cell (the station's name and a rounded distance); accepted → the street; checked
in → the door; after the job is closed → nothing. Each look at a door is written down.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from diandan.ground.people import vault
from diandan.ground.people.actor import Actor
from diandan.ground.people.models import Reading
from diandan.path.ask.models import Request
from diandan.path.bundle.models import Job
from diandan.path.bundle.queries import requests_of
from diandan.path.bundle.states import JobState
from diandan.path.engage.models import Task

WIPED = (JobState.SERVED, JobState.CLOSED, JobState.CANCELLED, JobState.UNMET)
GOING = (Task.State.CONFIRMED, Task.State.ON_WAY, Task.State.CHECKED_IN, Task.State.CHECKED_OUT)


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """One stop of a job as this viewer may see it now; empty strings are not shown yet."""

    cell: str
    street: str
    door: str
    who: str
    number: str


def whereabouts(job: Job, *, reader: Actor, task: Task | None, at: datetime) -> list[Whereabouts]:
    """The stops of a job for a volunteer's screen."""
    return [_reveal(job, request, reader, task, at) for request in requests_of(job)]


def _reveal(
    job: Job, request: Request, reader: Actor, task: Task | None, at: datetime
) -> Whereabouts:
    if job.state in WIPED:
        return Whereabouts("", "", "", "", request.number)
    street = request.street if task and task.state in GOING else ""
    door = who = ""
    if task and task.state == Task.State.CHECKED_IN:
        door = vault.unseal(request.requester.wrapped_key, request.door_enc)
        who = vault.unseal(request.requester.wrapped_key, request.requester.name_enc)
        Reading.objects.create(
            person=request.requester,
            reader_id=reader.person_id,
            field="door",
            why="check_in",
            request_id=request.id,
            at=at,
        )
    return Whereabouts(request.place.name, street, door, who, request.number)
