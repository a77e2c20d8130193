"""网格索引: where the people with a skill are, cheapest first inside each cell.

One square grid a skill, fitted to how many have it. Inside a cell people stand by bias, so a
search may leave a cell as soon as nobody behind can beat what it has.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from diandan.engine.city.columns import People
from diandan.engine.compiled import Bits, Ints, Longs

#: People a cell on average. Few: more cells to visit; many: more people to look at.
CELL_PEOPLE = 32
FINEST = 512


class Index(NamedTuple):
    """Records lie skill by skill, cell by cell, cheapest first."""

    x: Ints
    y: Ints
    slots: Bits
    bias: Ints
    person: Ints  # record → position in People
    cell: Longs  # all cells' first records, one more than cells for each skill
    offset: Longs  # skill → its first entry in `cell`
    side: Longs  # skill → cells along one side
    metres: Longs  # skill → a cell's side
    left: Longs  # one entry: the plane's corner
    low: Longs


def build(people: People, skills: int) -> Index:
    """An index of everyone who has a free slot and a place to give."""
    alive = (people.slots != 0) & (people.cap > 0)
    left, low = corner(people.x), corner(people.y)
    wide = 1 + max(reach(people.x, left), reach(people.y, low))
    parts: list[npt.NDArray[np.intp]] = []
    cells: list[Longs] = []
    offset, side, metres = (
        np.zeros(skills, np.int64),
        np.ones(skills, np.int64),
        np.ones(skills, np.int64),
    )
    entries = records = 0
    for skill in range(skills):
        has = (people.skills >> np.uint64(skill)) & np.uint64(1)
        mine = np.flatnonzero(alive & (has == 1))
        count = int(np.clip(np.sqrt(max(len(mine), 1) / CELL_PEOPLE) * 1.5, 4, FINEST))
        edge = wide // count + 1
        at = (people.y[mine] - low) // edge * count + (people.x[mine] - left) // edge
        order = np.lexsort((mine, people.bias[mine], at))
        sizes = np.bincount(at, minlength=count * count)
        cells.append(np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64) + records)
        parts.append(mine[order])
        offset[skill], side[skill], metres[skill] = entries, count, edge
        entries += count * count + 1
        records += len(mine)
    who = np.concatenate(parts) if parts else np.zeros(0, np.intp)
    return Index(
        people.x[who],
        people.y[who],
        people.slots[who],
        people.bias[who],
        who.astype(np.int32),
        np.concatenate(cells),
        offset,
        side,
        metres,
        np.array([left], np.int64),
        np.array([low], np.int64),
    )


def corner(values: Ints) -> int:
    return int(values.min(initial=0))


def reach(values: Ints, least: int) -> int:
    return int(values.max(initial=least)) - least
