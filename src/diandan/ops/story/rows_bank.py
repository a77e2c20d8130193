"""时间银行的行 (S0-11): saved by serving, issued by two officers, used by placing a real order."""

from __future__ import annotations

import re

from diandan.ground.people import queries as people
from diandan.ground.people.models import Person, Role, Team
from diandan.path.ask.models import Request
from diandan.path.bundle.queries import job_of
from diandan.path.engage.models import Task

from .told import check
from .walker import Page, StoryTrouble, Walker
from .world import World

KIND = "visit"


def bank_s0_11(world: World) -> str:
    """时间银行: join, serve, save, issue, redeem, and the report."""
    elder = world.resident()
    _born(world.at(elder.id), "1940-05-01")
    _granted(world, "elder", **_known(elder), basis="alone_80")
    team = _able(world)
    for member in people.members_of(team):
        _join(world.at(member.person_id))
    first = world.order(elder, "想请人来陪我说说话", kind=KIND)
    world.serve(first, world.offer(first, [team])[0])
    world.rate(first, 5, "陪了我一下午")
    world.tick(days=6)
    saver = world.at(_servers(first)[0].id)
    saved = saver.get("/v/bank").find(r"([\d.]+)\s*枚时间币")
    check(float(saved) > 0, f"服务公示期满以后,存进来的是 {saved} 枚")
    _granted(world, "fund", coins="10", document="宁民发〔2026〕9号")
    _granted(world, "issue", **_known(elder), coins="3")
    used = _use(world, elder, team)
    report = world.staff(Role.CENTER_STAFF).get("/desk/bank/report")
    told = report.find(r"存着 [\d.]+ 枚[^。]*。")
    check(not re.search(r"[¥￥]|\d元", report.text), "兑付报告里出现了金额")
    return (
        f"/v/bank:志愿者读过规则自愿加入,为登记的独居老人服务,公示期满存入 {saved} 枚;"
        f"/desk/bank:登记老人、补充基金、发放 3 枚都由两位工作人员先后办;{used};/desk/bank/report:{told}"
    )


def _born(walker: Walker, day: str) -> None:
    walker.press(walker.get("/me/profile"), "/me/profile", born_on=day)


def _known(person: Person) -> dict[str, str]:
    own = people.own(person)
    return {"name": own.name, "phone": own.phone}


def _granted(world: World, what: str, **fields: str) -> Page:
    """One officer proposes, another one grants."""
    one, two = world.staff(Role.CENTER_STAFF, 0), world.staff(Role.CENTER_STAFF, 1)
    address = f"/desk/bank/new/{what}"  # whole: the page's own switch is /me/elder
    one.press(one.get(address), address, fields=fields)
    waiting = one.get("/desk/bank/")
    check(waiting.says("等另一位工作人员核对"), f"提出人自己看到了核对的按钮:{what}")
    granted = two.press(two.get("/desk/bank/"), "/decide", button=("verdict", "granted"))
    check(granted.says("已通过"), f"{what} 没有通过")
    return granted


def _able(world: World) -> Team:
    kind = world.house.kinds[KIND]
    for team in world.house.teams:
        if set(kind.skills) <= set(team.skills) and people.members_of(team):
            return team
    raise StoryTrouble(f"没有能做{kind.name}的队伍")


def _join(walker: Walker) -> None:
    _born(walker, "1980-01-01")
    page = walker.get("/v/bank")
    read = re.search(r'name="read" value="([^"]+)"', page.html)
    if read is None:
        raise StoryTrouble("/v/bank:没有加入的表单")
    walker.press(page, "/v/bank", has="read", read=read.group(1))


def _servers(row: Request) -> list[Person]:
    job = job_of(row)
    assert job is not None
    rows = Task.objects.filter(engagement__job=job, attendance__out_at__isnull=False)
    return [task.person for task in rows.select_related("person")]


def _use(world: World, elder: Person, team: Team) -> str:
    walker = world.at(elder.id)
    page = walker.get("/v/bank/use")
    placed = walker.press(
        page, "/v/bank/use", has="kind", kind=KIND, words="想请人来量量血压说说话"
    )
    row = world.by_key(placed)
    held = walker.get("/v/bank").find(r"其中 ([\d.]+) 枚已为点单预留")
    world.serve(row, world.offer(row, [team])[0])
    world.tick(minutes=5)
    left = walker.get("/v/bank")
    check(left.says("已使用"), "服务完成以后,时间币没有扣")
    remaining = left.find(r"([\d.]+)\s*枚时间币")
    return (
        f"/v/bank/use:老人用时间币点单 {row.number},先预留 {held} 枚,服务完成按实际时长扣,"
        f"余 {remaining} 枚"
    )
