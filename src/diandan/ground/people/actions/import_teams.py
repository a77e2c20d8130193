"""导入队伍: a centre's own table of teams, all of it or nothing, with every bad row named.

A team is known again by its name at its home. It gets no members here: each joins by her own
act. Teams above may stand in the same table, in any order.
"""

from __future__ import annotations

import re
from collections import defaultdict
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from diandan.ground.people.actions.teams import found_team
from diandan.ground.people.actor import Actor
from diandan.ground.people.models import Team
from diandan.ground.people.policies import check_run_team
from diandan.ground.places.finder import PlaceFinder
from diandan.ground.places.models import Place
from diandan.ground.places.sheet import Column, Imported, Row, Sheet, Trouble, read_sheet
from diandan.ground.record.actions.announce import announce
from diandan.kit.fact import Fact
from diandan.kit.refusal import Refusal

COLUMNS = (
    Column(
        "name",
        "队伍名称",
        "志愿服务队的名称",
        required=True,
        also=("队名",),
        example="东山街道志愿服务队",
    ),
    Column(
        "home",
        "所属阵地",
        "阵地的名称或区划代码;空着表示中心",
        also=("所属", "阵地"),
        example="东山街道",
    ),
    Column("parent", "上级队伍", "上级队伍的名称,没有可空着", example="江宁区志愿服务总队"),
    Column("rank", "层级", "总队、支队、大队、中队、小队等", example="支队"),
    Column("mode", "方式", "常驻或流动;空着是常驻", example="常驻"),
    Column("sort", "类别", "综合、专业、行业或社团;空着是综合", example="专业"),
    Column("skills", "技能", "用顿号分开", also=("特长",), example="水电维修、开锁"),
    Column("week_cap", "每周最多接单", "整数;空着是 10", example="10"),
    Column("about", "简介", "不超过 300 字", example="为老人修家电"),
)
TITLE = {column.key: column.title for column in COLUMNS}
MODES = {"常驻": Team.Mode.STATIONED, "流动": Team.Mode.MOBILE}
SORTS = {
    "综合": Team.Sort.GENERAL,
    "专业": Team.Sort.SPECIALTY,
    "行业": Team.Sort.TRADE,
    "社团": Team.Sort.CLUB,
}
RANK_MAX, ABOUT_MAX, WEEK_CAP_MAX = 20, 300, 1000


def import_teams(
    center: Place, content: bytes, *, at: datetime, by: Actor, dry_run: bool
) -> Imported:
    """Found and update the teams of the table at `center` and below it."""
    sheet = read_sheet(content, COLUMNS)
    with transaction.atomic():
        run = _Run(center, sheet, at, by)
        run.go()
        troubles = sorted(sheet.troubles)
        if troubles or dry_run:
            transaction.set_rollback(True)
        elif run.new or run.changed:
            counts = {"new": run.new, "changed": run.changed, "same": run.same}
            announce(
                Fact(
                    "people.teams_imported",
                    at,
                    place_id=center.id,
                    by_id=by.person_id,
                    data=counts,
                )
            )
    return Imported(run.new, run.changed, run.same, troubles, dry_run)


