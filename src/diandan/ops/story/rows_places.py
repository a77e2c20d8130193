"""阵地和队伍的行: what the directory and the team tree say, beside what the article counted."""

from __future__ import annotations

import re

from django.db.models import Count

from diandan.ground.people.models import Role, Team
from diandan.ground.places.models import Kind, Place, PlanStep
from diandan.ops.demo.cast import words_of_cast

from . import tables
from .told import check
from .walker import Page
from .world import World

# What the articles count.
POINTS = 891
DAXING_TEAMS = 12, 102, 1132
CLUBS, CULTURE_COMMUNITIES = 24, 60
BASES, BASES_ONLINE = 70, 73
# What they do not name, generated.
POINT_WORDS = (
    "党群服务中心实践点",
    "健身广场实践点",
    "书屋实践点",
    "小区议事亭实践点",
    "公园实践点",
)
TRADES = (
    *("理论宣讲", "文化文艺", "教育助学", "科技科普", "健康医疗", "法律服务"),
    *("生态环保", "应急救援", "扶老助残", "文明劝导", "金融服务", "便民服务"),
)
BASE_WORDS = ("文化艺术基地", "科普教育基地", "农耕研学基地", "健身运动基地")
APPLICANTS = ("永定河书院", "南海子自然学校", "月季博物馆")


def counts(world: World, *kinds: Kind) -> str:
    """The figures of the open directory page, each with the article's own where it differs."""
    page = world.staff(Role.ADMIN).get("/s/")
    said = []
    for kind in kinds:
        line = page.find(rf"{kind.label}\s+(\d+(?:\s*材料[^\n”]*”)?)")
        said.append(f"{kind.label} {' '.join(line.split())}")
    return "、".join(said)


def tree_s0_02(world: World) -> str:
    """条块: member units beside streets and communities."""
    told = counts(world, Kind.INSTITUTE, Kind.STATION, Kind.MEMBER_UNIT)
    units = list(
        Place.objects.filter(path__startswith=world.house.centre.path, kind=Kind.MEMBER_UNIT)
    )
    check(len(units) == 39, f"成员单位应为 39 家,实为 {len(units)}")
    listed = world.staff(Role.ADMIN).get(f"/s/?kind={Kind.MEMBER_UNIT.value}")
    check(listed.says(units[0].name), "目录里没有列出成员单位")
    return f"目录页:{told};{_year_plan(world, units[0])}"


def _year_plan(world: World, unit: Place) -> str:
    """机制、活动计划、推进步骤: the unit's own clerk writes one and marks it done at her page."""
    clerk = world.at(world.house.cast.staff(Role.STATION_STAFF, unit).id)
    title = "组织一场进社区义诊"
    page = clerk.get(f"/desk/plans/{unit.id}")
    planned = clerk.press(page, f"/plans/{unit.id}", has="title", title=title, sort="activity")
    check(planned.says(title), "计划页上没有刚写的活动")
    clerk.press(planned, has="act", fields={"act": "done"})
    step = PlanStep.objects.get(place=unit, title=title)
    check(step.done_at is not None, "计划没有标为完成")
    listed = world.staff(Role.ADMIN).get(f"/desk/plans/?kind={unit.kind}&q={unit.name}")
    share = listed.find(rf"{re.escape(unit.name)}\s+{Kind(unit.kind).label}\s+(\d+/\d+)")
    check(share == "1/1", f"计划列表应为 1/1,实为 {share}")
    return f"{unit.name}的工作人员在年度计划页写下“{title}”,办完标为完成,中心的计划列表显示 1/1"


def platforms_s0_03(world: World) -> str:
    """五平台三基地,三级五层; the article's 891 points, brought in as one table."""
    said = tables.sites(world, "江宁实践点", _points(world))
    points = _number(world, Kind.POINT)
    check(points == POINTS, f"实践点应为 {POINTS} 处,实为 {points}")
    told = counts(
        world,
        Kind.CENTER,
        Kind.INSTITUTE,
        Kind.STATION,
        Kind.SPECIALTY_PLATFORM,
        Kind.TRADE_PLATFORM,
        Kind.BASE,
        Kind.POINT,
    )
    return (
        f"目录页:{told};实践点:{said};社区、街道名出自区划数据,5 个专业平台和 3 个基地名出自材料,"
        "实践点和 2 个行业平台材料只有数目,名字是生成的"
    )


