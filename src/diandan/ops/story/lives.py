"""一生一生: the lives every place lives, by its own flow, each returning what was observed."""

from __future__ import annotations

from datetime import datetime, timedelta

from diandan.flow.choice import chosen, flow_of
from diandan.flow.clocks import stage_of
from diandan.ground.people.models import Role
from diandan.kit.units import local
from diandan.path.ask.models import Channel, Request
from diandan.path.dispatch.models import Offer
from diandan.path.grade.models import FollowUp, Rating

from .by_key import by_key
from .menu import returned_on_the_menu
from .proxies import where
from .told import NEED, Life, Told, check, is_automatic, menu_item, need, tell
from .walker import StoryTrouble
from .world import World

LIKE_WORDS = ("老人想理发,走不动", "想请人来家里剪头发", "卧床,头发长了想剪剪")


def live_all(world: World) -> list[Told]:
    """Every life, one after the other; one that fails does not hide the others."""
    return [tell(name, life, world) for name, life in LIVES]


def normal(world: World) -> str:
    """正常办完."""
    row = need(world)
    page = world.follow(row)
    first = page.text.count("您点了单")
    check(first > 0 and page.says(row.number), f"{row.number} 的跟单页没有写明已收到")
    offer = world.offer(row)[0]
    waiting = world.follow(row)
    name = offer.team.name if offer.team else "抢单"
    check(waiting.says(name), f"派出后,跟单页没有写出 {name}")
    team = world.serve(row, offer)
    world.rate(row, 5, "师傅很耐心")
    expert = _expert(world, row)
    done = world.fresh(row)
    check(done.state == "rated", f"{row.number} 停在 {done.get_state_display()}")
    seen = world.follow(row)
    check(seen.says("非常满意") or seen.says("您作了评价"), "跟单页没有显示评价")
    took = Offer.objects.get(id=offer.id)
    minutes = int(((took.answered_at or took.offered_at) - row.placed_at).total_seconds() // 60)
    return f"{row.number} {'→'.join(flow_of(row.flow).chain)};{team} {minutes} 分钟内接单,群众评 5 星{expert}"


def _expert(world: World, row: Request) -> str:
    """专家评单, kept apart from the residents', where the flow has experts."""
    if "expert" not in flow_of(row.flow).raters:
        return ""
    world.desk(world.fresh(row), "rate_as_expert", score="4", text="流程规范")
    world.tick(minutes=1)
    kept = {r.role: r.score for r in Rating.objects.filter(request=row)}
    check(kept == {"resident": 5, "expert": 4}, f"两种评价没有分开:{kept}")
    return ",专家另评 4 星,两种分数分开"


def declined(world: World) -> str:
    """一队说不行,下一队接."""
    row = need(world)
    first = world.offer(row)[0]
    assert first.team is not None
    said = world.answer(first, yes=False, reason="far")
    check("不影响" in said.text, "说不行以后,页面没有写明不影响记录")
    world.tick(minutes=1)
    second = world.open_offers(world.job(row))[0]
    if second.team_id is None:
        raise StoryTrouble("一队说不行以后,没有别的队伍被问到")
    world.answer(second, yes=True)
    seen = world.follow(row)
    check(seen.says(f"{second.team}"), "跟单页没有写出接单的队伍")
    check(first.team_id != second.team_id, "又问了说过不行的队伍")
    return f"{row.number} {first.team.name}:太远;马上改问 {second.team},已接单"


def expired(world: World) -> str:
    """没人回复,到时扩大."""
    row = need(world)
    first = world.offer(row)
    until = first[0].expires_at
    wait = until - world.stage.now() + timedelta(minutes=1)
    world.tick(minutes=wait.total_seconds() / 60)
    job = world.job(row)
    again = world.open_offers(job)
    over = Offer.objects.filter(job=job, state=Offer.State.EXPIRED).count()
    check(over == len(first), f"到时没有作废:{over}")
    check(bool(again), f"到时没有扩大,停在 {job.get_state_display()}")
    check(world.follow(row).says("扩大范围"), "跟单页没有写明扩大范围")
    names = "、".join(o.team.name if o.team else "全体可抢" for o in again)
    return f"{row.number} {_clock(until)} 前无人回复,{over} 份邀约过期,扩大问 {names}"


def withdrawn(world: World) -> str:
    """点单人撤回."""
    row = need(world)
    offer = world.offer(row)[0]
    world.hers(row, "withdraw")
    world.tick(minutes=1)
    done = world.fresh(row)
    offer.refresh_from_db()
    check(done.state == "withdrawn", f"{row.number} 停在 {done.get_state_display()}")
    check(offer.state == "recalled", f"邀约没有收回:{offer.get_state_display()}")
    team = offer.team.name if offer.team else "抢单"
    return f"{row.number} 已撤回,给 {team} 的邀约同时收回并告知"


def merged(world: World) -> str:
    """集单,再无损拆出."""
    if is_automatic(world):
        return _no_merge(world)
    rows = [need(world, words) for words in LIKE_WORDS]
    before = {r.id: (r.number, r.words, r.promise_at, r.requester_id) for r in rows}
    job = world.arrange(rows[0], rows[1:])
    world.tick(minutes=1)
    check({world.job(r).id for r in rows} == {job.id}, "三张点单没有合成一张")
    for row in rows:
        check(world.follow(row).says(row.number), f"{row.number} 合并后看不到自己的单号")
    _split(world, rows[1])
    world.tick(minutes=1)
    alone = world.fresh(rows[1])
    check(alone.state == "taken_up", f"拆出后停在 {alone.get_state_display()}")
    for row in map(world.fresh, rows):
        now = (row.number, row.words, row.promise_at, row.requester_id)
        check(now == before[row.id], f"{row.number} 拆出后变了样")
    return f"3 张点单合成 {job.number};拆出 {alone.number},单号、原话、时限、点单人都没变"


def _no_merge(world: World) -> str:
    """Why there is none: the article's own words name the steps, and no merging among them."""
    flow = flow_of(chosen(world.house.centre))
    said = flow.source.partition(":")[2]
    return (
        f"本流程没有集单:材料写的是“{said}”,没有集单一步;"
        "先有菜单,同类需求都点同一个菜单项,各单各派,平台自动受理、自动成单"
    )


def _split(world: World, row: Request) -> None:
    by = world.hands.who_may(world.fresh(row), "unarrange")
    if by is None or by.person_id is None:
        raise StoryTrouble(f"{row.number}:没有人可以拆出")
    walker = world.at(by.person_id)
    page = walker.get(f"/desk/jobs/{world.job(row).id}/")
    walker.press(page, f"/split/{row.id}")


def returned(world: World) -> str:
    """退回: at each review level where there are reviews, else for missing words."""
    flow = flow_of(chosen(world.house.centre))
    if flow.review:
        return _returned_by_reviews(world)
    if is_automatic(world):
        return returned_on_the_menu(world)
    row = need(world, "想请人来一下")
    world.desk(row, "return_order", reason="请写清楚门牌和希望的时间")
    seen = world.follow(row)
    check(seen.says("请写清楚门牌"), "跟单页没有写出退回的原因")
    world.hers(row, "resubmit", text="三号楼二单元,周末上午")
    world.tick(minutes=1)
    again = world.fresh(row)
    check(again.state == "placed", f"补充后停在 {again.get_state_display()}")
    return (
        f"{row.number} 退回补充(请写清楚门牌和希望的时间)→ 本人补充 → 重新受理;本流程不设多级审核"
    )


def _returned_by_reviews(world: World) -> str:
    row = need(world)
    world.desk(row, "take_up")
    world.tick(minutes=1)
    job = world.arrange(world.fresh(row))
    walls = []
    for wall in flow_of(row.flow).review:
        for _step in range(4):
            world.tick(minutes=2)
            job = world.job(row)
            check(job.state == "in_review", f"{job.number} 停在 {job.get_state_display()}")
            if job.review_level == wall:
                break
            world.desk(job, "approve", but=job.made_by_id)
        reason = f"请写清服务时间({wall.label})"
        world.desk(job, "send_back", but=job.made_by_id, reason=reason)
        job = world.job(row)
        check(job.state == "sent_back", f"{job.number} 没有退回")
        walls.append(f"{wall.label}退回")
        world.desk(job, "submit")
    own = _own_review(world, row)
    ready = world.to_ready(row)
    check(ready.state == "ready", f"{ready.number} 停在 {ready.get_state_display()}")
    return f"{ready.number} {'→'.join(walls)},各写明原因,改后重新从站审起;{own};三级通过,待派单"


def _own_review(world: World, row: Request) -> str:
    """The maker finds no way to approve her own: the page says so."""
    world.tick(minutes=1)
    job = world.job(row)
    if job.made_by_id is None:
        raise StoryTrouble("制单人没有记下")
    page = world.at(job.made_by_id).get(f"/desk/jobs/{job.id}/")
    check(page.says("不能自己审自己"), "制单人的页面没有写明不能自审")
    return "制单人不能自审"


def unmet(world: World) -> str:
    """无人能办."""
    row = need(world)
    job = world.to_ready(row)
    world.desk(job, "mark_unmet", reason="附近没有会这项的队伍")
    world.tick(minutes=1)
    done = world.fresh(row)
    check(done.state == "unmet", f"{row.number} 停在 {done.get_state_display()}")
    seen = world.follow(row)
    check(seen.says("附近没有会这项的队伍"), "跟单页没有写出原因")
    check("reopen" in {v for f in seen.forms for _n, v in f.presses}, "没有重新办理的按钮")
    return f"{row.number} 记为暂时无人能办(附近没有会这项的队伍),留在未办成台账,可重新办理"


def reopened(world: World) -> str:
    """差评,跟进,重新办理."""
    row = need(world)
    team = world.serve(row, world.offer(row)[0])
    world.rate(row, 1, "没有剪好")
    follow_up = FollowUp.objects.filter(request=row).first()
    check(follow_up is not None, "差评没有生成跟进")
    assert follow_up is not None
    check(follow_up.owner_id is not None, "跟进没有指定到人")
    world.hers(row, "reopen", text="请再来一次")
    world.tick(minutes=1)
    again = world.fresh(row)
    check(again.reopened == 1, "没有重新办理")
    second = world.offer(again)[0]
    world.serve(again, second)
    world.rate(again, 5, "这次好了")
    scores = list(
        Rating.objects.filter(request=row, role="resident")
        .order_by("round")
        .values_list("score", flat=True)
    )
    check(scores == [1, 5], f"两次评价应为 1、5,实为 {scores}")
    return f"{row.number} {team} 服务后评 1 星,跟进限 {_clock(follow_up.due_at)} 前;重新办理,同一单号,第二次评 5 星"


def on_paper(world: World) -> str:
    """纸质代点,写明本人同意."""
    by = world.staff(Role.STATION_STAFF)
    form = by.get("/desk/new/?channel=paper")
    name = world.house.cast.name()
    done = by.press(
        form,
        "/desk/new/",
        channel="paper",
        name=name,
        phone="",
        fields=where(form, world.station),
        words="眼睛看不清,想请人上门剪剪头发",
        kind=str(_open_kind(world)),
        consent_note="本人在纸质单上签字",
        read_back="yes",
    )
    slip = by.get(done.find_link(r"/desk/requests/[0-9a-f-]+/slip"))
    number = slip.find(r"([A-Z]{2}\d{6}-\d{4,})")
    row = Request.objects.get(number=number)
    check(row.channel == Channel.PAPER, "渠道不是纸质单")
    check(row.consent is not None, "没有留下同意")
    check("<svg" in slip.html, "回执上没有二维码")
    owner = stage_of(row).state
    assert row.consent is not None
    return f"{number} 纸质单,同意:{row.consent.note},已复述;回执有二维码和服务码,现为 {owner}"


def _open_kind(world: World) -> int:
    """A kind that a desk may order without a menu item: where the menu comes first, a micro-need."""
    code = "appliance" if menu_item(world) is not None else NEED
    return int(world.house.kinds[code].id)


def _clock(moment: datetime) -> str:
    return f"{local(moment):%m-%d %H:%M}"


LIVES: tuple[tuple[str, Life], ...] = (
    ("正常", normal),
    ("拒单再接", declined),
    ("过期扩大", expired),
    ("撤回", withdrawn),
    ("集单拆出", merged),
    ("退回", returned),
    ("未办成", unmet),
    ("差评重办", reopened),
    ("纸质代点", on_paper),
    ("经接口", by_key),
)
