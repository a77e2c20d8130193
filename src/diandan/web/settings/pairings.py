"""结对共建: each unit's share of volunteers among its staff, its pairings with venues, their tasks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from diandan.ground.people.policies import check_see_plan, may_see_plan
from diandan.ground.places import queries as places
from diandan.ground.places.finder import by_words
from diandan.ground.places.models import Place
from diandan.ground.posts import queries
from diandan.ground.posts.actions import pairing as acting
from diandan.ground.posts.models import Pairing
from diandan.kit.units import local
from diandan.web import door

from .page import Here, SettingsForm, columns, pill, pressed, row, show, taken
from .plans import here_as_staff

PAGE = 50
SECTION = "pairings"


class StaffForm(SettingsForm):
    """How many work at the unit."""

    count = forms.IntegerField(
        label=gettext_lazy("在职人数"), min_value=1, max_value=acting.STAFF_MOST
    )


class PairingForm(SettingsForm):
    """With whom, and for how long."""

    venue = forms.CharField(label=gettext_lazy("和哪个所、站结对(名称)"), max_length=40)
    from_on = forms.DateField(
        label=gettext_lazy("从"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    until_on = forms.DateField(
        label=gettext_lazy("到"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    about = forms.CharField(label=gettext_lazy("约定了什么"), max_length=200, required=False)


class TaskForm(SettingsForm):
    """One thing to do together."""

    title = forms.CharField(label=gettext_lazy("要做什么"), max_length=80)
    due_on = forms.DateField(
        label=gettext_lazy("完成期限"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )


@require_safe
@door.settings_only
def pairings(request: HttpRequest) -> HttpResponse:
    """Units by name with their share and how many pairings; and those of her own venue."""
    where = here_as_staff(request)
    found = Paginator(queries.units(where.by.paths), PAGE).get_page(request.GET.get("page"))
    shares = [(unit, queries.share_of(unit), queries.pairings_of(unit)) for unit in found]
    own = [] if where.place.kind == "center" else queries.pairings_of(where.place)
    return show(
        request,
        "settings/plain.html",
        SECTION,
        where,
        title=_("文明单位与结对共建"),
        lead=_("在职人员参加本单位志愿服务队的比例,由名册现算;按名称排列,不排名次。"),
        notes=[
            _(
                "苏州要求文明单位志愿服务队不少于在职人数的 30%(S1-04)。比例只作提醒,不强求任何人参加。"
            )
        ],
        page=found,
        tables=[_units(shares), *([_pairs(own, where)] if own else [])],
    )


def _units(found: list[tuple[Place, queries.Share, list[Pairing]]]) -> dict[str, Any]:
    return {
        "caption": _("单位"),
        "columns": columns(_("单位"), _("在职"), _("志愿者"), _("比例"), _("结对"), nums=(1, 2, 4)),
        "rows": [
            row(
                (unit.name, reverse("settings_pairing_unit", args=[unit.id])),
                {"text": share.staff if share.staff is not None else "—", "num": True},
                {"text": share.members, "num": True},
                _percent(share),
                {"text": sum(p.agreed_at is not None for p in pairs), "num": True},
            )
            for unit, share, pairs in found
        ],
        "empty": {
            "icon": "building-2",
            "sentence": _("您的范围内还没有成员单位"),
            "fill": _("管理员可以在「阵地」里添加成员单位,或用表格导入。"),
        },
    }


def _percent(share: queries.Share) -> dict[str, Any]:
    if share.percent is None:
        return {"text": _("还没填在职人数")}
    enough = share.percent >= queries.SHARE_AIMED_AT
    word = f"{share.percent}%"
    return pill(
        word if enough else _("%(share)s,不到 30%%") % {"share": word}, "good" if enough else "wait"
    )


@require_http_methods(["GET", "POST"])
@door.settings_only
def unit(request: HttpRequest, place_id: int) -> HttpResponse:
    """One unit: how many work there, its teams' share, its pairings."""
    where, place = here_as_staff(request), places.by_id(place_id)
    may = acting.may_write(place, where.by)
    check_see_plan(where.by, place)
    if request.method == "POST":
        acting.check_may(may)
    is_staff = request.POST.get("what") == "staff"
    staff = StaffForm(request.POST if is_staff else None)
    pairing_form = PairingForm(request.POST if request.method == "POST" and not is_staff else None)
    if request.method == "POST":

        def act(data: dict[str, Any]) -> str:
            if is_staff:
                acting.say_staff(place, data["count"], by=where.by, at=where.at)
            else:
                venue = by_words(places.center_of(place), data.pop("venue"), "venue", acting.VENUES)
                acting.propose(place, venue, **data, by=where.by, at=where.at)
            return reverse("settings_pairing_unit", args=[place.id])

        said = _("已记下。") if is_staff else _("已提出,等对方同意。")
        answer = taken(request, staff if is_staff else pairing_form, act, said)
        if answer is not None:
            return answer
    return _unit_page(request, where, place, staff, pairing_form, may=may)


