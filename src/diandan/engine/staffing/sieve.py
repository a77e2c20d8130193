"""粗筛: whole columns of people sieved at once, so that the rules look only at who might do.

It may let through whom a rule forbids, never the reverse; the rules have the last word.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from diandan.engine.problem import Job, Person
from diandan.engine.round import MICRO, Round
from diandan.kit.units import EARTH_RADIUS_M

FAR = 1 << 60
SLACK_METRES = 2.0
CODES_MAX = 63

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


class Sieve:
    """People as columns: place, reach, skill bits, first and last free minute."""

    __slots__ = ("bits", "by_table", "first", "known", "last", "reach", "round", "skills", "x", "y")

    def __init__(self, round_: Round) -> None:
        people = round_.problem.people
        self.round = round_
        self.by_table = round_.problem.travel.mode == "table"
        self.known = np.array([one.at is not None for one in people], bool)
        self.x = np.array([one.at[0] if one.at else 0 for one in people], np.float64)
        self.y = np.array([one.at[1] if one.at else 0 for one in people], np.float64)
        self.reach = np.array([_or(one.reach_metres, FAR) for one in people], np.int64)
        self.first = np.array([one.free[0][0] if one.free else -FAR for one in people], np.int64)
        self.last = np.array([_last(one) for one in people], np.int64)
        codes = sorted({code for job in round_.problem.jobs for code in job.skills})[:CODES_MAX]
        self.bits = {code: 1 << at for at, code in enumerate(codes)}
        self.skills = np.array([self.mask(one.skills) for one in people], np.int64)

    def mask(self, skills: frozenset[str]) -> int:
        """Skills as bits; what has no bit is left to the rule."""
        return sum(self.bits.get(code, 0) for code in skills)

    def might(self, job: Job) -> Ints:
        """The places in the list of the people who might do."""
        wanted = self.mask(job.skills)
        ok = (self.skills & wanted) == wanted
        ok &= (
            np.minimum(self.last, job.window[1]) - np.maximum(self.first, job.window[0]) >= job.span
        )
        if job.at is not None and not self.by_table:
            limit = np.minimum(self.reach, _or(job.reach_metres, FAR)) + SLACK_METRES
            ok &= ~self.known | (self._metres(job.at) <= limit)
        found: Ints = np.flatnonzero(ok)
        return found

    def _metres(self, at: tuple[int, int]) -> Floats:
        """The straight line to everyone (the detour only makes it longer)."""
        if self.round.problem.coordinates == "metres":
            flat: Floats = np.hypot(self.x - at[0], self.y - at[1])
            return flat
        lon, lat = np.radians(self.x / MICRO), np.radians(self.y / MICRO)
        lon0, lat0 = np.radians(at[0] / MICRO), np.radians(at[1] / MICRO)
        a = np.sin((lat - lat0) / 2) ** 2
        a = a + np.cos(lat) * np.cos(lat0) * np.sin((lon - lon0) / 2) ** 2
        round_earth: Floats = 2 * EARTH_RADIUS_M * np.arcsin(np.sqrt(np.minimum(a, 1.0)))
        return round_earth


def _or(value: int | None, otherwise: int) -> int:
    return otherwise if value is None else value


def _last(person: Person) -> int:
    if person.free is None:
        return FAR
    return person.free[-1][1] if person.free else -FAR
