"""Whatever happens in whatever order: books balance, nobody overdraws, the chain holds, and the
books handed to another's program add up there too."""

from __future__ import annotations

import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.db.models import Sum
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from diandan.flow.books import sweep
from diandan.ground.people.actions.forget import forget
from diandan.ground.people.actions.merge import join_records
from diandan.ground.people.actor import SYSTEM
from diandan.ground.people.models import Person, Role
from diandan.kit.refusal import Refusal
from diandan.path.engage.models import Task
from diandan.path.ledger.actions.choose import choose_rules
from diandan.path.ledger.actions.correct import correct
from diandan.path.ledger.actions.earn import earn
from diandan.path.ledger.actions.join import join_merged
from diandan.path.ledger.actions.move import Move, move
from diandan.path.ledger.actions.notice import confirm, object_to, post_due, settle_objection
from diandan.path.ledger.beancount import lines
from diandan.path.ledger.checking import bad_rows
from diandan.path.ledger.models import Account, Objection, Reason, Transfer
from tests import factories as make
from tests.path.ledger_world import Visit

NOON = make.NOON
HANDLER = "books.earn_for"


class Books(RuleBasedStateMachine):
    """Earn, rate, confirm, object, settle, let time pass, correct, redeem, gift, expire, merge, erase."""

    @initialize()
    def begin(self) -> None:
        # Each life is a transaction of its own, undone at its end.
        self.life = transaction.atomic()
        self.life.__enter__()
        self.visit = Visit(NOON)
        self.at = NOON
        self.tasks = [self.visit.task]
        # Her second record, by another phone; and somebody who will want to be forgotten.
        self.twin = make.member(self.visit.team)
        self.leaver = make.volunteer("离开的人", self.visit.there.station)
        admin = make.staff(Role.ADMIN, self.visit.centre)[1]
        choose_rules(
            self.visit.centre,
            preset="standard",
            changes={"points_months": 1},
            from_on=(NOON + timedelta(days=1)).date(),
            by=admin,
            at=NOON,
        )

    def teardown(self) -> None:
        if hasattr(self, "life"):
            transaction.set_rollback(True)
            self.life.__exit__(None, None, None)

    def _try(self, act: object) -> None:
        """A no leaves everything as it was."""
        try:
            with transaction.atomic():
                act()  # type: ignore[operator]
        except Refusal:
            return

    @rule(minutes=st.integers(0, 200), coded=st.booleans())
    def serve(self, minutes: int, coded: bool) -> None:
        number = len(self.tasks)
        out = "served_code" if coded else ""
        self.tasks.append(self.visit.another(minutes, days=number + 1, out=out))

    @rule(days=st.integers(1, 40), is_twin=st.booleans())
    def serve_as_another(self, days: int, is_twin: bool) -> None:
        who = self.twin if is_twin else self.leaver
        request = make.request(self.visit.there.station, self.visit.kind)
        job = make.served(request, self.visit.team, who)
        task = Task.objects.get(engagement__job=job)
        self.visit.attend(task, begun=self.at - timedelta(days=days))
        self.tasks.append(task)
        earn(task.id, at=self.at)

    @rule()
    def merge(self) -> None:
        """By her own act from both phones; what the other record holds comes over."""
        by = make.actor(self.visit.member)
        twin = Person.objects.get(id=self.twin.id)
        if twin.frozen_at is None:
            self._try(lambda: join_records(kept=self.visit.member, gone=twin, at=self.at, by=by))
        join_merged(at=self.at)

    @rule()
    def erase(self) -> None:
        """Her name goes; what she gave stays in the sums."""
        by = make.actor(self.leaver)
        self._try(lambda: forget(person=self.leaver, at=self.at, by=by))
        assert bytes(Person.objects.get(id=self.leaver.id).name_enc) in (
            b"",
            bytes(self.leaver.name_enc),
        )

    @rule(which=st.integers(0, 20))
    def earn(self, which: int) -> None:
        earn(self.tasks[which % len(self.tasks)].id, at=self.at)

    @rule(score=st.integers(1, 5))
    def rate(self, score: int) -> None:
        if not self.visit.request.ratings.exists():
            self.visit.rate(score, at=self.at)

    @rule(which=st.integers(0, 20))
    def confirm(self, which: int) -> None:
        task = self.tasks[which % len(self.tasks)]
        self._try(lambda: confirm(task.id, by=self.visit.keeps, at=self.at))

    @rule(which=st.integers(0, 40))
    def object(self, which: int) -> None:
        rows = list(Transfer.objects.order_by("at", "id"))
        if rows:
            row = rows[which % len(rows)]
            kind = Objection.Kind.WRONG
            self._try(
                lambda: object_to(row.id, kind=kind, text="", by=self.visit.heads, at=self.at)
            )

    @rule(is_upheld=st.booleans())
    def settle(self, is_upheld: bool) -> None:
        row = Objection.objects.filter(settled_at=None).first()
        if row:
            self._try(
                lambda: settle_objection(
                    row.id, is_upheld=is_upheld, text="查过", by=self.visit.keeps, at=self.at
                )
            )

    @rule(days=st.integers(1, 8))
    def wait(self, days: int) -> None:
        self.at += timedelta(days=days)
        sweep(at=self.at)

    @rule(which=st.integers(0, 40), amount=st.integers(1, 80))
    def correct(self, which: int, amount: int) -> None:
        rows = list(Transfer.objects.order_by("at", "id"))
        if rows:
            row = rows[which % len(rows)]
            self._try(
                lambda: correct(
                    uuid4(),
                    transfer_id=row.id,
                    amount=amount,
                    by=self.visit.heads,
                    at=self.at,
                    why="查过签到",
                )
            )

    @rule(amount=st.integers(1, 30), gift=st.booleans())
    def spend(self, amount: int, gift: bool) -> None:
        mine = self.visit.account(self.visit.member)
        to = self.visit.account(self.visit.leader if gift else None)
        reason = Reason.GIFT if gift else Reason.REDEEM
        self._try(lambda: move(Move(uuid4(), mine, to, amount, reason), by=SYSTEM, at=self.at))

    @invariant()
    def the_books_hold(self) -> None:
        if not hasattr(self, "visit"):
            return
        assert [(bad.check, bad.words) for bad in bad_rows(HANDLER)] == []
        books = Account.objects.values_list("centre", "ledger", "grade")
        assert all(total == 0 for *_book, total in books.annotate(sum=Sum("posted")))
        floored = Account.objects.filter(has_floor=True)
        assert all(row.available >= 0 for row in floored)


