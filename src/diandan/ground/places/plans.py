"""年度计划的读法: who plans what in a year, and how much of it is done, open or late.

Units stand by name and never by how far they are: no league tables.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from diandan.kit.refusal import missing

from .models import Kind, Place, PlanStep

PLANNERS = (Kind.CENTER, Kind.INSTITUTE, Kind.STATION, Kind.MEMBER_UNIT)


@dataclass(frozen=True, slots=True)
class Plan:
    """One unit's year in numbers."""

    place: Place
    total: int
    done: int
    late: int

    @property
    def undone(self) -> int:
        """Open, in time or late."""
        return self.total - self.done


def planners(
    paths: Sequence[str],
    year: int,
    *,
    today: date,
    text: str = "",
    kind: str = "",
    late_only: bool = False,
) -> QuerySet[Place]:
    """Open units in these subtrees, by name."""
    inside = Q(pk__in=())
    for path in paths:
        inside |= Q(path__startswith=path)
    wanted = [kind] if kind in PLANNERS else list(PLANNERS)
    rows = Place.objects.filter(inside, valid_until=None, kind__in=wanted)
    if text:
        sound = text.lower().replace(" ", "")
        named = Q(name__contains=text)
        rows = rows.filter(named | Q(pinyin__contains=sound) if sound.isascii() else named)
    if late_only:
        late = PlanStep.objects.filter(is_late(today), year=year)
        rows = rows.filter(id__in=late.values("place_id"))
    return rows.order_by("pinyin", "name", "id")


def plans_of(places: Iterable[Place], year: int, *, today: date) -> list[Plan]:
    """Each unit's counts, in one query however many they are; the order is the caller's."""
    rows = list(places)
    counted = {
        row["place_id"]: row
        for row in PlanStep.objects.filter(place__in=rows, year=year)
        .values("place_id")
        .annotate(
            total=Count("id"),
            done=Count("id", filter=Q(done_at__isnull=False)),
            late=Count("id", filter=is_late(today)),
        )
    }
    none = {"total": 0, "done": 0, "late": 0}
    found = ((place, counted.get(place.id, none)) for place in rows)
    return [Plan(place, n["total"], n["done"], n["late"]) for place, n in found]


def steps_of(places: Iterable[Place], year: int) -> QuerySet[PlanStep]:
    """The steps of the year, by unit's name, then by the day they are due."""
    rows = PlanStep.objects.filter(place__in=list(places), year=year).select_related("place")
    return rows.order_by("place__pinyin", "place__name", "place_id", "due_on", "title")


def step(step_id: UUID) -> PlanStep:
    """One step with its place; Refusal when there is none."""
    found = PlanStep.objects.select_related("place").filter(id=step_id).first()
    if found is None:
        raise missing(_("没有找到这条计划,可能已被删掉。"), "unknown_step")
    return found


def is_late(today: date) -> Q:
    """Open although its day is over."""
    return Q(done_at__isnull=True, due_on__lt=today)
