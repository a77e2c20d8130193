"""演示计划: a few units with a year's plan: something done, something open, one thing late."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from diandan.ground.people.models import Role
from diandan.ground.places import queries as places
from diandan.ground.places.actions.plan import StepWords, mark_done, plan_step
from diandan.ground.places.models import Kind, PlanStep
from diandan.kit.units import local

if TYPE_CHECKING:
    from .furnish import House

UNITS = 6
Sort = PlanStep.Sort
# What, which sort, due so many days from now, and whether it is done.
STEPS: tuple[tuple[str, Sort, int, bool], ...] = (
    ("每月召开一次联席会议", Sort.MECHANISM, 60, False),
    ("组织两场进社区志愿服务", Sort.ACTIVITY, -40, True),
    ("摸清辖区居民需求,建好台账", Sort.STEP, -10, False),
)


def add_plans(house: House) -> None:
    """Member units where there are any, and the demo's own streets and stations."""
    at, today = house.cast.at, local(house.cast.at).date()
    by_id = house.staff[Role.CENTER_STAFF][0].id
    units = list(places.children(house.centre, Kind.MEMBER_UNIT)[:UNITS])
    for number, place in enumerate([*units, *house.institutes, *house.stations]):
        for title, sort, days, done in STEPS[: 1 + number % len(STEPS)]:
            due = _in_year(today, days)
            step = plan_step(place, today.year, StepWords(sort, title, due), at=at, by_id=by_id)
            if done:
                mark_done(step.id, at=at, by_id=by_id)


def _in_year(today: date, days: int) -> date:
    wanted = today + timedelta(days=days)
    return min(max(wanted, date(today.year, 1, 1)), date(today.year, 12, 31))
