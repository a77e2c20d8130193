"""菜单: what can be ordered here, of which kind, and where: what one asks before an order."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import F, TextField, Value
from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Router

from diandan.ground.catalogue.core import propose as propose_from
from diandan.ground.catalogue.models import Item, ServiceKind
from diandan.ground.catalogue.queries import kind_by_code, kinds_of, menu
from diandan.ground.places import queries as places
from diandan.ground.places.models import Kind, Place
from diandan.kit.refusal import Refusal
from diandan.kit.units import local
from diandan.web import door

from . import rows, shapes, told

router = Router()
Shown = dict[str, Any]
ORDER_AT = (Kind.STATION, Kind.POINT, Kind.BASE, Kind.INSTITUTE, Kind.GRID)


@router.get("/kinds", url_name="kinds", response=list[told.KindOut], summary="服务类型")
def kinds(request: HttpRequest, place: shapes.Number | None = None) -> list[Shown]:
    """The kinds of need a centre offers: of `place`, or of this instance's centre."""
    return [
        {"code": k.code, "name": k.name, "icon": k.icon, "private": k.flow == "mediation"}
        for k in kinds_of(_centre(place))
    ]


@router.get("/menu", url_name="menu", response=list[told.MenuItemOut], summary="服务菜单")
def list_menu(
    request: HttpRequest, place: shapes.Number | None = None, q: shapes.Short = ""
) -> list[Shown]:
    """What can be ordered now, the nearest first."""
    centre = _centre(place)
    near = places.by_id(place).path if place else None
    found = menu(centre, local(door.now(request)).date(), near, q)[:200]
    return [
        {
            "id": str(i.id),
            "title": i.title,
            "about": i.about,
            "kind": i.kind.code,
            "place": rows.place(i.place),
            "starts_at": i.starts_at,
            "is_paid": i.is_paid,
            "joinable": i.joinable,
        }
        for i in found
    ]


@router.get("/places", url_name="places", response=list[told.PlaceOut], summary="找社区")
def list_places(request: HttpRequest, q: shapes.Short) -> list[Shown]:
    """Places by name, sound or initials."""
    return [rows.place(p) for p in places.search(_root(), q, 20)]


@router.post("/propose", url_name="propose", response=told.ProposalOut, summary="建议")
def propose(request: HttpRequest, body: shapes.ProposeIn) -> Shown:
    """What her words seem to ask for, and which words told. Nothing is kept."""
    centre = _centre(body.place)
    words = body.words[:2000]
    told = propose_from(words, kinds_of(centre), _places_in(words, centre))
    return {
        "kind": told.kind.code if told.kind else None,
        "place": rows.place(told.place) if told.place else None,
        "urgency": told.urgency,
        "why": list(told.why),
    }


def _root() -> Place:
    root = door.centre()
    if root is None:
        raise Refusal("no_district", _("这里还没有建好阵地,请管理员先完成初始设置。"), status=503)
    return root


def _centre(place_id: int | None) -> Place:
    return places.center_of(orderable(place_id)) if place_id else _root()


def orderable(place_id: int) -> Place:
    """An open place of this instance at which an order can be placed."""
    found = places.open_places().filter(
        id=place_id, path__startswith=_root().path, kind__in=ORDER_AT
    )
    row = found.first()
    if row is None:
        raise Refusal("unknown_place", _("没有找到这个社区(村),请再查一次。"), field="place")
    return row


def kind_of(centre: Place, code: str) -> ServiceKind:
    """The kind by its code, which must be said."""
    if not code:
        raise Refusal("kind_missing", _("请点一类服务,说不清就选「其他」。"), field="kind")
    return kind_by_code(centre, code)


def item_of(item_id: UUID, centre: Place) -> Item:
    """An item of the centre's menu."""
    found = Item.objects.select_related("place", "kind", "kind__centre")
    row = found.filter(id=item_id, place__path__startswith=centre.path).first()
    if row is None:
        raise Refusal("unknown_item", _("没有找到这项服务,可能已经下架。"), field="item")
    return row


def _places_in(words: str, centre: Place) -> list[Place]:
    """Places of the centre whose name stands in the words."""
    return list(
        places.open_places()
        .filter(path__startswith=centre.path, kind__in=ORDER_AT)
        .annotate(said=Value(words, output_field=TextField()))
        .filter(said__contains=F("name"))
        .order_by("id")[:50]
    )
