"""一轮: a problem with the look-ups that rules, aims and search share."""

from __future__ import annotations

import math

from diandan.engine.gaps import Span, earliest
from diandan.engine.problem import Job, Person, Problem
from diandan.kit.units import distance_m

MICRO = 1_000_000


class Round:
    """Read-only after it is made; people and jobs are known by their place in the problem."""

    __slots__ = ("busy", "held", "job_at", "person_at", "problem", "refused", "weights")

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.weights = problem.weights
        self.job_at = {job.id: at for at, job in enumerate(problem.jobs)}
        self.person_at = {person.id: at for at, person in enumerate(problem.people)}
        self.refused = frozenset(problem.refused)
        #: Who is pinned to a job, and which minutes of a person pinned work takes.
        self.held: dict[str, list[str]] = {}
        self.busy: dict[str, list[Span]] = {}
        for pin in problem.pinned:
            job = problem.jobs[self.job_at[pin.job]]
            self.held.setdefault(pin.job, []).append(pin.person)
            span = job.window if pin.start is None else (pin.start, pin.start + job.minutes)
            self.busy.setdefault(pin.person, []).append(span)

    def metres(self, job: Job, person: Person) -> int | None:
        """The way from her to the job, rounded up; None when a position is unknown."""
        travel = self.problem.travel
        if travel.mode == "table":
            return travel.metres[self.job_at[job.id]][self.person_at[person.id]]
        if job.at is None or person.at is None:
            return None
        straight = straight_metres(job.at, person.at, self.problem.coordinates)
        return -(-straight * travel.detour_permille // 1000)

    def taken(self, person: Person) -> list[Span]:
        """The minutes she may not be asked for; a team has members beside those pinned."""
        return self.busy.get(person.id, []) if person.capacity <= 1 else []

    def start(self, job: Job, person: Person) -> int | None:
        """The earliest minute she could begin."""
        return earliest(person.free, self.taken(person), job.window, job.span)

    def lacking(self, job: Job) -> int:
        """Heads of the job that are not pinned."""
        return max(0, job.heads - len(self.held.get(job.id, ())))

    def fewest(self, job: Job) -> int:
        """The least number of *new* heads that is of use, beside those pinned."""
        return max(1, min(job.fewest, job.heads) - len(self.held.get(job.id, ())))


def straight_metres(a: tuple[int, int], b: tuple[int, int], coordinates: str) -> int:
    """As the crow flies: exact and rounded up on a plane, haversine on the earth."""
    if coordinates == "microdegrees":
        return distance_m(a[1] / MICRO, a[0] / MICRO, b[1] / MICRO, b[0] / MICRO)
    square = (a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2
    root = math.isqrt(square)
    return root if root * root == square else root + 1
