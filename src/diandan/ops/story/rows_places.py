"""阵地和队伍的行: what the directory and the team tree say, beside what the article counted."""

from __future__ import annotations

import re

from django.db.models import Count

from diandan.ground.people.models import Role, Team
from diandan.ground.places.models import Kind, Place, PlanStep

from .lives import check
from .walker import Page
from .world import World


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
    """五平台三基地,三级五层."""
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
    return f"目录页:{told}"


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
    """总队、分队、中队、小队."""
    page, ranks = _team_page(world)
    check(ranks.get("志愿服务总队") == 1, f"总队应为 1 支:{ranks}")
    check(page.says("志愿服务总队"), "设置页没有列出总队")
    small = Team.objects.filter(
        rank="小队", parent__rank="中队", parent__parent__rank="志愿服务总队"
    )
    check(small.exists(), "没有总队—中队—小队三级")
    told = "、".join(f"{rank} {n}" for rank, n in ranks.items())
    return (
        f"队伍页:{told};小队上级是中队,中队上级是总队(材料 1 总队/12/102/1132,演示只建有阵地的几支)"
    )


def _team_page(world: World) -> tuple[Page, dict[str, int]]:
    page = world.staff(Role.ADMIN).get("/desk/settings/teams")
    rows = Team.objects.filter(closed_at=None).values("rank").annotate(n=Count("pk")).order_by("-n")
    return page, {row["rank"]: row["n"] for row in rows}


def clubs_s3_03(world: World) -> str:
    """24 个文化社团."""
    clubs = list(Team.objects.filter(sort=Team.Sort.CLUB, closed_at=None).order_by("name"))
    check(len(clubs) == 24, f"社团应为 24 个,实为 {len(clubs)}")
    page = world.staff(Role.ADMIN).get("/desk/settings/teams")
    check(page.says(clubs[0].name), "设置页没有列出社团")
    able = next(t for t in clubs if "文艺" in t.skills and t.members.count() >= 8)
    row = world.order(world.resident(), "重阳节社区想看一场秦腔演出", kind="show")
    offers = world.offer(row, [able])
    team = world.serve(row, offers[0])
    return (
        f"队伍页列出 24 个社团(类别=社团);{row.number} 点一场演出,由社团「{team}」接单、到场、完成"
    )


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
    """入驻: a unit applies at the open page, the centre takes it in."""
    told = counts(world, Kind.INSTITUTE, Kind.STATION, Kind.BASE)
    unit = world.at(world.resident().id)
    asked = unit.press(
        unit.get("/s/join"),
        "/s/join",
        name="永定河书院",
        about="阅览室和讲堂,周末可接待 60 人。",
        address="滨河路 1 号",
        phone="010-69000000",
        post="办公室",
    )
    admin = world.staff(Role.ADMIN)
    page = admin.get("/desk/settings/bases")
    page.find("永定河书院")
    before = _bases(world)
    admin.press(page, "", button=("answer", "yes"), has="under")
    check(_bases(world) == before + 1, "通过以后,目录里没有多一个基地")
    asked.find("永定河书院")
    listed = admin.get("/s/?kind=base")
    check(listed.says("永定河书院"), "基地目录里没有永定河书院")
    return f"目录页:{told};永定河书院在申请页申请入驻,中心通过,成为第 {before + 1} 个基地"


def _bases(world: World) -> int:
    return Place.objects.filter(
        path__startswith=world.house.centre.path, kind=Kind.BASE, valid_until=None
    ).count()
