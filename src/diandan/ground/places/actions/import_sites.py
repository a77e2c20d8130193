"""导入阵地: a centre's own table of sites, all of it or nothing, with every bad row named.

The rows go through `add` and the same checks as a hand at the settings page, inside one
transaction that is undone when any row is refused or the run is dry. A row is known again by
its code, else by its kind and name under the place above it: a second import changes nothing.
An empty cell says nothing and changes nothing.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _
from fast_geocn import bd09_to_wgs84, gcj02_to_wgs84

from diandan.ground.places.actions.add import (
    POSITION_OWN,
    SiteWords,
    add,
    check_code_free,
    check_position,
    checked_name,
)
from diandan.ground.places.actions.rename import rename
from diandan.ground.places.models import LADDER, LEVEL_OF_KIND, Kind, Place
from diandan.ground.places.sheet import Column, Imported, Row, Sheet, Trouble, read_sheet
from diandan.ground.record.actions.announce import announce
from diandan.kit.fact import Fact
from diandan.kit.refusal import Refusal

COLUMNS = (
    Column("name", "名称", "阵地的名称", required=True, also=("阵地名称",), example="东山社区"),
    Column(
        "kind",
        "类型",
        "实践所、实践站、实践点、实践基地、网格、专业平台、行业平台、成员单位",
        required=True,
        also=("阵地类型",),
        example="实践站",
    ),
    Column(
        "parent",
        "上级",
        "上级阵地的名称或区划代码;空着表示直接设在中心之下",
        also=("上级阵地", "所属"),
        example="东山街道",
    ),
    Column(
        "region_code",
        "区划代码",
        "统计用区划代码,没有可空着",
        also=("代码",),
        example="320115001001",
    ),
    Column("lat", "纬度", "十进制度,如 31.95", example="31.95"),
    Column("lon", "经度", "十进制度,如 118.84", example="118.84"),
    Column("crs", "坐标系", "WGS-84(空着即是)、GCJ-02(高德、腾讯)或 BD-09(百度)", example="GCJ-02"),
    Column("phone", "电话", "对外公布的电话", also=("联系电话",), example="025-00000000"),
    Column("address", "地址", "门牌地址", example="某某路 1 号"),
    Column("open_hours", "开放时间", "照实写", example="周一至周六 9:00–17:00"),
)
TITLE = {column.key: column.title for column in COLUMNS}
KINDS = {
    "实践所": Kind.INSTITUTE,
    "所": Kind.INSTITUTE,
    "实践站": Kind.STATION,
    "站": Kind.STATION,
    "实践点": Kind.POINT,
    "点": Kind.POINT,
    "实践基地": Kind.BASE,
    "基地": Kind.BASE,
    "网格": Kind.GRID,
    "专业平台": Kind.SPECIALTY_PLATFORM,
    "行业平台": Kind.TRADE_PLATFORM,
    "成员单位": Kind.MEMBER_UNIT,
}
PLAIN_FIELDS = ("phone", "address", "open_hours")
FIELD_MAX = {"phone": 40, "address": 200, "open_hours": 200}
TO_WGS84 = {"GCJ-02": gcj02_to_wgs84, "GCJ02": gcj02_to_wgs84, "BD-09": bd09_to_wgs84}
TO_WGS84["BD09"] = bd09_to_wgs84
PLAIN_CRS = ("", "WGS-84", "WGS84", "CGCS2000")


def import_sites(
    center: Place, content: bytes, *, at: datetime, dry_run: bool, by_id: UUID | None = None
) -> Imported:
    """Add and update the places of the table under `center`. The door has checked that one may."""
    sheet = read_sheet(content, COLUMNS)
    with transaction.atomic():
        run = _Run(center, sheet, at, by_id)
        run.go()
        troubles = sorted(sheet.troubles)
        if troubles or dry_run:
            transaction.set_rollback(True)
        elif run.new or run.changed:
            counts = {"new": run.new, "changed": run.changed, "same": run.same}
            announce(Fact("places.imported", at, place_id=center.id, by_id=by_id, data=counts))
    return Imported(run.new, run.changed, run.same, troubles, dry_run)


class _Run:
    """One table on its way in. Holds what stands under the centre, by code and by name."""

    def __init__(self, center: Place, sheet: Sheet, at: datetime, by_id: UUID | None) -> None:
        self.center, self.sheet, self.at, self.by_id = center, sheet, at, by_id
        self.new = self.changed = self.same = 0
        self.seen: dict[tuple[str, ...], int] = {}
        self.by_name: defaultdict[str, list[Place]] = defaultdict(list)
        self.by_code: defaultdict[str, list[Place]] = defaultdict(list)
        self.known: dict[tuple[int | None, str, str], Place] = {}
        for place in Place.objects.filter(path__startswith=center.path, valid_until=None):
            self._learn(place)

    def _learn(self, place: Place) -> None:
        for name in {place.name, place.full_name, place.official_name}:
            self.by_name[name].append(place)
        if place.region_code:
            self.by_code[place.region_code].append(place)
        self.known[place.parent_id, place.kind, place.name] = place

    def go(self) -> None:
        """Take the rows from the highest rung down, so that a table may name its own parents."""
        for row in sorted(self.sheet.rows, key=lambda row: (_depth(row["kind"]), row.line)):
            try:
                self._take(row)
            except Refusal as no:
                title = TITLE.get(no.field, "")
                self.sheet.troubles.append(Trouble(row.line, title, no.sentence))

    def _take(self, row: Row) -> None:
        kind = _kind(row)
        name = checked_name(row["name"])
        parent = self._parent(row, kind)
        self._once(row, kind, name, parent)
        lat, lon = _position(row)
        for key in PLAIN_FIELDS:
            if len(row[key]) > FIELD_MAX[key]:
                raise Refusal("too_long", _("最多 %(n)d 个字") % {"n": FIELD_MAX[key]}, field=key)
        place = self._standing(row, kind, name, parent)
        if place is None:
            words = SiteWords(name, kind, row["region_code"], lat, lon)
            place = add(parent, words, at=self.at, by_id=self.by_id)
            self._fill(place, row, None, None)
            self._learn(place)
            self.new += 1
            return
        renamed = place.name != name
        if renamed:
            place = rename(place.id, name, at=self.at, by_id=self.by_id)
        if self._fill(place, row, lat, lon) or renamed:
            self.changed += 1
        else:
            self.same += 1

    def _parent(self, row: Row, kind: Kind) -> Place:
        words = row["parent"]
        if not words or words in (self.center.name, self.center.full_name):
            return self.center
        if words.isascii() and words.isdigit():
            found = self.by_code.get(words, [])
        else:
            found = list(dict.fromkeys(self.by_name.get(words, [])))
        found = [place for place in found if _may_hold(place, kind)]
        if not found:
            raise Refusal(
                "unknown_parent",
                _("%(center)s没有可设%(kind)s的上级“%(words)s”")
                % {"center": self.center.name, "kind": kind.label, "words": words},
                field="parent",
            )
        if len(found) > 1:
            raise Refusal(
                "many_parents",
                _("名为“%(words)s”的有 %(n)d 个,请改填区划代码")
                % {"words": words, "n": len(found)},
                field="parent",
            )
        return found[0]

    def _once(self, row: Row, kind: Kind, name: str, parent: Place) -> None:
        keys: list[tuple[str, ...]] = [(kind, str(parent.id), name)]
        if row["region_code"]:
            keys.append((kind, row["region_code"]))
        for key in keys:
            earlier = self.seen.setdefault(key, row.line)
            if earlier != row.line:
                raise Refusal(
                    "row_twice", _("与第 %(line)d 行重复") % {"line": earlier}, field="name"
                )

    def _standing(self, row: Row, kind: Kind, name: str, parent: Place) -> Place | None:
        code = row["region_code"]
        named = self.known.get((parent.id, kind, name))
        if not code:
            return named
        coded = next((p for p in self.by_code.get(code, []) if p.kind == kind), None)
        if coded is None and named is not None and named.region_code:
            raise Refusal(
                "other_code",
                _("“%(name)s”的区划代码是 %(code)s,与此处不同")
                % {"name": name, "code": named.region_code},
                field="region_code",
            )
        if coded is not None and coded.parent_id != parent.id:
            raise Refusal(
                "other_parent",
                _("代码 %(code)s 的“%(name)s”登记在另一个上级之下,导入不搬动阵地")
                % {"code": code, "name": coded.name},
                field="parent",
            )
        return coded or named

    def _fill(self, place: Place, row: Row, lat: float | None, lon: float | None) -> bool:
        """Write the cells that say something new; whether there were any."""
        changes: dict[str, str | float] = {
            key: row[key] for key in PLAIN_FIELDS if row[key] and row[key] != getattr(place, key)
        }
        if row["region_code"] and not place.region_code:
            check_code_free(row["region_code"], Kind(place.kind))
            changes |= {"region_code": row["region_code"], "code_system": "own"}
        if lat is not None and lon is not None and (place.lat, place.lon) != (lat, lon):
            changes |= {"lat": lat, "lon": lon, "position_source": POSITION_OWN}
        for key, value in changes.items():
            setattr(place, key, value)
        if changes:
            place.save(update_fields=list(changes))
        return bool(changes)


def _depth(kind: str) -> int:
    level = LEVEL_OF_KIND.get(KINDS.get(kind, Kind.POINT))
    return len(LADDER) if level is None else len(LADDER) - LADDER.index(level)


def _may_hold(place: Place, kind: Kind) -> bool:
    above, own = LEVEL_OF_KIND.get(Kind(place.kind)), LEVEL_OF_KIND.get(kind)
    return above is not None and (own is None or LADDER.index(own) < LADDER.index(above))


def _kind(row: Row) -> Kind:
    kind = KINDS.get(row["kind"])
    if kind is None:
        raise Refusal(
            "unknown_kind",
            _("没有“%(kind)s”这种类型,可填:%(all)s")
            % {"kind": row["kind"], "all": "、".join(k for k in KINDS if len(k) > 1)},
            field="kind",
        )
    return kind


def _position(row: Row) -> tuple[float | None, float | None]:
    lat, lon = _degrees(row, "lat"), _degrees(row, "lon")
    check_position(lat, lon)
    crs = row["crs"].upper()
    if crs not in PLAIN_CRS and crs not in TO_WGS84:
        raise Refusal("unknown_crs", _("坐标系可填 WGS-84、GCJ-02 或 BD-09"), field="crs")
    if lat is None or lon is None:
        return None, None
    if crs in TO_WGS84:
        lon, lat = TO_WGS84[crs](lon, lat)
    return round(lat, 6), round(lon, 6)


def _degrees(row: Row, key: str) -> float | None:
    if not row[key]:
        return None
    try:
        value = float(row[key])
    except ValueError:
        raise Refusal("not_a_number", _("应为十进制度数,如 31.95"), field=key) from None
    return value
