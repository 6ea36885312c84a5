"""Where a new layer goes, and what it is connected to there, decided from positions alone.

On an edge it is inserted, beside a card whose port is free it is connected, anywhere else it is just placed. Where
there is too little room, the rest of the row is pushed to the right.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial

from deepviz.document import edits
from deepviz.document.graph import Edge, Graph, Position
from deepviz.document.layout import CARD_PITCH
from deepviz.document.project import Project
from deepviz.engine.layer import Layer
from deepviz.engine.loss import Loss
from deepviz.gui.canvas.connecting import add_connected
from deepviz.gui.canvas.geometry import HEIGHT, WIDTH, Box, Point, card_box, snapped
from deepviz.gui.canvas.hit_test import Places, edge_at, input_right_of, node_at, output_left_of
from deepviz.gui.canvas.route import Route

BESIDE = 60.0
"""How far beside a card, in scene units, a layer is still connected to it."""

ROOM = 20.0
"""The least room around a new card, in scene units."""


@dataclass(frozen=True)
class Placement:
    """What placing a layer would do.

    Attributes
    ----------
    position
        Top left corner of the new card.
    edge
        The edge it would be inserted on, if any.
    before, after
        The nodes it would be connected to, if any.
    appends
        Whether it comes right behind `before`, taking over what that leads to.
    moved
        Nodes that would make room, and where they would go.
    """

    position: Point
    edge: Edge | None = None
    before: str | None = None
    after: str | None = None
    appends: bool = False
    moved: Mapping[str, Point] = field(default_factory=dict)

    def request(self, layer: Layer | Loss) -> tuple[str, Callable[[Project], Project]]:
        """The edit that places a layer so, and its name."""
        add: Callable[[Project], Project]
        if self.edge is not None:
            label = f"Insert {layer.label} before {self.edge.target}"
            add = partial(edits.insert_on_edge, layer=layer, edge=self.edge, position=self.position)
        elif self.appends and self.before is not None:
            label = f"Add {layer.label} after {self.before}"
            add = partial(edits.append_after, layer=layer, node_id=self.before)
        else:
            label = f"Add {layer.label}"
            add = partial(add_connected, layer=layer, position=self.position, before=self.before, after=self.after)
        return label, partial(add_in_place, add=add, position=self.position, moved=self.moved)


def add_in_place(
    project: Project, add: Callable[[Project], Project], position: Position, moved: Mapping[str, Position]
) -> Project:
    """Make an edit that adds a node, and have it where it was shown: all other nodes stay, but for those in `moved`."""
    made = add(project)
    places = {node.id: node.position for node in project.graph.nodes}
    return edits.move(made, {**places, **moved, made.graph.nodes[-1].id: position})


def placement(
    graph: Graph, places: Places, routes: Mapping[Edge, Route], layer: Layer | Loss, point: Point, edge_reach: float
) -> Placement:
    """What dropping a layer at a point means.

    Parameters
    ----------
    point
        Where the pointer is; the card is centred there.
    edge_reach
        How near to an edge, in scene units, the point has to be for the layer to be inserted on it.
    """
    has_input, has_output = sides(layer)
    card = node_at(places, point)
    if card is not None and has_input:
        return appended(places, card)
    position = snapped((point.x - WIDTH / 2, point.y - HEIGHT / 2))
    edge = edge_at(routes, point, edge_reach) if has_input and has_output and card is None else None
    if edge is not None:
        return inserted(places, edge, position)
    box = card_box(position)
    before = output_left_of(graph, places, box, BESIDE) if has_input else None
    if before is None and has_input:
        # The pointer itself may be close, though the card around it would lie on its neighbour.
        at_pointer = Box(point.x, point.y - HEIGHT / 2, point.x, point.y + HEIGHT / 2)
        before = output_left_of(graph, places, at_pointer, BESIDE)
    after = input_right_of(graph, places, box, BESIDE) if has_output else None
    if before is not None and _is_crowded(places, position):
        beside = _beside(places, before, 1)
        return Placement(beside, before=before, moved=_pushed(places, beside))
    if after is not None and _is_crowded(places, position):
        position = _beside(places, after, -1)
    return Placement(position, before=before, after=None if after == before else after)


def appended(places: Places, node_id: str) -> Placement:
    """Right behind a node, before whatever it leads to."""
    position = _beside(places, node_id, 1)
    return Placement(position, before=node_id, appends=True, moved=_pushed(places, position))


def inserted(places: Places, edge: Edge, wanted: Point | None = None) -> Placement:
    """On an edge: where it is wanted if there is room, otherwise next to the nearer of its two nodes."""
    if wanted is not None and not _is_crowded(places, wanted):
        return Placement(wanted, edge=edge)
    source, target = Point(*places[edge.source]), Point(*places[edge.target])
    to_source = abs(wanted.x - source.x - WIDTH) if wanted is not None else 0.0
    to_target = abs(wanted.x + WIDTH - target.x) if wanted is not None else 1.0
    in_one_row = abs(source.y - target.y) < HEIGHT and target.x > source.x
    position = _beside(places, edge.source, 1) if in_one_row or to_source <= to_target else target
    return Placement(position, edge=edge, moved=_pushed(places, position))


def sides(layer: Layer | Loss) -> tuple[bool, bool]:
    """Whether a layer has an input, and whether it has an output."""
    if isinstance(layer, Loss):
        return True, False
    return layer.maximum_inputs != 0, True


def _beside(places: Places, node_id: str, side: int) -> Point:
    """The next place to the right (side 1) or left (side -1) of a card."""
    x, y = places[node_id]
    return Point(x + side * CARD_PITCH[0], y)


def _pushed(places: Places, position: Point) -> dict[str, Point]:
    """Where the cards of a row go so that there is room for one at `position`."""
    row = {
        node_id: Point(*place)
        for node_id, place in places.items()
        if abs(place[1] - position.y) < HEIGHT and place[0] > position.x - CARD_PITCH[0] / 2
    }
    shift = position.x + CARD_PITCH[0] - min((place.x for place in row.values()), default=float("inf"))
    return {node_id: Point(place.x + shift, place.y) for node_id, place in row.items()} if shift > 0 else {}


def _is_crowded(places: Places, position: Point) -> bool:
    box = Box(position.x - ROOM, position.y - ROOM, position.x + WIDTH + ROOM, position.y + HEIGHT + ROOM)
    return any(card_box(place).meets(box) for place in places.values())
