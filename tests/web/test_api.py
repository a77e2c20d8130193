"""The schema tells all, every verb has an operation, and a POST without its key is refused."""

from __future__ import annotations

import inspect
from copy import deepcopy
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from diandan.flow import answers, desk_acts
from diandan.flow.verbs import VERBS
from diandan.ground.people.models import Role
from diandan.path.ask.models import Request, Words
from diandan.web.api.schema import ANSWERS_ONLY
from diandan.web.api.urls import api
from tests.web.api_world import caller, no, ok
from tests.web.street_world import Streets

# A verb that is somebody's answer to an offer or a step on a task has its operation there.
ELSEWHERE = {
    ("job", "accept"): "offer_accept",
    ("job", "check_in"): "task_check_in",
    ("job", "fill"): "ask_agree",
}
# What the pages do beside the verbs, and the operations that do the same.
BESIDE = {
    "accept_offer": ["offer_accept"],
    "agree_to_ask": ["ask_agree"],
    "decline_person_ask": ["ask_decline"],
    "stand_by": ["offer_stand_by"],
    "decline_offer": ["offer_decline"],
    "task_step": [
        f"task_{step}"
        for step in (
            *("confirm", "decline", "set_out", "check_in", "check_out"),
            *("cannot_come", "hand_on"),
        )
    ],
    "tell_incident": ["task_incident"],
    "say": ["request_say"],
    "say_as_team": ["job_say", "task_say"],
    "agree_on_time": ["job_agree_time"],
    "rekind": ["request_rekind"],
    "ask_units": ["whistle_blow"],
    "answer_whistle": ["whistle_answer"],
    "call_back": ["call_back"],
    "settle_follow_up": ["follow_up_settle"],
    "settle_incident": ["incident_settle"],
    "judge_item": ["item_review"],
}


def operations() -> list[tuple[str, str, dict[str, Any]]]:
    schema = api.get_openapi_schema()
    return [
        (address, method, one)
        for address, methods in schema["paths"].items()
        for method, one in methods.items()
    ]


def shape(schema: dict[str, Any]) -> dict[str, Any]:
    parts = api.get_openapi_schema()["components"]["schemas"]
    found: dict[str, Any] = parts[schema["$ref"].rsplit("/", 1)[-1]] if "$ref" in schema else schema
    return found


def untold(one: dict[str, Any], method: str) -> list[str]:
    """What an operation leaves unsaid."""
    wrong = [] if one.get("summary") else ["no summary"]
    yes = one["responses"][200].get("content", {}).get("application/json", {}).get("schema", {})
    typed = shape(yes.get("items", yes))
    if not typed.get("properties"):
        wrong.append("no typed answer")
    noes = {s: r for s, r in one["responses"].items() if 400 <= s < 500}
    for status, said in noes.items():
        problem = said.get("content", {}).get("application/problem+json", {}).get("schema", {})
        if not said.get("description") or not shape(problem).get("properties"):
            wrong.append(f"{status} untold")
    must = {404, 422} | ({400, 409} if method == "post" else set())
    must |= {401, 403} if "security" in one else set()
    wrong += [f"no {status}" for status in sorted(must - set(noes))]
    wrong += [f"{p['name']} untold" for p in one["parameters"] if not p.get("description")]
    return wrong


@pytest.mark.parametrize("fault", ["summary", "answer", "problem", "parameter"])
def test_the_walk_sees_a_planted_fault(fault: str) -> None:
    _address, method, found = next(o for o in operations() if o[1] == "post")
    one = deepcopy(found)
    assert untold(one, method) == []
    if fault == "summary":
        one["summary"] = ""
    elif fault == "answer":
        one["responses"][200].pop("content")
    elif fault == "problem":
        one["responses"].pop(404)
    else:
        one["parameters"][0].pop("description")
    assert untold(one, method) != []


def test_every_operation_tells_its_answers_and_its_noes() -> None:
    wrong = {f"{m} {a}": untold(one, m) for a, m, one in operations()}
    assert {name: faults for name, faults in wrong.items() if faults} == {}


def test_every_field_is_told_in_chinese() -> None:
    parts = api.get_openapi_schema()["components"]["schemas"]
    bare = [
        f"{name}.{field}"
        for name, part in parts.items()
        for field, one in part.get("properties", {}).items()
        if not any("\u4e00" <= sign <= "\u9fff" for sign in one.get("description", ""))
    ]
    assert bare == []


def test_every_post_names_its_idempotency_key() -> None:
    for address, method, one in operations():
        named = {p["name"] for p in one["parameters"] if p["in"] == "header" and p["required"]}
        wanted = method == "post" and address.rsplit("/", 1)[-1] not in ANSWERS_ONLY
        assert ("Idempotency-Key" in named) == wanted, address


def names() -> set[str]:
    found = set()
    for _prefix, router in api._routers:
        for view in router.path_operations.values():
            found |= {str(o.url_name) for o in view.operations if o.include_in_schema}
    return found


def test_every_verb_has_an_operation() -> None:
    wanted = {ELSEWHERE.get(key, "_".join(key)) for key in VERBS}
    assert wanted - names() == set()


def test_everything_else_a_page_does_to_an_order_has_an_operation() -> None:
    acts = {
        name
        for room in (answers, desk_acts)
        for name, one in inspect.getmembers(room, inspect.isfunction)
        if one.__module__ == room.__name__ and not name.startswith("_")
    }
    assert acts == set(BESIDE), "an act of flow needs an operation, named here"
    assert {n for ops in BESIDE.values() for n in ops} - names() == set()


