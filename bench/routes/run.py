"""出行 on instances of others: the gap to the best value known, instance by instance.

``python -m bench.routes.run FOLDER --seconds 60`` reads every home health care instance of a
folder and the tables of best known values beside them (``*_best.md``), solves each, has the
checker judge the plan, and prints one JSON document. Progress goes to standard error. An instance
whose name is in no table is solved all the same and has no gap. A gap below zero is a plan better
than the best one published.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from diandan.engine.routes import check_json, from_hhcrsp, solve_json, warm

ROW = re.compile(r"^\|\s*(\S+\.json)\s*\|(.*)\|\s*$")
COST = 3  # the column of a table's rest that holds the total: distance, largest, total, cost
HALF_A_DIGIT = 0.0005  # tables give six figures


def best_known(folder: Path) -> dict[str, float]:
    """File name -> published value, from every table of the folder."""
    known = {}
    for table in sorted(folder.glob("*_best.md")):
        for line in table.read_text().splitlines():
            row = ROW.match(line)
            if row:
                known[row.group(1)] = float(row.group(2).split("|")[COST])
    return known


def one(file: Path, seconds: float, seed: int, best: float | None) -> dict[str, Any]:
    """One instance, solved and judged."""
    problem = from_hhcrsp(json.loads(file.read_text()))
    began, worked = time.monotonic(), time.process_time()
    plan = solve_json(problem, seconds, seed)
    row = {
        "instance": file.stem,
        "value": round(plan["source_value"], 3),
        "best_known": best,
        "gap_percent": None if best is None else round(_gap(plan["source_value"], best), 3),
        "bound": round(plan["bound"], 3),
        "optimal": plan["optimal"],
        "unmet": plan["unmet"],
        "faults": check_json(problem, plan),
        "seconds": round(time.monotonic() - began, 1),
        "processor_seconds": round(time.process_time() - worked, 1),
        "moves": plan["how"].get("moves"),
    }
    print(json.dumps(row, ensure_ascii=False), file=sys.stderr, flush=True)
    return row


def _gap(value: float, best: float) -> float:
    gap = value - best
    return 0.0 if abs(gap) <= HALF_A_DIGIT * max(1.0, best / 100) else 100 * gap / best


def main() -> None:
    """Solve a folder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="", help="part of the names to take")
    args = parser.parse_args()
    warm()
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False
    ).stdout.strip()  # before, since the tree may move on meanwhile
    known = best_known(args.folder)
    files = [
        file
        for file in sorted(args.folder.glob("*.json"))
        if not file.name.startswith("sol_") and args.only in file.name and file.stem != "toy"
    ]
    rows = [one(file, args.seconds, args.seed, known.get(file.name)) for file in files]
    print(
        json.dumps(_document(rows, args.seconds, args.seed, commit), ensure_ascii=False, indent=1)
    )


def _document(rows: list[dict[str, Any]], seconds: float, seed: int, commit: str) -> dict[str, Any]:
    gaps = [row["gap_percent"] for row in rows if row["gap_percent"] is not None]
    return {
        "proof": "routes",
        "holds": all(not row["faults"] and row["unmet"] == 0 for row in rows),
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": commit,
        "machine": {
            "system": platform.platform(),
            "processor": platform.machine(),
            "cores": os.cpu_count(),
            "python": platform.python_version(),
            "load": [round(load, 1) for load in os.getloadavg()],
        },
        "figures": {
            "seconds_each": seconds,
            "seed": seed,
            "with_best_known": len(gaps),
            "mean_gap_percent": round(sum(gaps) / len(gaps), 3) if gaps else None,
            "worst_gap_percent": max(gaps, default=None),
            "rows": rows,
        },
    }


if __name__ == "__main__":
    main()
