"""我的钥匙: keys for the HTTP API, made and ended by the person they act as, shown once."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as t
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST

from diandan.ground.people.actions import tokens as acts
from diandan.ground.people.models import ApiToken
from diandan.ground.people.policies import key_scopes
from diandan.kit.clock import SHANGHAI
from diandan.kit.refusal import Refusal, missing
from diandan.kit.units import local
from diandan.web import door
from diandan.web.accounts.forms import AccountForm
from diandan.web.api.gate import SCOPES
from diandan.web.shared.once import once

SHOWN_ONCE = "key_shown"
ADDRESS = "/me/keys"


class KeyForm(AccountForm):
    """What a key is for."""

    name = forms.CharField(
        label=t("名字"), max_length=60, help_text=t("写给哪个程序用,方便日后认出它。")
    )
    scopes = forms.MultipleChoiceField(
        label=t("能做什么"),
        choices=tuple(SCOPES.items()),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": t("请至少选一项。")},
    )
    until = forms.DateField(
        label=t("有效期到"),
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=t("最长一年。"),
    )


@sensitive_variables("plain")
@require_http_methods(["GET", "POST"])
@door.factor_first
def keys(request: HttpRequest) -> HttpResponse:
    """Her own keys; a new one is shown once and never again."""
    me, by, at = door.me(request), door.actor(request), door.now(request)
    form = KeyForm(request.POST or None)
    mine = key_scopes(by)
    form.fields["scopes"].widget.choices = [(s, w) for s, w in SCOPES.items() if s in mine]
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data

        def act() -> str:
            _row, plain = acts.make(
                owner=me,
                name=data["name"],
                scopes=data["scopes"],
                at=at,
                by=by,
                expires_at=end_of_day(data["until"]),
            )
            request.session[SHOWN_ONCE] = plain
            return ADDRESS

        try:
            return once(request, act)
        except Refusal as refusal:
            form.refuse(refusal)
    plain = request.session.pop(SHOWN_ONCE, "") if request.method == "GET" else ""
    rows = [key_row(k, at) for k in ApiToken.objects.filter(owner=me).order_by("-made_at")]
    rows.sort(key=lambda row: not row["living"])
    context = {"form": form, "rows": rows, "plain": plain}
    status = 422 if form.is_bound and form.errors else 200
    response = render(request, "accounts/keys.html", context, status=status)
    response["Cache-Control"] = "no-store"
    return response


@require_POST
@door.factor_first
def revoke(request: HttpRequest, token_id: UUID) -> HttpResponse:
    """It opens nothing from now on."""
    by, at = door.actor(request), door.now(request)
    row = ApiToken.objects.filter(id=token_id, owner_id=by.person_id).first()
    if row is None:
        raise missing(_("没有这把钥匙。"), "unknown_token")

    def act() -> str:
        acts.revoke(token=row, at=at, by=by)
        messages.success(request, _("钥匙已作废。"))
        return ADDRESS

    return once(request, act)


def end_of_day(day: Any) -> datetime:
    """The last second of the last day on which a key works."""
    return datetime.combine(day, time(23, 59, 59), SHANGHAI)


def key_row(row: ApiToken, at: datetime) -> dict[str, Any]:
    """One key as a list shows it, whoever looks."""
    return {
        "id": row.id,
        "name": row.name,
        "scopes": [str(SCOPES.get(s, s)) for s in row.scopes],
        "made": f"{local(row.made_at):%Y-%m-%d}",
        "until": f"{local(row.expires_at):%Y-%m-%d}" if row.expires_at else _("不限"),
        **standing(row.revoked_at, row.expires_at, at),
    }


def standing(revoked_at: datetime | None, until: datetime | None, at: datetime) -> dict[str, Any]:
    """Whether a key still opens anything, in a word."""
    if revoked_at is not None:
        return {"living": False, "word": _("已作废"), "tone": "plain"}
    if until is not None and until <= at:
        return {"living": False, "word": _("已过期"), "tone": "late"}
    return {"living": True, "word": _("有效"), "tone": "good"}
