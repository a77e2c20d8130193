"""培训、表彰与更正: what an organisation adds to a record, and what she says is wrong in it."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from diandan.ground.people import vault
from diandan.ground.people.actor import Actor
from diandan.ground.people.models import Person
from diandan.ground.people.policies import check_own_act
from diandan.ground.people.queries import volunteer_of
from diandan.ground.places.models import Place
from diandan.ground.record.actions.announce import announce
from diandan.kit.refusal import Refusal, conflict, missing
from diandan.kit.units import local

from ..facts import correction_fact, entry_fact
from ..models import CorrectionAsked, Entry
from ..policies import check_officer

TITLE_MAX = 80
TEXT_MAX = 500
STUDY_HOURS_MAX = 1000


@transaction.atomic
def enter(
    *,
    person: Person,
    place: Place,
    kind: str,
    on: date,
    title: str,
    giver: str,
    study_hours: int = 0,
    at: datetime,
    by: Actor,
) -> Entry:
    """One officer writes it down; it counts when another has looked (民政部令67: 真实、准确)."""
    officer = check_officer(by, place, person.id)
    if volunteer_of(person.id) is None:
        raise Refusal("not_a_volunteer", _("这个人还没有报名做志愿者。"), field="number")
    if kind not in Entry.Kind.values:
        raise Refusal("kind", _("请选培训或表彰。"), field="kind")
    if not title.strip():
        raise Refusal("title", _("请写培训内容或表彰名称。"), field="title")
    if on > local(at).date():
        raise Refusal("on", _("日期还没有到。"), field="on")
    if not 0 <= study_hours <= STUDY_HOURS_MAX:
        raise Refusal("study_hours", _("学时请写 0 到 1000 的整数。"), field="study_hours")
    row = Entry.objects.create(
        person=person,
        place=place,
        kind=kind,
        on=on,
        title_enc=vault.seal(person.wrapped_key, title.strip()[:TITLE_MAX]),
        giver_enc=vault.seal(person.wrapped_key, (giver.strip() or place.name)[:TITLE_MAX]),
        study_hours=study_hours if kind == Entry.Kind.TRAINING else 0,
        entered_by_id=officer,
        entered_at=at,
    )
    announce(entry_fact(row, "entered", by, at))
    return row


@transaction.atomic
def confirm_entry(*, entry_id: UUID, is_right: bool, at: datetime, by: Actor) -> Entry:
    """The second look; a wrong one is dropped, not kept."""
    row = (
        Entry.objects.select_for_update(of=("self",))
        .select_related("place")
        .filter(id=entry_id)
        .first()
    )
    if row is None:
        raise missing(_("没有找到这条记录。"), "no_such_entry")
    officer = check_officer(by, row.place, row.person_id, row.entered_by_id)
    if row.confirmed_at or row.dropped_at:
        raise conflict("done", _("这条记录已有人核对过。"))
    if is_right:
        row.confirmed_by_id, row.confirmed_at = officer, at
    else:
        row.dropped_at, row.title_enc, row.giver_enc = at, b"", b""
    row.save()
    announce(entry_fact(row, "confirmed" if is_right else "dropped", by, at))
    return row


@transaction.atomic
def ask_correction(
    *, person: Person, place: Place, group: str, text: str, at: datetime, by: Actor
) -> CorrectionAsked:
    """更正: she says what is wrong; the organisation that recorded it must check and answer."""
    check_own_act(by, person)
    if group not in CorrectionAsked.Group.values:
        raise Refusal("group", _("请选是哪一组记录。"), field="group")
    if not text.strip():
        raise Refusal("text", _("请写哪里不对、应该是什么。"), field="text")
    row = CorrectionAsked.objects.create(
        person=person,
        place=place,
        group=group,
        text_enc=vault.seal(person.wrapped_key, text.strip()[:TEXT_MAX]),
        asked_at=at,
    )
    announce(correction_fact(row, "asked", by, at))
    return row


@transaction.atomic
def answer_correction(
    *, correction_id: UUID, is_right: bool, answer: str, at: datetime, by: Actor
) -> CorrectionAsked:
    """Checked, and told what came of it, with the reason when it stays as it is."""
    row = (
        CorrectionAsked.objects.select_for_update(of=("self",))
        .select_related("place", "person")
        .filter(id=correction_id)
        .first()
    )
    if row is None:
        raise missing(_("没有找到这份更正申请。"), "no_such_correction")
    officer = check_officer(by, row.place, row.person_id)
    if row.answered_at:
        raise conflict("answered", _("已经答复过了。"))
    if not answer.strip():
        raise Refusal("answer", _("请写怎么处理的;不改也要写原因。"), field="answer")
    row.answered_at, row.answered_by_id, row.is_right = at, officer, is_right
    row.answer_enc = vault.seal(row.person.wrapped_key, answer.strip()[:TEXT_MAX])
    row.save()
    announce(correction_fact(row, "answered", by, at))
    return row
