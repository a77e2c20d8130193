"""带记录来: the five groups of another centre's export are read back, looked at first, or not at all.

The columns are those of `export.HEADS` (docs/record-export.md). One wrong line and nothing is
written. Nobody is enrolled by it: a row is about somebody who enrolled here herself.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from diandan.ground.people import queries as people
from diandan.ground.people import vault
from diandan.ground.people.actor import Actor
from diandan.ground.people.core import clean_name
from diandan.ground.people.models import Person, Volunteer
from diandan.ground.people.policies import check_own_act
from diandan.ground.places.models import Place
from diandan.ground.places.sheet import Column, Imported, Row, Trouble, read_sheet
from diandan.ground.record.actions.announce import announce
from diandan.kit.fact import Fact
from diandan.kit.refusal import Refusal, conflict, forbidden, missing
from diandan.kit.units import local

from ..export import EXPORTERS, HEADS
from ..outside import Brought, Graded, OutsideNumber, OutsideRow
from ..record import SCHEMA

SOURCE_MAX = 60
# A day has no more; a longer row is a sum of several and cannot be looked at.
MINUTES_MAX = 24 * 60
STUDY_HOURS_MAX = 1000
MUST = {
    "basic": {"name", "phone"},
    "service": {"record_id", "date", "content", "grade", "minutes"},
    "training": {"record_id", "date", "content"},
    "commendation": {"record_id", "date", "title"},
    "evaluation": {"date", "content", "word"},
}
Group = Brought.Group


def columns_of(group: str) -> tuple[Column, ...]:
    """The columns of the export, of which a file may leave out those that may be empty."""
    must = MUST[group] | {"schema", "volunteer_number"}
    return tuple(Column(name, name, "", required=name in must) for name in HEADS[group])


def check_bringer(by: Actor, centre: Place) -> UUID:
    """The officer's id; whoever may export the record of a centre may read one in."""
    if by.person_id is None or by.is_frozen or not by.holds(EXPORTERS, centre.path):
        raise forbidden(_("导入记录由中心的工作人员办理。"), "not_your_place")
    return by.person_id


def bring(
    content: bytes,
    *,
    group: str,
    source: str,
    centre: Place,
    by: Actor,
    at: datetime,
    dry_run: bool,
) -> Imported:
    """Look at the file, and unless it is a dry run or a line is wrong, keep it. Twice is once."""
    officer = check_bringer(by, centre)
    if group not in Group.values:
        raise Refusal("group", _("请选是哪一组。"), field="group")
    said = " ".join(source.split())[:SOURCE_MAX]
    if not said:
        raise Refusal("source", _("请写记录来自哪个系统或单位。"), field="source")
    sheet = read_sheet(content, columns_of(group))
    new = same = 0
    with transaction.atomic():
        batch = Brought.objects.create(
            centre=centre, group=group, source=said, by_id=officer, at=at
        )
        reader = _Reader(batch, at)
        for row in sheet.rows:
            try:
                is_new = READERS[group](reader, row)
            except Refusal as no:
                sheet.troubles.append(Trouble(row.line, no.field, no.sentence))
                continue
            new, same = new + is_new, same + (not is_new)
        troubles = sorted(sheet.troubles)
        if new and not troubles:
            announce(_fact("record.brought", batch, by, at))
        if troubles or dry_run or not new:
            transaction.set_rollback(True)
    return Imported(new, 0, same, troubles, dry_run)


