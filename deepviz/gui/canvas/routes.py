"""The ways of a graph's edges, from the places of its cards. Only those are found anew that a change could concern."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from deepviz.document.graph import Edge, Graph
from deepviz.gui.canvas.axes import Axes
from deepviz.gui.canvas.courses import Course, course, levels
from deepviz.gui.canvas.geometry import Box, Point, Port, card_box, input_port_count, port_offset
from deepviz.gui.canvas.hit_test import Places
from deepviz.gui.canvas.obstacles import Obstacles
from deepviz.gui.canvas.route import Route, route

MANY = 40
"""If more cards than this have changed, it is quicker to look at all edges at once."""

_Card = tuple[float, float, int]


def edge_routes(graph: Graph, places: Places, edges: Iterable[Edge]) -> dict[Edge, Route]:
    """Where some edges of a graph run when its cards are at these places."""
    router = Router()
    router.lay(graph, places)
    return {edge: router.routes[edge] for edge in edges}


class Router:
    """Knows where every edge runs, and which of them have to run elsewhere after a change.

    Ways are looked for as if data flowed to the right, and then turned to where it flows.

    Attributes
    ----------
    routes
        The way of each edge.
    """

    def __init__(self) -> None:
        self.routes: dict[Edge, Route] = {}
        self._graph = Graph()
        self._axes = Axes.of(self._graph.flow)
        self._cards: dict[str, _Card] = {}
        self._obstacles = Obstacles()
        self._courses: dict[Edge, Course] = {}
        self._levels: dict[Edge, float] = {}
        self._passed: dict[str, _Card] = {}
        """Cards that were moved for show, and where they were: other edges did not make way for them."""

    def lay(self, graph: Graph, places: Places) -> set[Edge]:
        """Find the way of every edge of a graph. Returns those that run elsewhere than before, or are new."""
        if graph.flow != self._graph.flow:
            self._turn(graph)
        cards = {node.id: (*places[node.id], input_port_count(graph, node)) for node in graph.nodes}
        changed = {node_id for node_id, card in cards.items() if self._cards.get(node_id) != card}
        gone = self._cards.keys() - cards.keys()
        before = {node_id: self._cards[node_id] for node_id in (*changed, *gone) if node_id in self._cards}
        before |= self._passed
        self._passed = {}
        for node_id in gone:
            self._obstacles.remove(node_id)
        self._graph, self._cards = graph, cards
        self._put(changed)
        for edge in self._courses.keys() - set(graph.edges):
            del self._courses[edge]
            del self.routes[edge]
        moved = {node_id for node_id in changed | before.keys() if before.get(node_id) != cards.get(node_id)}
        boxes = [self._box_of(known[node_id]) for known in (before, cards) for node_id in moved if node_id in known]
        concerned = self._concerned(changed | before.keys(), boxes)
        return self._find(concerned)

    def follow(self, places: Mapping[str, Point]) -> set[Edge]:
        """Let the edges of some cards follow them to these places. Returns those that run elsewhere than before."""
        for node_id, place in places.items():
            before = self._cards[node_id]
            self._passed.setdefault(node_id, before)
            self._cards[node_id] = (*place, before[2])
        self._put(places.keys())
        ends = (self._graph.inputs_of, self._graph.outputs_of)
        return self._find({edge for node_id in places for side in ends for edge in side(node_id)})

    def _turn(self, graph: Graph) -> None:
        """Forget all ways: data flows in another direction from now on."""
        self._axes = Axes.of(graph.flow)
        self._obstacles = Obstacles(self._axes.breadth)
        for known in (self.routes, self._cards, self._courses, self._levels, self._passed):
            known.clear()

    def _put(self, node_ids: Iterable[str]) -> None:
        for node_id in node_ids:
            self._obstacles.put(node_id, self._box_of(self._cards[node_id]))

    def _box_of(self, card: _Card) -> Box:
        return self._axes.turned_box(card_box(card[:2]))

    def _concerned(self, node_ids: Collection[str], boxes: Collection[Box]) -> Collection[Edge]:
        """The edges of some cards, those that are new, and those that pass by where cards came or went."""
        if len(boxes) > MANY:
            return self._graph.edges
        found = {edge for edge in self._graph.edges if edge not in self._courses}
        for node_id in node_ids:
            found.update(self._graph.inputs_of(node_id), self._graph.outputs_of(node_id))
        for edge, known in self._courses.items():
            zone = known.zone
            if zone is not None and any(box.meets(zone) for box in boxes):
                found.add(edge)
        return found

    def _find(self, edges: Collection[Edge]) -> set[Edge]:
        """Find the ways of these edges, and give all detours their lanes."""
        changed = set()
        for edge in edges:
            found = course(edge, *self._ends_of(edge), self._obstacles, self._lean_of(edge))
            if found != self._courses.get(edge):
                self._courses[edge] = found
                changed.add(edge)
        given = levels(self._courses) if edges else self._levels
        changed |= {edge for edge, level in given.items() if self._levels.get(edge) != level}
        self._levels = given
        elsewhere = set()
        for edge in changed:
            known = self._courses[edge]
            way = self._axes.turned_route(route(known.start, known.end, given.get(edge)))
            if way != self.routes.get(edge):
                self.routes[edge] = way
                elsewhere.add(edge)
        return elsewhere

    def _lean_of(self, edge: Edge) -> int:
        """Whether an edge arrives below the middle of all that arrive there (1), above it (-1), or there (0)."""
        ports = [other.port for other in self._graph.inputs_of(edge.target)]
        aside = 2 * edge.port - min(ports) - max(ports)
        return (aside > 0) - (aside < 0)

    def _ends_of(self, edge: Edge) -> tuple[Point, Point]:
        flow, turned = self._graph.flow, self._axes.turned
        left, top, _ = self._cards[edge.source]
        out = port_offset(Port(edge.source, True), 0, flow)
        target_left, target_top, count = self._cards[edge.target]
        into = port_offset(Port(edge.target, False, edge.port), count, flow)
        return turned((left + out.x, top + out.y)), turned((target_left + into.x, target_top + into.y))
