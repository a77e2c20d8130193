"""点单的行: what a place's seed asks to be seen of its orders, beyond the lives all places share."""

from __future__ import annotations

from datetime import timedelta

from django.test import override_settings

from diandan.ground.people.models import Role, Team
from diandan.ground.places.models import Kind, Place
from diandan.kit.units import local
from diandan.path.ask.core_standing import month_end
from diandan.path.ask.models import Channel, Request, Visit
from diandan.path.assess.models import HotlineCase, Whistle

from .outside import Outside
from .proxies import arrange_standing, take_down, where
from .told import NEED, check, need
from .world import World


def visits_w8(world: World) -> str:
    """进村入户: plan, visits, needs heard at doors, the common problem as one project."""
    desk = world.staff(Role.STATION_STAFF)
    today = local(world.stage.now()).date()
    form = desk.get("/desk/visits/new")
    plan = desk.press(
        form,
        "/desk/visits/new",
        fields=where(form, world.station),
        title="冬日入户走访",
        from_on=today.isoformat(),
        until_on=(today + timedelta(days=20)).isoformat(),
        households="1幢101\n1幢202\n2幢301",
    )
    plan.find("冬日入户走访")
    visits = list(Visit.objects.filter(plan__title="冬日入户走访").order_by("label"))
    check(len(visits) == 3, f"应有 3 户,实为 {len(visits)}")
    rows = []
    words = ("老人想学用手机挂号", "手机不会用,想有人教教", "楼道灯坏了,想请人看看")
    kinds = ("phone_help", "phone_help", "other")
    for visit, heard, kind in zip(visits, words, kinds, strict=True):
        page = desk.get(f"/desk/visits/{visit.plan_id}/")
        desk.press(page, f"/{visit.id}", note="见到本人")
        rows.append(take_down(world, desk, "visit", heard, kind, visit=str(visit.id)))
    check({r.flow for r in rows} == {"w8_visits"}, f"没有走 W8:{ {r.flow for r in rows} }")
    common = rows[:2]
    for row in common:
        world.desk(row, "take_up")
        world.tick(minutes=1)
    job = world.arrange(world.fresh(common[0]), [world.fresh(common[1])])
    check(job.is_project, "共性问题没有合成项目")
    offer = world.offer(world.fresh(common[0]))[0]
    assert offer.team is not None
    team = world.serve(world.fresh(common[0]), offer)
    done = [world.fresh(r).get_state_display() for r in common]
    seen = desk.get(f"/desk/visits/{visits[0].plan_id}/")
    check(seen.says("老人想学用手机挂号"), "走访计划页没有列出听到的需求")
    return f"走访计划 3 户全部上门,听到 3 件需求;共性 2 件编排成项目 {job.number},{team}配送,{done[0]};另 1 件单独办"


def micro_s1_18(world: World) -> str:
    """微需求快办: straight to trade teams, within the hour."""
    row = world.order(world.resident(), "厨房水管漏水,水一直流", kind="plumbing")
    world.tick(minutes=1)
    row = world.fresh(row)
    offers = world.open_offers(world.job(row))
    check(bool(offers), "没有直接问到专业队")
    check(all(o.team and "水管维修" in o.team.skills for o in offers), "问了不会修的队伍")
    names = "、".join(o.team.name for o in offers if o.team)
    check(row.flow == "micro", f"没有走快办流程:{row.flow}")
    team = world.serve(row, offers[0])
    world.rate(row, 5, "半小时就来了")
    hours = (row.promise_at - row.placed_at).total_seconds() / 3600
    return f"{row.number} 承诺 {hours:.0f} 小时;无人工环节,同时问 {names};{team}接单上门,评 5 星"


def many_s2_05(world: World) -> str:
    """集单: many needs become one project, and every need shows it."""
    words = (
        "想请人理发",
        "老人头发长了要剪",
        "腿不好,想上门理发",
        "想剪头发,走不动",
        "卧床老人要理发",
        "想请理发师傅来家里",
        "奶奶想理个发",
        "爷爷头发长了想剪",
    )
    rows = [need(world, said) for said in words]
    for row in rows[:3]:
        world.desk(row, "take_up")
    world.tick(minutes=1)
    job = world.arrange(world.fresh(rows[0]), rows[1:])
    world.tick(minutes=1)
    check(job.is_project, "没有合成项目")
    offer = world.offer(world.fresh(rows[0]))[0]
    team = world.serve(world.fresh(rows[0]), offer)
    for row in rows:
        page = world.follow(row)
        check(page.says(row.number) and page.says(team), f"{row.number} 看不到办它的队伍")
        world.hers(row, "rate", score="5", text="谢谢")
    rated = sum(world.fresh(r).state == "rated" for r in rows)
    check(rated == len(rows), f"只有 {rated} 人评了单")
    return f"{len(rows)} 件需求合成 1 个项目 {job.number}({team});每个人的跟单页都写着自己的单号和队伍,{rated} 人各评各的"


