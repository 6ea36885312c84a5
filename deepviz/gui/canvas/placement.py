"""Where a new layer goes, and what it is connected to there, decided from positions alone.

On an edge it is inserted, on a card it comes behind that or takes its place, beside a card whose port is free it is
connected, anywhere else it is just placed. Where there is too little room, the row is pushed along the flow.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial

from deepviz.document import edits
from deepviz.document.graph import Edge, Flow, Graph, Position
from deepviz.document.layout import beyond
from deepviz.document.project import Project
from deepviz.document.replacement import can_replace, replaced_layer
from deepviz.engine.layer import Layer
from deepviz.engine.loss import Loss
from deepviz.gui.canvas.axes import Axes
from deepviz.gui.canvas.connecting import add_connected
from deepviz.gui.canvas.geometry import HEIGHT, WIDTH, Box, Point, card_box, snapped
from deepviz.gui.canvas.hit_test import Places, edge_at, input_behind, node_at, output_before
from deepviz.gui.canvas.route import Route
from deepviz.gui.canvas.words import ends_of, name_of

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
    replaced, instead
        The node whose place it would take, and the layer with what it takes over of that one's hyperparameters.
    could_replace
        Whether it could take the place of `before` instead of coming behind it.
    """

    position: Point
    edge: Edge | None = None
    before: str | None = None
    after: str | None = None
    appends: bool = False
    moved: Mapping[str, Point] = field(default_factory=dict)
    replaced: str | None = None
    instead: Layer | Loss | None = None
    could_replace: bool = False

    def request(self, layer: Layer | Loss, graph: Graph) -> tuple[str, Callable[[Project], Project]]:
        """The edit that places a layer so in the graph that was looked at, and its name."""
        add: Callable[[Project], Project]
        if self.replaced is not None and self.instead is not None:
            label = f"Replace {self.replaced} with {layer.label}"
            return label, partial(edits.set_layer, node_id=self.replaced, layer=self.instead)
        if self.edge is not None:
            label = f"Insert {layer.label} before {name_of(graph, self.edge.target)}"
            add = partial(edits.insert_on_edge, layer=layer, edge=self.edge, position=self.position)
        elif self.appends and self.before is not None:
            label = f"Add {layer.label} after {name_of(graph, self.before)}"
            add = partial(edits.append_after, layer=layer, node_id=self.before)
        else:
            label = f"Add {layer.label}"
            add = partial(add_connected, layer=layer, position=self.position, before=self.before, after=self.after)
        return label, partial(add_in_place, add=add, position=self.position, moved=self.moved)

    def words(self, graph: Graph) -> str:
        """What would happen, for whoever is dragging; empty for a layer that is only placed."""
        if self.replaced is not None:
            return f"Replace {self.replaced}, its connections stay"
        if self.edge is not None:
            return "Insert between " + " and ".join(ends_of(graph, self.edge))
        if self.appends and self.before is not None:
            instead = f" · Shift replaces {self.before}" if self.could_replace else ""
            return f"Add after {name_of(graph, self.before)}{instead}"
        ends = [name_of(graph, end) for end in (self.before, self.after) if end is not None]
        return f"Connect to {' and '.join(ends)}" if ends else ""


def add_in_place(
    project: Project, add: Callable[[Project], Project], position: Position, moved: Mapping[str, Position]
) -> Project:
    """Make an edit that adds a node, and have it where it was shown: all other nodes stay, but for those in `moved`."""
    made = add(project)
    places = {node.id: node.position for node in project.graph.nodes}
    return edits.move(made, {**places, **moved, made.graph.nodes[-1].id: position})


def placement(
    graph: Graph,
    places: Places,
    routes: Mapping[Edge, Route],
    layer: Layer | Loss,
    point: Point,
    edge_reach: float,
    replaces: bool = False,
) -> Placement:
    """What dropping a layer at a point means.

    Parameters
    ----------
    point
        Where the pointer is; the card is centred there.
    edge_reach
        How near to an edge, in scene units, the point has to be for the layer to be inserted on it.
    replaces
        Whether on a card it takes the place of that rather than coming behind it. A loss does so on a loss anyway.
    """
    has_input, has_output = sides(layer)
    card = node_at(places, point)
    could_replace = card is not None and can_replace(graph, card, type(layer))
    if card is not None and could_replace and (replaces or (graph.node(card).is_loss and isinstance(layer, Loss))):
        instead = replaced_layer(graph.node(card).layer, layer.key)
        return Placement(Point(*places[card]), replaced=card, instead=instead)
    if card is not None and has_input:
        return replace(appended(places, card, graph.flow), could_replace=could_replace)
    position = snapped((point.x - WIDTH / 2, point.y - HEIGHT / 2))
    edge = edge_at(routes, point, edge_reach) if has_input and has_output and card is None else None
    if edge is not None:
        return inserted(places, edge, position, graph.flow)
    box, axes = card_box(position), Axes.of(graph.flow)
    before = output_before(graph, places, box, BESIDE) if has_input else None
    if before is None and has_input:
        # The pointer itself may be close, though the card around it would lie on its neighbour.
        at = axes.turned(point)
        at_pointer = axes.turned_box(Box(at.x, at.y - axes.breadth / 2, at.x, at.y + axes.breadth / 2))
        before = output_before(graph, places, at_pointer, BESIDE)
    after = input_behind(graph, places, box, BESIDE) if has_output else None
    if before is not None and _is_crowded(places, position):
        beside = _beside(places, before, 1, graph.flow)
        return Placement(beside, before=before, moved=_pushed(places, beside, graph.flow))
    if after is not None and _is_crowded(places, position):
        position = _beside(places, after, -1, graph.flow)
    return Placement(position, before=before, after=None if after == before else after)


