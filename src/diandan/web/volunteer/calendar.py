"""日历: my visits by day, and the same as a feed for a phone's own calendar (RFC 5545).

A feed lies in other people's servers, so it holds the station and the street, never a door.
"""

from __future__ import annotations

from datetime import timedelta
from itertools import groupby
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_http_methods, require_safe
from icalendar import Calendar, Event

from diandan.ground.people import queries as people
from diandan.ground.people.actions.logins import reset_calendar
from diandan.kit.refusal import missing
from diandan.kit.units import local
from diandan.path.engage.models import Task
from diandan.path.engage.queries import tasks_ahead
from diandan.path.fulfil.queries import calendar_stops
from diandan.web import door
from diandan.web.shared.once import once
from diandan.web.volunteer import rows
from diandan.web.volunteer.frame import page

REFRESH = timedelta(hours=1)


@require_http_methods(["GET", "HEAD", "POST"])
@door.signed_in
def calendar(request: HttpRequest) -> HttpResponse:
    """My visits by day; POST gives the feed a new secret address."""
    me, at = door.me(request), door.now(request)
    if request.method == "POST":

        def act() -> str:
            reset_calendar(person=me, at=at, by=door.actor(request))
            messages.success(request, _("日历地址已生成,旧地址不再有效。"))
            return "/v/calendar#feed"

        return once(request, act)
    tasks = tasks_ahead(me.id)
    dated = [t for t in tasks if t.engagement.job.starts_at is not None]
    context = {
        "days": [
            {"day": day, "tasks": [rows.task_row(t, at) for t in found]}
            for day, found in groupby(dated, _day)
        ],
        "undated": [rows.task_row(t, at) for t in tasks if t.engagement.job.starts_at is None],
        "feed": f"{settings.PUBLIC_URL}/v/calendar/{me.calendar_key}.ics"
        if me.calendar_key
        else "",
    }
    return page(request, "calendar", context, tab="/v/calendar")


def _day(task: Task) -> Any:
    starts_at = task.engagement.job.starts_at
    assert starts_at is not None
    return local(starts_at).date()


@require_safe
def feed(_request: HttpRequest, secret: str) -> HttpResponse:
    """Whoever knows the secret address reads the visits; that is how calendars subscribe."""
    person = people.by_calendar_key(secret)
    if person is None:
        raise missing(_("这个日历地址已经失效。请在「日历」页生成新的。"), "no_such_calendar")
    with override(person.language):
        book = Calendar()
        book.add("prodid", "-//Diandan//volunteer//ZH")
        book.add("version", "2.0")
        book.add("x-wr-calname", _("志愿服务"))
        book.add("x-published-ttl", "PT1H")
        for task in tasks_ahead(person.id):
            if task.engagement.job.starts_at is not None:
                book.add_component(_event(task))
    response = HttpResponse(book.to_ical(), content_type="text/calendar; charset=utf-8")
    response["Cache-Control"] = f"private, max-age={int(REFRESH.total_seconds())}"
    return response


def _event(task: Task) -> Event:
    job = task.engagement.job
    starts_at = job.starts_at
    assert starts_at is not None
    asked = task.state == Task.State.PROPOSED
    event = Event()
    event.add("uid", f"{task.id}@diandan")
    event.add("dtstamp", task.state_at)
    event.add("dtstart", starts_at)
    event.add("dtend", job.ends_at or starts_at + timedelta(minutes=job.minutes))
    event.add("summary", _("待确认:%s") % job.kind.name if asked else job.kind.name)
    event.add("status", "TENTATIVE" if asked else "CONFIRMED")
    event.add("location", "、".join(calendar_stops(task)))
    event.add(
        "description",
        _("%(team)s。到场前请打开任务页看最新安排。") % {"team": task.engagement.team.name},
    )
    event.add("url", f"{settings.PUBLIC_URL}/v/tasks/{task.id}")
    return event
