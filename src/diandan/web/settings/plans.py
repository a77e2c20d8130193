"""年度计划: every unit's year with what is done; its own staff write it and mark it done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from diandan.ground.people import queries as people
from diandan.ground.people.policies import can_plan, check_plan, check_see_plan
from diandan.ground.places import plans as reading
from diandan.ground.places import queries
from diandan.ground.places.actions import plan as acting
from diandan.ground.places.models import Kind, Place, PlanStep
from diandan.kit.units import local
from diandan.web import door
from diandan.web.desk import takeaway

from .page import Here, SettingsForm, columns, pill, pressed, row, show, taken, whole_number

PAGE = 50
STATES = ("done", "undone", "late")
LABELS = {
    "done": gettext_lazy("已完成"),
    "undone": gettext_lazy("未完成"),
    "late": gettext_lazy("已过期限"),
}


class StepForm(SettingsForm):
    """One step of the year."""

    title = forms.CharField(label=gettext_lazy("要做什么"), max_length=acting.TITLE_MAX)
    sort = forms.ChoiceField(label=gettext_lazy("属于"), choices=PlanStep.Sort.choices)
    due_on = forms.DateField(
        label=gettext_lazy("完成期限"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    note = forms.CharField(
        label=gettext_lazy("说明"),
        max_length=acting.NOTE_MAX,
        required=False,
        help_text=gettext_lazy("只写工作,不写居民的姓名和电话。"),
    )


@dataclass(frozen=True, slots=True)
class Asked:
    """What the list is narrowed to."""

    year: int
    q: str
    kind: str
    late: bool

    @property
    def address(self) -> str:
        """The same, for a link."""
        words = {"year": self.year, "q": self.q, "kind": self.kind, "late": "1" * self.late}
        return urlencode({k: v for k, v in words.items() if v})


def here_as_staff(request: HttpRequest) -> Here:
    """The highest place in which she holds anything: a plan is not only an administrator's."""
    by, at = door.actor(request), door.now(request)
    highest = min(by.grants, key=lambda g: len(g.path))
    place = queries.by_id(highest.place_id)
    return Here(place, queries.center_of(place), by, at)


def _asked(request: HttpRequest, where: Here) -> Asked:
    kind = request.GET.get("kind", "")
    return Asked(
        _year(request, where),
        request.GET.get("q", "").strip()[:40],
        kind if kind in reading.PLANNERS else "",
        request.GET.get("late") == "1",
    )


def _year(request: HttpRequest, where: Here) -> int:
    this = local(where.at).year
    wanted = whole_number(request.GET.get("year", ""), this)
    return wanted if wanted in acting.YEARS else this


def _planners(where: Here, asked: Asked) -> Any:
    return reading.planners(
        where.by.paths,
        asked.year,
        today=local(where.at).date(),
        text=asked.q,
        kind=asked.kind,
        late_only=asked.late,
    )


@require_safe
@door.settings_only
def plans(request: HttpRequest) -> HttpResponse:
    """Units by name, each number a link to its rows. No ranking."""
    where = here_as_staff(request)
    asked = _asked(request, where)
    page = Paginator(_planners(where, asked), PAGE).get_page(request.GET.get("page"))
    counted = reading.plans_of(page.object_list, asked.year, today=local(where.at).date())
    return show(
        request,
        "settings/plans.html",
        "plans",
        where,
        asked=asked,
        before=asked.year - 1,
        after=asked.year + 1,
        kinds=[{"value": k.value, "label": k.label} for k in reading.PLANNERS],
        page=page,
        table=_units(counted, asked),
    )


