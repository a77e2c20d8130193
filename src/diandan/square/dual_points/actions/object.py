"""异议与申诉: while one is open the entry does not count; who proposed or confirmed it never decides."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from diandan.ground.people import vault
from diandan.ground.people.actor import Actor
from diandan.ground.people.queries import person
from diandan.ground.record.actions.announce import announce
from diandan.kit.refusal import conflict, forbidden, missing
from diandan.path.ask.core import clean_words

from ..facts import entry_fact
from ..models import Entry, Objection, System, Verdict
from ..policies import check_handle
from ..queries import household_of, membership_of, notice_entries, notices_open
from .enter import take_back


@transaction.atomic
def object_to(entry_id: UUID, *, text: str, by: Actor, at: datetime) -> Objection:
    """An appeal by whom it concerns, at any time; an objection by others while it is on notice."""
    row = (
        Entry.objects.select_related("centre", "branch", "household__place", "person")
        .filter(id=entry_id, verdict__is_confirmed=True)
        .first()
    )
    if row is None or by.person_id is None or by.is_frozen:
        raise missing(_("没有找到这一条。"), "unknown_entry")
    kind = _kind(row, by.person_id, at)
    found = Objection.objects.filter(entry=row, by_id=by.person_id, settled_at=None).first()
    if found is not None:
        return found
    if Objection.objects.filter(entry=row, by_id=by.person_id, is_upheld=True).exists():
        raise conflict("settled_before", _("您的意见已经被采纳,这一条已更正。"))
    words = clean_words(text, field="text")[:1000]
    saying = Objection.objects.create(
        entry=row,
        kind=kind,
        text_enc=vault.seal(person(by.person_id).wrapped_key, words),
        by_id=by.person_id,
        at=at,
    )
    announce(entry_fact(row, "objected", by, at))
    return saying


def _kind(row: Entry, person_id: UUID, at: datetime) -> Objection.Kind:
    house = household_of(person_id)
    if person_id == row.person_id or (
        row.household_id and house and house.household_id == row.household_id
    ):
        return Objection.Kind.APPEAL
    on_notice = any(
        notice_entries(notice).filter(id=row.id).exists()
        for notice in notices_open(row.centre, at)
        if notice.system == row.system
    )
    if not on_notice or not _may_see(row, person_id):
        raise forbidden(_("这一条不在公示期,或不在您能看到的范围。"), "not_on_notice")
    return Objection.Kind.OBJECTION


def _may_see(row: Entry, person_id: UUID) -> bool:
    """On notice to one's own village, or to one's own branch."""
    if row.system == System.PARTY:
        mine = membership_of(person_id)
        return mine is not None and mine.branch_id == row.branch_id
    home = person(person_id).home
    return (
        home is not None
        and row.household is not None
        and home.path.startswith(row.household.place.path)
    )


@transaction.atomic
def settle(objection_id: UUID, *, is_upheld: bool, text: str, by: Actor, at: datetime) -> Objection:
    """Somebody else decides. Upheld: the entry is taken back at once, in the open month."""
    row = (
        Objection.objects.select_for_update(of=("self",))
        .select_related(
            "entry__centre", "entry__branch__place", "entry__household__place", "entry__person"
        )
        .filter(id=objection_id)
        .first()
    )
    if row is None:
        raise missing(_("没有找到这条意见。"), "unknown_objection")
    if row.settled_at is not None:
        raise conflict("settled_before", _("这条意见已经处理过了。"))
    officer = check_handle(by, row.entry)
    verdict = Verdict.objects.get(entry=row.entry)
    if officer in (row.by_id, row.entry.proposed_by_id, verdict.by_id):
        raise forbidden(_("提出、核对或申诉的人不能裁定,要由另一个人来办。"), "own_case")
    words = clean_words(text, field="text")[:300]
    row.settled_at, row.settled_by_id, row.is_upheld = at, officer, is_upheld
    row.settlement = words
    row.save(update_fields=["settled_at", "settled_by", "is_upheld", "settlement"])
    if is_upheld and not Entry.objects.filter(corrects=row.entry).exists():
        made = take_back(row.entry, officer=officer, text=words, by=by, at=at)
        Verdict.objects.create(
            entry=made, is_confirmed=True, text=words[:200], by_id=officer, at=at
        )
        announce(entry_fact(made, "corrected", by, at))
    announce(entry_fact(row.entry, "settled", by, at))
    if row.by_id != row.entry.person_id:
        announce(replace(entry_fact(row.entry, "answered", by, at), person_id=row.by_id))
    return row
