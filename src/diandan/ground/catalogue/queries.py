"""服务清单: every read a page needs of kinds and items."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Length
from django.utils.translation import gettext as _

from diandan.ground.people.models import Team
from diandan.ground.places.models import Place
from diandan.kit.refusal import missing

from .core import season_of
from .models import Item, ItemTake, ServiceKind


def kinds_of(centre: Place) -> list[ServiceKind]:
    """The kinds of need a centre offers now, in its own order."""
    return list(ServiceKind.objects.filter(centre=centre, retired_at=None).order_by("rank", "id"))


def kind_by_code(centre: Place, code: str) -> ServiceKind:
    """The kind with this code at the centre; a Refusal when it has none."""
    kind = ServiceKind.objects.filter(centre=centre, code=code, retired_at=None).first()
    if kind is None:
        raise missing(_("本中心没有这类服务,请另选一类。"), "unknown_kind")
    return kind


def item_for_change(item_id: UUID) -> Item:
    """The item, its row locked until the transaction ends; a Refusal when there is none."""
    row = (
        Item.objects.select_for_update(of=("self",))
        .select_related("place", "kind", "kind__centre")
        .filter(id=item_id)
        .first()
    )
    if row is None:
        raise missing(_("没有找到这项服务,可能已经下架。"), "unknown_item")
    return row


def take_for_change(take_id: UUID) -> ItemTake:
    """A team's word on an item, locked; a Refusal when there is none."""
    row = (
        ItemTake.objects.select_for_update(of=("self",))
        .select_related("item", "team")
        .filter(id=take_id)
        .first()
    )
    if row is None:
        raise missing(_("没有找到这条接单记录。"), "unknown_take")
    return row


def menu(
    centre: Place, on: date, place_path: str | None = None, search: str = ""
) -> QuerySet[Item]:
    """Published items in season on `on`, nearest place first; `taken` counts the teams waiting.

    With `place_path`, what somebody there can order: items of that place, of the places above
    it, and of those under it. Days said on an item rule; a season alone means its months.
    """
    dated = Q(from_on__isnull=False) | Q(until_on__isnull=False)
    rows = (
        Item.objects.filter(
            dated | Q(season="") | Q(season=season_of(on)),
            Q(from_on=None) | Q(from_on__lte=on),
            Q(until_on=None) | Q(until_on__gte=on),
            Q(starts_at=None) | Q(starts_at__date__gte=on),
            state=Item.State.PUBLISHED,
            place__path__startswith=centre.path,
            place__valid_until=None,
            kind__retired_at=None,
        )
        .select_related("place", "kind")
        .annotate(taken=Count("takes", filter=Q(takes__dropped_at=None)))
    )
    if place_path is not None:
        rows = rows.filter(Q(place__path__in=_line(place_path)) | _under(place_path))
    for word in search.split()[:5]:
        rows = rows.filter(
            Q(title__icontains=word) | Q(about__icontains=word) | Q(kind__name__icontains=word)
        )
    return rows.order_by(Length("place__path").desc(), "kind__rank", "title", "id")


def items_at(place: Place) -> QuerySet[Item]:
    """Every item of the places in a subtree, whatever its state, for the desk."""
    return (
        Item.objects.filter(place__path__startswith=place.path)
        .select_related("place", "kind", "made_by")
        .annotate(taken=Count("takes", filter=Q(takes__dropped_at=None)))
        .order_by("-made_at", "id")
    )


def takers(item: Item) -> list[Team]:
    """The teams that said beforehand that they will serve this item, first come first."""
    return [
        take.team
        for take in item.takes.filter(dropped_at=None, team__closed_at=None)
        .select_related("team", "team__home")
        .order_by("taken_at", "id")
    ]


def takes_of(team: Team) -> list[ItemTake]:
    """What a team has taken up beforehand, newest first."""
    return list(
        ItemTake.objects.filter(team=team, dropped_at=None)
        .select_related("item", "item__place", "item__kind")
        .order_by("-taken_at", "id")
    )


def _line(path: str) -> list[str]:
    """`/1/12/345/` → `/1/`, `/1/12/`, `/1/12/345/`."""
    parts = path.strip("/").split("/")
    return ["/" + "/".join(parts[: n + 1]) + "/" for n in range(len(parts))]


def _under(path: str) -> Q:
    return Q(place__path__startswith=path)
