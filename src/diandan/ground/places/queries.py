"""Every reading of places that other rooms and the pages need."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from diandan.kit.refusal import missing
from diandan.kit.units import distance_m

from .core import Calendar
from .models import LADDER, LEVEL_OF_KIND, DayOverride, Kind, Level, Place
from .naming import bigrams

SITE_KINDS = (Kind.CENTER, Kind.INSTITUTE, Kind.STATION, Kind.POINT, Kind.BASE)
SEARCH_CANDIDATES = 400
SEARCH_BOXES_DEGREES = (0.03, 0.15, 0.8)


def open_places() -> QuerySet[Place]:
    """Places that have not been closed."""
    return Place.objects.filter(valid_until=None)


def by_slug(slug: str) -> Place:
    """The centre or city with this slug; Refusal when there is none."""
    place = Place.objects.filter(slug=slug).first() if slug else None
    if place is None:
        raise missing(_("没有这个地方:%(slug)s") % {"slug": slug}, code="unknown_place")
    return place


def by_id(place_id: int) -> Place:
    """The place with this id; Refusal when there is none."""
    place = Place.objects.filter(id=place_id).first()
    if place is None:
        raise missing(_("没有这个地方"), code="unknown_place")
    return place


def line_of(place: Place) -> list[Place]:
    """The place itself, then its ancestors up to the root."""
    above = [number for number in place.ancestor_ids if number != place.id]
    rows = Place.objects.in_bulk(above)
    return [place, *(rows[number] for number in reversed(above))]


def center_of(place: Place) -> Place:
    """The centre that answers for this place; the root itself above any centre."""
    line = line_of(place)
    return next((row for row in line if row.kind == Kind.CENTER), line[-1])


def subtree(place: Place) -> QuerySet[Place]:
    """The place and everything under it."""
    return Place.objects.filter(path__startswith=place.path)


def children(place: Place, *kinds: Kind) -> QuerySet[Place]:
    """Open places directly under this one, of `kinds` if any are named, by their codes."""
    rows = open_places().filter(parent=place)
    if kinds:
        rows = rows.filter(kind__in=kinds)
    return rows.order_by("region_code", "id")


def ancestor_at(place: Place, level: Level) -> Place:
    """The place that answers at `level`: the nearest on that rung, else on the next higher.

    Where the tree ends below the rung asked for (no city above a centre), its root answers.
    """
    wanted = LADDER.index(level)
    line = line_of(place)
    for row in line:
        rung = LEVEL_OF_KIND.get(Kind(row.kind))
        if rung is not None and LADDER.index(rung) >= wanted:
            return row
    return line[-1]


def search(center: Place, text: str, limit: int = 20) -> list[Place]:
    """Open places under `center` whose name, sound or initials hold `text`, best first."""
    words = text.strip()[:40]
    if not words:
        return []
    sound = words.lower().replace(" ", "")
    pairs = bigrams(words)
    wanted = Q(name__contains=words) | Q(official_name__contains=words)
    wanted |= Q(former_names__name__contains=words)
    if sound.isascii():
        wanted |= Q(pinyin__contains=sound)
    for pair in pairs:
        wanted |= Q(name__contains=pair)
    rows = (
        open_places()
        .filter(wanted, path__startswith=center.path)
        .distinct()
        .prefetch_related("former_names")
        .order_by("id")[:SEARCH_CANDIDATES]
    )
    return sorted(rows, key=lambda row: _rank(row, words, sound, pairs))[:limit]


def _rank(row: Place, words: str, sound: str, pairs: list[str]) -> tuple[int, int, str]:
    whole, _blank, initials = row.pinyin.partition(" ")
    if row.name == words:
        return (0, 0, row.pinyin)
    if row.name.startswith(words) or initials == sound or whole == sound:
        return (1, len(row.name), row.pinyin)
    if words in row.name or any(words in old.name for old in row.former_names.all()):
        return (2, len(row.name), row.pinyin)
    if initials.startswith(sound) or whole.startswith(sound):
        return (3, len(row.name), row.pinyin)
    shared = sum(pair in row.name for pair in pairs)
    return (4, -shared, row.pinyin)


def calendar_of(place: Place) -> Calendar:
    """The working days that hold at `place`: China's, then each ancestor's own, then its own."""
    order = {number: depth for depth, number in enumerate(place.ancestor_ids)}
    rows = DayOverride.objects.filter(place_id__in=order).values_list(
        "place_id", "on", "is_working"
    )
    nearest_last = sorted(rows, key=lambda row: order[row[0]])
    return Calendar({on: is_working for _place_id, on, is_working in nearest_last})


@dataclass(frozen=True, slots=True)
class CountRow:
    """How many of a kind stand now, and what the article counted (None: it does not say)."""

    kind: str
    label: str
    now: int
    material: int | None
    words: str
    dated: str


def counts(center: Place) -> list[CountRow]:
    """Open places under `center` by kind, each next to the article's figure."""
    found: dict[str, int] = {
        row["kind"]: row["n"]
        for row in open_places()
        .filter(path__startswith=center.path)
        .values("kind")
        .annotate(n=Count("id"))
    }
    figures = {f["kind"]: f for f in center.about.get("figures", [])}
    dated = center.about.get("material", {}).get("dated", "")
    now = {kind.value: found.get(kind.value, 0) for kind in Kind}
    now["all"] = sum(found.get(kind, 0) for kind in SITE_KINDS)
    labels = {kind.value: str(kind.label) for kind in Kind} | {"all": _("各类阵地")}
    return [
        CountRow(
            kind=kind,
            label=labels[kind],
            now=number,
            material=figures.get(kind, {}).get("count"),
            words=figures.get(kind, {}).get("words", ""),
            dated=dated if kind in figures else "",
        )
        for kind, number in now.items()
        if kind in figures or (number and kind != "all")
    ]


def differences(center: Place) -> list[str]:
    """Sentences on where the division data and the article differ, and what was left out."""
    return [*center.about.get("differences", []), *center.about.get("notes", [])]


@dataclass(frozen=True, slots=True)
class Near:
    """A place and how far it is, as the crow flies."""

    place: Place
    distance_m: int


def nearest(
    lat: float,
    lon: float,
    *,
    under: Place | None = None,
    kinds: tuple[Kind, ...] = (Kind.STATION,),
    limit: int = 5,
) -> list[Near]:
    """The open places of `kinds` nearest to a WGS-84 point, nearest first."""
    rows = open_places().filter(kind__in=kinds).exclude(lat=None)
    if under is not None:
        rows = rows.filter(path__startswith=under.path)
    for reach in (*SEARCH_BOXES_DEGREES, None):
        box = rows
        if reach is not None:
            box = rows.filter(
                lat__range=(lat - reach, lat + reach),
                lon__range=(lon - reach, lon + reach),
            )
        near = sorted(
            (
                Near(row, distance_m(lat, lon, row.lat, row.lon))
                for row in box
                if row.lat is not None and row.lon is not None
            ),
            key=lambda n: (n.distance_m, n.place.id),
        )
        # A corner of the box is farther than its sides: only what lies within the inscribed
        # circle is surely nearer than everything outside.
        if reach is None or (len(near) >= limit and near[limit - 1].distance_m < reach * 78_000):
            return near[:limit]
    return []


def grown() -> list[Place]:
    """The roots: every place without one above it, for the commands and the start page."""
    return list(Place.objects.filter(parent=None).order_by("id"))
