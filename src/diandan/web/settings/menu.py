"""菜单与项目库: items written, handed in, reviewed level by level, published and retired."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django import forms
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from diandan.flow.choice import chosen, flow_of
from diandan.ground.catalogue import queries
from diandan.ground.catalogue.actions import items as acts
from diandan.ground.catalogue.models import Item
from diandan.ground.catalogue.policies import MENU_ROLES, check_keep_menu
from diandan.ground.people.queries import masked_names
from diandan.ground.places import queries as places
from diandan.ground.places.finder import PlaceFinder
from diandan.ground.places.models import Level, Place
from diandan.kit.clock import SHANGHAI
from diandan.kit.refusal import forbidden, missing
from diandan.kit.units import local
from diandan.path.assess import queries as assess
from diandan.path.assess.actions.review import review_item
from diandan.path.assess.models import Review
from diandan.path.assess.policies import may_review
from diandan.web import door

from .page import Here, SettingsForm, columns, pill, plain, pressed, row, show, taken

PAGE = 50
SEASONS = [
    ("", gettext_lazy("全年")),
    ("spring", gettext_lazy("春")),
    ("summer", gettext_lazy("夏")),
    ("autumn", gettext_lazy("秋")),
    ("winter", gettext_lazy("冬")),
]
TONES = {
    Item.State.DRAFT: "plain",
    Item.State.IN_REVIEW: "wait",
    Item.State.PUBLISHED: "good",
    Item.State.RETIRED: "plain",
}


def menu_here(request: HttpRequest) -> Here:
    """Whose menu: the highest place at which the actor keeps it. Not for administrators alone."""
    by, at = door.actor(request), door.now(request)
    mine = sorted((g for g in by.grants if g.role in MENU_ROLES), key=lambda g: len(g.path))
    if not mine:
        raise forbidden(_("菜单由所、站和中心的工作人员管理。"), "keepers_only")
    found = places.by_id(mine[0].place_id)
    return Here(found, places.center_of(found), by, at)


def levels_for(centre: Place) -> tuple[Level, ...]:
    """The review ladder of a centre's flow; the centre alone where the flow has none."""
    return flow_of(chosen(centre)).review or (Level.CENTER,)


