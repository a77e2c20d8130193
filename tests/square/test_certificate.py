"""记录证明: three people, a notice, a number; what it says comes from the books."""

from __future__ import annotations

import hashlib
import subprocess
from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from diandan.ground.people.models import Reading
from diandan.ground.people.queries import actor_for
from diandan.ground.record.models import FactRow
from diandan.kit.refusal import Refusal
from diandan.path.ledger.actions.correct import correct
from diandan.path.ledger.models import Transfer
from diandan.square.certificate import queries, rulebook
from diandan.square.certificate.actions.apply import choose_shown, withdraw
from diandan.square.certificate.actions.entries import (
    answer_correction,
    ask_correction,
    confirm_entry,
    enter,
)
from diandan.square.certificate.actions.handle import handle, issue_due, refuse, revoke, sign
from diandan.square.certificate.badge import hours
from diandan.square.certificate.lines import certified, sums
from diandan.square.certificate.paper import Asked, as_pdf, check_address, printed
from diandan.square.certificate.record import groups
from diandan.square.certificate.states import State
from tests.square.certificate_world import DAY, HOUSE, Certified

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(at: datetime) -> Certified:
    return Certified(at)


def text_of(pdf: bytes, folder: Path) -> str:
    file = folder / "paper.pdf"
    file.write_bytes(pdf)
    done = subprocess.run(["pdftotext", "-layout", file, "-"], capture_output=True, check=True)
    return done.stdout.decode()


def test_two_kinds_of_minutes_are_certified_apart(world: Certified) -> None:
    total = sums(certified(world.valid()))
    assert (total.verified, total.declared) == (60, 30)


def test_the_days_of_notice_are_the_regions_rule(world: Certified) -> None:
    row = world.signed()
    assert row.notice_until == world.later + timedelta(days=7)
    assert issue_due(at=world.later + 6 * DAY) == 0
    assert issue_due(at=world.later + 7 * DAY) == 1
    row.refresh_from_db()
    assert row.state == State.VALID
    for rules in rulebook.shipped().values():
        assert rules.source
    with pytest.raises(ValueError, match="source"):
        rulebook.read("here", {"title": "此地", "notice_days": 3})


def test_three_people_and_never_herself(world: Certified) -> None:
    row = world.asked()
    with pytest.raises(Refusal, match="not_your_place"):
        handle(certificate_id=row.id, at=world.later, by=world.by)
    handle(certificate_id=row.id, at=world.later, by=world.handles)
    with pytest.raises(Refusal, match="another_person"):
        sign(certificate_id=row.id, at=world.later, by=world.handles)
    sign(certificate_id=row.id, at=world.later, by=world.signs)


def test_the_register_counts_on_and_numbers_are_never_used_twice(world: Certified) -> None:
    first = world.valid()
    second = world.valid()
    assert (first.register_number, second.register_number) == (1, 2)
    assert first.number == f"ZM2026-{world.centre.id}-00001"
    assert [row.id for row in queries.register(world.signs)] == [second.id, first.id]


def test_nothing_to_certify_is_said(world: Certified) -> None:
    with pytest.raises(Refusal, match="nothing_posted"):
        world.asked(from_on=world.later.date())


def test_hours_corrected_before_signing_are_looked_at_again(world: Certified) -> None:
    row = world.asked()
    handle(certificate_id=row.id, at=world.later, by=world.handles)
    take_back(world, 20)
    with pytest.raises(Refusal, match="hours_changed"):
        sign(certificate_id=row.id, at=world.later, by=world.signs)
    handle(certificate_id=row.id, at=world.later, by=world.handles)
    assert (
        sums(certified(sign(certificate_id=row.id, at=world.later, by=world.signs))).verified == 40
    )


def test_hours_corrected_afterwards_show_at_the_check(world: Certified) -> None:
    row = world.valid()
    assert row.number
    assert not queries.checked(row.number, row.check_code).changed_since
    take_back(world, 20)
    assert queries.checked(row.number, row.check_code).changed_since


def take_back(world: Certified, minutes: int) -> None:
    posted = Transfer.objects.get(task=world.task, ledger="minutes", phase="posting")
    correct(
        uuid4(), transfer_id=posted.id, amount=minutes, at=world.later, by=world.signs, why="多记了"
    )


def test_the_paper_has_every_field_and_the_same_bytes(world: Certified, tmp_path: Path) -> None:
    row = world.valid()
    asked = Asked(id_kind="居民身份证", id_number="320115199001010011")
    one = as_pdf(row, asked=asked, house=HOUSE, at=world.later, by=world.by)
    two = as_pdf(row, asked=asked, house=HOUSE, at=world.later + DAY, by=world.by)
    assert hashlib.sha256(one).digest() == hashlib.sha256(two).digest()
    words = text_of(one, tmp_path).replace(" ", "")
    for wanted in (
        "王强", "320115199001010011", "居民身份证", row.number, "登记号1", "江宁区新时代文明实践中心",
        "025-52280000", "周主任", "孙经办", "盖章处", "负责人签字", "经办人签字", "入党材料", "情况属实",
        "已核实1小时", "补录0.5小时", "平台不是出具人", "上门理发", "不相加",
    ):  # fmt: skip
        assert wanted in words, wanted
    assert "1.5" not in words, "the two are never summed"


