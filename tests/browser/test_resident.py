"""群众端 in a real browser: by keyboard alone, with scripts off, in elder mode, read aloud, axe."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from diandan.flow.worker import run_once
from diandan.ground.people.models import Consent
from diandan.path.ask.models import Request
from diandan.web.accounts import sign_in
from tests import factories as make
from tests.web.resident_world import AT, World

pytestmark = pytest.mark.django_db(transaction=True)
NAMED_ROLES = {"button", "link", "textbox", "radio", "checkbox", "spinbutton", "searchbox", "img"}


@pytest.fixture
def world(settings: Any, still_clock: Any) -> World:
    settings.DIANDAN_PLACE = "jiangning"
    return World()


def tab_to(page: Page, selector: str, limit: int = 80) -> None:
    """Press Tab until the element has the focus, as somebody without a mouse does."""
    for _step in range(limit):
        if page.evaluate("s => document.activeElement.matches(s)", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"no way to {selector} by Tab")


def test_place_and_follow_by_keyboard_alone(world: World, open_phone: Callable[..., Page]) -> None:
    page = open_phone(client=world.browser())
    page.goto("/")
    tab_to(page, "#words")
    page.keyboard.type("厨房水管漏水,马上来")
    expect(page.locator("[data-proposal] input[value=plumbing]")).to_be_checked()
    tab_to(page, "#ask .button.primary")
    page.keyboard.press("Enter")
    page.wait_for_url("**/order?draft=*")
    tab_to(page, "input[name=day]")
    page.keyboard.press("ArrowRight")
    tab_to(page, "input[name=people_count]")
    tab_to(page, "form .button.primary")
    page.keyboard.press("Enter")
    page.wait_for_url("**/done")
    row = Request.objects.get()
    assert row.kind == world.plumbing
    assert row.urgency == "urgent"
    expect(page.locator(".promise-number")).to_have_text(row.number)
    tab_to(page, "main .button.primary")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/r/{row.follow_key}")
    tab_to(page, "#say-text")
    page.keyboard.type("下午在家")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".said")).to_contain_text("下午在家")


def test_words_sent_before_they_were_answered_are_read_anew(
    world: World, open_phone: Callable[..., Page]
) -> None:
    """On a slow line the chips still speak of fewer words; they are not her choice."""
    page = open_phone(client=world.browser())
    page.goto("/")
    page.locator("#words").press_sequentially("想请人上门理发")
    expect(page.locator("[data-proposal] input[value=haircut]")).to_be_checked()
    page.route("**/propose", lambda _route: None)  # no further answer comes
    page.fill("#words", "厨房水管漏水,马上来")
    page.click("#ask .button.primary")
    page.wait_for_url("**/order?draft=*")
    expect(page.locator("input[name=kind][value=plumbing]")).to_be_checked()
    expect(page.locator("input[name=urgency][value=urgent]")).to_be_checked()


def test_what_was_typed_is_found_again_and_said_so(
    world: World, open_phone: Callable[..., Page]
) -> None:
    page = open_phone(client=world.browser())
    page.goto("/")
    page.fill("#words", "想请人上门理发")
    page.reload()
    expect(page.locator("#words")).to_have_value("想请人上门理发")
    expect(page.locator("#messages")).to_contain_text("找回")


def test_place_and_follow_with_scripts_off(
    world: World, open_phone: Callable[..., Page], settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[str] = []
    settings.DEMO = True
    monkeypatch.setattr(sign_in, "send_code", lambda _phone, code, *_: sent.append(code))
    page = open_phone(scripts=False)
    page.goto("/")
    page.fill("#words", "岔路社区水管漏水")
    page.click("#ask .button.primary")
    page.wait_for_url("**/order?draft=*")
    expect(page.locator(f"input[name=place][value='{world.district.other.id}']")).to_be_checked()
    page.fill("#id_name", "王桂兰")
    page.fill("#id_phone", "13900000002")
    page.check("#id_notice")
    page.click("form .button.primary")
    expect(page.locator("#id_code")).to_be_visible()
    page.fill("#id_code", sent[-1])
    page.click("form .button.primary")
    page.wait_for_url("**/done")
    row = Request.objects.get()
    expect(page.locator(".promise-number")).to_have_text(row.number)
    page.click("main .button.primary")
    expect(page.locator(".timeline")).to_contain_text("您点了单")
    page.click("summary:has-text('撤回')")
    page.click("button[value=withdraw]")
    expect(page.locator("#messages")).to_contain_text("撤回")
    row.refresh_from_db()
    assert row.state == "withdrawn"


def test_elder_mode_is_the_same_pages_larger(world: World, open_phone: Callable[..., Page]) -> None:
    page = open_phone(client=world.browser())
    page.goto("/")
    page.click("button[name=elder]")
    expect(page.locator("html.elder")).to_have_count(1)
    page.click(".choice >> nth=0")
    page.wait_for_url("**/order?*")
    small = page.evaluate(
        """() => [...document.querySelectorAll('main *')].filter(e => e.offsetParent
            && [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim())
            && parseFloat(getComputedStyle(e).fontSize) < 20).map(e => e.outerHTML.slice(0, 90))"""
    )
    assert small == []
    low = page.evaluate(
        """() => [...document.querySelectorAll('main button, main a.button, main .chip, main summary,'
            + 'main input:not([type=hidden]):not([type=radio]):not([type=checkbox])')]
            .filter(e => e.offsetParent && e.getBoundingClientRect().height < 60)
            .map(e => e.outerHTML.slice(0, 90))"""
    )
    assert low == []
    page.click("form .button.primary")  # a card, then send: nothing had to be typed
    page.wait_for_url("**/done")
    page.click("main .button.primary")
    page.wait_for_url("**/r/*")
    wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert wide <= 0, "the page scrolls sideways"
    assert Request.objects.count() == 1


def test_the_nearest_station_is_one_press_away(
    world: World, open_phone: Callable[..., Page]
) -> None:
    world.station.lat, world.station.lon = 31.95, 118.84
    world.station.save()
    page = open_phone(
        geolocation={"latitude": 31.951, "longitude": 118.841}, permissions=["geolocation"]
    )
    page.goto("/site")
    page.click("[data-locate] button")
    page.click(".pick-row:has-text('离您')")
    expect(page.locator(".site-line")).to_contain_text("上元社区")


def everything(world: World) -> list[str]:
    """Addresses of every page of the surface, each with something on it."""
    at = AT
    waiting, over, lost = world.place(), world.place("想请人理发"), world.place("再看看水管")
    world.served(over)
    world.coming(lost)
    unmet = world.place("想学二胡", kind=world.other)
    from diandan.flow.conductor import do_request

    do_request(unmet.id, "take_up", by=world.dispatcher, at=at)
    do_request(unmet.id, "mark_unmet", by=world.dispatcher, at=at)
    event = make.item(
        world.station, world.haircut, "义剪日", joinable=True, seats=5, starts_at=at + timedelta(2)
    )
    make.consent(world.resident, Consent.About.STANDING_ORDER)
    run_once(at)
    return [
        "/",
        "/order?kind=haircut",
        "/family",
        "/menu",
        f"/menu/{event.id}",
        "/site",
        "/site?q=上元",
        "/requests",
        "/requests?old=1",
        "/messages",
        "/standing",
        "/unmet",
        f"/requests/{over.id}",
        f"/requests/{lost.id}",
        f"/r/{waiting.follow_key}",
        f"/r/{waiting.follow_key}/done",
        f"/r/{waiting.follow_key}/slip",
    ]


@pytest.mark.parametrize("elder", [False, True], ids=["plain", "elder"])
def test_axe_finds_nothing(world: World, open_phone: Callable[..., Page], elder: bool) -> None:
    page = open_phone(client=world.browser(), elder=elder)
    faults = {}
    for address in everything(world):
        page.goto(address)
        found = Axe().run(page).response["violations"]
        if found:
            faults[address] = [(v["id"], [n["html"][:160] for n in v["nodes"]][:4]) for v in found]
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, address
    assert faults == {}


def test_read_aloud_everything_has_a_name(world: World, open_phone: Callable[..., Page]) -> None:
    page = open_phone(client=world.browser())
    nameless = []
    for address in everything(world):
        page.goto(address)
        tree = page.context.new_cdp_session(page).send("Accessibility.getFullAXTree")
        for node in tree["nodes"]:
            role = node.get("role", {}).get("value")
            name = node.get("name", {}).get("value", "")
            if not node.get("ignored") and role in NAMED_ROLES and not re.sub(r"\s", "", name):
                nameless.append((address, role))
        headings = page.locator("h1")
        assert headings.count() == 1, address
    assert nameless == []
