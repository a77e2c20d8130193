"""违例: where a relaxed plan breaks a tie, and the decisions of which every true plan obeys one."""

from __future__ import annotations

from diandan.engine.staffing.offer import Cut, Model, Pair, Ties
from diandan.engine.staffing.relax import Relaxed

Children = list[tuple[Cut, ...]]
Staff = dict[int, set[int]]


def staff_of(relaxed: Relaxed, forced: set[Pair]) -> Staff:
    """Job → who newly serves it."""
    staff = {job: {person for person, _ in held} for job, held in relaxed.holds.items()}
    for job, person in forced:
        staff.setdefault(job, set()).add(person)
    return staff


def branches(model: Model, ties: Ties, relaxed: Relaxed, forced: set[Pair]) -> Children:
    """The ways on from the first thing that is broken, the most restrictive first; none: whole."""
    staff = staff_of(relaxed, forced)
    return (
        _twice(relaxed)  # first: who counts twice makes a crew look larger than it is
        or _too_few(model, staff)
        or _apart(ties, staff)
        or _together(ties, staff)
        or []
    )


def all_broken(model: Model, ties: Ties, relaxed: Relaxed) -> set[int]:
    """Every job in which something is broken."""
    staff = staff_of(relaxed, set())
    found = {job for job, who in staff.items() if 0 < len(who) < model.fewest[job]}
    found |= {job for job, held in relaxed.holds.items() if len({w for w, _ in held}) < len(held)}
    for a, b in ties.people_apart:
        found |= {job for job, who in staff.items() if a in who and b in who}
    for a, b in (*ties.people_together, *((b, a) for a, b in ties.people_together)):
        found |= {
            j for j, who in staff.items() if a in who and b not in who and (j, b) not in ties.held
        }
    for one, two in ties.jobs_apart:
        if staff.get(one, set()) & staff.get(two, set()):
            found |= {one, two}
    for one, two in ties.jobs_together:
        if _apart_by(ties, staff, one, two):
            found |= {one, two}
    return {job for job in found if job in model.need}


def _too_few(model: Model, staff: Staff) -> Children:
    """A job with fewer than are of use: nobody, or exactly this many or that many."""
    for job, who in sorted(staff.items()):
        fewest = model.fewest.get(job, 1)
        if 0 < len(who) < fewest:
            most = model.need[job]
            counts = [0, *range(fewest, most + 1)]
            return [(Cut("exactly", job, heads=heads),) for heads in counts]
    return []


def _twice(relaxed: Relaxed) -> Children:
    """The same team on the same job through two of its bands."""
    for job, held in sorted(relaxed.holds.items()):
        seen: dict[int, int] = {}
        for person, band in held:
            if person in seen:
                return [
                    (Cut("shut", job, person, band=seen[person]),),
                    (Cut("shut", job, person, band=band),),
                ]
            seen[person] = band
    return []


def _apart(ties: Ties, staff: Staff) -> Children:
    for a, b in ties.people_apart:
        for job, who in sorted(staff.items()):
            if a in who and b in who:
                return [(Cut("forbid", job, a),), (Cut("forbid", job, b),)]
    for one, two in ties.jobs_apart:
        for person in sorted(staff.get(one, set()) & staff.get(two, set())):
            return [(Cut("forbid", one, person),), (Cut("forbid", two, person),)]
    return []


def _together(ties: Ties, staff: Staff) -> Children:
    for a, b in (*ties.people_together, *((b, a) for a, b in ties.people_together)):
        for job, who in sorted(staff.items()):
            if a in who and b not in who and (job, b) not in ties.held:
                both = (Cut("force", job, a), Cut("force", job, b))
                return [(Cut("forbid", job, a),), both]
    for one, two in ties.jobs_together:
        for job, person in _apart_by(ties, staff, one, two):
            other = two if job == one else one
            both = (Cut("force", job, person), Cut("force", other, person))
            return [(Cut("forbid", job, person),), both]
    return []


def _apart_by(ties: Ties, staff: Staff, one: int, two: int) -> list[Pair]:
    """Who serves only one of two jobs that belong together, and which."""
    return [
        (job, person)
        for job, other in ((one, two), (two, one))
        for person in sorted(staff.get(job, set()) - staff.get(other, set()))
        if (other, person) not in ties.held
    ]