def test_a_copy_for_the_screen_is_masked(world: Certified, tmp_path: Path) -> None:
    row = world.valid()
    asked = Asked(id_number="320115199001010011", masked=True)
    words = text_of(
        as_pdf(row, asked=asked, house=HOUSE, at=world.later, by=world.signs),
        tmp_path,
    )
    assert "王强" not in words
    assert "199001010011" not in words
    with pytest.raises(Refusal, match="own_act_only"):
        as_pdf(row, asked=Asked(), house=HOUSE, at=world.later, by=world.signs)


def test_without_a_chinese_font_it_says_so(world: Certified) -> None:
    row = world.valid()
    with pytest.raises(Refusal, match="fonts-noto-cjk"):
        printed({"fonts": []}, check_address(row, HOUSE))


def test_the_check_shows_what_she_chose_and_no_more(world: Certified) -> None:
    row = world.valid()
    assert row.number
    shown = queries.checked(row.number, row.check_code.lower())
    assert (shown.state, shown.name, shown.services) == ("valid", "王**", "")
    choose_shown(certificate_id=row.id, shown=["services"], at=world.later, by=world.by)
    shown = queries.checked(row.number, row.check_code)
    assert (shown.name, shown.sums, shown.from_on, shown.services) == (
        "",
        None,
        None,
        "上门理发 2 次",
    )
    for number, code in ((row.number, "WRONGCODE1"), ("ZM2026-1-99999", row.check_code)):
        with pytest.raises(Refusal, match="no_such_certificate"):
            queries.checked(number, code)


def test_a_new_one_takes_the_place_of_the_old(world: Certified) -> None:
    old = world.valid()
    new = world.valid(replaces=old)
    old.refresh_from_db()
    assert old.state == State.SUPERSEDED
    assert old.number
    assert queries.checked(old.number, old.check_code).replaced_by == new.number


def test_revoked_withdrawn_and_refused(world: Certified) -> None:
    row = world.valid()
    with pytest.raises(Refusal, match="why_needed"):
        revoke(certificate_id=row.id, why="", at=world.later, by=world.signs)
    revoke(certificate_id=row.id, why="wrong", at=world.later, by=world.signs)
    assert row.number
    assert queries.checked(row.number, row.check_code).ended_why == "内容有误"
    asked = world.asked()
    withdraw(certificate_id=asked.id, at=world.later, by=world.by)
    asked = world.asked()
    with pytest.raises(Refusal, match="reason_needed"):
        refuse(certificate_id=asked.id, reason=" ", at=world.later, by=world.signs)
    refuse(certificate_id=asked.id, reason="用途不清楚", at=world.later, by=world.signs)
    asked.refresh_from_db()
    assert queries.words_of(world.her, asked.note_enc) == "用途不清楚"
    told = FactRow.objects.filter(kind__startswith="certificate.").order_by("id")
    kinds = [row.kind for row in told]
    assert kinds[-3:] == ["certificate.withdrawn", "certificate.applied", "certificate.refused"]


def test_the_record_in_five_groups(world: Certified) -> None:
    entry = enter(
        person=world.her, place=world.centre, kind="training", on=world.at.date(),
        title="急救培训", giver="区红十字会", study_hours=8, at=world.later, by=world.handles,
    )  # fmt: skip
    found = groups(world.her, name="王强", phone="138")
    assert (len(found.service), found.training, found.commendation) == (2, [], [])
    with pytest.raises(Refusal, match="another_person"):
        confirm_entry(entry_id=entry.id, is_right=True, at=world.later, by=world.handles)
    confirm_entry(entry_id=entry.id, is_right=True, at=world.later, by=world.signs)
    found = groups(world.her, name="王强", phone="138")
    assert [(row.title, row.giver, row.study_hours) for row in found.training] == [
        ("急救培训", "区红十字会", 8)
    ]
    assert (found.sums.verified, found.sums.declared) == (60, 30)
    assert [row.label for row in found.evaluation] == ["非常满意"]
    assert found.basic["volunteer_number"]


def test_she_says_what_is_wrong_and_is_answered(world: Certified) -> None:
    asked = ask_correction(
        person=world.her, place=world.centre, group="service", text="3 月 4 日那次是一小时",
        at=world.later, by=world.by,
    )  # fmt: skip
    assert [row.id for row in queries.corrections_waiting(world.signs)] == [asked.id]
    answer_correction(
        correction_id=asked.id,
        is_right=False,
        answer="签退时间是半小时",
        at=world.later,
        by=world.signs,
    )
    asked.refresh_from_db()
    assert queries.words_of(world.her, asked.answer_enc) == "签退时间是半小时"
    assert queries.corrections_waiting(world.signs) == []


def test_hours_are_written_and_never_rounded_up() -> None:
    assert [hours(n) for n in (0, 30, 59, 60, 61, 90, 125, 6000)] == [
        "0", "0.5", "0.98", "1", "1.01", "1.5", "2.08", "100",
    ]  # fmt: skip


def test_an_officer_elsewhere_sees_none_of_it(world: Certified) -> None:
    row = world.asked()
    stranger = actor_for(world.visit.request.requester_id, world.later)
    with pytest.raises(Refusal, match="no_such_certificate"):
        queries.officers_certificate(row.id, stranger)
    assert queries.queue(stranger) == []
    assert not Reading.objects.filter(person=world.her).exists()
