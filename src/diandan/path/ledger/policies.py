"""记单: who may stand for hours, settle an objection or correct the books: never for herself."""

from __future__ import annotations

from uuid import UUID

from django.utils.translation import gettext as _

from diandan.ground.people.actor import STAFF_ROLES, Actor
from diandan.ground.places.models import Place
from diandan.kit.refusal import forbidden


def may_keep_books(by: Actor, place: Place) -> bool:
    """A worker of the place or above it, known by name."""
    return by.person_id is not None and not by.is_frozen and by.holds(STAFF_ROLES, place.path)


def check_second(by: Actor, place: Place, *others: UUID | None) -> UUID:
    """The officer's id; refuses everybody else, and her too when she is one of `others`."""
    if by.person_id is None or not may_keep_books(by, place):
        raise forbidden(
            _("时长由%(place)s的工作人员核对。") % {"place": place.name}, "not_your_place"
        )
    if by.person_id in others:
        raise forbidden(_("这与您本人有关,要由另一个人来核对。"), "own_hours")
    return by.person_id
