"""推演: another way of dispatching, lived through on the centre's own last month before it is chosen.

The page asks for it and reads how far it is; the worker has it worked out beside itself.
"""

from __future__ import annotations

import math
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import get_current_timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from diandan.engine.whatif import ORACLE, POLICIES
from diandan.ground.people.queries import masked_name
from diandan.ground.places.models import Place
from diandan.kit.refusal import Refusal, missing
from diandan.kit.units import local
from diandan.path.dispatch.actions.live_month import (
    SEEDS_MAX,
    USUAL_DAYS,
    USUAL_SEEDS,
    ask_month,
    stop_month,
)
from diandan.path.dispatch.models import MonthTrial
from diandan.path.dispatch.months import trial_of, trials_of
from diandan.path.dispatch.policies import can_try_month
from diandan.web import door
from diandan.web.shared import month_words as words
from diandan.web.shared.curves import Axes, chart, logarithmic
from diandan.web.shared.once import once

from . import bank, frame, takeaway

State = MonthTrial.State
ONE_DAY = timedelta(days=1)
HOURS = ((5, "5"), (15, "15"), (60, "60"), (240, "240"), (1440, "1440"), (2880, "2880"))


def _centre(request: HttpRequest) -> Place:
    """The centre she works for; of several the one that was chosen."""
    mine = bank.centres(door.actor(request))
    wanted = request.POST.get("centre") or request.GET.get("centre") or ""
    for place in mine:
        if str(place.id) == wanted:
            return place
    if not mine:
        raise missing(_("没有找到您的中心。"), "no_centre")
    return mine[0]


@require_http_methods(["GET", "POST"])
@door.staff_only
def months(request: HttpRequest) -> HttpResponse:
    """The trials of her centre, and a form for another."""
    if request.method == "POST":
        return frame.act(
            request, "month", lambda: _ask(request), lambda failed: _show(request, failed)
        )
    return _show(request)


def _ask(request: HttpRequest) -> str:
    by, at = door.actor(request), door.now(request)
    since, until = _day(request, "since"), _day(request, "until") + ONE_DAY
    row = ask_month(
        _centre(request),
        _midnight(since),
        _midnight(until),
        request.POST.getlist("policies"),
        _number(request.POST.get("seeds", "")),
        by=by,
        at=at,
    )
    frame.said(request, _("已开始推演,算好一种就显示一种。"), "month")
    return reverse("desk_month", args=[row.id])


def _day(request: HttpRequest, name: str) -> date:
    try:
        return date.fromisoformat(request.POST.get(name, "").strip())
    except ValueError:
        raise Refusal("bad_day", _("请选日期。"), field=name) from None


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=get_current_timezone())


def _number(said: str) -> int:
    return int(said) if said.isascii() and said.isdecimal() and len(said) < 4 else 0


def _show(request: HttpRequest, failed: frame.Failed | None = None) -> HttpResponse:
    by, at = door.actor(request), door.now(request)
    centre = _centre(request)
    today = local(at).date()
    typed = dict(failed.typed) if failed else {}
    ticked = request.POST.getlist("policies") if failed else POLICIES
    return frame.kept_nowhere(
        frame.plain(
            request,
            "desk/months.html",
            "dispatch",
            centre=centre,
            centres=bank.centres(by),
            may=can_try_month(by, centre),
            trials=[_line(row) for row in trials_of(centre)],
            policies=[
                {
                    "code": code,
                    "word": words.policy(code),
                    "meaning": words.MEANINGS[code],
                    "ticked": code in ticked,
                }
                for code in (*POLICIES, ORACLE)
            ],
            since=typed.get("since", (today - timedelta(days=USUAL_DAYS)).isoformat()),
            until=typed.get("until", (today - ONE_DAY).isoformat()),
            seeds=typed.get("seeds", str(USUAL_SEEDS)),
            seeds_max=SEEDS_MAX,
            failed=failed,
            status=failed.refusal.status if failed else 200,
        )
    )


def _line(row: MonthTrial) -> dict[str, Any]:
    return {
        "href": reverse("desk_month", args=[row.id]),
        "since": local(row.since),
        "until": local(row.until) - ONE_DAY,
        "asked_at": row.asked_at,
        "who": masked_name(row.asked_by),
        "state": {"word": State(row.state).label, "tone": _tone(row)},
        "policies": "、".join(words.policy(code) for code in row.policies),
    }


def _tone(row: MonthTrial) -> str:
    tones: dict[str, str] = {State.ASKED: "wait", State.DONE: "good", State.FAILED: "late"}
    return tones.get(row.state, "plain")


@require_GET
@door.staff_only
def month(request: HttpRequest, month_trial_id: UUID) -> HttpResponse:
    """One trial: how far it is, and what it found."""
    row = _one(request, month_trial_id)
    return frame.kept_nowhere(
        frame.plain(request, "desk/month.html", "dispatch", **_told(request, row))
    )


@require_GET
@door.staff_only
def month_fresh(request: HttpRequest, month_trial_id: UUID) -> HttpResponse:
    """The part of the page that grows while it is worked out."""
    row = _one(request, month_trial_id)
    if not frame.is_htmx(request):
        return redirect("desk_month", row.id)
    return frame.kept_nowhere(render(request, "desk/month_found.html", _told(request, row)))


