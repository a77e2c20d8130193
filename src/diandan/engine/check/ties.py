"""复核·同组: who must, or must not, serve together; and what that rules out beforehand."""

from __future__ import annotations

from collections.abc import Iterable

from diandan.engine.problem import Problem

Staff = dict[str, set[str]]


def faults(problem: Problem, staff: Staff, pinned: set[tuple[str, str]]) -> list[str]:
    """`staff`: everyone on each job, those accepted before included. Accepted pairs are not judged."""
    found = []
    for a, b in problem.people_apart:
        found += [
            f"{a} 与 {b} 不应同在 {job}"
            for job, who in staff.items()
            if a in who and b in who and not {(job, a), (job, b)} <= pinned
        ]
    for a, b in problem.people_together:
        for job, who in staff.items():
            for one, other in ((a, b), (b, a)):
                if one in who and other not in who and (job, one) not in pinned:
                    found.append(f"{one} 在 {job} 却没有 {other}")
    for one, two in problem.jobs_apart:
        found += [
            f"{one} 与 {two} 不应都由 {person} 承担"
            for person in sorted(staff.get(one, set()) & staff.get(two, set()))
            if not {(one, person), (two, person)} <= pinned
        ]
    for one, two in problem.jobs_together:
        for job, other in ((one, two), (two, one)):
            found += [
                f"{person} 承担 {job} 却没有承担 {other}"
                for person in sorted(staff.get(job, set()) - staff.get(other, set()))
                if (job, person) not in pinned
            ]
    return found


def impossible(
    problem: Problem, allowed: set[tuple[str, str]], lacking: dict[str, int]
) -> set[tuple[str, str]]:
    """Pairs (job, person) that no whole plan holds, because of a tie; found by repeating."""
    pinned = {(pin.job, pin.person) for pin in problem.pinned}
    gone: set[tuple[str, str]] = set()

    def may(job: str, person: str) -> bool:
        return (job, person) in allowed and (job, person) not in gone

    for a, b in _ways(problem.people_apart):
        gone |= {(job, b) for job, person in pinned if person == a}
    for one, two in _ways(problem.jobs_apart):
        gone |= {(two, person) for job, person in pinned if job == one}
    while True:
        before = len(gone)
        for a, b in _ways(problem.people_together):
            for job in lacking:
                comes = (job, b) in pinned or (may(job, b) and lacking[job] > 1)
                if may(job, a) and not comes:
                    gone.add((job, a))
        for one, two in _ways(problem.jobs_together):
            for job, person in list(allowed):
                other = (two, person) in pinned or may(two, person)
                if job == one and may(one, person) and not other:
                    gone.add((one, person))
        if len(gone) == before:
            return gone


def _ways(pairs: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    return [*pairs, *((b, a) for a, b in pairs)]
