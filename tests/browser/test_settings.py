"""设置、阵地与年度计划 in a real browser at 1366×768: axe on every page, and one act on each."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from playwright.sync_api import Locator, Page, expect

from diandan.flow.choice import chosen
from diandan.ground.catalogue.models import Item, ServiceKind
from diandan.ground.people.actions.teams import found_team
from diandan.ground.people.actor import SYSTEM
from diandan.ground.people.models import Invitation, Role, RoleGrant, Team
from tests.web import settings_world
from tests.web.routes import routes
from tests.web.settings_world import AT, World, browser, someone

pytestmark = pytest.mark.django_db(transaction=True)
DESK_SCREEN = {"width": 1366, "height": 768}
Open = Callable[..., Page]


@pytest.fixture
def world(settings: Any, still_clock: Any) -> World:
    del still_clock
    return settings_world.build(settings)


@pytest.fixture
def desk(world: World, open_phone: Open) -> Page:
    """The centre's administrator at her PC; anything the console complains of fails the test."""
    page = open_phone(client=browser(world.admin), viewport=DESK_SCREEN)
    page.on("pageerror", lambda error: pytest.fail(str(error)))
    return page


def check(page: Page) -> None:
    """No fault that axe finds, and nothing wider than the screen."""
    found = Axe().run(page).response["violations"]
    assert [f"{v['id']}: {v['nodes'][0]['html'][:160]}" for v in found] == [], page.url
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), page.url


def send(field: Locator) -> None:
    """Press the strongest button of the form this field is in, and wait for what it says."""
    page = field.page
    form = page.locator("form").filter(has=field)
    form.locator("button.primary, button.strong").first.click()
    expect(page.locator("#messages .message-success, .message-success").first).to_be_visible()
    check(page)


def filled(world: World) -> dict[str, Any]:
    """A row behind every address of the settings."""
    team = found_team(home=world.street, name="东山支队", at=AT, by=SYSTEM)
    kind = ServiceKind.objects.filter(centre=world.centre).order_by("rank")[0]
    item = Item.objects.create(place=world.centre, kind=kind, title="便民理发", made_at=AT)
    return {
        "person_id": world.dispatcher.id,
        "team_id": team.id,
        "place_id": world.station.id,
        "kind_id": kind.id,
        "item_id": item.id,
        "flow_id": "w7_daxing",
    }


def test_every_settings_page_and_every_places_page_is_free_of_faults(
    world: World, desk: Page
) -> None:
    """Read from the URL table, so that a new page cannot be forgotten."""
    known, seen = filled(world), 0
    for route in routes():
        own = route.name.startswith(("settings_", "site"))
        if not own or not route.arguments <= known.keys() or route.name == "settings_template":
            continue
        answer = desk.request.get(route.address(known))
        if answer.status == 405 or "html" not in answer.headers["content-type"]:
            continue  # a button's address, or a file
        desk.goto(route.address(known))
        expect(desk.locator("main h1").first).to_be_visible()
        check(desk)
        seen += 1
    assert seen > 28
    for address in ("/desk/plans/?year=2026", "/desk/settings/people?q=没有这个人"):
        desk.goto(address)
        check(desk)
    desk.goto(reverse("settings_person", args=[uuid.uuid4()]))
    check(desk)


def test_a_role_is_given_and_taken_back(world: World, desk: Page) -> None:
    who = someone(52, "周小兰", world.station)
    desk.goto("/desk/settings/people")
    desk.locator("#q").fill("周小兰")
    desk.keyboard.press("Enter")
    desk.locator(f"a[href='{reverse('settings_person', args=[who.id])}']").click()
    desk.get_by_label("角色", exact=True).select_option(Role.STATION_STAFF)
    place = desk.get_by_label("在哪里")
    place.fill("没有的社区")
    desk.keyboard.press("Enter")
    expect(desk.locator(".error").first).to_contain_text("没有名为“没有的社区”的阵地")
    check(desk)
    place.fill("上元社区")
    send(place)
    assert RoleGrant.objects.get(person=who).place == world.station


