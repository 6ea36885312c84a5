"""What of a graph a canvas draws at the moment: which group is looked into, and everything told of the cards drawn.

The canvas itself knows only cards and connections between them; this is where groups, repetitions and attached
activations become cards, and where what is known of layers becomes what is known of cards.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from deepviz.document import ends
from deepviz.document.drawing import Drawing, drawn
from deepviz.document.drawn_report import drawn_report
from deepviz.document.graph import Edge, Graph
from deepviz.document.project import Project
from deepviz.document.repeats import unrolled
from deepviz.document.shapes import Report
from deepviz.gui.canvas.gradients import GradientPicture, together

EMPTY_REPORT = Report({}, {}, ())


class Folding:
    """A graph, what is known of it, and how it is drawn."""

    def __init__(self) -> None:
        self.scope = ""
        self.drawing = Drawing(Graph())
        self.report = EMPTY_REPORT
        self._graph, self._known = Graph(), EMPTY_REPORT
        self._runs: Mapping[str, Sequence[str]] = {}

    @property
    def graph(self) -> Graph:
        """The whole graph, as the document holds it."""
        return self._graph

    def show(self, graph: Graph, report: Report) -> None:
        """Draw a graph. A scope that is no longer there gives way to the one around it."""
        before, self._graph, self._known = self._graph, graph, report
        while self.scope and self.scope not in graph.groups_by_id:
            around = before.groups_by_id.get(self.scope)
            self.scope = around.parent if around is not None else ""
        self.drawing = drawn(graph, self.scope)
        self.report = drawn_report(report, self.drawing)
        self._runs = self._running()

    def look_into(self, group_id: str) -> None:
        """Draw what is in a group; with an empty id, the whole."""
        self.scope = group_id
        self.show(self._graph, self._known)

    def way(self) -> tuple[tuple[str, str], ...]:
        """Id and name of each group that is looked into, the outermost first."""
        groups = self._graph.groups_by_id
        return tuple((group_id, groups[group_id].name) for group_id in reversed(self._graph.way_up(self.scope)))

    def scope_of(self, node_id: str) -> str:
        """The group to look into to see a node or group on a card of its own."""
        # As far out as all groups in between are drawn open.
        way = self._graph.way_up(ends.group_around(self._graph, node_id))
        for number, group_id in enumerate(way):
            if self._graph.groups_by_id[group_id].collapsed or group_id == self.scope:
                return way[number]
        return ""

    def cards_of(self, node_ids: Sequence[str]) -> tuple[str, ...]:
        """The cards that show some nodes or groups, as far as there are any."""
        found = (self.drawing.card_of(node_id) for node_id in node_ids)
        return tuple(dict.fromkeys(card for card in found if card is not None))

    def picture(self, picture: GradientPicture) -> GradientPicture:
        """Gradients told of cards.

        The norm of a card is that of the gradient with respect to the parameters of all that it stands for, in all
        repetitions: the root of the sum of squares. What is NaN was not computed, because it is frozen, and does not
        count; a group in which all is frozen has no norm. A connection that stands for several has that of all of them
        together, if all are known.
        """
        if self.drawing.graph is self._graph and not self._graph.groups:
            return picture
        nodes: dict[str, float | None] = {}
        history: dict[str, np.ndarray] = {}
        for card, runs in self._runs.items():
            norms = [picture.nodes[run] for run in runs if run in picture.nodes]
            computed = [norm for norm in norms if norm is not None and norm == norm]
            if computed and None not in norms:
                nodes[card] = float(np.sqrt(np.sum(np.square(computed))))
            elif norms and card not in self._graph.groups_by_id:
                nodes[card] = norms[0]
            courses = [picture.history[run] for run in runs if run in picture.history]
            if card in self._graph.groups_by_id:
                courses = [course for course in courses if not np.isnan(course).all()]
            if courses:
                history[card] = courses[0] if len(courses) == 1 else _all_of(np.stack(courses))
        edges: dict[Edge, float | None] = {}
        counts: dict[Edge, int] = {}
        for drawn_edge, real in self.drawing.real.items():
            known = [norm for norm in map(picture.edges.get, real) if norm is not None]
            if real and len(known) == len(real):
                edges[drawn_edge] = known[0] if len(known) == 1 else together(known)
            count = sum(picture.counts.get(each, 1) for each in real)
            if count > 1:
                counts[drawn_edge] = count
        flows: dict[str, np.ndarray] = {}
        for card, runs in self._runs.items():
            is_layer = len(self.drawing.members[card]) == 1 and card not in self._graph.groups_by_id
            if is_layer and all(run in picture.flows for run in runs):
                courses = [picture.flows[run] for run in runs]
                flows[card] = courses[0] if len(courses) == 1 else np.sqrt(np.sum(np.square(courses), axis=0))
        return replace(picture, nodes=nodes, edges=edges, history=history, flows=flows, counts=counts)

    def inside(self, edit: Callable[[Project], Project]) -> Callable[[Project], Project]:
        """An edit whose new layers and comments lie in what is looked into, and that moves nothing outside of it."""
        scope, outside = self.scope, self.drawing.outside
        if not scope:
            return edit

        def edit_inside(project: Project) -> Project:
            after = edit(project)
            return replace(after, graph=new_nodes_inside(project.graph, after.graph, scope, outside))

        return edit_inside

    def _running(self) -> dict[str, list[str]]:
        """For each card the nodes of the network that runs which it stands for."""
        origin = unrolled(self._graph).origin
        runs: dict[str, list[str]] = {}
        for run, node_id in origin.items():
            runs.setdefault(node_id, []).append(run)
        return {
            card: [run for node_id in members for run in runs[node_id]]
            for card, members in self.drawing.members.items()
        }


def _all_of(courses: np.ndarray) -> np.ndarray:
    """The norm of several gradients over time, shape (n,), of theirs, (gradients, n); NaN where none was computed."""
    norms: np.ndarray = np.sqrt(np.nansum(np.square(courses), axis=0))
    norms[np.isnan(courses).all(axis=0)] = np.nan
    return norms


def new_nodes_inside(before: Graph, after: Graph, scope: str, outside: frozenset[str]) -> Graph:
    """A graph in which what an edit added lies in a scope, and what lies outside of it has not moved.

    Nodes that the edit itself has put into a group stay there.
    """
    if scope not in after.groups_by_id:  # the edit has emptied it
        return after
    pinned = {each for card in outside if card in before.by_id for each in ends.members(before, card)}
    nodes = tuple(
        replace(node, group=scope)
        if node.id not in before.by_id and not node.group
        else replace(node, position=before.node(node.id).position)
        if node.id in pinned
        else node
        for node in after.nodes
    )
    comments = {comment.id for comment in before.comments}
    return replace(
        after,
        nodes=nodes,
        comments=tuple(
            replace(comment, group=scope) if comment.id not in comments and not comment.group else comment
            for comment in after.comments
        ),
    )
