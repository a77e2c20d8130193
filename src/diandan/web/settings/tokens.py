"""接口钥匙: a centre's partners (outside systems, no persons), and everybody's keys, to be ended.

A person makes her own key at /me/keys; nobody makes one in another's name.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST

from diandan.ground.people import queries
from diandan.ground.people.actions import tokens as acts
from diandan.ground.people.models import ApiToken
from diandan.ground.people.policies import can_admin
from diandan.kit.refusal import missing
from diandan.kit.units import local
from diandan.path.assess.actions.partner import make_partner, revoke_partner
from diandan.path.assess.queries import partners_of
from diandan.web import door
from diandan.web.accounts.keys import end_of_day, key_row, standing

from .page import Here, SettingsForm, columns, here, pill, pressed, row, show, taken

SHOWN_ONCE = "token_shown"
SHOWN_MAX = 200


class PartnerForm(SettingsForm):
    """Which outside system, and until when."""

    name = forms.CharField(
        label=gettext_lazy("单位和系统"),
        max_length=60,
        help_text=gettext_lazy("例如“12345热线平台”。它只能转来工单、查办理状态、回报结果。"),
    )
    until = forms.DateField(
        label=gettext_lazy("有效期到"),
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=gettext_lazy("最长一年。"),
    )


@sensitive_variables("plain")
@require_http_methods(["GET", "POST"])
@door.admin_only
def tokens(request: HttpRequest) -> HttpResponse:
    """The partners' keys, of which a new one is shown once, and everybody's keys under here."""
    where = here(request)
    is_centres = can_admin(where.by, where.centre)
    form = PartnerForm(request.POST or None)
    if request.method == "POST":

        def act(data: dict[str, Any]) -> str:
            _row, plain = make_partner(
                name=data["name"],
                centre=where.centre,
                expires_at=end_of_day(data["until"]),
                by=where.by,
                at=where.at,
            )
            request.session[SHOWN_ONCE] = plain
            return reverse("settings_tokens")

        answer = taken(request, form, act, _("钥匙已做好,只显示这一次,请马上抄下。"))
        if answer is not None:
            return answer
    plain = request.session.pop(SHOWN_ONCE, "") if request.method == "GET" else ""
    response = show(
        request,
        "settings/tokens.html",
        "tokens",
        where,
        form=form if is_centres else None,
        partners=_partners(where) if is_centres else None,
        table=_everybodys(where),
        plain=plain,
    )
    response["Cache-Control"] = "no-store"
    return response


def _partners(where: Here) -> dict[str, Any]:
    rows = [
        row(
            p.name,
            f"{local(p.made_at):%Y-%m-%d}",
            f"{local(p.expires_at):%Y-%m-%d}",
            _pill(standing(p.revoked_at, p.expires_at, where.at)),
            presses=_press("settings_revoke_partner", p.id, p.name, p.revoked_at),
        )
        for p in partners_of(where.centre)
    ]
    return {
        "id": "partners",
        "caption": _("合作单位的钥匙"),
        "columns": columns(_("单位和系统"), _("做于"), _("有效到"), _("状态")),
        "acts": True,
        "rows": rows,
        "empty": {
            "icon": "lock",
            "sentence": _("还没有合作单位的钥匙"),
            "fill": _("外部热线要转来工单、回报结果时,给它做一把。"),
        },
    }


def _everybodys(where: Here) -> dict[str, Any]:
    found = list(acts.keys_under(where.place.path, where.at)[:SHOWN_MAX])
    names = queries.masked_names(k.owner_id for k in found)
    rows = []
    for key in found:
        one = key_row(key, where.at)
        of = f"{one['name']}({names.get(key.owner_id, '')})"
        cells = (names.get(key.owner_id, ""), one["name"], "、".join(one["scopes"]))
        presses = _press("settings_revoke_token", key.id, of, key.revoked_at)
        rows.append(row(*cells, one["made"], one["until"], _pill(one), presses=presses))
    heads = (_("谁的"), _("名字"), _("能做什么"), _("做于"), _("有效到"), _("状态"))
    return {
        "id": "keys",
        "caption": _("工作人员、志愿者和居民自己的钥匙"),
        "columns": columns(*heads),
        "acts": True,
        "rows": rows,
        "empty": {
            "icon": "lock",
            "sentence": _("还没有钥匙"),
            "fill": _("每个人在「我的」里给自己做,这里可以作废。"),
        },
    }


def _press(name: str, key: UUID, of: str, ended: datetime | None) -> list[dict[str, Any]]:
    return [] if ended else [{"href": reverse(name, args=[key]), "label": _("作废"), "of": of}]


def _pill(found: dict[str, Any]) -> dict[str, Any]:
    return pill(found["word"], found["tone"])


@require_POST
@door.admin_only
def revoke_token(request: HttpRequest, token_id: UUID) -> HttpResponse:
    """Somebody's key opens nothing from now on."""
    where = here(request)
    one = ApiToken.objects.filter(id=token_id).first()
    if one is None:
        raise missing(_("没有这把钥匙。"), "unknown_token")

    def act() -> str:
        acts.revoke(token=one, at=where.at, by=where.by)
        return reverse("settings_tokens")

    return pressed(request, act, _("钥匙已作废。"))


@require_POST
@door.admin_only
def revoke_partners(request: HttpRequest, partner_id: UUID) -> HttpResponse:
    """The outside system is out from now on."""
    where = here(request)

    def act() -> str:
        revoke_partner(partner_id, by=where.by, at=where.at)
        return reverse("settings_tokens")

    return pressed(request, act, _("钥匙已作废。"))
