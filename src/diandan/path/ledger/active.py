"""活跃志愿者: a stored definition, and the figure it gives; the two are never shown apart.

苏州 says 24 hours in a year and 61 % of 2.73 million (domain S1-02). Nobody can check such a
figure without its definition: which hours, from which year on, out of how many enrolled.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q, Sum

from diandan.ground.people.models import Volunteer
from diandan.ground.places.models import Place

from .models import ActiveDefinition, Grade, YearMinutes

USUAL_MINUTES = 24 * 60
USUAL_SOURCE = "苏州:一年服务 24 小时以上"


@dataclass(frozen=True, slots=True)
class Definition:
    """What counts as active in a year."""

    name: str
    minutes: int
    grades: tuple[str, ...]
    source: str
    from_year: int


@dataclass(frozen=True, slots=True)
class Active:
    """The figure of a year beside what it counts: n of the enrolled, and the share."""

    year: int
    definition: Definition
    active: int
    served: int
    enrolled: int

    @property
    def permille(self) -> int:
        """Thousandths of the enrolled who were active; nought when nobody is enrolled."""
        return self.active * 1000 // self.enrolled if self.enrolled else 0


def definition_of(centre: Place, year: int) -> Definition:
    """The centre's own for that year, else the one for all, else 24 verified hours."""
    row = (
        ActiveDefinition.objects.filter(Q(centre=centre) | Q(centre=None), from_year__lte=year)
        .order_by("-centre_id", "-from_year", "-at")
        .first()
    )
    if row is None:
        return Definition("活跃志愿者", USUAL_MINUTES, (Grade.VERIFIED,), USUAL_SOURCE, 0)
    return Definition(row.name, row.minutes, tuple(row.grades), row.source, row.from_year)


def active_in(centre: Place, year: int) -> Active:
    """How many reached it, from the year index the database keeps (no sum over transfers)."""
    definition = definition_of(centre, year)
    rows = YearMinutes.objects.filter(centre=centre, year=year, minutes__gt=0)
    sums = rows.filter(grade__in=definition.grades).values("person").annotate(sum=Sum("minutes"))
    return Active(
        year=year,
        definition=definition,
        active=sums.filter(sum__gte=definition.minutes).count(),
        served=rows.values("person").distinct().count(),
        enrolled=enrolled_in(centre),
    )


def enrolled_in(centre: Place) -> int:
    """Volunteers whose home lies in the centre and whose record is not frozen."""
    return Volunteer.objects.filter(
        person__home__path__startswith=centre.path, person__frozen_at=None
    ).count()


def years_of(centre: Place) -> list[int]:
    """Years in which anybody served, the newest first."""
    rows = YearMinutes.objects.filter(centre=centre, minutes__gt=0)
    return sorted(set(rows.values_list("year", flat=True).distinct()), reverse=True)
