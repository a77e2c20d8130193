"""带来的记录: the centre's own export is read back, looked at first; it stays declared and apart."""

from __future__ import annotations

import csv
import io
from datetime import datetime
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from diandan.ground.people.models import Person
from diandan.ground.people.queries import own, volunteer_of
from diandan.ground.places.sheet import Imported
from diandan.kit.refusal import Refusal
from diandan.path.ledger.models import Transfer
from diandan.path.ledger.queries import held_by
from diandan.square.certificate.actions.bring import bring, drop_own, take_back
from diandan.square.certificate.export import HEADS, five_groups
from diandan.square.certificate.outside import Brought, OutsideRow
from diandan.square.certificate.record import brought_for
from tests import factories as make
from tests.square.mall_world import Mall
from tests.web.street_world import browser

pytestmark = pytest.mark.django_db


@pytest.fixture
def mall(at: datetime, settings: Any, still_clock: Any) -> Mall:
    del still_clock
    made = Mall(at, slug="jiangning")
    settings.DIANDAN_PLACE = "jiangning"
    made.give(made.her, 100)
    return made


def file(group: str, *rows: list[Any]) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows([HEADS[group], *rows])
    return ("\ufeff" + out.getvalue()).encode()


def exported(mall: Mall, group: str) -> list[list[Any]]:
    return [list(row) for row in five_groups(mall.heads, group, mall.at)]


def read(mall: Mall, content: bytes, group: str, *, dry: bool = False) -> Imported:
    return bring(
        content,
        group=group,
        source="外地平台",
        centre=mall.centre,
        by=mall.heads,
        at=mall.at,
        dry_run=dry,
    )


def moved_here(mall: Mall, rows: list[list[Any]], number: str = "OLD1") -> list[list[Any]]:
    """The same rows as another system would have them, under its own number."""
    return [[row[0], number, *row[2:]] for row in rows]


def bound(mall: Mall, person: Person) -> None:
    mine = own(person)
    row = ["diandan-record/1", "OLD1", mine.name, "", "", mine.phone, "", "2025-01-01", "page"]
    assert read(mall, file("basic", row), "basic").is_written


def test_what_one_centre_exports_another_reads_back(mall: Mall) -> None:
    rows = moved_here(mall, exported(mall, "service"))
    assert rows
    her, _by = mall.another("搬来的人")
    before = Transfer.objects.count()
    unknown = read(mall, file("service", *rows), "service")
    assert [t.column for t in unknown.troubles] == ["volunteer_number"] * len(rows)
    bound(mall, her)
    looked = read(mall, file("service", *rows), "service", dry=True)
    assert (looked.new, looked.troubles) == (len(rows), [])
    assert not OutsideRow.objects.exists(), "a look writes nothing"
    assert read(mall, file("service", *rows), "service").is_written
    again = read(mall, file("service", *rows), "service")
    assert (again.new, again.same) == (0, len(rows))
    kept = brought_for(her)
    assert [one.minutes for one in kept] == [int(row[9]) for row in rows]
    assert all(one.source == "外地平台" for one in kept)
    assert Transfer.objects.count() == before, "no book has heard of it"
    assert held_by(her.id) == []


@pytest.mark.parametrize("group", ["training", "commendation", "evaluation"])
def test_the_other_groups_too(mall: Mall, group: str) -> None:
    number = volunteer_of(mall.her.id)
    assert number is not None
    rows = {
        "training": ["r1", "站", "2025-05-01", "急救", "红会", 4, "2025-05-02"],
        "commendation": ["r2", "站", "2025-12-05", "优秀志愿者", "市里", "2025-12-06"],
        "evaluation": ["2025-06-01", "理发", "点单人", 5, "非常满意"],
    }
    row = ["diandan-record/1", number.number, *rows[group]]
    assert read(mall, file(group, row), group).is_written
    assert brought_for(mall.her)[0].minutes == 0


