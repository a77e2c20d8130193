"""阵地: the tree of the district, one place at a time; counts beside what the article counted."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from diandan.ground.people import queries as people
from diandan.ground.places import queries
from diandan.ground.places.actions import add as adding
from diandan.ground.places.actions import close as closing
from diandan.ground.places.actions.describe import describe
from diandan.ground.places.actions.rename import rename
from diandan.ground.places.blueprint import POSITION_DEMO
from diandan.ground.places.models import LADDER, LEVEL_OF_KIND, Kind, Place
from diandan.web import door

from .page import Here, SettingsForm, columns, here, place_for_admin, pressed, row, show, taken

KIND_ORDER = list(Kind)


class PlaceForm(SettingsForm):
    """What a place says of itself."""

    name = forms.CharField(label=gettext_lazy("名称"), max_length=80)
    phone = forms.CharField(label=gettext_lazy("对外电话"), max_length=40, required=False)
    address = forms.CharField(label=gettext_lazy("地址"), max_length=200, required=False)
    open_hours = forms.CharField(
        label=gettext_lazy("开放时间"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("如“周一至周六 9:00-17:00”。写得出规律的,页面能显示现在开不开门。"),
    )
    access = forms.CharField(
        label=gettext_lazy("无障碍设施"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("如“有坡道、无障碍卫生间、轮椅可借”。"),
    )
    lat = forms.FloatField(label=gettext_lazy("纬度"), required=False)
    lon = forms.FloatField(
        label=gettext_lazy("经度"),
        required=False,
        help_text=gettext_lazy("WGS-84 十进制度。从高德、百度抄来的坐标请用导入表,它会换算。"),
    )


class NewPlaceForm(SettingsForm):
    """A place below this one."""

    name = forms.CharField(label=gettext_lazy("名称"), max_length=80)
    kind = forms.ChoiceField(label=gettext_lazy("类型"))

    def __init__(self, *args: Any, under: Place, **more: Any) -> None:
        super().__init__(*args, **more)
        above = LEVEL_OF_KIND.get(Kind(under.kind))
        field = self.fields["kind"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [
            (kind.value, kind.label)
            for kind in Kind
            if above is not None
            and (
                (own := LEVEL_OF_KIND.get(kind)) is None or LADDER.index(own) < LADDER.index(above)
            )
        ]
        # Most often what is added is a point, whatever stands highest in the list.
        self.initial.setdefault("kind", Kind.POINT.value)


@require_http_methods(["GET"])
@door.admin_only
def tree(request: HttpRequest) -> HttpResponse:
    """The top of the tree she looks after, or what a search finds in it."""
    where = here(request)
    q = request.GET.get("q", "").strip()
    if q:
        found = queries.search(where.place, q, limit=60)
        return show(
            request, "settings/places.html", "places", where, q=q, found=[_line(p) for p in found]
        )
    return _branch(request, where, where.place, NewPlaceForm(under=where.place))


@require_http_methods(["GET", "POST"])
@door.admin_only
def place(request: HttpRequest, place_id: int) -> HttpResponse:
    """One place and what stands under it; a place may be added here."""
    where = here(request)
    one = place_for_admin(request, place_id)
    form = NewPlaceForm(request.POST or None, under=one)
    if request.method == "POST":

        def act(data: dict[str, Any]) -> str:
            words = adding.SiteWords(data["name"], Kind(data["kind"]))
            made = adding.add(one, words, at=where.at, by_id=where.by.person_id)
            return reverse("settings_edit_place", args=[made.id])

        answer = taken(request, form, act, _("已添加。请补上地址、电话和开放时间。"))
        if answer is not None:
            return answer
    return _branch(request, where, one, form)


def _branch(request: HttpRequest, where: Here, one: Place, form: NewPlaceForm) -> HttpResponse:
    below = list(queries.children(one))
    groups = []
    for kind in KIND_ORDER:
        rows = [p for p in below if p.kind == kind]
        if rows:
            groups.append({"label": kind.label, "n": len(rows), "rows": [_line(p) for p in rows]})
    closed = Place.objects.filter(parent=one).exclude(valid_until=None).order_by("-valid_until")
    line = [p for p in reversed(queries.line_of(one)) if p.path.startswith(where.place.path)]
    return show(
        request,
        "settings/places.html",
        "places",
        where,
        place=one,
        crumbs=[{"name": p.name, "href": reverse("settings_place", args=[p.id])} for p in line],
        groups=groups,
        counts=_counts(one) if one.kind in (Kind.CENTER, Kind.CITY) else None,
        differences=queries.differences(one),
        facts=_facts(one),
        closed=[
            {
                "name": p.name,
                "until": f"{p.valid_until:%Y-%m-%d}",
                "press": {
                    "href": reverse("settings_reopen_place", args=[p.id]),
                    "label": _("恢复使用"),
                    "of": p.name,
                },
            }
            for p in closed[:50]
        ],
        form=form,
        close=None
        if one.parent_id is None or one.valid_until
        else {"href": reverse("settings_close_place", args=[one.id]), "label": _("停用这个阵地")},
    )


def _line(p: Place) -> dict[str, Any]:
    return {
        "name": p.name,
        "kind": Kind(p.kind).label,
        "href": reverse("settings_place", args=[p.id]),
        "code": p.region_code,
        "demo": p.about.get("source") == "demo",
    }


def _facts(one: Place) -> list[dict[str, str]]:
    olds = "、".join(
        _("%(name)s(至 %(day)s)") % {"name": f.name, "day": f"{f.until_on:%Y-%m-%d}"}
        for f in one.former_names.order_by("-until_on")
    )
    position = f"{one.lat:.5f}, {one.lon:.5f}" if one.lat is not None else _("没填")
    if one.position_source == POSITION_DEMO:
        position += _("(演示坐标,不是实测)")
    code = one.region_code + (f"({one.code_system})" if one.code_system else "")
    rows = [
        (_("类型"), str(Kind(one.kind).label)),
        (_("区划代码"), code),
        (_("曾用名"), olds),
        (_("对外电话"), one.phone),
        (_("地址"), one.address),
        (_("开放时间"), one.open_hours),
        (_("无障碍设施"), one.settings.get("access", "")),
        (_("位置"), position),
        (_("说明"), one.about.get("note", "")),
    ]
    return [{"label": label, "text": text} for label, text in rows if text]


def _counts(one: Place) -> dict[str, Any]:
    return {
        "caption": _("现有多少,材料写多少"),
        "id": "counts",
        "columns": columns(
            _("阵地"), _("现有"), _("材料写"), _("原文"), _("材料时间"), nums=(1, 2)
        ),
        "rows": [
            row(
                c.label,
                {
                    "text": c.now,
                    "num": True,
                    "href": f"{reverse('sites')}?kind={c.kind}" if c.kind != "all" else "",
                },
                {"text": "—" if c.material is None else c.material, "num": True},
                c.words,
                c.dated,
            )
            for c in queries.counts(one)
        ],
    }


@require_http_methods(["GET", "POST"])
@door.admin_only
def edit(request: HttpRequest, place_id: int) -> HttpResponse:
    """Rename a place and write what it says of itself."""
    where = here(request)
    one = place_for_admin(request, place_id)
    initial = {
        "name": one.name, "phone": one.phone, "address": one.address,
        "open_hours": one.open_hours, "access": one.settings.get("access", ""),
        "lat": one.lat, "lon": one.lon,
    }  # fmt: skip
    form = PlaceForm(request.POST or None, initial=initial)
    if request.method == "POST":

        def act(data: dict[str, Any]) -> str:
            by_id = where.by.person_id
            rename(one.id, data["name"], at=where.at, by_id=by_id)
            describe(
                one.id,
                words={key: data[key] for key in ("phone", "address", "open_hours")},
                access=data["access"],
                lat=data["lat"],
                lon=data["lon"],
                at=where.at,
                by_id=by_id,
            )
            return reverse("settings_place", args=[one.id])

        answer = taken(request, form, act, _("已保存。改过的名称,旧名还能查到。"))
        if answer is not None:
            return answer
    return show(
        request,
        "settings/place_edit.html",
        "places",
        where,
        place=one,
        form=form,
        demo=one.position_source == POSITION_DEMO,
        staff=_staff(where, one),
    )


def _staff(where: Here, one: Place) -> list[dict[str, str]]:
    grants = [g for g in people.grants_in(one.path, where.at) if g.place_id == one.id]
    names = people.masked_names(g.person_id for g in grants)
    return [
        {"label": str(g.get_role_display()), "text": f"{names[g.person_id]} {g.post}".strip()}
        for g in grants
    ]


@require_POST
@door.admin_only
def close(request: HttpRequest, place_id: int) -> HttpResponse:
    """停用: it leaves the lists, its record stays."""
    where = here(request)
    one = place_for_admin(request, place_id)

    def act() -> str:
        closing.close(one.id, at=where.at, by_id=where.by.person_id)
        return (
            reverse("settings_place", args=[one.parent_id]) if one.parent_id else "/desk/settings/"
        )

    return pressed(request, act, _("已停用,办过的事都留着。"))


@require_POST
@door.admin_only
def reopen(request: HttpRequest, place_id: int) -> HttpResponse:
    """In use again."""
    where = here(request)
    one = place_for_admin(request, place_id)

    def act() -> str:
        closing.reopen(one.id, at=where.at, by_id=where.by.person_id)
        return reverse("settings_place", args=[one.id])

    return pressed(request, act, _("已恢复使用。"))
