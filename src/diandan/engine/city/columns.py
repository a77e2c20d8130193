"""People and jobs as columns: one array a property, the way a city's round reads them.

Places are whole metres on a local plane (any projection; errors below 0.1 % inside one city),
skills and time slots are bit masks, costs are integers in the round's own unit (a metre of
travel costs `TRAVEL`).
"""

from __future__ import annotations

from typing import NamedTuple

from diandan.engine.compiled import Bits, Ints

#: What one metre costs; all other aims are stated in metres' worth.
TRAVEL = 1


class People(NamedTuple):
    """Those who may be asked. Length N each."""

    x: Ints  # metres
    y: Ints
    skills: Bits  # bit k: holds skill k
    slots: Bits  # bit t: free in slot t
    cap: Ints  # jobs this round at most
    bias: Ints  # cost of asking this person at all: load this week, turn, rating (≥ 0)


class Jobs(NamedTuple):
    """Open jobs. Length n each."""

    x: Ints
    y: Ints
    skill: Ints  # the skill it needs (a bit's number)
    slots: Bits  # any of these slots will do
    need: Ints  # heads
    price: Ints  # cost of leaving one head without anybody


def take_people(people: People, which: Ints) -> People:
    """The people at these positions."""
    return People._make(column[which] for column in people)


def take_jobs(jobs: Jobs, which: Ints) -> Jobs:
    """The jobs at these positions."""
    return Jobs._make(column[which] for column in jobs)
