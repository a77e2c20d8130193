"""时长的行: the active volunteer beside its definition, and families that found themselves."""

from __future__ import annotations

from collections import Counter
from uuid import UUID

from diandan.ground.people import queries as people
from diandan.ground.people.actor import SYSTEM
from diandan.ground.people.models import Family, FamilyMember, Role
from diandan.kit.units import local
from diandan.path.engage.models import Task
from diandan.path.ledger.active import active_in

from .menu import on_the_menu
from .told import check, served_by
from .walker import Page
from .world import World

# Three whole days make an active volunteer; a day has at most twelve hours of service.
CLASS, CLASS_KIND, CLASS_WORDS = "爱心托管班", "childcare", "放假没人带孩子,想送到托管班"
DAY_HOURS = 8
# Two teams take turns, four at a time; past this the story would never end.
MANY = 40
# What the articles count.
SUZHOU_ACTIVE_PERCENT, SUZHOU_HOURS = 61, 24
DAXING_FAMILIES = 10_000
FAMILIES = ("月季之家", "永定河一家", "南海子之家")


def active_s1_02(world: World) -> str:
    """活跃=一年 24 小时: days are lived until somebody has them; the figure says what it counts."""
    item = on_the_menu(world, CLASS, CLASS_KIND, "放假的孩子白天到实践站,写作业、看书、做游戏。")
    been: Counter[UUID] = Counter()
    while max(been.values(), default=0) < SUZHOU_HOURS // DAY_HOURS:
        check(been.total() < MANY, f"轮了{been.total()}人次,还没有人做满 {SUZHOU_HOURS} 小时")
        row = world.order(world.resident(), CLASS_WORDS, item=item)
        world.serve(row, world.offer(row)[0], minutes=DAY_HOURS * 60)
        world.rate(row, 5, "孩子很喜欢")
        been.update(served_by(world, row))
        world.to_morning()
    year = local(world.stage.now()).year
    person_id = been.most_common(1)[0][0]
    hers = world.at(person_id)
    last = Task.objects.filter(person_id=person_id).latest("allocated_at")
    waiting = hers.get(f"/v/hours/{last.id}")
    check(waiting.says("公示到"), "时长页没有写公示到哪天")
    check(waiting.says("怎么算的"), "时长页没有写怎么算的")
    world.tick(days=7)
    world.tick(minutes=1)
    check(hers.get(f"/v/hours/{last.id}").says("公示期满自动入账"), "公示期满没有入账")
    page: Page = world.staff(Role.CENTER_STAFF).get("/desk/hours/active")
    check(page.says(f"当年服务满 {SUZHOU_HOURS}小时"), "活跃志愿者的数字旁边没有口径")
    figure = active_in(world.house.centre, year)
    check(page.says(str(figure.enrolled)), "页面上的注册数和逐行数的不一样")
    enough = sum(days * DAY_HOURS >= SUZHOU_HOURS for days in been.values())
    check(figure.active == enough, f"做满的有 {enough} 人,数字却是 {figure.active}")
    share = f"{figure.active}/{figure.enrolled}({figure.permille / 10}%)"
    check(page.says(f"{figure.permille / 10}%"), f"页面上没有写出比例 {share}")
    return (
        f"「{CLASS}」每天 {DAY_HOURS} 小时,签到签退都凭码,{been.total()} 人次;时长页 /v/hours:公示期满入账;"
        f"活跃页 /desk/hours/active:{share},口径当年满 {SUZHOU_HOURS} 小时、只算已核实"
        f"(材料 {SUZHOU_ACTIVE_PERCENT}%;这里的注册人数是故事里的队员)"
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
