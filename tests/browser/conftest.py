"""A real Chromium before a real server: Django's live server on the tests' own database.

Tests that follow an order further call `flow.worker.run_once(at)` themselves, as the worker would.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

PATIENCE_MS = 15_000  # a slow machine is no fault of a page
expect.set_options(timeout=PATIENCE_MS)
PHONE_SCREEN = {"width": 390, "height": 844}
CHROMIUM = (
    os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here drives a browser; without one it is skipped, with a word why."""
    absent = pytest.mark.skip(reason="no chromium on this machine (set CHROMIUM to its path)")
    for item in items:
        if "tests/browser/" in item.path.as_posix():
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.xdist_group("browser"))
            if CHROMIUM is None:
                item.add_marker(absent)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One browser for all tests."""
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def open_phone(chromium: Browser, live_server: Any) -> Iterator[Callable[..., Page]]:
    """Opens a phone's browser: `open_phone(client=…, scripts=False, elder=True)`."""
    contexts: list[BrowserContext] = []

    def opened(
        *, client: Client | None = None, scripts: bool = True, elder: bool = False, **more: Any
    ) -> Page:
        context = chromium.new_context(
            **{
                "base_url": live_server.url,
                "viewport": PHONE_SCREEN,
                "locale": "zh-CN",
                "java_script_enabled": scripts,
                **more,
            },
        )
        contexts.append(context)
        cookies = {"elder": "1"} if elder else {}
        if client is not None:
            name = settings.SESSION_COOKIE_NAME
            cookies[name] = client.cookies[name].value
        context.add_cookies(
            [{"name": n, "value": v, "url": live_server.url} for n, v in cookies.items()]
        )
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        return page

    yield opened
    for context in contexts:
        context.close()
