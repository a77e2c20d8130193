"""人员与角色: find a person, give and end roles, see who holds what; who read whose strings."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from diandan.ground.people import policies, queries
from diandan.ground.people.actions import roles
from diandan.ground.people.models import Person, Reading, Role, RoleGrant
from diandan.ground.places import queries as places
from diandan.ground.places.finder import PlaceFinder
from diandan.ground.places.models import Place
from diandan.kit.refusal import Refusal, forbidden, missing
from diandan.kit.units import local
from diandan.web import door

from .page import Here, SettingsForm, columns, here, plain, pressed, row, show, taken

PAGE = 100
WHY = gettext_lazy("管理员查找")


class GrantForm(SettingsForm):
    """Which role, where, until when."""

    role = forms.ChoiceField(label=gettext_lazy("角色"), choices=Role.choices)
    place = forms.CharField(
        label=gettext_lazy("在哪里"),
        max_length=80,
        help_text=gettext_lazy("填所、站的名称或 12 位区划代码,角色在它和下级都有效。"),
    )
    post = forms.CharField(label=gettext_lazy("职务"), max_length=40, required=False)
    until_on = forms.DateField(
        label=gettext_lazy("任期到"),
        required=False,
        help_text=gettext_lazy("不填就一直有效,直到撤销。"),
        widget=forms.DateInput(attrs={"type": "date"}),
    )


@require_http_methods(["GET"])
@door.admin_only
def people(request: HttpRequest) -> HttpResponse:
    """Who holds what here, and the search that leads to one person."""
    where = here(request)
    q = request.GET.get("q", "").strip()
    found, error = _found(where, q)
    grants = queries.grants_in(where.place.path, where.at)
    role = request.GET.get("role", "")
    if role in Role.values:
        grants = [g for g in grants if g.role == role]
    page = Paginator(grants, PAGE).get_page(request.GET.get("page"))
    return show(
        request,
        "settings/people.html",
        "people",
        where,
        q=q,
        error=error,
        found=found,
        searched=bool(q),
        roles=[
            {"value": value, "label": label, "current": value == role}
            for value, label in Role.choices
        ],
        role=role,
        page=page,
        table=_holders(list(page), where),
    )


def _found(where: Here, q: str) -> tuple[list[dict[str, str]], str]:
    """Persons of this phone, or of exactly this name under the place; names masked."""
    if not q:
        return [], ""
    if q.lstrip("+").replace(" ", "").isdigit():
        try:
            one = queries.by_phone(q)
        except Refusal as no:
            return [], no.sentence
        rows = [one] if one else []
    else:
        rows = queries.by_name(q, where.place.path)
    return [
        {
            "masked": queries.masked_name(p),
            "note": " · ".join(
                part for part in (queries.masked_phone(p), p.home.name if p.home else "") if part
            ),
            "href": reverse("settings_person", args=[p.id]),
        }
        for p in rows
    ], ""


def _whole_names(grants: list[RoleGrant], where: Here) -> dict[UUID, str]:
    """Whoever gives and ends roles must know whose; that she read the names is written down."""
    return queries.person_names(
        (g.person_id for g in grants), reader=where.by, at=where.at, why=str(WHY)
    )


def _holders(grants: list[RoleGrant], where: Here) -> dict[str, Any]:
    names = _whole_names(grants, where)
    return {
        "caption": _("谁有什么角色"),
        "id": "holders",
        "columns": columns(_("姓名"), _("手机"), _("角色"), _("在哪里"), _("职务"), _("任期")),
        "acts": True,
        "rows": [
            row(
                (names.get(g.person_id, ""), reverse("settings_person", args=[g.person_id])),
                queries.masked_phone(g.person),
                g.get_role_display(),
                g.place.name,
                g.post,
                _term(g),
                presses=[_revoke(g, names.get(g.person_id, ""))],
            )
            for g in grants
        ],
        "xlsx_url": reverse("settings_export", args=["people", "xlsx"]),
        "csv_url": reverse("settings_export", args=["people", "csv"]),
        "empty": {
            "icon": "users",
            "sentence": _("还没有人有这个角色"),
            "fill": _("用手机号找到一位已登录过的人,再授予角色。"),
        },
    }


def _term(grant: RoleGrant) -> str:
    until = f"{grant.until_on:%Y-%m-%d}" if grant.until_on else _("不限")
    return _("%(a)s 至 %(b)s") % {"a": f"{grant.from_on:%Y-%m-%d}", "b": until}


def _revoke(grant: RoleGrant, name: str) -> dict[str, str]:
    return {
        "href": reverse("settings_revoke_role", args=[grant.id]),
        "label": _("撤销"),
        "of": f"{name} {grant.get_role_display()}",
        "confirm": _("确定撤销%(name)s在%(place)s的“%(role)s”?对方会马上不能办这里的事。")
        % {"name": name, "place": grant.place.name, "role": grant.get_role_display()},
    }


@require_http_methods(["GET", "POST"])
@door.admin_only
def person(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """One person: her roles here, and a role to give."""
    where = here(request)
    who = queries.person(person_id)
    _check_near(where, who)
    form = GrantForm(request.POST or None, initial={"place": where.place.name})
    if request.method == "POST":

        def act(data: dict[str, Any]) -> str:
            roles.grant_role(
                person=who,
                role=Role(data["role"]),
                place=_place(where.place, data["place"]),
                post=data["post"],
                until_on=data["until_on"],
                at=where.at,
                by=where.by,
            )
            return reverse("settings_person", args=[who.id])

        answer = taken(request, form, act, _("角色已授予,对方下次打开页面就能用。"))
        if answer is not None:
            return answer
    grants = [g for g in queries.grants_in(where.place.path, where.at) if g.person_id == who.id]
    name = (
        queries.name_for(who, reader=where.by, at=where.at, why=str(WHY))
        if grants
        else queries.masked_name(who)
    )
    state = _("已冻结") if who.frozen_at else _("正常") if who.registered_at else _("还没登录过")
    return show(
        request,
        "settings/person.html",
        "people",
        where,
        masked=name,
        facts=[
            {"label": _("手机"), "text": queries.masked_phone(who)},
            {"label": _("所在地"), "text": who.home.name if who.home else _("没填")},
            {"label": _("状态"), "text": state},
        ],
        grants=[
            {
                "role": g.get_role_display(),
                "place": g.place.name,
                "post": g.post,
                "term": _term(g),
                "press": _revoke(g, name),
            }
            for g in grants
        ],
        form=form,
        thaw=reverse("thaw", args=[who.id]) if who.frozen_at else "",
    )


def _check_near(where: Here, who: Person) -> None:
    """She is from here, holds a role here, or is not yet anybody's: a phone found her."""
    if who.home is None or policies.can_admin(where.by, who.home):
        return
    if any(g.person_id == who.id for g in queries.grants_in(where.place.path, where.at)):
        return
    raise forbidden(_("这个人不在您管理的范围内,请联系其所在地的管理员。"), "not_your_person")


