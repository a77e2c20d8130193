"""Buckets of nodes by label, for a search: what is nearest is found without comparing.

A bucket is a ring of nodes with an end of its own, and a node in no bucket is a ring by itself, so
putting in and taking out need no question.
Inside one bucket nodes come in the order they went in; a node whose label is lowered after it was
settled is settled again, so that a bucket may be wider than one unit. The arrays are those of
`graph.Paper`, given one by one: a kernel that reaches through the tuple inside its loop counts
references there, which costs twice what the search does.
"""

from __future__ import annotations

import numpy as np

from diandan.engine.assign.graph import BUCKETS, FAR, Paper
from diandan.engine.compiled import ONE, Ints, Whole, compiled, inlined, spot

#: No arc, no node.
NONE = -1


@inlined
def put(ahead: Ints, behind: Ints, end: Whole, node: Whole) -> None:
    """The node goes last into the bucket that ends with `end`."""
    last = spot(behind[end])
    ahead[last] = node
    behind[node] = last
    ahead[node] = end
    behind[end] = node


@inlined
def take_out(ahead: Ints, behind: Ints, node: Whole) -> None:
    """The node is in no bucket any more (nor need it have been in one)."""
    before = spot(behind[node])
    after = spot(ahead[node])
    ahead[before] = after
    behind[after] = before
    ahead[node] = node
    behind[node] = node


@inlined
def empty(ahead: Ints, behind: Ints, first: Whole, last: Whole) -> None:
    """Wipe the buckets that end with `first` … `last`."""
    for end in range(first, last + ONE):
        ahead[end] = end
        behind[end] = end


@inlined
def filled(ahead: Ints, bucket: Whole, last: Whole) -> Whole:
    """The first bucket from here on that is not empty, else the last."""
    while bucket < last and spot(ahead[bucket]) == bucket:
        bucket += ONE
    return bucket


@inlined
def begin(
    dist: Ints, via: Ints, ahead: Ints, behind: Ints, seen: Ints, node: Whole, reach: Whole
) -> tuple[Whole, Whole, Whole]:
    """A fresh search from `node`: the buckets' first, how many bits wide they are, and the last."""
    bits = 0
    while (np.int64(reach) >> bits) >= BUCKETS:
        bits += 1
    dist[node] = 0
    via[node] = NONE
    seen[0] = node
    ends = spot(len(dist))
    put(ahead, behind, ends, node)
    return ends, bits, ends + spot(np.int64(reach) >> bits)


@inlined
def label(
    dist: Ints, via: Ints, ahead: Ints, behind: Ints, seen: Ints, count: Whole, node: Whole,
    to: Whole, by: Whole,
) -> Whole:  # fmt: skip
    """The node is `to` away, by this arc, and in no bucket. How many nodes bear a label.

    Without a question: inlined, a branch would make numba count references to every array.
    """
    seen[count] = node
    count += spot(dist[node] == FAR)
    take_out(ahead, behind, node)
    dist[node] = to
    via[node] = by
    return count


@compiled
def wipe(paper: Paper, count: Whole) -> None:
    """No node bears a label."""
    dist, ahead, behind, seen = paper.dist, paper.ahead, paper.behind, paper.seen
    for at in range(spot(count)):
        node = spot(seen[at])
        dist[node] = FAR
        ahead[node] = node
        behind[node] = node