def heard_w5(world: World) -> str:
    """走访、社区群 become orders on line, with their source."""
    clerk = world.staff(Role.STATION_STAFF)
    seen = []
    for channel, said in (("visit", "想找人教用手机"), ("chat_group", "群里说想学视频通话")):
        row = take_down(world, clerk, channel, said, "phone_help", consent="电话里复述后同意")
        check(row.channel == channel, f"来源没有记下:{row.channel}")
        page = clerk.get(f"/desk/requests/{row.id}/")
        label = str(Channel(channel).label)
        page.find(label)
        seen.append(f"{row.number}({label})")
    return f"工作人员在线上形成诉求单:{'、'.join(seen)},来源写在单上"


def birthday_s3_05(world: World) -> str:
    """长者生日会: a standing order by her birthday, each occurrence its own request."""
    today = local(world.stage.now()).date()
    party = today + timedelta(days=9)
    title = arrange_standing(
        world,
        "长者生日会",
        "给老人办生日会,唱一首歌",
        "birthday",
        "birthday",
        from_on=today,
        born=f"{party.year - 82}-{party:%m-%d}",
    )
    world.tick(days=3)
    row = Request.objects.filter(standing__title=title).first()
    check(row is not None, "到提前量了,没有生成点单")
    assert row is not None
    again = Request.objects.filter(standing__title=title).count()
    check(again == 1, f"一次生日生成了 {again} 张")
    start = local(row.wanted_from) if row.wanted_from else None
    return (
        f"{title}(本人同意)按生日提前 7 天自动生成 {row.number},时间 {start:%m-%d %H:%M},只生成一张"
    )


def month_end_s3_22(world: World) -> str:
    """月底有约: the monthly care visit."""
    today = local(world.stage.now()).date()
    title = arrange_standing(
        world, "月底有约", "看看老人,讲讲政策,帮着打扫", "visit", "month_end", from_on=today
    )
    ahead = month_end(today) - timedelta(days=7) - today
    world.tick(days=max(0, ahead.days), minutes=5)
    rows = list(Request.objects.filter(standing__title=title).order_by("placed_at"))
    check(bool(rows), "到月底了,没有生成点单")
    first = rows[0]
    start = local(first.wanted_from) if first.wanted_from else None
    return f"{title}(本人同意)自动生成 {first.number},时间 {start:%m-%d %H:%M};下次另成一张"


def takers_w6(world: World) -> str:
    """接单在前: only the teams that took the item up beforehand are chosen from."""
    item = next(i for i in world.house.items if i.kind.code == NEED)
    takers = {t.team_id for t in item.takes.filter(dropped_at=None)}
    row = need(world)
    job = world.to_ready(row)
    page = world.staff(Role.DISPATCHER).get(f"/desk/jobs/{job.id}/")
    offers = world.offer(row)
    check({o.team_id for o in offers} <= takers, "问了没有预先接单的队伍")
    check(page.says("不符合条件"), "派单页没有说明哪些队伍不在预接名单")
    names = "、".join(t.name for t in Team.objects.filter(id__in=takers))
    return f"「{item.title}」预先接单的队伍:{names};所里只在其中调剂配单,{row.number} 配给 {offers[0].team}"


def private_s3_21(world: World) -> str:
    """小事不出组、难事不出村、大事不出镇: private, and it rises."""
    grid = Place.objects.filter(path__startswith=world.station.path, kind=Kind.GRID).first()
    assert grid is not None
    cast = world.house.cast
    group = cast.staff(Role.MEDIATOR, grid)
    village = cast.staff(Role.MEDIATOR, world.station)
    world.hands.staff = [group.id, village.id, *world.hands.staff]
    clerk = world.at(cast.staff(Role.GRID_WORKER, grid).id)
    row = take_down(world, clerk, "grid", "和邻居为宅基地地界吵架", "mediation", home=grid)
    check(row.is_private, "调解没有保密")
    stops = []
    for who in (group, village):
        mediator = world.at(who.id)
        page = mediator.get(f"/desk/requests/{row.id}/")
        mediator.press(page, "/do/pass_up", reason="双方谈不拢")
        world.tick(minutes=1)
        stops.append(world.fresh(row).owner_place.name)
    town = world.at(world.house.staff[Role.MEDIATOR][0].id)
    town.press(town.get(f"/desk/requests/{row.id}/"), "/do/take_up")
    text = "双方各让半米,签了协议"
    town.press(town.get(f"/desk/requests/{row.id}/"), "/do/settle", text=text)
    world.tick(minutes=1)
    hidden = world.staff(Role.DISPATCHER).peek(f"/desk/requests/{row.id}/")
    check(hidden in (403, 404), f"派单员看得到调解单({hidden})")
    done = world.fresh(row)
    check(done.state == "served", f"停在 {done.get_state_display()}")
    return f"{row.number} 组({grid.name})→ 村({stops[0]})→ 镇({stops[1]})调处完成;派单员打开是 {hidden},只有当事人和调解员看得到"


