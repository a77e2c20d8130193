"""核时: doubtful hours on the desk: objections, a second person's word, declared ones, corrections."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid5

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from diandan.ground.people.actor import STAFF_ROLES
from diandan.ground.people.queries import masked_names
from diandan.kit.refusal import Refusal, missing
from diandan.kit.units import local
from diandan.path.ledger.actions.correct import correct
from diandan.path.ledger.actions.declare import A_DAY, declare
from diandan.path.ledger.actions.move import NAMES
from diandan.path.ledger.actions.notice import confirm, settle_objection
from diandan.path.ledger.actions.pause import lift_pause
from diandan.path.ledger.models import Objection, ServicePause, Transfer
from diandan.path.ledger.queries_hours import (
    correctable,
    declarable,
    declared_share,
    open_objections,
    pauses_in,
    waiting_for_second,
)
from diandan.web import door
from diandan.web.shared import hour_words

from . import frame, parsing, takeaway

RECENT = timedelta(days=60)
MINUTES_MAX = 100_000


@require_GET
@door.staff_only
def hours(request: HttpRequest) -> HttpResponse:
    """What waits for a person: objections first, then hours that need a second one."""
    return _page(request)


def _page(request: HttpRequest, failed: frame.Failed | None = None) -> HttpResponse:
    by, at = door.actor(request), door.now(request)
    objections, waiting = open_objections(by), waiting_for_second(by)
    tasks, posted = declarable(by, at), correctable(by, at - RECENT)
    people = {row.by_id for row in objections}
    people |= {row.transfer.task.person_id for row in objections if row.transfer.task}
    people |= {row.task.person_id for row in (*waiting, *posted) if row.task}
    people |= {task.person_id for task in tasks}
    paused = pauses_in(by)
    people |= {row.person_id for row in paused}
    names = masked_names(people)
    shares = declared_share(sorted({row.centre_id for row in (*waiting, *posted)}))
    return frame.plain(
        request,
        "desk/hours.html",
        "hours",
        status=failed.refusal.status if failed else 200,
        failed=failed,
        objections=[_objection(row, names) for row in objections],
        waiting=[_waiting(row, names) for row in waiting],
        tasks=[
            {
                "id": task.id,
                "who": names.get(task.person_id, ""),
                "kind": task.engagement.job.kind.name,
                "number": task.engagement.job.number,
                "team": task.engagement.team.name,
                "on": task.engagement.job.starts_at or task.engagement.job.state_at,
                "most": task.engagement.job.minutes,
            }
            for task in tasks
        ],
        posted=[
            {
                "id": row.id,
                "who": names.get(row.task.person_id, "") if row.task else "",
                "kind": row.task.engagement.job.kind.name if row.task else "",
                "number": row.task.engagement.job.number if row.task else "",
                "minutes": row.amount,
                "hours": hour_words.hours(row.amount),
                "grade": hour_words.grade(row.credit.grade),
                "at": row.at,
            }
            for row in posted
        ],
        shares=[
            {
                "team": team,
                "verified": hour_words.hours(verified),
                "declared": hour_words.hours(declared),
                "percent": declared * 100 // max(1, verified + declared),
            }
            for team, verified, declared in shares
        ],
        paused=[_pause(row, names) for row in paused],
        a_day=A_DAY,
        csv_url=reverse("desk_hours_export"),
    )


def _objection(row: Objection, names: dict[UUID, str]) -> dict[str, Any]:
    task = row.transfer.task
    return {
        "id": row.id,
        "kind": str(row.get_kind_display()),
        "text": row.text,
        "by": names.get(row.by_id, ""),
        "at": row.at,
        "who": names.get(task.person_id, "") if task else "",
        "what": task.engagement.job.kind.name if task else "",
        "number": task.engagement.job.number if task else "",
        "team": task.engagement.team.name if task else "",
        "minutes": hour_words.hours(row.transfer.amount),
        "is_not_me": row.kind == Objection.Kind.NOT_ME,
    }


def _waiting(row: Transfer, names: dict[UUID, str]) -> dict[str, Any]:
    task = row.task
    assert task is not None
    job = task.engagement.job
    return {
        "task": task.id,
        "who": names.get(task.person_id, ""),
        "kind": job.kind.name,
        "number": job.number,
        "place": job.place.name,
        "team": task.engagement.team.name,
        "minutes": hour_words.hours(row.amount),
        "lacking": hour_words.lacking(row.data.get("missing", ())),
        "until": row.notice_until,
    }


def _pause(row: ServicePause, names: dict[UUID, str]) -> dict[str, Any]:
    return {
        "id": row.id,
        "who": names.get(row.person_id, ""),
        "missed": row.missed,
        "at": row.paused_at,
        "appeal": row.appeal,
    }


def _act(request: HttpRequest, form: str, do: Callable[[], str]) -> HttpResponse:
    """Do it and come back to the list with a sentence; a no stands on the list."""

    def acted() -> str:
        frame.said(request, do(), form)
        return reverse("desk_hours")

    def again(failed: frame.Failed) -> HttpResponse:
        if failed.refusal.status in (401, 403, 404):
            raise failed.refusal
        return _page(request, failed)

    return frame.act(request, form, acted, again)


@require_POST
@door.staff_only
def settle(request: HttpRequest, objection_id: UUID) -> HttpResponse:
    """异议成立 or 不成立, with the reason."""
    by, at, post = door.actor(request), door.now(request), request.POST

    def do() -> str:
        settles = {grant.role for grant in by.grants} & STAFF_ROLES  # an auditor only reads
        if not settles or all(row.id != objection_id for row in open_objections(by)):
            raise missing(_("没有找到这条异议,也许已经处理过了。"), "unknown_objection")
        verdict = post.get("verdict", "")
        if verdict not in ("upheld", "dismissed"):
            raise Refusal("verdict", _("请选择异议是否成立。"), field="verdict")
        upheld = verdict == "upheld"
        settle_objection(objection_id, is_upheld=upheld, text=post.get("reason", ""), by=by, at=at)
        return _("异议成立,这一笔不入账。") if upheld else _("异议不成立,公示期满后入账。")

    return _act(request, f"objection-{objection_id}", do)


@require_POST
@door.staff_only
def stand_for(request: HttpRequest, task_id: UUID) -> HttpResponse:
    """The second person's word."""
    by, at = door.actor(request), door.now(request)

    def do() -> str:
        confirm(task_id, by=by, at=at)
        return _("已核对。公示期满后入账。")

    return _act(request, f"stand-{task_id}", do)


