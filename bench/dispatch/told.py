"""数字成文: the figures of the last proofs as tables in this folder's README, and what they miss.

    python -m bench.dispatch.told

reads docs/proof/dispatch.json and repair.json; nothing between the marks is typed by hand.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
README = Path(__file__).with_name("README.md")
FROM, TO = "<!-- figures -->", "<!-- end of figures -->"


def proof(name: str) -> dict[str, Any]:
    """What a proof measured; empty when it was never run."""
    file = ROOT / "docs" / "proof" / f"{name}.json"
    return dict(json.loads(file.read_text(encoding="utf-8"))) if file.exists() else {}


def best_flow(judged: dict[str, Any]) -> float:
    """How many times our seconds the faster of OR-Tools' two formulations took."""
    both = [judged[name] for name in ("or_tools_folded", "or_tools")]
    seconds = [said.get("seconds", said.get("stopped_after_seconds")) for said in both]
    return float(min(seconds) / judged["ours"]["seconds"])


def many(said: dict[str, Any]) -> str:
    """A judge's word: how many times our time, stopped, or left out."""
    if "times_ours" in said:
        return f"{said['times_ours']}×"
    return "stopped" if "stopped_after_seconds" in said else "left out"


def table(cases: list[dict[str, Any]]) -> Iterator[str]:
    """One line a case."""
    yield (
        "| jobs | regime | solve cpu ms | round over kept, wall / cpu ms | over every pair, wall / cpu ms "
        "| OR-Tools folded | OR-Tools | SciPy | HiGHS | peak MB | load |"
    )
    yield "|" + " --- |" * 11
    for case in cases:
        spent, judged = case["round"]["time"], case["judges"]
        both = [
            f"{spent[part]['wall_ms']:.0f} / {spent[part]['cpu_ms']:.0f}"
            for part in ("round_over_kept", "round_over_every_pair")
        ]
        others = [many(judged[name]) for name in ("or_tools_folded", "or_tools", "scipy", "highs")]
        words = [
            f"{case['jobs']:,}", case["regime"], f"{judged['ours']['seconds'] * 1000:.1f}",
            *both, *others, f"{case['round']['peak_mb']}", "–".join(map(str, case["load"])),
        ]  # fmt: skip
        yield "| " + " | ".join(words) + " |"


def aim(name: str, wanted: str, found: str, met: bool) -> str:
    return f"| {name} | {wanted} | {found} | {'met' if met else '**missed**'} |"


def aims(cases: list[dict[str, Any]]) -> Iterator[str]:
    """The issue's aims against what was measured."""
    yield "| aim | wanted | found | |"
    yield "| --- | --- | --- | --- |"
    for case in cases:
        jobs, regime, spent = case["jobs"], case["regime"], case["round"]["time"]
        where = f"{jobs:,} {regime}"
        times = best_flow(case["judges"])
        least = 100 if jobs == 100_000 and regime == "surplus" else 10 if jobs >= 20_000 else 5
        if jobs >= 5_000:
            name = f"{where}: the better OR-Tools beaten"
            yield aim(name, f"≥ {least}×", f"{times:.2f}×", times >= least)
        if jobs == 100_000:
            kept = spent["round_over_kept"]["wall_ms"]
            every = spent["round_over_every_pair"]["wall_ms"]
            if regime == "surplus":
                yield aim(f"{where}: whole round", "≤ 250 ms", f"{kept:.0f} ms", kept <= 250)
            found = f"{every:.0f} ms"
            yield aim(f"{where}: over every pair", "≤ 1000 ms", found, every <= 1000)
    peak = max(case["round"]["peak_mb"] for case in cases)
    yield aim("memory", "< 1024 MB", f"{peak} MB", peak < 1024)
    gaps = sum(
        said.get("gap", 0) for case in cases for n, said in case["judges"].items() if n != "fifo"
    )
    faults = sum(case["round"]["faults"] + case["round"]["unproven"] for case in cases)
    yield aim("gaps and faults of the proof", "0", f"{gaps}, {faults}", gaps == faults == 0)


def repairs(figures: dict[str, Any]) -> Iterator[str]:
    """One change at 20,000 open jobs."""
    city = figures["at_city"]
    yield "| aim | wanted | found | |"
    yield "| --- | --- | --- | --- |"
    for regime in ("surplus", "tight"):
        said = city[regime]
        p50, p99 = said["p50_us"], said["p99_us"]
        yield aim(f"{regime}: p50", "≤ 10 µs", f"{p50} µs", p50 <= 10)
        yield aim(f"{regime}: p99", "≤ 150 µs", f"{p99} µs", p99 <= 150)
        times = said["or_tools_folded_ms"] * 1000 / p50
        yield aim(f"{regime}: OR-Tools from nothing", "≥ 10,000×", f"{times:,.0f}×", times >= 1e4)
        own = said["fresh_solve_ms"] * 1000 / p50
        yield aim(f"{regime}: ours from nothing", "≥ 10,000×", f"{own:,.0f}×", own >= 1e4)
    yield ""
    yield (
        f"A single call from Python costs {city['call_us']} µs on top. {figures['events']:,} random "
        f"changes: {figures['broken']} broke the proof; {figures['compared']:,} compared with a "
        f"fresh solve: {figures['differing']} differed."
    )


def written() -> str:
    """All that stands between the marks."""
    lines: list[str] = []
    whole, repaired = proof("dispatch"), proof("repair")
    if whole:
        cases, said = whole["figures"]["cases"], whole["figures"]["parameters"]
        lines += [
            (f"Measured {whole['measured_at']} on {whole['machine']['cores']} cores, seed "
            f"{said['seed']} (tuned on {said['tuned_on_seed']}); a judge is stopped after "
            f"{said['limit_s']} s a solve; × is a judge's processor seconds over ours."),
            "", *table(cases), "", *aims(cases),
        ]  # fmt: skip
    if repaired:
        lines += ["", "One change at 20,000 open jobs:", "", *repairs(repaired["figures"])]
    return "\n".join(lines)


def main() -> int:
    text = README.read_text(encoding="utf-8")
    before, rest = text.split(FROM)
    after = rest.split(TO)[1]
    README.write_text(f"{before}{FROM}\n{written()}\n{TO}{after}", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
