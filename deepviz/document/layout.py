"""Where cards go when they are put in order: in layers along the flow of data, with few crossings.

After Sugiyama, Tagawa & Toda (1981): every edge leads to a later layer (`layering`); within a layer, cards stand in the
order of the middle of what they are connected with (`rows`). A long network wraps: its layers go on in the next row.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate

from deepviz.document.graph import Flow, Graph, Position
from deepviz.document.layering import bands_of, crossing_of, layers_of
from deepviz.document.rows import rows_of

CARD_SIZE = (170.0, 92.0)
CARD_PITCH = (216.0, 144.0)
"""From the left (top) of one card to the left (top) of the next, in scene units."""

GRID = 8.0
LANES = 4
"""How many edges that pass cards by find room in the gap between two rows; for more the next row stands farther off."""

LANE_ROOM = 1 / 16
"""How much farther for each of them, in cards."""

WHOLE = 0.4
"""How much smaller a network may be seen so that no more than one edge is cut where it wraps, as a part of its size."""

LONELY = 0.9
"""The same so that the last layer does not stand in a row of its own, as a factor."""

TRIED = 40
"""How many columns more than the fewest are tried when a network is to find room in an area."""


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
        What to put in order. Nodes without connections come below all others.
    columns
        How many layers there are at most one behind the other before they wrap.
    """
    loose = [node.id for node in graph.nodes if not graph.inputs_of(node.id) and not graph.outputs_of(node.id)]
    return _placed(graph, bands_of(graph, _connected_layers(graph, loose), columns), loose, columns)


def arranged_within(graph: Graph, columns: int, room: tuple[float, float]) -> dict[str, Position]:
    """A position for every node, such that all are seen as large as can be in an area, and few edges are cut.

    Parameters
    ----------
    columns
        How many layers one behind the other are enough if everything finds room so.
    room
        Width and height of the area, in scene units.
    """
    loose = [node.id for node in graph.nodes if not graph.inputs_of(node.id) and not graph.outputs_of(node.id)]
    layers = _connected_layers(graph, loose)
    crossing = crossing_of(graph, layers)
    best, highest = arranged(graph, columns), 0.0
    for number in range(columns, min(max(columns, len(layers)), columns + TRIED) + 1):
        bands = bands_of(graph, layers, number)
        places = _placed(graph, bands, loose, number)
        along_room, scale = _scales(graph.flow, list(places.values()), room)
        if along_room < highest:
            break  # longer bands will be seen smaller still
        cuts = list(accumulate(len(band) for band in bands))[:-1]
        needless = sum(max(0, crossing[cut] - 1) for cut in cuts) / max(1, len(cuts))
        score = scale * (1.0 - WHOLE * min(1.0, needless)) * (LONELY if len(bands) > 1 == len(bands[-1]) else 1.0)
        if score > highest * 1.001:
            best, highest = places, score
    return best


def _scales(flow: Flow, places: Sequence[Position], room: tuple[float, float]) -> tuple[float, float]:
    """How large everything is seen where only the room along the flow counts, and in all; 1 for its true size."""
    scales = []
    for axis in (0, 1):
        ends = [place[axis] for place in places] or [0.0]
        scales.append(min(1.0, room[axis] / (max(ends) - min(ends) + CARD_PITCH[axis])))
    return scales[1 if flow == "down" else 0], min(scales)


def _connected_layers(graph: Graph, loose: Sequence[str]) -> list[list[str]]:
    """The layers without nodes that are connected with nothing."""
    left_out = set(loose)
    layers = [[each for each in layer if each not in left_out] for layer in layers_of(graph)]
    return [layer for layer in layers if layer]


def _placed(
    graph: Graph, bands: Sequence[Sequence[Sequence[str]]], loose: Sequence[str], columns: int
) -> dict[str, Position]:
    """Where each node stands when these bands are one below the other."""
    cells: dict[str, tuple[float, float]] = {}
    top = 0.0
    for band in bands:
        rows = rows_of(graph, band)
        for number, layer in enumerate(band):
            for each in layer:
                cells[each] = (number, top + rows[each])
        top += max(rows.values()) + 1.0 + LANE_ROOM * max(0, _passing(graph, band) - LANES)
    for number, each in enumerate(loose):
        row, column = divmod(number, columns)
        cells[each] = (column, top + row)
    found = {each: beyond(graph.flow, (0.0, 0.0), *cell) for each, cell in cells.items()}
    return {each: (round(x / GRID) * GRID, round(y / GRID) * GRID) for each, (x, y) in found.items()}


def _passing(graph: Graph, band: Sequence[Sequence[str]]) -> int:
    """How many edges of a band pass by the same layer at most, where they are not drawn through it."""
    step = {each: number for number, layer in enumerate(band) for each in layer}
    passing = [0] * (len(band) + 1)
    for each, first in step.items():
        for edge in graph.outputs_of(each):
            for number in range(first + 1, step.get(edge.target, len(band))):
                passing[number] += 1
    return max(passing)