class _Run:
    """One table on its way in."""

    def __init__(self, center: Place, sheet: Sheet, at: datetime, by: Actor) -> None:
        self.sheet, self.at, self.by = sheet, at, by
        self.places = PlaceFinder(center)
        self.new = self.changed = self.same = 0
        self.seen: dict[tuple[int, str], int] = {}
        self.teams: defaultdict[str, list[Team]] = defaultdict(list)
        rows = Team.objects.filter(home__path__startswith=center.path, closed_at=None)
        for team in rows.select_related("home"):
            self.teams[team.name].append(team)

    def go(self) -> None:
        """Take the rows; a row whose parent stands further down waits until it has been taken."""
        waiting = list(self.sheet.rows)
        names = {row["name"] for row in waiting}
        while waiting:
            later = []
            for row in waiting:
                above = row["parent"]
                if above in names and above != row["name"] and self._is_coming(above, waiting):
                    later.append(row)
                    continue
                try:
                    self._take(row)
                except Refusal as no:
                    title = TITLE.get(no.field, "")
                    self.sheet.troubles.append(Trouble(row.line, title, no.sentence))
            if len(later) == len(waiting):
                self.sheet.troubles.extend(
                    Trouble(row.line, TITLE["parent"], _("上级队伍互相指着对方")) for row in later
                )
                return
            waiting = later

    def _is_coming(self, above: str, waiting: list[Row]) -> bool:
        return above not in self.teams and any(row["name"] == above for row in waiting)

    def _take(self, row: Row) -> None:
        home = self.places.find(row["home"], "home")
        earlier = self.seen.setdefault((home.id, row["name"]), row.line)
        if earlier != row.line:
            raise Refusal("row_twice", _("与第 %(line)d 行重复") % {"line": earlier}, field="name")
        parent = self._parent(row)
        said = _said(row)
        team = next((t for t in self.teams[row["name"]] if t.home_id == home.id), None)
        if team is None:
            team = found_team(
                home=home, name=row["name"], at=self.at, by=self.by, parent=parent, **said
            )
            self.teams[team.name].append(team)
            self.new += 1
            return
        check_run_team(self.by, team)
        changes = {key: value for key, value in said.items() if getattr(team, key) != value}
        if parent is not None and team.parent_id != parent.id:
            _check_no_ring(team, parent)
            changes["parent"] = parent
        for key, value in changes.items():
            setattr(team, key, value)
        if changes:
            team.save(update_fields=list(changes))
            self.changed += 1
        else:
            self.same += 1

    def _parent(self, row: Row) -> Team | None:
        if not row["parent"]:
            return None
        found = self.teams.get(row["parent"], [])
        if len(found) == 1:
            return found[0]
        if not found:
            raise Refusal(
                "unknown_team",
                _("没有名为“%(name)s”的队伍") % {"name": row["parent"]},
                field="parent",
            )
        raise Refusal(
            "many_teams",
            _("名为“%(name)s”的队伍有 %(n)d 支,无法判断是哪一支")
            % {"name": row["parent"], "n": len(found)},
            field="parent",
        )


def _check_no_ring(team: Team, parent: Team) -> None:
    above: Team | None = parent
    while above is not None:
        if above.id == team.id:
            raise Refusal("team_ring", _("上级队伍不能是自己或自己的下级"), field="parent")
        above = above.parent


# Keyword arguments for `found_team`, of several types.
def _said(row: Row) -> dict[str, Any]:
    said: dict[str, Any] = {}
    if row["rank"]:
        said["rank"] = _short(row, "rank", RANK_MAX)
    if row["about"]:
        said["about"] = _short(row, "about", ABOUT_MAX)
    if row["mode"]:
        said["mode"] = _chosen(row, "mode", MODES)
    if row["sort"]:
        said["sort"] = _chosen(row, "sort", SORTS)
    if row["skills"]:
        words = re.split(r"[、,,;;/\s]+", row["skills"])
        said["skills"] = list(dict.fromkeys(word for word in words if word))
    if row["week_cap"]:
        cap = row["week_cap"]
        if not (cap.isascii() and cap.isdigit() and 1 <= int(cap) <= WEEK_CAP_MAX):
            raise Refusal(
                "wrong_cap",
                _("应为 1 至 %(n)d 的整数") % {"n": WEEK_CAP_MAX},
                field="week_cap",
            )
        said["week_cap"] = int(cap)
    return said


def _short(row: Row, key: str, most: int) -> str:
    if len(row[key]) > most:
        raise Refusal("too_long", _("最多 %(n)d 个字") % {"n": most}, field=key)
    return row[key]


def _chosen(row: Row, key: str, choices: dict[str, Team.Mode] | dict[str, Team.Sort]) -> str:
    if row[key] not in choices:
        raise Refusal("unknown_choice", _("可填:%(all)s") % {"all": "、".join(choices)}, field=key)
    return str(choices[row[key]].value)
