"""硬规则: what one rule can do: judge a pair, say why not, and name the change that lifts it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from diandan.engine.changes import Change
from diandan.engine.problem import Job, Person
from diandan.engine.round import Round
from diandan.engine.said import Said

Judge = Callable[[Round, Job, Person], bool]
Say = Callable[[Round, Job, Person], Said]
Lift = Callable[[Round, Job, Person], tuple[Change, ...]]


@dataclass(frozen=True, slots=True)
class Rule:
    """`lift` names what would have to change; some of that is never proposed (`changes.KEPT`)."""

    code: str
    title: str
    allows: Judge
    says: Say
    lift: Lift
