"""The mall and the ways to show who was there, over HTTP: each once, and never by who may not."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from diandan.path.fulfil.models import Attendance, LateRecord
from diandan.square.mall.models import Order, Shelf
from tests.square.mall_world import Mall
from tests.web.api_world import Caller, caller, no, ok
from tests.web.test_attending import Visit
from tests.web.volunteer_world import World, leave_code, serve_code

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def mall(at: datetime, settings: Any, still_clock: Any) -> Mall:
    del still_clock
    made = Mall(at, slug="jiangning")
    settings.DIANDAN_PLACE = "jiangning"
    made.give(made.her, 1000)
    return made


@pytest.fixture
def visit(at: datetime, still_clock: Any, settings: Any) -> Visit:
    return Visit(World(at, settings), still_clock)


def test_a_gift_is_ordered_picked_up_and_given_back(mall: Mall) -> None:
    her, counter = caller(mall.her, "order"), caller(mall.clerk, "desk")
    shown = ok(her.get("/mall"))
    assert (shown["points_free"], shown["gifts"][0]["not_now"]) == (1000, "")
    assert shown["gifts"][0]["sites"] == [
        {"place": mall.site.id, "name": mall.site.name, "free": 10}
    ]
    gift, key = f"/mall/gifts/{mall.gift.id}/order", uuid4().hex
    made = ok(her.post(gift, {"place": mall.site.id}, key))
    assert ok(her.post(gift, {"place": mall.site.id}, key)) == made, "the same key is one order"
    assert Order.objects.count() == 1
    assert ok(her.get("/mall"))["points_free"] == 200
    no(her.post("/mall/pick-up", {"code": made["code"]}), 403, "scope_missing")
    seen = ok(counter.post("/mall/pick-up", {"code": made["code"]}))
    assert (seen["gift"], seen["who"], seen["state"]) == ("保温杯", "王**", "ordered")
    done = ok(counter.post("/mall/pick-up", {"code": made["code"], "hand_out": True}))
    assert done["state"] == "handed_out"
    again = no(
        counter.post("/mall/pick-up", {"code": made["code"], "hand_out": True}),
        409,
        "used_before",
    )
    assert mall.site.name in again["title"]
    assert ok(her.get("/mall/orders"))[0]["code"] == ""
    no(counter.post(f"/mall/orders/{made['id']}/return", {"reason": " "}), 422, "reason")
    back = ok(counter.post(f"/mall/orders/{made['id']}/return", {"reason": "杯盖破了"}))
    assert back["state"] == "returned"
    assert ok(her.get("/mall"))["points_free"] == 1000
    assert Shelf.objects.get().free == 10


def test_her_order_is_hers_to_cancel(mall: Mall) -> None:
    her = caller(mall.her, "order")
    made = ok(her.post(f"/mall/gifts/{mall.gift.id}/order", {"place": mall.site.id}))
    stranger = caller(mall.another(points=900)[0], "order")
    no(stranger.post(f"/mall/orders/{made['id']}/cancel"), 404, "unknown_order")
    assert ok(her.post(f"/mall/orders/{made['id']}/cancel"))["state"] == "cancelled"
    no(her.post(f"/mall/gifts/{mall.gift.id}/order", {"place": 1}), 404, "unknown_shelf")


def test_a_scan_by_the_leader_and_one_by_who_asked(visit: Visit) -> None:
    mate = caller(visit.world.mate, "serve")
    leader, asked = (
        caller(visit.world.leader, "serve"),
        caller(visit.world.resident, "order"),
    )
    task = str(visit.task(visit.world.mate).id)
    code = ok(mate.get(f"/tasks/{task}/code"))["code"]
    no(mate.post("/scans", {"task": task, "code": code}), 404, "not_yours_to_scan")
    no(leader.post("/scans", {"task": task, "code": "000000"}), 422, "wrong_code")
    assert visit.task(visit.world.mate).wrong_codes == 0, "who scans badly does not lock her out"
    assert ok(leader.post("/scans", {"task": task, "code": code}))["state"] == "checked_in"
    visit.move(HOUR)
    code = ok(mate.get(f"/tasks/{task}/code"))["code"]
    assert ok(asked.post("/scans", {"task": task, "code": code}))["state"] == "checked_out"
    seen = visit.seen(visit.world.mate)
    assert (seen.in_proof, seen.out_proof) == ("scanned", "scanned")


def test_a_roll_call_is_proof_once_another_saw_them(visit: Visit) -> None:
    leader, asked = caller(visit.world.leader, "serve"), caller(visit.world.resident, "order")
    mate = visit.world.mate
    roll = {"tasks": [str(visit.task(mate).id)], "end": "in"}
    no(caller(mate, "serve").post(f"/jobs/{visit.job.id}/roll", roll), 404, "not_found")
    made = ok(leader.post(f"/jobs/{visit.job.id}/roll", roll))
    assert (made["may_witness"], made["lines"][0]["is_witnessed"]) == (False, False)
    assert visit.seen(mate).in_proof == "hand"
    seen = {"tasks": [made["lines"][0]["task"]]}
    no(leader.post(f"/roll-calls/{made['id']}/witness", seen), 403, "not_a_witness")
    assert ok(asked.get(f"/roll-calls/{made['id']}"))["may_witness"] is True
    told = ok(asked.post(f"/roll-calls/{made['id']}/witness", seen))
    assert told["lines"][0]["is_witnessed"] is True
    assert visit.seen(mate).in_proof == "roll_call"


def late(visit: Visit, end: str, code: str, ago: timedelta, key: str = "") -> dict[str, str]:
    return {
        "id": key or str(uuid4()),
        "task": str(visit.task(visit.world.mate).id),
        "end": end,
        "code": code,
        "phone_at": (visit.clock.at - ago).isoformat(),
    }


def send(phone: Caller, visit: Visit, *records: dict[str, str]) -> list[dict[str, Any]]:
    batch = {"sent_at": visit.clock.at.isoformat(), "records": list(records)}
    told: list[dict[str, Any]] = ok(phone.post("/late-records", batch))
    return told


def test_what_was_kept_offline_is_taken_one_by_one_and_once(visit: Visit) -> None:
    phone = caller(visit.world.mate, "serve")
    visit.move(2 * HOUR)
    comes = late(visit, "in", serve_code(visit.job), HOUR + HOUR / 2)
    wrong = late(visit, "out", serve_code(visit.job), HOUR / 2)
    leaves = late(visit, "out", leave_code(visit.job), HOUR / 2)
    strange = {**late(visit, "in", "1", HOUR), "task": str(uuid4())}
    told = send(phone, visit, comes, wrong, strange, leaves)
    assert [one["taken"] for one in told] == [True, False, False, True]
    assert "离场码" in told[1]["sentence"]
    assert told[2]["skew_seconds"] is None
    again = send(phone, visit, comes, leaves)
    assert [one["taken"] for one in again] == [True, True]
    seen = Attendance.objects.get()
    assert (seen.in_proof, seen.out_proof) == ("offline", "offline")
    assert LateRecord.objects.count() == 3, "a record of nobody's task is not written down"
    assert visit.task(visit.world.mate).wrong_codes == 1
