"""A stopped outside hotline leaves a visible queue that drains by itself; nothing is sent twice."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from threading import Thread
from typing import Any

import httpx
import pytest
from django.db import connection

from diandan.ground.people.models import Role
from diandan.kit.refusal import Refusal
from diandan.path.ask.models import Channel, Request
from diandan.path.ask.states import RequestState
from diandan.path.assess import queries
from diandan.path.assess.actions.hotline import drain, queue_case, receive, take_back
from diandan.path.assess.adapters import (
    FileHotline,
    HotlineDown,
    HotlineRejected,
    HttpHotline,
    hotline,
)
from diandan.path.assess.models import HotlineCase
from tests import factories as make

State = HotlineCase.State


class Outside:
    """An outside system that can stop, and counts what arrives under each key."""

    def __init__(self) -> None:
        self.is_down = False
        self.refuses: set[str] = set()
        self.came: Counter[str] = Counter()
        self.told: dict[str, Mapping[str, Any]] = {}

    def send(self, key: str, case: Mapping[str, Any]) -> str:
        if self.is_down:
            raise HotlineDown("connection refused")
        if key in self.refuses:
            raise HotlineRejected("HTTP 422: no district")
        self.came[key] += 1
        self.told[key] = case
        return f"12345-{len(self.came)}"


def queued(there: make.District, at: datetime, n: int = 1) -> list[HotlineCase]:
    kind = make.kind(there.centre)
    _clerk, by = make.staff(Role.DISPATCHER, there.centre)
    rows = [make.request(there.station, kind, state=RequestState.TAKEN_UP) for _ in range(n)]
    return [queue_case(row, reason="属地外", by=by, at=at) for row in rows]


@pytest.mark.django_db
def test_a_stopped_system_leaves_a_queue_that_drains_by_itself(at: datetime) -> None:
    there = make.district()
    cases = queued(there, at, 3)
    outside = Outside()
    outside.is_down = True
    done = drain(at=at, adapter=outside)
    assert (done.sent, done.is_down, done.waiting) == (0, True, 3)
    shown = queries.hotline_queue(there.centre)
    assert (shown.waiting, shown.failing, shown.last_error) == (3, 1, "connection refused")
    assert shown.oldest_at == at
    # Tries go on while it is down; nothing is lost and nothing is sent.
    for minute in range(1, 30):
        drain(at=at + timedelta(minutes=minute), adapter=outside)
    assert outside.came == Counter()
    outside.is_down = False
    later = at + timedelta(hours=2)
    assert drain(at=later, adapter=outside).sent == 3
    assert drain(at=later, adapter=outside).sent == 0
    assert outside.came == Counter({str(case.id): 1 for case in cases})
    assert queries.hotline_queue(there.centre).waiting == 0
    case = HotlineCase.objects.get(id=cases[0].id)
    assert (case.state, case.last_error, case.sent_at) == (State.SENT, "", later)
    assert case.outside_number.startswith("12345-")


@pytest.mark.django_db
def test_one_refused_case_lets_the_others_by(at: datetime) -> None:
    there = make.district()
    cases = queued(there, at, 2)
    outside = Outside()
    outside.refuses.add(str(cases[0].id))
    done = drain(at=at, adapter=outside)
    assert (done.sent, done.rejected, done.waiting, done.is_down) == (1, 1, 1, False)
    assert queries.hotline_queue(there.centre).last_error == "HTTP 422: no district"
    again = HotlineCase.objects.get(id=cases[0].id).again_at
    assert again == at + timedelta(minutes=1)


@pytest.mark.django_db
def test_the_hotline_is_told_the_need_and_not_the_person(at: datetime) -> None:
    there = make.district()
    (case,) = queued(there, at)
    outside = Outside()
    drain(at=at, adapter=outside)
    told = outside.told[str(case.id)]
    assert told["words"] == case.request.words
    assert told["place"] == "上元社区新时代文明实践站"
    assert "张" not in json.dumps(told, ensure_ascii=False)


@pytest.mark.django_db(transaction=True)
def test_two_workers_send_each_case_once(at: datetime) -> None:
    queued(make.district(), at, 12)
    outside = Outside()

    def work() -> None:
        try:
            drain(at=at, adapter=outside)
        finally:
            connection.close()

    workers = [Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(outside.came.values()) == [1] * 12
    assert HotlineCase.objects.filter(state=State.SENT).count() == 12


@pytest.mark.django_db
def test_a_case_comes_back_solved_or_to_be_done_here(at: datetime) -> None:
    there = make.district()
    solved, unsolved, unsent = queued(there, at, 3)
    _clerk, by = make.staff(Role.DISPATCHER, there.centre)
    drain(at=at, adapter=Outside(), limit=2)
    for case in (solved, unsolved, unsent):
        case.refresh_from_db()
    with pytest.raises(Refusal, match="never_sent"):
        take_back(unsent, outcome="好了", is_solved=True, by=by, at=at)
    with pytest.raises(Refusal, match="outcome_missing"):
        take_back(solved, outcome=" ", is_solved=True, by=by, at=at)
    take_back(solved, outcome="已修好", is_solved=True, by=by, at=at)
    take_back(unsolved, outcome="不归他们", is_solved=False, by=by, at=at)
    take_back(unsent, outcome="自己办", is_solved=False, by=by, at=at)
    states = [Request.objects.get(id=c.request_id).state for c in (solved, unsolved, unsent)]
    assert states == [RequestState.SERVED, RequestState.TAKEN_UP, RequestState.TAKEN_UP]
    outside = Outside()
    drain(at=at + timedelta(days=1), adapter=outside)
    assert outside.came == Counter()


@pytest.mark.django_db
def test_a_hotline_case_comes_in_once(at: datetime) -> None:
    there = make.district()
    _clerk, by = make.staff(Role.DISPATCHER, there.centre)
    kind = make.kind(there.centre)
    request = make.request(there.station, kind, channel=Channel.HOTLINE)
    receive(request=request, outside_number=" GD 2026 1 ", by=by, at=at)
    found = queries.received("GD20261")
    assert found is not None
    assert found.request == request
    with pytest.raises(Refusal, match="received_before") as no:
        receive(request=make.request(there.station, kind), outside_number="GD20261", by=by, at=at)
    assert no.value.more["number"] == request.number


@pytest.mark.django_db
def test_a_mediation_is_not_handed_out(at: datetime) -> None:
    there = make.district()
    _clerk, by = make.staff(Role.DISPATCHER, there.centre)
    request = make.request(there.station, make.kind(there.centre), is_private=True)
    with pytest.raises(Refusal, match="private_stays"):
        queue_case(request, reason="转", by=by, at=at)


def test_the_folder_keeps_one_file_a_case(tmp_path: Path) -> None:
    outside = FileHotline(tmp_path / "hotline")
    for _twice in range(2):
        outside.send("k1", {"words": "漏水"})
    (file,) = (tmp_path / "hotline").iterdir()
    assert json.loads(file.read_text(encoding="utf-8")) == {"key": "k1", "words": "漏水"}


def test_a_folder_that_cannot_be_written_is_a_stopped_system(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    with pytest.raises(HotlineDown):
        FileHotline(blocked / "hotline").send("k1", {})


@pytest.mark.parametrize(
    ("status", "trouble"),
    [(500, HotlineDown), (503, HotlineDown), (429, HotlineDown), (422, HotlineRejected)],
)
def test_http_trouble_is_told_apart(status: int, trouble: type[Exception]) -> None:
    transport = httpx.MockTransport(lambda _request: httpx.Response(status, text="no"))
    with pytest.raises(trouble):
        HttpHotline("http://hotline.test/cases", transport).send("k1", {})


def test_http_carries_the_key_and_brings_the_number() -> None:
    seen: list[httpx.Request] = []

    def take(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(201, json={"number": 7788})

    outside = HttpHotline("http://hotline.test/cases", httpx.MockTransport(take))
    assert outside.send("k1", {"words": "漏水"}) == "7788"
    assert seen[0].headers["Idempotency-Key"] == "k1"
    assert json.loads(seen[0].content) == {"key": "k1", "words": "漏水"}


def test_a_dead_address_is_a_stopped_system() -> None:
    with pytest.raises(HotlineDown):
        HttpHotline("http://127.0.0.1:9/cases").send("k1", {})


def test_the_environment_chooses(settings: Any) -> None:
    settings.DIANDAN_HOTLINE_URL = ""
    assert isinstance(hotline(), FileHotline)
    settings.DIANDAN_HOTLINE_URL = "http://hotline.test"
    assert isinstance(hotline(), HttpHotline)
