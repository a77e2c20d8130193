"""兑换、礼遇、惠民券的行: each lived at its pages, from the officer's catalogue to the counter."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from uuid import UUID

from diandan.ground.people import queries as people
from diandan.ground.people.models import Person, Role, Team
from diandan.kit.units import local
from diandan.path.engage.models import Task
from diandan.square.mall.models import Batch, Gift, Giver

from .told import check, need, served_by
from .walker import Page, StoryTrouble, Walker
from .world import World

CUP, CUP_COST, PIECES = "保温杯", 5, 2
CODE = r"([0-9A-Z]{4}-[0-9A-Z]{4})"
SPOONS, SPOONS_COUNT = "公筷公勺", 100_000
VOUCHER, VOUCHERS = "文化惠民券", 3
# One visit of the story takes three quarters of an hour; the same member goes both times.
VISITS, HOURS = 2, 1
# 3 working days on notice, and a weekend between them.
NOTICE_DAYS = 8
POINTS_AN_HOUR = 10


def redeem_s2_07(world: World) -> str:
    """积分制度+兑换: the rule first (云南's hours know no points), then earned, spent, once."""
    admin = world.staff(Role.ADMIN)
    address = "/desk/settings/hours"
    before = admin.get(address).find(r"现在用:([^\n]+)")
    tomorrow = local(world.stage.now()).date() + timedelta(days=1)
    chosen = admin.press(
        admin.get(address),
        address,
        button=("step", "choose"),
        fields={
            "preset": "yunnan",
            "points_per_hour": POINTS_AN_HOUR,
            "from_on": tomorrow.isoformat(),
        },
    )
    check(chosen.says("已选好"), "积分规则没有选上")
    world.tick(days=1)
    held = admin.get(address)
    check(held.says(f"每小时 {POINTS_AN_HOUR} 积分"), "到了那天,规则页上没有积分")
    return (
        f"{address}:沿用「{before}」,从 {tomorrow} 起每小时 {POINTS_AN_HOUR} 积分(材料没有写几分,是示例);"
        f"{_redeemed(world)}"
    )


def _redeemed(world: World) -> str:
    """兑换: earned by visits, held by an order, spent at the counter, once."""
    her, number = _earned(world)
    gift = _offered(world, CUP, CUP_COST, PIECES)
    phone = world.at(her.id)
    mall = phone.get("/v/mall")
    had = int(mall.find(r"(\d+)\s*可用积分"))
    check(had >= CUP_COST, f"只有 {had} 积分")
    code, ordered = _order(world, phone, gift)
    clerk = world.staff(Role.CENTER_STAFF)
    shown = clerk.press(clerk.get("/desk/mall/"), "/desk/mall/", code=code)
    done = clerk.press(shown, "/desk/mall/", has="sure")
    check(done.says("已发放"), "柜台没有说已发放")
    shown = clerk.press(clerk.get("/desk/mall/"), "/desk/mall/", code=code)
    again = _no(clerk, shown, "/desk/mall/", has="sure")
    check("已经用过" in again, f"同一个码第二次没有被拒:{again}")
    left = int(phone.get("/v/mall").find(r"(\d+)\s*可用积分"))
    check(left == had - CUP_COST, f"用了 {CUP_COST} 积分,却从 {had} 变成 {left}")
    return (
        f"志愿者 {number} 服务得 {had} 积分,在 /v/mall 用 {CUP_COST} 积分兑换「{CUP}」,"
        f"{ordered},柜台 /desk/mall/ 凭码发放,同一个码第二次被拒(写明何时何地领过),余 {left}"
    )


def benefits_s0_11(world: World) -> str:
    """礼遇办法: a partner's benefit shown at its own counter; what asks for a star is told so."""
    told = _redeemed(world)
    desk = world.staff(Role.CENTER_STAFF)
    page = desk.get("/desk/settings/givers")
    giver = desk.press(page, "/givers", name="江宁大剧院", address="一楼取票处")
    for name, star in (("免费参观", 0), ("优先选座", 3)):
        giver = desk.press(
            giver, has="times_a_year", fields={"name": name, "star_min": star, "times_a_year": 2}
        )
    partner = Giver.objects.get(centre=world.house.centre, name="江宁大剧院")
    her, _number = _earned(world, visits=0)
    phone = world.at(her.id)
    listed = phone.get("/v/benefits")
    check(listed.says("3星起"), "礼遇目录没有写几星起")
    shows = [form for form in listed.forms if form.action.endswith("/show")]
    check(len(shows) == 1, "没有星级的志愿者不该能出示三星礼遇")
    code = phone.press(listed, "/show").find(CODE)
    counter = Walker(world.stage.url)
    address = f"/give/{partner.key}"
    shown = counter.press(counter.get(address), address, code=code)
    check(counter.press(shown, address, has="sure").says("已核销"), "柜台没有说已核销")
    again = counter.press(counter.get(address), address, code=code)
    twice = _no(counter, again, address, has="sure")
    check("已经用过" in twice, f"礼遇码用了两次:{twice}")
    return f"{told};礼遇:/v/benefits 出示「免费参观」,江宁大剧院柜台核销一次,第二次被拒;「优先选座」三星起,她还不能出示"


def candidates_s0_12(world: World) -> str:
    """年度优秀志愿者, the hours' side: counted, by number; a name only after her own consent."""
    her, number = _earned(world)
    desk = world.staff(Role.CENTER_STAFF)
    year = local(world.stage.now()).year
    address = f"/desk/stars/candidates?year={year}&hours={HOURS}"
    page = desk.get(address)
    check(page.says(number), f"候选里没有 {number}")
    check(page.says("未同意公开"), "没有同意的人却写了姓名")
    phone = world.at(her.id)
    agreed = phone.get("/me/privacy")
    phone.press(agreed, "/privacy/give")
    name = people.own(people.person(her.id)).name
    named = desk.get(address)
    check(named.says(name), "她同意以后,候选里没有写出姓名")
    return f"/desk/stars/candidates:{year}年已核实满 {HOURS} 小时的按编号列出,{number} 同意公开前只有编号,同意后写出姓名,不排名次"


def vouchers_s1_17(world: World) -> str:
    """文化惠民券: issued, claimed once by herself, used once; 公筷 100,000: one for each."""
    desk = world.staff(Role.CENTER_STAFF)
    desk.press(desk.get("/desk/settings/givers"), "/givers", name="泰兴大剧院")
    giver = Giver.objects.get(centre=world.house.centre, name="泰兴大剧院")
    today = local(world.stage.now()).date()
    issued = desk.press(
        desk.get("/desk/settings/vouchers"),
        "/vouchers",
        has="count",
        fields={
            "name": VOUCHER,
            "count": VOUCHERS,
            "audience": "everyone",
            "from_on": str(today),
            "until_on": str(today + timedelta(days=30)),
            "givers": [str(giver.id)],
        },
    )
    check(issued.says(VOUCHER), "发放以后列表里没有这批券")
    batch = Batch.objects.get(centre=world.house.centre, name=VOUCHER)
    phone = world.at(world.resident().id)
    page = phone.get("/v/vouchers")
    code = phone.press(page, f"/{batch.id}/claim").find(CODE)
    check(
        not any(
            form.action.endswith(f"/{batch.id}/claim") for form in phone.get("/v/vouchers").forms
        ),
        "领过以后还能再领一张",
    )
    counter, address = Walker(world.stage.url), f"/give/{giver.key}"
    shown = counter.press(counter.get(address), address, code=code)
    counter.press(shown, address, has="sure")
    used = _no(
        counter, counter.press(counter.get(address), address, code=code), address, has="sure"
    )
    check("已经用过" in used, f"券用了两次:{used}")
    report = desk.get("/desk/settings/vouchers").find(rf"{VOUCHER}[\s\S]*?(3\s+1\s+1\s+0\s+2)")
    gift = _offered(world, SPOONS, 0, SPOONS_COUNT, audience="everyone", limit_each=1, once=True)
    _code, _where = _order(world, phone, gift)
    spoons = phone.get(f"/v/mall/{gift.id}")
    check(spoons.says("您已经兑换过"), "同一个人还能再领一套公筷")
    return (
        f"{VOUCHER} 发 {VOUCHERS} 张:居民在 /v/vouchers 自己领一张,领过就不能再领,"
        f"泰兴大剧院柜台核销一次,第二次被拒;发放/已领/已用/过期/没人领={'/'.join(report.split())};"
        f"{SPOONS} {SPOONS_COUNT} 套,每人一套,第二套不给"
    )


def _earned(world: World, visits: int = VISITS) -> tuple[Person, str]:
    """Somebody who served and whose notice is over: seen by the residents' codes, thanked by them.

    The team that was first sent is sent again, where a dispatcher chooses; else fairness may send
    another, and so it goes on until one of them has been twice.
    """
    been: Counter[UUID] = Counter()
    team: list[Team] = []
    for _visit in range(visits * 2):
        if visits <= max(been.values(), default=0):
            break
        row = need(world)
        offer = world.offer(row, team)[0]
        team = [offer.team] if offer.team else team
        world.serve(row, offer)
        world.rate(row, 5, "很好")
        been.update(served_by(world, row))
    if visits:
        world.tick(days=NOTICE_DAYS)
        person_id = been.most_common(1)[0][0]
    else:
        done = Task.objects.filter(
            engagement__job__centre=world.house.centre, attendance__out_at__isnull=False
        )
        person_id = done.order_by("-allocated_at", "-id")[0].person_id
    volunteer = people.volunteer_of(person_id)
    if volunteer is None:
        raise StoryTrouble("服务的人不是志愿者")
    return people.person(person_id), volunteer.number


def _offered(
    world: World,
    name: str,
    cost: int,
    count: int,
    *,
    audience: str = "volunteers",
    limit_each: int = 0,
    once: bool = False,
) -> Gift:
    """An officer writes it into the catalogue and brings so many to the station."""
    desk = world.staff(Role.CENTER_STAFF)
    priced = _no(
        desk, desk.get("/desk/settings/mall/new"), "/mall/new", name=f"价值30元的{name}", cost="1"
    )
    check("不标价" in priced, f"写了价格的礼品没有被拒:{priced}")
    page = desk.press(
        desk.get("/desk/settings/mall/new"),
        "/mall/new",
        name=name,
        cost=cost,
        audience=audience,
        limit_each=limit_each,
        limit_period="ever" if once else "quarter",
    )
    desk.press(page, has="count", site=world.station.name, count=count)
    return Gift.objects.get(centre=world.house.centre, name=name)


def _order(world: World, phone: Walker, gift: Gift) -> tuple[str, str]:
    """She chooses the station; her code, and where and until when."""
    page = phone.get(f"/v/mall/{gift.id}")
    made = phone.press(page, "/order", site=str(world.station.id))
    return made.find(CODE), f"在{world.station.name}领"


def _no(walker: Walker, page: Page, action: str, *, has: str = "", **given: str | int) -> str:
    """The page's no, in its words; a yes fails the story."""
    try:
        walker.press(page, action, has=has, fields=given)
    except StoryTrouble as no:
        return str(no)
    raise StoryTrouble(f"{page.where}:本该被拒的一步通过了")
