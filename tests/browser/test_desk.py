"""工作台 in a real browser at 1366×768: a morning's queue by keyboard alone, and axe on every page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from diandan.path.ask.models import Request
from diandan.path.bundle.models import Job
from tests.web.desk_world import World, browser

pytestmark = pytest.mark.django_db(transaction=True)
DESK_SCREEN = {"width": 1366, "height": 768}
Open = Callable[..., Page]


@pytest.fixture
def world(settings: Any, still_clock: Any) -> World:
    return World(still_clock.at, settings)


@pytest.fixture
def desk(world: World, open_phone: Open) -> Page:
    """The street's clerk at her PC; anything the console complains of fails the test."""
    page = open_phone(client=browser(world.clerk), viewport=DESK_SCREEN)
    page.on("pageerror", lambda error: pytest.fail(str(error)))
    return page


def faults(page: Page) -> list[str]:
    """What axe finds, in words."""
    found = Axe().run(page).response["violations"]
    return [f"{v['id']}: {v['nodes'][0]['html'][:120]}" for v in found]


def test_a_clerk_empties_her_queue_by_keyboard(world: World, desk: Page) -> None:
    rows = [world.request("厨房水管漏水"), world.request("灯坏了"), world.request("电线老化")]
    desk.goto("/desk/q/placed/")
    mark = "window.stayed = true"
    desk.evaluate(mark)
    desk.keyboard.press("j")
    desk.keyboard.press("Enter")
    expect(desk.locator(".order-head h2")).to_have_text("厨房水管漏水")
    desk.keyboard.press("a")
    expect(desk.locator("#messages")).to_contain_text("已受理")
    expect(desk.locator("#queue-list .count")).to_have_text("2")
    expect(desk.locator("#rail [aria-current] b")).to_have_text("2")
    expect(desk.locator("[data-row]:focus")).to_have_count(1)  # she stands on a row
    desk.keyboard.press("Enter")
    expect(desk.locator(".order-head h2")).to_have_text("灯坏了")
    desk.keyboard.press("r")
    expect(desk.locator("#return_order-reason")).to_be_focused()
    desk.keyboard.type("请写清楚门牌")
    desk.keyboard.press("Tab")
    desk.locator("details.verb[open] .button.strong").focus()
    desk.keyboard.press("Enter")
    expect(desk.locator("#messages")).to_contain_text("已退回")
    assert desk.evaluate("window.stayed"), "the page was never reloaded under her"
    states = list(Request.objects.order_by("placed_at", "id").values_list("state", flat=True))
    assert sorted(states) == ["placed", "returned", "taken_up"]
    assert Request.objects.get(id=rows[1].id).reason == "请写清楚门牌"


def test_many_at_once_with_x_and_a_no_loses_nothing(world: World, desk: Page) -> None:
    row = world.request("厨房水管漏水")
    world.request("灯坏了")
    desk.goto("/desk/q/placed/")
    desk.keyboard.press("j")
    desk.keyboard.press("x")
    desk.keyboard.press("j")
    desk.keyboard.press("x")
    expect(desk.locator("[data-bulk-n]")).to_have_text("2")
    assert faults(desk) == []
    desk.locator("[data-bulk] button[value=take_up]").click()
    expect(desk.locator("#messages")).to_contain_text("2 件办好")
    desk.goto(f"/desk/requests/{row.id}/?q=design")
    desk.keyboard.press("u")
    expect(desk.locator("#mark_unmet-reason")).to_be_focused()
    desk.keyboard.type("附近没有会的队伍")
    Request.objects.filter(id=row.id).update(state="withdrawn")
    desk.locator("details.verb[open] .button.strong").click()
    expect(desk.locator("#messages .message-error")).to_be_visible()
    expect(desk.locator("#mark_unmet-reason")).to_have_value("附近没有会的队伍")


def test_merge_dispatch_and_unmerge(world: World, desk: Page) -> None:
    for words in ("厨房水管漏水", "卫生间水管漏水", "阳台水管漏水"):
        world.taken(words)
    desk.goto("/desk/merge/")
    desk.locator(".tile").first.click()
    expect(desk.locator("[data-merge-n]")).to_have_text("3")
    assert faults(desk) == []
    desk.keyboard.press("a")
    expect(desk.locator(".order-head")).to_contain_text("集单项目")
    expect(desk.locator(".served > li")).to_have_count(3)
    desk.locator(".served button").first.click()
    expect(desk.locator(".served > li")).to_have_count(2)
    assert Job.objects.count() == 1


def test_every_page_is_free_of_faults(world: World, desk: Page) -> None:
    row, job = world.request("楼顶漏雨"), world.job()
    world.offered()
    for address in (
        "/desk/",
        f"/desk/requests/{row.id}/",
        f"/desk/jobs/{job.id}/",
        "/desk/q/design/",
        "/desk/q/unmet/",
        "/desk/q/placed/table",
        "/desk/new/",
        "/desk/merge/",
        "/desk/visits/",
        "/desk/visits/new",
        "/desk/standing/",
        "/desk/standing/new",
        "/desk/items/",
        "/desk/dispatch/",
        "/desk/dispatch/months/",
        "/desk/dispatch/foretold",
        f"/desk/requests/{row.id}/slip",
        f"/desk/jobs/{job.id}/paper",
    ):
        desk.goto(address)
        assert faults(desk) == [], address
        wide = desk.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        assert wide, f"{address} is wider than the screen"
