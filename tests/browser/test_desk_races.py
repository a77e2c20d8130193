"""工作台 on a slow machine: whatever comes in whichever order, a key acts on what is in sight."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from diandan.path.ask.models import Request
from tests.web.desk_world import World, browser

pytestmark = pytest.mark.django_db(transaction=True)
Open = Callable[..., Page]
# The fastest clerk there can be: she presses the moment the button is in the page.
PRESS_AT_ONCE = """() => {
    window.stayed = true;
    const seen = new MutationObserver(() => {
        const button = document.querySelector('.verbs [data-key="a"]');
        if (button) { seen.disconnect(); button.focus(); button.click(); }
    });
    seen.observe(document.getElementById("detail"), { childList: true, subtree: true });
}"""


@pytest.fixture
def world(settings: Any, still_clock: Any) -> World:
    return World(still_clock.at, settings)


@pytest.fixture
def desk(world: World, open_phone: Open) -> Page:
    """The street's clerk on the oldest PC of the street."""
    page = open_phone(client=browser(world.clerk), viewport={"width": 1366, "height": 768})
    page.on("pageerror", lambda error: pytest.fail(str(error)))
    slow = page.context.new_cdp_session(page)
    slow.send("Emulation.setCPUThrottlingRate", {"rate": 4})
    return page


def test_a_key_pressed_as_soon_as_the_button_is_there_never_reloads(
    world: World, desk: Page
) -> None:
    world.request("厨房水管漏水")
    world.request("灯坏了")
    desk.goto("/desk/q/placed/")
    desk.evaluate(PRESS_AT_ONCE)
    desk.locator("[data-row]").first.click()
    expect(desk.locator("#messages")).to_contain_text("已受理")
    expect(desk.locator("#queue-list .count")).to_have_text("1")
    expect(desk.locator("[data-row]:focus")).to_have_count(1)
    assert desk.evaluate("window.stayed"), "the page was reloaded under her"


def test_she_keeps_her_row_and_at_the_end_of_the_queue_stands_on_the_detail(
    world: World, desk: Page
) -> None:
    for words in ("厨房水管漏水", "灯坏了", "电线老化"):
        world.request(words)
    desk.goto("/desk/q/placed/")
    for left in (2, 1, 0):
        desk.keyboard.press("j")
        desk.keyboard.press("Enter")
        expect(desk.locator(".verbs [data-key=a]")).to_be_visible()
        desk.keyboard.press("a")
        expect(desk.locator("#queue-list .count")).to_have_text(str(left))
        stands = "[data-row]:focus" if left else "#detail:focus"
        expect(desk.locator(stands)).to_have_count(1)
    assert Request.objects.filter(state="placed").count() == 0


def test_a_row_on_its_way_gives_way_to_the_act_on_what_is_in_sight(
    world: World, desk: Page
) -> None:
    """Else the late page of another order would lie under the next letter."""
    first, second = world.request("厨房水管漏水"), world.request("灯坏了")
    desk.goto(f"/desk/requests/{first.id}/?q=placed")
    late: list[Any] = []
    desk.route(f"**/desk/requests/{second.id}/*", lambda route: late.append(route))
    desk.locator(f'[data-row="{second.id}"]').click()
    desk.keyboard.press("a")
    expect(desk.locator("#messages")).to_contain_text("已受理")
    assert len(late) == 1
    assert "ERR_ABORTED" in late[0].request.failure
    expect(desk.locator(".order-head h2")).to_have_text("厨房水管漏水")
    states = {r.id: r.state for r in Request.objects.all()}
    assert states == {first.id: "taken_up", second.id: "placed"}


def test_letters_after_r_are_words_and_not_acts(world: World, desk: Page) -> None:
    row = world.request("厨房水管漏水")
    desk.goto(f"/desk/requests/{row.id}/?q=placed")
    sent: list[str] = []
    desk.on("request", lambda request: sent.append(request.method))
    desk.evaluate("""() => {
        const key = (name) => document.activeElement.dispatchEvent(
            new KeyboardEvent("keydown", { key: name, bubbles: true, cancelable: true }));
        key("r"); key("a");
    }""")
    expect(desk.locator("#return_order-reason")).to_be_focused()
    assert "POST" not in sent
    assert Request.objects.get(id=row.id).state == "placed"
