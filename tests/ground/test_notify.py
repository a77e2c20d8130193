"""消息: told once, at a decent hour, sealed; sent once, tried again, and seen to have failed."""

from __future__ import annotations

import io
from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from django.db import connection, transaction

from diandan.ground.notify.actions.read import read, send_again
from diandan.ground.notify.actions.send import send_due
from diandan.ground.notify.actions.tell import tell, tell_code
from diandan.ground.notify.adapters.base import Adapter, NotSent, Parcel
from diandan.ground.notify.adapters.local import ConsoleAdapter, FileAdapter
from diandan.ground.notify.core import TRIES_MAX, after_quiet, next_digest
from diandan.ground.notify.models import Delivery, Message
from diandan.ground.notify.queries import inbox, outbox_counts, outbox_rows, unread
from diandan.ground.people.actor import SYSTEM, Actor
from diandan.ground.people.models import Person
from diandan.kit.refusal import Refusal
from tests import factories

State = Delivery.State


class Remembering:
    """An adapter of the test's own: keeps what it got, and fails as told."""

    def __init__(self, *troubles: Exception, can_tell: bool | None = None) -> None:
        self.got: list[Parcel] = []
        self.troubles = list(troubles)
        self.can_tell = can_tell

    def send(self, parcel: Parcel) -> str:
        self.got.append(parcel)
        if self.troubles:
            raise self.troubles.pop(0)
        return "outside-1"

    def was_sent(self, parcel: Parcel) -> bool | None:
        return self.can_tell


def say(person: Person | None, at: datetime, key: str = "k", **more: object) -> Message:
    with transaction.atomic():
        return tell(
            **{  # type: ignore[arg-type]
                "person": person,
                "kind": "request.taken_up",
                "key": key,
                "text": "正在安排",
                "at": at,
                **more,
            }
        )


def way_out(message: Message) -> Delivery:
    return message.deliveries.exclude(channel="in_app").get()


def sms(adapter: Adapter) -> Mapping[str, Adapter]:
    return {"sms": adapter}


def at_hour(hour: int, minute: int = 0) -> datetime:
    """That hour of 5 March in Shanghai."""
    return datetime(2026, 3, 5, tzinfo=UTC) + timedelta(hours=hour - 8, minutes=minute)


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (at_hour(12), at_hour(12)),
        (at_hour(21, 59), at_hour(21, 59)),
        (at_hour(22), at_hour(31)),
        (at_hour(30, 59), at_hour(31)),
        (at_hour(31), at_hour(31)),
    ],
)
def test_the_night_is_quiet(at: datetime, expected: datetime) -> None:
    assert after_quiet(at, None, None) == expected


def test_a_persons_own_quiet_hours_may_lie_in_the_day_or_not_be_at_all() -> None:
    assert after_quiet(at_hour(13), time(12), time(14)) == at_hour(14)
    assert after_quiet(at_hour(23), time(12), time(14)) == at_hour(23)
    assert after_quiet(at_hour(23), time(0), time(0)) == at_hour(23)


def test_the_digest_goes_out_at_six() -> None:
    assert next_digest(at_hour(12)) == at_hour(18)
    assert next_digest(at_hour(18)) == at_hour(42)


@pytest.mark.django_db
def test_telling_twice_is_once_and_the_text_is_sealed(at: datetime) -> None:
    who = factories.person()
    first, second = say(who, at), say(who, at)
    assert first.id == second.id
    assert Message.objects.count() == 1
    assert sorted(first.deliveries.values_list("channel", flat=True)) == ["in_app", "sms"]
    assert "正在安排".encode() not in bytes(first.sealed)
    assert b"\\u6b63" not in bytes(first.sealed)
    assert [row.text for row in inbox(who)] == ["正在安排"]


@pytest.mark.django_db(transaction=True)
def test_telling_outside_a_transaction_is_refused(at: datetime) -> None:
    with pytest.raises(RuntimeError):
        tell(person=None, phone="13800000000", kind="x", key="x", text="x", at=at)


