"""工作日历: the year as China works it, with the centre's own working days and days off over it."""

from __future__ import annotations

import calendar as months
from datetime import date
from typing import Any

import chinese_calendar
from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from diandan.ground.people.policies import check_admin
from diandan.ground.places.actions.set_day import set_day
from diandan.ground.places.core import national_is_known, national_is_working
from diandan.ground.places.models import DayOverride
from diandan.ground.places.words import calendar_note
from diandan.kit.refusal import Refusal
from diandan.kit.units import local
from diandan.web import door

from .page import SettingsForm, columns, here, pressed, row, show, taken, whole_number

SATURDAY = 5
HOLIDAYS = {
    "New Year's Day": gettext_lazy("元旦"),
    "Spring Festival": gettext_lazy("春节"),
    "Tomb-sweeping Day": gettext_lazy("清明节"),
    "Labour Day": gettext_lazy("劳动节"),
    "Dragon Boat Festival": gettext_lazy("端午节"),
    "National Day": gettext_lazy("国庆节"),
    "Mid-autumn Festival": gettext_lazy("中秋节"),
}


class DayForm(SettingsForm):
    """One day, and whether the centre works on it."""

    on = forms.DateField(
        label=gettext_lazy("哪一天"), widget=forms.DateInput(attrs={"type": "date"})
    )
    is_working = forms.ChoiceField(
        label=gettext_lazy("这一天"),
        choices=[("yes", gettext_lazy("上班")), ("no", gettext_lazy("休息"))],
    )
    why = forms.CharField(label=gettext_lazy("原因"), required=False, max_length=80)


@require_http_methods(["GET", "POST"])
@door.admin_only
def year(request: HttpRequest) -> HttpResponse:
    """Twelve months, holidays and moved days marked, own days framed."""
    where = here(request)
    check_admin(where.by, where.place)
    this = local(where.at).year
    wanted = whole_number(request.GET.get("year", ""), this)
    wanted = wanted if 2004 <= wanted <= this + 5 else this
    form = DayForm(request.POST or None)
    if request.method == "POST":

        def act(data: dict[str, Any]) -> str:
            set_day(
                where.place,
                data["on"],
                is_working=data["is_working"] == "yes",
                why=data["why"],
                at=where.at,
                by_id=where.by.person_id,
            )
            return f"{reverse('settings_calendar')}?year={data['on'].year}"

        answer = taken(request, form, act, _("已改日历,之后的时限按它算。"))
        if answer is not None:
            return answer
    own = {d.on: d for d in DayOverride.objects.filter(place=where.place, on__year=wanted)}
    return show(
        request,
        "settings/calendar.html",
        "calendar",
        where,
        year=wanted,
        before=wanted - 1,
        after=wanted + 1,
        note=calendar_note(wanted),
        months=[_month(wanted, m, own) for m in range(1, 13)],
        holidays=_holidays(wanted),
        table=_own_days(own),
        form=form,
    )


def _own_days(own: dict[date, DayOverride]) -> dict[str, Any]:
    return {
        "caption": _("本地自己定的日子"),
        "columns": columns(_("日期"), _("这一天"), _("原因")),
        "acts": True,
        "rows": [
            row(
                f"{d.on:%Y-%m-%d}",
                _("上班") if d.is_working else _("休息"),
                d.why,
                presses=[
                    {
                        "href": reverse("settings_drop_day"),
                        "name": "on",
                        "value": d.on.isoformat(),
                        "label": _("恢复全国日历"),
                        "of": d.on.isoformat(),
                    }
                ],
            )
            for d in sorted(own.values(), key=lambda d: d.on)
        ],
        "empty": {
            "icon": "calendar-days",
            "sentence": _("与全国日历一致"),
            "fill": _("本地有自己的上班或休息日时,在下面加一天。"),
        },
    }


def _month(year_: int, month: int, own: dict[date, DayOverride]) -> dict[str, Any]:
    weeks = [
        [_day(day, month, own) for day in week]
        for week in months.Calendar().monthdatescalendar(year_, month)
    ]
    return {"name": _("%(n)d月") % {"n": month}, "weeks": weeks}


def _day(day: date, month: int, own: dict[date, DayOverride]) -> dict[str, Any]:
    if day.month != month:
        return {"n": ""}
    works = own[day].is_working if day in own else national_is_working(day)
    normal = day.weekday() < SATURDAY
    kind = "off" if not works else "moved" if not normal else ""
    words = _("休") if not works and normal else _("班") if works and not normal else ""
    return {"n": day.day, "kind": kind, "own": day in own, "word": words}


def _holidays(year_: int) -> list[dict[str, str]]:
    """The year's holidays as runs of days; empty when they are not known."""
    if not national_is_known(year_):
        return []
    found: dict[str, list[date]] = {}
    for day, name in chinese_calendar.constants.holidays.items():
        if day.year == year_:
            found.setdefault(str(name), []).append(day)
    return [
        {"label": str(HOLIDAYS.get(name, name)), "text": "、".join(_runs(sorted(days)))}
        for name, days in sorted(found.items(), key=lambda kept: min(kept[1]))
    ]


def _runs(days: list[date]) -> list[str]:
    runs: list[list[date]] = []
    for day in days:
        if runs and (day - runs[-1][-1]).days == 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    return [
        f"{r[0].month}-{r[0].day}"
        if len(r) == 1
        else f"{r[0].month}-{r[0].day} ~ {r[-1].month}-{r[-1].day}"
        for r in runs
    ]


@require_POST
@door.admin_only
def drop_day(request: HttpRequest) -> HttpResponse:
    """One day back to the national calendar."""
    where = here(request)
    check_admin(where.by, where.place)
    try:
        on = date.fromisoformat(request.POST.get("on", ""))
    except ValueError:
        raise Refusal("wrong_date", _("日期不对。"), field="on") from None

    def act() -> str:
        set_day(where.place, on, is_working=None, at=where.at, by_id=where.by.person_id)
        return f"{reverse('settings_calendar')}?year={on.year}"

    return pressed(request, act, _("已恢复全国日历。"))
