"""队伍: founding, joining by one's own act, duties, leaving with a successor, closing."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from diandan.ground.people import queries
from diandan.ground.people.actor import Actor
from diandan.ground.people.models import Membership, Person, Team
from diandan.ground.people.policies import check_found_team, check_own_act, check_run_team
from diandan.ground.places.models import Place
from diandan.ground.record.actions.announce import announce
from diandan.kit.fact import Fact
from diandan.kit.refusal import Refusal, conflict, forbidden, missing

TEAM_NAME_MAX = 80
Duty = Membership.Duty


@transaction.atomic
def found_team(
    *,
    home: Place,
    name: str,
    at: datetime,
    by: Actor,
    parent: Team | None = None,
    rank: str = "志愿服务队",
    mode: str = Team.Mode.STATIONED,
    sort: str = Team.Sort.GENERAL,
    skills: Iterable[str] = (),
    week_cap: int = 10,
    about: str = "",
) -> Team:
    """A new team at `home`. It has no members: each joins by her own act, the leader too."""
    check_found_team(by, home, parent)
    clean = " ".join(name.split())
    if not clean or len(clean) > TEAM_NAME_MAX:
        raise Refusal(
            "wrong_team_name",
            _("队名请写 1 到 %(n)s 个字。") % {"n": TEAM_NAME_MAX},
            field="name",
        )
    if week_cap < 1:
        raise Refusal("wrong_cap", _("每周最多接单数至少为 1。"), field="week_cap")
    Place.objects.select_for_update(no_key=True).get(id=home.id)
    if Team.objects.filter(home=home, name=clean).exists():
        raise conflict("team_exists", _("这里已有同名的队伍,请换一个名字。"))
    team = Team.objects.create(
        home=home,
        name=clean,
        parent=parent,
        rank=rank[:20],
        mode=mode,
        sort=sort,
        skills=list(dict.fromkeys(skills)),
        week_cap=week_cap,
        about=about[:300],
        founded_at=at,
    )
    announce(_fact("people.team_founded", team, at, by))
    return team


@transaction.atomic
def join_team(*, team: Team, person: Person, at: datetime, by: Actor) -> Membership:
    """`person`, a volunteer, joins by her own act. Joining again changes nothing."""
    check_own_act(by, person)
    team = _locked(team)
    if team.closed_at is not None:
        raise conflict("team_closed", _("这支队伍已经撤销,请另选一支。"))
    if queries.volunteer_of(person.id) is None:
        raise Refusal("enrol_first", _("请先报名成为志愿者,再加入队伍。"))
    found = Membership.objects.filter(team=team, person=person, left_at=None).first()
    if found is not None:
        return found
    membership = Membership.objects.create(team=team, person=person, joined_at=at)
    announce(_fact("people.joined_team", team, at, by, person))
    return membership


@transaction.atomic
def set_duty(*, team: Team, person: Person, duty: str, at: datetime, by: Actor) -> Membership:
    """Make a member leader, deputy or plain member. A new leader makes the old one deputy."""
    team = _locked(team)
    check_run_team(by, team)
    if duty not in Duty.values:
        raise Refusal("unknown_duty", _("请选择队长、副队长或队员。"), field="duty")
    membership = _membership(team, person)
    if membership.duty == duty:
        return membership
    if membership.duty == Duty.LEADER:
        raise conflict("leader_needed", _("请先把另一位队员设为队长。"))
    if duty == Duty.LEADER:
        _leading(team).update(duty=Duty.DEPUTY)
    membership.duty = duty
    membership.save(update_fields=["duty"])
    announce(_fact("people.duty_set", team, at, by, person, duty=duty))
    return membership


@transaction.atomic
def leave_team(
    *,
    team: Team,
    person: Person,
    at: datetime,
    by: Actor,
    successor: Person | None = None,
) -> Membership:
    """Leave by one's own act, or be let go by those who run the team.

    A leader takes nothing with her: what she created stays the team's, in the name of her
    successor — whom she names, or else the longest-serving deputy.
    """
    team = _locked(team)
    if by.person_id != person.id:
        check_run_team(by, team)
    membership = _membership(team, person)
    heir: Membership | None = None
    if membership.duty == Duty.LEADER:
        heir = _heir(team, person, successor)
        if heir is None:
            raise conflict(
                "successor_needed",
                _("您是队长,请先指定一位队员接任;若队里没有别人,请撤销队伍。"),
                more={"members": _others(team, person).count()},
            )
    return end_membership(membership, at=at, by=by, why="left", heir=heir)


@transaction.atomic
def close_team(*, team: Team, at: datetime, by: Actor) -> Team:
    """撤销: end every membership. Teams below must be closed or moved first."""
    team = _locked(team)
    check_run_team(by, team)
    if team.closed_at is not None:
        return team
    if Team.objects.filter(parent=team, closed_at=None).exists():
        raise conflict("teams_below", _("下面还有队伍,请先撤销或改挂它们。"))
    Membership.objects.filter(team=team, left_at=None).update(left_at=at)
    team.closed_at = at
    team.save(update_fields=["closed_at"])
    announce(_fact("people.team_closed", team, at, by))
    return team


def end_membership(
    membership: Membership,
    *,
    at: datetime,
    by: Actor,
    why: str,
    heir: Membership | None = None,
) -> Membership:
    """End it in the caller's transaction; a leader's place goes to `heir` or the eldest deputy.

    A frozen leader may leave no heir behind: then the fact says so and the desk finds one.
    """
    team = membership.team
    if membership.duty == Duty.LEADER:
        heir = heir or _heir(team, membership.person, None)
        membership.successor = heir.person if heir else None
    membership.left_at = at
    membership.save(update_fields=["left_at", "successor"])
    data: dict[str, Any] = {"why": why, "duty": membership.duty}
    if heir is not None:
        heir.duty = Duty.LEADER
        heir.save(update_fields=["duty"])
        data["successor"] = str(heir.person_id)
    announce(_fact("people.left_team", team, at, by, membership.person, **data))
    return membership


def _heir(team: Team, leaver: Person, named: Person | None) -> Membership | None:
    others = _others(team, leaver)
    if named is not None:
        found = others.filter(person=named).first()
        if found is None:
            raise Refusal("not_a_member", _("接任的人须是本队队员。"), field="successor")
        return found
    return others.filter(duty=Duty.DEPUTY).order_by("joined_at").first()


def _others(team: Team, leaver: Person) -> QuerySet[Membership]:
    return (
        Membership.objects.select_related("person")
        .filter(team=team, left_at=None, person__frozen_at=None)
        .exclude(person=leaver)
    )


def _leading(team: Team) -> QuerySet[Membership]:
    return Membership.objects.filter(team=team, left_at=None, duty=Duty.LEADER)


def _locked(team: Team) -> Team:
    found = (
        Team.objects.select_for_update(of=("self",))
        .select_related("home")
        .filter(id=team.id)
        .first()
    )
    if found is None:
        raise missing(_("没有找到这支队伍。"), "no_such_team")
    return found


def _membership(team: Team, person: Person) -> Membership:
    found = (
        Membership.objects.select_related("person", "team")
        .filter(team=team, person=person, left_at=None)
        .first()
    )
    if found is None:
        raise forbidden(_("此人不在这支队伍里。"), "not_a_member")
    return found


def _fact(
    kind: str, team: Team, at: datetime, by: Actor, person: Person | None = None, **data: Any
) -> Fact:
    return Fact(
        kind,
        at,
        place_id=team.home_id,
        by_id=by.person_id,
        person_id=person.id if person else None,
        team_id=team.id,
        data=data,
    )
