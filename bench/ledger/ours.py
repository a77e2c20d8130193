"""我们的账: clients in a closed loop at the product's own door, each with one transfer under way."""

from __future__ import annotations

import gc
import threading
import time
from collections.abc import Sequence
from typing import Any

import numpy as np
from django.db import connection

from bench.ledger.theirs import ZIPF
from diandan.ground.people.actor import SYSTEM
from diandan.ground.places.actions.grow import grow
from diandan.ground.places.models import Kind, Place
from diandan.kit.clock import now
from diandan.kit.ids import new_id
from diandan.kit.refusal import Refusal
from diandan.path.ledger.actions.move import SOURCE, Move, account_of
from diandan.path.ledger.actions.move_many import move_many
from diandan.path.ledger.committer import Answer, Committer
from diandan.path.ledger.models import Account, Ledger, Reason, Transfer

FUNDED, BATCH = 1_000_000, 5_000
OPEN = """
    INSERT INTO account (id, centre_id, ledger, grade, owner, family_id, purpose, has_floor,
                         opened_at, posted, held, coming)
    SELECT gen_random_uuid(), %s, 'coins', '', 'family', gen_random_uuid(), '', true, now(), 0, 0, 0
    FROM generate_series(1, %s)
"""
DRAWN = 4_000_000


def prepare(accounts: int) -> list[Account]:
    """So many accounts of coins, each with a floor and something on it, through the same door."""
    grow("xiyang", now())
    centre = Place.objects.filter(kind=Kind.CENTER).earliest("id")
    with connection.cursor() as cursor:
        cursor.execute(OPEN, [centre.id, accounts])
    rows = list(Account.objects.filter(owner=Account.Owner.FAMILY))
    source = account_of(None, centre=centre, ledger=Ledger.COINS, purpose=SOURCE, at=now())
    for first in range(0, accounts, BATCH):
        some = rows[first : first + BATCH]
        said = move_many(
            [Move(new_id(), source, one, FUNDED, Reason.ISSUE) for one in some], by=SYSTEM, at=now()
        )
        assert said == [None] * len(some)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE account")
        cursor.execute("VACUUM ANALYZE transfer")
    return rows


class Clients:
    """So many clients; each hands in its next transfer when the last one is acknowledged."""

    def __init__(self, accounts: list[Account], seed: int) -> None:
        chance = np.arange(1, len(accounts) + 1, dtype=np.float64) ** -ZIPF
        rng = np.random.default_rng(seed)
        whole = np.cumsum(chance / chance.sum())
        givers = np.searchsorted(whole, rng.random(DRAWN))
        takers = np.searchsorted(whole, rng.random(DRAWN))
        amounts = rng.integers(1, 101, DRAWN)
        apart = givers != takers
        drawn = (givers[apart].tolist(), takers[apart].tolist(), amounts[apart].tolist())
        self._drawn = iter(zip(*drawn, strict=True))
        self._accounts = accounts
        self.acknowledged = self.refused = 0
        self.waits: list[float] = []
        self.trouble: list[Exception] = []
        self._lock = threading.Lock()
        # The population and what is drawn stand still: the collector need not walk them each time.
        gc.collect()
        gc.freeze()

    def run(self, committer: Committer, clients: int, seconds: float) -> float:
        """Acknowledged transfers a second."""
        self.acknowledged = self.refused = 0
        self.waits = []
        left = threading.Semaphore(0)
        began = time.perf_counter()
        until = began + seconds
        for _ in range(clients):
            self._one(committer, until, left)
        for _ in range(clients):
            left.acquire()
        return self.acknowledged / (time.perf_counter() - began)

    def _one(self, committer: Committer, until: float, left: threading.Semaphore) -> None:
        handed = time.perf_counter()
        if handed >= until:
            left.release()
            return
        with self._lock:
            giver, taker, amount = next(self._drawn)
        wanted = Move(new_id(), self._accounts[giver], self._accounts[taker], amount, Reason.GIFT)

        def answer(said: Answer) -> None:
            if said is None:
                self.acknowledged += 1
                self.waits.append(time.perf_counter() - handed)
            elif isinstance(said, Refusal):
                self.refused += 1
            else:
                self.trouble.append(said)
                left.release()
                return
            self._one(committer, until, left)

        committer.submit(wanted, answer)


def milliseconds(waits: Sequence[float]) -> dict[str, float]:
    """How long a client waited for its acknowledgement."""
    rows = np.sort(np.asarray(waits)) * 1000
    return {f"p{n}": round(float(rows[len(rows) * n // 100]), 1) for n in (50, 99)}


def books() -> dict[str, Any]:
    """What stands afterwards: the sum of all balances, and what is below its floor."""
    posted = Account.objects.values_list("posted", flat=True)
    below = Account.objects.filter(has_floor=True, posted__lt=0).count()
    return {"transfers": Transfer.objects.count(), "sum": sum(posted), "below_floor": below}
