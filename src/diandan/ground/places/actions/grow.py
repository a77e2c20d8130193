"""成长: build or refresh a demo district from its file and the division data.

Run it twice and the second run changes nothing. What a place added, renamed, moved or closed by
itself stays: only a name that the data have changed since is taken over, and the old one kept
with its days.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from diandan.ground.places.blueprint import POSITION_DEMO, Key, Wanted, draw
from diandan.ground.places.district import SLUGS, District, read_district
from diandan.ground.places.divisions import CODE_SYSTEM, DATED, County, read_counties
from diandan.ground.places.models import FormerName, Kind, Place
from diandan.ground.places.naming import pinyin_key
from diandan.ground.record.actions.announce import announce
from diandan.kit.fact import Fact
from diandan.kit.refusal import Refusal, missing
from diandan.kit.units import local

BATCH = 1000


@dataclass(frozen=True, slots=True)
class Grown:
    """What one run did to a district."""

    place: Place
    added: int
    renamed: int
    retired: int
    same: int


def grow(slug: str, at: datetime, *, by_id: UUID | None = None) -> Place:
    """The district's root, with everything the data name under it."""
    return grow_counted(slug, at, by_id=by_id).place


@transaction.atomic
def grow_counted(slug: str, at: datetime, *, by_id: UUID | None = None) -> Grown:
    """As `grow`, and what it added, renamed, retired and left as it was."""
    if slug not in SLUGS:
        raise missing(
            _("没有名为 %(slug)s 的示范地;可选:%(all)s") % {"slug": slug, "all": " ".join(SLUGS)},
            code="unknown_district",
        )
    district = read_district(slug)
    wanted = draw(district, _counties(district))
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"grow {slug}"])
    standing = _standing(wanted)
    on = local(at).date()
    fresh = [row for row in wanted if row.key not in standing]
    made = _add(fresh, standing)
    renamed = _rename(wanted, standing, on)
    _refresh_about(wanted, standing)
    root = made.get(wanted[0].key) or standing[wanted[0].key]
    retired = _retire(root, wanted, on)
    if made or renamed or retired:
        counts = {"added": len(made), "renamed": renamed, "retired": retired}
        announce(Fact("places.grown", at, place_id=root.id, by_id=by_id, data=counts))
    return Grown(root, len(made), renamed, retired, len(wanted) - len(made) - renamed)


def _counties(district: District) -> list[County]:
    folder = Path(settings.DIANDAN_DIVISIONS or "")
    if not (folder / "villages.csv").exists():
        raise Refusal(
            "no_division_data",
            _("找不到区划数据 %(folder)s;请先运行 make setup") % {"folder": folder},
        )
    prefix = district.city_code or district.centers[0].code
    return read_counties(folder, prefix)


def _standing(wanted: list[Wanted]) -> dict[Key, Place]:
    """The wanted places that stand already: by code, or by name under a standing parent."""
    codes = {row.code for row in wanted if row.code}
    coded = {(p.kind, p.region_code): p for p in Place.objects.filter(region_code__in=codes)}
    found: dict[Key, Place] = {}
    for row in wanted:
        if row.code and (row.kind, row.code) in coded:
            found[row.key] = coded[row.kind, row.code]
    parents = {found[row.parent].id for row in wanted if not row.code and row.parent in found}
    named = {
        (p.parent_id, p.kind, p.name): p
        for p in Place.objects.filter(parent_id__in=parents, region_code="")
    }
    for row in wanted:
        if not row.code and row.parent in found:
            place = named.get((found[row.parent].id, row.kind, row.name))
            if place is not None:
                found[row.key] = place
    return found


def _add(fresh: list[Wanted], standing: dict[Key, Place]) -> dict[Key, Place]:
    made: dict[Key, Place] = {}
    for row, place_id in zip(fresh, reserve_ids(len(fresh)), strict=True):
        above = None if row.parent is None else made.get(row.parent) or standing[row.parent]
        made[row.key] = Place(
            id=place_id,
            parent=above,
            path=f"{above.path if above else '/'}{place_id}/",
            kind=row.kind,
            slug=row.slug,
            name=row.name,
            official_name=row.official_name,
            pinyin=pinyin_key(row.name),
            region_code=row.code,
            code_system=row.code_system,
            valid_from=DATED if row.code else None,
            platform=row.platform,
            lat=row.position.lat if row.position else None,
            lon=row.position.lon if row.position else None,
            position_source=POSITION_DEMO if row.position else "",
            about=row.about,
        )
    Place.objects.bulk_create(made.values(), batch_size=BATCH)
    return made


def reserve_ids(count: int) -> Iterable[int]:
    """`count` fresh ids: a path holds its own id, so the id must be known before the row."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence('place', 'id')) FROM generate_series(1, %s)",
            [count],
        )
        return [int(row[0]) for row in cursor.fetchall()]


def _rename(wanted: list[Wanted], standing: dict[Key, Place], on: date) -> int:
    changed, former = [], []
    for row in wanted:
        place = standing.get(row.key)
        if place is None or place.official_name == row.official_name:
            continue
        former.append(former_name(place, on))
        place.name, place.official_name = row.name, row.official_name
        place.pinyin = pinyin_key(row.name)
        changed.append(place)
    FormerName.objects.bulk_create(former)
    Place.objects.bulk_update(changed, ["name", "official_name", "pinyin"], batch_size=BATCH)
    return len(changed)


def former_name(place: Place, on: date) -> FormerName:
    """The name `place` carries now, closed on `on`; not saved."""
    last = place.former_names.order_by("-until_on").first()
    return FormerName(
        place=place,
        name=place.name,
        official_name=place.official_name,
        from_on=last.until_on if last else place.valid_from,
        until_on=on,
    )


def _refresh_about(wanted: list[Wanted], standing: dict[Key, Place]) -> None:
    """Take over what the file says of a place, beside what the place has written of itself."""
    changed = []
    for row in wanted:
        place = standing.get(row.key)
        if place is not None and place.about | row.about != place.about:
            place.about = place.about | row.about
            changed.append(place)
    Place.objects.bulk_update(changed, ["about"], batch_size=BATCH)


def _retire(root: Place, wanted: list[Wanted], on: date) -> int:
    """End the validity of codes that the division data no longer hold; rows are never deleted."""
    codes = {row.code for row in wanted if row.code}
    return (
        Place.objects.filter(path__startswith=root.path, code_system=CODE_SYSTEM)
        .filter(Q(kind=Kind.INSTITUTE) | Q(kind=Kind.STATION))
        .filter(valid_until=None)
        .exclude(region_code__in=codes)
        .update(valid_until=on)
    )
