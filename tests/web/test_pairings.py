"""结对共建 at the pages: both sides go on from where they may be."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from diandan.ground.people.models import Person, Role
from diandan.ground.places.models import Kind
from diandan.ground.posts.models import Pairing
from tests import factories
from tests.web import settings_world
from tests.web.settings_world import AT, World, browser, staff, text

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _still(still_clock: Any) -> None:
    """The clock stands at a working Thursday's noon."""


@pytest.fixture
def world(settings: Any) -> World:
    return settings_world.build(settings)


@pytest.fixture
def pairing(world: World) -> Pairing:
    unit = factories.place("区供电公司", Kind.MEMBER_UNIT, world.centre)
    return Pairing.objects.create(
        unit=unit,
        venue=world.station,
        from_on=AT.date(),
        until_on=AT.date().replace(year=AT.year + 1),
        proposed_at=AT,
        by_unit=True,
    )


@pytest.fixture
def clerk(world: World) -> Person:
    return staff(41, Role.STATION_STAFF, world.station)


@pytest.mark.parametrize("act", ["agree", "end"])
def test_the_venues_clerk_lands_on_a_page_of_hers(
    act: str, pairing: Pairing, clerk: Person
) -> None:
    client = browser(clerk)
    done = client.post(reverse("settings_pairing", args=[pairing.id]), {"act": act}, follow=True)
    assert done.status_code == 200
    assert done.redirect_chain[-1][0] == reverse("settings_pairings")
    assert ("结对生效" if act == "agree" else "已结束") in text(done)


def test_no_link_leads_the_venues_clerk_to_a_page_she_may_not_see(
    pairing: Pairing, clerk: Person, world: World
) -> None:
    theirs = reverse("settings_pairing_unit", args=[pairing.unit_id])
    shown = text(browser(clerk).get(reverse("settings_pairing", args=[pairing.id])))
    assert "区供电公司" in shown
    assert theirs not in shown
    assert theirs in text(
        browser(world.dispatcher).get(reverse("settings_pairing", args=[pairing.id]))
    )
