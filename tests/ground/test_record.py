"""记录: facts are final, handed out once, chained; a repeated key gets the first answer."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from diandan.ground.people.models import OneTimeCode
from diandan.ground.record.actions.announce import announce
from diandan.ground.record.actions.chain import (
    chain_handler,
    chained_centres,
    head_of,
    unchained_since,
    verify_chain,
)
from diandan.ground.record.actions.hand_out import hand_out
from diandan.ground.record.actions.replay import digest_of_asking, keep_answer, kept_answer
from diandan.ground.record.models import (
    Answer,
    FactFailed,
    FactHandled,
    FactLink,
    FactRow,
    FactWaiting,
)
from diandan.kit.fact import Fact
from diandan.kit.refusal import Refusal


def happen(at: datetime, count: int = 1, place_id: int | None = 7) -> list[FactRow]:
    with transaction.atomic():
        return announce(
            *(Fact("test.happened", at, place_id=place_id, data={"n": n}) for n in range(count))
        )


def leave_a_trace(fact: FactRow) -> None:
    """An effect in a table, so that a rolled-back handler shows."""
    OneTimeCode.objects.create(
        phone_hash=str(fact.id),
        purpose="test",
        code_hash="",
        made_at=fact.at,
        expires_at=fact.at,
    )


@pytest.mark.django_db
@pytest.mark.parametrize("words", ["UPDATE fact SET kind = 'x'", "DELETE FROM fact"])
def test_the_database_refuses_to_change_or_delete_a_fact(words: str, at: datetime) -> None:
    happen(at)
    with (
        pytest.raises(IntegrityError, match="never changed"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(words)
    assert FactRow.objects.get().kind == "test.happened"


@pytest.mark.django_db
@pytest.mark.parametrize("words", ["UPDATE fact_link SET number = 9", "DELETE FROM fact_link"])
def test_a_link_is_as_final_as_its_fact(words: str, at: datetime) -> None:
    happen(at)
    hand_out(handlers={"chain": chain_handler(lambda _id: 1)}, at=at)
    with (
        pytest.raises(IntegrityError, match="never changed"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(words)


@pytest.mark.django_db(transaction=True)
def test_a_fact_outside_a_transaction_is_refused(at: datetime) -> None:
    with pytest.raises(RuntimeError):
        announce(Fact("test.happened", at))


@pytest.mark.django_db
def test_a_failing_handler_holds_up_nobody_and_is_tried_again_later(at: datetime) -> None:
    facts = happen(at, 3)
    seen: list[int] = []
    broken = {facts[1].id}

    def fragile(fact: FactRow) -> None:
        leave_a_trace(fact)
        if fact.id in broken:
            raise ValueError("no luck")

    handlers = {"fragile": fragile, "sound": lambda fact: seen.append(fact.id)}
    assert hand_out(handlers=handlers, at=at) == 3
    assert seen == [f.id for f in facts]
    assert [w.fact_id for w in FactWaiting.objects.all()] == [facts[1].id]
    failed = FactFailed.objects.get()
    assert (failed.tries, failed.last_error) == (1, "ValueError: no luck")
    # What the failing handler wrote was undone with it.
    assert not OneTimeCode.objects.filter(phone_hash=str(facts[1].id)).exists()
    assert OneTimeCode.objects.count() == 2

    assert hand_out(handlers=handlers, at=at) == 0  # it rests
    later = at + timedelta(minutes=1)
    assert hand_out(handlers=handlers, at=later) == 1
    assert FactFailed.objects.get().tries == 2
    broken.clear()
    assert hand_out(handlers=handlers, at=later + timedelta(hours=1)) == 1
    assert not FactFailed.objects.exists()
    assert not FactWaiting.objects.exists()
    assert seen == [f.id for f in facts]  # the sound handler never saw it twice
    assert FactHandled.objects.count() == 6


@pytest.mark.django_db
def test_many_resting_facts_do_not_block_a_new_one(at: datetime) -> None:
    happen(at, 5)

    def broken(_fact: FactRow) -> None:
        raise ValueError

    hand_out(handlers={"a": broken}, at=at)
    happen(at)
    assert hand_out(handlers={"a": leave_a_trace}, at=at, limit=1) == 1
    assert OneTimeCode.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_hand_each_fact_once(at: datetime) -> None:
    happen(at, 60)
    gate = threading.Barrier(2)

    def work() -> None:
        try:
            gate.wait(30)
            handlers = {"trace": leave_a_trace, "chain": chain_handler(lambda _id: 1)}
            while hand_out(handlers=handlers, at=at, limit=10):
                pass
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as workers:
        for going in [workers.submit(work) for _ in range(2)]:
            going.result(60)
    assert OneTimeCode.objects.count() == 60
    assert OneTimeCode.objects.values("phone_hash").distinct().count() == 60
    assert not FactWaiting.objects.exists()
    assert sorted(FactLink.objects.values_list("number", flat=True)) == list(range(1, 61))
    assert verify_chain(1) is None


@pytest.mark.django_db
def test_each_centre_has_its_own_chain_and_tampering_is_found(at: datetime) -> None:
    happen(at, 4, place_id=7)
    happen(at, 2, place_id=8)
    happen(at, 1, place_id=None)
    assert unchained_since(at) == 7
    hand_out(handlers={"chain": chain_handler({7: 70, 8: 80}.__getitem__)}, at=at)
    assert unchained_since(at) == 0
    assert chained_centres() == [0, 70, 80]
    assert [verify_chain(centre) for centre in chained_centres()] == [None, None, None]
    assert head_of(70)[0] == 4

    third = FactLink.objects.get(centre_id=70, number=3)
    with connection.cursor() as cursor:  # somebody who owns the database itself
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("UPDATE fact SET data = '{\"n\": 99}' WHERE id = %s", [third.fact_id])
    assert verify_chain(70) == 3
    assert verify_chain(80) is None


@pytest.mark.django_db
def test_a_link_taken_out_is_found(at: datetime) -> None:
    happen(at, 4)
    hand_out(handlers={"chain": chain_handler(lambda _id: 70)}, at=at)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("DELETE FROM fact_link WHERE number = 2")
    assert verify_chain(70) == 2
    assert unchained_since(at) == 1


@pytest.mark.django_db
def test_a_repeated_key_gets_the_first_answer_and_a_misused_one_is_refused(at: datetime) -> None:
    asked, other = digest_of_asking("POST", "/a", b"{}"), digest_of_asking("POST", "/b", b"{}")
    assert kept_answer("k", asked) is None
    keep_answer("k", asked, status=201, body='{"id": 1}', at=at)
    again = kept_answer("k", asked)
    assert again is not None
    assert (again.status, again.body) == (201, '{"id": 1}')
    with pytest.raises(Refusal) as no:
        kept_answer("k", other)
    assert no.value.code == "key_reused"
    assert digest_of_asking("ab", "c") != digest_of_asking("a", "bc")


@pytest.mark.django_db(transaction=True)
def test_twins_with_one_key_do_the_work_once(at: datetime) -> None:
    gate, done = threading.Barrier(2), []

    def ask() -> None:
        gate.wait()
        with transaction.atomic():
            if kept_answer("twin", "d") is None:
                done.append(1)
                keep_answer("twin", "d", status=200, body="", at=at)
        connection.close()

    twins = [threading.Thread(target=ask) for _ in range(2)]
    for twin in twins:
        twin.start()
    for twin in twins:
        twin.join(30)
    assert done == [1]
    assert Answer.objects.count() == 1
