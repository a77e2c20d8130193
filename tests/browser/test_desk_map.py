"""派单地图: the job, its teams and their answers as points, beside a list that says the same."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from diandan.ground.places.models import Place
from tests.web.desk_world import World, browser

pytestmark = pytest.mark.django_db(transaction=True)
Open = Callable[..., Page]
DESK_SCREEN = {"width": 1366, "height": 768}


@pytest.fixture
def world(settings: Any, still_clock: Any) -> World:
    return World(still_clock.at, settings)


def test_the_job_and_its_teams_stand_on_the_map(world: World, open_phone: Open) -> None:
    Place.objects.filter(id=world.centre.id).update(region_code="320115")  # one with an outline
    world.centre.refresh_from_db()
    job = world.job()
    page = open_phone(client=browser(world.clerk), viewport=DESK_SCREEN)
    said: list[str] = []
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("console", lambda m: said.append(m.text) if m.type in ("error", "warning") else None)
    page.goto("/desk/q/dispatch/")
    page.locator("[data-row]").first.click()
    expect(page.locator(".map-job")).to_have_count(1)
    expect(page.locator(".map-team")).to_have_count(2)
    expect(page.locator(".map path[fill='#FFFFFF']")).to_have_count(1)
    expect(page.locator(".map-team").nth(0)).to_be_visible()
    assert [v["id"] for v in Axe().run(page).response["violations"]] == []
    name = page.locator(".team b").first.inner_text()
    page.locator(".team").first.hover()
    expect(page.locator(".leaflet-tooltip", has_text=name)).to_be_visible()
    page.locator(".offer-actions [value=teams]").click()
    expect(page.locator("#messages")).to_contain_text("已派给")
    expect(page.locator(".map-team.is-open")).to_have_count(1)
    assert said == [], "no inline style, no foreign address"
    assert job.number in page.locator(".order-head").inner_text()


def test_without_scripts_the_list_is_enough(world: World, open_phone: Open) -> None:
    job = world.job()
    page = open_phone(client=browser(world.clerk), viewport=DESK_SCREEN, scripts=False)
    page.goto(f"/desk/jobs/{job.id}/?q=dispatch")
    expect(page.locator(".map")).to_be_hidden()
    expect(page.locator(".team").first).to_be_visible()


def test_without_a_position_there_is_no_empty_map(world: World, open_phone: Open) -> None:
    job = world.job()
    Place.objects.update(lat=None, lon=None)
    page = open_phone(client=browser(world.clerk), viewport=DESK_SCREEN)
    page.goto(f"/desk/jobs/{job.id}/?q=dispatch")
    expect(page.locator(".map")).to_have_count(0)


def test_the_map_tells_places_and_never_a_door(world: World) -> None:
    job = world.offered()
    clerk = browser(world.clerk)
    answer = clerk.get(f"/desk/jobs/{job.id}/map.json")
    told = answer.json()
    assert told["job"]["lat"] == round(world.station.lat, 5)
    assert {t["state"] for t in told["teams"]} == {"open", ""}
    assert told["tiles"] == ""
    assert "no-store" in answer["Cache-Control"]
    for secret in ("7042", "金盛路", "张秀英", "张**"):
        assert secret not in answer.content.decode()
    assert browser(world.far).get(f"/desk/jobs/{job.id}/map.json").status_code == 404
