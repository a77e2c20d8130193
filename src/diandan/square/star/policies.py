"""星级: who checks a star and settles an objection: an officer of the centre, never for herself."""

from __future__ import annotations

from uuid import UUID

from django.utils.translation import gettext as _

from diandan.ground.people.actor import Actor
from diandan.ground.people.models import Role
from diandan.ground.places.models import Place
from diandan.kit.refusal import forbidden

CHECKERS = (Role.CENTER_STAFF, Role.ADMIN)


def may_check_stars(by: Actor, centre: Place) -> bool:
    """Whether she is an officer of the whole centre."""
    return not by.is_frozen and by.holds(CHECKERS, centre.path)


def check_officer(by: Actor, centre: Place, *others: UUID | None) -> UUID:
    """Her id; refuses who is no officer here, and her too when it is about herself."""
    if by.person_id is None or not may_check_stars(by, centre):
        raise forbidden(
            _("星级由%(place)s的中心工作人员审核。") % {"place": centre.name}, "not_your_centre"
        )
    if by.person_id in others:
        raise forbidden(_("这与您本人有关,要由另一个人来办。"), "own_star")
    return by.person_id