def test_a_team_is_founded_and_somebody_invited(world: World, desk: Page) -> None:
    desk.goto("/desk/settings/teams/new")
    desk.locator("#id_name").fill("上元红马甲队")
    desk.locator("#id_home").fill("上元社区")
    send(desk.locator("#id_name"))
    team = Team.objects.get(name="上元红马甲队")
    assert team.home == world.station
    desk.goto("/desk/settings/invitations")
    desk.locator("#id_name").fill("周小兰")
    desk.locator("#id_phone").fill("139 0000 0001")
    desk.locator("#id_team").select_option(str(team.id))
    send(desk.locator("#id_phone"))
    expect(desk.locator("main")).to_contain_text("等对方答复")
    assert Invitation.objects.get().answered_at is None


def test_a_flow_is_tried_out_and_then_chosen(world: World, desk: Page) -> None:
    desk.goto("/desk/settings/flow")
    desk.locator("a[href='/desk/settings/flow/w7_daxing/try']").click()
    expect(desk.locator("main")).to_contain_text("近 30 天")
    check(desk)
    assert chosen(world.centre) != "w7_daxing"  # looking changes nothing
    desk.locator("form[action$='/choose'] button").click()
    desk.wait_for_url("**/desk/settings/flow")
    check(desk)
    assert chosen(world.centre) == "w7_daxing"


def test_a_flow_of_ones_own_with_a_fault_is_told_where(world: World, desk: Page) -> None:
    desk.goto("/desk/settings/flow/own")
    body = desk.locator("#id_body")
    body.fill("这不是流程 = [")
    desk.locator("form").filter(has=body).locator("button").first.click()
    expect(desk.locator(".error").first).to_be_visible()
    expect(desk.locator("#id_body")).to_have_value("这不是流程 = [")
    check(desk)


def test_promises_tags_and_a_kind(world: World, desk: Page) -> None:
    desk.goto("/desk/settings/promises")
    desk.locator("#id_urgent").fill("4h")
    desk.locator("#id_normal").fill("3wd")
    send(desk.locator("#id_normal"))
    desk.goto("/desk/settings/tags")
    desk.locator("#id_tags").fill("平台:教育、文化")
    send(desk.locator("#id_tags"))
    world.centre.refresh_from_db()
    assert world.centre.settings["promises"] == {"urgent": "4h", "normal": "3wd"}
    assert world.centre.settings["tags"] == {"平台": ["教育", "文化"]}
    kind = ServiceKind.objects.filter(centre=world.centre).order_by("rank")[0]
    desk.goto(reverse("settings_kind", args=[kind.id]))
    desk.locator("#id_minutes").fill("95")
    send(desk.locator("#id_minutes"))
    kind.refresh_from_db()
    assert kind.minutes == 95


def test_an_item_is_written_and_handed_in_and_the_street_is_chosen(
    world: World, desk: Page
) -> None:
    desk.goto("/desk/settings/menu/new")
    desk.locator("#id_title").fill("便民理发")
    send(desk.locator("#id_title"))
    item = Item.objects.get(title="便民理发")
    desk.goto(reverse("settings_item", args=[item.id]))
    desk.locator("form[action$='/submit'] button").click()
    expect(desk.locator(".message-success").first).to_be_visible()
    item.refresh_from_db()
    assert item.state == Item.State.IN_REVIEW
    desk.goto(reverse("settings_place", args=[world.station.id]))
    check(desk)


def test_with_scripts_off_a_promise_is_set(world: World, open_phone: Open) -> None:
    page = open_phone(client=browser(world.admin), viewport=DESK_SCREEN, scripts=False)
    page.goto("/desk/settings/promises")
    page.locator("#id_urgent").fill("6h")
    page.keyboard.press("Enter")
    expect(page.locator(".message-success").first).to_be_visible()
    world.centre.refresh_from_db()
    assert world.centre.settings["promises"]["urgent"] == "6h"
