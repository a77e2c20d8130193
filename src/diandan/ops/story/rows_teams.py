"""队伍的行: rosters and tours, volunteers asked themselves, units paired with venues."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from diandan.ground.people import queries as people
from diandan.ground.people.models import Person, Role, Team
from diandan.ground.places.models import Kind, Place
from diandan.ground.posts.models import Pairing, PairingTask
from diandan.kit.units import local
from diandan.path.dispatch.models import PersonAsk
from diandan.path.engage.models import Task

from . import tables
from .told import check, need
from .walker import StoryTrouble
from .world import World

UNIT = "苏州供电公司"


def rosters_s0_07(world: World) -> str:
    """常驻队 on duty at its venue, 流动队 on tour; and what both are for: somebody near comes."""
    day = (local(world.stage.now()).date() + timedelta(days=1)).isoformat()
    stationed = _team(world, Team.Mode.STATIONED)
    page = world.leader(stationed).get(f"/v/teams/{stationed.id}/days")
    world.leader(stationed).press(
        page, "/days/add", on=day, starts="09:00", ends="11:30", note="理论宣讲咨询"
    )
    seen = world.at(world.resident().id).get(f"/s/{stationed.home_id}")
    check(seen.says(stationed.name) and seen.says("理论宣讲咨询"), "阵地页没有写常驻队值班")
    mobile = _team(world, Team.Mode.MOBILE)
    stop = next(place for place in world.house.stations if place.id != mobile.home_id)
    leader = world.leader(mobile)
    given = {"place": stop.full_name, "on": day, "starts": "14:00", "ends": "17:00"}
    leader.press(leader.get(f"/v/teams/{mobile.id}/days"), "/days/add", fields=given)
    tour = world.at(world.resident().id).get(f"/s/{stop.id}")
    check(tour.says(mobile.name), "阵地页没有写流动队来访")
    try:
        leader.press(leader.get(f"/v/teams/{mobile.id}/days"), "/days/add", fields=given)
    except StoryTrouble as no:
        check("另有安排" in str(no), f"同一时间两处,说的不是原因:{no}")
    else:
        raise StoryTrouble("流动队同一时间排了两处")
    return (
        f"{stationed.name}(常驻)的队长在值班页写上值班,{mobile.name}(流动)写上到{stop.name}的一站,"
        f"居民在阵地页都看得到;同一时间排两处被拒;{_asked_themselves(world)}"
    )


def _asked_themselves(world: World) -> str:
    """志愿者接单: the dispatcher has volunteers asked, one says no, the next comes."""
    world.to_morning()
    row = need(world, "老人独居,想请人上门理发")
    job = world.to_ready(row)
    by = world.hands.who_may(job, "offer")
    check(by is not None and by.person_id is not None, "没有人可以派单")
    assert by is not None
    assert by.person_id is not None
    desk = world.at(by.person_id)
    desk.press(desk.get(f"/desk/jobs/{job.id}/"), "/do/offer", button=("way", "people"))
    world.tick(minutes=1)
    first = _open_ask(job.id)
    walker = world.at(first.person_id)
    walker.get("/v/offers").find_link(f"/v/asks/{first.id}")
    page = walker.get(f"/v/asks/{first.id}/decline")
    walker.press(page, "/decline", button=("reason", "busy"))
    world.tick(minutes=1)
    second = _open_ask(job.id)
    walker = world.at(second.person_id)
    asked = walker.get(f"/v/asks/{second.id}")
    check(asked.says("为什么问您"), "没有说为什么问她")
    walker.press(asked, "/agree")
    world.tick(minutes=2)
    task = Task.objects.get(engagement__job=job, person=second.person)
    world.go(row, job)
    world.rate(row, 5, "来得快")
    told = desk.get(f"/desk/jobs/{job.id}/")
    check(told.says("直接问志愿者") and told.says("这次不行"), "派单页没有写问了谁")
    number = PersonAsk.objects.filter(job=job).count()
    return (
        f"{row.number}由派单员直接问志愿者,共问{number}人,一人这次不行马上问下一位,"
        f"{task.engagement.team.name}的志愿者本人答应、上门、评单"
    )


def _open_ask(job_id: UUID) -> PersonAsk:
    row = PersonAsk.objects.filter(job_id=job_id, state="open").order_by("asked_at", "id").first()
    if row is None:
        raise StoryTrouble("没有问到志愿者本人")
    return row


def _team(world: World, mode: Team.Mode) -> Team:
    rows = Team.objects.filter(
        home__path__startswith=world.house.centre.path, mode=mode, closed_at=None
    ).order_by("founded_at", "id")
    return next(team for team in rows if people.leaders_of(team))


def units_s1_04(world: World) -> str:
    """文明单位 ≥ 30 % of staff, paired with a 所 or 站; its teams are known there."""
    said = tables.sites(
        world,
        "文明单位",
        [{"name": UNIT, "kind": "成员单位", "parent": ""}],
    )
    unit = Place.objects.get(name=UNIT, kind=Kind.MEMBER_UNIT)
    tables.teams(
        world,
        "文明单位队伍",
        [{"home": UNIT, "name": f"{UNIT}志愿服务队", "rank": "志愿服务队"}],
    )
    team = Team.objects.get(name=f"{UNIT}志愿服务队")
    members = [_joins(world, unit, team) for _n in range(4)]
    clerk = world.at(world.house.cast.staff(Role.STATION_STAFF, unit).id)
    page = clerk.get(f"/desk/pairings/units/{unit.id}")
    page = clerk.press(page, f"/units/{unit.id}", has="count", count="10")
    check(page.says("40%"), "比例不是现算的 40%")
    today = local(world.stage.now()).date()
    page = clerk.press(
        page,
        f"/units/{unit.id}",
        has="venue",
        venue=world.station.full_name,
        from_on=today.isoformat(),
        until_on=today.replace(year=today.year + 1).isoformat(),
        about="每月一次用电安全上门",
    )
    check(page.says("等对方同意"), "没有等对方同意")
    pairing = Pairing.objects.get(unit=unit, venue=world.station)
    other = world.at(world.house.cast.staff(Role.STATION_STAFF, world.station).id)
    own = other.get(f"/desk/pairings/{pairing.id}")
    other.press(own, has="act", fields={"act": "agree"})
    page = clerk.get(f"/desk/pairings/{pairing.id}")
    page = clerk.press(page, f"/{pairing.id}", has="title", title="给独居老人查线路")
    task = PairingTask.objects.get(pairing=pairing)
    page = clerk.press(page, f"/tasks/{task.id}", fields={"act": "done"})
    check(page.says("已完成"), "结对任务没有标为完成")
    listed = world.staff(Role.ADMIN).get("/desk/pairings/")
    check(listed.says(UNIT) and listed.says("40%"), "名单上没有这家单位和它的比例")
    return (
        f"{said};{UNIT}(名字是举例)在职 10 人,{len(members)} 人本人入队,结对页现算 40%(≥30%);"
        f"与{world.station.name}由双方各自同意结对一年,任务一项标为完成;派单时这支队伍在那里算熟悉的队伍"
    )


def _joins(world: World, unit: Place, team: Team) -> Person:
    """One of the staff enrols and joins at her own pages."""
    who = world.resident(unit)
    walker = world.at(who.id)
    walker.press(walker.get("/me/volunteer"), "/me/volunteer")
    page = walker.get(f"/v/teams/{team.id}")
    walker.press(page, "/join")
    return who
