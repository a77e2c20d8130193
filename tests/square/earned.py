"""Hours and points on the books the only way they come there: a visit, seen, stood for, posted."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from diandan.ground.people.actor import Actor
from diandan.ground.people.models import Person, Role
from diandan.ground.places.models import Place
from diandan.ground.record.actions.announce import announce
from diandan.path.bundle.facts import job_fact
from diandan.path.bundle.models import Job
from diandan.path.engage.models import Task
from diandan.path.fulfil.models import Attendance
from diandan.path.ledger.actions.earn import earn
from diandan.path.ledger.actions.notice import confirm, post_due
from diandan.path.ledger.models import Grade
from tests import factories as make
from tests.path.ledger_world import centre_rules

DAY = timedelta(days=1)
MINUTES_A_POINT = 6  # ten points an hour
LONG_AGO, APART = 400, 100


class Earned:
    """A centre's visits of the past; each person's lie far apart, so that none overlaps."""

    def __init__(self, centre: Place, station: Place, at: datetime) -> None:
        self.station, self.at = station, at
        self.kind = make.kind(centre)
        self.team, _leader, _leads = make.team(station)
        self.keeps: Actor = make.staff(Role.STATION_STAFF, station, "吴核对")[1]
        self._turns: dict[object, int] = {}
        centre_rules(centre, at - 2 * LONG_AGO * DAY)

    @transaction.atomic
    def minutes(self, who: Person, minutes: int, *, grade: Grade = Grade.VERIFIED) -> Task:
        """A visit of so many minutes, posted after its notice."""
        turn = self._turns[who.id] = self._turns.get(who.id, 0) + 1
        job = make.served(make.request(self.station, self.kind), self.team, who)
        Job.objects.filter(id=job.id).update(minutes=minutes)
        task = Task.objects.get(engagement__job=job)
        begun = self.at - (LONG_AGO + APART * turn) * DAY
        ended = begun + timedelta(minutes=minutes)
        for verb, when in (("check_in", begun), ("check_out", ended)):
            about = {"person_id": who.id}
            announce(job_fact(job, verb, make.actor(who), when, {}, **about))
        Attendance.objects.create(
            task=task,
            in_at=begun,
            in_proof=Attendance.Proof.SERVED_CODE,
            out_at=ended,
            out_proof="" if grade == Grade.DECLARED else Attendance.Proof.SERVED_CODE,
        )
        earn(task.id, at=ended + DAY)
        confirm(task.id, by=self.keeps, at=ended + DAY)
        post_due(at=ended + 20 * DAY)
        return task

    def points(self, who: Person, points: int) -> Task:
        """A visit that brings so many points."""
        return self.minutes(who, points * MINUTES_A_POINT)
