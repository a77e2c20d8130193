"""整表导入: a place's whole list through its real door, `diandan import`, as a centre would do it.

The article counts more than it names. What is counted and not named is generated here, from the
villages and communities that the division data names; the story says which is which.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import re
from collections.abc import Iterable, Mapping, Sequence

import xlsxwriter

from diandan.ground.people.actions import import_teams
from diandan.ground.places.actions import import_sites
from diandan.ground.places.models import Kind, Place
from diandan.ground.places.sheet import Column
from diandan.ops import importing

from .told import check
from .walker import StoryTrouble
from .world import World

Rows = Sequence[Mapping[str, str]]


def sites(world: World, name: str, rows: Rows) -> str:
    """A table of places in; what the command said."""
    return _bring_in(world, name, import_sites.COLUMNS, rows)


def teams(world: World, name: str, rows: Rows) -> str:
    """A table of teams in; what the command said."""
    return _bring_in(world, name, import_teams.COLUMNS, rows)


def named(world: World, kind: Kind) -> list[Place]:
    """The places of a kind that the division data names, in the order of their codes."""
    found = Place.objects.filter(
        path__startswith=world.house.centre.path, kind=kind, valid_until=None
    )
    return list(found.exclude(region_code="").order_by("region_code"))


def _bring_in(world: World, name: str, columns: Iterable[Column], rows: Rows) -> str:
    """Dry first, then for good, then once more: nothing new the second time."""
    file = world.stage.folder / f"{name}.xlsx"
    titles = {c.key: c.title for c in columns}
    with xlsxwriter.Workbook(str(file)) as book:
        sheet = book.add_worksheet()
        for at, title in enumerate(titles.values()):
            sheet.write_string(0, at, title)
        for line, row in enumerate(rows, 1):
            for at, key in enumerate(titles):
                sheet.write_string(line, at, row.get(key, ""))
    dry = _told(world, str(file), "--dry-run")
    check("未写入" in dry, f"试导入写了东西:{dry}")
    said = _told(world, str(file))
    check("已写入" in said, f"没有写入:{said}")
    again = _told(world, str(file))
    check("新增 0" in again, f"再导入一次又新增:{again}")
    found = re.search(r"新增 (\d+)", said)
    check(found is not None, said)
    return f"{file.name} {len(rows)} 行经 diandan import 试导入、导入、再导入(新增 {found[1] if found else ''},再导入新增 0)"


def _told(world: World, *words: str) -> str:
    """The command itself, in this process: a second Python would only cost the story its time."""
    parser = argparse.ArgumentParser()
    importing.add_arguments(parser)
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        code = importing.run(parser.parse_args([*words, "--place", world.house.centre.slug]))
    if code != 0:
        raise StoryTrouble(f"导入没有成功:{said.getvalue()[-400:]}")
    return said.getvalue()
