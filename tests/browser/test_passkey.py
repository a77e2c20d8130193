"""通行密钥 with Chromium's own virtual authenticator: set up, signed in by, and asked for again."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from playwright.sync_api import Page, expect

from diandan.ground.people.actions import logins
from diandan.ground.people.models import Person, Role
from diandan.ground.people.queries import actor_for
from tests.web.accounts_world import AT, baijiahu, staff

pytestmark = pytest.mark.django_db(transaction=True)
DESK_SCREEN = {"width": 1366, "height": 768}
NAME, WORD = "wangzhuren", "Lan-Hua-88-xin"
Open = Callable[..., Page]


@pytest.fixture
def admin(settings: Any) -> Person:
    """A centre's administrator with a password, in earnest: no demo waives the second factor."""
    settings.DIANDAN_PLACE, settings.DEMO = "jiangning", False
    settings.MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True  # the live server speaks plain http
    centre = baijiahu().parent
    assert centre is not None
    person = staff(1, Role.ADMIN, centre)
    by = actor_for(person.id, AT)
    logins.choose_login(login=person.login, username=NAME, password=WORD, at=AT, by=by)
    return person


@pytest.fixture
def desk(open_phone: Open, live_server: Any) -> Page:
    """A PC with a fingerprint reader, under a name: WebAuthn gives no passkey to a bare number."""
    base = live_server.url.replace("127.0.0.1", "localhost")
    page = open_phone(viewport=DESK_SCREEN, base_url=base)
    page.on("pageerror", lambda error: pytest.fail(str(error)))
    cdp = page.context.new_cdp_session(page)
    cdp.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    cdp.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return page


def check(page: Page) -> None:
    """No fault that axe finds, and every word of it in the page's language."""
    found = Axe().run(page).response["violations"]
    assert [f"{v['id']}: {v['nodes'][0]['html'][:160]}" for v in found] == [], page.url


def with_password(page: Page) -> None:
    """Her name and password at the staff's door."""
    page.goto("/accounts/login/")
    check(page)
    page.get_by_label("登录名").fill(NAME)
    page.get_by_label("密码", exact=True).fill(WORD)
    page.get_by_role("button", name="登录", exact=True).click()
    page.wait_for_url(re.compile("/(desk|me)/"))


def sign_out(page: Page) -> None:
    """By the button on her own page."""
    page.goto("/me/")
    page.get_by_role("button", name="退出登录").click()
    page.wait_for_url("**/me/sign-in")


def test_a_passkey_from_setting_up_to_signing_in(admin: Person, desk: Page) -> None:
    with_password(desk)
    desk.goto("/desk/settings/")
    desk.wait_for_url("**/accounts/2fa/")
    expect(desk.locator("body")).to_contain_text("第二重验证")
    check(desk)
    desk.locator("a[href='/accounts/2fa/webauthn/add/']").click()
    desk.wait_for_url("**/accounts/reauthenticate/**")  # it is she who adds a key
    check(desk)
    desk.locator("input[type=password]").fill(WORD)
    desk.keyboard.press("Enter")
    desk.wait_for_url("**/accounts/2fa/webauthn/add/")
    check(desk)
    desk.locator("#id_name").fill("办公室电脑")
    desk.locator("#id_passwordless").check()
    desk.locator("#mfa_webauthn_add").click()
    desk.wait_for_url("**/accounts/2fa/recovery-codes/")
    check(desk)
    desk.goto("/accounts/2fa/webauthn/")
    expect(desk.locator("body")).to_contain_text("办公室电脑")
    check(desk)

    sign_out(desk)
    desk.goto("/accounts/login/")
    desk.locator("#passkey_login").click()
    desk.wait_for_url(re.compile("/(desk|me)/$"))
    desk.goto("/desk/settings/")
    assert desk.url.endswith("/desk/settings/")  # the passkey was both factors
    expect(desk.locator("body")).to_contain_text("设置")

    sign_out(desk)
    with_password_then_key(desk)


def with_password_then_key(page: Page) -> None:
    """A password alone is half the way; the key on this machine is the other half."""
    page.goto("/accounts/login/")
    page.get_by_label("登录名").fill(NAME)
    page.get_by_label("密码", exact=True).fill(WORD)
    page.get_by_role("button", name="登录", exact=True).click()
    page.wait_for_url("**/accounts/2fa/authenticate/")
    check(page)
    page.locator("#mfa_webauthn_authenticate").click()
    page.wait_for_url(re.compile("/(desk|me)/$"))
    page.goto("/desk/settings/")
    assert page.url.endswith("/desk/settings/")


def test_without_her_finger_nobody_comes_in(admin: Person, desk: Page) -> None:
    desk.goto("/accounts/login/")
    desk.locator("#passkey_login").click()  # no key is on this machine
    expect(desk.locator("#passkey-trouble")).to_be_visible()
    assert desk.url.endswith("/accounts/login/")
    assert Client().get("/desk/settings/").status_code == 302