def _units(counted: list[reading.Plan], asked: Asked) -> dict[str, Any]:
    def rows_of(plan: reading.Plan, state: str = "") -> str:
        words = {"year": asked.year} | ({"state": state} if state else {})
        return f"{reverse('settings_plan', args=[plan.place.id])}?{urlencode(words)}"

    files = {f: reverse("settings_plans_export", args=[f]) for f in ("xlsx", "csv")}
    return {
        "caption": _("单位"),
        "columns": columns(
            _("单位"), _("类型"), _("完成/全部"), _("未完成"), _("已过期限"), nums=(2, 3, 4)
        ),
        "rows": [
            row(
                (p.place.name, rows_of(p)),
                str(Kind(p.place.kind).label),
                {"text": f"{p.done}/{p.total}", "href": rows_of(p), "num": True},
                {"text": p.undone, "href": rows_of(p, "undone"), "num": True},
                {"text": p.late, "href": rows_of(p, "late"), "num": True},
            )
            for p in counted
        ],
        "xlsx_url": f"{files['xlsx']}?{asked.address}",
        "csv_url": f"{files['csv']}?{asked.address}",
        "empty": {
            "icon": "clipboard-list",
            "sentence": _("没有这样的单位"),
            "fill": _("换个名称或类型,或去掉“只看过期的”。"),
            "href": f"{reverse('settings_plans')}?year={asked.year}",
            "link": _("看全部单位"),
        },
    }


@require_safe
@door.settings_only
def export(request: HttpRequest, form: str) -> HttpResponse:
    """Every step of the units the list shows, on all its pages."""
    where = here_as_staff(request)
    if form not in ("xlsx", "csv"):
        raise Http404
    asked, today = _asked(request, where), local(where.at).date()
    heads = [_("单位"), _("类型"), _("年份"), _("属于"), _("要做什么"), _("完成期限")]
    heads += [_("状态"), _("完成时间"), _("说明")]
    rows = [
        [
            s.place.name,
            str(Kind(s.place.kind).label),
            s.year,
            str(s.get_sort_display()),
            s.title,
            f"{s.due_on:%Y-%m-%d}" if s.due_on else "",
            str(LABELS[_state(s, today)]),
            s.done_at,
            s.note,
        ]
        for s in reading.steps_of(_planners(where, asked), asked.year)
    ]
    make = takeaway.as_csv if form == "csv" else takeaway.as_xlsx
    return make(_("%(year)d年度计划") % {"year": asked.year}, heads, rows)


def _state(step: PlanStep, today: Any) -> str:
    if step.done_at is not None:
        return "done"
    return "late" if step.due_on is not None and step.due_on < today else "undone"


@require_http_methods(["GET", "POST"])
@door.settings_only
def plan(request: HttpRequest, place_id: int) -> HttpResponse:
    """One unit's year: its rows, and for its own staff a form for the next."""
    where, place = here_as_staff(request), queries.by_id(place_id)
    (check_plan if request.method == "POST" else check_see_plan)(where.by, place)
    year = _year(request, where)
    form = StepForm(request.POST or None)
    if request.method == "POST":

        def act(data: dict[str, Any]) -> str:
            words = acting.StepWords(**data)
            acting.plan_step(place, year, words, at=where.at, by_id=where.by.person_id)
            return _back(place, year)

        answer = taken(request, form, act, _("已写进计划。"))
        if answer is not None:
            return answer
    return _plan_page(request, where, place, year, form)


def _plan_page(
    request: HttpRequest, where: Here, place: Place, year: int, form: StepForm
) -> HttpResponse:
    can = can_plan(where.by, place)
    today = local(where.at).date()
    state = request.GET.get("state", "")
    every = list(reading.steps_of([place], year))
    shown = [s for s in every if state not in STATES or _is(state, _state(s, today))]
    done = sum(s.done_at is not None for s in every)
    told = _("已完成 %(done)d/%(all)d") % {"done": done, "all": len(every)}
    about = f" · {LABELS[state]}" if state in STATES else ""
    page = f"{reverse('settings_plan', args=[place.id])}?year="
    return show(
        request,
        "settings/plain.html",
        "plans",
        where,
        title=_("%(name)s %(year)d 年计划") % {"name": place.full_name, "year": year},
        lead=told + about,
        back={"href": f"{reverse('settings_plans')}?year={year}", "label": _("全部单位")},
        actions=[{"href": f"{page}{y}", "label": y} for y in (year - 1, year + 1)],
        tables=[_steps(shown, today, can=can)],
        **_adding(form, can),
    )


