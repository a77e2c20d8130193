"""谁可以: who may do what to people. `check_x` raises the refusal, `can_x` only answers."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.utils.translation import gettext as _

from diandan.ground.places.models import Place
from diandan.kit.refusal import Refusal, forbidden, missing

from .actor import STAFF_ROLES, Actor
from .models import Consent, Person, Role, Team

DESK_ROLES = (
    Role.GRID_WORKER,
    Role.STATION_STAFF,
    Role.INSTITUTE_STAFF,
    Role.CENTER_STAFF,
    Role.DISPATCHER,
    Role.CALLBACK_STAFF,
    Role.ADMIN,
)
KEEPER_ROLES = (Role.STATION_STAFF, Role.INSTITUTE_STAFF, Role.CENTER_STAFF, Role.ADMIN)
SCOPES_OF_ROLES: dict[str, frozenset[Role]] = {
    "desk": STAFF_ROLES | {Role.EXPERT},
    "dispatch": frozenset(
        {
            Role.DISPATCHER,
            Role.STATION_STAFF,
            Role.INSTITUTE_STAFF,
            Role.CENTER_STAFF,
            Role.ADMIN,
        }
    ),
    "hotline": frozenset({Role.DISPATCHER, Role.CENTER_STAFF, Role.ADMIN}),
    "audit": frozenset({Role.AUDITOR}),
}
# What puts a name before the public needs a separate consent of her own (个保法 25).
OWN_WORD = (Consent.About.PUBLISH, Consent.About.RED_BOARD)
FAMILY = "family"
HOTLINE = "hotline"
PROXY_WAYS = frozenset({"desk", "phone", "paper", "grid", "visit", "group", FAMILY})


def _asks(check: Callable[..., None], *args: Any, **more: Any) -> bool:
    try:
        check(*args, **more)
    except Refusal:
        return False
    return True


def check_signed_in(by: Actor) -> None:
    """Somebody must be there, and her record must not be frozen."""
    if by.is_system:
        return
    if by.person_id is None:
        raise Refusal("sign_in_first", _("请先用手机号登录。"), status=401)
    if by.is_frozen:
        raise forbidden(_("这份记录已被冻结,请到实践中心核实后解冻。"), "frozen")


def check_own_act(by: Actor, person: Person) -> None:
    """被志愿 is forbidden: only she herself can do this, not a clerk and not the system."""
    check_signed_in(by)
    if by.person_id != person.id:
        raise forbidden(_("这件事只能由本人自己确认。"), "own_act_only")


def _keeps(by: Actor, person: Person) -> bool:
    return person.home is not None and by.holds(KEEPER_ROLES, person.home.path)


def keeps_person(by: Actor, person: Person) -> bool:
    """Whether she works at the place where this person is at home, or above it."""
    return not by.is_frozen and _keeps(by, person)


def check_edit_person(by: Actor, person: Person) -> None:
    """She herself, her guardian, or staff of the places above her home."""
    check_signed_in(by)
    if by.is_system or by.person_id == person.id or _keeps(by, person):
        return
    if person.guardian_id is not None and by.person_id == person.guardian_id:
        return
    raise forbidden(_("您不能修改这个人的资料。请联系其所在的实践站。"), "not_your_person")


def can_edit_person(by: Actor, person: Person) -> bool:
    """Whether `check_edit_person` passes."""
    return _asks(check_edit_person, by, person)


def check_proxy(by: Actor, *, how: str, home: Place) -> None:
    """Staff of the place or above write down for a resident; anybody signed in for her family.

    An outside hotline passes on who called it, in the centre it acts for.
    """
    if how == HOTLINE and by.is_partner_of(home.path):
        return
    check_signed_in(by)
    if how not in PROXY_WAYS:
        raise Refusal("unknown_way", _("请选择是怎样收到这个需求的。"), field="how")
    if by.is_system or how == FAMILY:
        return
    if not by.holds(DESK_ROLES, home.path):
        raise forbidden(_("您只能替本辖区的居民登记。"), "outside_your_place")


def can_proxy(by: Actor, *, how: str, home: Place) -> bool:
    """Whether `check_proxy` passes."""
    return _asks(check_proxy, by, how=how, home=home)


def check_admin(by: Actor, place: Place) -> None:
    """An administrator whose subtree holds `place`."""
    check_signed_in(by)
    if not (by.is_system or by.holds((Role.ADMIN,), place.path)):
        raise forbidden(
            _("只有%(place)s的管理员可以做这件事。") % {"place": place.name}, "admin_only"
        )


def can_admin(by: Actor, place: Place) -> bool:
    """Whether `check_admin` passes."""
    return _asks(check_admin, by, place)


def check_plan(by: Actor, place: Place) -> None:
    """A unit's own staff, or staff above it, write its plan of the year."""
    check_signed_in(by)
    if not (by.is_system or by.holds(STAFF_ROLES, place.path)):
        raise forbidden(
            _("%(place)s的计划由它自己和上级的工作人员填写。") % {"place": place.name},
            "not_your_plan",
        )


