"""双积分的行 (S3-17, S3-18): two systems, veto, appeal; month, quarter, year; red, grey and black."""

from __future__ import annotations

import re
from datetime import timedelta

from diandan.ground.people import queries as people
from diandan.ground.people.models import Person, Role
from diandan.kit.units import local
from diandan.square.dual_points.models import (
    Branch,
    Entry,
    Household,
    Listing,
    PartyMember,
    QuarterNotice,
    RuleItem,
)

from .told import check
from .walker import Page, Walker
from .world import World

NEW, HOME, ROLL = "/desk/conduct/new", "/desk/conduct/", "/desk/conduct/roll"
# Two systems, at most 13 months each: past that a button does not go away.
BUTTONS_MAX = 30
BOARDS, PERIODS = "/desk/conduct/boards", "/desk/conduct/periods"


def systems_s3_17(world: World) -> str:
    """党员 (加、减、一票否决, by 支部) and 群众 (五个方面, by 户), evidence and appeal."""
    admin = world.staff(Role.ADMIN)
    admin.press(admin.get("/desk/conduct/items"), "/items", has="centre")
    secretary, second, member = (world.resident() for _each in range(3))
    _branch(world, admin, secretary, second, member)
    one, two = world.at(secretary.id), world.at(second.id)
    points = _enter(world, one, two, member, "p-lead")
    head = world.resident()
    house = _house(world, head, "001")
    clerks = (world.staff(Role.STATION_STAFF, 0), world.staff(Role.STATION_STAFF, 1))
    _enter(world, *clerks, house, "r-wedding")
    page = world.at(head.id).get("/v/conduct")
    dimension = page.find(r"乡风文明\s+(-?\d+)")
    check(dimension == "5", f"乡风文明应为 5 分,实为 {dimension}")
    appealed = _appeal(world, one, two, member)
    _enter(world, one, two, member, "p-discipline", basis="奈纪发〔2026〕3号 第二条")
    own = world.at(member.id).get("/v/conduct")
    check(own.says("一票否决"), "本人页上没有一票否决")
    check(world.at(head.id).peek(HOME) == 403, "村民打开了评议的工作台")
    return (
        f"/desk/conduct:{points},由支部书记提出、支委核对;户 001 婚事新办 +5(乡风文明 {dimension}),"
        f"两位站工作人员先后办;/v/conduct:{appealed};受处分一条写明文号,本人页显示一票否决;"
        "谁是党员只有本支部和上级看得到,每次查看有记录;分值材料没有写,是示例"
    )


def _branch(world: World, admin: Walker, *members: Person) -> None:
    page = admin.get(ROLL)
    name = f"{world.station.name}党支部"
    page = admin.press(page, ROLL, has="branch_name", place=world.station.id, branch_name=name)
    branch = Branch.objects.get(name=name)
    for who, duty in zip(members, ("secretary", "committee", "member"), strict=True):
        own = people.own(who)
        page = admin.press(
            page, ROLL, has="duty", branch=str(branch.id), name=own.name, phone=own.phone, duty=duty
        )
    check(page.says("支部书记"), "名册上没有支部书记")


def _house(world: World, head: Person, number: str) -> Household:
    clerk, own = world.staff(Role.STATION_STAFF), people.own(head)
    clerk.press(
        clerk.get(ROLL),
        ROLL,
        has="number",
        place=world.station.id,
        number=number,
        name=own.name,
        phone=own.phone,
    )
    return Household.objects.get(place=world.station, number=number)


def _enter(
    world: World, one: Walker, two: Walker, subject: Person | Household, code: str, basis: str = ""
) -> str:
    """One proposes, another confirms."""
    item = RuleItem.objects.get(centre=world.house.centre, code=code, retired_at=None)
    if isinstance(subject, Household):
        key = f"h:{subject.id}"
    else:
        key = f"m:{PartyMember.objects.get(person=subject, left_at=None).id}"
    words = {"evidence": "当天在场三人看见,有记录", "basis": basis}
    proposed = one.press(one.get(NEW), NEW, subject=key, item=str(item.id), fields=words)
    check(proposed.says("您提出的,等另一个人核对"), "提出人自己看到了核对的按钮")
    done = two.press(two.get(HOME), "/decide", has="entry", button=("verdict", "yes"))
    check(done.says(item.title), f"{item.title} 没有记上")
    return f"{item.title} {item.points:+d}"


def _appeal(world: World, one: Walker, two: Walker, member: Person) -> str:
    """减分, 申诉, and another one decides."""
    _enter(world, one, two, member, "p-absent")
    own, before = world.at(member.id), _points(world, member)
    row = Entry.objects.filter(item__code="p-absent", person=member).latest("proposed_at")
    said = own.press(
        own.get("/v/conduct"), "/appeal", has="text", entry=str(row.id), text="那天住院,有病历"
    )
    check(said.says("裁定前不计分"), "申诉以后还在计分")
    admin = world.staff(Role.ADMIN)
    admin.press(admin.get(HOME), "/settle", button=("verdict", "yes"), text="看过病历,属实")
    after = _points(world, member)
    check(after == before + 3, f"采纳申诉后应为 {before + 3} 分,实为 {after}")
    return f"无故缺席 -3,本人申诉,由没有经手的人裁定采纳,{before} 分更正为 {after} 分"


