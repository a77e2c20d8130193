"""派单权重: shown in words and units, tried on real rounds by the dispatch process, then chosen."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from diandan.engine.weights import Weights
from diandan.flow.worker import run_once
from diandan.ground.people.models import Role
from diandan.path.dispatch.models import WhatIf
from diandan.path.dispatch.weights import BOUNDS, weights_of
from tests import factories as make
from tests.web.desk_world import World, browser

pytestmark = pytest.mark.django_db
HERE = "/desk/settings/weights"


@pytest.fixture
def world(settings: Any, still_clock: Any) -> World:
    settings.DEMO = True
    return World(still_clock.at, settings)


@pytest.fixture
def admin(world: World) -> Client:
    return browser(make.staff(Role.ADMIN, world.centre, "管理员")[0])


def values(**other: int) -> dict[str, int]:
    usual = Weights()
    return {name: getattr(usual, name) for name in BOUNDS} | other


def test_each_weight_is_told_in_words_and_units(admin: Client) -> None:
    said = admin.get(HERE).content.decode()
    for words in ("一公里算 1 分", "出厂 2500", "还没有改过", "硬规则"):
        assert words in said


def test_other_weights_are_tried_and_only_then_chosen(world: World, admin: Client) -> None:
    for n in range(3):
        world.job(world.taken(f"第{n}家水管漏水"))
    run_once(world.at)
    said = admin.post(HERE, values(load=0, turn=0), follow=True).content.decode()
    assert "派单进程正在算" in said
    row = WhatIf.objects.get()
    assert row.values == {"load": 0, "turn": 0}
    address = f"{HERE}/{row.id}/choose"
    assert admin.post(address).status_code == 404
    run_once(world.at)
    said = admin.get(f"{HERE}/tried", headers={"HX-Request": "true"}).content.decode()
    assert "3 单里有" in said
    assert "总路程(公里)" in said
    assert "hx-trigger" not in said
    assert weights_of(world.centre) == Weights()
    said = admin.post(address, follow=True).content.decode()
    assert "已选用" in said
    assert weights_of(world.centre).load == 0
    assert "还没有改过" not in said
    assert "选用这一组" not in said


def test_out_of_bounds_and_unchanged_are_refused_where_they_stand(admin: Client) -> None:
    answer = admin.post(HERE, values(travel=BOUNDS["travel"] + 1))
    assert answer.status_code == 422
    answer = admin.post(HERE, values())
    assert answer.status_code == 422
    assert "没有改动" in answer.content.decode()
    assert not WhatIf.objects.exists()


def test_a_street_administrator_sets_no_centres_weights(world: World) -> None:
    street = browser(make.staff(Role.ADMIN, world.street, "街道管理员")[0])
    assert street.get(HERE).status_code == 403
    assert street.post(HERE, values(travel=3)).status_code == 403
    assert not WhatIf.objects.exists()
