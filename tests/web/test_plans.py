"""年度计划 at the pages: a unit's clerk writes and marks, the list counts, others only look."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from diandan.ground.people.models import Person, Role
from diandan.ground.places.models import Kind, Place, PlanStep
from tests import factories
from tests.web import settings_world
from tests.web.settings_world import World, browser, staff, text

pytestmark = pytest.mark.django_db
LIST = "/desk/plans/"


@pytest.fixture(autouse=True)
def _still(still_clock: Any) -> None:
    """The clock stands at a working Thursday's noon."""


@pytest.fixture
def world(settings: Any) -> World:
    return settings_world.build(settings)


@pytest.fixture
def unit(world: World) -> Place:
    return factories.place("区总工会", Kind.MEMBER_UNIT, world.centre, pinyin="quzonggonghui qzgh")


@pytest.fixture
def clerk(unit: Place) -> Person:
    return staff(40, Role.STATION_STAFF, unit)


def test_written_done_and_counted(unit: Place, clerk: Person, world: World) -> None:
    client, page = browser(clerk), reverse("settings_plan", args=[unit.id])
    assert "这里还没有计划" in text(client.get(page))
    words = {"title": "职工义诊进社区", "sort": "activity", "due_on": "2026-03-01"}
    assert client.post(page, words).status_code == 303
    again = client.post(page, words)
    assert again.status_code == 422
    assert "已有" in text(again)
    listed = text(browser(world.dispatcher).get(LIST, {"late": "1"}))
    assert "区总工会" in listed
    assert "0/1" in listed
    assert "东山街道" not in listed.split("<tbody>")[1]
    step = PlanStep.objects.get()
    one = reverse("settings_plan_step", args=[step.id])
    assert client.post(one, {"act": "done"}).status_code == 303
    assert "1/1" in text(browser(world.dispatcher).get(LIST, {"q": "qzgh"}))
    assert client.post(one, {"act": "drop"}).status_code == 409
    assert client.post(one, {"act": "undone"}).status_code == 303
    assert client.post(one, {**words, "title": "义诊"}).status_code == 303
    late = text(client.get(page, {"state": "late"}))
    assert "义诊" in late
    assert client.post(one, {"act": "drop"}).status_code == 303
    assert not PlanStep.objects.exists()


def test_a_unit_sees_and_writes_its_own_alone(unit: Place, clerk: Person, world: World) -> None:
    client = browser(clerk)
    far = reverse("settings_plan", args=[world.street.id])
    assert client.get(far).status_code == 403
    assert client.post(far, {"title": "x", "sort": "step"}).status_code == 403
    assert "东山街道" not in text(client.get(LIST)).split("<tbody>")[1]
    auditor = browser(staff(41, Role.AUDITOR, world.centre))
    page = auditor.get(reverse("settings_plan", args=[unit.id]))
    assert page.status_code == 200
    assert "plan-step" not in text(page)


def test_taken_away_as_shown(unit: Place, world: World) -> None:
    PlanStep.objects.create(place=unit, year=2026, sort="mechanism", title="=联席会议")
    PlanStep.objects.create(place=world.street, year=2026, sort="step", title="建台账")
    client = browser(world.dispatcher)
    said = client.get(f"{LIST}export.csv", {"kind": "member_unit"}).content.decode("utf-8-sig")
    assert "'=联席会议" in said
    assert "建台账" not in said
    assert client.get(f"{LIST}export.xlsx").content[:2] == b"PK"
    assert client.get(f"{LIST}export.doc").status_code == 404


def test_found_from_the_settings_and_the_centre(world: World) -> None:
    assert f'href="{LIST}"' in text(browser(world.admin).get(reverse("settings_home")))
    site = reverse("site_page", args=[world.centre.id])
    assert f'href="{LIST}"' in text(browser(world.dispatcher).get(site))
    assert f'href="{LIST}"' not in text(browser().get(site))
    listed = text(browser(world.dispatcher).get(LIST, {"q": "没有这个"}))
    assert "没有这样的单位" in listed


def test_the_list_costs_the_same_however_long(
    world: World, django_assert_max_num_queries: Any
) -> None:
    for n in range(30):
        unit = factories.place(f"单位{n}", Kind.MEMBER_UNIT, world.centre)
        PlanStep.objects.create(place=unit, year=2026, sort="step", title="建台账")
    client = browser(world.dispatcher)
    with django_assert_max_num_queries(18):
        client.get(LIST)