@pytest.mark.django_db
def test_night_waits_until_seven_but_not_for_a_code_or_an_alarm() -> None:
    night = at_hour(23)
    who = factories.person()
    assert way_out(say(who, night, "a")).due_at == at_hour(31)
    assert way_out(say(who, night, "b", must_have=True)).due_at == at_hour(31)
    assert way_out(say(who, night, "c", urgent=True)).due_at == night
    with transaction.atomic():
        code = tell_code(phone="13800138000", code_id=uuid4(), text="验证码 123456", at=night)
    assert way_out(code).due_at == night


@pytest.mark.django_db
def test_a_code_goes_to_the_phone_and_leaves_nothing_behind(at: datetime) -> None:
    adapter = Remembering()
    with transaction.atomic():
        code = tell_code(phone="138 0013 8000", code_id=uuid4(), text="验证码 123456", at=at)
    assert send_due(at=at, adapters=sms(adapter)) == 1
    assert [(p.to, p.text, p.kind) for p in adapter.got] == [
        ("+8613800138000", "验证码 123456", "code")
    ]
    code.refresh_from_db()
    assert bytes(code.sealed) == b""
    assert [d.channel for d in code.deliveries.all()] == ["sms"]


@pytest.mark.django_db
def test_a_digest_gathers_the_day_and_lets_what_must_be_known_through() -> None:
    who = factories.person(digest=True)
    say(who, at_hour(9), "a", text="第一条")
    say(who, at_hour(10), "b", text="第二条")
    say(who, at_hour(11), "c", text="改期", must_have=True)
    adapter = Remembering()
    assert send_due(at=at_hour(17, 59), adapters=sms(adapter)) == 1
    assert send_due(at=at_hour(18), adapters=sms(adapter)) == 1
    assert [p.text for p in adapter.got] == ["改期", "今天有 2 条消息:\n1. 第一条\n2. 第二条"]
    # The day's digest is gone: what comes later joins the next one.
    say(who, at_hour(17, 30), "d", text="迟到的")
    assert send_due(at=at_hour(20), adapters=sms(adapter)) == 0
    assert send_due(at=at_hour(42), adapters=sms(adapter)) == 1
    assert adapter.got[-1].text == "今天有 1 条消息:\n1. 迟到的"
    assert [row.text for row in inbox(who)] == ["迟到的", "改期", "第二条", "第一条"]


@pytest.mark.django_db
def test_reading_is_ones_own(at: datetime) -> None:
    who, other = factories.person(), factories.person()
    mine, theirs = say(who, at, "a"), say(other, at, "b")
    assert (unread(who), unread(other)) == (1, 1)
    by = Actor(person_id=who.id)
    assert read(by=by, at=at, message_ids=[mine.id, theirs.id]) == 1
    assert read(by=by, at=at) == 0
    assert (unread(who), unread(other)) == (0, 1)


@pytest.mark.django_db
def test_who_has_no_phone_or_is_forgotten_finds_it_in_the_inbox_alone(at: datetime) -> None:
    nobody = factories.person()
    nobody.phone_hash, nobody.phone_enc = "", b""
    nobody.save()
    assert [d.channel for d in say(nobody, at, "a").deliveries.all()] == ["in_app"]
    who = factories.person()
    say(who, at, "b")
    who.wrapped_key = b""
    who.phone_hash = ""
    who.save()
    assert [row.text for row in inbox(who)] == [""]
    say(who, at, "c")
    adapter = Remembering()
    send_due(at=at, adapters=sms(adapter))
    assert adapter.got == []


@pytest.mark.django_db
def test_a_refused_connection_is_tried_again_under_one_key_and_then_shown(at: datetime) -> None:
    adapter = Remembering(*(NotSent("no connection") for _ in range(TRIES_MAX)))
    row = way_out(say(factories.person(), at))
    moment = at
    for _try in range(TRIES_MAX):
        assert send_due(at=moment, adapters=sms(adapter)) == 1
        assert send_due(at=moment, adapters=sms(adapter)) == 0  # it waits
        moment += timedelta(hours=1)
    assert {p.key for p in adapter.got} == {str(row.id)}
    assert len(adapter.got) == TRIES_MAX
    failed = outbox_rows(State.FAILED)
    assert [(f.id, f.last_error, f.tries) for f in failed] == [(row.id, "no connection", TRIES_MAX)]
    assert outbox_counts() == {"waiting": 0, "sending": 0, "sent": 0, "failed": 1, "merged": 0}
    with pytest.raises(Refusal):
        send_again(delivery_id=row.id, by=Actor(person_id=uuid4()), at=moment)
    send_again(delivery_id=row.id, by=SYSTEM, at=moment)
    assert send_due(at=moment, adapters=sms(adapter)) == 1
    assert outbox_counts()["sent"] == 1


