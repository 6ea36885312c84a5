"""A row that has become longer than there is room for goes on in the row below, as it does when it is arranged.

Only what overflows moves: the rest of the network stays where somebody put it.
"""

from __future__ import annotations

from collections.abc import Iterable

from deepviz.document import edits
from deepviz.document.drawing import drawn
from deepviz.document.graph import Flow, Graph, Position
from deepviz.document.layout import across, along, beyond
from deepviz.document.project import Project
from deepviz.engine.layer import Layer
from deepviz.engine.loss import Loss


def append_wrapped(project: Project, layer: Layer | Loss, after: str | None, columns: int) -> Project:
    """Place a layer where the next one belongs, in rows of no more than `columns` cards.

    It does what `edits.append` does. If that makes a row longer than `columns`, and than any row was before, its last
    card goes to the start of the row below, where it pushes on what the chain goes on with. Only cards of the new one's
    own group move.

    Raises
    ------
    EditError
        If nothing can follow the node `after`.
    """
    made = edits.append(project, layer, after)
    (new_id,) = made.graph.by_id.keys() - project.graph.by_id.keys()
    drawing = drawn(made.graph, made.graph.node(new_id).group)
    cards = tuple(node for node in drawing.graph.nodes if node.id not in drawing.outside)
    if not any(card.id == new_id for card in cards):
        return made
    known = [card for card in cards if card.id in project.graph.by_id or card.id in project.graph.groups_by_id]
    before = drawn(project.graph, drawing.scope).graph.by_id
    places = [before[card.id].position for card in known if card.id in before]
    longest = max(columns, _longest(made.graph.flow, places))
    return edits.move(made, wrapped(Graph(cards, drawing.graph.edges, flow=made.graph.flow), new_id, longest))


def _longest(flow: Flow, places: Iterable[Position]) -> int:
    """How many cards would find room in the longest row there is."""
    rows: dict[int, list[float]] = {}
    for place in places:
        rows.setdefault(round(across(flow, place)), []).append(along(flow, place))
    return max((round(max(row) - min(row)) + 1 for row in rows.values()), default=0)


def wrapped(graph: Graph, node_id: str, columns: int) -> dict[str, Position]:
    """Where cards go so that the row of a node has no more than `columns` cards; empty if they stay.

    Parameters
    ----------
    graph
        The cards that are drawn beside each other, and what connects them.
    node_id
        A card that has just been placed in its row.
    columns
        How many cards a row may have, at least 1.
    """
    flow = graph.flow
    places = {node.id: (along(flow, node.position), across(flow, node.position)) for node in graph.nodes}
    moved: dict[str, Cell] = {}
    at = node_id
    left = min(x for x, _ in _row(places, places[at][1]).values())
    for _ in range(len(places)):  # each turn goes one row down
        row = _row(places, places[at][1])
        last = max(row, key=lambda each: row[each][0])
        if row[last][0] - left < columns - 0.5:
            break
        top = places[last][1] + 1.0
        below = {each: place for each, place in _row(places, top).items() if each != last}
        if below and not _goes_on(graph, last, below, left):
            top = max(y for _, y in places.values()) + 1.0
            below = {}
        shifts = _pushed(below, left)
        changes: dict[str, Cell] = {last: (left, top), **shifts}
        places |= changes
        moved |= changes
        at = last
    return {each: beyond(flow, (0.0, 0.0), *cell) for each, cell in moved.items()}


Cell = tuple[float, float]
"""How far along the flow, and in which row, in cards."""


def _row(places: dict[str, Cell], top: float) -> dict[str, Cell]:
    """The cards that stand beside each other at a height."""
    return {each: place for each, place in places.items() if abs(place[1] - top) < 0.5}


def _goes_on(graph: Graph, last: str, below: dict[str, Cell], left: float) -> bool:
    """Whether a row below is where the chain of a row goes on: its first card follows the last one."""
    first = min(below, key=lambda each: below[each][0])
    followers = {edge.target for edge in graph.outputs_of(last)}
    return first in followers and below[first][0] - left < 1.0


def _pushed(below: dict[str, Cell], left: float) -> dict[str, Cell]:
    """Where a row's cards go so that there is room at its start: no farther than needed."""
    found: dict[str, Cell] = {}
    free = left + 1.0
    for each, (x, y) in sorted(below.items(), key=lambda item: item[1][0]):
        if x >= free:
            break
        found[each] = (free, y)
        free += 1.0
    return found
