"""时间银行: who may do what. Nobody decides on her own coins, nor alone on anybody's."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from diandan.ground.people.actor import STAFF_ROLES, Actor
from diandan.ground.people.models import Consent, Person
from diandan.ground.people.policies import check_own_act, check_signed_in
from diandan.ground.people.queries import has_consent, volunteer_of
from diandan.ground.places.models import Place
from diandan.kit.refusal import Refusal, forbidden
from diandan.kit.units import local

from .core import may_earn
from .models import Application

NEAR_HOME = (Application.Kind.RELATION, Application.Kind.ELDER)


def is_officer(by: Actor, centre: Place) -> bool:
    """A worker of the centre itself or above it."""
    return by.person_id is not None and not by.is_frozen and by.holds(STAFF_ROLES, centre.path)


def check_officer(by: Actor, centre: Place) -> UUID:
    """The officer's id, or a refusal."""
    if by.person_id is None or not is_officer(by, centre):
        raise forbidden(
            _("时间银行由%(place)s的工作人员办理。") % {"place": centre.name}, "not_your_place"
        )
    return by.person_id


def may_decide(by: Actor, row: Application) -> bool:
    """Whether it is hers to look at: the centre's; relations and elders also their station's."""
    if is_officer(by, row.centre):
        return True
    home = row.person.home if row.person else None
    near = row.kind in NEAR_HOME and home is not None
    return near and by.holds(STAFF_ROLES, home.path if home else "") and not by.is_frozen


def check_decide(by: Actor, row: Application) -> UUID:
    """Her id; refuses everybody whom it concerns or who acted on it before."""
    if by.person_id is None or not may_decide(by, row):
        raise forbidden(
            _("时间银行由%(place)s的工作人员办理。") % {"place": row.centre.name}, "not_your_place"
        )
    before = (row.person_id, row.other_id, row.asked_by_id, row.checked_by_id)
    if by.person_id in before:
        raise forbidden(_("这一件您经手过或与您有关,要由另一个人来核对。"), "own_case")
    return by.person_id


def check_may_save(by: Actor, person: Person, at: datetime) -> None:
    """By her own act; a volunteer of eighteen or more, or a pupil whose guardian agreed."""
    check_signed_in(by)
    check_own_act(by, person)
    if volunteer_of(person.id) is None:
        raise Refusal("volunteers_only", _("先成为志愿者,再加入时间银行。"))
    if person.born_on is None:
        raise Refusal("birthday_needed", _("请先在「我的资料」填写出生日期:存时间要满18岁。"))
    guarded = has_consent(person.id, Consent.About.GUARDIAN)
    if not may_earn(person.born_on, local(at).date(), has_guardian=guarded):
        raise Refusal("too_young", _("未满18岁要先有监护人同意,才能加入时间银行。"))
