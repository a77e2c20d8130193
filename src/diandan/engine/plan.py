"""派单方案: who is proposed for what, what it costs, and the prices that prove it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from diandan.engine.problem import KIND, Problem
from diandan.engine.reading import LARGEST, ProblemFault, Reader, text, whole

FORMAT = "diandan.plan"
VERSION = 1
#: How optimality is shown: by the prices alone; by prices and an exhausted search; or not at all.
PROOFS = ("duals", "search", "none")


@dataclass(frozen=True, slots=True)
class Choice:
    """One person for one head of a job. `pinned`: accepted before; it costs this round nothing."""

    job: str
    person: str
    cost: int = 0
    pinned: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """`bound`: nothing costs less. `prices`: of one more head (u) and of one more slot (v)."""

    pairs: tuple[Choice, ...]
    unmet: tuple[tuple[str, int], ...]
    cost: int
    bound: int
    optimal: bool
    proof: str
    job_prices: tuple[tuple[str, int], ...]
    person_prices: tuple[tuple[str, tuple[int, ...]], ...]
    source_value: str
    problem: str = ""
    nodes: int = 0

    @property
    def matched(self) -> int:
        """Heads the plan fills, those accepted before included."""
        return len(self.pairs)

    @property
    def unmet_heads(self) -> int:
        """Heads nobody fills."""
        return sum(heads for _, heads in self.unmet)

    def figures(self) -> dict[str, Any]:
        """The plan in one line."""
        return {
            "source_value": number(self.source_value),
            "matched": self.matched,
            "unmet": self.unmet_heads,
            "optimal": self.optimal,
            "bound": self.bound,
            "cost": self.cost,
            "proof": self.proof,
            "nodes": self.nodes,
        }


def number(said: str) -> int | float:
    """A decimal text as the JSON number closest to it."""
    return float(said) if "." in said else int(said)


def source_value(problem: Problem, cost: int) -> str:
    """The objective in the source's own unit, exactly, as a decimal text."""
    source = problem.source
    if source is None:
        return str(cost)
    value = -cost if source.sense == "max" else cost
    scaled = 10**source.decimals
    digits = value * scaled // source.scale  # exact: the scale is a power of ten up to `decimals`
    sign, digits = ("-", -digits) if digits < 0 else ("", digits)
    whole_part, rest = divmod(digits, scaled)
    tail = f"{rest:0{source.decimals}d}".rstrip("0") if source.decimals else ""
    return f"{sign}{whole_part}.{tail}" if tail else f"{sign}{whole_part}"


def write(plan: Plan) -> dict[str, Any]:
    """The plan as JSON."""
    return {
        "format": FORMAT,
        "version": VERSION,
        "kind": KIND,
        "problem": plan.problem,
        "pairs": [
            {"job": one.job, "person": one.person, "cost": one.cost, "pinned": one.pinned}
            for one in plan.pairs
        ],
        "unmet": [{"job": job, "heads": heads} for job, heads in plan.unmet],
        "cost": plan.cost,
        "bound": plan.bound,
        "optimal": plan.optimal,
        "proof": plan.proof,
        "prices": {
            "jobs": dict(plan.job_prices),
            "people": {person: list(prices) for person, prices in plan.person_prices},
        },
        "source_value": plan.source_value,
        "nodes": plan.nodes,
    }


def read(value: object) -> Plan:
    """A plan from its JSON."""
    reader = Reader(value, "")
    reader.word("format", among=(FORMAT,))
    reader.whole("version", None, VERSION, VERSION)
    reader.word("kind", among=(KIND,))
    prices = Reader(reader.get("prices") or {}, "prices")
    jobs, people = Reader(prices.get("jobs") or {}, "prices.jobs"), prices.get("people") or {}
    people = Reader(people, "prices.people").values
    plan = Plan(
        pairs=tuple(_choice(row, f"pairs[{at}]") for at, row in enumerate(reader.rows("pairs"))),
        unmet=tuple(_unmet(row, f"unmet[{at}]") for at, row in enumerate(reader.rows("unmet"))),
        cost=reader.whole("cost", None, -LARGEST),
        bound=reader.whole("bound", None, -LARGEST),
        optimal=reader.flag("optimal"),
        proof=reader.word("proof", "none", PROOFS),
        job_prices=tuple((job, jobs.whole(job, None, -LARGEST)) for job in jobs.values),
        person_prices=tuple(
            (text(who, "prices.people"), _numbers(row, f"prices.people.{who}"))
            for who, row in people.items()
        ),
        source_value=reader.word("source_value"),
        problem=reader.word("problem", "") if reader.get("problem") else "",
        nodes=reader.whole("nodes", 0),
    )
    reader.end()
    return plan


def _numbers(value: object, name: str) -> tuple[int, ...]:
    if not isinstance(value, list):
        raise ProblemFault(name, value, "应为整数列表")
    return tuple(whole(one, name) for one in value)


def _choice(value: Any, path: str) -> Choice:
    reader = Reader(value, path)
    found = Choice(
        reader.word("job"),
        reader.word("person"),
        reader.whole("cost", 0, -LARGEST),
        reader.flag("pinned"),
    )
    reader.end()
    return found


def _unmet(value: Any, path: str) -> tuple[str, int]:
    reader = Reader(value, path)
    found = reader.word("job"), reader.whole("heads", None, 1)
    reader.end()
    return found


def digest(document: dict[str, Any]) -> str:
    """A short fingerprint of a problem, so that a plan can say which one it answers."""
    exact = json.dumps(document, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(exact.encode()).hexdigest()[:16]