@pytest.mark.django_db
def test_the_books_hold_after_every_step_of_every_life() -> None:
    run_state_machine_as_test(
        Books,
        settings=settings(
            max_examples=12,
            stateful_step_count=16,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.mark.django_db(transaction=True)
@pytest.mark.xdist_group("racers")
def test_64_at_once_want_the_last_10_and_10_have_them() -> None:
    visit = Visit(NOON)
    mine, shop = visit.give(visit.member, 10), visit.account(None)
    start = threading.Barrier(64)

    def redeem(_n: int) -> str:
        try:
            start.wait(timeout=60)
            move(Move(uuid4(), mine, shop, 1, Reason.REDEEM), by=SYSTEM, at=NOON)
        except Refusal as no:
            return no.code
        finally:
            connection.close()
        return "yes"

    with ThreadPoolExecutor(64) as racers:
        said = list(racers.map(redeem, range(64)))
    assert (said.count("yes"), said.count("not_enough")) == (10, 54)
    mine.refresh_from_db()
    shop.refresh_from_db()
    assert (mine.posted, shop.posted) == (0, 10)
    assert list(bad_rows(HANDLER)) == []


@pytest.fixture
def written(db: None, tmp_path: Path) -> Path:
    visit = Visit(NOON)
    visit.rate()
    later = NOON + timedelta(days=7)
    other = visit.another(out="")
    for task in (visit.task, other):
        earn(task.id, at=NOON)
    post_due(at=later)
    posted = Transfer.objects.get(phase="posting", ledger="minutes")
    correct(uuid4(), transfer_id=posted.id, amount=20, by=visit.heads, at=later, why="查过签到")
    mine, shop = visit.account(visit.member), visit.account(None)
    move(Move(uuid4(), mine, shop, 4, Reason.REDEEM), by=SYSTEM, at=later)
    path = tmp_path / "books.beancount"
    path.write_text("\n".join(lines()) + "\n", encoding="utf-8")
    return path


def bean_check(path: Path) -> subprocess.CompletedProcess[str]:
    program = Path(sys.executable).with_name("bean-check")
    return subprocess.run(
        [str(program), "--no-cache", str(path)], capture_output=True, text=True, check=False
    )


def test_bean_check_adds_up_to_the_same_balances(written: Path) -> None:
    text = written.read_text(encoding="utf-8")
    assert text.count(" balance ") == Account.objects.count()
    assert "40 MINUTE" in text
    done = bean_check(written)
    assert (done.returncode, done.stderr) == (0, "")


def test_bean_check_refuses_a_changed_amount(written: Path) -> None:
    text = written.read_text(encoding="utf-8")
    written.write_text(text.replace("60 MINUTE", "600 MINUTE"), encoding="utf-8")
    done = bean_check(written)
    assert done.returncode == 1
    assert "Balance failed" in done.stderr
