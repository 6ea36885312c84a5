"""Where cards go when they are put in order: in layers along the flow of data, with few crossings.

After Sugiyama, Tagawa & Toda (1981): every edge leads to a later layer; within a layer, cards stand in the order of the
middle of what they are connected with. A long network wraps: its layers go on in the next row.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from deepviz.document.graph import Flow, Graph, Position

CARD_SIZE = (170.0, 92.0)
CARD_PITCH = (216.0, 144.0)
"""From the left (top) of one card to the left (top) of the next, in scene units."""

GRID = 8.0
SWEEPS = 4
"""How often the layers are put in order, forwards and backwards in turn; more changes little."""


def beyond(flow: Flow, place: Position, steps: float = 1.0, rows: float = 0.0) -> Position:
    """A place so many cards along the flow from another one, and so many rows aside."""
    x, y = place
    along, across = (rows, steps) if flow == "down" else (steps, rows)
    return x + along * CARD_PITCH[0], y + across * CARD_PITCH[1]


def along(flow: Flow, place: Position) -> float:
    """How far along the flow a place is, in cards."""
    return place[1] / CARD_PITCH[1] if flow == "down" else place[0] / CARD_PITCH[0]


def across(flow: Flow, place: Position) -> float:
    """How far aside of the flow a place is, in cards: in which row it is."""
    return place[0] / CARD_PITCH[0] if flow == "down" else place[1] / CARD_PITCH[1]


def arranged(graph: Graph, columns: int) -> dict[str, Position]:
    """A position for every node, along the flow of the graph.

    Parameters
    ----------
    graph
        What to put in order. A node's layer is the length of the longest way to it from a node without inputs; nodes
        on a cycle come last, and those without connections below all others.
    columns
        How many layers there are one behind the other before they wrap.
    """
    layers = _layers(graph)
    loose = [node.id for node in graph.nodes if not graph.inputs_of(node.id) and not graph.outputs_of(node.id)]
    left_out = set(loose)
    layers = [[each for each in layer if each not in left_out] for layer in layers]
    layers = [layer for layer in layers if layer]
    places: dict[str, tuple[float, float]] = {}
    top = 0.0
    for start in range(0, len(layers), columns):
        band = layers[start : start + columns]
        rows = _rows(graph, band)
        lowest = min(rows.values())
        for number, layer in enumerate(band):
            for each in layer:
                places[each] = (number, top + rows[each] - lowest)
        top = max(places[each][1] for layer in band for each in layer) + 1
    for number, each in enumerate(loose):
        row, column = divmod(number, columns)
        places[each] = (column, top + row)
    found = {each: beyond(graph.flow, (0.0, 0.0), step, row) for each, (step, row) in places.items()}
    return {each: (round(x / GRID) * GRID, round(y / GRID) * GRID) for each, (x, y) in found.items()}


def _layers(graph: Graph) -> list[list[str]]:
    order, cyclic = graph.in_order()
    step: dict[str, int] = {}
    for node_id in order:
        step[node_id] = max((step[edge.source] + 1 for edge in graph.inputs_of(node_id)), default=0)
    for node_id in cyclic:
        step[node_id] = max(step.values(), default=-1) + 1
    found: dict[int, list[str]] = {}
    for node_id, number in step.items():
        found.setdefault(number, []).append(node_id)
    return [found[number] for number in sorted(found)]


def _rows(graph: Graph, band: Sequence[Sequence[str]]) -> dict[str, float]:
    """How far down each node of some layers stands, in cards: near the middle of what it is connected with."""
    rows = {each: float(number) for layer in band for number, each in enumerate(layer)}
    before = {each: [edge.source for edge in graph.inputs_of(each) if edge.source in rows] for each in rows}
    after = {each: [edge.target for edge in graph.outputs_of(each) if edge.target in rows] for each in rows}
    for sweep in range(SWEEPS):
        forwards = sweep % 2 == 0
        for layer in band if forwards else reversed(band):
            rows |= _settled(layer, rows, before if forwards else after)
    for layer in band:  # once more, so that a chain is straight
        rows |= _settled(layer, rows, before)
    return rows


def _settled(layer: Sequence[str], rows: Mapping[str, float], beside: Mapping[str, Sequence[str]]) -> dict[str, float]:
    """The rows of a layer's nodes: where they want to be, but a card apart, in the order of their wishes.

    Nodes that want the same place stand around it.
    """
    wishes = {each: _mean(rows[other] for other in beside[each]) if beside[each] else rows[each] for each in layer}
    order = sorted(layer, key=lambda each: (wishes[each], rows[each]))
    # Neighbours that would overlap are joined to a block, which stands where its members want to be on average.
    blocks: list[tuple[list[str], float]] = []
    for each in order:
        blocks.append(([each], wishes[each]))
        while len(blocks) > 1 and _end(blocks[-2]) > blocks[-1][1] - 1e-9:
            late, early = blocks.pop(), blocks.pop()
            joined = [*early[0], *late[0]]
            blocks.append((joined, _mean(wishes[one] - number for number, one in enumerate(joined))))
    return {one: start + number for joined, start in blocks for number, one in enumerate(joined)}


def _end(block: tuple[list[str], float]) -> float:
    return block[1] + len(block[0])


def _mean(values: Iterable[float]) -> float:
    found = list(values)
    return sum(found) / len(found)
