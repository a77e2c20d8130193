"""钥匙 in a real browser: the pages on which keys are made and ended, and the page about the API."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from diandan.ground.people.actions import tokens
from diandan.ground.people.actor import SYSTEM
from diandan.path.assess.actions.partner import make_partner
from tests.browser.conftest import PHONE_SCREEN
from tests.web import settings_world
from tests.web.settings_world import World, browser

pytestmark = pytest.mark.django_db(transaction=True)
DESK_SCREEN = {"width": 1366, "height": 768}
PAGES = ("/me/keys", "/desk/settings/tokens", "/api/v1/docs")


@pytest.fixture
def world(settings: Any, still_clock: Any) -> World:
    """With keys that live and one that ended, of people and of an outside system."""
    at, found = still_clock.at, settings_world.build(settings)
    until = at + timedelta(days=300)
    for name in ("社区看板的脚本", "旧脚本"):
        row, _plain = tokens.make(
            owner=found.admin,
            name=name,
            scopes=["read", "desk"],
            expires_at=until,
            at=at,
            by=SYSTEM,
        )
    tokens.revoke(token=row, by=found.by(found.admin), at=at)
    make_partner(
        name="江宁区 12345 政务服务便民热线",
        centre=found.centre,
        expires_at=until,
        by=SYSTEM,
        at=at,
    )
    return found


def check(page: Page) -> None:
    """No fault that axe finds, and nothing wider than the screen."""
    found = Axe().run(page).response["violations"]
    assert [f"{v['id']}: {v['nodes'][0]['html'][:160]}" for v in found] == [], page.url
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), page.url


@pytest.mark.parametrize("screen", [PHONE_SCREEN, DESK_SCREEN], ids=["phone", "desk"])
def test_axe_finds_nothing(
    world: World, open_phone: Callable[..., Page], screen: dict[str, int]
) -> None:
    page = open_phone(client=browser(world.admin), viewport=screen)
    page.on("pageerror", lambda error: pytest.fail(str(error)))
    for address in PAGES:
        page.goto(address)
        expect(page.locator("main h1").first).to_be_visible()
        check(page)


def test_a_key_is_made_and_shown_once(
    world: World, open_phone: Callable[..., Page], still_clock: Any
) -> None:
    page = open_phone(client=browser(world.admin))
    page.goto("/me/keys")
    page.locator("[name=name]").fill("月报脚本")
    page.locator("[name=scopes][value=read]").check()
    page.locator("[name=until]").fill(f"{still_clock.at + timedelta(days=30):%Y-%m-%d}")
    page.locator("form").filter(has=page.locator("[name=scopes]")).locator("button").first.click()
    expect(page.locator("main")).to_contain_text("dd_")
    check(page)
    page.reload()
    expect(page.locator("main")).to_contain_text("月报脚本")
    expect(page.locator("main")).not_to_contain_text("dd_")
