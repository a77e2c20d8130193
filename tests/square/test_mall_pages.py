"""A volunteer orders on her phone, the counter hands out; a star goes its way through the pages."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from diandan.flow.worker import run_once
from diandan.ground.notify.models import Message
from diandan.ground.people.models import Login, Person
from diandan.square.mall.actions.benefits import BenefitWords, join_giver, offer_benefit
from diandan.square.mall.models import Gift, Order, Shelf
from diandan.square.star.models import Star, StarCase
from tests.conftest import StillClock
from tests.square.mall_world import Mall
from tests.square.star_world import Stars
from tests.web.street_world import browser

pytestmark = pytest.mark.django_db


def words(page: Any) -> str:
    return str(page.content.decode())


def post(client: Client, address: str, **typed: Any) -> Any:
    return client.post(address, {"form_key": uuid4().hex, **typed})


@pytest.fixture
def mall(at: datetime, settings: Any, still_clock: StillClock) -> Mall:
    made = Mall(at, slug="jiangning")
    settings.DIANDAN_PLACE = "jiangning"
    made.give(made.her, 2000)
    return made


def test_from_the_catalogue_to_the_hand_out(mall: Mall) -> None:
    phone, desk = browser(mall.her), browser(mall.clerk)
    page = words(phone.get("/v/mall"))
    assert "保温杯" in page
    assert "800 积分" in page
    assert "剩 10 件" in page
    assert "¥" not in page
    gift = f"/v/mall/{mall.gift.id}"
    assert "用 800 积分兑换" in words(phone.get(gift))
    no = post(phone, f"{gift}/order")
    assert no.status_code == 422
    assert "请选一个领取点" in words(no)
    made = post(phone, f"{gift}/order", site=mall.site.id)
    order = Order.objects.get()
    assert made.status_code == 303
    assert made["Location"] == f"/v/mall/orders/{order.id}"
    shown = words(phone.get(made["Location"]))
    spoken = f"{order.code[:4]}-{order.code[4:]}"
    assert spoken in shown
    assert "<svg" in shown
    found = words(post(desk, "/desk/mall/", code=spoken))
    assert "保温杯" in found
    assert "王**" in found
    assert "王强" not in found
    done = post(desk, "/desk/mall/", code=spoken, sure="yes")
    assert done.status_code == 303
    again = post(desk, "/desk/mall/", code=spoken, sure="yes")
    assert again.status_code == 409
    assert "已经用过:2026-03-05 12:00" in words(again)
    lines = words(phone.get("/v/points"))
    assert "兑换「保温杯」" in lines
    assert "余 1200" in lines
    listed = words(desk.get("/desk/mall/orders"))
    assert "已领取" in listed
    assert order.code not in listed
    taken = desk.get("/desk/mall/orders/export.csv").content.decode()
    assert "王**" in taken
    assert order.code not in taken
    post(desk, f"/desk/mall/orders/{order.id}/return", reason="破损")
    assert "余 2000" in words(phone.get("/v/points"))


def test_the_same_form_twice_is_one_order(mall: Mall) -> None:
    phone, key = browser(mall.her), uuid4().hex
    for _time in range(2):
        phone.post(f"/v/mall/{mall.gift.id}/order", {"form_key": key, "site": mall.site.id})
    assert Order.objects.count() == 1


def test_an_order_of_another_is_not_there(mall: Mall) -> None:
    post(browser(mall.her), f"/v/mall/{mall.gift.id}/order", site=mall.site.id)
    order = Order.objects.get()
    other = browser(mall.another()[0])
    assert other.get(f"/v/mall/orders/{order.id}").status_code == 404
    assert post(other, f"/v/mall/orders/{order.id}/cancel").status_code == 404
    assert post(browser(mall.her), f"/v/mall/orders/{order.id}/cancel").status_code == 303
    assert Shelf.objects.get().free == 10


def test_an_officer_writes_the_catalogue_and_a_price_is_refused(mall: Mall) -> None:
    desk = browser(mall.head)
    typed = {
        "name": "价值99元水壶", "cost": "900", "audience": "volunteers", "limit_period": "quarter",
        "limit_each": "1", "star_min": "0",
    }  # fmt: skip
    no = post(desk, "/desk/settings/mall/new", **typed)
    assert no.status_code == 422
    assert "不标价" in words(no)
    assert "价值99元水壶" in words(no)
    made = post(desk, "/desk/settings/mall/new", **{**typed, "name": "水壶"})
    assert made.status_code == 303
    gift = Gift.objects.get(name="水壶")
    stocked = post(desk, f"/desk/settings/mall/{gift.id}", site=mall.site.name, count="5")
    assert stocked.status_code == 303
    assert Shelf.objects.get(gift=gift).free == 5
    assert "入库" in desk.get("/desk/settings/mall/stock.csv").content.decode()
    for address in ("", "/new", "/rules", "/stock", f"/{gift.id}"):
        assert desk.get(f"/desk/settings/mall{address}").status_code == 200


def test_a_star_from_the_hours_to_the_notice_to_the_benefit(
    at: datetime, settings: Any, still_clock: StillClock
) -> None:
    stars = Stars(at)
    stars.centre.slug = settings.DIANDAN_PLACE = "jiangning"
    stars.centre.save()
    phone, desk = browser(stars.her), browser(stars.head)
    stars.hours(40)
    assert "到1星还差 60小时" in words(phone.get("/v/stars"))
    stars.hours(60)
    assert post(desk, "/desk/stars/again").status_code == 303
    case = StarCase.objects.get()
    assert "您已达到1星" in words(phone.get("/v/stars"))
    assert post(phone, f"/v/stars/{case.id}/apply", show_name="yes").status_code == 303
    assert "王**" in words(desk.get("/desk/stars/"))
    assert post(desk, f"/desk/stars/{case.id}", answer="yes").status_code == 303
    assert "王强" in words(Client().get("/stars/notice"))
    neighbour = browser(stars.head)
    post(neighbour, f"/stars/notice/{case.id}", text="想核实一下时长")
    case.refresh_from_db()
    assert case.objections.count() == 1
    assert case.notice_until is not None
    run_once(case.notice_until, dispatch=False)
    assert not Star.objects.exists()
    objection = case.objections.get()
    officer = browser(_second(stars))
    post(officer, f"/desk/stars/objections/{objection.id}", answer="no", text="有签到记录")
    run_once(case.notice_until, dispatch=False)
    assert Star.objects.get().level == 1
    assert Message.objects.filter(kind="star.granted", person=stars.her).exists()
    giver = join_giver(stars.centre, name="区图书馆", by=stars.heads, at=at)
    offer_benefit(giver.id, BenefitWords("借书加五册", star_min=1), by=stars.heads, at=at)
    page = words(phone.get("/v/benefits"))
    assert "借书加五册" in page
    assert "出示" in page
    shown = post(phone, f"/v/benefits/{giver.benefits.get().id}/show")
    code = giver.benefits.get().uses.get().code
    assert code[:4] in words(phone.get(shown["Location"]))
    counter = Client()
    assert "1星志愿者" in words(post(counter, f"/give/{giver.key}", code=code))
    assert post(counter, f"/give/{giver.key}", code=code, sure="yes").status_code == 303
    assert counter.get("/give/nothing").status_code == 404


def _second(stars: Stars) -> Person:
    from diandan.ground.people.models import Role
    from tests import factories as make

    return make.staff(Role.CENTER_STAFF, stars.centre, "周主任")[0]


def test_nobody_fetches_it_and_she_is_told(mall: Mall) -> None:
    post(browser(mall.her), f"/v/mall/{mall.gift.id}/order", site=mall.site.id)
    run_once(mall.at, dispatch=False)
    run_once(mall.at + timedelta(days=15), dispatch=False)
    told = set(Message.objects.filter(person=mall.her).values_list("kind", flat=True))
    assert {"gift_order.placed", "gift_order.expired"} <= told
    assert Login.objects.filter(person=mall.her).exists()
