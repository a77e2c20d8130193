"""A served visit with two volunteers, checked in and out by code, for tests of the books."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from uuid import uuid4

from django.db import transaction

from diandan.ground.people.models import Person, Role
from diandan.ground.places.models import Place
from diandan.ground.record.actions.announce import announce
from diandan.path.ask.facts import request_fact
from diandan.path.bundle.facts import job_fact
from diandan.path.bundle.models import Job
from diandan.path.engage.models import Task
from diandan.path.fulfil.models import Attendance
from diandan.path.grade.models import RaterRole, Rating
from diandan.path.ledger.actions.earn import earn
from diandan.path.ledger.actions.move import SOURCE, Move, account_of, move
from diandan.path.ledger.actions.notice import confirm, post_due
from diandan.path.ledger.models import Account, Ledger, Reason, RuleChoice, Transfer
from tests import factories as make

HOUR = timedelta(hours=1)


class Visit:
    """One district, a team, a request served by a leader and a member for an hour."""

    def __init__(self, at: datetime) -> None:
        self.at = at
        self.there = make.district()
        self.centre = self.there.centre
        self.kind = make.kind(self.centre)
        self.team, self.leader, self.leads = make.team(self.there.station)
        self.member = make.member(self.team)
        self.officer, self.keeps = make.staff(Role.STATION_STAFF, self.there.station)
        self.head, self.heads = make.staff(Role.CENTER_STAFF, self.centre)
        self.request = make.request(self.there.station, self.kind)
        self.job = make.served(self.request, self.team, self.leader, self.member)
        self.task = Task.objects.get(engagement__job=self.job, person=self.member)
        self.seen = self.attend(self.task)
        self._given = 0

    @transaction.atomic
    def attend(
        self,
        task: Task,
        minutes: int = 60,
        *,
        begun: datetime | None = None,
        out: str = "served_code",
    ) -> Attendance:
        begun = begun or self.at - 2 * HOUR
        job, left = task.engagement.job, begun + timedelta(minutes=minutes)
        for verb, when in (("check_in", begun), ("check_out", left)):
            about = {"person_id": task.person_id}
            announce(job_fact(job, verb, make.actor(task.person), when, {}, **about))
        return Attendance.objects.create(
            task=task,
            in_at=begun,
            in_proof=Attendance.Proof.SERVED_CODE,
            out_at=begun + timedelta(minutes=minutes),
            out_proof=out,
        )

    def another(self, minutes: int = 60, *, days: int = 1, out: str = "served_code") -> Task:
        """Another visit of the same member, so many days earlier."""
        request = make.request(self.there.station, self.kind)
        job = make.served(request, self.team, self.member)
        task = Task.objects.get(engagement__job=job)
        self.attend(task, minutes, begun=self.at - timedelta(days=days), out=out)
        return task

    @transaction.atomic
    def rate(self, score: int = 5, *, at: datetime | None = None) -> Rating:
        by = make.actor(self.request.requester)
        announce(request_fact(self.request, "rate", by, at or self.at, {"score": score}))
        return Rating.objects.create(
            request=self.request,
            role=RaterRole.RESIDENT,
            score=score,
            by=self.request.requester,
            at=at or self.at,
        )

    def give(self, who: Person, amount: int, ledger: Ledger = Ledger.POINTS) -> Account:
        """Units on her account. Points come from visits, at six minutes a point, and are posted."""
        if ledger == Ledger.POINTS:
            self._given += 1
            request = make.request(self.there.station, self.kind)
            job = make.served(request, self.team, who)
            Job.objects.filter(id=job.id).update(minutes=6 * amount)
            task = Task.objects.get(engagement__job=job)
            begun = self.at - timedelta(days=400 + 60 * self._given)
            centre_rules(self.centre, begun)
            self.attend(task, 6 * amount, begun=begun)
            earn(task.id, at=begun + 40 * HOUR * 24)
            confirm(task.id, by=self.keeps, at=begun + 40 * HOUR * 24)
            post_due(at=begun + 59 * HOUR * 24)
        else:
            source = account_of(None, centre=self.centre, ledger=ledger, at=self.at, purpose=SOURCE)
            account = self.account(who, ledger)
            move(Move(uuid4(), source, account, amount, Reason.GIFT), by=self.heads, at=self.at)
        return self.account(who, ledger)

    def account(self, who: Person | None, ledger: Ledger = Ledger.POINTS) -> Account:
        purpose = "" if who else "shop"
        return account_of(who, centre=self.centre, ledger=ledger, at=self.at, purpose=purpose)


def pending(**more: object) -> list[Transfer]:
    """Pending rows not yet settled."""
    return list(
        Transfer.objects.filter(phase="pending", settlement=None, **more).select_related("credit")
    )


def centre_rules(centre: Place, at: datetime) -> None:
    """Ten points an hour and no cap, from a day long ago, where nothing was chosen yet."""
    for preset, from_on in (("kunshan", date(2000, 1, 1)), ("standard", date(2025, 6, 1))):
        RuleChoice.objects.get_or_create(
            centre=centre, preset=preset, from_on=from_on, defaults={"at": at}
        )
