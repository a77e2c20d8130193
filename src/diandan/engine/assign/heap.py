"""A binary heap of nodes that knows where each node stands, so that a label can be lowered.

Every node is in it at most once; a search never copies or searches the heap.
"""

from __future__ import annotations

from diandan.engine.assign.graph import HEAP, Paper
from diandan.engine.compiled import Whole, inlined


@inlined
def rise(paper: Paper, at: Whole, key: Whole, node: Whole) -> None:
    """Put `node` at `at` or nearer the top."""
    while at > 0:
        above = (at - 1) >> 1
        if paper.heap_key[above] <= key:
            break
        paper.heap_key[at] = paper.heap_key[above]
        paper.heap_node[at] = paper.heap_node[above]
        paper.place[paper.heap_node[at]] = at
        at = above
    paper.heap_key[at] = key
    paper.heap_node[at] = node
    paper.place[node] = at


@inlined
def pop(paper: Paper) -> Whole:
    """The node with the least label."""
    top = paper.heap_node[0]
    size = paper.tally[HEAP] - 1
    paper.tally[HEAP] = size
    key = paper.heap_key[size]
    node = paper.heap_node[size]
    at = 0
    while True:
        below = 2 * at + 1
        if below >= size:
            break
        if below + 1 < size and paper.heap_key[below + 1] < paper.heap_key[below]:
            below += 1
        if paper.heap_key[below] >= key:
            break
        paper.heap_key[at] = paper.heap_key[below]
        paper.heap_node[at] = paper.heap_node[below]
        paper.place[paper.heap_node[at]] = at
        at = below
    paper.heap_key[at] = key
    paper.heap_node[at] = node
    paper.place[node] = at
    return top


@inlined
def label(paper: Paper, tick: Whole, node: Whole, dist: Whole, via: Whole, queue: bool) -> bool:
    """Give `node` the label `dist` if it is better than what this search gave it before."""
    known = paper.stamp[node] == tick
    if known and paper.dist[node] <= dist:
        return False
    paper.stamp[node] = tick
    paper.dist[node] = dist
    paper.via[node] = via
    if queue:
        at = paper.tally[HEAP]
        if known:
            at = paper.place[node]
        else:
            paper.tally[HEAP] = at + 1
        rise(paper, at, dist, node)
    return True