def test_each_wrong_line_is_told_and_nothing_is_half_done(mall: Mall) -> None:
    volunteer = volunteer_of(mall.her.id)
    assert volunteer is not None

    def row(**wrong: Any) -> list[Any]:
        right = {
            "schema": "diandan-record/1", "volunteer_number": volunteer.number, "record_id": "r",
            "recorded_by": "站", "date": "2025-03-05", "content": "理发", "place": "站",
            "team": "队", "grade": "verified", "minutes": 60, "chain_number": "",
        }  # fmt: skip
        return list({**right, **wrong}.values())

    lines = [
        row(),
        row(record_id="a", schema="other/2"),
        row(record_id="b", date="去年"),
        row(record_id="c", date="2099-01-01"),
        row(record_id="d", minutes="6e2"),
        row(record_id="e", grade="gold"),
        row(record_id="f", volunteer_number="V999999"),
        row(),
    ]
    seen = read(mall, file("service", *lines), "service")
    assert [(t.line, t.column) for t in seen.troubles] == [
        (3, "schema"),
        (4, "date"),
        (5, "date"),
        (6, "minutes"),
        (7, "grade"),
        (8, "volunteer_number"),
        (9, ""),
    ]
    assert not seen.is_written
    assert not Brought.objects.exists()


def test_nobody_is_enrolled_and_a_name_must_agree(mall: Mall) -> None:
    stranger = make.person("没报名的人", mall.site)
    for person, name, column in ((stranger, "没报名的人", "phone"), (mall.her, "别人", "name")):
        row = ["diandan-record/1", "X", name, "", "", own(person).phone, "", "2025-01-01", ""]
        seen = read(mall, file("basic", row), "basic")
        assert [t.column for t in seen.troubles] == [column]
    assert volunteer_of(stranger.id) is None
    with pytest.raises(Refusal) as no:
        bring(
            b"x", group="basic", source="x", centre=mall.centre, by=mall.serves, at=mall.at,
            dry_run=True,
        )  # fmt: skip
    assert no.value.code == "not_your_place"


def test_a_file_is_taken_back_and_she_takes_a_row_away_for_good(mall: Mall) -> None:
    rows = moved_here(mall, exported(mall, "service"))
    her, by = mall.another("搬来的人")
    bound(mall, her)
    read(mall, file("service", *rows), "service")
    drop_own(brought_for(her)[0].id, person=her, by=by, at=mall.at)
    assert brought_for(her) == []
    assert read(mall, file("service", *rows), "service").same == len(rows), "it does not come back"
    batch = Brought.objects.get(group="service")
    take_back(batch.id, by=mall.heads, at=mall.at)
    assert not OutsideRow.objects.exists()
    with pytest.raises(Refusal):
        take_back(batch.id, by=mall.heads, at=mall.at)


def test_the_pages(mall: Mall) -> None:
    desk, her = browser(mall.head), browser(mall.her)
    volunteer = volunteer_of(mall.her.id)
    assert volunteer is not None
    row = ["diandan-record/1", volunteer.number, "r9", "站", "2025-05-01", "急救", "红会", 4, ""]
    bad, good = file("training", [*row[:4], "五一", *row[5:]]), file("training", row)

    def upload(content: bytes) -> str:
        sent = {"group": "training", "source": "老家", "file": SimpleUploadedFile("t.csv", content)}
        page = desk.post("/desk/certificates/bring", sent)
        return str(page.content.decode())

    shown = upload(bad)
    assert "日期请写成" in shown
    assert "确认写入" not in shown
    kept = upload(good).split('name="kept" value="')[1].split('"')[0]
    assert not Brought.objects.exists()
    assert desk.post("/desk/certificates/bring", {"kept": kept}).status_code == 303
    mine = str(her.get("/v/record").content.decode())
    assert "从别处带来的" in mine
    assert "急救" in mine
    row_id = OutsideRow.objects.get().id
    assert her.post(f"/v/record/brought/{row_id}").status_code == 303
    assert "急救" not in str(her.get("/v/record").content.decode())
    undo = desk.post(f"/desk/certificates/bring/{Brought.objects.get().id}/undo")
    assert undo.status_code == 303