def can_plan(by: Actor, place: Place) -> bool:
    """Whether `check_plan` passes."""
    return _asks(check_plan, by, place)


def check_see_plan(by: Actor, place: Place) -> None:
    """Whoever holds any role there or above, auditors and experts too."""
    check_signed_in(by)
    if not (by.is_system or by.holds(Role, place.path)):
        raise forbidden(_("%(place)s不在您工作的范围内。") % {"place": place.name}, "not_your_plan")


def may_see_plan(by: Actor, place: Place) -> bool:
    """`check_see_plan` as a question."""
    return _asks(check_see_plan, by, place)


def check_hand_code(by: Actor) -> None:
    """A clerk at any desk may hand over a printed code."""
    check_signed_in(by)
    if not (by.is_system or {g.role for g in by.grants} & set(DESK_ROLES)):
        raise forbidden(_("只有实践所、站的工作人员可以打印验证码。"), "desk_only")


def check_found_team(by: Actor, home: Place, parent: Team | None) -> None:
    """Staff of the team's home, or the leaders of the team above it."""
    check_signed_in(by)
    if by.is_system or by.holds(KEEPER_ROLES, home.path):
        return
    if parent is not None and parent.id in by.leads:
        return
    raise forbidden(_("建队伍请联系%(place)s的工作人员。") % {"place": home.name}, "not_your_place")


def check_run_team(by: Actor, team: Team) -> None:
    """Its leaders, the leaders of the team above it, or staff of its home."""
    check_signed_in(by)
    if by.is_system or team.id in by.leads or by.holds(KEEPER_ROLES, team.home.path):
        return
    if team.parent_id is not None and team.parent_id in by.leads:
        return
    raise forbidden(_("只有%(team)s的队长可以做这件事。") % {"team": team.name}, "leader_only")


def can_run_team(by: Actor, team: Team) -> bool:
    """Whether `check_run_team` passes."""
    return _asks(check_run_team, by, team)


def check_consent(by: Actor, person: Person, about: Consent.About) -> None:
    """Her own word, her guardian's, or a clerk who witnessed a word spoken or written.

    Publishing a name, and the privacy notice of somebody who can sign in, need her own act.
    """
    check_signed_in(by)
    if by.person_id == person.id or by.is_system:
        return
    if person.guardian_id is not None and by.person_id == person.guardian_id:
        return
    if about not in OWN_WORD and (person.home is None or by.holds(DESK_ROLES, person.home.path)):
        return
    raise forbidden(_("这项同意只能由本人(或监护人)给出。"), "own_act_only")


def key_scopes(by: Actor) -> frozenset[str]:
    """What a key of hers may be for: never more than her roles open to herself."""
    if by.person_id is None or by.is_frozen:
        return frozenset()
    roles = {grant.role for grant in by.grants}
    found = {"read", "order"}
    found |= {scope for scope, wanted in SCOPES_OF_ROLES.items() if roles & wanted}
    if by.is_volunteer or by.leads:
        found.add("serve")
    return frozenset(found)


def check_end_key(by: Actor, owner: Person, paths: Iterable[str]) -> None:
    """She herself, or an administrator above her home or one of the places where she works."""
    check_signed_in(by)
    if by.is_system or by.person_id == owner.id:
        return
    if not any(by.holds((Role.ADMIN,), path) for path in paths):
        raise missing(_("没有这把钥匙。"), "unknown_token")
