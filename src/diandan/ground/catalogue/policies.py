"""服务清单: who may write, publish and take up items."""

from __future__ import annotations

from django.utils.translation import gettext as _

from diandan.ground.people.actor import Actor
from diandan.ground.people.models import Role, Team
from diandan.ground.people.policies import KEEPER_ROLES, check_signed_in
from diandan.ground.places.models import Place
from diandan.kit.refusal import forbidden

# A dispatcher designs work; designing what is offered belongs to it.
MENU_ROLES = (*KEEPER_ROLES, Role.DISPATCHER)


def may_keep_menu(by: Actor, place: Place) -> bool:
    """Whether `by` writes the menu of `place`: its staff, or those above it."""
    return not by.is_frozen and (by.is_system or by.holds(MENU_ROLES, place.path))


def check_keep_menu(by: Actor, place: Place) -> None:
    """Refuses who may not write the menu of `place`."""
    check_signed_in(by)
    if not may_keep_menu(by, place):
        raise forbidden(
            _("只有%(place)s或上级的工作人员可以管理服务清单。") % {"place": place.name},
            "not_your_place",
        )


def may_take(by: Actor, team: Team) -> bool:
    """Whether `by` speaks for the team: its leader or a deputy."""
    return not by.is_frozen and team.id in by.leads


def check_take(by: Actor, team: Team) -> None:
    """Refuses who does not lead the team."""
    check_signed_in(by)
    if not may_take(by, team):
        raise forbidden(_("只有队长或副队长可以替队伍接单。"), "leader_only")