def _unit_page(
    request: HttpRequest,
    where: Here,
    place: Place,
    staff: StaffForm,
    pairing_form: PairingForm,
    *,
    may: bool,
) -> HttpResponse:
    share = queries.share_of(place)
    forms_ = [
        {
            "form": staff,
            "heading": _("在职人数"),
            "button": _("记下"),
            "form_id": "staff",
            "hidden": {"what": "staff"},
        },
        {
            "form": pairing_form,
            "heading": _("新的结对"),
            "button": _("提出结对"),
            "form_id": "pairing",
            "primary": True,
        },
    ]
    said_on = f"({local(share.said_at):%Y-%m-%d})" if share.said_at else ""
    return show(
        request,
        "settings/plain.html",
        SECTION,
        where,
        title=place.name,
        back={"href": reverse("settings_pairings"), "label": _("全部单位")},
        facts=[
            {"label": _("在职人数"), "text": f"{share.staff or '—'}{said_on}"},
            {"label": _("本单位志愿服务队队员"), "text": _("%(n)d 人") % {"n": share.members}},
            {"label": _("比例"), "text": "—" if share.percent is None else f"{share.percent}%"},
        ],
        tables=[_pairs(queries.pairings_of(place), where)],
        forms=forms_ if may else [],
    )


def _pairs(found: list[Pairing], where: Here) -> dict[str, Any]:
    return {
        "caption": _("结对"),
        "columns": columns(_("单位"), _("所、站"), _("期限"), _("状态"), _("任务"), _("约定")),
        "acts": True,
        "rows": [
            row(
                _unit_cell(p, where),
                (p.venue.full_name, reverse("settings_pairing", args=[p.id])),
                f"{p.from_on:%Y-%m-%d}–{p.until_on:%Y-%m-%d}",
                _state(p, where),
                f"{sum(t.done_at is not None for t in p.tasks.all())}/{len(p.tasks.all())}",
                p.about,
                presses=_presses(p, where),
            )
            for p in found
        ],
        "empty": {
            "icon": "users-round",
            "sentence": _("还没有结对"),
            "fill": _("提出以后由对方同意;双方同意了,派单时这家的队伍在那里算熟悉的队伍。"),
        },
    }


def _unit_cell(p: Pairing, where: Here) -> str | tuple[str, str]:
    """A link for who may open it: the venue's own staff have no business in the unit's figures."""
    return (p.unit.name, _home(p, where)) if may_see_plan(where.by, p.unit) else p.unit.name


def _home(p: Pairing, where: Here) -> str:
    """Where either side goes on from a pairing: the unit's page, or the list she came from."""
    if may_see_plan(where.by, p.unit):
        return reverse("settings_pairing_unit", args=[p.unit_id])
    return reverse("settings_pairings")


def _state(p: Pairing, where: Here) -> dict[str, Any]:
    if p.agreed_at is None:
        return pill(_("等对方同意"), "wait")
    if p.until_on < local(where.at).date():
        return pill(_("已到期"), "plain")
    return pill(_("结对中"), "good")


