"""个人信息: the notice, consents, who read what, export, 这不是我, forgetting."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from diandan.flow.leaving import (
    COOLING_OFF,
    ask_to_be_forgotten,
    asked_erasure,
    forget_person,
    stop_forgetting,
)
from diandan.ground.people import queries
from diandan.ground.people.actions import consents, volunteers
from diandan.ground.people.models import Consent, Person
from diandan.kit.refusal import missing
from diandan.web import door

FIELDS = {
    "name": gettext_lazy("姓名"),
    "phone": gettext_lazy("手机号"),
    "door": gettext_lazy("门牌"),
    "words": gettext_lazy("原话"),
}


@require_http_methods(["GET"])
def notice(request: HttpRequest) -> HttpResponse:
    """《个人信息说明》 for anybody to read before giving a name."""
    return render(request, "accounts/notice.html", {"version": consents.NOTICE_VERSION})


@require_http_methods(["GET"])
@door.signed_in
def mine(request: HttpRequest) -> HttpResponse:
    """Her consents, who read her strings, and the ways out."""
    person = door.me(request)
    context = {
        "consents": [_consent(c) for c in queries.consents_of(person.id)],
        "can_publish": not queries.has_consent(person.id, Consent.About.PUBLISH),
        "erasure": asked_erasure(person.id),
        "readings": [_reading(r) for r in queries.readings_of(person.id)],
    }
    return render(request, "accounts/privacy.html", context)


def _consent(row: Consent) -> dict[str, Any]:
    return {
        "id": row.id,
        "about": row.get_about_display(),
        "given_at": row.given_at,
        "withdrawn_at": row.withdrawn_at,
        "note": row.note,
        "can_withdraw": row.withdrawn_at is None and row.about != Consent.About.PRIVACY,
    }


def _reading(row: Any) -> dict[str, Any]:
    return {
        "field": FIELDS.get(row.field, row.field),
        "at": row.at,
        "why": row.why,
        "who": _("系统发送通知") if row.reader_id is None else _("工作人员或志愿者"),
    }


@require_POST
@door.signed_in
def give(request: HttpRequest) -> HttpResponse:
    """Consent to having a name or photo shown; the only one given on a page of its own."""
    consents.give(
        person=door.me(request),
        about=Consent.About.PUBLISH,
        how="page",
        at=door.now(request),
        by=door.actor(request),
    )
    messages.success(request, _("已记下您的同意,可随时撤回。"))
    return HttpResponseRedirect("/me/privacy")


@require_POST
@door.signed_in
def withdraw(request: HttpRequest, consent_id: UUID) -> HttpResponse:
    """Take a consent back."""
    person = door.me(request)
    row = next((c for c in queries.consents_of(person.id) if c.id == consent_id), None)
    if row is None:
        raise missing(_("没有找到这项同意。"), "no_such_consent")
    consents.withdraw(consent=row, at=door.now(request), by=door.actor(request))
    messages.success(request, _("已撤回。撤回之前已办的事不受影响。"))
    return HttpResponseRedirect("/me/privacy")


@require_http_methods(["GET"])
@door.signed_in
def export(request: HttpRequest) -> HttpResponse:
    """Everything this room keeps about her, as a file she can take elsewhere (PIPL art. 45)."""
    person = door.me(request)
    response = JsonResponse(
        own_data(person), json_dumps_params={"ensure_ascii": False, "indent": 2}
    )
    response["Content-Disposition"] = 'attachment; filename="diandan-my-data.json"'
    return response


def own_data(person: Person) -> dict[str, Any]:
    """Her record as plain values."""
    own = queries.own(person)
    volunteer = queries.volunteer_of(person.id)
    return {
        "person": {
            "id": person.id,
            "name": own.name,
            "phone": own.phone,
            "door": own.door,
            "home": person.home.name if person.home else None,
            "born_on": person.born_on,
            "language": person.language,
            "registered_at": person.registered_at,
            "registered_how": person.registered_how,
            "channel": person.channel,
            "quiet_from": person.quiet_from,
            "quiet_until": person.quiet_until,
        },
        "volunteer": volunteer
        and {
            "number": volunteer.number,
            "skills": volunteer.skills,
            "enrolled_at": volunteer.enrolled_at,
        },
        "teams": [
            {"team": m.team.name, "duty": m.duty, "joined_at": m.joined_at}
            for m in queries.memberships_of(person.id)
        ],
        "consents": [
            {
                "about": c.about,
                "version": c.version,
                "how": c.how,
                "note": c.note,
                "given_at": c.given_at,
                "withdrawn_at": c.withdrawn_at,
            }
            for c in queries.consents_of(person.id)
        ],
        "readings": [
            {"field": r.field, "why": r.why, "at": r.at}
            for r in queries.readings_of(person.id, limit=10_000)
        ],
    }


@require_http_methods(["GET", "POST"])
@door.signed_in
def not_me(request: HttpRequest) -> HttpResponse:
    """这不是我: freeze the record, with a second look first."""
    person = door.me(request)
    if request.method == "POST":
        why = "、".join([*request.POST.getlist("reason"), request.POST.get("note", "")])
        volunteers.disown(
            person=person, at=door.now(request), by=door.actor(request), why=why.strip("、")
        )
        logout(request)
        return render(request, "accounts/frozen.html", {"draft_done": "*"})
    reasons = [
        _("我没有报过名"),
        _("时长不是我的"),
        _("手机号被别人用过"),
        _("其他"),
    ]
    context = {
        "confirm": {
            "id": "not-me",
            "title": _("确定冻结这份记录吗?"),
            "text": _(
                "冻结后不会再有新的时长、派单和队伍记到这份记录上,已有的时长会留着备查,您会退出登录。"
                "您的手机号可以马上重新注册。要解冻,须到实践中心核实。"
            ),
            "action": "/me/not-me",
            "reasons": [{"value": r, "label": r} for r in reasons],
            "note_label": _("还想说明什么"),
            "button": _("冻结这份记录"),
            "back_url": "/me/",
        },
        "teams": [m.team.name for m in queries.memberships_of(person.id)],
    }
    return render(request, "accounts/not_me.html", context)


@require_http_methods(["GET", "POST"])
@door.signed_in
def forget_me(request: HttpRequest) -> HttpResponse:
    """Delete: her key is destroyed and nothing of her can be read again. Now, or in a few days."""
    error = ""
    if request.method == "POST":
        person, at, by = door.me(request), door.now(request), door.actor(request)
        if request.POST.get("sure") != "yes":
            error = _("请勾选确认。")
        elif request.POST.get("when") == "now":
            forget_person(person=person, at=at, by=by)
            logout(request)
            return render(request, "accounts/forgotten.html", {"draft_done": "*"})
        else:
            ask_to_be_forgotten(person=person, at=at, by=by)
            messages.success(request, _("已申请。到日子自动删除,在那以前随时可以反悔。"))
            return HttpResponseRedirect("/me/privacy")
    context = {"error": error, "days": COOLING_OFF.days}
    return render(request, "accounts/forget.html", context)


@require_POST
@door.signed_in
def keep_me(request: HttpRequest) -> HttpResponse:
    """She changed her mind."""
    stop_forgetting(person=door.me(request), at=door.now(request), by=door.actor(request))
    messages.success(request, _("已取消,什么都没有删。"))
    return HttpResponseRedirect("/me/privacy")