@pytest.mark.django_db
def test_the_schema_and_the_page_about_it_are_open() -> None:
    client = Client()
    assert client.get("/api/v1/openapi.json").json()["openapi"].startswith("3.")
    page = client.get("/api/v1/docs")
    said = page.content.decode()
    assert page.status_code == 200
    assert "约时间" in said
    assert "承诺在此之前答复" in said


@pytest.fixture
def streets(settings: Any) -> Streets:
    settings.DIANDAN_PLACE = "jiangning"
    return Streets()


@pytest.mark.django_db
def test_a_post_carries_a_key_and_a_repeat_is_one_act(streets: Streets) -> None:
    me = caller(streets.one.people["resident"], "order", "read")
    wish = {"words": "窗户坏了", "place": streets.one.station.id, "kind": "haircut"}
    before = Request.objects.count()
    told = no(me.post("/requests", wish, key=None), 400, "key_missing")
    assert told["field"] == "Idempotency-Key"
    no(me.post("/requests", wish, key="字"), 400, "bad_key")
    assert Request.objects.count() == before
    first = me.post("/requests", wish, key="k1")
    again = me.post("/requests", wish, key="k1")
    assert ok(again) == ok(first)
    assert again["Idempotency-Replayed"] == "true"
    assert Request.objects.count() == before + 1
    no(me.post("/requests", {**wish, "words": "门也坏了"}, key="k1"), 409, "key_reused")
    row = ok(first)["id"]
    no(me.post(f"/requests/{row}/withdraw", {}, key="k1"), 409, "key_reused")
    assert Request.objects.count() == before + 1
    # Somebody else's same key is her own; a refused call may be tried again under its key.
    other = caller(streets.two.people["resident"], "order")
    ok(other.post("/requests", {**wish, "place": streets.two.station.id}, key="k1"))
    no(me.post("/requests", {**wish, "words": " "}, key="k2"), 422, "words_empty")
    ok(me.post("/requests", wish, key="k3"))


@pytest.mark.django_db
def test_without_a_key_one_is_first_told_to_sign_in_and_reading_needs_none(
    streets: Streets,
) -> None:
    stranger = Client().post("/api/v1/requests", {}, content_type="application/json")
    no(stranger, 401, "sign_in_first")
    propose = {"words": "想理发"}
    answer = Client().post("/api/v1/propose", propose, content_type="application/json")
    assert "why" in ok(answer)
    me = caller(streets.one.people["resident"], "read")
    ok(me.get("/requests"))
    wrong = me.post("/me", {}, key=None)
    no(wrong, 405, "method_not_allowed")


@pytest.mark.django_db
def test_a_team_agrees_the_hour_and_writes_over_the_api(streets: Streets) -> None:
    one = streets.one
    job = one.jobs["going"]
    lead = caller(one.people["leader"], "serve")
    window = {"starts_at": "2099-03-05T09:00:00+08:00", "ends_at": "2099-03-05T10:00:00+08:00"}
    no(lead.post(f"/jobs/{job.id}/agree-time", {"starts_at": "soon"}), 422, "bad_shape")
    near = streets.at.replace(microsecond=0)
    window = {
        "starts_at": near.replace(year=near.year + 1).isoformat(),
        "ends_at": near.replace(year=near.year + 1, hour=23, minute=59).isoformat(),
    }
    answer = lead.post(f"/jobs/{job.id}/agree-time", window)
    if answer.status_code != 200:  # a window too far ahead is a no with a sentence
        assert answer.json()["field"] in ("starts_at", "ends_at")
    ok(lead.post(f"/jobs/{job.id}/messages", {"text": "十点到"}))
    mate = caller(one.people["volunteer"], "serve")
    task = one.objects["task_id"]
    no(mate.post(f"/tasks/{task}/messages", {"text": "我带工具"}), 403, "forbidden")
    ok(mate.post(f"/tasks/{task}/confirm"))
    ok(mate.post(f"/tasks/{task}/messages", {"text": "我带工具"}))
    said = list(Words.objects.filter(request=one.requests["going"]).order_by("at"))
    assert [w.text for w in said] == ["十点到", "我带工具"]
    assert {w.team_id for w in said} == {one.team.id if one.team else None}
    shown = ok(lead.get(f"/jobs/{job.id}/led"))["talks"]
    assert [w["text"] for w in shown[0]["said"]] == ["十点到", "我带工具"]
    stranger = caller(streets.two.people["leader"], "serve")
    no(stranger.post(f"/jobs/{job.id}/messages", {"text": "x"}), 404, "not_found")
    no(stranger.post(f"/jobs/{job.id}/agree-time", window), 404, "not_found")


@pytest.mark.django_db
def test_a_desk_settles_an_incident_and_reviews_an_item(streets: Streets) -> None:
    one = streets.one
    desk = caller(one.people[Role.STATION_STAFF], "desk")
    incident = one.objects["incident_id"]
    ok(desk.post(f"/incidents/{incident}/settle", {"text": "已处理"}))
    no(desk.post(f"/incidents/{uuid4()}/settle", {"text": "已处理"}), 404, "not_found")
    far = caller(streets.two.people[Role.STATION_STAFF], "desk")
    item = one.objects["item_id"]
    assert far.post(f"/items/{item}/review", {"good": True}).status_code in (403, 404)
    assert reverse("api:item_review", args=[item]) == f"/api/v1/items/{item}/review"


@pytest.mark.django_db
def test_wrong_codes_are_counted_over_the_api_too(streets: Streets) -> None:
    one = streets.one
    mate = caller(one.people["volunteer"], "serve")
    task = one.objects["task_id"]
    ok(mate.post(f"/tasks/{task}/confirm"))
    told = [mate.post(f"/tasks/{task}/check_in", {"code": "000001"}).json() for _ in range(12)]
    assert told[0]["code"] == "wrong_code"
    assert told[-1]["code"] != "wrong_code", "one could guess for ever"
