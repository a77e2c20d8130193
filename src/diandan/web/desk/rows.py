"""列表的行: plain rows for the queue, the table and the export, the same for all three."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from diandan.ground.people.actor import Actor
from diandan.ground.people.queries import masked_name, masked_names
from diandan.kit.units import local
from diandan.path.ask.models import Request
from diandan.path.bundle.models import Job
from diandan.path.fulfil.models import Incident
from diandan.path.grade.models import FollowUp
from diandan.web.shared import words

from .queues import SOON, Queue
from .relay import HERS, relay_task
from .sight import without_words

TONES = {
    "served": "good",
    "rated": "good",
    "closed": "plain",
    "unmet": "late",
    "disputed": "late",
    "refused": "late",
    "escalated": "late",
    "returned": "wait",
    "sent_back": "wait",
    "serving": "good",
    "engaged": "good",
    "allocated": "good",
}


def say_left(due: datetime | None, at: datetime) -> dict[str, Any] | None:
    """A clock row for parts/clock.html: 还有3小时, 超时2天."""
    if due is None:
        return None
    gap = due - at
    said = _("超时%(t)s") if gap < timedelta(0) else _("还有%(t)s")
    tone = "late" if gap < timedelta(0) else "wait" if gap < SOON else "plain"
    return {
        "at": due,
        "words": said % {"t": _lasting(abs(gap))},
        "late": gap < timedelta(0),
        "tone": tone,
    }


def say_day(moment: datetime | None) -> str:
    """3月5日 12:00, in the centre's own time."""
    if moment is None:
        return ""
    here = local(moment)
    parts = {"month": here.month, "day": here.day, "time": f"{here:%H:%M}"}
    return _("%(month)s月%(day)s日 %(time)s") % parts


def say_window(start: datetime | None, end: datetime | None) -> str:
    """When it is wanted; 时间不限 when she did not say."""
    if start is None:
        return _("时间不限")
    tail = f"–{local(end):%H:%M}" if end else ""
    return say_day(start) + tail


def state_row(subject: Request | Job) -> dict[str, Any]:
    """A pill for parts/state.html."""
    return {"word": str(subject.get_state_display()), "tone": TONES.get(subject.state, "wait")}


def queue_rows(queue: Queue, found: Sequence[Any], at: datetime, by: Actor) -> list[dict[str, Any]]:
    """One dict a row as this reader may see it; no query here depends on how many rows there are."""
    about = {"request": "", "job": "", "incident": "job"}.get(queue.noun, "request")
    return [
        without_words(item, getattr(row, about) if about else row, by)
        for row, item in zip(found, _items(queue, found, at), strict=True)
    ]


def _items(queue: Queue, found: Sequence[Any], at: datetime) -> list[dict[str, Any]]:
    match queue.noun:
        case "request":
            return _requests(found, queue, at)
        case "job":
            return [_job(row, queue, at) for row in found]
        case "followup":
            return _follow_ups(found, queue, at)
        case "incident":
            return _incidents(found, queue)
    return [_about_request(row, queue, at) for row in found]


def _requests(found: Sequence[Request], queue: Queue, at: datetime) -> list[dict[str, Any]]:
    """What waits for her shows her date, as its page does, and not the house's reminder."""
    hers = [r for r in found if r.state in HERS]
    states = words.for_requests(hers, at, words.Viewer.STAFF) if hers else {}
    dues = {key: said.by.at for key, said in states.items() if said.by}
    return [_request(row, queue, at, dues.get(row.id)) for row in found]


def _request(
    row: Request, queue: Queue, at: datetime, hers: datetime | None = None
) -> dict[str, Any]:
    due = hers or getattr(row, "due", None)
    return {
        "id": row.id,
        "href": f"{reverse('desk_request', args=[row.id])}?q={queue.key}",
        "number": row.number,
        "title": row.title,
        "kind": row.kind.name,
        "place": row.place.name,
        "who": masked_name(row.requester),
        "state": state_row(row),
        "urgent": row.urgency == "urgent",
        "channel": str(row.get_channel_display()),
        "people": row.people_count,
        "since": row.placed_at,
        "promise": row.promise_at,
        "due": due,
        "clock": say_left(due, at),
        "task": relay_task(row),
        "note": row.reason,
    }


