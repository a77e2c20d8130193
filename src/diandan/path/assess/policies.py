"""审单: who may review at a level, and who may answer for a unit."""

from __future__ import annotations

from django.utils.translation import gettext as _

from diandan.ground.people.actor import STAFF_ROLES, Actor
from diandan.ground.people.models import Role
from diandan.ground.places.models import Level, Place
from diandan.kit.refusal import forbidden

# A higher desk does not speak for a lower one: each level's word is its own.
LEVEL_ROLES: dict[Level, tuple[Role, ...]] = {
    Level.GRID: (Role.GRID_WORKER,),
    Level.STATION: (Role.STATION_STAFF,),
    Level.INSTITUTE: (Role.INSTITUTE_STAFF,),
    Level.CENTER: (Role.CENTER_STAFF,),
    Level.CITY: (Role.CENTER_STAFF, Role.ADMIN),
}


def may_review(by: Actor, level: Level, place: Place) -> bool:
    """Whether `by` speaks for `level` at `place`."""
    return not by.is_frozen and by.holds(LEVEL_ROLES[level], place.path)


def check_review(by: Actor, level: Level, place: Place) -> None:
    """Refuses who does not work at this level of this place."""
    if not may_review(by, level, place):
        raise forbidden(
            _("这一步由%(place)s的工作人员审核。") % {"place": place.full_name}, "not_your_level"
        )


def may_answer(by: Actor, unit: Place) -> bool:
    """Whether `by` works at the unit asked, or at a desk above that wrote its answer down."""
    return not by.is_frozen and by.holds(STAFF_ROLES, unit.path)


def check_answer(by: Actor, unit: Place) -> None:
    """Refuses who does not work at the unit."""
    if not may_answer(by, unit):
        raise forbidden(
            _("只有%(unit)s的工作人员可以回复。") % {"unit": unit.name}, "not_your_unit"
        )
