"""派单: who may have a month lived through again."""

from __future__ import annotations

from django.utils.translation import gettext as _

from diandan.ground.people.actor import Actor
from diandan.ground.people.models import Role
from diandan.ground.places.models import Place
from diandan.kit.refusal import forbidden

#: Whose daily work it is to choose a way of dispatching for the whole centre.
TRYING = (Role.DISPATCHER, Role.CENTER_STAFF, Role.ADMIN)


def check_try_month(by: Actor, centre: Place) -> None:
    """推演 takes the machine minutes, and is about the whole centre."""
    if not can_try_month(by, centre):
        raise forbidden(_("推演由中心的派单员、工作人员或管理员发起。"))


def can_try_month(by: Actor, centre: Place) -> bool:
    """The same as an answer, for a page's button."""
    return by.person_id is not None and by.holds(TRYING, centre.path)
