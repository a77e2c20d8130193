"""点单一生,全程经接口: placed, taken up, arranged, offered, accepted, served and rated by keys alone."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from diandan.flow import worker
from diandan.ground.people.queries import person
from diandan.kit import clock
from diandan.path.ask.models import Channel, Request
from diandan.path.grade.models import Rating
from tests.web.api_world import Caller, caller, no, ok
from tests.web.street_world import Streets

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(settings: Any) -> Streets:
    settings.DIANDAN_PLACE = "jiangning"
    return Streets()


def until_job(desk: Caller, row: str) -> dict[str, Any]:
    """The house's own steps, then the order as its desk sees it."""
    worker.run_once(clock.now())
    found: dict[str, Any] = ok(desk.get(f"/requests/{row}"))
    return found


def test_an_order_lives_its_whole_life_over_the_api(world: Streets) -> None:
    street = world.one
    assert world.dispatcher.person_id is not None
    resident = caller(street.people["resident"], "order", "read")
    desk = caller(person(world.dispatcher.person_id), "desk", "dispatch")
    leader = caller(street.people["leader"], "serve")
    mate = caller(street.people["volunteer"], "serve")

    wish = {"words": "想请人理发", "place": street.station.id, "kind": "haircut", "door": "3幢1"}
    placed = ok(resident.post("/requests", wish, key="one-order"))
    row = placed["id"]
    assert ok(resident.post("/requests", wish, key="one-order")) == placed
    assert placed["state"] == "placed"

    seen = ok(desk.get(f"/requests/{row}"))
    assert "take_up" in seen["ways"]
    assert seen["requester"] != street.name
    ok(desk.post(f"/requests/{row}/take_up"))
    arranged = ok(desk.post(f"/requests/{row}/arrange", {"headcount": 1, "minutes": 40}))
    assert arranged["state"] == "arranged"
    job = ok(desk.get(f"/requests/{row}"))["job"]
    shown = ok(desk.get(f"/jobs/{job}"))
    if "pass_review" in shown["ways"]:
        ok(desk.post(f"/jobs/{job}/pass_review"))
    ranked = ok(desk.get(f"/jobs/{job}/candidates"))
    team = str(street.team.id if street.team else "")
    assert team in {r["team"]["id"] for r in ranked}
    ok(desk.post(f"/jobs/{job}/offer", {"team_ids": [team], "overruled": "离得近"}))

    asked = ok(leader.get("/offers"))["asked"]
    offer = next(o["id"] for o in asked if o["state"] == "open" and o["id"] in open_of(desk, job))
    accepted = ok(leader.post(f"/offers/{offer}/accept"))
    assert accepted["job"] == job
    led = ok(leader.get(f"/jobs/{job}/led"))
    who = str(street.people["volunteer"].id)
    assert who in {m["id"] for m in led["members"]}
    start = clock.now() + timedelta(minutes=20)
    hour = {"starts_at": start.isoformat(), "ends_at": (start + timedelta(hours=1)).isoformat()}
    agreed = leader.post(f"/jobs/{job}/agree-time", hour)
    if agreed.status_code == 422:  # the night hours are no hours for a visit
        assert agreed.json()["field"] in ("starts_at", "ends_at")
    ok(leader.post(f"/jobs/{job}/allocate", {"person_ids": [who]}))
    ok(leader.post(f"/jobs/{job}/messages", {"text": "我们一会儿到"}))

    visit(mate, resident, job, row)
    served = until_job(desk, row)
    assert served["state"] == "served"
    own = ok(resident.get(f"/requests/{row}"))
    assert [w["text"] for w in own["said"]] == ["我们一会儿到"]
    assert "rate" in own["ways"]
    ok(resident.post(f"/requests/{row}/rate", {"score": 5, "text": "很好"}))
    assert ok(resident.get(f"/requests/{row}"))["state"] == "rated"

    kept = Request.objects.get(id=row)
    assert kept.channel == Channel.API
    rating = Rating.objects.get(request=kept)
    assert (rating.score, rating.channel) == (5, "api")


def visit(mate: Caller, resident: Caller, job: str, row: str) -> None:
    """The volunteer goes: no door before she stands there with the code of who asked."""
    task = next(t["id"] for t in ok(mate.get("/tasks")) if t["job"] == job)
    assert all(s["door"] == "" for s in ok(mate.get(f"/tasks/{task}"))["stops"])
    ok(mate.post(f"/tasks/{task}/confirm"))
    ok(mate.post(f"/tasks/{task}/set_out"))
    no(mate.post(f"/tasks/{task}/check_in", {"code": "wrong"}), 422, "wrong_code")
    code = ok(resident.get(f"/requests/{row}"))["serve_code"]
    ok(mate.post(f"/tasks/{task}/check_in", {"code": code}))
    assert ok(mate.get(f"/tasks/{task}"))["stops"][0]["door"] == "3幢1"
    ok(mate.post(f"/tasks/{task}/check_out", {"note": "剪好了"}))


def open_of(desk: Caller, job: str) -> set[str]:
    """The open offers of a job, as its desk sees them."""
    return {o["id"] for o in ok(desk.get(f"/jobs/{job}"))["offers"] if o["state"] == "open"}
