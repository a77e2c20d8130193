"""可配对: the model the search works on: open jobs, who may take each, and at what cost.

Rules and aims are asked here once; from here on there are only numbers. Decisions of the search
(`Cut`s) turn one model into a smaller one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from diandan.engine import aims, rules
from diandan.engine.compiled import Ints
from diandan.engine.round import Round
from diandan.engine.staffing.sieve import Sieve

Pair = tuple[int, int]


class Row(NamedTuple):
    """A job's arcs, cheapest first, every cost raised by `shift`; `short` is cut to 32 bits."""

    costs: list[int]
    cols: Ints
    short: Ints
    shift: int


@dataclass(slots=True)
class Model:
    """Jobs and people by their place in the problem. `must`: the job's `need` is not optional.

    `slots` are the columns, (person, band) each; they and `ready` rows are shared by every
    model cut from this one, so rows are never changed in place.
    """

    need: dict[int, int]
    price: dict[int, int]
    fewest: dict[int, int]
    cost: dict[int, dict[int, int]]
    bands: dict[int, tuple[tuple[int, int], ...]]
    must: set[int] = field(default_factory=set)
    shut: set[tuple[int, int, int]] = field(default_factory=set)
    constant: int = 0
    slots: list[tuple[int, int]] = field(default_factory=list)
    first: dict[int, int] = field(default_factory=dict)
    ready: dict[int, Row] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.slots:
            for who in sorted({person for row in self.cost.values() for person in row}):
                self.first[who] = len(self.slots)
                self.slots += [(who, band) for band in range(len(self.bands[who]))]

    def columns(self, who: int) -> range:
        """Her columns, one a band."""
        return range(self.first[who], self.first[who] + len(self.bands[who]))


@dataclass(frozen=True, slots=True)
class Ties:
    """Who must, or must not, be together, by place in the problem."""

    people_together: tuple[Pair, ...] = ()
    people_apart: tuple[Pair, ...] = ()
    jobs_together: tuple[Pair, ...] = ()
    jobs_apart: tuple[Pair, ...] = ()
    held: frozenset[Pair] = frozenset()  # (job, person) accepted before


def model_of(round_: Round) -> Model:
    """Every open job with everyone whom every rule allows."""
    problem = round_.problem
    sieve = Sieve(round_)
    need: dict[int, int] = {}
    price: dict[int, int] = {}
    fewest: dict[int, int] = {}
    cost: dict[int, dict[int, int]] = {}
    own: list[int | None] = [None] * len(problem.people)
    for at, job in enumerate(problem.jobs):
        lacking = round_.lacking(job)
        if lacking == 0:
            continue
        need[at], price[at], fewest[at] = lacking, job.unmet_price, round_.fewest(job)
        cost[at] = {}
        for who in sieve.might(job).tolist():
            person = problem.people[who]
            if rules.may(round_, job, person):
                if own[who] is None:
                    own[who] = aims.own(round_, job, person)
                cost[at][who] = aims.beside(round_, job, person) + (own[who] or 0)
    bands = {who: person.bands for who, person in enumerate(problem.people)}
    prune(cost, need, ties_of(round_))
    return Model(need, price, fewest, cost, bands)


def ties_of(round_: Round) -> Ties:
    """The problem's ties with ids replaced by places."""
    problem, who, what = round_.problem, round_.person_at, round_.job_at
    return Ties(
        tuple((who[a], who[b]) for a, b in problem.people_together),
        tuple((who[a], who[b]) for a, b in problem.people_apart),
        tuple((what[a], what[b]) for a, b in problem.jobs_together),
        tuple((what[a], what[b]) for a, b in problem.jobs_apart),
        frozenset((what[pin.job], who[pin.person]) for pin in problem.pinned),
    )


def prune(cost: dict[int, dict[int, int]], need: dict[int, int], ties: Ties) -> None:
    """Drop pairs that no plan can hold because of a tie; until nothing more follows."""
    for job, person in ties.held:
        for a, b in _both(ties.people_apart):
            if person == a:
                cost.get(job, {}).pop(b, None)
        for a, b in _both(ties.jobs_apart):
            if job == a:
                cost.get(b, {}).pop(person, None)
    dropped = True
    while dropped:
        dropped = _drop_lonely(cost, need, ties)


def _drop_lonely(cost: dict[int, dict[int, int]], need: dict[int, int], ties: Ties) -> bool:
    """Who must come with somebody that cannot come does not come."""
    gone: list[Pair] = []
    for a, b in _both(ties.people_together):
        for job, row in cost.items():
            if a in row and (job, b) not in ties.held and (b not in row or need[job] < 2):
                gone.append((job, a))
    for a, b in _both(ties.jobs_together):
        other = cost.get(b, {})
        gone += [
            (a, person)
            for person in cost.get(a, {})
            if (b, person) not in ties.held and person not in other
        ]
    for job, person in gone:
        cost[job].pop(person, None)
    return bool(gone)


def _both(pairs: Iterable[Pair]) -> list[Pair]:
    return [one for a, b in pairs for one in ((a, b), (b, a))]


@dataclass(frozen=True, slots=True)
class Cut:
    """One decision. forbid / force: the pair (job, person). shut: its band. exactly: heads."""

    kind: str
    job: int
    person: int = -1
    band: int = -1
    heads: int = 0


def cut_down(model: Model, cuts: Iterable[Cut]) -> Model | None:
    """The model after these decisions; None when they contradict each other."""
    small = Model(
        dict(model.need),
        dict(model.price),
        model.fewest,
        dict(model.cost),
        dict(model.bands),
        set(model.must),
        set(model.shut),
        model.constant,
        model.slots,
        model.first,
        dict(model.ready),
    )
    exactly: dict[int, int] = {}
    forced: dict[int, set[int]] = {}
    for cut in cuts:
        match cut.kind:
            case "forbid":
                if cut.person in forced.get(cut.job, ()):
                    return None
                _without(small, cut.job, cut.person)
            case "shut":
                small.shut.add((cut.job, cut.person, cut.band))
                small.ready.pop(cut.job, None)
            case "exactly":
                if exactly.setdefault(cut.job, cut.heads) != cut.heads:
                    return None
            case _:
                if cut.person in forced.get(cut.job, ()):
                    continue
                if not _force(small, cut):
                    return None
                forced.setdefault(cut.job, set()).add(cut.person)
    for job, heads in exactly.items():
        left = heads - len(forced.get(job, ()))
        if left < 0:
            return None
        small.constant += small.price[job] * (model.need[job] - heads)
        small.need[job] = left
        small.must.add(job)
    return small


def _without(model: Model, job: int, person: int) -> None:
    """A row of its own without this person."""
    row = model.cost[job]
    if person in row:
        model.cost[job] = {who: cost for who, cost in row.items() if who != person}
        model.ready.pop(job, None)


def _force(model: Model, cut: Cut) -> bool:
    """Put the pair into the plan: what is left is a smaller problem and a constant.

    It takes the cheapest slot left; what was decided before about her bands no longer binds.
    """
    cost = model.cost[cut.job].get(cut.person)
    bands = list(model.bands.get(cut.person, ()))
    left = next((at for at, (count, _) in enumerate(bands) if count > 0), None)
    if cost is None or left is None or model.need[cut.job] == 0:
        return False
    count, extra = bands[left]
    bands[left] = (count - 1, extra)
    model.bands[cut.person] = tuple(bands)
    for shut in [one for one in model.shut if one[1] == cut.person]:
        model.shut.discard(shut)
        model.ready.pop(shut[0], None)
    _without(model, cut.job, cut.person)
    model.need[cut.job] -= 1
    model.constant += cost + extra
    return True
