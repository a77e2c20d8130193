"""入驻: units apply at an open page; the centre takes them in or returns them with a reason."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from diandan.ground.people.policies import check_admin
from diandan.ground.places import queries as places
from diandan.ground.places.actions import join_in
from diandan.ground.places.finder import PlaceFinder
from diandan.ground.places.models import BaseApplication
from diandan.kit.refusal import missing
from diandan.kit.units import local
from diandan.web import door

from .page import SettingsForm, here, pressed, show, taken

State = BaseApplication.State


class JoinForm(SettingsForm):
    """What a unit writes of itself: nothing about any one person."""

    name = forms.CharField(label=gettext_lazy("单位名称"), max_length=80)
    about = forms.CharField(
        label=gettext_lazy("能提供什么"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=gettext_lazy("场地、课程、参观、实践活动……什么时候可以来,一次多少人。"),
    )
    address = forms.CharField(label=gettext_lazy("地址"), max_length=200)
    phone = forms.CharField(
        label=gettext_lazy("单位对外电话"),
        max_length=40,
        widget=forms.TextInput(attrs={"inputmode": "tel"}),
    )
    post = forms.CharField(label=gettext_lazy("由哪个部门联系"), max_length=40, required=False)


@require_http_methods(["GET", "POST"])
def join(request: HttpRequest) -> HttpResponse:
    """The open page on which a unit applies to become a base."""
    centre = door.centre()
    if centre is None:
        raise missing(_("这里还没有建好阵地。"), "no_centre")
    form = JoinForm(request.POST or None)
    if request.method == "POST":

        def act(data: dict[str, Any]) -> str:
            made = join_in.apply(centre, join_in.BaseWords(**data), at=door.now(request))
            return reverse("site_application", args=[made.key])

        answer = taken(request, form, act, _("申请已提交。请收藏这个页面,随时来看进展。"))
        if answer is not None:
            return answer
    context = {"form": form, "centre": centre}
    return render(request, "sites/join.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def application(request: HttpRequest, key: str) -> HttpResponse:
    """Where an application stands, for whoever holds its key; a returned one is written anew."""
    one = BaseApplication.objects.select_related("centre", "place").filter(key=key).first()
    if one is None:
        raise missing(_("没有找到这份申请。"), "unknown_application")
    form = None
    if one.state == State.RETURNED:
        fields = ("name", "about", "address", "phone", "post")
        initial = {field: getattr(one, field) for field in fields}
        form = JoinForm(request.POST or None, initial=initial)
        if request.method == "POST":

            def act(data: dict[str, Any]) -> str:
                join_in.apply_again(one, join_in.BaseWords(**data), at=door.now(request))
                return reverse("site_application", args=[one.key])

            answer = taken(request, form, act, _("已重新提交。"))
            if answer is not None:
                return answer
    tones = {State.WAITING: "wait", State.RETURNED: "late", State.APPROVED: "good"}
    context = {
        "one": one,
        "state": {
            "word": one.get_state_display(),
            "tone": tones[State(one.state)],
            "who": one.centre.full_name if one.state == State.WAITING else "",
        },
        "form": form,
    }
    bad = form is not None and bool(form.errors)
    return render(request, "sites/application.html", context, status=422 if bad else 200)


@require_http_methods(["GET"])
@door.admin_only
def bases(request: HttpRequest) -> HttpResponse:
    """What waits for an answer, and what was answered."""
    where = here(request)
    check_admin(where.by, where.centre)
    rows = BaseApplication.objects.filter(centre=where.centre).select_related("place")
    tones = {State.RETURNED: "late", State.APPROVED: "good"}
    done = rows.exclude(state=State.WAITING).order_by("-answered_at")[:100]
    return show(
        request,
        "settings/bases.html",
        "bases",
        where,
        waiting=list(rows.filter(state=State.WAITING).order_by("applied_at")),
        done=[
            {
                "name": a.name,
                "reason": a.reason,
                "at": f"{local(a.answered_at):%Y-%m-%d}" if a.answered_at else "",
                "state": {"word": a.get_state_display(), "tone": tones[State(a.state)]},
                "href": reverse("settings_place", args=[a.place_id]) if a.place_id else "",
            }
            for a in done
        ],
        unders=[where.centre.name, *(p.name for p in places.children(where.centre) if p.level)],
        join_url=reverse("site_join"),
    )


@require_POST
@door.admin_only
def answer_base(request: HttpRequest, application_id: UUID) -> HttpResponse:
    """Take in, or return with a reason."""
    where = here(request)
    one = BaseApplication.objects.select_related("centre").filter(id=application_id).first()
    if one is None:
        raise missing(_("没有找到这份申请。"), "unknown_application")
    check_admin(where.by, one.centre)
    yes = request.POST.get("answer") == "yes"
    by_id = where.by.person_id

    def act() -> str:
        if yes:
            under = PlaceFinder(one.centre).find(request.POST.get("under", "").strip(), "under")
            join_in.approve_base(one.id, under, at=where.at, by_id=by_id)
        else:
            join_in.return_base(one.id, request.POST.get("reason", ""), at=where.at, by_id=by_id)
        return reverse("settings_bases")

    return pressed(request, act, _("已入驻,群众能在阵地目录里看到。") if yes else _("已退回。"))
