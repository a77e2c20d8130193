"""A world for who wants hours without service: each way is tried, and judged by what came of it.

A way is a function of this world. It is *refused* when the product says no, or nothing comes of
it though the worker has a month; *surfaced* when it stands in front of a person (a doubt, an
objection, hours that wait for a second one) or `books check` names it; *missed* otherwise.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from django.db import Error, connection, transaction
from django.db.models import Sum

from diandan.flow import doubting
from diandan.flow.books import earn_for, sweep
from diandan.ground.people.models import Person
from diandan.ground.record.actions.announce import announce
from diandan.ground.record.models import FactRow
from diandan.kit.refusal import Refusal
from diandan.path.ask.facts import request_fact
from diandan.path.ask.models import Request
from diandan.path.bundle.models import Job
from diandan.path.engage.models import Task
from diandan.path.fulfil.actions.doubt import look_at
from diandan.path.fulfil.models import Doubt
from diandan.path.grade.models import Rating
from diandan.path.ledger.actions.earn import earn
from diandan.path.ledger.actions.move import account_of
from diandan.path.ledger.actions.notice import post_due
from diandan.path.ledger.checking import bad_rows
from diandan.path.ledger.models import Account, Grade, Ledger, Objection, Transfer
from diandan.path.ledger.queries_hours import waiting_minutes
from tests import factories as make
from tests.path.ledger_world import Visit

HANDLER = "books.earn_for"
REFUSED, SURFACED, MISSED = "refused", "surfaced", "missed"
MONTH = timedelta(days=31)
WORTH = (Ledger.MINUTES, Ledger.POINTS)


class Fraud(Visit):
    """One honest hour on notice, and everybody who might want more."""

    def __init__(self, at: datetime) -> None:
        super().__init__(at)
        self.rate()
        earn(self.task.id, at=at)
        self.honest = {"minutes": 60, "points": 10}
        self.noes: list[str] = []
        #: Whom the database knows the application as; empty: by an operator's own address.
        self.role = ""

    def step_down(self) -> None:
        """From here to the end of what is undone, statements are the serving role's."""
        if self.role:
            self.sql(f'SET LOCAL ROLE "{self.role}"')

    def row(self, ledger: str = "minutes") -> Transfer:
        """The honest hour as it was put on notice."""
        rows = Transfer.objects.select_related("debit", "credit").order_by("-at", "-id")
        return rows.filter(task=self.task, ledger=ledger, phase="pending")[0]

    def sql(self, words: str, *values: object) -> int:
        """A statement past every action."""
        with connection.cursor() as cursor:
            cursor.execute(words, values)
            return cursor.rowcount

    def insert(self, **more: object) -> Transfer:
        """A transfer past every action."""
        row = self.row()
        return Transfer.objects.create(
            **{  # type: ignore[arg-type]
                "id": uuid4(),
                "phase": "direct",
                "centre": self.centre,
                "ledger": row.ledger,
                "debit": row.debit,
                "credit": row.credit,
                "amount": 600,
                "reason": "service",
                "at": self.at,
                **more,
            }
        )

    def missed_visit(self, *, agreed: bool = True, minutes: int = 60, met: bool = True) -> Task:
        """A visit of two days ago that was served; the member said yes and has no code."""
        request = make.request(self.there.station, self.kind)
        other = make.member(self.team, "同去的人")
        job = make.served(request, self.team, other, self.member)
        begun = self.at - timedelta(days=2)
        Job.objects.filter(id=job.id).update(starts_at=begun, minutes=minutes, state_at=self.at)
        if met:
            self.attend(Task.objects.get(engagement__job=job, person=other), begun=begun)
        task = Task.objects.get(engagement__job=job, person=self.member)
        state = Task.State.CONFIRMED if agreed else Task.State.RELEASED
        Task.objects.filter(id=task.id).update(state=state)
        return Task.objects.get(id=task.id)

    def another_task(self) -> Task:
        """A visit of the member's, served, of which nothing is said yet."""
        request = make.request(self.there.station, self.kind)
        job = make.served(request, self.team, self.member)
        return Task.objects.get(engagement__job=job)

    def living_task(self) -> Task:
        """A visit she is on the way to."""
        task = self.another_task()
        Task.objects.filter(id=task.id).update(state=Task.State.CONFIRMED)
        Job.objects.filter(id=task.engagement.job_id).update(state="allocated")
        return Task.objects.get(id=task.id)

    def request_of(self, task: Task) -> Request:
        """The order the visit served."""
        return Request.objects.get(bonds__job__engagements__tasks=task)

    def rate_one(self, request: Request) -> None:
        """Five stars by who asked, announced as the path does."""
        with transaction.atomic():
            by = make.actor(request.requester)
            announce(request_fact(request, "rate", by, self.at, {"score": 5}))
            Rating.objects.create(
                request=request, role="resident", score=5, by=request.requester, at=self.at
            )

    def posted(self) -> Transfer:
        """The honest hour, posted."""
        post_due(at=self.at + timedelta(days=14))
        return Transfer.objects.select_related("credit", "debit").get(
            phase="posting", ledger="minutes", task=self.task
        )

    def minutes_of(self, who: Person) -> Account:
        """Her account of verified minutes."""
        return account_of(
            who, centre=self.centre, ledger=Ledger.MINUTES, grade=Grade.VERIFIED, at=self.at
        )

    def no(self, act: Callable[[], object]) -> None:
        """An act that is hoped to be refused; a no undoes it and is remembered."""
        try:
            with transaction.atomic():
                act()
        except (Refusal, Error) as refusal:
            self.noes.append(getattr(refusal, "code", "") or type(refusal).__name__)


def relook(fraud: Fraud) -> None:
    """What the product does when a visit ends or is rated, and then a month of the worker."""
    for task in Task.objects.filter(attendance__out_at__isnull=False).select_related("attendance"):
        look_at(task, at=fraud.at)
    for rating in Rating.objects.all():
        doubting.look_after(fact(fraud, "request.rated", request_id=rating.request_id), fraud.at)
    for job in Job.objects.filter(engagements__tasks__attendance__isnull=False).distinct():
        earn_for(fact(fraud, "job.served", job_id=job.id), fraud.at)
    sweep(at=fraud.at + MONTH)


def fact(fraud: Fraud, kind: str, **about: Any) -> FactRow:
    """What the relay would hand to a handler."""
    return FactRow(kind=kind, at=fraud.at, **about)


def held() -> dict[str, int]:
    """What people and families hold, by ledger."""
    rows = Account.objects.filter(ledger__in=WORTH, owner__in=("person", "family"))
    return dict(rows.values_list("ledger").annotate(sum=Sum("posted")))


def judge(fraud: Fraud, way: Callable[[Fraud], object]) -> str:
    """Try it, let a month pass, and look at what came of it."""
    fraud.step_down()
    doubts, objections = Doubt.objects.count(), Objection.objects.count()
    fraud.no(lambda: way(fraud))
    relook(fraud)
    gained = {key: n - fraud.honest.get(key, 0) for key, n in held().items()}
    shown = (
        Doubt.objects.count() > doubts
        or Objection.objects.count() > objections
        or waiting_minutes().exclude(task=fraud.task).exists()
        or any(True for _bad in bad_rows(HANDLER))
    )
    if any(n > 0 for n in gained.values()):
        return SURFACED if shown else MISSED
    return SURFACED if shown and not fraud.noes else REFUSED


@contextmanager
def undone() -> Iterator[None]:
    """Whatever happens here did not happen."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def own(person: Person) -> Any:
    """The person as an actor who holds no role."""
    return make.actor(person)
