"""Bad input, case by case: what comes after placing. Each has its code, and leaves nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction
from django.test import Client, override_settings

from diandan.ground.people.models import Person, Role
from diandan.path.dispatch.models import Offer
from diandan.path.engage.models import Task
from tests.web.routes import fingerprint
from tests.web.street_world import Streets, browser

pytestmark = pytest.mark.django_db
NO_ID = "00000000-0000-4000-8000-000000000000"


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[Streets]:
    here = override_settings(DIANDAN_PLACE="jiangning")
    with here, django_db_blocker.unblock(), transaction.atomic():
        yield Streets()
        transaction.set_rollback(True)


# who, address ({name} is an id of street 甲, {life} a request's, job_{life} a job's), body, answer
BAD: dict[str, tuple[str, str, dict[str, Any], int, str]] = {
    "unknown verb": ("resident", "requests/{going}/explode", {}, 404, "unknown_verb"),
    "unknown step": ("volunteer", "tasks/{task_id}/dance", {}, 404, "unknown_step"),
    "unknown address": ("resident", "nonsense", {}, 404, "no_such_address"),
    "no such order": ("resident", f"requests/{NO_ID}/withdraw", {}, 404, "not_found"),
    "an id that is none": ("resident", "requests/abc/withdraw", {}, 404, "no_such_address"),
    "verb not now": ("total", "requests/{returned}/take_up", {}, 409, "not_now"),
    "refuse without reason": ("total", "requests/{placed}/refuse", {"reason": " "}, 422, "reason_missing"),
    "return without reason": ("total", "requests/{placed}/return_order", {}, 422, "reason_missing"),
    "a reason too long": ("total", "requests/{placed}/refuse", {"reason": "长" * 301}, 422, "reason_long"),
    "somebody else's order": ("volunteer", "requests/{placed}/withdraw", {}, 404, "not_found"),
    "empty message": ("resident", "requests/{placed}/messages", {"text": " "}, 422, "words_empty"),
    "kind changed too late": ("resident", "requests/{going}/rekind", {"kind": "haircut"}, 409, "not_now"),
    "into another door's kind": ("resident", "requests/{placed}/rekind", {"kind": "mediation"}, 422, "other_door"),
    "rate before service": ("resident", "requests/{going}/rate", {"score": 5}, 409, "not_now"),
    "rate twice": ("resident", "requests/{served}/rate", {"score": 5}, 409, "not_now"),
    "rate without score": ("resident", "requests/{served}/rate", {}, 422, "bad_shape"),
    "rate in words": ("resident", "requests/{served}/rate", {"score": "好"}, 422, "bad_shape"),
    "rate somebody else's": ("leader", "requests/{served}/rate", {"score": 5}, 404, "not_found"),
    "expert gives six": ("expert", "requests/{served}/rate_as_expert", {"score": 6}, 422, "score"),
    "expert gives none": ("expert", "requests/{served}/rate_as_expert", {"score": 0}, 422, "score"),
    "dispute empty": ("resident", "requests/{served}/dispute", {"text": ""}, 422, "reason_missing"),
    "reopen what waits": ("resident", "requests/{placed}/reopen", {}, 409, "not_now"),
    "merge one gone": ("total", "requests/{placed}/arrange", {"others": [NO_ID]}, 409, "not_now"),
    "split what is alone": ("total", "requests/{offered}/unarrange", {}, 409, "last_request"),
    "decline without reason": ("leader", "offers/{offer_id}/decline", {}, 422, "reason_missing"),
    "decline for a reason unknown": ("leader", "offers/{offer_id}/decline", {"reason": "lazy"}, 422, "reason_missing"),
    "accept as a member": ("volunteer", "offers/{offer_id}/accept", {}, 403, "forbidden"),
    "job of another team": ("other", "jobs/{job_going}/give_up", {}, 404, "not_found"),
    "allocate nobody": ("leader", "jobs/{job_going}/allocate", {"person_ids": []}, 422, "nobody_chosen"),
    "allocate a stranger": ("leader", "jobs/{job_going}/allocate", {"person_ids": [NO_ID]}, 422, "not_member"),
    "offer to a team unknown": ("total", "jobs/{job_offered}/offer", {"team_ids": [NO_ID]}, 422, "unknown_team"),
    "offer to who was asked": ("total", "jobs/{job_offered}/offer", {"team_ids": ["{team_id}"]}, 422, "asked_before"),
    "check-in with a wrong code": ("volunteer", "tasks/{task_id}/check_in", {"code": "000"}, 422, "wrong_code"),
    "check-out before check-in": ("volunteer", "tasks/{task_id}/check_out", {}, 409, "not_in"),
    "hand on to nobody": ("volunteer", "tasks/{task_id}/hand_on", {}, 422, "nobody_chosen"),
    "hand on to a stranger": ("volunteer", "tasks/{task_id}/hand_on", {"to": NO_ID}, 422, "not_member"),
    "empty incident": ("volunteer", "tasks/{task_id}/incident", {"text": " "}, 422, "words_empty"),
    "finish before anybody came": ("leader", "jobs/{job_going}/finish", {}, 409, "not_now"),
    "whistle no unit": ("dispatcher", "requests/{placed}/whistle",
        {"unit_ids": [], "question": "谁管", "due_at": "2099-01-01T00:00:00+08:00"}, 422, "nobody_asked"),
    "whistle for yesterday": ("dispatcher", "requests/{placed}/whistle",
        {"unit_ids": ["{place_id}"], "question": "谁管", "due_at": "2020-01-01T00:00:00+08:00"}, 422, "due_past"),
    "settle with nothing said": ("callback_staff", "follow-ups/{follow_up_id}/settle", {"text": ""}, 422, "words_empty"),
    "solved before it was sent": ("total", "hotline/{case_id}/outcome",
        {"outcome": "好了", "solved": True}, 409, "never_sent"),
    "an outcome of nothing": ("total", "hotline/{case_id}/outcome",
        {"outcome": " ", "solved": False}, 422, "outcome_missing"),
}  # fmt: skip


def client_of(world: Streets, who: str) -> Client:
    if who == "total":
        return browser(Person.objects.get(id=world.dispatcher.person_id))
    return browser(world.two.people["leader"] if who == "other" else world.one.people[who])


def names(world: Streets) -> dict[str, Any]:
    one = world.one
    lives = {life: row.id for life, row in one.requests.items()}
    jobs = {f"job_{life}": job.id for life, job in one.jobs.items()}
    return {**one.objects, **lives, **jobs}


def filled(body: Any, known: dict[str, Any]) -> Any:
    if isinstance(body, dict):
        return {k: filled(v, known) for k, v in body.items()}
    if isinstance(body, list):
        return [filled(v, known) for v in body]
    if isinstance(body, str) and body.startswith("{"):
        value = known[body.strip("{}")]
        return value if isinstance(value, int) else str(value)
    return body


def post(client: Client, address: str, body: Any) -> Any:
    key = {"Idempotency-Key": uuid4().hex}
    return client.post(f"/api/v1/{address}", body, content_type="application/json", headers=key)


@pytest.mark.parametrize("case", BAD)
def test_later(world: Streets, case: str) -> None:
    who, address, body, status, code = BAD[case]
    known = names(world)
    client = client_of(world, who)
    before = fingerprint()
    answer = post(client, address.format(**known), filled(body, known))
    said = answer.json()
    assert (answer.status_code, said.get("code")) == (status, code)
    assert any("\u4e00" <= c <= "\u9fff" for c in said["title"]), said
    after = fingerprint()
    if code == "wrong_code":  # a wrong guess stays counted, and nothing else changes
        assert after.pop("task") != before.pop("task")
    assert after == before


@pytest.mark.parametrize("state", ["expired", "recalled", "taken", "declined"])
def test_an_offer_that_is_over(world: Streets, state: str) -> None:
    offer = Offer.objects.get(id=world.one.objects["offer_id"])
    Offer.objects.filter(id=offer.id).update(state=state)
    client, before = client_of(world, "leader"), fingerprint()
    answer = post(client, f"offers/{offer.id}/accept", {})
    assert answer.status_code == 409
    assert answer.json()["code"] == ("taken" if state == "taken" else "offer_over")
    again = post(client, f"offers/{offer.id}/decline", {"reason": "busy"})
    assert (again.status_code, again.json()["code"]) == (409, "answered_before")
    assert fingerprint() == before


def test_methods_not_allowed(world: Streets) -> None:
    client, before = client_of(world, "resident"), fingerprint()
    for method in ("put", "patch", "delete"):
        answer = getattr(client, method)("/api/v1/requests")
        assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")
    assert fingerprint() == before


def test_a_null_character_on_a_page(world: Streets) -> None:
    client, row = client_of(world, "resident"), world.one.requests["placed"]
    before = fingerprint()
    answer = client.post(f"/requests/{row.id}", {"verb": "withdraw", "text": "不\x00要"})
    assert answer.status_code == 422
    assert "控制字符" in answer.content.decode()
    assert client.get("/menu", {"q": "\x00"}).status_code == 422
    assert fingerprint() == before


def test_a_page_form_sent_twice_is_one_act(world: Streets) -> None:
    client, row = client_of(world, "resident"), world.one.requests["placed"]
    form = {"verb": "say", "text": "三点后在家", "form_key": "11111111-1111-4111-8111-111111111111"}
    assert client.post(f"/requests/{row.id}", form).status_code == 303
    before = fingerprint()
    assert client.post(f"/requests/{row.id}", form).status_code == 303
    assert fingerprint() == before


def test_a_page_without_its_csrf_token(world: Streets) -> None:
    careful = Client(enforce_csrf_checks=True)
    careful.cookies = client_of(world, "resident").cookies
    before = fingerprint()
    row = world.one.requests["placed"]
    assert careful.post(f"/requests/{row.id}", {"verb": "withdraw"}).status_code == 403
    assert fingerprint() == before


def test_an_only_leader_cannot_just_leave(world: Streets) -> None:
    client, before = client_of(world, "leader"), fingerprint()
    answer = client.post(f"/v/teams/{world.one.objects['team_id']}/leave", {})
    assert answer.status_code == 409
    assert fingerprint() == before


def test_nobody_gives_herself_a_role(world: Streets) -> None:
    person = world.one.people[Role.STATION_STAFF]
    client, before = browser(person), fingerprint()
    form = {"role": "admin", "place": str(world.one.institute.id)}
    assert client.post(f"/desk/settings/people/{person.id}", form).status_code == 403
    assert fingerprint() == before
    assert Task.objects.filter(person=person).count() == 0