def join_w7(world: World) -> str:
    """报名: residents join an item that is published with a day and seats."""
    from diandan.ground.catalogue.actions.items import (
        ItemWords,
        make_item,
        publish_item,
        submit_item,
    )

    cast = world.house.cast
    maker, publisher = world.house.staff[Role.CENTER_STAFF][:2]
    at = world.stage.now()
    words = ItemWords(
        title="周六健康讲堂",
        kind=world.house.kinds["health_talk"],
        joinable=True,
        starts_at=at + timedelta(days=4),
        seats=2,
    )
    item = make_item(place=world.house.centre, words=words, by=cast.actor(maker), at=at)
    submit_item(item, by=cast.actor(maker), at=at)
    publish_item(item, by=cast.actor(publisher), at=at)
    numbers = []
    for _seat in range(2):
        who = world.resident()
        walker = world.at(who.id)
        page = walker.get(f"/menu/{item.id}?site={who.home_id}")
        form = walker.get(page.find_link(r"/order\?"))
        placed = walker.press(form, "/order", place=str(who.home_id))
        numbers.append(world.by_key(placed).number)
    third = world.at(world.resident().id).get(f"/menu/{item.id}?site={world.station.id}")
    check(third.says("名额已满"), "满员以后,第三个人没有看到名额已满")
    return f"「{item.title}」2 个名额:{'、'.join(numbers)} 报上名;第三位看到名额已满"


def whistle_s4_09(world: World) -> str:
    """吹哨报到、接诉即办."""
    units = (
        list(
            Place.objects.filter(path__startswith=world.house.centre.path, kind=Kind.MEMBER_UNIT)[
                :3
            ]
        )
        or world.house.institutes[:2]
    )
    row = need(world, "楼道堆满杂物,轮椅过不去,找过几次没人管")
    world.desk(row, "take_up")
    world.tick(minutes=1)
    desk = world.staff(Role.STATION_STAFF)
    page = desk.get(f"/desk/requests/{row.id}/")
    desk.press(
        page, "/whistle", question="这处楼道归谁清?", units=[str(u.id) for u in units], due="4h"
    )
    for whistle in Whistle.objects.filter(request=row).select_related("unit"):
        answerer = world.at(world.house.cast.staff(Role.CENTER_STAFF, whistle.unit).id)
        asked = answerer.get("/desk/q/whistles/").find_link(f"/desk/whistles/{whistle.id}")
        form = answerer.get(asked)
        check(form.says("这处楼道归谁清"), "报到页没有写明问的是什么")
        answerer.press(form, f"/whistles/{whistle.id}", text="归我们,明天清")
    open_left = Whistle.objects.filter(request=row, answered_at=None).count()
    check(open_left == 0, f"还有 {open_left} 家没有报到")
    case, waited = _through_hotline(world, row)
    page = desk.get(f"/desk/requests/{row.id}/")
    desk.press(page, "/do/finish", outcome="物业当天清完")
    world.tick(minutes=1)
    incoming = take_down(
        world,
        desk,
        "hotline",
        "12345 转来:老人想理发",
        NEED,
        outside="12345-20261101-88",
        consent="电话里复述后同意",
    )
    names = "、".join(u.name for u in units)
    return f"{row.number} 吹哨 {names},各家都已报到;热线停机时{waited},恢复后自动送出,外部号 {case.outside_number},办结{world.fresh(row).get_state_display()};热线转入 {incoming.number} 带外部号 {incoming.outside_number}"


def _through_hotline(world: World, row: Request) -> tuple[HotlineCase, str]:
    """转热线 while it is down: the queue is seen, and drains by itself when it is back."""
    desk = world.staff(Role.STATION_STAFF)
    with Outside() as outside, override_settings(DIANDAN_HOTLINE_URL=outside.url):
        page = desk.get(f"/desk/requests/{row.id}/")
        desk.press(page, "/do/hand_over", reason="属于物业管理,请热线协调")
        world.tick(minutes=2)
        case = HotlineCase.objects.get(request=row)
        check(case.state == HotlineCase.State.QUEUED, f"热线停机,单子却是 {case.state}")
        queue = world.staff(Role.DISPATCHER).get("/desk/q/hotline/")
        waited = queue.find(r"对方没有应答,已试\d+次")
        outside.is_down = False
        world.tick(hours=2)
        case.refresh_from_db()
    check(bool(case.outside_number), f"热线恢复后没有送出:{case.state} {case.last_error}")
    check(len(outside.numbers) == 1, f"送了 {len(outside.numbers)} 次")
    return case, f"排队可见({waited})"