@require_POST
@door.staff_only
def say(request: HttpRequest, task_id: UUID) -> HttpResponse:
    """补录 by an officer; a leader has the same on her own pages."""
    by, at, post = door.actor(request), door.now(request), request.POST

    def do() -> str:
        minutes = parsing.number(request, "minutes", MINUTES_MAX) or 0
        declare(task_id, minutes=minutes, why=post.get("reason", ""), by=by, at=at)
        return _("已补录,要由另一个人核对;志愿者会收到通知,可以说“这不是我”。")

    return _act(request, f"declare-{task_id}", do)


@require_POST
@door.staff_only
def put_right(request: HttpRequest, transfer_id: UUID) -> HttpResponse:
    """更正: a transfer back, with its reason; the row that was stays."""
    by, at, post = door.actor(request), door.now(request), request.POST

    def do() -> str:
        amount = parsing.number(request, "minutes", MINUTES_MAX) or 0
        key = uuid5(NAMES, f"correct:{transfer_id}:{post.get('form_key', '')}:{by.person_id}")
        correct(
            key, transfer_id=transfer_id, amount=amount, by=by, at=at, why=post.get("reason", "")
        )
        return _("已另记一笔更正,原来的一笔没有改。")

    return _act(request, f"correct-{transfer_id}", do)


@require_POST
@door.staff_only
def lift(request: HttpRequest, pause_id: UUID) -> HttpResponse:
    """Somebody looked at her no-shows: she is asked again."""
    by, at = door.actor(request), door.now(request)

    def do() -> str:
        lift_pause(pause_id, text=request.POST.get("reason", ""), by=by, at=at)
        return _("已恢复,之前的缺席不再重复计数。")

    return _act(request, f"pause-{pause_id}", do)


@require_http_methods(["GET", "HEAD"])
@door.staff_only
def export(request: HttpRequest) -> HttpResponse:
    """The list that waits for a second person, as a table."""
    rows = waiting_for_second(door.actor(request))
    names = masked_names(row.task.person_id for row in rows if row.task)
    cells = [
        (
            row["number"],
            row["who"],
            row["kind"],
            row["team"],
            row["minutes"],
            ";".join(row["lacking"]),
            f"{local(row['until']):%Y-%m-%d %H:%M}",
        )
        for row in (_waiting(one, names) for one in rows)
    ]
    heads = (
        *(_("单号"), _("志愿者"), _("服务"), _("队伍"), _("时长")),
        *(_("缺什么"), _("公示到")),
    )
    return frame.kept_nowhere(takeaway.as_csv(_("待核时长"), heads, cells))