def _job(row: Job, queue: Queue, at: datetime) -> dict[str, Any]:
    return {
        "id": row.id,
        "href": f"{reverse('desk_job', args=[row.id])}?q={queue.key}",
        "number": row.number,
        "title": row.title,
        "kind": row.kind.name,
        "place": row.place.name,
        "who": _("项目") if row.is_project else "",
        "state": _review_state(row),
        "urgent": row.urgency == "urgent",
        "channel": "",
        "people": row.headcount,
        "since": row.made_at,
        "promise": row.promise_at,
        "due": getattr(row, "due", None),
        "clock": say_left(getattr(row, "due", None), at),
        "note": row.reason,
    }


def _review_state(row: Job) -> dict[str, Any]:
    state = state_row(row)
    levels = {"station": _("待站审核"), "institute": _("待所审核"), "center": _("待中心审核")}
    if row.state == "in_review":
        state["word"] = levels.get(row.review_level, state["word"])
    return state


def _follow_ups(found: Iterable[FollowUp], queue: Queue, at: datetime) -> list[dict[str, Any]]:
    rows = list(found)
    names = masked_names(r.owner_id for r in rows if r.owner_id)
    causes = {
        "bad_rating": _("评价不满意"),
        "expert_bad": _("专家评价低"),
        "dispute": _("要求回头办"),
    }
    made = []
    for row in rows:
        base = _about_request(row, queue, at)
        owner = names.get(row.owner_id, "") if row.owner_id else _("还没有人跟进")
        base |= {"who": owner, "state": {"word": causes.get(row.cause, row.cause), "tone": "late"}}
        base["note"] = row.words
        made.append(base)
    return made


def _incidents(found: Iterable[Incident], queue: Queue) -> list[dict[str, Any]]:
    return [
        {
            "id": row.id,
            "href": f"{reverse('desk_job', args=[row.job_id])}?q={queue.key}",
            "number": row.job.number,
            "title": row.text[:40],
            "kind": row.job.kind.name,
            "place": row.job.place.name,
            "who": masked_name(row.by),
            "state": {"word": _("紧急"), "tone": "late"}
            if row.is_urgent
            else {"word": _("待处理"), "tone": "wait"},
            "urgent": row.is_urgent,
            "channel": "",
            "people": "",
            "since": row.at,
            "promise": None,
            "due": None,
            "clock": None,
            "note": row.text,
        }
        for row in found
    ]


def _about_request(row: Any, queue: Queue, at: datetime) -> dict[str, Any]:
    request = row.request
    word, tone, due = str(request.get_state_display()), "wait", None
    if queue.noun == "whistle":
        word, due = _("待%(unit)s回复") % {"unit": row.unit.name}, row.due_at
    elif queue.noun == "hotline":
        word = str(row.get_state_display())
        if row.last_error and row.state == "queued":
            word, tone = _("对方没有应答,已试%(n)d次") % {"n": row.tries}, "late"
    elif queue.noun == "followup":
        due = row.due_at
    return {
        "id": row.id,
        "href": reverse("desk_answer_whistle", args=[row.id])
        if queue.noun == "whistle"
        else f"{reverse('desk_request', args=[request.id])}?q={queue.key}",
        "number": request.number,
        "title": getattr(row, "question", "") or request.title,
        "kind": request.kind.name,
        "place": request.place.name,
        "who": getattr(row, "outside_number", ""),
        "state": {"word": word, "tone": tone},
        "urgent": request.urgency == "urgent",
        "channel": str(request.get_channel_display()),
        "people": request.people_count,
        "since": request.placed_at,
        "promise": request.promise_at,
        "due": due,
        "clock": say_left(due, at),
        "note": getattr(row, "last_error", ""),
    }


def _lasting(gap: timedelta) -> str:
    minutes = int(gap.total_seconds() // 60)
    if minutes < 60:
        return ngettext("%(n)d分钟", "%(n)d分钟", minutes) % {"n": minutes}
    if minutes < 48 * 60:
        return _("%(n)d小时") % {"n": minutes // 60}
    return _("%(n)d天") % {"n": minutes // 1440}
