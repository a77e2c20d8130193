"""名单: the lists that can be taken away, as rows of plain words, and as xlsx or csv."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass

import xlsxwriter
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from diandan.ground.people import queries as people
from diandan.ground.people.models import Membership
from diandan.ground.places import queries as places
from diandan.ground.places.models import Kind
from diandan.kit.units import local

from .page import Here

FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Rows:
    """A header and its rows."""

    head: list[str]
    rows: list[list[str]]


def sites(where: Here) -> Rows:
    """Every open place of the subtree, in the columns the import takes."""
    head = [_("名称"), _("类型"), _("上级"), _("区划代码"), _("纬度"), _("经度"), _("电话")]
    head += [_("地址"), _("开放时间"), _("坐标来源")]
    rows = places.subtree(where.place).filter(valid_until=None).select_related("parent")
    source = {"demo": _("演示坐标"), "own": _("本地填写")}
    return Rows(
        head,
        [
            [
                p.name,
                str(Kind(p.kind).label),
                p.parent.name if p.parent else "",
                p.region_code,
                "" if p.lat is None else f"{p.lat:.6f}",
                "" if p.lon is None else f"{p.lon:.6f}",
                p.phone,
                p.address,
                p.open_hours,
                source.get(p.position_source, p.position_source),
            ]
            for p in rows.order_by("path")
        ],
    )


def teams(where: Here) -> Rows:
    """Every open team of the subtree, in the columns the import takes, with how many are in it."""
    rows = people.teams_in(where.place.path)
    sizes: dict[object, int] = {}
    for team_id in Membership.objects.filter(team__in=rows, left_at=None).values_list(
        "team_id", flat=True
    ):
        sizes[team_id] = sizes.get(team_id, 0) + 1
    head = [_("队伍名称"), _("所属阵地"), _("上级队伍"), _("层级"), _("方式"), _("类别"), _("技能")]
    head += [_("每周最多接单"), _("简介"), _("人数")]
    return Rows(
        head,
        [
            [
                t.name,
                t.home.name,
                t.parent.name if t.parent else "",
                t.rank,
                str(t.get_mode_display()),
                str(t.get_sort_display()),
                "、".join(t.skills),
                str(t.week_cap),
                t.about,
                str(sizes.get(t.id, 0)),
            ]
            for t in rows
        ],
    )


def holders(where: Here) -> Rows:
    """Who holds what, names masked as on the page: a file travels farther than a page."""
    grants = people.grants_in(where.place.path, where.at)
    names = people.masked_names(g.person_id for g in grants)
    head = [_("姓名"), _("角色"), _("在哪里"), _("职务"), _("从"), _("到")]
    return Rows(
        head,
        [
            [
                names.get(g.person_id, ""),
                str(g.get_role_display()),
                g.place.name,
                g.post,
                f"{g.from_on:%Y-%m-%d}",
                f"{g.until_on:%Y-%m-%d}" if g.until_on else "",
            ]
            for g in grants
        ],
    )


def members(where: Here) -> Rows:
    """Who is in which team, masked."""
    rows = (
        Membership.objects.filter(
            team__home__path__startswith=where.place.path, left_at=None, team__closed_at=None
        )
        .select_related("team", "team__home")
        .order_by("team__home__path", "team__name", "joined_at")
    )
    found = list(rows)
    names = people.masked_names(m.person_id for m in found)
    head = [_("队伍名称"), _("所属阵地"), _("姓名"), _("职责"), _("加入")]
    return Rows(
        head,
        [
            [
                m.team.name,
                m.team.home.name,
                names.get(m.person_id, ""),
                str(m.get_duty_display()),
                f"{local(m.joined_at):%Y-%m-%d}",
            ]
            for m in found
        ],
    )


LISTS: dict[str, tuple[str | Promise, Callable[[Here], Rows]]] = {
    "sites": (gettext_lazy("阵地"), sites),
    "teams": (gettext_lazy("队伍"), teams),
    "people": (gettext_lazy("角色"), holders),
    "members": (gettext_lazy("队员"), members),
}


def as_csv(rows: Rows) -> bytes:
    """UTF-8 with a mark, so that a spreadsheet reads the Chinese; no cell is a formula."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(rows.head)
    writer.writerows([_plain(cell) for cell in line] for line in rows.rows)
    return out.getvalue().encode("utf-8-sig")


def _plain(cell: str) -> str:
    is_number = cell.replace(".", "", 1).replace("-", "", 1).isdigit()
    return f"'{cell}" if cell.startswith(FORMULA_SIGNS) and not is_number else cell


def as_xlsx(rows: Rows, title: str) -> bytes:
    """Every cell as text, the header frozen."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        sheet = book.add_worksheet(title[:31])
        bold = book.add_format({"bold": True})
        sheet.freeze_panes(1, 0)
        for n, head in enumerate(rows.head):
            sheet.write_string(0, n, head, bold)
            widest = max([len(head), *(len(line[n]) for line in rows.rows[:500])])
            sheet.set_column(n, n, min(40, widest * 2 + 2))
        for number, line in enumerate(rows.rows, 1):
            for n, cell in enumerate(line):
                sheet.write_string(number, n, cell)
    return target.getvalue()
