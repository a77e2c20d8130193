"""改队伍: what a team is called, where it stands in the tree, and what it can do."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from diandan.ground.people.actor import Actor
from diandan.ground.people.models import Team
from diandan.ground.people.policies import check_found_team, check_run_team
from diandan.ground.places.models import Place
from diandan.ground.record.actions.announce import announce
from diandan.kit.fact import Fact
from diandan.kit.refusal import Refusal, conflict

from .teams import TEAM_NAME_MAX

DEPTH_MAX = 12


@transaction.atomic
def edit_team(
    *,
    team: Team,
    name: str,
    home: Place,
    parent: Team | None,
    rank: str,
    mode: str,
    sort: str,
    skills: Iterable[str],
    week_cap: int,
    about: str,
    at: datetime,
    by: Actor,
) -> Team:
    """Write a team anew. Its members, jobs and record stay; it never stands below itself."""
    row = Team.objects.select_for_update(of=("self",)).select_related("home").get(id=team.id)
    check_run_team(by, row)
    if home.id != row.home_id:
        check_found_team(by, home, parent)
    if row.closed_at is not None:
        raise conflict("team_closed", _("这支队伍已经撤销,不能再改。"))
    clean = " ".join(name.split())
    if not clean or len(clean) > TEAM_NAME_MAX:
        raise Refusal(
            "wrong_team_name",
            _("队名请写 1 到 %(n)s 个字。") % {"n": TEAM_NAME_MAX},
            field="name",
        )
    if Team.objects.filter(home=home, name=clean).exclude(id=row.id).exists():
        raise Refusal("team_exists", _("这里已有同名的队伍,请换一个名字。"), field="name")
    if mode not in Team.Mode.values or sort not in Team.Sort.values:
        raise Refusal("unknown_choice", _("请选择方式和类别。"), field="mode")
    if week_cap < 1:
        raise Refusal("wrong_cap", _("每周最多接单数至少为 1。"), field="week_cap")
    _check_above(row, parent)
    row.name, row.home, row.parent, row.rank = clean, home, parent, " ".join(rank.split())[:20]
    row.mode, row.sort, row.skills = mode, sort, list(dict.fromkeys(skills))
    row.week_cap, row.about = week_cap, about.strip()[:300]
    row.save()
    announce(Fact("people.team_edited", at, place_id=home.id, by_id=by.person_id, team_id=row.id))
    return row


def _check_above(team: Team, parent: Team | None) -> None:
    above, steps = parent, 0
    while above is not None:
        steps += 1
        if above.id == team.id or steps > DEPTH_MAX:
            raise Refusal("parent_loop", _("上级队伍不能是它自己或它的下级。"), field="parent")
        above = above.parent
