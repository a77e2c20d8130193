"""服务记录的各页 in a real browser: axe on the mall, the bank, certificates, stars, posts and asks.

Read from the URL table, so that a new page of these rooms cannot be forgotten: the volunteer's
pages on a phone, the desk's and the settings' at 1366×768.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.db import transaction
from django.test import Client
from playwright.sync_api import Page, expect

from diandan.ground.people.models import Role
from tests import factories as make
from tests.web.routes import Route, routes
from tests.web.street_world import Streets, browser

pytestmark = pytest.mark.django_db(transaction=True)
Open = Callable[..., Page]
DESK_SCREEN = {"width": 1366, "height": 768}
ON_THE_PHONE = (
    "v_mall v_gift v_order v_points v_voucher v_benefit v_bank v_record v_certificate v_star v_ask "
    "v_turn v_days v_conduct v_hours v_session v_family v_declar v_waiting v_my_code v_job_code "
    "v_roll v_witness hours_board giver_counter certificate_notice check issuers unmet merging"
)
AT_THE_DESK = (
    "desk_bank desk_bring desk_certificate desk_star desk_conduct desk_counter desk_mall desk_hours "
    "desk_active desk_families desk_doubts desk_twin desk_sheet_entry settings_mall "
    "settings_gift settings_stock settings_new_gift settings_shop settings_partner settings_batches "
    "settings_pairing"
)


@pytest.fixture
def streets(settings: Any, still_clock: Any) -> Streets:
    del still_clock
    settings.DIANDAN_PLACE = "jiangning"
    with transaction.atomic():
        return Streets()


def check(page: Page) -> None:
    """No fault that axe finds, and nothing wider than the screen."""
    found = Axe().run(page).response["violations"]
    assert [f"{v['id']}: {v['nodes'][0]['html'][:160]}" for v in found] == [], page.url
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), page.url


def pages_of(rooms: str, values: dict[str, Any]) -> list[Route]:
    """The addresses of these rooms that the street has something for."""
    heads = tuple(rooms.split())
    return [r for r in routes() if r.name.startswith(heads) and r.arguments <= values.keys()]


def visit_all(found: list[Route], values: dict[str, Any], readers: dict[Client, Page]) -> int:
    """Every page by the first of the readers whom it is for; how many were pages."""
    seen = 0
    for route in found:
        address = route.address(values)
        for client, page in readers.items():
            answer = client.get(address)
            if answer.status_code == 200 and "html" in answer["Content-Type"]:
                page.goto(address)
                expect(page.locator("main h1").first).to_be_visible()
                check(page)
                seen += 1
                break
    return seen


def test_every_page_of_hers_about_hours_and_what_hangs_on_them(
    streets: Streets, open_phone: Open
) -> None:
    street = streets.one
    people = [browser(street.people[who]) for who in ("volunteer", "leader")]
    readers = {client: open_phone(client=client) for client in people}
    found = pages_of(ON_THE_PHONE, street.objects)
    assert visit_all(found, street.objects, readers) > 30


def test_every_page_of_the_desk_about_hours_and_what_hangs_on_them(
    streets: Streets, open_phone: Open
) -> None:
    street = streets.one
    admin, _actor = make.staff(Role.ADMIN, streets.centre, "中心管理员")
    people = [browser(admin), browser(street.people[Role.STATION_STAFF])]
    readers = {c: open_phone(client=c, viewport=DESK_SCREEN) for c in people}
    found = pages_of(AT_THE_DESK, street.objects)
    assert visit_all(found, street.objects, readers) > 25


def test_the_top_line_is_one_line_and_its_groups_open_without_a_mouse(
    streets: Streets, open_phone: Open
) -> None:
    admin, _actor = make.staff(Role.ADMIN, streets.centre, "中心管理员")
    client = browser(admin)
    desk = open_phone(client=client, viewport=DESK_SCREEN)
    desk.goto("/desk/hours/")
    bar = desk.locator(".topnav > ul")
    box = bar.bounding_box()
    assert box is not None
    assert box["height"] < 60, "the top line wraps"
    group = desk.locator(".topnav summary", has_text="记录")
    expect(group).to_contain_text("正在这一组里")
    group.focus()
    desk.keyboard.press("Enter")
    expect(desk.get_by_role("link", name="时间银行")).to_be_visible()
    check(desk)
    desk.keyboard.press("Escape")
    expect(desk.get_by_role("link", name="时间银行")).to_be_hidden()
    expect(group).to_be_focused()
    plain = open_phone(client=client, scripts=False)
    plain.goto("/desk/hours/")
    plain.locator(".topnav summary", has_text="日常").click()
    plain.get_by_role("link", name="走访").click()
    plain.wait_for_url("**/desk/visits/")
    phone = open_phone(client=client)
    phone.goto("/desk/hours/")
    phone.locator(".topnav summary", has_text="记录").click()
    check(phone)
