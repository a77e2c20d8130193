"""用时间币点单: a real order like any other, with the coins held until it is served."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from diandan.flow.savings import redeem
from diandan.ground.catalogue.models import ServiceKind
from diandan.ground.people import queries as people
from diandan.ground.people.models import Person
from diandan.ground.places.models import Place
from diandan.kit.clock import SHANGHAI
from diandan.kit.refusal import Refusal
from diandan.path.ask.actions.place import Wish
from diandan.path.ask.models import Channel
from diandan.square.bank import queries
from diandan.square.bank.core import say
from diandan.square.bank.rulebook import rules_for
from diandan.web import door
from diandan.web.shared.coins import centre_of
from diandan.web.shared.once import once

from .bank import balance, show


@require_http_methods(["GET", "HEAD", "POST"])
@door.signed_in
def use(request: HttpRequest) -> HttpResponse:
    """Choose for whom and what; the price is the service's own length, nothing else."""
    me = door.me(request)
    centre = centre_of(me)
    if request.method == "POST":
        try:
            return once(request, lambda: _redeem(request, me, centre))
        except Refusal as no:
            return _page(request, me, centre, no)
    return _page(request, me, centre)


def _redeem(request: HttpRequest, me: Person, centre: Place) -> str:
    post = request.POST
    served = _served(me, centre, post.get("served", ""))
    kind = _kinds(centre).filter(code=post.get("kind", "")).first()
    if kind is None:
        raise Refusal("kind", _("请选择一项服务。"), field="kind")
    place = served.home or me.home
    if place is None:
        raise Refusal(
            "home_needed", _("请先在「我的」里选所在社区,才知道到哪里服务。"), field="served"
        )
    note = post.get("consent_note", "")
    if served.id != me.id and not note.strip():
        raise Refusal(
            "consent_needed", _("请写明亲属是怎样同意的,例如“电话里同意”。"), field="consent_note"
        )
    wish = Wish(
        words=post.get("words", "").strip() or kind.name,
        kind=kind,
        place=place,
        channel=Channel.WEB,
        wanted_from=_moment(post.get("from", "")),
    )
    row = redeem(
        wish=wish,
        payer=me,
        served=served,
        consent_note=note,
        by=door.actor(request),
        at=door.now(request),
    )
    return f"/r/{row.follow_key}/done"


def _moment(text: str) -> datetime | None:
    if not text.strip():
        return None
    try:
        return datetime.fromisoformat(text.strip()).replace(tzinfo=SHANGHAI)
    except ValueError:
        raise Refusal("wrong_time", _("时间看不懂,请重新选。"), field="from") from None


def _served(me: Person, centre: Place, chosen: str) -> Person:
    if chosen in ("", str(me.id)):
        return me
    for row in queries.relatives_of(me.id, centre, rules_for(centre).redeem_for):
        if row.other is not None and str(row.other_id) == chosen:
            return people.person(row.other.id)
    raise Refusal("not_a_relative", _("只能给自己或已核对的亲属使用。"), field="served")


def _kinds(centre: Place) -> Any:
    codes = rules_for(centre).kinds
    rows = ServiceKind.objects.filter(centre=centre, retired_at=None).order_by("rank", "id")
    return rows.filter(code__in=codes) if codes else rows


def _page(
    request: HttpRequest, me: Person, centre: Place, error: Refusal | None = None
) -> HttpResponse:
    post, rules = request.POST, rules_for(centre)
    rows = queries.relatives_of(me.id, centre, rules.redeem_for)
    names = people.masked_names(row.other_id for row in rows if row.other_id)
    chosen = post.get("served", str(me.id))
    whom = [{"value": str(me.id), "label": _("我自己"), "chosen": chosen == str(me.id)}]
    whom += [
        {
            "value": str(row.other_id),
            "label": f"{names[row.other_id]}({row.get_relation_display()})",
            "chosen": chosen == str(row.other_id),
        }
        for row in rows
        if row.other_id
    ]
    context = {
        "whom": whom,
        "kinds": [
            {
                "value": kind.code,
                "label": kind.name,
                "coins": say(kind.minutes),
                "chosen": kind.code == post.get("kind", ""),
            }
            for kind in _kinds(centre)
        ],
        "balance": balance(queries.purse_seen(me, centre)),
        "age": rules.redeem_age_min,
        "typed": post,
        "has_relatives": bool(rows),
        "error": error,
    }
    return show(request, "bank_use", context, status=error.status if error else 200)
