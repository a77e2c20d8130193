"""礼遇与惠民券的设置: partners and their counters, benefits by star, batches of vouchers."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from diandan.ground.people.queries import masked_names
from diandan.kit.refusal import missing
from diandan.kit.units import local
from diandan.square.mall import reports
from diandan.square.mall.actions import benefits as acts
from diandan.square.mall.actions.vouchers import BatchWords, issue_batch
from diandan.square.mall.models import Audience, Benefit, Giver
from diandan.web import door
from diandan.web.desk import takeaway

from .mall import SECTION, keeper_here
from .page import Here, SettingsForm, columns, plain, pressed, row, taken

USES_SHOWN = 200
TAKEN_AWAY = 5000


class GiverForm(SettingsForm):
    """Who gives."""

    name = forms.CharField(label=gettext_lazy("单位名称"), max_length=60)
    about = forms.CharField(label=gettext_lazy("一句话介绍"), max_length=300, required=False)
    address = forms.CharField(label=gettext_lazy("地址"), max_length=120, required=False)
    agreed_on = forms.DateField(
        label=gettext_lazy("签约日期"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
    )


class BenefitForm(SettingsForm):
    """What a partner does for volunteers."""

    name = forms.CharField(label=gettext_lazy("礼遇内容"), max_length=60)
    about = forms.CharField(
        label=gettext_lazy("说明"), max_length=500, required=False,
        help_text=gettext_lazy("只写礼遇是什么,不写价格。"),
    )  # fmt: skip
    star_min = forms.IntegerField(label=gettext_lazy("几星起"), min_value=0, max_value=5, initial=1)
    times_a_year = forms.IntegerField(
        label=gettext_lazy("每人每年几次"),
        min_value=0,
        max_value=366,
        initial=0,
        help_text=gettext_lazy("0 就是不限。"),
    )
    from_on = forms.DateField(
        label=gettext_lazy("从哪天起"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    until_on = forms.DateField(
        label=gettext_lazy("到哪天止"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
    )


class BatchForm(SettingsForm):
    """A batch of vouchers."""

    name = forms.CharField(label=gettext_lazy("券名"), max_length=60)
    about = forms.CharField(label=gettext_lazy("说明"), max_length=500, required=False)
    count = forms.IntegerField(label=gettext_lazy("发放多少张"), min_value=1, max_value=1_000_000)
    audience = forms.ChoiceField(
        label=gettext_lazy("面向"), choices=Audience.choices, initial=Audience.EVERYONE
    )
    from_on = forms.DateField(
        label=gettext_lazy("从哪天起可用"), widget=forms.DateInput(attrs={"type": "date"})
    )
    until_on = forms.DateField(
        label=gettext_lazy("到哪天止"), widget=forms.DateInput(attrs={"type": "date"})
    )
    givers = forms.MultipleChoiceField(
        label=gettext_lazy("在哪里使用"), widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, where: Here, **more: Any) -> None:
        super().__init__(*args, **more)
        field = self.fields["givers"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = [(str(g.id), g.name) for g in reports.givers(where.centre)]


def _back(name: str, label: str) -> dict[str, str]:
    return {"href": reverse(name), "label": label}


@require_http_methods(["GET", "POST"])
@door.settings_only
def partners(request: HttpRequest) -> HttpResponse:
    """Who gives, what, and how often it was used."""
    where = keeper_here(request)
    form = GiverForm(request.POST or None)
    if request.method == "POST":

        def act(data: dict[str, Any]) -> str:
            made = acts.join_giver(where.centre, **data, by=where.by, at=where.at)
            return reverse("settings_partner", args=[made.id])

        answer = taken(request, form, act, _("已加入。接着写它提供的礼遇。"))
        if answer is not None:
            return answer
    table = {
        "caption": _("合作单位"),
        "id": "givers",
        "columns": columns(_("单位"), _("地址"), _("签约")),
        "rows": [
            row(
                (g.name, reverse("settings_partner", args=[g.id])),
                g.address,
                f"{g.agreed_on:%Y-%m-%d}" if g.agreed_on else "",
            )
            for g in reports.givers(where.centre)
        ],
        "empty": {
            "icon": "building-2",
            "sentence": _("还没有合作单位"),
            "fill": _("加入一家,再写它为几星志愿者提供什么。"),
        },
    }
    return plain(
        request,
        SECTION,
        _("礼遇与合作单位"),
        where=where,
        back=_back("settings_mall", _("兑换与礼遇")),
        tables=[table, _uses(where)],
        forms=[{"form": form, "button": _("加入"), "heading": _("加入合作单位"), "primary": True}],
    )


def _use_cells(where: Here, most: int) -> list[list[Any]]:
    found = list(reports.uses_in(where.centre)[:most])
    names = masked_names(u.person_id for u in found)
    return [
        [
            f"{local(u.used_at):%Y-%m-%d %H:%M}" if u.used_at else "",
            u.benefit.giver.name,
            u.benefit.name,
            names.get(u.person_id, ""),
            u.star,
        ]
        for u in found
    ]


def _uses(where: Here) -> dict[str, Any]:
    return {
        "caption": _("使用记录"),
        "id": "uses",
        "csv_url": reverse("settings_uses_csv"),
        "columns": columns(_("时间"), _("单位"), _("礼遇"), _("志愿者"), _("星级"), nums=(4,)),
        "rows": [row(*cells) for cells in _use_cells(where, USES_SHOWN)],
        "empty": {
            "icon": "award",
            "sentence": _("还没有使用记录"),
            "fill": _("志愿者在合作单位柜台出示礼遇码后,会记在这里。"),
        },
    }


@require_safe
@door.settings_only
def uses_csv(request: HttpRequest) -> HttpResponse:
    """The uses to take away, names masked."""
    where = keeper_here(request)
    heads = [_("时间"), _("单位"), _("礼遇"), _("志愿者"), _("星级")]
    return takeaway.as_csv(_("礼遇使用记录"), heads, _use_cells(where, TAKEN_AWAY))


def _giver(where: Here, giver_id: UUID) -> Giver:
    one = Giver.objects.filter(id=giver_id, centre=where.centre).first()
    if one is None:
        raise missing(_("没有找到这家合作单位。"), "unknown_giver")
    return one


@require_http_methods(["GET", "POST"])
@door.settings_only
def partner(request: HttpRequest, giver_id: UUID) -> HttpResponse:
    """One partner: its benefits and the address of its counter."""
    where = keeper_here(request)
    one = _giver(where, giver_id)
    form = BenefitForm(request.POST or None)
    if request.method == "POST":

        def act(data: dict[str, Any]) -> str:
            acts.offer_benefit(one.id, acts.BenefitWords(**data), by=where.by, at=where.at)
            return reverse("settings_partner", args=[one.id])

        answer = taken(request, form, act, _("已写入礼遇目录。"))
        if answer is not None:
            return answer
    address = settings.PUBLIC_URL + reverse("giver_counter", args=[one.key])
    table = {
        "caption": _("提供的礼遇"),
        "id": "benefits",
        "acts": True,
        "columns": columns(_("礼遇"), _("几星起"), _("每年几次"), _("有效期"), nums=(1, 2)),
        "rows": [
            _benefit_row(b) for b in one.benefits.filter(retired_at=None).order_by("star_min")
        ],
        "empty": {"icon": "award", "sentence": _("还没有礼遇"), "fill": _("在下面写一项。")},
    }
    is_here = one.left_at is None
    return plain(
        request,
        SECTION,
        one.name,
        where=where,
        back=_back("settings_partners", _("礼遇与合作单位")),
        notes=[_("柜台地址(只发给这家单位,打开就能核销):%s") % address] if is_here else [],
        tables=[table],
        forms=[{"form": form, "button": _("写入目录"), "heading": _("加一项礼遇"), "primary": True}]
        if is_here
        else [],
        press={
            "href": reverse("settings_partner_key", args=[one.id]),
            "label": _("换一个柜台地址"),
            "confirm": _("换新后旧地址马上失效,请把新地址发给对方。"),
        }
        if is_here
        else None,
    )


def _benefit_row(one: Benefit) -> dict[str, Any]:
    ends = [f"{d:%Y-%m-%d}" if d else "" for d in (one.from_on, one.until_on)]
    return row(
        one.name,
        one.star_min,
        one.times_a_year or _("不限"),
        " ~ ".join(ends) if any(ends) else _("长期"),
        presses=[
            {
                "href": reverse("settings_retire_benefit", args=[one.id]),
                "label": _("停止"),
                "of": one.name,
                "confirm": _("停止后不再出示新的码;用过的记录保留。"),
            }
        ],
    )


@require_POST
@door.settings_only
def new_key(request: HttpRequest, giver_id: UUID) -> HttpResponse:
    """A new address for the counter."""
    where = keeper_here(request)
    one = _giver(where, giver_id)

    def act() -> str:
        acts.new_giver_key(one.id, by=where.by, at=where.at)
        return reverse("settings_partner", args=[one.id])

    return pressed(request, act, _("已换新地址,旧地址已失效。"))


@require_POST
@door.settings_only
def retire_benefit(request: HttpRequest, benefit_id: UUID) -> HttpResponse:
    """No longer in the catalogue."""
    where = keeper_here(request)

    def act() -> str:
        made = acts.retire_benefit(benefit_id, by=where.by, at=where.at)
        return reverse("settings_partner", args=[made.giver_id])

    return pressed(request, act, _("已停止。"))


@require_http_methods(["GET", "POST"])
@door.settings_only
def batches(request: HttpRequest) -> HttpResponse:
    """惠民券: issued, claimed, used, lapsed and left, each counted; and a form for a new batch."""
    where = keeper_here(request)
    form = BatchForm(request.POST or None, where=where)
    if request.method == "POST":

        def act(data: dict[str, Any]) -> str:
            chosen = Giver.objects.filter(centre=where.centre, id__in=data.pop("givers"))
            issue_batch(where.centre, BatchWords(**data), givers=chosen, by=where.by, at=where.at)
            return reverse("settings_batches")

        answer = taken(request, form, act, _("已发放,居民可以自己来领。"))
        if answer is not None:
            return answer
    table = {
        "caption": _("发放与使用"),
        "id": "batches",
        "csv_url": reverse("settings_batches_csv"),
        "columns": columns(*_heads(), nums=(2, 3, 4, 5, 6)),
        "rows": [row(*cells) for cells in _cells(where)],
        "empty": {
            "icon": "award",
            "sentence": _("还没有发过惠民券"),
            "fill": _("先加入使用地点(合作单位),再在下面发一批。"),
        },
    }
    return plain(
        request,
        SECTION,
        _("惠民券"),
        where=where,
        back=_back("settings_mall", _("兑换与礼遇")),
        tables=[table],
        forms=[{"form": form, "button": _("发放"), "heading": _("发一批券"), "primary": True}],
    )


def _heads() -> list[str]:
    return [
        _("券名"), _("有效期"), _("发放"), _("已领"), _("已用"), _("过期未用"), _("没人领"),
    ]  # fmt: skip


def _cells(where: Here) -> list[list[Any]]:
    return [
        [
            r.batch.name,
            f"{r.batch.from_on:%Y-%m-%d} ~ {r.batch.until_on:%Y-%m-%d}",
            r.issued,
            r.claimed,
            r.used,
            r.lapsed,
            r.issued - r.claimed,
        ]
        for r in reports.batches(where.centre)
    ]


@require_safe
@door.settings_only
def batches_csv(request: HttpRequest) -> HttpResponse:
    """The report to take away."""
    return takeaway.as_csv(_("惠民券"), _heads(), _cells(keeper_here(request)))
