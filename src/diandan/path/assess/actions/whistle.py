"""吹哨报到: several units are asked about one request; each must answer in its own time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from diandan.ground.people.actor import SYSTEM, Actor
from diandan.ground.places.models import Place
from diandan.ground.record.actions.announce import announce
from diandan.kit.refusal import Refusal, conflict, forbidden
from diandan.path.ask.core import clean_words
from diandan.path.ask.models import Request
from diandan.path.ask.states import REQUEST_ENDS

from ..facts import whistle_fact
from ..models import Whistle
from ..policies import check_answer

QUESTION_MAX = 300
UNITS_MAX = 20


@transaction.atomic
def blow(
    request: Request,
    *,
    units: Sequence[Place],
    question: str,
    due_at: datetime,
    by: Actor,
    at: datetime,
) -> list[Whistle]:
    """Ask each unit one question about a locked request, due at `due_at`.

    A unit that still owes an answer is not asked twice: Refusal `whistled_before` names it.
    A private request is not told around: Refusal `private_stays`.
    """
    asked = list({unit.id: unit for unit in units}.values())
    if not asked:
        raise Refusal("nobody_asked", _("请至少选一个单位。"), field="units")
    if len(asked) > UNITS_MAX:
        raise Refusal("too_many_asked", _("一次最多吹哨20个单位。"), field="units")
    if request.is_private:
        raise forbidden(_("调解内容保密,不能吹哨告知其他单位。"), "private_stays")
    if request.state in REQUEST_ENDS:
        raise conflict("not_now", _("这张单子已经办结,不用再吹哨。"))
    text = clean_words(question, field="question")
    if len(text) > QUESTION_MAX:
        raise Refusal("question_long", _("问题请写在300字以内。"), field="question")
    if due_at <= at:
        raise Refusal("due_past", _("回复时限要晚于现在。"), field="due_at")
    open_names = list(
        request.whistles.filter(unit__in=asked, answered_at=None).values_list(
            "unit__name", flat=True
        )
    )
    if open_names:
        raise conflict(
            "whistled_before",
            _("%(units)s还没有回复上一次吹哨。") % {"units": "、".join(open_names)},
        )
    rows = Whistle.objects.bulk_create(
        Whistle(
            request=request,
            unit=unit,
            question=text,
            asked_by_id=by.person_id,
            asked_at=at,
            due_at=due_at,
        )
        for unit in asked
    )
    announce(*(whistle_fact(row, "blown", by, at) for row in rows))
    return rows


@transaction.atomic
def answer(whistle: Whistle, *, text: str, by: Actor, at: datetime) -> Whistle:
    """The unit's answer to a locked whistle, by somebody who works there, never by who asked."""
    check_answer(by, whistle.unit)
    if by.person_id is None or by.person_id == whistle.asked_by_id:
        raise forbidden(_("吹哨的人不能替对方回复。"), "self_answer")
    if whistle.answered_at is not None:
        raise conflict("answered_before", _("这条吹哨已经回复过了。"))
    whistle.answer = clean_words(text, field="text")
    whistle.answered_at = at
    whistle.answered_by_id = by.person_id
    whistle.save(update_fields=["answer", "answered_at", "answered_by"])
    announce(whistle_fact(whistle, "answered", by, at))
    return whistle


@transaction.atomic
def remind_late(*, at: datetime, by: Actor = SYSTEM) -> list[Whistle]:
    """Remind, once, every unit whose answer is overdue. Two workers share the rows out."""
    rows = list(
        Whistle.objects.select_for_update(skip_locked=True, of=("self",))
        .select_related("unit", "request")
        .filter(answered_at=None, reminded_at=None, due_at__lt=at)
        .order_by("due_at", "id")
    )
    for row in rows:
        row.reminded_at = at
    Whistle.objects.bulk_update(rows, ["reminded_at"])
    if rows:
        announce(*(whistle_fact(row, "reminded", by, at) for row in rows))
    return rows
