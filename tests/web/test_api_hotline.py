"""外部热线: a partner brings cases under its own number, hears where they stand and how they end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest

from diandan.flow import worker
from diandan.flow.conductor import do_request
from diandan.ground.people.actor import SYSTEM, Actor
from diandan.ground.people.models import Role
from diandan.kit import clock
from diandan.path.ask.models import Channel, Request
from diandan.path.assess.actions.hotline import drain
from diandan.path.assess.actions.partner import make_partner, revoke_partner
from diandan.path.assess.adapters import HotlineDown
from diandan.path.assess.models import HotlineCase, HotlineReport
from diandan.path.assess.queries import hotline_queue
from tests import factories as make
from tests.web.api_world import Caller, caller, no, ok
from tests.web.street_world import Street, Streets, browser

pytestmark = pytest.mark.django_db


class Outside:
    """The hotline's own machine, which can stop."""

    def __init__(self) -> None:
        self.is_down = False
        self.cases: Counter[str] = Counter()
        self.ends: dict[str, Mapping[str, Any]] = {}
        self.times: Counter[str] = Counter()

    def send(self, key: str, case: Mapping[str, Any]) -> str:
        self._knock()
        self.cases[key] += 1
        return f"12345-{len(self.cases)}"

    def report(self, key: str, outcome: Mapping[str, Any]) -> None:
        self._knock()
        self.times[key] += 1
        self.ends[key] = outcome

    def _knock(self) -> None:
        if self.is_down:
            raise HotlineDown("connection refused")


@pytest.fixture
def streets(settings: Any) -> Streets:
    settings.DIANDAN_PLACE = "jiangning"
    return Streets()


@pytest.fixture
def outside(monkeypatch: pytest.MonkeyPatch) -> Outside:
    there = Outside()
    monkeypatch.setattr(worker, "hotline", lambda: there)
    return there


def partner_of(streets: Streets) -> Caller:
    at = clock.now()
    day = at + timedelta(days=30)
    row, plain = make_partner(name="12345", centre=streets.centre, expires_at=day, by=SYSTEM, at=at)
    found = Caller(plain)
    found.row = row  # type: ignore[attr-defined]
    return found


def case(streets: Streets, **more: Any) -> dict[str, Any]:
    good = {
        "outside_number": "GD-2026-7",
        "words": "想请人上门理发",
        "place": streets.one.station.id,
        "name": "钱桂英",
        "phone": "13912340000",
        "consent_note": "电话里复述后同意",
        "kind": "haircut",
    }
    return {**good, **more}


def rest(at: datetime) -> None:
    worker.run_once(at)


def test_a_case_comes_in_once_under_its_own_number(streets: Streets) -> None:
    hotline = partner_of(streets)
    first = ok(hotline.post("/hotline", case(streets)))
    assert (first["state"], first["request_state"], first["ended"]) == ("received", "placed", False)
    row = Request.objects.get(number=first["number"])
    assert (row.channel, row.outside_number) == (Channel.HOTLINE, "GD-2026-7")
    assert row.placed_by_id is None
    before = Request.objects.count()
    # Another key, other words: the number is what counts.
    again = ok(hotline.post("/hotline", case(streets, outside_number=" GD-2026 -7", words="改")))
    assert again["id"] == first["id"]
    assert Request.objects.count() == before
    assert ok(hotline.get(f"/hotline/{first['id']}"))["number"] == first["number"]
    assert [c["id"] for c in ok(hotline.get("/hotline", outside_number="GD-2026-7"))] == [
        first["id"]
    ]
    other = ok(hotline.post("/hotline", case(streets, outside_number="GD-2026-8")))
    assert other["id"] != first["id"]


