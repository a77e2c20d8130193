"""离线记录: what a phone without a signal wrote down is taken later, once, or refused in words.

The phone says when it happened by its own clock and what that clock says now. The difference to
the server's is its skew; a rotating code of another minute than the one claimed shows a clock that
was turned. Where she was an hour ago nobody can see any more, so such an end is not proof by
itself (`Proof.OFFLINE`): a second person's word is needed before minutes of it are posted.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from diandan.ground.people.actor import Actor
from diandan.ground.presence.actions.codes import shown_at
from diandan.kit.refusal import Refusal, conflict
from diandan.kit.units import local
from diandan.path.engage.models import Task

from ..models import LateRecord, RollCall
from .prove import Proof, Proved, prove, subjects_of
from .visit import check_day, check_is_there, check_may_come, check_own, enter_in, enter_out

# A phone may be in the hills for a weekend; older than this nobody remembers.
OLDEST = timedelta(hours=72)
LITTLE = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Written:
    """One record as the phone kept it. `phone_at`, `sent_at`: both by the phone's own clock."""

    id: UUID
    end: str
    code: str
    phone_at: datetime
    sent_at: datetime
    note: str = ""


def kept(record_id: UUID, by: Actor) -> LateRecord | None:
    """What became of it, when it was sent before: the second sending changes nothing."""
    row = LateRecord.objects.filter(id=record_id).first()
    if row is not None and row.person_id != by.person_id:
        raise conflict("key_reused", _("这条离线记录的编号别人已经用过了。"))
    return row


@transaction.atomic
def take(task: Task, given: Written, *, by: Actor, at: datetime) -> LateRecord:
    """Check in or out as written, at the moment meant. Refusals say what stands against it."""
    check_own(task, by)
    if given.end not in RollCall.End.values:
        raise Refusal("end", _("没有这种记录。"))
    meant = meant_at(given, at)
    if meant > at + LITTLE:
        raise conflict("ahead", _("这条记录的时间在现在以后,请检查手机的时间。"))
    if at - meant > OLDEST:
        raise conflict("too_old", _("这条记录超过三天了,请队长或站里按纸质表补录。"))
    proved = _prove_then(task, given, meant, by, at)
    offline = Proved(Proof.OFFLINE, proved.request_id)
    if given.end == RollCall.End.IN:
        _check_open(task)
        check_day(task.engagement.job, meant)
        enter_in(task, offline, by=by, at=at, came_at=min(meant, at))
    else:
        if task.state == Task.State.CHECKED_OUT:
            raise _closed_by_another(task)
        check_is_there(task)
        if meant < task.attendance.in_at:
            raise conflict("before_arrival", _("这条签退比您的签到还早,请检查手机的时间。"))
        left = min(meant, at)
        enter_out(task, offline, by=by, at=at, left_at=left, note=given.note)
    return _keep(task, given, by, at, was_taken=True)


@transaction.atomic
def keep_refused(task: Task, given: Written, no: Refusal, *, by: Actor, at: datetime) -> LateRecord:
    """Remember a refused record with its sentence; called by the door after it was undone."""
    return _keep(task, given, by, at, was_taken=False, no=no)


def meant_at(given: Written, at: datetime) -> datetime:
    """The server's time of what the phone's clock called `phone_at`."""
    return given.phone_at + (at - given.sent_at)


def _check_open(task: Task) -> None:
    if task.state in (Task.State.CHECKED_IN, Task.State.CHECKED_OUT):
        raise conflict(
            "entered_already",
            _("%(when)s 已经有人记了您到场,这条没有再记。")
            % {"when": f"{local(task.attendance.in_at):%H:%M}"},
        )
    check_may_come(task)


def _closed_by_another(task: Task) -> Refusal:
    out = task.attendance.out_at
    return conflict(
        "entered_already",
        _("%(when)s 已经记了您离场,这条没有再记。")
        % {"when": f"{local(out):%H:%M}" if out else ""},
    )


def _prove_then(task: Task, given: Written, meant: datetime, by: Actor, at: datetime) -> Proved:
    """A rotating code knows its own minute, whatever the phone's clock was made to say."""
    try:
        leaving = given.end == RollCall.End.OUT
        return prove(task, given.code, by=by, at=meant, now=at, leaving=leaving)
    except Refusal as no:
        code = "".join(c for c in given.code if c.isascii() and c.isdigit())
        then = shown_at(subjects_of(task), code, before=at + LITTLE, within=OLDEST)
        if then is None or no.code not in ("wrong_code", "old_code"):
            raise
        raise conflict(
            "clock_changed",
            _(
                "手机说是 %(phone)s,可这个到场码是 %(code)s 的。手机的时间改过或不准,这条没有记;请队长或站里帮您补录。"
            )
            % {"phone": f"{local(meant):%m-%d %H:%M}", "code": f"{local(then):%m-%d %H:%M}"},
        ) from no


def _keep(
    task: Task,
    given: Written,
    by: Actor,
    at: datetime,
    *,
    was_taken: bool,
    no: Refusal | None = None,
) -> LateRecord:
    assert by.person_id is not None
    return LateRecord.objects.create(
        id=given.id,
        task=task,
        person_id=by.person_id,
        end=given.end if given.end in RollCall.End.values else RollCall.End.IN,
        phone_at=given.phone_at,
        meant_at=meant_at(given, at),
        skew_s=int((given.sent_at - at).total_seconds()),
        heard_at=at,
        was_taken=was_taken,
        code=no.code[:30] if no else "",
        sentence=no.sentence[:300] if no else "",
    )
