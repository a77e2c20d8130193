"""志愿者端 on a phone in a real browser: a leader and her member from the offer to the way home."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from diandan.flow.worker import run_once
from diandan.ground.people.models import Person
from diandan.ground.people.queries import own
from diandan.path.ask.models import Request
from diandan.path.bundle.models import Job
from diandan.path.dispatch.models import Offer
from diandan.path.engage.models import Engagement
from tests.web.accounts_world import caught_codes
from tests.web.volunteer_world import DOOR, NAME, STREET, World, client, serve_code, task_of

pytestmark = pytest.mark.django_db(transaction=True)
Open = Callable[..., Page]


@pytest.fixture
def world(settings: Any, still_clock: Any) -> World:
    settings.DEMO = True
    return World(still_clock.at, settings)


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    return caught_codes(monkeypatch)


def check(page: Page) -> None:
    """No fault that axe finds, and nothing wider than the phone."""
    found = Axe().run(page).response["violations"]
    assert [f"{v['id']}: {v['nodes'][0]['html'][:120]}" for v in found] == [], page.url
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), page.url


def sign_in(page: Page, person: Person, sent: list[tuple[str, str]]) -> None:
    """By her phone and the code that came to it."""
    page.goto("/me/sign-in?next=/v/")
    page.get_by_label("手机号").fill(own(person).phone)
    page.keyboard.press("Enter")
    expect(page.get_by_label("6 位验证码")).to_be_focused()
    page.keyboard.type(sent[-1][1])
    page.keyboard.press("Enter")
    page.wait_for_url("**/v/")
    check(page)


def tab_to(page: Page, selector: str, limit: int = 60) -> None:
    """Press Tab until the element has the focus, as somebody without a touch screen does."""
    for _step in range(limit):
        if page.evaluate("s => document.activeElement.matches(s)", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"no way to {selector} by Tab on {page.url}")


@contextmanager
def moved_on(page: Page) -> Iterator[None]:
    """What is done within leads to a new document, and that document is there after it."""
    with page.expect_navigation(wait_until="load"):
        yield


def press(page: Page, name: str) -> None:
    """One of the page's buttons; the page that follows is checked as well."""
    with moved_on(page):
        page.get_by_role("button", name=name, exact=True).click()
    check(page)


def test_from_the_offer_to_the_way_home(
    world: World, open_phone: Open, sent: list[tuple[str, str]]
) -> None:
    offer = world.offer()
    leader, mate = open_phone(), open_phone()
    sign_in(leader, world.leader, sent)
    leader.goto("/v/offers")
    check(leader)
    leader.get_by_role("link", name="水电维修").first.click()
    leader.wait_for_url(f"**/v/offers/{offer.id}")
    body = leader.locator("body")
    expect(body).to_contain_text("上元社区")  # the cell, and nothing nearer
    for secret in (NAME, DOOR, STREET, "7042", "13812345678"):
        expect(body).not_to_contain_text(secret)
    check(leader)
    press(leader, "接单")
    job = Job.objects.get()
    leader.wait_for_url(f"**/v/jobs/{job.id}")
    leader.get_by_label("孙队员").check()
    press(leader, "就请他们去")
    expect(leader.locator("body")).to_contain_text("孙队员")
    leader.get_by_role("link", name="代为签到").click()
    expect(leader.locator("#task option")).to_have_text(["孙队员"])
    check(leader)
    run_once(world.at)

    sign_in(mate, world.mate, sent)
    task = task_of(world.mate)
    for address in ("/v/tasks", f"/v/tasks/{task.id}"):
        mate.goto(address)
        check(mate)
    expect(mate.locator("body")).not_to_contain_text(STREET)
    press(mate, "我去")
    expect(mate.locator("body")).to_contain_text(STREET)  # a yes opens the street
    expect(mate.locator("body")).not_to_contain_text(DOOR)
    press(mate, "我出发了")
    mate.locator("#code").fill("000000" if serve_code(job) != "000000" else "111111")
    press(mate, "签到")
    expect(mate.locator("#code-error")).to_contain_text("码不对")
    mate.locator("#code").fill(serve_code(job))
    press(mate, "签到")
    expect(mate.locator("body")).to_contain_text(DOOR)  # only who has arrived reads the door
    mate.locator("#note").fill("换了灯")
    press(mate, "签退")
    expect(mate.locator("body")).not_to_contain_text(DOOR)
    job.refresh_from_db()
    assert (job.state, Request.objects.get().state) == ("served", "served")
    for address in ("/v/history", "/v/calendar", "/v/teams", f"/v/teams/{world.team.id}"):
        mate.goto(address)
        check(mate)


def test_every_other_page_of_hers_is_free_of_faults(world: World, open_phone: Open) -> None:
    offer = world.offer()
    page = open_phone(client=client(world.leader))
    for address in (
        "/v/",
        f"/v/offers/{offer.id}/decline",
        "/v/menu",
        f"/v/check-in?place={world.district.station.id}&code=123456",
        f"/v/site-code/{world.district.institute.id}",
        "/v/offers/00000000-0000-0000-0000-000000000000",
        f"/v/teams/{world.other.id}",
    ):
        page.goto(address)
        check(page)
    elder = open_phone(client=client(world.leader), elder=True)
    for address in ("/v/", "/v/offers", f"/v/offers/{offer.id}", "/v/tasks"):
        elder.goto(address)
        check(elder)


def test_with_scripts_off_the_same_yes(world: World, open_phone: Open) -> None:
    offer = world.offer()
    page = open_phone(client=client(world.leader), scripts=False)
    page.goto(f"/v/offers/{offer.id}")
    page.get_by_role("button", name="接单", exact=True).click()
    page.wait_for_url(f"**/v/jobs/{offer.job_id}")
    page.get_by_label("孙队员").check()
    page.get_by_role("button", name="就请他们去", exact=True).click()
    expect(page.locator("body")).to_contain_text("已安排")
    assert Engagement.objects.get().tasks.get().person == world.mate


def test_by_keyboard_alone(world: World, open_phone: Open) -> None:
    offer = world.offer()
    page = open_phone(client=client(world.leader))
    page.goto("/v/offers")
    tab_to(page, f"a[href='/v/offers/{offer.id}']")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/v/offers/{offer.id}")
    tab_to(page, f"form[action$='{offer.id}/accept'] button")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/v/jobs/{offer.job_id}")
    tab_to(page, f"input[name=people][value='{world.mate.id}']")
    page.keyboard.press("Space")
    tab_to(page, "#allocate .button")
    with moved_on(page):
        page.keyboard.press("Enter")
    assert task_of(world.mate).state == "proposed"
    assert Offer.objects.get().state == "accepted"