@require_POST
@door.staff_only
def month_stop(request: HttpRequest, month_trial_id: UUID) -> HttpResponse:
    """Call it off; what was found stays."""
    row = _one(request, month_trial_id)
    by, at = door.actor(request), door.now(request)

    def act() -> str:
        stop_month(row.centre, row.id, by=by, at=at)
        frame.said(request, _("已停下,算好的部分还在。"))
        return reverse("desk_month", args=[row.id])

    return once(request, act)


@require_GET
@door.staff_only
def month_export(request: HttpRequest, month_trial_id: UUID, form: str) -> HttpResponse:
    """Every figure of every policy and repetition, as it was computed."""
    row = _one(request, month_trial_id)
    heads = (_("派法"), _("第几遍"), _("指标"), _("数值"))
    cells = [
        (words.policy(policy), int(seed), str(words.FIGURES[key]), figures[key])
        for seed, policies in sorted(row.result.get("rows", {}).items(), key=lambda p: int(p[0]))
        for policy, figures in policies.items()
        for key in words.FIGURES
        if key in figures
    ]
    make = takeaway.as_xlsx if form == "xlsx" else takeaway.as_csv
    return frame.kept_nowhere(make(_("推演"), heads, cells))


def _one(request: HttpRequest, trial_id: UUID) -> MonthTrial:
    for centre in bank.centres(door.actor(request)):
        row = trial_of(centre, trial_id)
        if row is not None:
            row.centre = centre
            return row
    raise missing(_("没有找到这次推演。"))


def _told(request: HttpRequest, row: MonthTrial) -> dict[str, Any]:
    found = row.result
    slices, left = found.get("slices", 0), len(found.get("left", ()))
    names = [code for code in row.policies if code in found.get("curves", {})]
    return {
        "trial": {**_line(row), "id": row.id, "centre": row.centre.name},
        "is_running": row.state == State.ASKED,
        "has_failed": row.state == State.FAILED,
        "trouble": words.trouble(row.trouble) if row.trouble else "",
        "slices": slices,
        "done": slices - left,
        "counts": found.get("counts", {}),
        "seeds": row.seeds,
        "policies": [{"number": n + 1, "word": words.policy(code)} for n, code in enumerate(names)],
        "rows": _rows(names, found),
        "worse": _worse(found),
        "charts": _charts(names, found["curves"]) if names else [],
        "may_stop": row.state == State.ASKED and can_try_month(door.actor(request), row.centre),
        "xlsx_url": reverse("desk_month_export", args=[row.id, "xlsx"]) if names else "",
        "csv_url": reverse("desk_month_export", args=[row.id, "csv"]) if names else "",
    }


def _rows(names: list[str], found: dict[str, Any]) -> list[dict[str, Any]]:
    """A figure a row, a policy a column; means with half intervals once all is lived."""
    means = found.get("means", {})
    rows = []
    for key, word in words.FIGURES.items():
        cells = []
        for name in names:
            if name in means and key in means[name]:
                mean, half = means[name][key]
            else:
                told = [of[name][key] for of in found["rows"].values() if key in of.get(name, ())]
                mean, half = (math.fsum(told) / len(told) if told else 0.0), 0.0
            cells.append(
                {
                    "value": words.figure(key, mean),
                    "half": words.figure(key, half) if half else "",
                }
            )
        rows.append({"word": word, "cells": cells})
    return rows


def _worse(found: dict[str, Any]) -> list[dict[str, str]]:
    """Where another policy beats ours by more than both intervals: said, not hidden."""
    return [
        {"figure": str(words.FIGURES.get(key, key)), "policy": words.policy(best)}
        for key, best in found.get("worse", {}).items()
    ]


def _charts(names: list[str], curves: dict[str, Any]) -> list[Any]:
    order = [words.policy(name) for name in names]
    of = {words.policy(name): curves[name] for name in names}
    days = max((row[-1][0] for c in of.values() if (row := c["unasked"])), default=1)
    return [
        chart(
            _("约好队伍的单占全部的比例"),
            Axes(
                _("点单后(分钟,对数)"),
                _("比例"),
                (math.log10(5), math.log10(2880)),
                ticks=tuple((math.log10(at), word) for at, word in HOURS),
            ),
            {name: logarithmic(c["filled"]) for name, c in of.items()},
            order,
        ),
        chart(
            _("还从没被问过的队伍"),
            Axes(
                _("第几天"),
                _("比例"),
                (1, days),
                ticks=tuple((d, str(int(d))) for d in _days(int(days))),
            ),
            {name: c["unasked"] for name, c in of.items()},
            order,
        ),
        chart(
            _("打扰摊得匀不匀(越贴近对角线越匀)"),
            Axes(
                _("队伍,从少到多"),
                _("占全部打扰"),
                (0, 1),
                ticks=tuple((n / 4, f"{n / 4:g}") for n in range(5)),
            ),
            {name: c["asks"] for name, c in of.items()},
            order,
        ),
    ]


def _days(last: int) -> list[int]:
    return sorted({1, *(round(last * n / 4) for n in range(1, 5))} - {0})
