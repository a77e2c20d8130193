"""到场: the other ways to show who was there, for programs: codes to show, scans, roll calls, late.

The plain check-in and check-out by a code are steps of a task (`serving.py`).
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Router, Schema
from pydantic import Field

from diandan.flow import attending
from diandan.ground.people import queries as people
from diandan.ground.presence.actions.codes import code_of, job_subject
from diandan.ground.presence.core import begins, step_at
from diandan.kit.refusal import Refusal, missing
from diandan.path.engage import queries as engage
from diandan.path.engage.models import Task
from diandan.path.fulfil.actions.late import Written
from diandan.path.fulfil.actions.roll import may_witness, roll_call, witness
from diandan.path.fulfil.actions.scan import own_code, task_scanned
from diandan.path.fulfil.models import RollCall
from diandan.web import door
from diandan.web.shared.late import take_or_keep

from . import shapes, told
from .gate import Need, caller

router = Router()
Shown = dict[str, Any]
End = Annotated[str, told.among(RollCall.End)]
RECORDS_MOST = 50
PEOPLE_MOST = 200


class CodeOut(Schema):
    """现在要出示的码。"""

    code: str = told.f("六位数字,一分钟一换")
    next_at: datetime = told.f("何时换下一个")


class ScanIn(shapes.Asked):
    """扫到的志愿者的码。"""

    task: UUID = Field(description="任务编号,在二维码里")
    code: shapes.Short = Field(description="二维码里的六位数字")


class ScanOut(Schema):
    """扫码以后。"""

    task: UUID = told.f("任务编号")
    state: str = told.f("任务的状态:checked_in 已签到,checked_out 已签退")


class RollIn(shapes.Asked):
    """点名。"""

    tasks: list[UUID] = Field(max_length=PEOPLE_MOST, description="到了(或走了)的队员的任务编号")
    end: shapes.Short = Field(description="in 点到场,out 点离场")
    when: shapes.Moment | None = Field(None, description="更早的时间,事后补点时填;会请人核查")


class SeenIn(shapes.Asked):
    """见证点名。"""

    tasks: list[UUID] = Field(max_length=PEOPLE_MOST, description="您亲眼看到的人的任务编号")


class RollLineOut(Schema):
    """点名里的一个人。"""

    task: UUID = told.f("任务编号")
    who: str = told.f("名字,只有姓")
    is_witnessed: bool = told.f("有没有第二个人见证")


class RollOut(Schema):
    """一次点名。没有人见证的,只能算申报时长。"""

    id: UUID = told.f("点名编号")
    end: End = told.f("in 到场,out 离场")
    at: datetime = told.f("何时点的")
    lines: list[RollLineOut] = told.f("点到的人")
    may_witness: bool = told.f("您能不能见证")


class LateIn(shapes.Asked):
    """一条离线记录,时间按手机的钟。"""

    id: UUID = Field(description="手机给这条记录的编号;再发一次也只算一条")
    task: UUID = Field(description="任务编号")
    end: shapes.Short = Field(description="in 到场,out 离场")
    code: shapes.Short = Field(description="当时看到或听到的码")
    phone_at: shapes.Moment = Field(description="手机的钟说是何时")
    note: shapes.Short = Field("", description="做了什么,out 时可填")


class LateBatchIn(shapes.Asked):
    """离线时记下的,一次发来。早的在前。"""

    sent_at: shapes.Moment = Field(description="发的时候手机的钟是几点,用来对时")
    records: list[LateIn] = Field(max_length=RECORDS_MOST, description="离线记录,最多 50 条")


class LateOut(Schema):
    """一条离线记录怎样了。收下的也要第二个人的话才算核实。"""

    id: UUID = told.f("记录的编号")
    taken: bool = told.f("有没有收下")
    code: str = told.f("没有收下的原因,给程序看;收下为空")
    sentence: str = told.f("没有收下的原因,一句话;收下为空")
    skew_seconds: int | None = told.f("手机的钟快了几秒,慢为负;没有登记为空")


@router.get(
    "/tasks/{uuid:task_id}/code",
    url_name="task_code",
    response=CodeOut,
    auth=Need("serve"),
    summary="我要出示的码",
)
def task_code(request: HttpRequest, task_id: UUID) -> Shown:
    """Her own code, for the leader or the served person to scan."""
    row, at = engage.task_of(task_id, caller(request)), door.now(request)
    return {"code": own_code(row, at=at), "next_at": begins(step_at(at) + 1)}


@router.get(
    "/jobs/{uuid:job_id}/code",
    url_name="job_code",
    response=CodeOut,
    auth=Need("serve"),
    summary="队长要出示的码",
)
def job_code(request: HttpRequest, job_id: UUID) -> Shown:
    """The job's code on its leader's phone, for a visit without a screen."""
    engage.engagement_led(job_id, caller(request))
    at = door.now(request)
    return {"code": code_of(job_subject(job_id), at=at), "next_at": begins(step_at(at) + 1)}


@router.post(
    "/scans",
    url_name="scan",
    response=ScanOut,
    auth=Need("serve", "order"),
    summary="扫志愿者的码",
)
def scan(request: HttpRequest, body: ScanIn) -> Shown:
    """By a leader or the served person: in, or out when she is in."""
    by, at = caller(request), door.now(request)
    task_scanned(body.task, by)
    code = "".join(c for c in body.code if c.isascii() and c.isdigit())
    attending.scan_task(body.task, code=code, by=by, at=at)
    return {"task": body.task, "state": Task.objects.get(id=body.task).state}


@router.post(
    "/jobs/{uuid:job_id}/roll",
    url_name="roll",
    response=RollOut,
    auth=Need("serve"),
    summary="点名",
)
def roll(request: HttpRequest, job_id: UUID, body: RollIn) -> Shown:
    """By a leader of the team that went; each name waits for a second person's word."""
    by, at = caller(request), door.now(request)
    row = engage.engagement_led(job_id, by)
    made = attending.call_roll(row, body.tasks, end=body.end, when=body.when, by=by, at=at)
    return _roll(made, request)


