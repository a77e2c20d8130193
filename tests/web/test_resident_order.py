"""点单 from the resident's two screens: proposals, guests, families, errors that lose nothing."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from diandan.flow.conductor import do_request
from diandan.ground.people import queries as people
from diandan.path.ask.models import Channel, Request
from diandan.web.accounts import sign_in
from tests import factories as make
from tests.web.resident_world import AT, World, text_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def world(still_clock: Any, settings: Any) -> World:
    settings.DIANDAN_PLACE = "jiangning"
    return World()


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch, settings: Any) -> list[tuple[str, str]]:
    """Codes that would have gone to phones."""
    out: list[tuple[str, str]] = []
    settings.DEMO = True
    monkeypatch.setattr(sign_in, "send_code", lambda phone, code, *_: out.append((phone, code)))
    return out


def test_two_screens_without_scripts(world: World) -> None:
    client = world.browser()
    page = client.post("/order", {"step": "first", "words": "岔路社区水管漏水,马上来"}, follow=True)
    assert page.status_code == 200
    said = page.content.decode()
    assert 'value="plumbing" checked' in said
    assert f'value="{world.district.other.id}" checked' in said
    assert 'value="urgent" checked' in said
    assert "「水管」" in said
    page = client.post("/order", world.form())
    assert page.status_code == 303
    row = Request.objects.get()
    assert (row.kind, row.place, row.channel) == (world.plumbing, world.station, Channel.WEB)
    assert people.own(world.resident).door == ""  # her record is not changed by one order
    done = text_of(client.get(page["Location"]))
    assert row.number in done
    assert "前答复" in done


def test_the_chips_come_while_she_types(world: World) -> None:
    page = Client().post("/propose", {"words": "想理发"})
    said = page.content.decode()
    assert 'value="haircut" checked' in said
    assert "<html" not in said
    changed = Client().post("/propose", {"words": "想理发", "kind": "other"}).content.decode()
    assert 'value="other" checked' in changed


def test_sent_twice_is_one_order(world: World) -> None:
    client = world.browser()
    first, again = (client.post("/order", world.form()) for _turn in range(2))
    assert first["Location"] == again["Location"]
    assert Request.objects.count() == 1
    client.post("/order", world.form(words="还有卫生间也漏"))
    assert Request.objects.count() == 2  # other words are another order


def test_an_error_loses_nothing(world: World) -> None:
    client = world.browser()
    page = client.post(
        "/order", world.form(day="2026-03-01", street="上元大街8号", people_count="0")
    )
    assert page.status_code == 422
    said = page.content.decode()
    assert "上元大街8号" in said
    assert "3幢202" in said
    assert "已经过去" in said or "1到500" in said
    assert not Request.objects.exists()
    assert client.post("/order", world.form()).status_code == 303


def test_a_guest_orders_by_phone_code_and_follows(world: World, sent: list[Any]) -> None:
    client = Client()
    given = world.form(name="王桂兰", phone="139 0000 0002", notice="on")
    page = client.post("/order", given, follow=True)
    assert page.status_code == 200
    assert sent[-1][0] == "+8613900000002"
    assert "3幢202" in page.content.decode()
    wrong = client.post("/order", {**given, "code": "abc", "code_sent": "1"})
    assert wrong.status_code == 422
    bad_count = client.post("/order", {**given, "code": sent[-1][1], "people_count": "900"})
    assert bad_count.status_code == 422
    proof = bad_count.context["form"].data["proof"]
    page = client.post("/order", {**given, "proof": proof, "code_sent": "1"})
    assert page.status_code == 303  # the code was used up, its proof was kept
    row = Request.objects.get()
    assert people.own(row.requester).name == "王桂兰"
    assert row.requester.registered_how == "order"
    assert client.get("/requests").status_code == 302  # no session was opened
    assert row.number in text_of(client.get(f"/r/{row.follow_key}"))


def test_the_code_is_asked_for_on_a_page_of_its_own(world: World, sent: list[Any]) -> None:
    """Post, redirect, get: going back to it or loading it again sends nothing, and loses nothing."""
    client = Client()
    given = world.form(name="王桂兰", phone="139 0000 0002", notice="on")
    page = client.post("/order", given)
    assert page.status_code == 303
    address = page["Location"]
    assert not any(word in address for word in ("139", "王", "%E7"))
    asked = [client.get(address) for _turn in range(3)]
    assert len(sent) == 1  # looking at the page sends no second code
    for shown in asked:
        said = shown.content.decode()
        assert shown.status_code == 200
        assert "王桂兰" in said
        assert "3幢202" in said
        assert 'name="code"' in said
        assert 'name="code_sent" value="1"' in said
        assert "message-error" not in said
    assert Client().get(address).content.decode().count("王桂兰") == 0  # somebody else's browser
    raw = str(client.session.items())
    assert "王桂兰" not in raw
    assert "139" not in raw
    again = client.post("/order", {**given, "code_sent": "1", "again": "1"})
    assert again.status_code == 303  # asked again too soon, she is told so on the page
    wrong = client.post("/order", {**given, "code": "abc", "code_sent": "1"})
    assert wrong.status_code == 422
    done = client.post("/order", {**given, "code": sent[-1][1], "code_sent": "1"})
    assert done.status_code == 303
    assert Request.objects.count() == 1
    back = client.get(address)
    assert back.status_code == 200
    assert "王桂兰" not in back.content.decode()  # what was sent waits no more


def test_a_guest_without_a_notice_is_asked_for_it(world: World, sent: list[Any]) -> None:
    page = Client().post("/order", world.form(name="王桂兰", phone="13900000002"))
    assert page.status_code == 422
    assert not sent


def test_for_her_mother(world: World) -> None:
    client = world.browser()
    assert Client().get("/family").status_code == 302
    given = world.form(who="李奶奶", who_phone="", consent_note="", read_back="on")
    assert client.post("/family", given).status_code == 422
    page = client.post("/family", {**given, "consent_note": "当面问过,她说好"})
    assert page.status_code == 303
    row = Request.objects.get()
    assert row.channel == Channel.FAMILY
    assert row.placed_by_id == world.resident.id
    assert row.consent is not None
    assert row.read_back_at == AT
    assert people.own(row.requester).name == "李奶奶"
    assert row.title in text_of(client.get("/requests"))


def test_a_place_by_name_sound_or_list(world: World) -> None:
    client = world.browser()
    page = client.post("/order", world.form(place="other", place_words="clsq"))
    assert page.status_code == 303
    assert Request.objects.get().place == world.district.other
    page = client.post("/order", world.form(place="other", place_words="社区", form_key="k2"))
    assert page.status_code == 422
    assert "上元社区" in page.content.decode()  # both are offered to press
    assert "岔路社区" in text_of(client.get("/site", {"q": "clsq"}))
    chosen = client.post("/site", {"place": world.district.other.id, "next": "/"})
    assert chosen.cookies["site"].value == str(world.district.other.id)


def test_the_nearest_station_by_the_phones_own_word(world: World) -> None:
    for place, lat in ((world.station, 31.95), (world.district.other, 31.85)):
        place.lat, place.lon = lat, 118.84
        place.save()
    page = Client().post("/site", {"lat": "31.86", "lon": "118.84", "next": "/"})
    said = text_of(page)
    assert said.index("岔路社区") < said.index("上元社区")
    assert "离您1.1公里" in said
    for nonsense in ("", "x", "nan", "1e9"):
        page = Client().post("/site", {"lat": nonsense, "lon": nonsense})
        assert page.status_code in (200, 404), nonsense


def test_an_event_has_as_many_seats_as_it_says(world: World) -> None:
    event = make.item(
        world.station,
        world.haircut,
        "义剪日",
        joinable=True,
        seats=1,
        starts_at=AT + timedelta(days=2),
    )
    client = world.browser()
    assert "还有 1 个名额" in text_of(client.get("/menu"))
    assert "我要报名" in text_of(client.get(f"/menu/{event.id}"))
    assert "义剪日" in text_of(client.get("/order", {"item": event.id}))
    form = world.form(item=str(event.id), words="义剪日")
    assert client.post("/order", form).status_code == 303
    row = Request.objects.get()
    assert row.item == event
    assert row.wanted_from == event.starts_at
    again = client.post("/order", {**form, "form_key": "k2"})
    assert again.status_code == 422
    assert "名额已满" in text_of(again)
    assert "名额已满" in text_of(client.get(f"/menu/{event.id}"))
    do_request(row.id, "withdraw", by=world.me, at=AT)
    assert client.post("/order", {**form, "form_key": "k3"}).status_code == 303


def test_where_the_menu_comes_first(world: World, settings: Any) -> None:
    world.centre.slug = settings.DIANDAN_PLACE = "suzhou"
    world.centre.save()
    item = make.item(world.station, world.haircut, "春季义剪")
    client = world.browser()
    page = client.post("/order", {"step": "first", "words": "想理发"}, follow=True)
    assert "春季义剪" in page.content.decode()
    refused = client.post("/order", world.form(kind="haircut", words="想理发"))
    assert refused.status_code == 422
    assert "从菜单里选一项" in text_of(refused)
    assert client.post("/order", world.form(item=str(item.id))).status_code == 303


def test_a_city_asks_for_the_station_first(world: World, settings: Any) -> None:
    world.district.city.slug = settings.DIANDAN_PLACE = "nanjing"
    world.district.city.save()
    client = Client()
    assert "先选您所在的社区" in text_of(client.get("/"))
    assert client.get("/menu").status_code == 422
    client.post("/site", {"place": world.station.id})
    assert "您需要什么帮助" in text_of(client.get("/"))
    page = client.post("/order", {"step": "first", "words": "水管漏水"}, follow=True)
    assert 'value="plumbing" checked' in page.content.decode()


def test_nonsense_is_refused_in_words(world: World) -> None:
    client = world.browser()
    for change in (
        {"place": "x"},
        {"place": "9" * 40},
        {"kind": "nothing", "words": ""},
        {"day": "soon"},
        {"urgency": "very"},
        {"people_count": "many"},
        {"item": "zzz", "day": "on"},
    ):
        page = client.post("/order", world.form(**change))
        assert page.status_code in (303, 422), change
    assert client.get("/r/nothing%00").status_code == 404
    assert client.get("/site", {"q": "\x00", "in": "\x00", "site": "\x00"}).status_code == 422
    assert client.get("/menu", {"page": "x", "season": "x", "q": "\x00"}).status_code == 422


def at_once(*acts: Any) -> list[Any]:
    """Run the acts in threads that start together, each on a connection of its own."""
    gate = Barrier(len(acts))

    def run(act: Any) -> Any:
        gate.wait()
        try:
            return act()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return [job.result() for job in [pool.submit(run, act) for act in acts]]


def test_a_double_click_is_one_order(world: World) -> None:
    clients = [world.browser() for _turn in range(2)]
    pages = at_once(*[lambda c=c: c.post("/order", world.form()) for c in clients])
    assert [page.status_code for page in pages] == [303, 303]
    assert pages[0]["Location"] == pages[1]["Location"]
    assert Request.objects.count() == 1


def test_two_cannot_have_the_last_seat(world: World) -> None:
    event = make.item(
        world.station, world.haircut, "义剪日", joinable=True, seats=1, starts_at=AT + timedelta(2)
    )
    forms = [world.form(item=str(event.id), form_key=key) for key in "ab"]
    clients = [world.browser() for _turn in range(2)]
    pages = at_once(
        *[lambda c=c, f=f: c.post("/order", f) for c, f in zip(clients, forms, strict=True)]
    )
    assert sorted(page.status_code for page in pages) == [303, 422]
    assert Request.objects.count() == 1


def test_the_second_screen_has_an_address_to_come_back_to(world: World) -> None:
    client = world.browser()
    page = client.post("/order", {"step": "first", "words": "想理发"})
    assert page.status_code == 303
    assert "理发" not in page["Location"]
    for _again in range(2):
        assert 'value="haircut" checked' in client.get(page["Location"]).content.decode()
    assert client.post("/order", world.form()).status_code == 303
    assert client.get(page["Location"]).status_code == 200  # the browser's Back from the end
    assert "想理发" not in client.get(page["Location"]).content.decode()
