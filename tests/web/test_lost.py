"""A wrong link, a broken page, a refusal: each says what it is and leads home."""

from __future__ import annotations

import pytest
from django.test import Client, RequestFactory, override_settings

from diandan.web import lost
from tests.web.resident_world import World

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("debug", [True, False])
@pytest.mark.parametrize("address", ["/nothing", "/api/docs", "/r/"])
def test_a_wrong_link_gets_our_page_and_a_way_home(address: str, debug: bool) -> None:
    with override_settings(DEBUG=debug):
        page = Client().get(address)
    assert page.status_code == 404
    assert "没有找到这一页" in page.content.decode()
    assert 'class="button primary" href="/"' in page.content.decode()


def test_an_address_without_its_last_stroke_still_leads_on() -> None:
    assert Client().get("/desk").status_code in (301, 302)


def test_the_page_about_our_own_fault_needs_nothing() -> None:
    page = lost.broken(RequestFactory().get("/"))
    assert page.status_code == 500
    assert "是我们这边出了问题" in page.content.decode()


def test_a_missing_order_is_not_a_step_that_cannot_be_done() -> None:
    page = Client().get("/r/NOTHING").content.decode()
    assert "没有找到这一页" in page
    assert "返回上一页可以接着改" not in page
    assert "这一步现在办不了" not in page


def test_what_is_not_hers_to_see_says_so() -> None:
    page = World().browser().get("/desk/")
    assert page.status_code == 403
    assert "这一页不在您能看、能办的范围里" in page.content.decode()
