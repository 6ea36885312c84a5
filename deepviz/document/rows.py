"""In which row each node of a layered drawing stands: few edges cross, the longest way is straight, the rest beside it.

The order within layers is that of the middle of what a node is connected with, found by going through the layers
forwards and backwards. Then, in that order, nodes go where their connections are straight: above all those of the way
that is longer than all others beside it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from deepviz.document.graph import Edge, Graph

SWEEPS = 4
"""How often the layers are put in order, forwards and backwards in turn; more changes little."""

STRAIGHT = 1e6
"""How much more the straightness of the longest way counts than that of others."""

BY_PORT = 0.01
"""How much farther down a port is than the one above it when the order in a layer is found, in rows."""

Wish = tuple[float, float]
"""Where a node would stand, in rows, and how much that counts."""


def rows_of(graph: Graph, band: Sequence[Sequence[str]]) -> dict[str, float]:
    """How far down each node of some layers stands, in cards; the first one at 0."""
    rows = {each: float(number) for layer in band for number, each in enumerate(layer)}
    before = {each: [edge for edge in graph.inputs_of(each) if edge.source in rows] for each in rows}
    after = {each: [edge for edge in graph.outputs_of(each) if edge.target in rows] for each in rows}
    for sweep in range(SWEEPS):
        forwards = sweep % 2 == 0
        for layer in band if forwards else reversed(band):
            beside = {each: _rows_beside(each, rows, before if forwards else after, BY_PORT) for each in layer}
            wishes = {each: (_mean(found) if found else rows[each], 1.0) for each, found in beside.items()}
            rows |= _settled(sorted(layer, key=lambda each: (wishes[each][0], rows[each])), wishes)
    main = _main_edges(band, before, after)
    for layer in band:
        wishes = {each: _wish(each, rows, before, after, main) for each in layer}
        rows |= _settled(sorted(layer, key=lambda each: rows[each]), wishes)
    lowest = min(rows.values(), default=0.0)
    return {each: row - lowest for each, row in rows.items()}


def _main_edges(
    band: Sequence[Sequence[str]], before: Mapping[str, Sequence[Edge]], after: Mapping[str, Sequence[Edge]]
) -> set[Edge]:
    """The edges of the longest way through both their ends; none where two are equally long."""
    up: dict[str, int] = {}
    down: dict[str, int] = {}
    for layer in band:
        for each in layer:
            up[each] = max((up[edge.source] + 1 for edge in before[each] if edge.source in up), default=0)
    for layer in reversed(band):
        for each in layer:
            down[each] = max((down[edge.target] + 1 for edge in after[each] if edge.target in down), default=0)

    def is_longest(edge: Edge, beside: Sequence[Edge]) -> bool:
        own = up[edge.source] + down[edge.target]
        return all(up[other.source] + down[other.target] < own for other in beside if other != edge)

    return {
        edge
        for edges in after.values()
        for edge in edges
        if is_longest(edge, after[edge.source]) and is_longest(edge, before[edge.target])
    }


def _wish(
    node_id: str,
    rows: Mapping[str, float],
    before: Mapping[str, Sequence[Edge]],
    after: Mapping[str, Sequence[Edge]],
    main: set[Edge],
) -> Wish:
    """Level with what leads to it on the longest way; else in the middle of what leads to it, or of where it leads."""
    straight = next((edge for edge in before[node_id] if edge in main), None)
    if straight is not None:
        return rows[straight.source], STRAIGHT
    counts = STRAIGHT if not before[node_id] and any(edge in main for edge in after[node_id]) else 1.0
    found = _rows_beside(node_id, rows, before) or _rows_beside(node_id, rows, after)
    return (_mean(found) if found else rows[node_id]), counts


def _rows_beside(
    node_id: str, rows: Mapping[str, float], beside: Mapping[str, Sequence[Edge]], by_port: float = 0.0
) -> list[float]:
    """The rows of what a node is connected with on one side; ports farther down are so much farther down."""
    return [
        rows[edge.source] if edge.target == node_id else rows[edge.target] + by_port * edge.port
        for edge in beside[node_id]
    ]


def _settled(order: Sequence[str], wishes: Mapping[str, Wish]) -> dict[str, float]:
    """The rows of a layer's nodes in an order: where they want to be, but a card apart.

    Nodes that want the same place stand around it, unless the wish of one counts more.
    """
    # Neighbours that would overlap are joined to a block, which stands where its members want to be on average.
    blocks: list[tuple[list[str], float, float]] = []
    for each in order:
        blocks.append(([each], *wishes[each]))
        while len(blocks) > 1 and blocks[-2][1] + len(blocks[-2][0]) > blocks[-1][1] - 1e-9:
            (late, its_start, its_weight), (early, start, weight) = blocks.pop(), blocks.pop()
            whole = weight + its_weight
            middle = (start * weight + (its_start - len(early)) * its_weight) / whole
            blocks.append(([*early, *late], middle, whole))
    return {one: start + number for joined, start, _ in blocks for number, one in enumerate(joined)}


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)
