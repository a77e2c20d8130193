"""派单台 and 轮到我们 in a real browser: reachable by keyboard, readable on a phone, without scripts."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from diandan.flow.worker import run_once
from diandan.ground.people.models import Role
from diandan.path.bundle.models import Job
from diandan.path.dispatch.models import Offer
from tests import factories as make
from tests.web.desk_world import World, browser

pytestmark = pytest.mark.django_db(transaction=True)
Open = Callable[..., Page]
DESK_SCREEN = {"width": 1366, "height": 768}
SHOTS = os.environ.get("DISPATCH_SHOTS", "")


@pytest.fixture
def world(settings: Any, still_clock: Any) -> World:
    return World(still_clock.at, settings)


def shot(page: Page, name: str) -> None:
    """For a person to look at; only where she says where to."""
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/{name}.png", full_page=True)


def waiting(world: World) -> list[Job]:
    first = [world.job(world.taken("厨房水管漏水"))]
    run_once(world.at)
    rest = [world.job(world.taken("楼道灯不亮")), world.job(world.taken("想学二胡"))]
    rest[-1].skills = ["二胡"]
    rest[-1].save()
    run_once(world.at)
    return [*first, *rest]


def test_a_plan_is_looked_through_and_sent_by_letter(world: World, open_phone: Open) -> None:
    jobs = waiting(world)
    page = open_phone(client=browser(world.clerk), viewport=DESK_SCREEN)
    said: list[str] = []
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto("/desk/dispatch/")
    expect(page.locator(".plan-job")).to_have_count(3)
    page.locator(".plan-job summary").first.click()
    shot(page, "desk")
    assert [v["id"] for v in Axe().run(page).response["violations"]] == []
    ticks = page.locator("input[name=jobs]")
    expect(ticks).to_have_count(2)
    ticks.nth(1).uncheck()
    page.locator("h1").click()
    page.keyboard.press("a")
    expect(page.locator("#messages")).to_contain_text("派出1单")
    assert Offer.objects.values("job").distinct().count() == 1
    assert said == []
    assert len(jobs) == 3


def test_on_a_phone_without_scripts_a_plan_is_sent(world: World, open_phone: Open) -> None:
    waiting(world)
    page = open_phone(client=browser(world.clerk), scripts=False)
    page.goto("/desk/dispatch/")
    page.locator(".plan-job summary").first.click()
    page.locator(".plan-job input[type=radio]").nth(1).check()
    page.get_by_role("button", name="派出勾选的").click()
    expect(page.locator(".not-sent")).to_contain_text("写明理由")
    shot(page, "desk-phone")
    wide = page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert wide, "nothing sticks out of a phone"


def test_a_leader_reads_her_turn_on_a_phone(world: World, open_phone: Open) -> None:
    waiting(world)
    page = open_phone(client=browser(world.leader))
    page.goto("/v/turn")
    expect(page.get_by_role("heading", name=world.team.name)).to_be_visible()
    for hidden in page.locator("details summary").all():
        hidden.click()
    shot(page, "turn")
    assert [v["id"] for v in Axe().run(page).response["violations"]] == []
    page.get_by_role("button", name="改由人工派单").click()
    expect(page.locator("#messages")).to_contain_text("自动派单不再问你们队")


def test_other_weights_are_tried_while_the_page_waits(
    world: World, open_phone: Open, settings: Any
) -> None:
    settings.DEMO = True
    waiting(world)
    page = open_phone(
        client=browser(make.staff(Role.ADMIN, world.centre, "管理员")[0]), viewport=DESK_SCREEN
    )
    page.goto("/desk/settings/weights")
    page.locator("input[name=load]").fill("0")
    page.locator("#new button.primary").click()
    expect(page.locator("#tried")).to_contain_text("派单进程正在算")
    run_once(world.at)
    expect(page.locator("#tried")).to_contain_text("总路程")
    shot(page, "weights")
    assert [v["id"] for v in Axe().run(page).response["violations"]] == []


def test_who_was_not_asked_is_a_table_anybody_can_read(world: World, open_phone: Open) -> None:
    job = waiting(world)[0]
    page = open_phone(client=browser(world.clerk), viewport=DESK_SCREEN)
    page.goto("/desk/dispatch/")
    page.locator("button.primary").click()
    expect(page.locator("#messages")).to_contain_text("派出2单")
    page.goto(f"/desk/jobs/{job.id}/")
    expect(page.locator(".why-round")).to_contain_text("换一家,整体会")
    page.locator(".why-round").scroll_into_view_if_needed()
    shot(page, "job")
    page.locator(".why-round a").click()
    expect(page.locator("tbody tr")).to_have_count(3)
    shot(page, "asked")
    assert [v["id"] for v in Axe().run(page).response["violations"]] == []
