"""公示: what is on notice is posted when its time is over, unless somebody objects."""

from __future__ import annotations

import logging
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from diandan.ground.people.actor import SYSTEM, Actor
from diandan.ground.record.actions.announce import announce
from diandan.kit.refusal import Refusal, conflict, forbidden, missing
from diandan.path.ask.core import clean_words
from diandan.path.engage.models import Task

from ..facts import hours_fact
from ..models import Confirmation, Declaration, Objection, Transfer
from ..policies import check_second
from ..queries import due_rows, waiting_of
from .earn import earn
from .move import Phase, settle
from .move_many import settle_many

LIMIT = 200
#: So many sessions in one transaction: what it costs beside its rows is shared.
TOGETHER = 50
log = logging.getLogger(__name__)


def post_due(*, at: datetime, limit: int = LIMIT) -> int:
    """Post what was long enough on notice; returns how many rows were posted.

    Many sessions go together. What the database refuses to post (somebody changed the rows under
    it) stays where it is, for `diandan books check` to name, and stops nobody else's hours.
    """
    due = due_rows(at)[:limit]
    posted = 0
    for first in range(0, len(due), TOGETHER):
        some = due[first : first + TOGETHER]
        try:
            posted += _post(some, at)
        except IntegrityError:
            # It says no to one of them and does not say which.
            posted += sum(_post_alone(task_id, at) for task_id in some)
    return posted


def _post_alone(task_id: UUID, at: datetime) -> int:
    try:
        return _post([task_id], at)
    except IntegrityError as no:
        log.exception("not posted: task %s: %s", task_id, str(no).splitlines()[0])
        return 0


@transaction.atomic
def _post(task_ids: list[UUID], at: datetime) -> int:
    """All that these sessions bring, minutes first; passed over are those another worker has."""
    tasks = {
        task.id: task
        for task in Task.objects.select_for_update(skip_locked=True, of=("self",))
        .filter(id__in=task_ids)
        .order_by("id")
    }
    due = due_rows(at, among=tasks)
    rows = settle_many(
        waiting_of(*(tasks[task_id] for task_id in due)), Phase.POSTING, by=SYSTEM, at=at
    )
    announce(*(hours_fact(row, "posted", SYSTEM, at) for row in rows))
    return len(rows)


@transaction.atomic
def confirm(task_id: UUID, *, by: Actor, at: datetime) -> Confirmation:
    """An officer of the place stands for a session that was not proved from all sides.

    Never the volunteer herself, nor who said the minutes, took the visit on or leads her team.
    Minutes that lacked only this become verified; the others stay declared and may be posted.
    """
    task = _task(task_id)
    job = task.engagement.job
    said = Confirmation.objects.filter(task=task).first()
    if said is not None:
        return said
    if task.engagement.team_id in by.leads:
        raise forbidden(_("这是您带的队伍,要由另一个人来核对。"), "own_team")
    seen = getattr(task, "attendance", None)  # who entered it by hand is no second person
    entered = (seen.in_by_id, seen.out_by_id) if seen is not None else ()
    declared = Declaration.objects.filter(task=task).first()
    said_by = declared.by_id if declared else None
    others = (task.person_id, task.engagement.accepted_by_id, said_by, *entered)
    officer = check_second(by, job.place, *others)
    if not waiting_of(task):
        raise conflict("nothing_waits", _("这次服务没有等核对的时长。"))
    row = Confirmation.objects.create(task=task, by_id=officer, at=at)
    announce(*(hours_fact(one, "confirmed", by, at) for one in waiting_of(task)))
    earn(task.id, at=at)
    return row


@transaction.atomic
def object_to(
    transfer_id: UUID, *, kind: Objection.Kind, text: str, by: Actor, at: datetime
) -> Objection:
    """异议: while it is on notice, anybody known by name may say that it is not so."""
    row = _pending(transfer_id)
    if by.person_id is None or by.is_frozen:
        raise forbidden(_("请登录后再提异议。"), "person_needed")
    if kind not in Objection.Kind.values:
        raise Refusal("kind", _("请选择异议的原因。"), field="kind")
    if kind == Objection.Kind.NOT_ME and (row.task is None or by.person_id != row.task.person_id):
        raise forbidden(_("“这不是我”要由本人来说。"), "not_yours")
    said = Objection.objects.filter(transfer=row, by_id=by.person_id, settled_at=None).first()
    if said is not None:
        return said
    objection = Objection.objects.create(
        transfer=row,
        kind=kind,
        text=clean_words(text, field="text") if text.strip() else "",
        by_id=by.person_id,
        at=at,
    )
    announce(hours_fact(row, "objected", by, at))
    return objection


@transaction.atomic
def settle_objection(
    objection_id: UUID, *, is_upheld: bool, text: str, by: Actor, at: datetime
) -> Objection:
    """A second person decides: upheld, and what the session brought is voided; else it goes on."""
    row = (
        Objection.objects.select_for_update(of=("self",))
        .select_related("transfer__task__engagement__job__place", "transfer__centre")
        .filter(id=objection_id)
        .first()
    )
    if row is None:
        raise missing(_("没有找到这条异议。"), "unknown_objection")
    if row.settled_at is not None:
        raise conflict("settled_before", _("这条异议已经处理过了。"))
    task = row.transfer.task
    place = task.engagement.job.place if task else row.transfer.centre
    if task is not None and task.engagement.team_id in by.leads:
        raise forbidden(_("这是您带的队伍,要由另一个人来处理。"), "own_team")
    row.settled_by_id = check_second(by, place, row.by_id, *(_parties(task) if task else ()))
    row.settlement = clean_words(text, field="text")
    row.settled_at, row.is_upheld = at, is_upheld
    row.save(update_fields=["settled_at", "settled_by", "is_upheld", "settlement"])
    if is_upheld:
        rows = waiting_of(task) if task else [_pending(row.transfer_id)]
        ended = [settle(one, Phase.VOIDING, by=by, at=at) for one in rows]
        announce(*(hours_fact(one, "voided", by, at) for one in ended))
    else:
        announce(hours_fact(row.transfer, "upheld", by, at))
    return row


def _parties(task: Task) -> list[UUID]:
    """Who stands on one side of what is said against these hours: they do not decide on it."""
    said = Declaration.objects.filter(task=task).values_list("by_id", flat=True)
    stood = Confirmation.objects.filter(task=task).values_list("by_id", flat=True)
    return [task.person_id, task.engagement.accepted_by_id, *said, *stood]


def _task(task_id: UUID) -> Task:
    related = ("engagement__job__place", "person")
    row = (
        Task.objects.select_for_update(of=("self",))
        .select_related(*related)
        .filter(id=task_id)
        .first()
    )
    if row is None:
        raise missing(_("没有找到这项任务。"), "unknown_task")
    return row


def _pending(transfer_id: UUID) -> Transfer:
    row = Transfer.objects.select_related("task", "credit").filter(id=transfer_id).first()
    if row is None:
        raise missing(_("没有找到这一笔。"), "unknown_transfer")
    if row.phase != Phase.PENDING or Transfer.objects.filter(settles=row).exists():
        raise conflict("notice_over", _("公示已经结束。有错的,请向组织申请更正。"))
    return row