def _is(wanted: str, state: str) -> bool:
    """What is late is not done either."""
    return state == wanted or (wanted == "undone" and state == "late")


def _adding(form: StepForm, can: bool) -> dict[str, Any]:
    if not can:
        return {"notes": [_("这份计划由本单位和上级的工作人员填写。")]}
    return {
        "form": form,
        "heading": _("加一条"),
        "button": _("写进计划"),
        "primary": True,
        "form_id": "plan-step",
    }


def _steps(steps: list[PlanStep], today: Any, *, can: bool) -> dict[str, Any]:
    names = people.masked_names(s.done_by_id for s in steps if s.done_by_id)
    tones = {"done": "good", "late": "late", "undone": "plain"}
    return {
        "caption": _("计划"),
        "columns": columns(
            _("要做什么"), _("属于"), _("完成期限"), _("状态"), _("完成"), _("说明")
        ),
        "acts": can,
        "rows": [
            row(
                (s.title, reverse("settings_plan_step", args=[s.id])) if can else s.title,
                str(s.get_sort_display()),
                f"{s.due_on:%Y-%m-%d}" if s.due_on else "",
                pill(str(LABELS[_state(s, today)]), tones[_state(s, today)]),
                _done_by(s, names),
                s.note,
                presses=_presses(s),
            )
            for s in steps
        ],
        "empty": {
            "icon": "clipboard-list",
            "sentence": _("这里还没有计划"),
            "fill": _("把今年的机制、活动和推进步骤一条条写下来,做完一条标一条。"),
        },
    }


def _done_by(step: PlanStep, names: Any) -> str:
    if step.done_at is None:
        return ""
    who = names.get(step.done_by_id, "") if step.done_by_id else ""
    return f"{local(step.done_at):%Y-%m-%d} {who}".strip()


def _presses(step: PlanStep) -> list[dict[str, Any]]:
    href = reverse("settings_plan_step", args=[step.id])
    done = step.done_at is not None
    ways = [("undone", _("改回未完成"))] if done else [("done", _("标为完成")), ("drop", _("删掉"))]
    return [
        {"href": href, "name": "act", "value": key, "label": label, "of": step.title}
        for key, label in ways
    ]


@require_http_methods(["GET", "POST"])
@door.settings_only
def step(request: HttpRequest, plan_step_id: UUID) -> HttpResponse:
    """One step: write it anew, or press done, not done, or drop."""
    where, one = here_as_staff(request), reading.step(plan_step_id)
    check_plan(where.by, one.place)
    at, by_id = where.at, where.by.person_id
    ways: dict[str, tuple[Callable[[], object], str]] = {
        "done": (lambda: acting.mark_done(one.id, at=at, by_id=by_id), _("已标为完成。")),
        "undone": (lambda: acting.mark_undone(one.id, at=at, by_id=by_id), _("已改回未完成。")),
        "drop": (lambda: acting.drop_step(one.id, at=at, by_id=by_id), _("已删掉。")),
    }
    wanted = ways.get(request.POST.get("act", ""))
    if wanted is not None:
        do, said = wanted

        def press() -> str:
            do()
            return _back(one.place, one.year)

        return pressed(request, press, said)
    first = {"title": one.title, "sort": one.sort, "due_on": one.due_on, "note": one.note}
    form = StepForm(request.POST or None, initial=first)
    if request.method == "POST":

        def act(data: dict[str, Any]) -> str:
            acting.edit(one.id, acting.StepWords(**data), at=at, by_id=by_id)
            return _back(one.place, one.year)

        answer = taken(request, form, act)
        if answer is not None:
            return answer
    return show(
        request,
        "settings/plain.html",
        "plans",
        where,
        title=one.title,
        back={"href": _back(one.place, one.year), "label": one.place.full_name},
        form=form,
        button=_("保存"),
        primary=True,
        form_id="plan-step-edit",
    )


def _back(place: Place, year: int) -> str:
    return f"{reverse('settings_plan', args=[place.id])}?year={year}"