def test_what_a_partner_may_not(streets: Streets) -> None:
    hotline = partner_of(streets)
    no(hotline.post("/hotline", case(streets), key=None), 400, "key_missing")
    no(hotline.post("/hotline", case(streets, outside_number=" ")), 422, "outside_number")
    no(hotline.post("/hotline", case(streets, consent_note=" ")), 422, "consent_needed")
    no(hotline.post("/hotline", case(streets, kind="mediation")), 403, "private_stays")
    for address in ("/me", "/requests", "/requests/queue", "/jobs", "/facts", "/offers"):
        no(hotline.get(address), 403, "scope_missing")
    row = streets.one.requests["placed"].id
    no(hotline.post(f"/requests/{row}/take_up"), 403, "scope_missing")
    away = make.district()
    _row, plain = make_partner(
        name="外区",
        centre=away.centre,
        expires_at=clock.now() + timedelta(days=9),
        by=SYSTEM,
        at=clock.now(),
    )
    stranger = Caller(plain)
    assert ok(stranger.get("/hotline")) == []
    theirs = streets.one.objects["case_id"]
    no(stranger.get(f"/hotline/{theirs}"), 404, "unknown_case")
    no(stranger.post("/hotline", case(streets)), 403, "outside_your_place")
    done = {"outcome": "好了", "solved": True}
    no(stranger.post(f"/hotline/{theirs}/outcome", done), 404, "unknown_case")
    clerk = caller(streets.one.people[Role.DISPATCHER], "hotline")
    no(clerk.post("/hotline", case(streets)), 403, "partner_only")
    revoke_partner(hotline.row.id, by=SYSTEM, at=clock.now())  # type: ignore[attr-defined]
    no(hotline.get("/hotline"), 401, "bad_token")


def test_only_the_centres_administrator_makes_a_partner(streets: Streets) -> None:
    day = clock.now() + timedelta(days=9)
    for by in (streets.one.actors[Role.ADMIN], streets.dispatcher, Actor()):
        with pytest.raises(Exception, match=r"admin_only|sign_in_first"):
            make_partner(name="x", centre=streets.centre, expires_at=day, by=by, at=clock.now())


def test_the_partner_answers_what_was_handed_out(streets: Streets, outside: Outside) -> None:
    hotline, at = partner_of(streets), clock.now()
    assert drain(at=at + timedelta(hours=1), adapter=outside).sent == 2
    theirs = streets.one.objects["case_id"]
    done = {"outcome": "已上门办好", "solved": True}
    assert ok(hotline.post(f"/hotline/{theirs}/outcome", done))["state"] == "served"
    row = HotlineCase.objects.get(id=theirs)
    assert (row.state, row.outcome) == ("returned", "已上门办好")


def desk_shows(street: Street, n: int) -> None:
    """The hotline queue says in one line how many ends of this street wait to be told."""
    page = browser(street.people["center_staff"]).get("/desk/q/hotline/").content.decode()
    assert (f"还有{n}件的办理结果没有回报热线" in page) == (n > 0)
    assert ("没有回报热线" in page) == (n > 0)


def test_ends_go_back_by_themselves_after_the_hotline_was_stopped(
    streets: Streets, outside: Outside
) -> None:
    hotline, at = partner_of(streets), clock.now()
    rest(at)
    sent = HotlineCase.objects.get(id=streets.one.objects["case_id"])
    assert sent.state == "sent"
    came = ok(hotline.post("/hotline", case(streets)))
    done = {"outcome": "办好了", "solved": True}
    ok(hotline.post(f"/hotline/{sent.id}/outcome", done))
    outside.is_down = True
    resident, desk = streets.one.actors["resident"], streets.dispatcher
    do_request(sent.request_id, "rate", by=resident, at=at, score=5, text="家里的事不外传")
    received = Request.objects.get(number=came["number"])
    do_request(received.id, "refuse", by=desk, at=at, reason="不归这里", whose="住建局")
    for minute in range(5):
        rest(at + timedelta(minutes=minute))
    assert outside.ends == {}
    assert hotline_queue(streets.centre).unreported == 2
    desk_shows(streets.one, 2)
    desk_shows(streets.two, 0)
    shown = ok(hotline.get(f"/hotline/{came['id']}"))
    assert (shown["report"], shown["ended"]) == ("waiting", True)
    assert "connection refused" in {r.last_error for r in HotlineReport.objects.all()}
    outside.is_down = False
    rest(at + timedelta(hours=3))
    told = {end["state"]: end for end in outside.ends.values()}
    assert set(told) == {"rated", "refused"}
    assert (told["rated"]["score"], told["rated"]["outside_number"]) == (5, sent.outside_number)
    assert told["refused"]["outside_number"] == "GD-2026-7"
    assert told["refused"]["reason"] == "不归这里"
    assert "不外传" not in str(outside.ends)
    assert set(outside.times.values()) == {1}
    assert hotline_queue(streets.centre).unreported == 0
    desk_shows(streets.one, 0)
    assert ok(hotline.get(f"/hotline/{came['id']}"))["report"] == "sent"
    # Filing a rated order is no second news; a withdrawal of one the hotline never saw is none.
    do_request(sent.request_id, "close", by=SYSTEM, at=at)
    do_request(streets.one.requests["placed"].id, "withdraw", by=resident, at=at)
    rest(at + timedelta(hours=4))
    assert len(outside.ends) == 2