class ItemForm(SettingsForm):
    """What is written of an item."""

    title = forms.CharField(label=gettext_lazy("名称"), max_length=80)
    place = forms.CharField(
        label=gettext_lazy("哪个阵地的"), max_length=80, help_text=gettext_lazy("名称或区划代码。")
    )
    kind = forms.ChoiceField(label=gettext_lazy("服务类别"))
    about = forms.CharField(
        label=gettext_lazy("说明"), required=False, widget=forms.Textarea(attrs={"rows": 4})
    )
    season = forms.ChoiceField(label=gettext_lazy("季节"), choices=SEASONS, required=False)
    from_on = forms.DateField(
        label=gettext_lazy("从哪天起"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    until_on = forms.DateField(
        label=gettext_lazy("到哪天止"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=gettext_lazy("写了日期就按日期,不写按季节。"),
    )
    joinable = forms.BooleanField(label=gettext_lazy("是可以报名的活动"), required=False)
    starts_at = forms.DateTimeField(
        label=gettext_lazy("活动开始时间"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    seats = forms.IntegerField(label=gettext_lazy("名额"), required=False, min_value=1)
    is_paid = forms.BooleanField(
        label=gettext_lazy("便民低偿服务(收成本费)"),
        required=False,
        help_text=gettext_lazy("收费的不是志愿服务,菜单上会标明。"),
    )

    def __init__(self, *args: Any, where: Here, **more: Any) -> None:
        super().__init__(*args, **more)
        field = self.fields["kind"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(k.code, k.name) for k in queries.kinds_of(where.centre)]


def _words(where: Here, data: dict[str, Any]) -> acts.ItemWords:
    starts = data["starts_at"]
    if starts is not None and starts.tzinfo is None:
        starts = starts.replace(tzinfo=SHANGHAI)
    return acts.ItemWords(
        title=data["title"],
        kind=queries.kind_by_code(where.centre, data["kind"]),
        about=data["about"],
        season=data["season"],
        from_on=data["from_on"],
        until_on=data["until_on"],
        joinable=data["joinable"],
        starts_at=starts,
        seats=data["seats"],
        is_paid=data["is_paid"],
    )


@require_http_methods(["GET"])
@door.settings_only
def menu(request: HttpRequest) -> HttpResponse:
    """Every item of the place and those below it, by state."""
    where = menu_here(request)
    rows = queries.items_at(where.place)
    state = request.GET.get("state", "")
    if state in Item.State.values:
        rows = rows.filter(state=state)
    q = request.GET.get("q", "").strip()[:40]
    if q:
        rows = rows.filter(title__icontains=q)
    waiting = assess.items_to_review(where.by, levels_for(where.centre))
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    return show(
        request,
        "settings/menu.html",
        "menu",
        where,
        table=_items(page),
        review=_review(waiting) if waiting else None,
        states=[
            {"value": v, "label": label, "current": v == state} for v, label in Item.State.choices
        ],
        q=q,
        page=page,
        ladder="→".join(str(level.label) for level in levels_for(where.centre)),
    )


def _items(page: Iterable[Item]) -> dict[str, Any]:
    seasons = dict(SEASONS)
    return {
        "caption": _("全部项目"),
        "id": "items",
        "columns": columns(
            _("名称"), _("阵地"), _("类别"), _("季节与日期"), _("状态"), _("已接单的队"), nums=(5,)
        ),
        "rows": [
            row(
                (i.title, reverse("settings_item", args=[i.id])),
                i.place.name,
                i.kind.name,
                _when(i, str(seasons.get(i.season, i.season))),
                pill(i.get_state_display(), TONES[Item.State(i.state)]),
                getattr(i, "taken", 0),
            )
            for i in page
        ],
        "empty": {
            "icon": "book-open",
            "sentence": _("菜单上还没有项目"),
            "fill": _("写一份草稿,提交审核,通过后群众就能点。"),
            "href": reverse("settings_new_item"),
            "link": _("写一份"),
        },
    }


def _review(waiting: list[Item]) -> dict[str, Any]:
    return {
        "caption": _("等您审核"),
        "id": "review",
        "columns": columns(_("名称"), _("阵地"), _("类别")),
        "rows": [
            row((i.title, reverse("settings_item", args=[i.id])), i.place.name, i.kind.name)
            for i in waiting
        ],
    }


def _when(item: Item, season: str) -> str:
    days = ""
    if item.from_on or item.until_on:
        ends = [f"{d:%m-%d}" if d else "…" for d in (item.from_on, item.until_on)]
        days = " " + "~".join(ends)
    starts = f" {local(item.starts_at):%m-%d %H:%M}" if item.starts_at else ""
    seats = _(" 限%(n)d人") % {"n": item.seats} if item.seats else ""
    return f"{season}{days}{starts}{seats}"


@require_http_methods(["GET", "POST"])
@door.settings_only
def new_item(request: HttpRequest) -> HttpResponse:
    """A draft nobody sees yet."""
    where = menu_here(request)
    form = ItemForm(request.POST or None, where=where, initial={"place": where.place.name})
    if request.method == "POST":

        def act(data: dict[str, Any]) -> str:
            made = acts.make_item(
                place=PlaceFinder(where.place).find(data["place"].strip(), "place"),
                words=_words(where, data),
                by=where.by,
                at=where.at,
            )
            return reverse("settings_item", args=[made.id])

        answer = taken(request, form, act, _("草稿已保存。看过没问题就提交审核。"))
        if answer is not None:
            return answer
    return plain(
        request,
        "menu",
        _("写一个项目"),
        where=where,
        back={"href": reverse("settings_menu"), "label": _("菜单与项目库")},
        forms=[{"form": form, "button": _("存为草稿"), "primary": True, "form_id": "new-item"}],
    )


@require_http_methods(["GET", "POST"])
@door.settings_only
def item(request: HttpRequest, item_id: UUID) -> HttpResponse:
    """One item: its words, where its review stands, and what this actor may do now."""
    where = menu_here(request)
    one = _own_item(where, item_id)
    form = None
    if one.state == Item.State.DRAFT:
        form = _edit_form(request, where, one)
        if request.method == "POST":

            def act(data: dict[str, Any]) -> str:
                locked = queries.item_for_change(one.id)
                acts.edit_item(locked, words=_words(where, data), by=where.by, at=where.at)
                return reverse("settings_item", args=[one.id])

            answer = taken(request, form, act)
            if answer is not None:
                return answer
    levels = levels_for(where.centre)
    rung = (
        assess.next_rung(Review.Subject.ITEM, one.id, one.place, levels)
        if one.state == Item.State.IN_REVIEW
        else None
    )
    reviews = assess.reviews_of(Review.Subject.ITEM, one.id)
    names = masked_names({r.by_id for r in reviews if r.by_id})
    takers = queries.takers(one)
    mine = bool(rung and may_review(where.by, rung.level, rung.place))
    return show(
        request,
        "settings/item.html",
        "menu",
        where,
        item=one,
        tone=TONES[Item.State(one.state)],
        word=one.get_state_display(),
        facts=_item_facts(one),
        form=form,
        rung=_("%(place)s(%(level)s级)") % {"level": rung.level.label, "place": rung.place.name}
        if rung
        else "",
        may_judge=mine and one.made_by_id != where.by.person_id,
        own=mine and one.made_by_id == where.by.person_id,
        reviews=[
            {
                "at": r.at,
                "title": f"{Level(r.level).label} · {r.get_verdict_display()}",
                "who": f"{r.place.name} {names.get(r.by_id, '')}",
                "note": r.reason,
                "tone": "good" if r.verdict == Review.Verdict.APPROVED else "wait",
            }
            for r in reviews
        ],
        takers=[t.name for t in takers],
    )


def _own_item(where: Here, item_id: UUID) -> Item:
    one = Item.objects.select_related("place", "kind", "kind__centre").filter(id=item_id).first()
    if one is None:
        raise missing(_("没有找到这项服务,可能已经下架。"), "unknown_item")
    check_keep_menu(where.by, one.place)
    return one


def _edit_form(request: HttpRequest, where: Here, one: Item) -> ItemForm:
    initial = {
        "title": one.title, "place": one.place.name, "kind": one.kind.code, "about": one.about,
        "season": one.season, "from_on": one.from_on, "until_on": one.until_on,
        "joinable": one.joinable, "seats": one.seats, "is_paid": one.is_paid,
        "starts_at": local(one.starts_at) if one.starts_at else None,
    }  # fmt: skip
    form = ItemForm(request.POST or None, where=where, initial=initial)
    form.fields["place"].disabled = True
    return form


def _item_facts(one: Item) -> list[dict[str, str]]:
    rows = [
        (_("阵地"), one.place.name),
        (_("类别"), one.kind.name),
        (_("季节与日期"), _when(one, str(dict(SEASONS).get(one.season, one.season)))),
        (_("报名"), _("可报名") if one.joinable else _("直接点单")),
        (_("收费"), _("便民低偿") if one.is_paid else _("免费")),
        (_("说明"), one.about),
        (_("下架原因"), one.retired_why),
    ]
    return [{"label": label, "text": text} for label, text in rows if text]


@require_POST
@door.settings_only
def move_item(request: HttpRequest, item_id: UUID, verb: str) -> HttpResponse:
    """submit · approve · return · retire: one step of an item's life."""
    where = menu_here(request)
    _own_item(where, item_id)
    reason = request.POST.get("reason", "")

    def act() -> str:
        with transaction.atomic():
            one = queries.item_for_change(item_id)
            if verb == "submit":
                acts.submit_item(one, by=where.by, at=where.at)
            elif verb == "retire":
                acts.retire_item(one, reason=reason, by=where.by, at=where.at)
            else:
                review_item(
                    one,
                    levels=levels_for(where.centre),
                    verdict=Review.Verdict.APPROVED
                    if verb == "approve"
                    else Review.Verdict.RETURNED,
                    reason=reason,
                    by=where.by,
                    at=where.at,
                )
        return reverse("settings_item", args=[item_id])

    said = {
        "submit": _("已提交审核。"),
        "retire": _("已下架。"),
        "approve": _("已通过。"),
        "return": _("已退回,编写的人会看到原因。"),
    }
    if verb not in said:
        raise missing(_("没有这个动作。"), "unknown_verb")
    return pressed(request, act, said[verb])
