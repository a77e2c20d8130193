"""工作台: acts asked twice, drafts found again in parts fetched later, lists that stay true, the CSP."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import ConsoleMessage, Page, expect

from diandan.flow.conductor import do_request
from diandan.path.ask.models import Request
from tests.web.desk_world import World, browser

pytestmark = pytest.mark.django_db(transaction=True)
Open = Callable[..., Page]
DESK_SCREEN = {"width": 1366, "height": 768}


@pytest.fixture
def world(settings: Any, still_clock: Any) -> World:
    return World(still_clock.at, settings)


@pytest.fixture
def said() -> list[str]:
    """What the console complained of."""
    return []


@pytest.fixture
def desk(world: World, open_phone: Open, said: list[str]) -> Page:
    """The street's clerk at her PC, her console written down."""
    page = open_phone(client=browser(world.clerk), viewport=DESK_SCREEN)

    def hear(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            said.append(message.text)

    page.on("console", hear)
    page.on("pageerror", lambda error: said.append(str(error)))
    return page


def test_withdrawing_is_asked_twice(world: World, desk: Page) -> None:
    row = world.request("厨房水管漏水")
    Request.objects.filter(id=row.id).update(placed_by=world.clerk)
    desk.goto(f"/desk/requests/{row.id}/?q=placed")
    desk.locator("summary", has_text="撤回").click()
    expect(desk.locator("details.verb[open]")).to_contain_text("是她本人要撤回吗")
    assert Request.objects.get(id=row.id).state == "placed"
    desk.locator("details.verb[open] .button.strong", has_text="确定撤回").click()
    expect(desk.locator("#messages")).to_contain_text("已替点单人撤回")
    assert Request.objects.get(id=row.id).state == "withdrawn"


def test_a_draft_comes_back_into_a_form_fetched_later(world: World, desk: Page) -> None:
    first, second = world.request("厨房水管漏水"), world.request("灯坏了")
    desk.goto(f"/desk/requests/{first.id}/?q=placed")
    desk.keyboard.press("r")
    expect(desk.locator("#return_order-reason")).to_be_focused()
    desk.keyboard.type("请写清楚门牌")
    desk.fill("#say-text", "您家几楼?")
    desk.locator(f'[data-row="{second.id}"]').click()
    expect(desk.locator(".order-head h2")).to_have_text("灯坏了")
    expect(desk.locator("#say-text")).to_have_value("")
    desk.locator(f'[data-row="{first.id}"]').click()
    expect(desk.locator(".order-head h2")).to_have_text("厨房水管漏水")
    expect(desk.locator("#say-text")).to_have_value("您家几楼?")
    expect(desk.locator("details.verb .draft-mark")).to_contain_text("有草稿")
    desk.keyboard.press("r")
    expect(desk.locator("#return_order-reason")).to_have_value("请写清楚门牌")
    expect(desk.locator("#messages")).to_contain_text("找回")
    desk.locator("details.verb[open] .button.strong").click()
    expect(desk.locator("#messages")).to_contain_text("已退回")
    desk.goto(f"/desk/requests/{first.id}/?q=returned")
    expect(desk.locator("#say-text")).to_have_value("您家几楼?")
    kept = desk.evaluate("Object.keys(localStorage).filter(k => k.includes('return_order'))")
    assert kept == [], "what was sent is no draft any more"


def test_no_answer_is_said_and_nothing_is_lost(world: World, desk: Page) -> None:
    row = world.request("厨房水管漏水")
    desk.goto(f"/desk/requests/{row.id}/?q=placed")
    desk.route("**/say?*", lambda route: route.abort())
    desk.fill("#say-text", "您家几楼?")
    desk.locator("form[id^=say] .button").click()
    expect(desk.locator("#messages")).to_contain_text("没有收到回应")
    expect(desk.locator("#say-text")).to_have_value("您家几楼?")
    desk.unroute("**/say?*")
    desk.locator("form[id^=say] .button").click()
    expect(desk.locator("#messages")).to_contain_text("已留言")


def test_an_open_list_stays_true_and_keeps_her_place(world: World, desk: Page) -> None:
    rows = [world.request("厨房水管漏水"), world.request("灯坏了"), world.request("电线老化")]
    desk.clock.install()
    desk.goto(f"/desk/requests/{rows[1].id}/?q=placed")
    desk.locator(f"#tick-{rows[2].id}").check()
    desk.locator(f'[data-row="{rows[2].id}"]').focus()
    do_request(rows[0].id, "take_up", by=world.clerk_actor, at=world.at)
    world.request("楼道灯也坏了")
    world.request("阳台漏水")
    desk.clock.run_for(21_000)
    expect(desk.locator("#queue-list .count")).to_have_text("4")
    expect(desk.locator("#rail [aria-current] b")).to_have_text("4")
    expect(desk.locator(f'[data-row="{rows[0].id}"]')).to_have_count(0)
    expect(desk.locator(f'[data-row="{rows[2].id}"]')).to_be_focused()
    expect(desk.locator(f'[data-row="{rows[1].id}"]')).to_have_attribute("aria-current", "true")
    expect(desk.locator(f"#tick-{rows[2].id}")).to_be_checked()
    expect(desk.locator("[data-bulk-n]")).to_have_text("1")
    expect(desk.locator(".order-head h2")).to_have_text("灯坏了")


def test_a_list_that_has_not_changed_is_not_drawn_again(world: World, desk: Page) -> None:
    world.request("厨房水管漏水")
    desk.clock.install()
    desk.goto("/desk/q/placed/")
    desk.evaluate("document.querySelector('[data-row]').same = true")
    with desk.expect_response("**/desk/q/placed/*seen=*") as answer:
        desk.clock.run_for(21_000)
    assert answer.value.status == 204
    assert desk.evaluate("document.querySelector('[data-row]').same === true")
    desk.locator("#f-text").fill("水")
    asked: list[str] = []
    desk.on("request", lambda request: asked.append(request.url))
    desk.clock.run_for(41_000)
    assert [url for url in asked if "seen=" in url] == [], "never while she writes in it"


def test_the_console_has_nothing_to_complain_of(
    world: World, desk: Page, said: list[str], still_clock: Any
) -> None:
    """A strict CSP that the page itself trips over would hide a real attack among its own noise."""
    rows = [world.request("厨房水管漏水"), world.request("灯坏了")]
    served = world.request("电线老化")
    Request.objects.filter(id=served.id).update(state="served")
    job = world.offered()
    desk.goto("/desk/q/placed/")
    desk.keyboard.press("j")
    desk.keyboard.press("Enter")
    expect(desk.locator(".order-head h2")).to_have_text("厨房水管漏水")
    desk.keyboard.press("r")
    desk.locator("details.verb[open] .hints button").first.click()
    desk.locator("details.verb[open] .button.strong").click()
    expect(desk.locator("#messages")).to_contain_text("已退回")
    assert Request.objects.get(id=rows[0].id).state == "returned"
    still_clock.at = world.at + timedelta(minutes=5)
    desk.keyboard.press("x")
    desk.locator(".bulk-return summary").click()
    desk.fill("#bulk-reason", "请写清楚")
    desk.locator(".bulk-return .button", has_text="退回勾选的").click()
    expect(desk.locator("#messages")).to_contain_text("件办好")
    for address in (
        f"/desk/requests/{rows[0].id}/?q=returned",
        f"/desk/requests/{served.id}/?q=back",
        f"/desk/jobs/{job.id}/?q=offered",
        "/desk/new/",
        "/desk/merge/",
        "/desk/visits/new",
        "/desk/standing/new",
        "/desk/items/",
        "/desk/q/placed/table",
        f"/desk/requests/{served.id}/slip",
        f"/desk/jobs/{job.id}/paper",
    ):
        desk.goto(address)
    desk.goto(f"/desk/requests/{rows[0].id}/?q=returned")
    desk.go_back()
    desk.go_forward()
    expect(desk.locator(".order-head h2")).to_have_text("厨房水管漏水")
    assert said == []
