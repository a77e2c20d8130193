"""双积分: who may. The committee's are staff of the place; a branch has its own; nobody for herself."""

from __future__ import annotations

from uuid import UUID

from django.utils.translation import gettext as _

from diandan.ground.people.actor import STAFF_ROLES, Actor
from diandan.ground.people.policies import KEEPER_ROLES
from diandan.ground.places.models import Place
from diandan.kit.refusal import forbidden

from .models import Branch, Entry, PartyMember, System

BRANCH_POSTS = (PartyMember.Duty.SECRETARY, PartyMember.Duty.COMMITTEE)


def is_committee(by: Actor, place: Place) -> bool:
    """A worker of the place or above it, known by name."""
    return by.person_id is not None and not by.is_frozen and by.holds(STAFF_ROLES, place.path)


def keeps(by: Actor, centre: Place) -> bool:
    """Who closes months, posts notices and keeps items: the centre's own staff."""
    return by.person_id is not None and not by.is_frozen and by.holds(KEEPER_ROLES, centre.path)


def check_keeps(by: Actor, centre: Place) -> UUID:
    """Her id, or a refusal."""
    if by.person_id is None or not keeps(by, centre):
        raise forbidden(
            _("双积分由%(place)s的工作人员管理。") % {"place": centre.name}, "not_your_place"
        )
    return by.person_id


def is_branchs(by: Actor, branch: Branch) -> bool:
    """Secretary or committee member of the branch now."""
    return (
        by.person_id is not None
        and not by.is_frozen
        and PartyMember.objects.filter(
            branch=branch, person_id=by.person_id, duty__in=BRANCH_POSTS, left_at=None
        ).exists()
    )


def may_act_for_branch(by: Actor, branch: Branch) -> bool:
    """The branch's own committee, or the centre's staff above it (党委)."""
    return is_branchs(by, branch) or by.holds(KEEPER_ROLES, branch.place.path)


def check_branch(by: Actor, branch: Branch) -> UUID:
    """Her id, or a refusal that tells nothing of who is in it."""
    if by.person_id is None or not may_act_for_branch(by, branch):
        raise forbidden(_("党员积分由本支部和上级党委办理。"), "not_your_branch")
    return by.person_id


def check_committee(by: Actor, place: Place) -> UUID:
    """Her id, or a refusal."""
    if by.person_id is None or not is_committee(by, place):
        raise forbidden(
            _("群众积分由%(place)s的工作人员办理。") % {"place": place.name}, "not_your_place"
        )
    return by.person_id


def may_handle(by: Actor, entry: Entry) -> bool:
    """Whether she may work on entries like this one (not yet: on this one)."""
    if entry.system == System.PARTY:
        return entry.branch is not None and may_act_for_branch(by, entry.branch)
    return entry.household is not None and is_committee(by, entry.household.place)


def check_handle(by: Actor, entry: Entry) -> UUID:
    """Her id; refuses whom it concerns."""
    if entry.system == System.PARTY and entry.branch is not None:
        officer = check_branch(by, entry.branch)
    else:
        assert entry.household is not None
        officer = check_committee(by, entry.household.place)
    if officer == entry.person_id:
        raise forbidden(_("这与您本人有关,要由另一个人来办。"), "own_entry")
    return officer
