"""派单权重: what each aim weighs, in words and units; tried on real rounds before it is chosen."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from diandan.engine.said import tenths
from diandan.engine.weights import Weights
from diandan.ground.people.policies import check_admin
from diandan.ground.people.queries import masked_name
from diandan.kit.refusal import missing
from diandan.path.bundle.models import Job
from diandan.path.dispatch.actions.weigh import ask_what_if, set_weights
from diandan.path.dispatch.models import DispatchWeights, WhatIf
from diandan.path.dispatch.weights import BOUNDS, history_of, weights_of
from diandan.web import door
from diandan.web.shared.reasons import names_of

from .page import Here, SettingsForm, here, pressed, show, taken

MOVES_SHOWN = 30
MEANINGS = {
    "travel": (
        gettext_lazy("路程"),
        gettext_lazy("每米几个千分点。1 就是一公里算 1 分;写 2,路程看得两倍重。"),
    ),
    "unknown_metres": (
        gettext_lazy("位置不详当多远"),
        gettext_lazy("米。队伍或地点没登记位置时,当作这么远。"),
    ),
    "late": (
        gettext_lazy("误期"),
        gettext_lazy("比承诺每晚一分钟几个千分点。20 就是晚 50 分钟算 1 分。"),
    ),
    "turn": (
        gettext_lazy("轮流"),
        gettext_lazy("上次问得每近一天几个千分点。100 就是近 10 天算 1 分;越大越均。"),
    ),
    "turn_days": (
        gettext_lazy("轮流看多少天"),
        gettext_lazy("天。超过这么多天没问过的,一样优先。"),
    ),
    "stranger": (
        gettext_lazy("没服务过这家"),
        gettext_lazy("千分点。2000 就是:熟悉的队伍远 2 公里也先问。"),
    ),
    "doubt": (
        gettext_lazy("接单把握"),
        gettext_lazy("预计接单率每低千分之一几个千分点。3 就是低三分之一算 1 分。"),
    ),
    "load": (
        gettext_lazy("手上的任务"),
        gettext_lazy("本周每多一单几个千分点。2500 就是多一单等于远 2.5 公里。"),
    ),
}


class WeightsForm(SettingsForm):
    """Every weight that a centre may set, with its bounds."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        usual = asdict(Weights())
        for name, (label, meaning) in MEANINGS.items():
            bounds = _("0 到 %(most)d,出厂 %(usual)d。") % {
                "most": BOUNDS[name],
                "usual": usual[name],
            }
            self.fields[name] = forms.IntegerField(
                label=label,
                min_value=0,
                max_value=BOUNDS[name],
                help_text=f"{meaning}{bounds}",
            )


@require_http_methods(["GET", "POST"])
@door.admin_only
def weights(request: HttpRequest) -> HttpResponse:
    """What holds now, another set to try, and what the last trial found."""
    where = here(request)
    check_admin(where.by, where.centre)
    now = asdict(weights_of(where.centre))
    form = WeightsForm(request.POST or None, initial={name: now[name] for name in BOUNDS})

    def act(data: dict[str, Any]) -> str:
        values = {name: data[name] for name in BOUNDS if data[name] != now[name]}
        ask_what_if(where.centre, values, by=where.by, at=where.at)
        return reverse("settings_weights") + "#tried"

    if request.method == "POST":
        answer = taken(request, form, act, _("已开始试算,下面会出结果。现在的权重没有变。"))
        if answer is not None:
            return answer
    return show(
        request,
        "settings/weights.html",
        "weights",
        where,
        form=form,
        history=[_line(row) for row in history_of(where.centre)],
        tried=_tried(where),
    )


@require_GET
@door.admin_only
def tried(request: HttpRequest) -> HttpResponse:
    """The trial alone, for a page that waits for it; opened by itself it is that page."""
    where = here(request)
    check_admin(where.by, where.centre)
    if not request.headers.get("HX-Request"):
        return redirect("settings_weights")
    return render(request, "settings/weights_tried.html", {"tried": _tried(where)})


@require_POST
@door.admin_only
def choose(request: HttpRequest, what_if_id: UUID) -> HttpResponse:
    """From the next round on, plans are made with what was tried."""
    where = here(request)
    row = WhatIf.objects.filter(id=what_if_id, centre=where.centre, state="done").first()
    if row is None:
        raise missing(_("没有找到这次试算,请重新试。"))

    def act() -> str:
        set_weights(where.centre, row.values, by=where.by, at=where.at)
        return reverse("settings_weights")

    return pressed(request, act, _("已选用,从下一轮派单起按新的权重排。"))


def _line(row: DispatchWeights) -> dict[str, Any]:
    said = "、".join(f"{MEANINGS[name][0]} {row.values[name]}" for name in MEANINGS)
    return {"at": row.set_at, "who": masked_name(row.set_by), "said": said}


def _tried(where: Here) -> dict[str, Any] | None:
    row = WhatIf.objects.filter(centre=where.centre).order_by("-asked_at", "-id").first()
    if row is None:
        return None
    now = asdict(weights_of(where.centre))
    changes = [
        {"label": MEANINGS[name][0], "now": now[name], "then": value}
        for name, value in row.values.items()
    ]
    found: dict[str, Any] = {
        "id": row.id,
        "changes": changes,
        "is_done": row.state == WhatIf.State.DONE,
        "has_failed": row.state == WhatIf.State.FAILED,
        "is_chosen": all(one["now"] == one["then"] for one in changes),
        "left": len(row.result.get("left", ())),
    }
    if not found["is_done"]:
        return found
    return {
        **found,
        "parts": [
            {"label": _("最近一轮,全部待派的单"), **_figures(row.result["latest"])},
            {"label": _("近30天,当时派出的单"), **_figures(row.result["month"])},
        ],
        "moves": _moves(row.result["moves"]),
        "more": max(0, len(row.result["moves"]) - MOVES_SHOWN),
    }


def _figures(sums: dict[str, Any]) -> dict[str, Any]:
    asks = sums["asks"]
    pairs = [
        (_("总路程(公里)"), *(tenths(metres, 1000) for metres in sums["metres"])),
        (_("没有队伍的单"), *sums["unmet"]),
        (_("派到几支队伍"), *(len(counts) for counts in asks)),
        (_("一支队伍最多几单"), *(max(counts.values(), default=0) for counts in asks)),
    ]
    rows = [{"label": label, "now": now, "then": then} for label, now, then in pairs]
    return {"jobs": sums["jobs"], "other": sums["other"], "rows": rows}


def _moves(moves: list[list[str]]) -> list[dict[str, str]]:
    shown = moves[:MOVES_SHOWN]
    names = names_of({team for _job, one, other in shown for team in (one, other) if team})
    numbers = {
        str(key): number
        for key, number in Job.objects.filter(id__in=[m[0] for m in shown]).values_list(
            "id", "number"
        )
    }
    nobody = _("没有队伍")
    return [
        {
            "number": numbers.get(job, ""),
            "now": names.get(one, nobody),
            "then": names.get(other, nobody),
        }
        for job, one, other in shown
    ]
