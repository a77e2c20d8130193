"""时长规则: what holds now, another preset tried on the centre's own sessions, then from a day on."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from diandan.ground.people.policies import check_admin
from diandan.ground.people.queries import masked_name
from diandan.ground.places.models import Place
from diandan.kit.units import local
from diandan.path.ledger.actions.choose import choose_rules, define_active
from diandan.path.ledger.active import definition_of
from diandan.path.ledger.core import Presence, Rules, count
from diandan.path.ledger.models import Grade, RuleChoice
from diandan.path.ledger.queries_hours import counted_lately
from diandan.path.ledger.rulebook import chosen_rules, rules_for, shipped, with_figures
from diandan.web import door
from diandan.web.shared import hour_words

from .page import SettingsForm, here, show, taken

FIGURES = {
    "points_per_hour": gettext_lazy("每小时多少积分"),
    "event_minutes_max": gettext_lazy("一次活动最多几分钟"),
    "day_minutes_max": gettext_lazy("一天最多几分钟"),
    "minor_day_minutes_max": gettext_lazy("未成年人一天最多几分钟"),
    "year_minutes_max": gettext_lazy("一年最多几分钟"),
    "points_months": gettext_lazy("积分几个月到期"),
    "no_shows_max": gettext_lazy("一年无故缺席几次暂停接任务"),
}
SAMPLES = ((50, 60, ""), (60, 60, ""), (180, 180, ""), (60, 120, ""))


class RulesForm(SettingsForm):
    """A preset, the figures a centre may set over it, and the day it begins."""

    preset = forms.ChoiceField(label=gettext_lazy("用哪一套"))
    from_on = forms.DateField(
        label=gettext_lazy("从哪天起"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=gettext_lazy("最早明天。已经做过的服务按当天的规则,不重算。"),
    )

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        choices = [(name, rules.title) for name, rules in shipped().items()]
        self.fields["preset"] = forms.ChoiceField(label=_("用哪一套"), choices=choices)
        for name, label in FIGURES.items():
            self.fields[name] = forms.IntegerField(
                label=label,
                min_value=0,
                required=False,
                help_text=_("不填就按这一套的。0 是不限。"),
            )


class ActiveForm(SettingsForm):
    """活跃志愿者: hours in a year, and whether declared ones count."""

    hours = forms.IntegerField(label=gettext_lazy("一年满多少小时"), min_value=1, max_value=8784)
    declared = forms.BooleanField(label=gettext_lazy("补录的时长也算"), required=False)
    from_year = forms.IntegerField(label=gettext_lazy("从哪一年起"), min_value=2000, max_value=2999)


@require_http_methods(["GET", "HEAD", "POST"])
@door.admin_only
def hour_rules(request: HttpRequest) -> HttpResponse:
    """The page; `try` only shows what would change, `choose` chooses, `active` defines."""
    where = here(request)
    check_admin(where.by, where.centre)
    today = local(where.at).date()
    step = request.POST.get("step", "")
    form = RulesForm(
        request.POST if step in ("try", "choose") else None,
        initial={"from_on": today + timedelta(days=1), "preset": "standard"},
    )
    active = ActiveForm(request.POST if step == "active" else None, initial=_active(where))
    if step == "choose":
        answer = taken(request, form, lambda data: _choose(where, data), _("已选好,到那天起用。"))
        if answer is not None:
            return answer
    if step == "active":
        answer = taken(request, active, lambda data: _define(where, data), _("口径已记下。"))
        if answer is not None:
            return answer
    now = rules_for(where.centre, today)
    tried = _tried(form, now, where.centre) if step == "try" and form.is_valid() else None
    return show(
        request,
        "settings/hour_rules.html",
        "hours",
        where,
        now={"title": now.title, "source": now.source, "lines": hour_words.rule_lines(now)},
        form=form,
        active_form=active,
        active=definition_of(where.centre, today.year),
        tried=tried,
        history=[
            {
                "from_on": row.from_on,
                "title": chosen_rules(row).title,
                "lines": hour_words.rule_lines(chosen_rules(row)),
                "at": row.at,
                "who": masked_name(row.by) if row.by else "",
            }
            for row in RuleChoice.objects.filter(centre=where.centre)
            .select_related("by")
            .order_by("-from_on", "-at")
        ],
    )


def _figures(data: dict[str, Any]) -> dict[str, int]:
    return {name: data[name] for name in FIGURES if data.get(name) is not None}


def _choose(where: Any, data: dict[str, Any]) -> str:
    choose_rules(
        where.centre,
        preset=data["preset"],
        changes=_figures(data),
        from_on=data["from_on"],
        by=where.by,
        at=where.at,
    )
    return reverse("settings_hours")


def _define(where: Any, data: dict[str, Any]) -> str:
    grades = [Grade.VERIFIED, *([Grade.DECLARED] if data["declared"] else [])]
    define_active(
        where.centre,
        minutes=data["hours"] * 60,
        grades=[str(grade) for grade in grades],
        from_year=data["from_year"],
        source="",
        by=where.by,
        at=where.at,
    )
    return reverse("settings_hours")


def _active(where: Any) -> dict[str, Any]:
    year = local(where.at).year
    known = definition_of(where.centre, year)
    return {
        "hours": known.minutes // 60,
        "declared": Grade.DECLARED in known.grades,
        "from_year": year,
    }


def _tried(form: RulesForm, now: Rules, centre: Place) -> dict[str, Any]:
    """The same sessions counted both ways: made-up ones, and the centre's own of late."""
    data = form.cleaned_data
    then = with_figures(shipped()[data["preset"]], _figures(data))
    samples = []
    for minutes, planned, factor in SAMPLES:
        given = Presence(minutes, planned, factor=factor)
        before, after = count(now, given), count(then, given)
        samples.append(
            {
                "what": _("到场 %(m)d 分钟(原定 %(p)d)") % {"m": minutes, "p": planned},
                "now": _("%(h)s,%(p)d 分")
                % {"h": hour_words.hours(before.minutes), "p": before.points},
                "then": _("%(h)s,%(p)d 分")
                % {"h": hour_words.hours(after.minutes), "p": after.points},
            }
        )
    real = counted_lately(centre)
    sums = [[0, 0], [0, 0]]
    changed = 0
    for given in real:
        two = [count(rules, given) for rules in (now, then)]
        for n, one in enumerate(two):
            sums[n][0] += one.minutes
            sums[n][1] += one.points
        changed += (two[0].minutes, two[0].points) != (two[1].minutes, two[1].points)
    old, new = hour_words.rule_lines(now), hour_words.rule_lines(then)
    return {
        "title": then.title,
        "source": then.source,
        "gone": [line for line in old if line not in new],
        "added": [line for line in new if line not in old],
        "samples": samples,
        "n": len(real),
        "changed": changed,
        "now": {"hours": hour_words.hours(sums[0][0]), "points": sums[0][1]},
        "then": {"hours": hour_words.hours(sums[1][0]), "points": sums[1][1]},
    }
