"""导入人员: a table of people to invite, never to enrol.

Each row becomes an invitation that only the person herself can answer (被志愿 is forbidden);
her phone and name are sealed until she does. A phone already invited changes nothing.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from diandan.ground.people import vault
from diandan.ground.people.actions.invitations import invite
from diandan.ground.people.actor import Actor
from diandan.ground.people.core import clean_phone
from diandan.ground.people.models import Invitation, Team
from diandan.ground.places.finder import PlaceFinder
from diandan.ground.places.models import Place
from diandan.ground.places.sheet import Column, Imported, Row, Trouble, read_sheet
from diandan.kit.refusal import Refusal

COLUMNS = (
    Column("name", "姓名", "本人姓名", required=True, example="张秀英"),
    Column(
        "phone",
        "手机号",
        "本人手机号,用来发邀请",
        required=True,
        also=("手机", "电话", "联系电话"),
        example="13800000000",
    ),
    Column("team", "队伍", "邀请加入的队伍名称;空着只邀请注册", also=("队伍名称", "所在队伍")),
    Column(
        "place",
        "阵地",
        "所在的所或站;空着表示队伍所在地或中心",
        also=("所属阵地", "村(社区)", "村社区"),
        example="东山街道",
    ),
)
TITLE = {column.key: column.title for column in COLUMNS}


def import_people(
    center: Place, content: bytes, *, at: datetime, by: Actor, dry_run: bool
) -> Imported:
    """Invite the people of the table. Nobody is registered and nobody becomes a member by it."""
    sheet = read_sheet(content, COLUMNS)
    places = PlaceFinder(center)
    teams: defaultdict[str, list[Team]] = defaultdict(list)
    for team in Team.objects.filter(
        home__path__startswith=center.path, closed_at=None
    ).select_related("home"):
        teams[team.name].append(team)
    seen: dict[tuple[str, str], int] = {}
    new = same = 0
    with transaction.atomic():
        for row in sheet.rows:
            try:
                is_new = _take(row, places, teams, seen, at, by)
            except Refusal as no:
                title = TITLE.get(no.field, "")
                sheet.troubles.append(Trouble(row.line, title, no.sentence))
                continue
            new, same = new + is_new, same + (not is_new)
        troubles = sorted(sheet.troubles)
        if troubles or dry_run:
            transaction.set_rollback(True)
    return Imported(new, 0, same, troubles, dry_run)


def _take(
    row: Row,
    places: PlaceFinder,
    teams: dict[str, list[Team]],
    seen: dict[tuple[str, str], int],
    at: datetime,
    by: Actor,
) -> bool:
    team = _team(row["team"], teams)
    meets_at_team = team is not None and not row["place"]
    place = team.home if team and meets_at_team else places.find(row["place"], "place")
    number = clean_phone(row["phone"])
    earlier = seen.setdefault((number, row["team"]), row.line)
    if earlier != row.line:
        raise Refusal("row_twice", _("与第 %(line)d 行重复") % {"line": earlier}, field="phone")
    is_new = not Invitation.objects.filter(phone_hash=vault.phone_key(number), team=team).exists()
    invite(team=team, place=place, phone=number, name=row["name"], at=at, by=by)
    return is_new


def _team(name: str, teams: dict[str, list[Team]]) -> Team | None:
    if not name:
        return None
    found = teams.get(name, [])
    if len(found) == 1:
        return found[0]
    if not found:
        raise Refusal("unknown_team", _("没有名为“%(name)s”的队伍") % {"name": name}, field="team")
    raise Refusal(
        "many_teams",
        _("名为“%(name)s”的队伍有 %(n)d 支,无法判断是哪一支") % {"name": name, "n": len(found)},
        field="team",
    )
