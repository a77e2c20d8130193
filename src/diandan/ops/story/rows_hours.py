"""时长的行: the active volunteer beside its definition, and families that found themselves."""

from __future__ import annotations

from diandan.ground.people import queries as people
from diandan.ground.people.actor import SYSTEM
from diandan.ground.people.models import Family, FamilyMember, Role
from diandan.path.engage.models import Task
from diandan.path.ledger.active import active_in

from .told import check, need
from .walker import Page
from .world import World

# What the articles count.
SUZHOU_ACTIVE_PERCENT, SUZHOU_HOURS = 61, 24
DAXING_FAMILIES = 10_000
FAMILIES = ("月季之家", "永定河一家", "南海子之家")


def active_s1_02(world: World) -> str:
    """活跃=一年 24 小时: a visit is lived, its hours stand in the record, the figure says what it counts."""
    row = need(world)
    world.serve(row, world.offer(row)[0])
    world.rate(row, 5, "很好")
    task = Task.objects.filter(engagement__job=world.job(row), attendance__isnull=False).first()
    check(task is not None, f"{row.number} 没有人签到过")
    assert task is not None
    hers = world.at(task.person_id)
    waiting = hers.get(f"/v/hours/{task.id}")
    check(waiting.says("公示到"), "时长页没有写公示到哪天")
    check(waiting.says("怎么算的"), "时长页没有写怎么算的")
    world.tick(days=7)
    world.tick(minutes=1)
    posted = hers.get(f"/v/hours/{task.id}").says("公示期满自动入账")
    page: Page = world.staff(Role.CENTER_STAFF).get("/desk/hours/active")
    check(page.says(f"当年服务满 {SUZHOU_HOURS}小时"), "活跃志愿者的数字旁边没有口径")
    figure = active_in(world.house.centre, world.stage.now().year)
    check(page.says(str(figure.enrolled)), "页面上的注册数和逐行数的不一样")
    return (
        f"时长页 /v/hours:{'已入账' if posted else '等核对'};活跃页 /desk/hours/active:"
        f"{figure.active}/{figure.enrolled}({figure.permille / 10}%),口径当年满 24 小时、只算已核实"
        f"(材料 {SUZHOU_ACTIVE_PERCENT}%)"
    )


def families_s4_02(world: World) -> str:
    """志愿家庭: founded at the page, joined by the other's own yes; the count is the rows."""
    made = 0
    for name in FAMILIES:
        founder, other = world.resident(), world.resident()
        hers = world.at(founder.id)
        hers.press(hers.get("/v/family"), "/v/family", has="name", name=name)
        phone = people.phone_for(other, reader=SYSTEM, at=world.stage.now(), why="story")
        hers.press(hers.get("/v/family"), "/invite", phone=phone)
        his = world.at(other.id)
        asked = his.get("/v/family")
        check(asked.says(name), f"{name}:被邀请的人看不到邀请")
        his.press(asked, "/answer", button=("answer", "yes"))
        made += 1
    joined = FamilyMember.objects.filter(family__name__in=FAMILIES, left_at=None).count()
    check(joined == made * 2, f"应有 {made * 2} 人,实为 {joined}")
    listed = world.staff(Role.CENTER_STAFF).get("/desk/families/")
    rows = Family.objects.filter(centre=world.house.centre, closed_at=None).count()
    check(listed.says(FAMILIES[0]), "志愿家庭的名单里没有刚建的家庭")
    return (
        f"/v/family 建了 {made} 户、{joined} 人各自答应加入;/desk/families/ 名单 {rows} 户,"
        f"数目就是行数(材料 {DAXING_FAMILIES} 余户,由居民自己建,不预填)"
    )
