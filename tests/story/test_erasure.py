"""删除一个人: her name is gone from every table, file, key and export, and stays gone.

The centre's sums and chains still verify, and an older backup is not served before the list of
erasures was replayed over it. Runs on committed rows and through the real commands.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.db import connection, transaction
from django.test import Client

from diandan.config import env, postgres
from diandan.flow import leaving
from diandan.flow.books import HANDLER
from diandan.ground.notify.actions.tell import tell
from diandan.ground.people import erased, vault
from diandan.ground.people.actions.codes import ask_code
from diandan.ground.people.actor import SYSTEM
from diandan.ground.people.erasure import Erasure
from diandan.ground.people.models import Invitation, Login, Membership, Person
from diandan.ground.record.actions.announce import announce
from diandan.ground.record.actions.chain import chain, verify_chain
from diandan.ground.record.models import Answer, FactRow
from diandan.kit.fact import Fact
from diandan.kit.refusal import Refusal
from diandan.path.ask.models import Words
from diandan.path.ask.states import RequestState
from diandan.path.fulfil.models import Incident
from diandan.path.ledger.actions.chain import link_new
from diandan.path.ledger.checking import bad_rows
from diandan.square.certificate import queries
from diandan.square.certificate.actions.entries import ask_correction
from diandan.square.certificate.paper import Asked, as_pdf
from tests import factories as make
from tests.square.certificate_world import DAY, HOUSE, Certified

NAME, PHONE, CARD = "慕容芷若", "+8613900012345", "320115199001010011"
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.story]


@pytest.fixture
def home(tmp_path: Path, settings: Any) -> Path:
    """The key file, the list and the messages of this test alone; the key itself stays."""
    key = tmp_path / "master.key"
    key.write_text(Path(settings.DIANDAN_KEY_FILE).read_text())
    settings.DIANDAN_KEY_FILE = str(key)
    settings.DIANDAN_HOTLINE_DIR = str(tmp_path / "hotline")
    settings.WAYS_OUT = {**settings.WAYS_OUT, "folder": str(tmp_path / "messages")}
    return tmp_path


def known_everywhere(at: datetime, home: Path) -> Certified:
    """She served, ordered, wrote, was written about, and was sent messages."""
    world = Certified(at)
    her = world.her
    key = her.wrapped_key
    her.name_enc, her.name_hash = vault.seal(key, NAME), vault.name_key(NAME)
    her.phone_enc, her.phone_hash = vault.seal(key, PHONE), vault.phone_key(PHONE)
    her.door_enc = vault.seal(key, "3幢402")
    her.born_on = datetime(1990, 1, 1).date()
    her.save()
    station = world.visit.there.station
    login = Login.objects.create_user(username=NAME, password="x", person=her, email=f"{NAME}@x.cn")
    order = make.request(
        station, world.visit.kind, her, RequestState.CLOSED,
        words=f"我是{NAME},电话{PHONE[3:]}", title=f"{NAME}理发", may_come=NAME, street="金盛路",
    )  # fmt: skip
    Words.objects.create(request=order, text=f"{NAME}说谢谢", by=her, at=at, from_requester=True)
    other = world.visit.request
    Words.objects.create(
        request=other,
        text=f"上次是{NAME}来的,{PHONE}",
        by=other.requester,
        at=at,
        from_requester=True,
    )
    Incident.objects.create(
        job=world.visit.job, by=world.visit.leader, at=at, text=f"{NAME}摔了一跤"
    )
    with transaction.atomic():
        tell(person=her, kind="x", key="m1", text=f"{NAME}您好", at=at)
        tell(person=None, phone=PHONE, kind="x", key="m2", text="验证码", at=at)
    Invitation.objects.create(place=station, phone_hash=her.phone_hash, invited_at=at, sealed=b"x")
    ask_code(phone=PHONE, purpose="sign_in", at=at, by=SYSTEM)
    Answer.objects.create(
        key="a",
        asked_digest="d",
        status=200,
        body=json.dumps({"name": NAME}, ensure_ascii=False),
        at=at,
    )
    for told in ({"_auth_user_id": str(login.id)}, {"draft": f"{NAME} {PHONE}"}):
        session = SessionStore()
        session.update(told)
        session.save()
    ask_correction(
        person=her, place=world.centre, group="basic", text=f"我叫{NAME}", at=at, by=world.by
    )
    row = world.valid(purpose=f"{NAME}求职")
    asked = Asked(id_kind="居民身份证", id_number=CARD)
    assert as_pdf(row, asked=asked, house=HOUSE, at=world.later, by=world.by)
    (home / "messages" / "sms").mkdir(parents=True)
    (home / "messages" / "sms" / "1.json").write_text(json.dumps({"to": PHONE}))
    (home / "messages" / "journal.log").write_text(f"k1 [短信] {NAME}您好\nk2 [短信] 王**您好\n")
    Membership.objects.filter(person=her).update(left_at=at)
    for fact in FactRow.objects.order_by("id"):
        chain(fact, centre_of=lambda _place: world.centre.id)
    link_new(at=at)
    return world


def found_of(words: list[str]) -> list[str]:
    """Every table and column, of any type that can hold a text, in which one of `words` stands."""
    hits = []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name, data_type FROM information_schema.columns"
            " WHERE table_schema = 'public'"
        )
        for table, column, kind in cursor.fetchall():
            if kind not in ("text", "character varying", "json", "jsonb", "bytea", "ARRAY", "uuid"):
                continue
            as_text = f'"{column}"::text'
            if kind == "bytea":
                as_text = f"encode(\"{column}\", 'hex')"
            for word in words:
                looked = word.encode().hex() if kind == "bytea" else word
                cursor.execute(
                    f'SELECT count(*) FROM "{table}" WHERE strpos({as_text}, %s) > 0', [looked]
                )
                if cursor.fetchone()[0]:
                    hits.append(f"{table}.{column}: {word}")
    for session in Session.objects.all():
        hits += [f"session: {word}" for word in words if word in repr(session.get_decoded())]
    return hits


def files_with(folder: Path, words: list[str]) -> list[str]:
    """Every file under `folder` that holds one of `words`."""
    return [
        f"{file.name}: {word}"
        for file in folder.rglob("*")
        if file.is_file()
        for word in words
        if word.encode() in file.read_bytes()
    ]


def log_of_the_server(words: list[str]) -> list[str]:
    said = postgres.log_tail(env.home(), 100_000)
    return [word for word in words if word in said]


def diandan(*words: str, home: Path) -> subprocess.CompletedProcess[str]:
    """The real command, on this test's database, with this test's key and list."""
    base, _slash, _name = os.environ["DATABASE_URL"].rpartition("/")
    address = f"{base}/{connection.settings_dict['NAME']}"
    told = {
        **os.environ,
        "DATABASE_URL": address,
        "DIANDAN_KEY_FILE": str(home / "master.key"),
    }
    return subprocess.run(
        [sys.executable, "-m", "diandan.ops.main", *words],
        env=told,
        capture_output=True,
        text=True,
        check=False,
    )


def test_erased_and_not_brought_back_by_a_backup(
    at: datetime, home: Path, still_clock: Any
) -> None:
    world = known_everywhere(at, home)
    her, number = world.her, world.her.volunteer.number
    row = queries.certificates_of(her.id)[0]
    words = [NAME, PHONE, PHONE[3:], number, vault.phone_key(PHONE), vault.name_key(NAME)]
    assert {hit.partition(".")[0] for hit in found_of(words)} >= {
        "person", "login", "request", "words", "incident", "answer", "one_time_code", "volunteer",
    }  # fmt: skip
    assert found_of([CARD]) == [], "the number of her card was typed for a print and kept nowhere"
    assert files_with(home / "messages", words)
    assert list(bad_rows(HANDLER)) == []
    file = home / "before.backup"
    done = diandan("backup", str(file), home=home)
    assert done.returncode == 0, done.stderr
    assert not files_with(home, [Path(home / "master.key").read_text().strip()])[1:], (
        "the key is apart"
    )

    still_clock.at = world.later + 9 * DAY
    leaving.forget_person(person=her, by=world.by, at=still_clock.at)

    assert found_of(words) == []
    assert files_with(home / "messages", words) == []
    assert "王**" in (home / "messages" / "journal.log").read_text(), "another's line stays"
    assert log_of_the_server(words) == []
    assert list(bad_rows(HANDLER)) == []
    assert verify_chain(world.centre.id) is None
    assert list(erased.erased()) == [her.id]
    assert row.number
    seen = queries.checked(row.number, row.check_code)
    assert (seen.state, seen.is_forgotten, seen.name) == ("valid", True, "")
    assert seen.sums is not None
    assert (seen.sums.verified, seen.sums.declared) == (60, 30)
    assert NAME not in Client().get(f"/check/{row.number}/{row.check_code}").content.decode()

    connection.close()
    done = diandan("restore", str(file), home=home)
    assert done.returncode == 1
    assert "--yes" in done.stderr
    done = diandan("restore", str(file), "--yes", home=home)
    assert done.returncode == 0, done.stderr
    assert "又删了 1 人" in done.stdout
    assert found_of(words) == []
    assert Person.objects.get(id=her.id).frozen_why == "forgotten"
    assert list(bad_rows(HANDLER)) == []
    assert verify_chain(world.centre.id) is None


def test_a_database_brought_back_by_hand_is_not_served(at: datetime, home: Path) -> None:
    person = make.person(NAME)
    erased.add([(person.id, at)])
    done = diandan("books", "check", home=home)
    assert done.returncode == 1
    assert "restore --replay" in done.stderr
    assert diandan("restore", "--replay", home=home).returncode == 0
    assert diandan("books", "check", home=home).returncode == 0
    assert found_of([NAME]) == []


def test_what_is_not_whole_is_not_restored(at: datetime, home: Path) -> None:
    file = home / "a.backup"
    assert diandan("backup", str(file), home=home).returncode == 0
    assert "已经存在" in diandan("backup", str(file), home=home).stderr
    raw = bytearray(file.read_bytes())
    raw[-20] ^= 1
    (home / "b.backup").write_bytes(bytes(raw))
    done = diandan("restore", str(home / "b.backup"), "--yes", home=home)
    assert (done.returncode, "不完整" in done.stderr) == (1, True)
    (home / "master.key").write_text("00" * 32)
    done = diandan("restore", str(file), "--yes", home=home)
    assert (done.returncode, "另一个密钥" in done.stderr) == (1, True)


def test_she_may_change_her_mind_for_a_week(at: datetime, home: Path) -> None:
    person = make.person(NAME)
    me = make.actor(person)
    leaving.ask_to_be_forgotten(person=person, by=me, at=at)
    assert leaving.erase_due(at=at + 6 * DAY) == 0
    leaving.stop_forgetting(person=person, by=me, at=at + 6 * DAY)
    assert leaving.erase_due(at=at + 8 * DAY) == 0
    leaving.ask_to_be_forgotten(person=person, by=me, at=at + 8 * DAY)
    assert leaving.erase_due(at=at + 15 * DAY) == 1
    assert found_of([NAME]) == []
    assert list(erased.erased()) == [person.id]
    with pytest.raises(Refusal, match="own_act_only"):
        leaving.ask_to_be_forgotten(person=make.person("别人"), by=me, at=at)


def test_another_of_the_same_short_name_keeps_hers(at: datetime, home: Path) -> None:
    there = make.district()
    kind = make.kind(there.centre)
    gone, stays = make.person("王强", there.station), make.person("王强", there.station)
    theirs = make.request(there.station, kind, stays, RequestState.CLOSED, words="我是王强,住三楼")
    about = make.request(there.station, kind, gone, RequestState.CLOSED, words="王强要理发")
    leaving.forget_person(person=gone, by=make.actor(gone), at=at)
    theirs.refresh_from_db()
    about.refresh_from_db()
    assert theirs.words == "我是王强,住三楼"
    assert "王强" not in about.words
    left = Erasure.objects.get(person=gone).left
    assert {"table": "request", "column": "words", "key": str(theirs.id)} in left


def test_a_list_with_a_line_taken_out_is_noticed(at: datetime, home: Path) -> None:
    erased.add([(uuid4(), at), (uuid4(), at)])
    erased.add([(uuid4(), at)])
    lines = erased.path().read_text().splitlines(True)
    erased.path().write_text(lines[0] + lines[2])
    with pytest.raises(erased.ListTrouble):
        erased.erased()
    done = diandan("books", "check", home=home)
    assert (done.returncode, "删除名单对不上" in done.stderr) == (1, True)


def test_facts_hold_nothing_to_erase(at: datetime) -> None:
    with pytest.raises(RuntimeError):
        announce(Fact("x.y", at))