@pytest.mark.django_db
def test_what_will_never_work_is_not_tried_again(at: datetime) -> None:
    adapter = Remembering(NotSent("wrong number", for_good=True))
    row = way_out(say(factories.person(), at))
    send_due(at=at, adapters=sms(adapter))
    row.refresh_from_db()
    assert (row.state, row.tries) == (State.FAILED, 1)


@pytest.mark.django_db
def test_a_channel_that_is_not_wired_is_seen(at: datetime) -> None:
    row = way_out(say(factories.person(), at))
    send_due(at=at, adapters={})
    row.refresh_from_db()
    assert (row.state, row.last_error) == (State.FAILED, "没有接通这个通道")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("must_have", "can_tell", "expected"),
    [
        (True, True, State.SENT),
        (True, False, State.WAITING),
        (True, None, State.WAITING),
        (False, True, State.SENT),
        (False, False, State.WAITING),
        (False, None, State.FAILED),
    ],
)
def test_an_unknown_outcome_is_settled_by_what_the_channel_knows(
    must_have: bool, can_tell: bool | None, expected: str, at: datetime
) -> None:
    adapter = Remembering(httpx.ReadTimeout("late"), can_tell=can_tell)
    row = way_out(say(factories.person(), at, must_have=must_have))
    assert send_due(at=at, adapters=sms(adapter)) == 1
    row.refresh_from_db()
    assert row.state == expected


@pytest.mark.django_db
def test_an_adapters_own_fault_does_not_stop_the_next_message(at: datetime) -> None:
    adapter = Remembering(KeyError("bug"))
    say(factories.person(), at, "a")
    say(factories.person(), at, "b")
    assert send_due(at=at, adapters=sms(adapter)) == 2
    assert outbox_counts()["sent"] == 1


@pytest.mark.django_db(transaction=True)
def test_sending_inside_a_transaction_is_refused(at: datetime) -> None:
    say(factories.person(), at)
    with transaction.atomic(), pytest.raises(RuntimeError):
        send_due(at=at, adapters={})
    assert connection.in_atomic_block is False


def parcel(key: str = "k1", text: str = "验证码 123456") -> Parcel:
    return Parcel(key, "sms", "code", "+8613800138000", text, "", at_hour(12))


def test_a_file_is_whole_and_written_once(tmp_path: Path) -> None:
    adapter = FileAdapter(tmp_path / "sms")
    assert adapter.was_sent(parcel()) is False
    adapter.send(parcel())
    adapter.send(parcel(text="again"))
    files = list((tmp_path / "sms").iterdir())
    assert [f.name for f in files] == ["k1.json"]
    assert "123456" in files[0].read_text()
    assert adapter.was_sent(parcel()) is True


def test_the_console_shows_a_masked_phone_and_mends_a_torn_line(tmp_path: Path) -> None:
    shown, journal = io.StringIO(), tmp_path / "console.log"
    adapter = ConsoleAdapter(journal, shown)
    adapter.send(parcel())
    adapter.send(parcel())
    assert shown.getvalue() == "[短信] 138****8000 验证码 123456\n"
    with journal.open("a") as file:
        file.write("k2 [短信] torn in the mid")
    assert adapter.was_sent(parcel("k2")) is False
    adapter.send(parcel("k2", "第二条\n两行"))
    assert [line.split(" ", 1)[0] for line in journal.read_text().splitlines()] == ["k1", "k2"]
    assert shown.getvalue().endswith("第二条 两行\n")
