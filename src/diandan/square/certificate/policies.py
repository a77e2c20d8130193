"""谁可以: certificates are made by an organisation's officers, never by whom they are about."""

from __future__ import annotations

from uuid import UUID

from django.utils.translation import gettext as _

from diandan.ground.people.actor import Actor
from diandan.ground.people.models import Role
from diandan.ground.places.models import Place
from diandan.kit.refusal import forbidden

OFFICERS = (Role.STATION_STAFF, Role.INSTITUTE_STAFF, Role.CENTER_STAFF)


def may_certify(by: Actor, place: Place) -> bool:
    """Whether she is an officer of the issuing organisation or of one above it."""
    return by.person_id is not None and not by.is_frozen and by.holds(OFFICERS, place.path)


def check_officer(by: Actor, place: Place, *others: UUID | None) -> UUID:
    """The officer's id; refuses everybody else, and her too when she is one of `others`."""
    if by.person_id is None or not may_certify(by, place):
        raise forbidden(
            _("这件事由%(place)s的工作人员办理。") % {"place": place.name}, "not_your_place"
        )
    if by.person_id in others:
        raise forbidden(_("申请、经办、签字要由三个人分别来做,请换一位同事。"), "another_person")
    return by.person_id