class _Reader:
    """Rows of one file, each about somebody who is a volunteer of this centre."""

    def __init__(self, batch: Brought, at: datetime) -> None:
        self.batch, self.today = batch, local(at).date()
        self._seen: dict[str, int] = {}

    def bind(self, row: Row) -> bool:
        """基本信息: this number there is this volunteer here, when phone and name both agree."""
        self._check_schema(row)
        person = people.by_phone(row["phone"])
        if person is None or not self._is_ours(person):
            raise Refusal(
                "nobody",
                _("这个手机号在本中心没有报名的志愿者。请先请本人报名,不能代报。"),
                field="phone",
            )
        if vault.name_key(clean_name(row["name"])) != person.name_hash:
            raise Refusal("other_name", _("姓名和本中心登记的不一样"), field="name")
        known = self._number(row["volunteer_number"])
        if known is not None and known.person_id != person.id:
            raise Refusal("number_taken", _("这个编号已对上另一个人"), field="volunteer_number")
        if known is None:
            OutsideNumber.objects.create(
                brought=self.batch,
                person=person,
                source=self.batch.source,
                number_hash=_number_key(row["volunteer_number"]),
            )
        return known is None

    def keep(self, row: Row, minutes: int = 0) -> bool:
        """One row of hers, once; a row that she took away stays away."""
        self._check_schema(row)
        person = self._person(row["volunteer_number"])
        on = self._day(row["date"])
        words = {k: row[k] for k in HEADS[self.batch.group] if k not in ("schema", "date")}
        words.pop("volunteer_number")
        name = row["record_id"] or json.dumps([row["date"], words], sort_keys=True)
        key = vault.search_hash(f"brought:{self.batch.source}:{self.batch.group}:{name}")
        earlier = self._seen.setdefault(f"{person.id}{key}", row.line)
        if earlier != row.line:
            raise Refusal("row_twice", _("与第 %(line)d 行重复") % {"line": earlier})
        if OutsideRow.objects.filter(person=person, key=key).exists():
            return False
        OutsideRow.objects.create(
            brought=self.batch,
            person=person,
            on=on,
            minutes=minutes,
            words_enc=vault.seal(person.wrapped_key, json.dumps(words, ensure_ascii=False)),
            key=key,
        )
        return True

    def _check_schema(self, row: Row) -> None:
        if row["schema"] != SCHEMA:
            raise Refusal("schema", _("只认 %(schema)s 的列") % {"schema": SCHEMA}, field="schema")

    def _person(self, number: str) -> Person:
        known = self._number(number)
        volunteer = Volunteer.objects.select_related("person__home").filter(number=number).first()
        person = known.person if known else volunteer.person if volunteer else None
        if person is None or not self._is_ours(person):
            raise Refusal(
                "unknown_number",
                _("这个编号还没有对上本中心的志愿者,请先导入对方的基本信息"),
                field="volunteer_number",
            )
        return person

    def _number(self, number: str) -> OutsideNumber | None:
        return (
            OutsideNumber.objects.select_related("person__home")
            .filter(source=self.batch.source, number_hash=_number_key(number))
            .first()
        )

    def _is_ours(self, person: Person) -> bool:
        return (
            person.home is not None
            and person.frozen_at is None
            and person.home.path.startswith(self.batch.centre.path)
            and people.volunteer_of(person.id) is not None
        )

    def _day(self, text: str) -> date:
        try:
            on = date.fromisoformat(text[:10])
        except ValueError:
            raise Refusal("date", _("日期请写成 2026-03-05 这样"), field="date") from None
        if on > self.today:
            raise Refusal("date", _("日期还没有到"), field="date")
        return on


def _number_key(number: str) -> str:
    return vault.search_hash(f"outside number:{number}")


def _service(reader: _Reader, row: Row) -> bool:
    if row["grade"] not in Graded.values:
        raise Refusal("grade", _("只能是 verified 或 declared"), field="grade")
    return reader.keep(row, _whole(row, "minutes", 1, MINUTES_MAX))


def _training(reader: _Reader, row: Row) -> bool:
    if row["study_hours"]:
        _whole(row, "study_hours", 0, STUDY_HOURS_MAX)
    return reader.keep(row)


def _whole(row: Row, name: str, least: int, most: int) -> int:
    text = row[name]
    if not (text.isascii() and text.isdigit() and least <= int(text[:9]) <= most):
        raise Refusal(
            name,
            _("请填 %(least)d 到 %(most)d 的整数") % {"least": least, "most": most},
            field=name,
        )
    return int(text)


READERS: Mapping[str, Callable[[_Reader, Row], bool]] = {
    "basic": _Reader.bind,
    "service": _service,
    "training": _training,
    "commendation": _Reader.keep,
    "evaluation": _Reader.keep,
}


@transaction.atomic
def take_back(batch_id: UUID, *, by: Actor, at: datetime) -> Brought:
    """撤销一次导入: its rows and numbers go; nothing of ours hung on them."""
    row = Brought.objects.select_for_update(of=("self",)).select_related("centre")
    batch = row.filter(id=batch_id).first()
    if batch is None or not by.holds(EXPORTERS, batch.centre.path):
        raise missing(_("没有找到这次导入。"), "unknown_batch")
    officer = check_bringer(by, batch.centre)
    if batch.dropped_at is not None:
        raise conflict("dropped_before", _("这次导入已经撤销了。"))
    batch.rows.all().delete()
    batch.numbers.all().delete()
    batch.dropped_at, batch.dropped_by_id = at, officer
    batch.save(update_fields=["dropped_at", "dropped_by"])
    announce(_fact("record.brought_back", batch, by, at))
    return batch


@transaction.atomic
def drop_own(row_id: UUID, *, person: Person, by: Actor, at: datetime) -> None:
    """She takes a brought row out of her record: it was never ours to insist on."""
    check_own_act(by, person)
    row = OutsideRow.objects.select_for_update().filter(id=row_id, person=person).first()
    if row is None:
        raise missing(_("没有找到这条记录。"), "no_such_row")
    if row.dropped_at is None:
        row.dropped_at, row.words_enc, row.minutes = at, b"", 0
        row.save(update_fields=["dropped_at", "words_enc", "minutes"])


def _fact(kind: str, batch: Brought, by: Actor, at: datetime) -> Fact:
    return Fact(
        kind,
        at,
        place_id=batch.centre_id,
        by_id=by.person_id,
        data={"batch": str(batch.id), "group": batch.group},
    )
