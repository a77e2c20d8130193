"""Bad input, case by case: placing an order. Each has its code and sentence, and leaves nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction
from django.test import Client, override_settings

from diandan.ground.catalogue.models import Item
from diandan.ground.people.models import Person
from diandan.kit import clock
from diandan.path.ask.models import Request
from tests import factories as make
from tests.web.routes import fingerprint
from tests.web.street_world import Streets, browser

pytestmark = pytest.mark.django_db
ADDRESS = "/api/v1/requests"
NOW = clock.now()


def when(**ahead: float) -> str:
    return (NOW + timedelta(**ahead)).isoformat()


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[Streets]:
    """One world for the module, taken back at its end; each case is taken back by itself."""
    here = override_settings(DIANDAN_PLACE="jiangning")
    with here, django_db_blocker.unblock(), transaction.atomic():
        yield Streets()
        transaction.set_rollback(True)


def wish(world: Streets, **more: Any) -> dict[str, Any]:
    """A good order, but for what `more` says."""
    good = {"words": "厨房水管漏水", "place": world.one.station.id, "kind": "haircut"}
    return {k: v for k, v in {**good, **more}.items() if v is not None}


def proxy(**more: Any) -> dict[str, Any]:
    good = {"name": "王大妈", "how": "family", "consent_note": "当面说好"}
    return {"on_behalf": {**good, **more}}


def post(client: Client, body: Any, **headers: str) -> Any:
    raw = body if isinstance(body, str) else json.dumps(body)
    headers = {"Idempotency-Key": uuid4().hex, **headers}
    return client.post(ADDRESS, raw, content_type="application/json", headers=headers)


BAD: dict[str, tuple[dict[str, Any], int, str]] = {
    "empty": ({"words": ""}, 422, "words_empty"),
    "blanks only": ({"words": " \t\n  "}, 422, "words_empty"),
    "10,000 characters": ({"words": "水" * 10_000}, 422, "words_too_long"),
    "a whole book": ({"words": "水" * 30_000}, 422, "bad_shape"),
    "control characters": ({"words": "\x07\x08\x1b"}, 422, "words_empty"),
    "right-to-left override alone": ({"words": "\u202e\u202d"}, 422, "words_empty"),
    "punctuation alone": ({"words": "……!!"}, 422, "words_empty"),
    "null byte": ({"words": "漏\x00水"}, 422, "bad_shape"),
    "half a surrogate pair": ({"street": "漏\ud800水"}, 422, "bad_shape"),
    "nobody": ({"people_count": 0}, 422, "people_count"),
    "too many people": ({"people_count": 501}, 422, "people_count"),
    "minus one person": ({"people_count": -1}, 422, "people_count"),
    "people in words": ({"people_count": "abc"}, 422, "bad_shape"),
    "half a person": ({"people_count": 1.5}, 422, "bad_shape"),
    "a number beyond all": ({"people_count": 10**40}, 422, "people_count"),
    "past date": ({"wanted_from": when(days=-2), "wanted_until": when(days=-1)}, 422, "window_past"),
    "window backward": (
        {"wanted_from": when(days=2), "wanted_until": when(days=1)}, 422, "window_backward"),
    "window of no length": (
        {"wanted_from": when(days=2), "wanted_until": when(days=2)}, 422, "window_backward"),
    "half a window": ({"wanted_from": when(days=2)}, 422, "window_half"),
    "too far": ({"wanted_from": when(days=400), "wanted_until": when(days=401)}, 422, "window_far"),
    "a time without a zone": ({"wanted_from": "2026-12-01T10:00"}, 422, "bad_shape"),
    "no time at all": ({"wanted_from": "明天"}, 422, "bad_shape"),
    "unknown place": ({"place": 99_999_999}, 422, "unknown_place"),
    "no place": ({"place": None}, 422, "bad_shape"),
    "a place below zero": ({"place": -1}, 422, "bad_shape"),
    "a place beyond all": ({"place": 10**30}, 422, "bad_shape"),
    "unknown kind": ({"kind": "nonsense"}, 404, "unknown_kind"),
    "retired kind": ({"kind": "old"}, 404, "unknown_kind"),
    "no kind": ({"kind": ""}, 422, "kind_missing"),
    "unknown item": ({"item": "00000000-0000-4000-8000-000000000000"}, 422, "unknown_item"),
    "an item that is no id": ({"item": "abc"}, 422, "bad_shape"),
    "unknown urgency": ({"urgency": "now"}, 422, "bad_shape"),
    "a field nobody knows": ({"state": "served"}, 422, "bad_shape"),
    "a list for words": ({"words": ["漏水"]}, 422, "bad_shape"),
    "proxy without consent": (proxy(consent_note="  "), 422, "consent_needed"),
    "proxy by an unknown way": (proxy(how="telepathy"), 422, "unknown_way"),
    "proxy without a name": (proxy(name=" "), 422, "wrong_name"),
    "a name of markup": (proxy(name="<b>王</b>"), 422, "wrong_name"),
    "a name of emoji": (proxy(name="😀"), 422, "wrong_name"),
    "a name too long": (proxy(name="王" * 80), 422, "long_name"),
    "wrong phone": (proxy(phone="1380000"), 422, "wrong_phone"),
    "a phone of letters": (proxy(phone="一三八"), 422, "wrong_phone"),
    "a phone from elsewhere without its +": (proxy(phone="852 9123 4567"), 422, "wrong_phone"),
    "a landline": (proxy(phone="025-52123456"), 422, "wrong_phone"),
    "a desk's proxy by a neighbour": (proxy(how="desk"), 403, "outside_your_place"),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD)
def test_placing(world: Streets, case: str) -> None:
    more, status, code = BAD[case]
    make.kind(world.centre, "old", "旧类", retired_at=NOW)
    client = browser(world.one.people["resident"])
    before = fingerprint()
    answer = post(client, wish(world, **more))
    said = answer.json()
    assert (answer.status_code, said["code"]) == (status, code)
    assert answer["Content-Type"] == "application/problem+json"
    assert any("\u4e00" <= c <= "\u9fff" for c in said["title"]), said
    assert fingerprint() == before


GOOD = {
    "emoji only": {"words": "😀🔧"},
    "markup stays words": {"words": "<script>alert(1)</script>"},
    "SQL stays words": {"words": "'; DROP TABLE request; --"},
    "full-width digits in a phone": proxy(phone="１３８００００８８８８"),
    "a phone as people write it": proxy(phone=" 138-0000 8888 "),
    "a phone from Hong Kong": proxy(phone="+852 9123 4567"),
    "a phone from abroad": proxy(phone="+44 7400 123456"),
    "the longest words": {"words": "水" * 2000},
    "500 people": {"people_count": 500},
}


@pytest.mark.parametrize("case", GOOD)
def test_odd_but_good(world: Streets, case: str) -> None:
    client = browser(world.one.people["resident"])
    answer = post(client, wish(world, **GOOD[case]))
    assert answer.status_code == 200, answer.json()
    row = Request.objects.get(id=answer.json()["id"])
    assert row.words == GOOD[case].get("words", "厨房水管漏水")
    page = client.get(f"/requests/{row.id}").content.decode()
    assert "<script>alert" not in page


def test_a_place_of_another_centre(world: Streets) -> None:
    elsewhere = make.district()
    client, before = browser(world.one.people["resident"]), fingerprint()
    for place in (elsewhere.station.id, world.centre.id):
        answer = post(client, wish(world, place=place))
        assert (answer.status_code, answer.json()["code"]) == (422, "unknown_place")
    assert fingerprint() == before


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"state": Item.State.DRAFT}, "item_gone"),
        ({"from_on": NOW.date() + timedelta(days=40)}, "item_gone"),
        ({"until_on": NOW.date() - timedelta(days=4)}, "item_gone"),
        ({"is_paid": True}, "item_paid"),
    ],
)
def test_an_item_not_to_be_had(world: Streets, more: dict[str, Any], code: str) -> None:
    item = make.item(world.one.station, world.kind, **more)
    client, before = browser(world.one.people["resident"]), fingerprint()
    answer = post(client, wish(world, item=str(item.id)))
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert fingerprint() == before


@pytest.mark.parametrize(
    ("raw", "status", "code"),
    [("{", 400, "bad_json"), ("", 422, "bad_shape"), ("[]", 422, "bad_shape"),
     ("1", 422, "bad_shape"), ('"x"', 422, "bad_shape"), ("null", 422, "bad_shape"),
     ("{}", 422, "bad_shape"), ("x" * 7_000_000, 413, "too_big")],
)  # fmt: skip
def test_a_body_that_is_none(world: Streets, raw: str, status: int, code: str) -> None:
    client, before = browser(world.one.people["resident"]), fingerprint()
    answer = post(client, raw)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert fingerprint() == before


def test_the_same_key_is_one_order_and_another_body_a_conflict(world: Streets) -> None:
    client = browser(world.one.people["resident"])
    key = {"Idempotency-Key": "3f1c"}
    first = post(client, wish(world), **key)
    before = fingerprint()
    again = post(client, wish(world), **key)
    assert again.json() == first.json()
    assert again["Idempotency-Replayed"] == "true"
    other = post(client, wish(world, words="另一件事"), **key)
    assert (other.status_code, other.json()["code"]) == (409, "key_reused")
    bad = post(client, wish(world), **{"Idempotency-Key": "x" * 101})
    assert (bad.status_code, bad.json()["code"]) == (400, "bad_key")
    assert fingerprint() == before
    somebody = post(browser(world.two.people["resident"]), wish(world), **key)
    assert somebody.json()["id"] != first.json()["id"]


def test_a_refused_call_may_be_mended_under_the_same_key(world: Streets) -> None:
    client, key = browser(world.one.people["resident"]), {"Idempotency-Key": "mended"}
    assert post(client, wish(world, words=""), **key).status_code == 422
    assert post(client, wish(world), **key).status_code == 200


def test_who_may_not_even_ask(world: Streets) -> None:
    resident = world.one.people["resident"]
    careful = Client(enforce_csrf_checks=True)
    careful.cookies = browser(resident).cookies
    before = fingerprint()
    no_csrf = post(careful, wish(world))
    assert (no_csrf.status_code, no_csrf.json()["code"]) == (403, "csrf")
    nobody = post(Client(), wish(world))
    assert (nobody.status_code, nobody.json()["code"]) == (401, "sign_in_first")
    for value in ("Bearer dd_wrong", "Bearer", "Basic YTpi", "dd_wrong"):
        answer = post(Client(), wish(world), Authorization=value)
        assert (answer.status_code, answer.json()["code"]) == (401, "bad_token")
    assert fingerprint() == before
    frozen = browser(resident)
    Person.objects.filter(id=resident.id).update(frozen_at=NOW)
    answer = post(frozen, wish(world))
    assert (answer.status_code, answer.json()["code"]) == (403, "frozen")