def appended(places: Places, node_id: str, flow: Flow = "right") -> Placement:
    """Right behind a node, before whatever it leads to."""
    position = _beside(places, node_id, 1, flow)
    return Placement(position, before=node_id, appends=True, moved=_pushed(places, position, flow))


def inserted(places: Places, edge: Edge, wanted: Point | None = None, flow: Flow = "right") -> Placement:
    """On an edge: where it is wanted if there is room, otherwise next to the nearer of its two nodes."""
    if wanted is not None and not _is_crowded(places, wanted):
        return Placement(wanted, edge=edge)
    axes = Axes.of(flow)
    source, target = axes.turned(places[edge.source]), axes.turned(places[edge.target])
    at = axes.turned(wanted) if wanted is not None else None
    to_source = abs(at.x - source.x - axes.length) if at is not None else 0.0
    to_target = abs(at.x + axes.length - target.x) if at is not None else 1.0
    in_one_row = abs(source.y - target.y) < axes.breadth and target.x > source.x
    is_behind = in_one_row or to_source <= to_target
    position = _beside(places, edge.source, 1, flow) if is_behind else Point(*places[edge.target])
    return Placement(position, edge=edge, moved=_pushed(places, position, flow))


def closed_up(places: Places, gap: Point, edge: Edge, flow: Flow = "right") -> dict[str, Point]:
    """Where cards are once the rest of a row has moved up into a gap that a card left in it.

    They do so only when that card goes to another place of the same row, on an edge of it: then nothing is left behind,
    and what is beyond both places stays where it is.
    """
    axes = Axes.of(flow)
    found = {node_id: axes.turned(place) for node_id, place in places.items()}
    gap = axes.turned(gap)
    in_row = {node_id for node_id, place in found.items() if abs(place.y - gap.y) < axes.breadth}
    if {edge.source, edge.target} <= in_row:
        after = {node_id: found[node_id] for node_id in in_row if found[node_id].x > gap.x}
        shift = min((place.x for place in after.values()), default=gap.x) - gap.x
        if 0 < shift <= axes.pitch:
            found |= {node_id: Point(place.x - shift, place.y) for node_id, place in after.items()}
    return {node_id: axes.turned(place) for node_id, place in found.items()}


def sides(layer: Layer | Loss) -> tuple[bool, bool]:
    """Whether a layer has an input, and whether it has an output."""
    if isinstance(layer, Loss):
        return True, False
    return layer.maximum_inputs != 0, True


def _beside(places: Places, node_id: str, side: int, flow: Flow) -> Point:
    """The next place behind (side 1) or before (side -1) a card."""
    return Point(*beyond(flow, (places[node_id][0], places[node_id][1]), side))


def _pushed(places: Places, position: Point, flow: Flow) -> dict[str, Point]:
    """Where the cards of a row (of a column, if data flows down) go so that there is room for one at `position`."""
    axes = Axes.of(flow)
    at = axes.turned(position)
    turned = {node_id: axes.turned(place) for node_id, place in places.items()}
    row = {
        node_id: place
        for node_id, place in turned.items()
        if abs(place.y - at.y) < axes.breadth and place.x > at.x - axes.pitch / 2
    }
    shift = at.x + axes.pitch - min((place.x for place in row.values()), default=float("inf"))
    if shift <= 0:
        return {}
    return {node_id: axes.turned(Point(place.x + shift, place.y)) for node_id, place in row.items()}


def _is_crowded(places: Places, position: Point) -> bool:
    box = Box(position.x - ROOM, position.y - ROOM, position.x + WIDTH + ROOM, position.y + HEIGHT + ROOM)
    return any(card_box(place).meets(box) for place in places.values())
