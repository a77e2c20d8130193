"""积分兑换: who keeps the mall, who stands at its counter. Nobody serves herself."""

from __future__ import annotations

from uuid import UUID

from django.utils.translation import gettext as _

from diandan.ground.people.actor import STAFF_ROLES, Actor
from diandan.ground.people.models import Role
from diandan.ground.places.models import Place
from diandan.kit.refusal import forbidden

KEEPERS = (Role.CENTER_STAFF, Role.ADMIN)


def may_keep_mall(by: Actor, centre: Place) -> bool:
    """Whether she writes the catalogue and the rules of a whole centre."""
    return not by.is_frozen and by.holds(KEEPERS, centre.path)


def check_keep_mall(by: Actor, centre: Place) -> UUID:
    """Her id, or a refusal."""
    if by.person_id is None or not may_keep_mall(by, centre):
        raise forbidden(
            _("礼品、礼遇和惠民券由%(place)s的中心工作人员管理。") % {"place": centre.name},
            "not_your_mall",
        )
    return by.person_id


def may_serve(by: Actor, site: Place) -> bool:
    """Whether she stands at the counter of this site: a worker of it or of a place above."""
    return not by.is_frozen and by.holds(STAFF_ROLES, site.path)


def check_serve(by: Actor, site: Place, other: UUID | None = None) -> UUID:
    """Her id; refuses who works elsewhere, and her too when the gift is her own."""
    if by.person_id is None or not may_serve(by, site):
        raise forbidden(
            _("这里的礼品由%(place)s的工作人员发放。") % {"place": site.name}, "not_your_site"
        )
    if by.person_id == other:
        raise forbidden(_("自己的礼品要由另一位同事来办。"), "own_order")
    return by.person_id
