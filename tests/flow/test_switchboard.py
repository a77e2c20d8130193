"""Who has which facts: what a handler is not given it would have passed over anyway."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from diandan.flow.switchboard import HANDLERS, KINDS
from diandan.ground.record.actions.announce import announce
from diandan.ground.record.actions.hand_out import hand_out, wants
from diandan.ground.record.models import FactHandled, FactRow, FactWaiting
from diandan.kit.fact import Fact
from diandan.ops import fact_kinds
from diandan.path.ledger.models import Grade, Ledger

pytestmark = pytest.mark.django_db
NAMED = {kind for kinds in KINDS.values() for kind in kinds if kind[-1] != "."}
#: Also those that are put together from parts, which no reader of the source finds.
ALL = sorted(fact_kinds.read().kinds.keys() | NAMED)


@pytest.mark.parametrize("name", sorted(HANDLERS))
def test_a_handler_does_nothing_with_a_kind_it_is_not_given(name: str, at: datetime) -> None:
    handle, _kinds = HANDLERS[name]
    passed_over = [kind for kind in ALL if not wants(KINDS, name, kind)]
    assert passed_over
    with CaptureQueriesContext(
        connection,
    ) as queries:
        for kind in passed_over:
            for ledger in Ledger.values:
                handle(_fact(kind, ledger, at), at)
    assert [q["sql"] for q in queries] == []


def test_a_fact_waits_for_those_who_want_it_alone(at: datetime) -> None:
    heard: list[str] = []
    handlers = {
        "all": lambda fact: heard.append(f"all {fact.kind}"),
        "jobs": lambda fact: heard.append(f"jobs {fact.kind}"),
        "rated": lambda fact: heard.append(f"rated {fact.kind}"),
    }
    kinds = {"jobs": frozenset({"job."}), "rated": frozenset({"request.rated"})}
    FactWaiting.objects.all().delete()
    with transaction.atomic():
        announce(*(Fact(kind=k, at=at) for k in ("request.rated", "job.served", "jobs.counted")))
    assert hand_out(handlers=handlers, kinds=kinds, at=at, only="jobs") == 1
    assert hand_out(handlers=handlers, kinds=kinds, at=at, only="jobs") == 0
    assert hand_out(handlers=handlers, kinds=kinds, at=at) == 3
    assert heard == [
        "jobs job.served",
        "all request.rated",
        "rated request.rated",
        "all job.served",
        "all jobs.counted",
    ]
    assert not FactWaiting.objects.exists()
    assert FactHandled.objects.count() == len(heard)


def test_one_that_fails_keeps_the_fact_waiting_for_itself_alone(at: datetime) -> None:
    tries: list[str] = []

    def broken(_fact: FactRow) -> None:
        tries.append("broken")
        if len(tries) < 2:
            raise ValueError("not now")

    kinds = {"broken": frozenset({"job.served"}), "other": frozenset({"job.cancelled"})}
    handlers = {"broken": broken, "other": lambda _fact: tries.append("other")}
    FactWaiting.objects.all().delete()
    with transaction.atomic():
        announce(Fact(kind="job.served", at=at))
    assert hand_out(handlers=handlers, kinds=kinds, at=at) == 1
    assert FactWaiting.objects.count() == 1
    assert hand_out(handlers=handlers, kinds=kinds, at=at) == 0
    assert hand_out(handlers=handlers, kinds=kinds, at=at + timedelta(minutes=1)) == 1
    assert tries == ["broken", "broken"]
    assert not FactWaiting.objects.exists()


def _fact(kind: str, ledger: str, at: datetime) -> FactRow:
    """With everything a handler could go on, so that only the kind holds it back."""
    return FactRow(
        id=1,
        kind=kind,
        at=at,
        place_id=1,
        by_id=uuid4(),
        person_id=uuid4(),
        request_id=uuid4(),
        job_id=uuid4(),
        team_id=uuid4(),
        data={
            "to": "served",
            "ledger": ledger,
            "grade": Grade.VERIFIED.value,
            "transfer": str(uuid4()),
        },
    )
