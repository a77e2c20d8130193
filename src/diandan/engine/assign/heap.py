"""A binary heap of nodes that knows where each node stands, so that a label can be lowered.

Every node is in it at most once; a search never copies or searches the heap. The arrays are those
of `graph.Paper`, given one by one: a kernel that reaches through the tuple inside its loop counts
references there, which costs twice what the search does.
"""

from __future__ import annotations

from diandan.engine.assign.graph import HEAP
from diandan.engine.compiled import ONE, Ints, Longs, Whole, inlined, spot


@inlined
def pop(heap_key: Ints, heap_node: Ints, place: Ints, tally: Longs) -> Whole:
    """The node with the least label."""
    top = spot(heap_node[0])
    size = spot(tally[HEAP]) - ONE
    tally[HEAP] = size
    key = heap_key[size]
    node = spot(heap_node[size])
    at = spot(0)
    while True:
        below = at + at + ONE
        if below >= size:
            break
        if below + ONE < size and heap_key[below + ONE] < heap_key[below]:
            below += ONE
        if heap_key[below] >= key:
            break
        heap_key[at] = heap_key[below]
        heap_node[at] = heap_node[below]
        place[spot(heap_node[at])] = at
        at = below
    heap_key[at] = key
    heap_node[at] = node
    place[node] = at
    return top


@inlined
def push(
    heap_key: Ints,
    heap_node: Ints,
    place: Ints,
    tally: Longs,
    node: Whole,
    key: Whole,
    known: bool,
) -> None:
    """Put `node` into the heap, or lower its label if it is `known` to be there."""
    at = spot(tally[HEAP])
    if known:
        at = spot(place[node])
    else:
        tally[HEAP] = at + ONE
    while at > spot(0):
        above = (at - ONE) >> ONE
        if heap_key[above] <= key:
            break
        heap_key[at] = heap_key[above]
        heap_node[at] = heap_node[above]
        place[spot(heap_node[at])] = at
        at = above
    heap_key[at] = key
    heap_node[at] = node
    place[node] = at