def _points(world: World, who: Person) -> int:
    return int(world.at(who.id).get("/v/conduct").find(r"(-?\d+)\s*分"))


def periods_s3_18(world: World) -> str:
    """一月一积分、一季一公示、年度一考评; 红榜 with consent only, 灰榜 never in public."""
    first = world.staff(Role.ADMIN)
    first.press(first.get("/desk/conduct/items"), "/items", has="centre")
    head, grey = world.resident(), world.resident()
    house, other = _house(world, head, "018"), _house(world, grey, "019")
    clerks = (world.staff(Role.STATION_STAFF, 0), world.staff(Role.STATION_STAFF, 1))
    _enter(world, *clerks, house, "r-clean")
    boards = _boards(world, *clerks, (head, house), (grey, other))
    year = local(world.stage.now()).year
    _to_next_year(world)
    admin = world.staff(Role.ADMIN)
    closed, _page = _press_all(admin, "month")
    _press_all(admin, "quarter")
    noticed = _object(world, house)
    world.tick(days=14)
    graded, page = _press_all(admin, "year")
    check(graded > 0, f"{PERIODS}:没有年度考评的按钮")
    found = re.findall(rf"(?m)^{year}(?![-年])\s*(\D[^\n]*\d)$", page.text)
    check(len(found) == graded, f"{PERIODS}:考评了 {graded} 次,页面上写出等次的有 {len(found)}")
    grades = "、".join(found)
    return (
        f"{PERIODS}:{closed} 个月结账(结账后不能改,错的在新的月份更正);{noticed};"
        f"公示期满按规则算出 {year} 年等次:{grades};{boards}"
    )


def _boards(
    world: World,
    one: Walker,
    two: Walker,
    red: tuple[Person, Household],
    grey: tuple[Person, Household],
) -> str:
    guest = Walker(world.stage.url)
    for colour, (_who, house) in (("red", red), ("grey", grey)):
        page = one.get(BOARDS)
        one.press(
            page, BOARDS, has="subject", subject=f"h:{house.id}", colour=colour, reason="村民评议"
        )
        row = Listing.objects.get(household=house, ended_at=None)
        two.press(two.get(BOARDS), BOARDS, has="row", act="confirm", row=str(row.id))
    name, hidden = people.own(red[0]).name, people.own(grey[0]).name
    own = world.at(red[0].id)
    check(not guest.get("/boards/red").says(name), "没有同意就上了公开的红榜")
    own.press(own.get("/v/conduct"), "/consent", button=("wish", "yes"))
    check(guest.get("/boards/red").says(name), "同意以后红榜上没有")
    check(not guest.get("/boards/red").says(hidden), "灰榜的人出现在公开页上")
    check(world.at(grey[0].id).get("/v/conduct").says("灰榜"), "本人看不到自己的灰榜")
    own.press(own.get("/v/conduct"), "/consent", button=("wish", "no"))
    check(not guest.get("/boards/red").says(name), "撤回以后红榜上还有")
    return "/boards/red:红榜本人同意才公开,撤回立刻消失;灰榜只有本人和评议人员看得到"


def _to_next_year(world: World) -> None:
    now = local(world.stage.now())
    first = now.replace(year=now.year + 1, month=1, day=4, hour=10)
    world.tick(days=(first - now) / timedelta(days=1))


def _press_all(admin: Walker, field: str) -> tuple[int, Page]:
    """Every button of this kind, one after another, as the page offers them; and the last page."""
    pressed = 0
    page = admin.get(PERIODS)
    while any(field in form.names for form in page.forms):
        check(pressed < BUTTONS_MAX, f"{PERIODS}:「{field}」按了{pressed}次,按钮还在")
        page = admin.press(page, PERIODS, has=field)
        pressed += 1
    return pressed, page


def _object(world: World, house: Household) -> str:
    """A neighbour reads the notice and says what is wrong; it stops counting until decided."""
    neighbour = world.at(world.resident().id)
    notice = QuarterNotice.objects.filter(system="residents").latest("at")
    page = neighbour.get(f"/v/conduct/notice?n={notice.id}")
    check(page.says(f"{house.number}户"), "公示里没有这一户")
    row = Entry.objects.filter(household=house).earliest("proposed_at")
    neighbour.press(page, "/appeal", has="entry", entry=str(row.id), text="那天没有评比")
    admin = world.staff(Role.ADMIN)
    admin.press(admin.get(HOME), "/settle", button=("verdict", "no"), text="有评比记录")
    return "季度公示列户号和条目(不列姓名),邻居提异议时那一条不计分,由没有经手的人裁定不采纳后恢复"