def _place(under: Place, words: str) -> Place:
    finder = PlaceFinder(under)
    return finder.find(words.strip(), "place")


@require_POST
@door.admin_only
def revoke_role(request: HttpRequest, grant_id: UUID) -> HttpResponse:
    """End a role."""
    where = here(request)
    grant = RoleGrant.objects.filter(id=grant_id).select_related("place").first()
    if grant is None:
        raise missing(_("没有找到这个角色。"), "unknown_grant")

    def act() -> str:
        roles.revoke_role(grant=grant, at=where.at, by=where.by)
        return reverse("settings_people")

    return pressed(request, act, _("角色已撤销。"))


@require_http_methods(["GET"])
@door.settings_only
def readings(request: HttpRequest) -> HttpResponse:
    """Who read which private string of whom: for administrators and auditors of a place."""
    by, at = door.actor(request), door.now(request)
    roots = [g for g in by.grants if g.role in (Role.ADMIN, Role.AUDITOR)]
    if not roots:
        raise forbidden(_("查看记录只对管理员和审计员开放。"), "auditors_only")
    top = places.by_id(min(roots, key=lambda g: len(g.path)).place_id)
    rows = Reading.objects.filter(person__home__path__startswith=top.path)
    rows = rows.select_related("person").order_by("-at", "-id")
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    shown = list(page)
    names = queries.masked_names(
        {r.person_id for r in shown} | {r.reader_id for r in shown if r.reader_id}
    )
    fields = {"name": _("姓名"), "phone": _("手机"), "door": _("门牌"), "words": _("原话")}
    table = {
        "caption": _("谁在什么时候看了谁的什么"),
        "columns": columns(_("时间"), _("谁看的"), _("看了谁"), _("看了什么"), _("为什么")),
        "rows": [
            row(
                f"{local(r.at):%Y-%m-%d %H:%M}",
                names.get(r.reader_id, "") if r.reader_id else _("系统"),
                names.get(r.person_id, ""),
                fields.get(r.field, r.field),
                r.why,
            )
            for r in shown
        ],
        "empty": {
            "icon": "eye",
            "sentence": _("还没有人查看过个人信息"),
            "fill": _("工作人员每次查看姓名、手机或门牌,这里都会多一行。"),
        },
    }
    is_admin = any(g.role == Role.ADMIN for g in roots)
    where = here(request) if is_admin else Here(top, places.center_of(top), by, at)
    return plain(
        request,
        "readings",
        _("查看记录"),
        where=where,
        lead=_("姓名、手机、门牌加密保存,每看一次记一次。本人在“我的”里也能看到。"),
        tables=[table],
        page=page,
    )
