"""转赠、捐赠、通兑、亲属与继承: five small forms of one shape; a refusal keeps what was typed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as t
from django.views.decorators.http import require_http_methods

from diandan.ground.people import queries as people
from diandan.ground.people.models import Person
from diandan.ground.places.models import Kind, Place
from diandan.kit.refusal import Refusal, missing
from diandan.square.bank import queries
from diandan.square.bank.actions import cross
from diandan.square.bank.actions.apply import Case, ask
from diandan.square.bank.actions.give import donate, gift
from diandan.square.bank.models import Application, Relation
from diandan.square.bank.rulebook import rules_for
from diandan.web import door
from diandan.web.shared.coins import (
    centre_of,
    key_of,
    known_person,
    minutes_of,
    person_id_of,
)
from diandan.web.shared.once import once

from .bank import balance, show

Field = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Task:
    """One form: its title, what it means, its button, its fields, and what it does."""

    title: Promise
    about: Promise
    button: Promise
    fields: Callable[[Person, Place], list[Field]]
    act: Callable[[HttpRequest, Person, Place], str]


@require_http_methods(["GET", "HEAD", "POST"])
@door.signed_in
def give(request: HttpRequest, what: str) -> HttpResponse:
    """One of the forms."""
    form = FORMS.get(what)
    if form is None:
        raise missing(_("没有这个页面。"))
    me = door.me(request)
    centre = centre_of(me)
    if request.method == "POST":

        def act() -> str:
            messages.success(request, form.act(request, me, centre), extra_tags=f"done:bank-{what}")
            return "/v/bank"

        try:
            return once(request, act)
        except Refusal as no:
            return _page(request, what, form, me, centre, no)
    return _page(request, what, form, me, centre)


def _page(
    request: HttpRequest,
    what: str,
    form: Task,
    me: Person,
    centre: Place,
    error: Refusal | None = None,
) -> HttpResponse:
    fields = form.fields(me, centre)
    for one in fields:
        one["value"] = request.POST.get(one["name"], "")
        one["error"] = error.sentence if error and error.field == one["name"] else ""
    context = {
        "what": what,
        "title": form.title,
        "about": form.about,
        "button": form.button,
        "fields": fields,
        "balance": balance(queries.purse_seen(me, centre)),
        "has_coins": what in ("gift", "donate", "cross"),
        "nobody": any(one.get("options") == [] for one in fields),
        "error": error,
    }
    return show(request, "bank_form", context, status=error.status if error else 200)


def _coins() -> Field:
    return {
        "name": "coins",
        "label": _("几枚(1枚=1小时)"),
        "type": "text",
        "mode": "decimal",
        "required": True,
        "help": _("可以填 0.5。"),
    }


def _known(me: Person, centre: Place, kinds: tuple[str, ...]) -> list[Field]:
    rows = queries.relatives_of(me.id, centre, kinds)
    names = people.masked_names(row.other_id for row in rows if row.other_id)
    return [
        {
            "value": str(row.other_id),
            "label": f"{names.get(row.other_id, '')}({row.get_relation_display()})",
        }
        for row in rows
        if row.other_id
    ]


def _gift_fields(me: Person, centre: Place) -> list[Field]:
    options = _known(me, centre, rules_for(centre).gift_to)
    return [
        {
            "name": "to",
            "label": _("给哪位亲属"),
            "type": "select",
            "options": options,
            "required": True,
        },
        _coins(),
    ]


def _gift(request: HttpRequest, me: Person, centre: Place) -> str:
    to = person_id_of(request.POST.get("to", ""))
    if to is None:
        raise Refusal("not_a_relative", _("请选择给哪位亲属。"), field="to")
    gift(
        key_of(request),
        giver=me,
        to=to,
        centre=centre,
        minutes=minutes_of(request.POST.get("coins", "")),
        by=door.actor(request),
        at=door.now(request),
    )
    return _("已转赠。对方会收到通知。")


def _donate(request: HttpRequest, me: Person, centre: Place) -> str:
    donate(
        key_of(request),
        giver=me,
        centre=centre,
        minutes=minutes_of(request.POST.get("coins", "")),
        by=door.actor(request),
        at=door.now(request),
    )
    return _("已捐入公益池,谢谢您。")


def _centres(centre: Place) -> list[Field]:
    rows = Place.objects.filter(kind=Kind.CENTER, valid_until=None).exclude(id=centre.id)
    return [{"value": str(row.id), "label": row.name} for row in rows.order_by("path")[:300]]


def _cross_fields(_me: Person, centre: Place) -> list[Field]:
    return [
        {
            "name": "to_centre",
            "label": _("转到哪个中心"),
            "type": "select",
            "options": _centres(centre),
            "required": True,
        },
        _coins(),
    ]


def _cross(request: HttpRequest, me: Person, centre: Place) -> str:
    text = request.POST.get("to_centre", "")
    found = Place.objects.filter(id=int(text)).first() if _is_number(text) else None
    if found is None:
        raise Refusal("which_centre", _("请选择另一个中心。"), field="to_centre")
    at = door.now(request)
    row = cross.begin(
        key_of(request),
        person=me,
        from_centre=centre,
        to_centre=found,
        minutes=minutes_of(request.POST.get("coins", "")),
        by=door.actor(request),
        at=at,
    )
    cross.end(row.id, at=at)
    return _("已转到%(centre)s,两边的账同时记好了。") % {"centre": found.name}


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 18


def _relative_fields(_me: Person, _centre: Place) -> list[Field]:
    return [
        {
            "name": "relation",
            "label": _("对方是我的"),
            "type": "select",
            "options": [{"value": row.value, "label": row.label} for row in Relation],
            "required": True,
        },
        {"name": "name", "label": _("亲属的姓名"), "type": "text", "required": True},
        {
            "name": "phone",
            "label": _("亲属登记的手机号"),
            "type": "tel",
            "mode": "tel",
            "required": True,
            "help": _("对方没有登记过的,请先到实践站登记。"),
        },
    ]


def _relative(request: HttpRequest, me: Person, centre: Place) -> str:
    ask(
        _case(request, Application.Kind.RELATION, me, centre),
        by=door.actor(request),
        at=door.now(request),
    )
    return _("已提交。工作人员核对以后就可以给亲属使用或转赠。")


def _inherit_fields(me: Person, centre: Place) -> list[Field]:
    return [
        *_relative_fields(me, centre),
        {
            "name": "document",
            "label": _("证明文件的编号"),
            "type": "text",
            "required": True,
            "help": _("死亡证明和亲属关系证明(或公证书)的编号;原件请带到中心核对。编号加密保存。"),
        },
    ]


def _inherit(request: HttpRequest, me: Person, centre: Place) -> str:
    ask(
        _case(request, Application.Kind.INHERIT, me, centre),
        by=door.actor(request),
        at=door.now(request),
    )
    return _("已提交。请带原件到中心,由两位工作人员先后核对。请节哀。")


def _case(request: HttpRequest, kind: Application.Kind, me: Person, centre: Place) -> Case:
    post = request.POST
    return Case(
        kind=kind,
        centre=centre,
        person=me,
        other=known_person(post.get("name", ""), post.get("phone", "")),
        relation=post.get("relation", ""),
        document=post.get("document", ""),
    )


FORMS: dict[str, Task] = {
    "gift": Task(
        t("转赠给亲属"),
        t("只能转赠给工作人员核对过的亲属。转赠以后不能撤回。"),
        t("转赠"),
        _gift_fields,
        _gift,
    ),
    "donate": Task(
        t("捐入公益池"),
        t("公益池里的时间币由中心发给重点空巢独居老人。捐赠以后不能撤回。"),
        t("捐赠"),
        lambda _me, _centre: [_coins()],
        _donate,
    ),
    "cross": Task(
        t("转到别的中心使用"),
        t("搬家或在别处用得上时,把时间币转到那个中心。两边的账同时记,少一边都不算。"),
        t("转过去"),
        _cross_fields,
        _cross,
    ),
    "relative": Task(
        t("申报亲属"),
        t("给亲属使用或转赠以前,先申报关系,由实践站或中心核对户口簿等证明。"),
        t("提交核对"),
        _relative_fields,
        _relative,
    ),
    "inherit": Task(
        t("申请继承"),
        t("亲人离世后,他(她)存下的时间币可以由亲属继承。请填写离世亲人登记的信息。"),
        t("提交申请"),
        _inherit_fields,
        _inherit,
    ),
}
