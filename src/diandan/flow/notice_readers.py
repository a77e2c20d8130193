"""告知谁: the people a fact concerns, found by the part each has in the order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Q

from diandan.ground.people.actor import STAFF_ROLES
from diandan.ground.people.models import Person, Team
from diandan.ground.people.queries import leaders_of, staff_of
from diandan.ground.places.models import Place
from diandan.ground.record.models import FactRow
from diandan.path.ask.models import Request
from diandan.path.bundle.models import Bond, Job
from diandan.path.bundle.queries import job_of
from diandan.path.dispatch.models import Offer, PersonAsk
from diandan.path.dispatch.queries import living_backup
from diandan.path.engage.models import LIVING_TASKS, Task
from diandan.path.fulfil.queries import GOING

from . import authority
from .choice import flow_of
from .notice import Whom


@dataclass(frozen=True, slots=True)
class Reader:
    """One person to tell, with her own link, and the request she knows the order by."""

    person: Person
    link: str
    request: Request | None = None
    team: Team | None = None


@dataclass(slots=True)
class Case:
    """A fact with its order, read once."""

    fact: FactRow
    request: Request | None
    job: Job | None
    team: Team | None
    offers: list[Offer] = field(default_factory=list)

    @property
    def subject(self) -> Request | Job:
        """What the fact happened to."""
        subject = self.job or self.request
        assert subject is not None
        return subject


def readers(whom: Whom, case: Case, at: datetime) -> Iterator[Reader]:
    """Everybody who has this part in the order now."""
    match whom:
        case Whom.ASKING | Whom.FIRST_OWNER:
            for request in _requests(case):
                yield from _asking(request) if whom == Whom.ASKING else _first_owner(request)
        case Whom.DESK:
            yield from _desk(case, at)
        case Whom.NAMED | Whom.UNIT:
            yield from _asked_by_name(whom, case, at)
        case Whom.TEAM:
            yield from _team(case)
        case Whom.ASKED | Whom.UNASKED:
            yield from _asked(case)
        case Whom.INVITED | Whom.UNINVITED:
            yield from _invited(case)
        case Whom.BACKUP | Whom.STANDING_BY | Whom.FORMER:
            yield from _beside(whom, case)
        case _:
            yield from _volunteers(whom, case)


def _requests(case: Case) -> list[Request]:
    """The requests the fact touches: its own, or all that its job served at that moment."""
    if case.request is not None:
        return [case.request]
    bonds = Bond.objects.filter(
        Q(left_at=None) | Q(left_at__gte=case.fact.at), job=case.job, joined_at__lte=case.fact.at
    ).select_related(
        "request__requester", "request__placed_by", "request__first_owner", "request__place"
    )
    return [bond.request for bond in bonds.order_by("request__placed_at", "request_id")]


def _first_owner(request: Request) -> Iterator[Reader]:
    if request.first_owner is not None:
        yield Reader(request.first_owner, f"/desk/requests/{request.id}", request)


def _asking(request: Request) -> Iterator[Reader]:
    link = f"/r/{request.follow_key}"
    yield Reader(request.requester, link, request)
    outside_the_desk = request.placed_by_id not in (None, request.first_owner_id)
    if outside_the_desk and request.placed_by is not None:
        yield Reader(request.placed_by, link, request)


def _team(case: Case) -> Iterator[Reader]:
    job = _job_of(case)
    if case.team is not None and job is not None:
        link = f"/v/jobs/{job.id}"
        yield from (Reader(p, link, team=case.team) for p in leaders_of(case.team))


def _job_of(case: Case) -> Job | None:
    """The job the fact is about, or the one its request belongs to now."""
    return case.job or (job_of(case.request) if case.request is not None else None)


def _desk(case: Case, at: datetime) -> Iterator[Reader]:
    subject = case.subject
    noun = "request" if case.request is not None else "job"
    flow = flow_of(subject.flow)
    link = f"/desk/{noun}s/{subject.id}"
    for roles, place in authority.owner_posts(flow, flow.stage(noun, subject.state), subject):
        for person in staff_of(place.path, roles, at):
            yield Reader(person, link, case.request)


def _asked_by_name(whom: Whom, case: Case, at: datetime) -> Iterator[Reader]:
    """The person a follow-up names, or the staff of the unit a whistle asks."""
    assert case.request is not None
    link = f"/desk/requests/{case.request.id}"
    if whom == Whom.NAMED:
        named = case.fact.person_id
        person = Person.objects.filter(id=named).first() if named else None
        if person is not None:
            yield Reader(person, link, case.request)
        return
    place_id = case.fact.place_id
    unit = Place.objects.filter(id=place_id).first() if place_id else None
    if unit is not None:
        for person in staff_of(unit.path, STAFF_ROLES, at):
            yield Reader(person, link, case.request)


def _asked(case: Case) -> Iterator[Reader]:
    for offer in case.offers:
        if offer.team is None:
            continue  # open to all: on the board for every team, in nobody's pocket
        for person in leaders_of(offer.team):
            yield Reader(person, f"/v/offers/{offer.id}", team=offer.team)


def _invited(case: Case) -> Iterator[Reader]:
    """Who is asked herself, or all whose asks this moment ended."""
    ids = case.fact.data.get("asks") or [case.fact.data.get("ask")]
    for ask in PersonAsk.objects.filter(id__in=ids).select_related("person").order_by("id"):
        yield Reader(ask.person, f"/v/asks/{ask.id}")


def _beside(whom: Whom, case: Case) -> Iterator[Reader]:
    """Who stands by or is asked whether she would, and whose place another team has taken."""
    job = _job_of(case)
    if job is None:
        return
    if whom == Whom.FORMER:
        team = Team.objects.filter(id=case.fact.data.get("from_team")).first()
        link = f"/v/jobs/{job.id}"
    else:
        row = (
            living_backup(job)
            if whom == Whom.STANDING_BY
            else Offer.objects.filter(id=case.fact.data.get("offer")).select_related("team").first()
        )
        team, link = (row.team, f"/v/offers/{row.id}") if row else (None, "")
    if team is not None:
        yield from (Reader(p, link, team=team) for p in leaders_of(team))


def _volunteers(whom: Whom, case: Case) -> Iterator[Reader]:
    tasks = Task.objects.filter(engagement__job=_job_of(case)).select_related(
        "person", "engagement__team"
    )
    at = case.fact.at
    match whom:
        case Whom.CHOSEN:
            tasks = tasks.filter(allocated_at=at, handed_from=None)
        case Whom.RELEASED:
            tasks = tasks.filter(state=Task.State.RELEASED, state_at=at)
        case Whom.NEXT:
            tasks = tasks.filter(id=case.fact.data.get("to_task"))
        case Whom.HERSELF:
            tasks = tasks.filter(id=case.fact.data.get("task"))
        case _:
            states = GOING if case.job is None else LIVING_TASKS
            tasks = tasks.filter(state__in=states, engagement__ended_at=None)
    for task in tasks.order_by("id"):
        yield Reader(task.person, f"/v/tasks/{task.id}", team=task.engagement.team)