def _roll(row: RollCall, request: HttpRequest) -> Shown:
    lines = list(row.lines.select_related("task").order_by("id"))
    names = people.masked_names(line.task.person_id for line in lines)
    return {
        "id": row.id,
        "end": row.end,
        "at": row.at,
        "lines": [
            {
                "task": line.task_id,
                "who": names.get(line.task.person_id, ""),
                "is_witnessed": line.witness_id is not None,
            }
            for line in lines
        ],
        "may_witness": may_witness(row, caller(request)),
    }


def _call_seen(call_id: UUID, request: HttpRequest) -> RollCall:
    by, row = caller(request), roll_call(call_id)
    if row.by_id != by.person_id and not may_witness(row, by):
        raise missing(_("没有找到这次点名,或您不在现场。"))
    return row


@router.get(
    "/roll-calls/{uuid:call_id}",
    url_name="roll_call",
    response=RollOut,
    auth=Need("serve", "order"),
    summary="一次点名",
)
def one_call(request: HttpRequest, call_id: UUID) -> Shown:
    """For who called it and who may say that she saw them."""
    return _roll(_call_seen(call_id, request), request)


@router.post(
    "/roll-calls/{uuid:call_id}/witness",
    url_name="roll_witness",
    response=RollOut,
    auth=Need("serve", "order"),
    summary="见证点名",
)
def witnessed(request: HttpRequest, call_id: UUID, body: SeenIn) -> Shown:
    """Another who was there, or who asked for the service, saw those named."""
    row = _call_seen(call_id, request)
    witness(row, body.tasks, by=caller(request), at=door.now(request))
    return _roll(row, request)


@router.post(
    "/late-records",
    url_name="late_records",
    response=list[LateOut],
    auth=Need("serve"),
    summary="补传离线记录",
)
def late_records(request: HttpRequest, body: LateBatchIn) -> list[Shown]:
    """Each record by itself: one that is refused keeps none of the others back."""
    return [_late(request, one, body.sent_at) for one in body.records]


def _late(request: HttpRequest, one: LateIn, sent_at: datetime) -> Shown:
    by = caller(request)
    given = Written(
        id=one.id, end=one.end, code=one.code[:20], phone_at=one.phone_at, sent_at=sent_at,
        note=one.note[:500],
    )  # fmt: skip
    try:
        task = engage.task_of(one.task, by)
        row = take_or_keep(task, given, by=by, at=door.now(request))
    except Refusal as no:  # not hers, or no record at all: nothing is written down about it
        told_no = {"taken": False, "code": no.code, "sentence": no.sentence}
        return {"id": one.id, **told_no, "skew_seconds": None}
    return {
        "id": row.id,
        "taken": row.was_taken,
        "code": row.code,
        "sentence": row.sentence,
        "skew_seconds": row.skew_s,
    }
