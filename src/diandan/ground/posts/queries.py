"""驻点: every read of team days and pairings that a page or a dispatch round needs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from diandan.ground.people.models import Membership, Team
from diandan.ground.places.models import Kind, Place
from diandan.kit.refusal import missing
from diandan.kit.units import local

from .models import Pairing, PairingTask, StaffCount, TeamDay

#: 文明单位 in which at least so many in a hundred are in its volunteer teams (S1-04).
SHARE_AIMED_AT = 30


def days_of(team: Team, at: datetime) -> list[TeamDay]:
    """A team's days that are not over, the next first."""
    rows = TeamDay.objects.filter(team=team, dropped_at=None, ends_at__gt=at)
    return list(rows.select_related("place").order_by("starts_at", "id"))


def days_at(place: Place, at: datetime, days: int = 14) -> list[TeamDay]:
    """Who is on duty at a place, or comes by, in the next two weeks."""
    rows = TeamDay.objects.filter(
        place=place,
        dropped_at=None,
        ends_at__gt=at,
        starts_at__lt=at + timedelta(days=days),
        team__closed_at=None,
    )
    return list(rows.select_related("team").order_by("starts_at", "id"))


def stops_on(centre: Place, at: datetime) -> dict[UUID, Place]:
    """Where each mobile team of the centre is at this time, by its tour."""
    rows = TeamDay.objects.filter(
        team__mode=Team.Mode.MOBILE,
        team__home__path__startswith=centre.path,
        dropped_at=None,
        starts_at__lte=at,
        ends_at__gt=at,
    ).select_related("place")
    return {row.team_id: row.place for row in rows}


def day(day_id: UUID) -> TeamDay:
    """One day with its team, or a refusal."""
    row = TeamDay.objects.select_related("team", "place").filter(id=day_id).first()
    if row is None:
        raise missing(_("没有找到这一天的安排,可能已经撤下。"), "unknown_day")
    return row


@dataclass(frozen=True, slots=True)
class Share:
    """So many members of a unit's teams of so many staff, and when that number was said."""

    members: int
    staff: int | None
    said_at: datetime | None

    @property
    def percent(self) -> int | None:
        """Whole percent; None while nobody has said how many work there."""
        return None if not self.staff else self.members * 100 // self.staff


def share_of(unit: Place) -> Share:
    """Volunteers in teams at home in the unit (each counted once) over its staff."""
    members = (
        Membership.objects.filter(left_at=None, team__home=unit, team__closed_at=None)
        .values("person_id")
        .distinct()
        .count()
    )
    said = StaffCount.objects.filter(unit=unit).order_by("-said_at").first()
    return Share(members, said.count if said else None, said.said_at if said else None)


def units(paths: Iterable[str]) -> QuerySet[Place]:
    """The open member units under any of these paths, by name."""
    wanted = Q(pk__in=[])
    for path in paths:
        wanted |= Q(path__startswith=path)
    return Place.objects.filter(wanted, kind=Kind.MEMBER_UNIT, valid_until=None).order_by(
        "pinyin", "id"
    )


def pairings_of(place: Place) -> list[Pairing]:
    """The pairings of a unit or a venue that have not ended, with their tasks."""
    rows = Pairing.objects.filter(Q(unit=place) | Q(venue=place), ended_at=None)
    return list(
        rows.select_related("unit", "venue")
        .prefetch_related("tasks")
        .order_by("-proposed_at", "id")
    )


def pairing(pairing_id: UUID) -> Pairing:
    """One pairing, or a refusal."""
    row = Pairing.objects.select_related("unit", "venue").filter(id=pairing_id).first()
    if row is None:
        raise missing(_("没有找到这份结对。"), "unknown_pairing")
    return row


def task(task_id: UUID) -> PairingTask:
    """One task of a pairing, or a refusal."""
    row = (
        PairingTask.objects.select_related("pairing__unit", "pairing__venue")
        .filter(id=task_id)
        .first()
    )
    if row is None:
        raise missing(_("没有找到这项结对任务。"), "unknown_pairing_task")
    return row


def in_force(on: date) -> QuerySet[Pairing]:
    """Pairings both sides agreed to and whose term holds on the day."""
    return Pairing.objects.filter(
        agreed_at__isnull=False, ended_at=None, from_on__lte=on, until_on__gte=on
    )


def paired(centre: Place, at: datetime) -> dict[int, list[str]]:
    """Unit → paths of the venues it is paired with now; dispatch takes its teams for known there."""
    rows = in_force(local(at).date()).filter(venue__path__startswith=centre.path)
    found: dict[int, list[str]] = {}
    for unit_id, path in rows.values_list("unit_id", "venue__path"):
        found.setdefault(unit_id, []).append(path)
    return found
