"""接口钥匙: keys for the HTTP API, made and ended by the person they act as."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST

from diandan.ground.people.actions import tokens as acts
from diandan.ground.people.models import ApiToken
from diandan.kit.clock import SHANGHAI
from diandan.kit.refusal import missing
from diandan.kit.units import local
from diandan.web import door
from diandan.web.api.gate import SCOPES

from .page import SettingsForm, columns, here, pill, pressed, row, show, taken

SHOWN_ONCE = "token_shown"


class TokenForm(SettingsForm):
    """What a key is for."""

    name = forms.CharField(
        label=gettext_lazy("名字"),
        max_length=60,
        help_text=gettext_lazy("写给谁用,如“区大数据局”。"),
    )
    scopes = forms.MultipleChoiceField(
        label=gettext_lazy("能做什么"),
        choices=tuple(SCOPES.items()),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("请至少选一项。")},
    )
    until = forms.DateField(
        label=gettext_lazy("有效期到"), widget=forms.DateInput(attrs={"type": "date"})
    )


@sensitive_variables("plain")
@require_http_methods(["GET", "POST"])
@door.admin_only
def tokens(request: HttpRequest) -> HttpResponse:
    """One's own keys; a new one is shown once and never again."""
    where = here(request)
    owner = door.me(request)
    form = TokenForm(request.POST or None)
    if request.method == "POST":

        def act(data: dict[str, Any]) -> str:
            until = datetime.combine(data["until"], time(23, 59, 59), SHANGHAI)
            _token, plain = acts.make(
                owner=owner,
                name=data["name"],
                scopes=data["scopes"],
                at=where.at,
                by=where.by,
                expires_at=until,
            )
            request.session[SHOWN_ONCE] = plain
            return reverse("settings_tokens")

        answer = taken(request, form, act, _("钥匙已做好,只显示这一次,请马上抄下。"))
        if answer is not None:
            return answer
    labels = dict(SCOPES)
    rows = ApiToken.objects.filter(owner=owner).order_by("revoked_at", "-made_at")
    table = {
        "caption": _("我的钥匙"),
        "columns": columns(_("名字"), _("能做什么"), _("做于"), _("有效到"), _("状态")),
        "acts": True,
        "rows": [
            row(
                t.name,
                "、".join(str(labels.get(s, s)) for s in t.scopes),
                f"{local(t.made_at):%Y-%m-%d}",
                f"{local(t.expires_at):%Y-%m-%d}" if t.expires_at else _("不限"),
                _state(t, where.at),
                presses=[]
                if t.revoked_at
                else [
                    {
                        "href": reverse("settings_revoke_token", args=[t.id]),
                        "label": _("作废"),
                        "of": t.name,
                    }
                ],
            )
            for t in rows
        ],
        "empty": {
            "icon": "lock",
            "sentence": _("还没有钥匙"),
            "fill": _("别的系统要读写单子时,给它一把只能做那几件事的钥匙。"),
        },
    }
    plain = request.session.pop(SHOWN_ONCE, "") if request.method == "GET" else ""
    response = show(
        request, "settings/tokens.html", "tokens", where, form=form, table=table, plain=plain
    )
    response["Cache-Control"] = "no-store"
    return response


def _state(token: ApiToken, at: datetime) -> dict[str, Any]:
    if token.revoked_at:
        return pill(_("已作废"))
    if token.expires_at and token.expires_at <= at:
        return pill(_("已过期"), "late")
    return pill(_("有效"), "good")


@require_POST
@door.admin_only
def revoke_token(request: HttpRequest, token_id: UUID) -> HttpResponse:
    """It opens nothing from now on."""
    where = here(request)
    one = ApiToken.objects.filter(id=token_id, owner_id=where.by.person_id).first()
    if one is None:
        raise missing(_("没有这把钥匙。"), "unknown_token")

    def act() -> str:
        acts.revoke(token=one, at=where.at, by=where.by)
        return reverse("settings_tokens")

    return pressed(request, act, _("钥匙已作废。"))
