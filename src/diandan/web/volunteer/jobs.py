"""配单: a leader chooses who goes, sees who cannot, gives the job back, or says it is done."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from diandan.flow.conductor import do_job, ways
from diandan.flow.pausing import paused_among
from diandan.ground.people import queries as people
from diandan.ground.people.core import is_minor
from diandan.ground.people.models import Volunteer
from diandan.kit.refusal import Refusal
from diandan.kit.units import local
from diandan.path.bundle.actions.agree import BEFORE_VISIT
from diandan.path.engage import queries
from diandan.path.engage.models import Engagement, Task
from diandan.path.fulfil.queries import talks, whereabouts
from diandan.web import door
from diandan.web.shared.once import once
from diandan.web.shared.timeline import Viewer, job_timeline
from diandan.web.shared.words import for_job
from diandan.web.volunteer import rows
from diandan.web.volunteer.frame import page
from diandan.web.volunteer.stand_in import awaited


@require_safe
@door.signed_in
def job(request: HttpRequest, job_id: UUID) -> HttpResponse:
    """One job in my team's hands."""
    return _job_page(request, queries.engagement_led(job_id, door.actor(request)))


def _job_page(request: HttpRequest, row: Engagement, error: Refusal | None = None) -> HttpResponse:
    by, at = door.actor(request), door.now(request)
    order = row.job
    state = for_job(order, at, Viewer.VOLUNTEER)
    now_there = {t.person_id: t for t in queries.living_tasks(row)}
    can = [] if row.ended_at else ways(order, by)
    chosen = {UUID(v) for v in _uuids(request.POST.getlist("people"))} if error else set(now_there)
    context = {
        "id": order.id,
        "job": {
            **rows.engagement_row(row, at),
            "number": order.number,
            "minutes": order.minutes,
            "skills": "、".join(order.skills),
            "risk": order.risk_notice,
            "state": state,
            "phone": order.place.phone,
        },
        "over": row.ended_at is not None,
        "stops": [] if row.ended_at else whereabouts(order, reader=by, task=None, at=at),
        "members": _members(request, row, now_there, chosen) if "allocate" in can else [],
        "going": _going(request, list(now_there.values())),
        "cannot": _cannot(row),
        "may_stand_in": bool(awaited(row)),
        "may_attend": row.ended_at is None and order.state in ("allocated", "serving"),
        "ways": can,
        "error": error,
        "talks": talks(row, reader=by, task=None),
        "may_agree": row.ended_at is None and order.state in BEFORE_VISIT,
        "agreed": {
            "starts_at": _field_time(order.starts_at),
            "ends_at": _field_time(order.ends_at),
        },
        "fold": order.state != "engaged" and error is None,
        "timeline": job_timeline(
            order,
            viewer=Viewer.VOLUNTEER,
            at=at,
            me=by.person_id,
            teams=by.member_of,
            state=state,
        ),
    }
    return page(request, "job", context, tab="/v/tasks", status=error.status if error else 200)


def _field_time(moment: datetime | None) -> str:
    """As a date-and-time field wants it."""
    return f"{local(moment):%Y-%m-%dT%H:%M}" if moment else ""


def _members(
    request: HttpRequest, row: Engagement, now_there: dict[UUID, Task], chosen: set[UUID]
) -> list[dict[str, Any]]:
    """Everybody in the team with this week's load and her skills, the least asked first."""
    by, at = door.actor(request), door.now(request)
    found = people.members_of(row.team)
    ids = [m.person_id for m in found]
    names = people.person_names(ids, reader=by, at=at, why="allocate")
    loads = queries.week_loads(ids, at)
    volunteers = Volunteer.objects.in_bulk(ids)
    refused = {t.person_id for t in queries.said_no(row)} - set(now_there) - {by.person_id}
    refused |= paused_among(ids, row.job.centre) - set(now_there)
    listed = []
    for m in found:
        volunteer = volunteers.get(m.person_id)
        resting = volunteer is not None and not volunteer.on_duty
        if m.person_id in refused or m.person.frozen_at is not None:
            continue
        listed.append(
            {
                "value": m.person_id,
                "name": names.get(m.person_id, ""),
                "duty": m.get_duty_display(),
                "load": loads.get(m.person_id, 0),
                "skills": "、".join(volunteer.skills) if volunteer else "",
                "minor": is_minor(m.person.born_on, at),
                "resting": resting,
                "chosen": m.person_id in chosen,
            }
        )
    return sorted(listed, key=lambda r: (not r["chosen"], r["resting"], r["load"]))


def _going(request: HttpRequest, tasks: list[Task]) -> list[dict[str, Any]]:
    names = people.person_names(
        [t.person_id for t in tasks],
        reader=door.actor(request),
        at=door.now(request),
        why="allocate",
    )
    return [{"name": names.get(t.person_id, ""), "state": rows.task_state(t)} for t in tasks]


def _cannot(row: Engagement) -> list[dict[str, Any]]:
    tasks = queries.said_no(row)
    masked = people.masked_names(t.person_id for t in tasks)
    return [
        {
            "name": masked.get(t.person_id, ""),
            "state": t.get_state_display(),
            "reason": t.reason,
            "at": t.state_at,
        }
        for t in tasks
    ]


def _uuids(values: list[str]) -> list[str]:
    """Those that are ids; anything else was not sent by our form."""
    good = []
    for value in values:
        try:
            good.append(str(UUID(value)))
        except ValueError:
            continue
    return good


@require_POST
@door.signed_in
def allocate(request: HttpRequest, job_id: UUID) -> HttpResponse:
    """配单: those ticked are asked; those unticked are let go."""
    by, at = door.actor(request), door.now(request)
    row = queries.engagement_led(job_id, by)
    chosen = [UUID(v) for v in _uuids(request.POST.getlist("people"))]

    def act() -> str:
        do_job(job_id, "allocate", by=by, at=at, person_ids=chosen)
        messages.success(request, _("已安排,队员会收到通知,由本人确认。"))
        if len(chosen) < row.job.headcount:
            short = _(
                "这张单子要 %(all)d 人,已请 %(n)d 人。还有人能来的,请在「改一改人选」里再勾上。"
            )
            messages.warning(request, short % {"all": row.job.headcount, "n": len(chosen)})
        return f"/v/jobs/{job_id}"

    try:
        return once(request, act)
    except Refusal as no:
        if no.field != "people":
            raise
        return _job_page(request, row, no)


@require_POST
@door.signed_in
def give_up(request: HttpRequest, job_id: UUID) -> HttpResponse:
    """退回派单: said in time, it costs nothing."""

    def act() -> str:
        reason = request.POST.get("reason", "").strip()
        do_job(job_id, "give_up", by=door.actor(request), at=door.now(request), reason=reason)
        messages.success(
            request,
            _("已退回,派单员会另找队伍。谢谢及时告知,不影响记录。"),
            extra_tags=f"done:give-up-{job_id}",
        )
        return "/v/offers"

    return _led(request, job_id, act)


@require_POST
@door.signed_in
def finish(request: HttpRequest, job_id: UUID) -> HttpResponse:
    """服务完成, for a team whose last member forgot to check out."""

    def act() -> str:
        do_job(job_id, "finish", by=door.actor(request), at=door.now(request))
        messages.success(request, _("服务完成,已请点单人评价。谢谢你们。"))
        return f"/v/jobs/{job_id}"

    return _led(request, job_id, act)


def _led(request: HttpRequest, job_id: UUID, act: Callable[[], str]) -> HttpResponse:
    queries.engagement_led(job_id, door.actor(request))
    return once(request, act)