def _points(world: World) -> list[dict[str, str]]:
    """As many points as the article counts, beside those that stand, at real communities."""
    missing = POINTS - _number(world, Kind.POINT)
    homes = tables.named(world, Kind.STATION)
    wanted = [(place, words) for words in POINT_WORDS for place in homes][:missing]
    return [
        {"name": f"{place.name}{words}", "kind": "实践点", "parent": place.region_code}
        for place, words in wanted
    ]


def teams_s0_08(world: World) -> str:
    """1 总队、7 专业支队、10 综合支队、社区志愿服务队."""
    page, ranks = _team_page(world)
    stations = Place.objects.filter(
        path__startswith=world.house.centre.path, kind=Kind.STATION, valid_until=None
    ).count()
    specialty = Team.objects.filter(name__endswith="专业支队").count()
    check(ranks.get("志愿服务总队") == 1, f"总队应为 1 支:{ranks}")
    check(specialty == 7, f"专业支队应为 7 支:{specialty}")
    check(ranks.get("综合支队") == 10, f"综合支队应为 10 支:{ranks}")
    check(
        ranks.get("社区志愿服务队") == stations, f"社区队 {ranks.get('社区志愿服务队')}/{stations}"
    )
    check(page.says("志愿服务总队"), "设置页没有列出总队")
    return f"队伍页:1 总队、{specialty} 专业支队、10 综合支队、{stations} 社区志愿服务队(材料写 201);另有行业维修队和社团"


def teams_s4_03(world: World) -> str:
    """总队、12 支总队、102 支中队、1,132 支小队, brought in as one table."""
    said = tables.teams(world, "大兴队伍", _teams_of_daxing(world))
    page, ranks = _team_page(world)
    found = (ranks.get("志愿服务总队"), *(ranks.get(rank) for rank in ("总队", "中队", "小队")))
    check(found == (1, *DAXING_TEAMS), f"应为 1/12/102/1132,实为 {found}")
    check(page.says("志愿服务总队"), "设置页没有列出总队")
    odd = Team.objects.filter(rank="小队", closed_at=None).exclude(
        parent__rank="中队", parent__parent__rank="志愿服务总队"
    )
    check(not odd.exists(), f"{odd.count()} 支小队上面不是中队和总队")
    return (
        f"队伍页:1 志愿服务总队、12 总队、102 中队、1132 小队,与材料一致;{said};小队上级是中队,"
        "中队上级是总队;所、站名出自区划数据,“理论宣讲”出自材料,其余 11 支总队名和各队名是生成的"
    )


def _teams_of_daxing(world: World) -> list[dict[str, str]]:
    """The top stands already; its twelve, those of the institutes and stations, and two a village."""
    heads, middles, smalls = DAXING_TEAMS
    institutes = tables.named(world, Kind.INSTITUTE)
    stations = tables.named(world, Kind.STATION)
    top = Team.objects.get(rank="志愿服务总队", closed_at=None).name
    rows = [{"name": f"{name}总队", "parent": top, "rank": "总队"} for name in TRADES[:heads]]
    above = [(i, f"{i.name}中队") for i in (*institutes, *stations[: middles - len(institutes)])]
    rows += [_team_row(home, name, top, "中队") for home, name in above]
    names = {i.id: name for i, name in above}
    twice = [(s, words) for words in ("小队", "第二小队") for s in stations][:smalls]
    return rows + [
        _team_row(s, f"{s.name}{words}", names[s.parent_id or 0], "小队") for s, words in twice
    ]


def _team_row(home: Place, name: str, parent: str, rank: str) -> dict[str, str]:
    return {"name": name, "home": home.region_code, "parent": parent, "rank": rank}


def _team_page(world: World) -> tuple[Page, dict[str, int]]:
    page = world.staff(Role.ADMIN).get("/desk/settings/teams")
    rows = Team.objects.filter(closed_at=None).values("rank").annotate(n=Count("pk")).order_by("-n")
    return page, {row["rank"]: row["n"] for row in rows}


