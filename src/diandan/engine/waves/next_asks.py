"""下一波: whom to ask now about one job, with reasons; the door for path/dispatch.

Plain values in and out. The order is `turn.costs` unless the caller gives its own, for instance
the exact assignment's. Nobody is asked who was asked about this job before, who has an ask
waiting, or whose week is full; and nobody at all in quiet hours.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from .acceptance import Acceptance, Floats, Moment, Whole, band_of, travel_bands
from .size import chance_of_enough, wave_size
from .timing import (
    AnswerTimes,
    Settings,
    Window,
    answer_left,
    backups_wanted,
    miss_chance,
    patience,
    rounds_left,
)
from .turn import Standing, Weights, costs

SHORT_NOTICE = 180
DAYS_NEVER = 365.0

ASKED_BEFORE, ASK_WAITING, WEEK_FULL = "asked_before", "ask_waiting", "week_full"


@dataclass(frozen=True, slots=True)
class Answered:
    """One answer of the past. `recent`: asks in the seven days before it; `after`: minutes."""

    person: Hashable
    kind: str
    at: int
    start: int
    minutes_away: int
    recent: int
    yes: bool
    after: int | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """A person who is able, free and near enough, as the asking sees her."""

    key: Hashable
    metres: int
    minutes_away: int
    days_unasked: int | None = None  # None: never asked
    asks_7_days: int = 0
    asks_30_days: int = 0
    minutes_30_days: int = 0
    has_ask_waiting: bool = False
    missed: int = 0
    engaged: int = 0
    spare: float = 0.0


@dataclass(frozen=True, slots=True)
class Job:
    """A job that lacks people. `asked` are all who were ever asked about it."""

    kind: str
    heads: int
    window: Window
    asked: frozenset[Hashable] = frozenset()
    waiting: tuple[Person, ...] = ()
    engaged: tuple[Person, ...] = ()
    backups: int = 0


@dataclass(frozen=True, slots=True)
class Ask:
    """Somebody to ask now: how likely she says yes, what a yes of hers costs, and why she."""

    person: Person
    chance: float
    cost: int
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Wave:
    """The decision. `wanted`: heads still lacking; `passed`: who may not be asked, by which rule.

    When nobody is asked though somebody is wanted, `look_again_at` says when it may change.
    """

    asks: tuple[Ask, ...] = ()
    for_backup: bool = False
    wanted: int = 0
    patience: int = 0
    look_again_at: int | None = None
    passed: dict[Hashable, str] = field(default_factory=dict)


Order = Callable[[Sequence[Person], Floats], Whole]


class History:
    """What past answers teach; people and kinds by whatever names the caller has."""

    def __init__(self, answers: Iterable[Answered] = (), *, guess: float = 0.4) -> None:
        past = list(answers)
        self._people = {p: n + 1 for n, p in enumerate(dict.fromkeys(a.person for a in past))}
        self._kinds = {k: n + 1 for n, k in enumerate(dict.fromkeys(a.kind for a in past))}
        self.model = Acceptance(len(self._people) + 1, len(self._kinds) + 1, guess=guess)
        self.times = AnswerTimes()
        for answer in past:
            band = int(travel_bands(np.array([answer.minutes_away]))[0])
            moment = self._moment(answer.kind, answer.at, answer.start)
            number = self._people[answer.person]
            self.model.learn(moment, number, band, answer.recent, yes=answer.yes)
            if answer.yes and answer.after is not None:
                self.times.learn(answer.after)

    def chances(self, kind: str, start: int, people: Sequence[Person], at: int) -> Floats:
        """How likely each says yes; row 0 stands for everybody of whom nothing is known."""
        return self.model.predict(
            self._moment(kind, at, start),
            np.array([self._people.get(p.key, 0) for p in people], dtype=np.int64),
            travel_bands(np.array([p.minutes_away for p in people], dtype=np.int64)),
            np.array([p.asks_7_days for p in people], dtype=np.int64),
        )

    def _moment(self, kind: str, at: int, start: int) -> Moment:
        return Moment(self._kinds.get(kind, 0), band_of(at), int(start - at < SHORT_NOTICE))


def next_asks(
    job: Job,
    people: Sequence[Person],
    history: History,
    at: int,
    *,
    settings: Settings | None = None,
    weights: Weights | None = None,
    order: Order | None = None,
) -> Wave:
    """Who is asked now. Call it again after each answer, and at `look_again_at`."""
    settings, weights = settings or Settings(), weights or Weights()
    passed = _passed(people, job, settings.asks_a_week_max)
    wanted, for_backup = _wanted(job, settings, len(people) - len(passed))
    if wanted == 0:
        return Wave()
    if not settings.asking.is_open(at):
        return Wave(
            wanted=wanted, for_backup=for_backup, look_again_at=settings.asking.next_open(at)
        )
    rounds = rounds_left(job.window, settings, at)
    out = history.chances(job.kind, job.window.start, job.waiting, at)
    may, chances = _may(job, people, passed, history, at)
    due_soon = job.window.promise - at <= settings.due_soon
    if due_soon and chance_of_enough([*out, *chances], wanted) < settings.target:
        most = settings.asks_a_week_max + settings.asks_a_week_more
        passed = _passed(people, job, most)
        may, chances = _may(job, people, passed, history, at)
    left = answer_left(job.window, settings, at, np.array([p.minutes_away for p in may], np.int64))
    timely = chances * history.times.in_time(left)
    cost = costs(_standing(may, timely), weights) if order is None else order(may, chances)
    ranked = np.argsort(cost, kind="stable")
    size = wave_size(
        out.tolist(), chances[ranked].tolist(), wanted, rounds=rounds, target=settings.target
    )
    waits = patience(rounds, settings)
    return Wave(
        asks=tuple(
            Ask(may[n], float(chances[n]), int(cost[n]), _reasons(may[n])) for n in ranked[:size]
        ),
        for_backup=for_backup,
        wanted=wanted,
        patience=waits,
        look_again_at=settings.asking.next_open(at + (waits if size or len(out) else 60)),
        passed=passed,
    )


def _wanted(job: Job, settings: Settings, others: int) -> tuple[int, bool]:
    """Heads still lacking, or backups when none lack; and which of the two."""
    lacking = job.heads - len(job.engaged)
    if lacking > 0:
        return lacking, False
    misses = [miss_chance(p.missed, p.engaged) for p in job.engaged]
    return max(0, backups_wanted(misses, job.window, settings, others=others) - job.backups), True


def _passed(people: Sequence[Person], job: Job, asks_most: int) -> dict[Hashable, str]:
    """Who may not be asked, by which rule, when a week holds so many asks."""
    return {p.key: rule for p in people if (rule := _rule_against(p, job, asks_most))}


def _rule_against(person: Person, job: Job, asks_most: int) -> str:
    if person.key in job.asked:
        return ASKED_BEFORE
    if person.has_ask_waiting:
        return ASK_WAITING
    return WEEK_FULL if person.asks_7_days >= asks_most else ""


def _may(
    job: Job, people: Sequence[Person], passed: dict[Hashable, str], history: History, at: int
) -> tuple[list[Person], Floats]:
    """Who may be asked, nearest first, and how likely each says yes."""
    may = sorted((p for p in people if p.key not in passed), key=lambda p: (p.metres, str(p.key)))
    return may, history.chances(job.kind, job.window.start, may, at)


def _standing(people: Sequence[Person], chances: Floats) -> Standing:
    return Standing(
        chance=chances,
        metres=np.array([p.metres for p in people], dtype=np.int64),
        days_unasked=np.array(
            [DAYS_NEVER if p.days_unasked is None else p.days_unasked for p in people]
        ),
        asks_30_days=np.array([p.asks_30_days for p in people], dtype=np.int64),
        minutes_30_days=np.array([p.minutes_30_days for p in people], dtype=np.int64),
        spare=np.array([p.spare for p in people], dtype=np.float64),
    )


def _reasons(person: Person) -> tuple[str, ...]:
    """Codes, the strongest first; the page says them in words."""
    made = []
    if person.days_unasked is None:
        made.append("never_asked")
    elif person.days_unasked >= 14:
        made.append("long_unasked")
    if person.asks_30_days == 0 and person.days_unasked is not None:
        made.append("not_asked_this_month")
    if person.minutes_away <= 10:
        made.append("near")
    return tuple(made) or ("likely_and_least_costly",)