def _presses(p: Pairing, where: Here) -> list[dict[str, Any]]:
    href = reverse("settings_pairing", args=[p.id])
    other = p.venue if p.by_unit else p.unit
    ways = []
    if (
        p.agreed_at is None
        and acting.may_write(other, where.by)
        and where.by.person_id != p.proposed_by_id
    ):
        ways.append(("agree", _("同意")))
    if acting.may_write(p.unit, where.by) or acting.may_write(p.venue, where.by):
        ways.append(("end", _("结束")))
    return [
        {"href": href, "name": "act", "value": key, "label": label, "of": p.venue.name}
        for key, label in ways
    ]


@require_http_methods(["GET", "POST"])
@door.settings_only
def pairing(request: HttpRequest, pairing_id: UUID) -> HttpResponse:
    """One pairing with its tasks: agree, end, add a task."""
    where, p = here_as_staff(request), queries.pairing(pairing_id)
    acting.check_may(acting.may_write(p.unit, where.by) or acting.may_write(p.venue, where.by))
    ways: dict[str, tuple[Callable[[], object], str]] = {
        "agree": (lambda: acting.agree(p, by=where.by, at=where.at), _("已同意,结对生效。")),
        "end": (lambda: acting.end(p, by=where.by, at=where.at), _("已结束。")),
    }
    wanted = ways.get(request.POST.get("act", ""))
    if wanted is not None:
        do, said = wanted

        def press() -> str:
            do()
            return _home(p, where)

        return pressed(request, press, said)
    form = TaskForm(request.POST or None)
    if request.method == "POST":

        def act(data: dict[str, Any]) -> str:
            acting.add_task(p, data["title"], data["due_on"], by=where.by, at=where.at)
            return reverse("settings_pairing", args=[p.id])

        answer = taken(request, form, act, _("已写上。"))
        if answer is not None:
            return answer
    return show(
        request,
        "settings/plain.html",
        SECTION,
        where,
        title=_("%(unit)s × %(venue)s") % {"unit": p.unit.name, "venue": p.venue.full_name},
        lead=p.about,
        back={
            "href": _home(p, where),
            "label": p.unit.name if may_see_plan(where.by, p.unit) else _("结对共建"),
        },
        tables=[_pairs([p], where), _tasks(p)],
        form=form,
        heading=_("加一项任务"),
        button=_("写上"),
        form_id="pairing-task",
        primary=True,
    )


def _tasks(p: Pairing) -> dict[str, Any]:
    return {
        "caption": _("任务"),
        "columns": columns(_("要做什么"), _("完成期限"), _("状态")),
        "acts": True,
        "rows": [
            row(
                t.title,
                f"{t.due_on:%Y-%m-%d}" if t.due_on else "",
                pill(_("已完成"), "good") if t.done_at else pill(_("未完成")),
                presses=[
                    {
                        "href": reverse("settings_pairing_task", args=[t.id]),
                        "name": "act",
                        "value": "undone" if t.done_at else "done",
                        "label": _("改回未完成") if t.done_at else _("标为完成"),
                        "of": t.title,
                    }
                ],
            )
            for t in p.tasks.order_by("due_on", "title")
        ],
        "empty": {
            "icon": "clipboard-list",
            "sentence": _("还没有结对任务"),
            "fill": _("把约好一起做的事一条条写下来,做完一条标一条。"),
        },
    }


@require_http_methods(["POST"])
@door.settings_only
def task(request: HttpRequest, pairing_task_id: UUID) -> HttpResponse:
    """标为完成, or back."""
    where, t = here_as_staff(request), queries.task(pairing_task_id)
    done = request.POST.get("act") == "done"

    def press() -> str:
        acting.task_done(t, done, by=where.by, at=where.at)
        return reverse("settings_pairing", args=[t.pairing_id])

    return pressed(request, press, _("已标为完成。") if done else _("已改回未完成。"))