def clubs_s3_03(world: World) -> str:
    """24 个兴趣社团、60 个文化社区; a club takes an order."""
    said = _clubs_in(world)
    clubs = list(Team.objects.filter(sort=Team.Sort.CLUB, closed_at=None).order_by("name"))
    check(len(clubs) == CLUBS, f"社团应为 {CLUBS} 个,实为 {len(clubs)}")
    page = world.staff(Role.ADMIN).get("/desk/settings/teams")
    check(page.says(clubs[0].name), "设置页没有列出社团")
    able = next(t for t in clubs if "文艺" in t.skills and t.members.count() >= 8)
    row = world.order(world.resident(), "重阳节社区想看一场秦腔演出", kind="show")
    offers = world.offer(row, [able])
    team = world.serve(row, offers[0])
    return (
        f"队伍页列出 {CLUBS} 个社团(类别=社团),60 个文化社区记为实践点:{said};社区名出自区划数据,"
        "社团名材料没有写、是生成的(材料:“24个兴趣社团党建联盟、60个文化社区”);"
        f"{row.number} 点一场演出,由社团「{team}」接单、到场、完成"
    )


def _clubs_in(world: World) -> str:
    """What the article counts and nobody has entered yet."""
    standing = set(Team.objects.filter(closed_at=None).values_list("name", flat=True))
    homes = tables.named(world, Kind.STATION)
    names = [n for n in words_of_cast()["clubs"][world.house.slug] if n not in standing]
    clubs = [
        {"name": name, "home": home.region_code, "sort": "社团", "rank": "社团"}
        for name, home in zip(names, homes, strict=False)
    ]
    told = tables.teams(world, "秦都社团", clubs)
    communities = [p for p in homes if p.name.endswith("社区")][:CULTURE_COMMUNITIES]
    check(len(communities) == CULTURE_COMMUNITIES, f"只有 {len(communities)} 个社区")
    rows = [
        {"name": f"{p.name}文化社区", "kind": "实践点", "parent": p.region_code}
        for p in communities
    ]
    return f"{told}、{tables.sites(world, '秦都文化社区', rows)}"


def grids_s3_16(world: World) -> str:
    """1 所、13 站、232 网格,网格员代点."""
    from .proxies import take_down

    told = counts(world, Kind.INSTITUTE, Kind.STATION, Kind.GRID)
    grid = Place.objects.filter(path__startswith=world.station.path, kind=Kind.GRID).first()
    assert grid is not None
    worker = world.at(world.house.cast.staff(Role.GRID_WORKER, grid).id)
    row = take_down(world, worker, "grid", "家里灯不亮了,不敢自己动", "appliance", home=grid)
    check(row.place_id == grid.id, "单子没有落在网格上")
    return f"目录页:{told};{grid.name}的网格员代点 {row.number},本人当面同意"


def bases_s4_01(world: World) -> str:
    """70 个基地 by table; three more units apply at the open page and the centre takes them in."""
    listed = _bases_in(world)
    for name in APPLICANTS:
        _apply(world, name)
    online = _number(world, Kind.BASE)
    check(online == BASES_ONLINE, f"入驻应为 {BASES_ONLINE} 家,实为 {online}")
    told = counts(world, Kind.INSTITUTE, Kind.STATION, Kind.BASE)
    return (
        f"目录页:{told};基地:{listed},成 {BASES} 个;{'、'.join(APPLICANTS)}在申请页申请入驻,中心逐家通过,"
        f"共入驻 {online} 家(材料:70 个基地,73 家基地入驻);6 个基地名出自材料,其余是生成的"
    )


def _bases_in(world: World) -> str:
    """The bases that the article counts beyond those it names."""
    homes = tables.named(world, Kind.INSTITUTE)
    missing = BASES - _number(world, Kind.BASE)
    wanted = [(place, words) for words in BASE_WORDS for place in homes][:missing]
    rows = [
        {"name": f"{place.name}{words}", "kind": "实践基地", "parent": place.region_code}
        for place, words in wanted
    ]
    return tables.sites(world, "大兴基地", rows)


def _apply(world: World, name: str) -> None:
    unit = world.at(world.resident().id)
    asked = unit.press(
        unit.get("/s/join"),
        "/s/join",
        name=name,
        about="阅览室和讲堂,周末可接待 60 人。",
        address="滨河路 1 号",
        phone="010-69000000",
        post="办公室",
    )
    admin = world.staff(Role.ADMIN)
    page = admin.get("/desk/settings/bases")
    page.find(name)
    before = _number(world, Kind.BASE)
    admin.press(page, "", button=("answer", "yes"), has="under")
    check(_number(world, Kind.BASE) == before + 1, "通过以后,目录里没有多一个基地")
    asked.find(name)


def _number(world: World, kind: Kind) -> int:
    return Place.objects.filter(
        path__startswith=world.house.centre.path, kind=kind, valid_until=None
    ).count()
