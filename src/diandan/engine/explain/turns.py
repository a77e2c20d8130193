"""轮到谁: everyone's place in turn: the longest unasked first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from diandan.engine.aims.turn import DAY
from diandan.engine.explain.lot import Lot


@dataclass(frozen=True, slots=True)
class Turn:
    """`place` of `among`. `could`: jobs of this round she may do. `gets`: jobs proposed to her."""

    person: str
    place: int
    among: int
    days: int | None
    could: int
    gets: tuple[str, ...]

    @property
    def text(self) -> str:
        """The sentence for her own page."""
        waited = "还没被问过" if self.days is None else f"{self.days} 天前问过"
        what = f"这一轮请您去 {'、'.join(self.gets)}" if self.gets else "这一轮没有请您"
        return (
            f"{self.person}:排第 {self.place}/{self.among} 位({waited}),能做 {self.could} 单,{what}"
        )

    def row(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "person": self.person,
            "place": self.place,
            "among": self.among,
            "days": self.days,
            "could": self.could,
            "gets": list(self.gets),
            "text": self.text,
        }


def turns(lot: Lot, staff: dict[int, set[int]]) -> tuple[Turn, ...]:
    """In order of turn; those who take nothing this round are not in the line."""
    problem = lot.round.problem
    line = [at for at, one in enumerate(problem.people) if one.capacity > 0]
    line.sort(key=lambda at: (_asked(problem.people[at].last_asked), problem.people[at].id))
    could = dict.fromkeys(line, 0)
    for row in lot.model.cost.values():
        for who in row:
            could[who] = could.get(who, 0) + 1
    gets: dict[int, list[str]] = {}
    for job, crew in sorted(staff.items()):
        for who in crew:
            gets.setdefault(who, []).append(problem.jobs[job].id)
    found, place = [], 0
    for nth, at in enumerate(line, 1):
        person = problem.people[at]
        if nth == 1 or person.last_asked != problem.people[line[nth - 2]].last_asked:
            place = nth  # who were asked at the same minute share a place
        days = (
            None if person.last_asked is None else max(0, (problem.now - person.last_asked) // DAY)
        )
        mine = tuple(gets.get(at, ()))
        found.append(Turn(person.id, place, len(line), days, could[at], mine))
    return tuple(found)


def _asked(last: int | None) -> tuple[bool, int]:
    return (False, 0) if last is None else (True, last)
