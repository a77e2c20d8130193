"""软目标: what one aim can do: cost a pair, say so, and say how a second person differs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from diandan.engine.problem import Job, Person
from diandan.engine.round import Round
from diandan.engine.said import Said

Cost = Callable[[Round, Job, Person], int]
Say = Callable[[Round, Job, Person], Said]
Differ = Callable[[Round, Job, Person, Person], Said]


@dataclass(frozen=True, slots=True)
class Aim:
    """`differs(round, job, chosen, other)` says how `other` compares with `chosen`.

    `of_pair`: whether the cost depends on the job at all; if not, it is asked once a person.
    """

    code: str
    title: str
    cost: Cost
    says: Say
    differs: Differ
    of_pair: bool = True
