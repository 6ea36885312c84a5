"""The scene: shows a graph by reconciling its items with it, node by node and edge by edge.

`CanvasScene.show_graph` is the only code that creates or removes items of nodes and edges. Items never edit each other,
and nothing here edits the graph.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from PySide6.QtCore import QObject, QPointF, Signal
from PySide6.QtWidgets import QGraphicsScene

from deepviz.document.costs import NodeCosts
from deepviz.document.drawing import Drawing
from deepviz.document.graph import Edge, Graph
from deepviz.document.shapes import Problem, Report
from deepviz.gui.canvas.card_face import problems_by_node
from deepviz.gui.canvas.card_painter import CardPainter, CardState
from deepviz.gui.canvas.edge_item import EdgeItem
from deepviz.gui.canvas.edge_style import EdgeStyle, plain_style
from deepviz.gui.canvas.faces import Faces
from deepviz.gui.canvas.geometry import Box, Point, Port, around, bounds
from deepviz.gui.canvas.gradients import GradientPicture, GradientScale
from deepviz.gui.canvas.hover_labels import Hovered, HoverLabels
from deepviz.gui.canvas.live import LiveGradients
from deepviz.gui.canvas.node_item import NodeItem
from deepviz.gui.canvas.overlays import Overlays
from deepviz.gui.canvas.route import Route
from deepviz.gui.canvas.routes import Router
from deepviz.gui.canvas.surroundings import Surroundings
from deepviz.gui.theme import Theme

EMPTY_REPORT = Report({}, {}, ())


class CanvasScene(QGraphicsScene):
    """Shows a graph, its selection, and gradients while a run goes on.

    Parameters
    ----------
    theme
        The colours to begin with.
    """

    selection_settled = Signal()
    """Sent after the selection has changed; `selected` and `selected_edges` say to what."""

    scale_changed = Signal(float, float)
    """Sent with the lowest and highest value of the gradient scale after it has changed."""

    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.graph = Graph()
        self.report = EMPTY_REPORT
        self.places: dict[str, Point] = {}
        self._router = Router()
        self.problems: dict[str, tuple[Problem, ...]] = {}
        self.costs: Mapping[str, NodeCosts] = {}
        self.theme = theme
        self._card_painter = CardPainter(theme)
        self.overlays = Overlays(self, self._card_painter)
        self.labels = HoverLabels(self)
        self.surroundings = Surroundings(self, theme)
        self.outside: frozenset[str] = frozenset()
        self.scope = ""
        self._faces = Faces()
        self._nodes: dict[str, NodeItem] = {}
        self._edges: dict[Edge, EdgeItem] = {}
        self._live = LiveGradients()
        self._selected: tuple[str, ...] = ()
        self._selected_edges: tuple[Edge, ...] = ()
        self._focused: str | None = None
        self._hovered: str | Edge | None = None
        self._hovered_at: Point | None = None
        self._dimmed: Collection[str] = ()
        self._possible: Collection[str] = ()
        self._possible_state = CardState.TAKES
        self._hot_port: Port | None = None
        self._hot_edge: Edge | None = None
        self._hidden_edges: Collection[Edge] = ()

    # What is shown

    def show_graph(self, graph: Graph, report: Report, drawing: Drawing | None = None) -> None:
        """Show a graph and what is known about it. What has not changed is not touched; ids keep the selection.

        Parameters
        ----------
        graph
            Cards as nodes and what connects them as edges.
        report
            What is known about the cards.
        drawing
            How the graph came about, if it stands for one with groups, comments or attached activations.
        """
        drawing = drawing or Drawing(graph)
        other_side = drawing.outside ^ self.outside
        self.graph, self.report, self.outside, self.scope = graph, report, drawing.outside, drawing.scope
        self.problems = problems_by_node(report)
        self.places = {node.id: Point(*node.position) for node in graph.nodes}
        for node_id in self._nodes.keys() - self.places.keys():
            self.removeItem(self._nodes.pop(node_id))
            self._faces.forget(node_id)
        new_nodes = self.places.keys() - self._nodes.keys()
        for order, node in enumerate(graph.nodes):
            problems, attached = self.problems.get(node.id, ()), drawing.attached.get(node.id)
            face = self._faces.of(node, graph, report, problems, attached)
            item = self._nodes.get(node.id)
            if item is None:
                item = self._nodes[node.id] = NodeItem(node.id, face, self._card_painter)
                self.addItem(item)
            item.show_face(face)
            item.order = order
            item.lift(False)
            _put(item, self.places[node.id])
        for edge in self._edges.keys() - set(graph.edges):
            self.removeItem(self._edges.pop(edge))
        self._lead(self._router.lay(graph, self.places))
        new_edges = set(graph.edges) - self._edges.keys()
        for edge in new_edges:
            self._edges[edge] = EdgeItem(edge, self.routes[edge], self._edge_style(edge))
            self.addItem(self._edges[edge])
        self.surroundings.show(drawing.frames, drawing.comments, self.places)
        self._keep_selection()
        self._refresh(new_nodes | other_side, new_edges)
        self._say()

    def show_gradients(self, picture: GradientPicture) -> None:
        """Show gradients on edges and cards."""
        before = self.scale
        self._live.show(picture, self.theme, self._nodes, self._edges)
        if self.scale != before:
            self.scale_changed.emit(*self._live.scale.ends)

    def clear_gradients(self) -> None:
        """Show the graph as it is before a run."""
        self._live.clear(self.theme, self._nodes, self._edges)

    @property
    def gradients(self) -> GradientPicture | None:
        """What was last shown; None if gradients are not shown."""
        return self._live.picture

    @property
    def scale(self) -> tuple[float, float]:
        """Lowest and highest value of the gradient scale."""
        return self._live.scale.ends

    @property
    def gradient_scale(self) -> GradientScale:
        """The gradient scale."""
        return self._live.scale

    def use_theme(self, theme: Theme) -> None:
        """Show everything in other colours."""
        self.theme = theme
        self._card_painter = CardPainter(theme)
        self.overlays.use_painter(self._card_painter)
        self.surroundings.use_theme(theme)
        for item in self._nodes.values():
            item.use_painter(self._card_painter)
        for edge, edge_item in self._edges.items():
            edge_item.show_style(self._edge_style(edge))
        if self._live.picture is not None:
            self._live.show(self._live.picture, theme, self._nodes, self._edges)
        self._refresh((), self._edges.keys())  # halos have the theme's accent
        self._say()
        self.update()

    @property
    def routes(self) -> Mapping[Edge, Route]:
        """Where each edge runs."""
        return self._router.routes

    def content(self) -> Box | None:
        """The smallest box around all cards, frames and comments; None if there are none."""
        cards = bounds(self.places.values())
        return around([*([] if cards is None else [cards]), *self.surroundings.boxes()])

    def node_items(self) -> Mapping[str, NodeItem]:
        """The cards by node id."""
        return self._nodes

    def edge_items(self) -> Mapping[Edge, EdgeItem]:
        """The drawn connections."""
        return self._edges

    # Selection and emphasis

    @property
    def selected(self) -> tuple[str, ...]:
        """Ids of the selected nodes."""
        return self._selected

    @property
    def own_selected(self) -> tuple[str, ...]:
        """The selected nodes that belong to what is shown, and do not merely stand beside it."""
        return tuple(node_id for node_id in self._selected if node_id not in self.outside)

    @property
    def selected_edges(self) -> tuple[Edge, ...]:
        """The selected edges."""
        return self._selected_edges

    def select(self, node_ids: Iterable[str], edges: Iterable[Edge] = (), comments: Iterable[str] = ()) -> None:
        """Select these and nothing else. What is not in the graph is passed over."""
        chosen = tuple(dict.fromkeys(node_id for node_id in node_ids if node_id in self._nodes))
        chosen_edges = tuple(dict.fromkeys(edge for edge in edges if edge in self._edges))
        commented = self.surroundings.selected_comments
        self.surroundings.select_comments(tuple(comments))
        is_other = commented != self.surroundings.selected_comments
        if is_other or (chosen, chosen_edges) != (self._selected, self._selected_edges):
            nodes, edges = set(self._selected) ^ set(chosen), set(self._selected_edges) ^ set(chosen_edges)
            self._selected, self._selected_edges = chosen, chosen_edges
            self._refresh(nodes, edges)
            self.selection_settled.emit()

    def focus_on(self, node_id: str | None) -> None:
        """Show that keys go to this node; None for no node."""
        if node_id != self._focused:
            before, self._focused = self._focused, node_id
            self._refresh({before, node_id}, ())

    def hover(self, hovered: str | Edge | None, at: Point | None = None) -> None:
        """Show that the pointer, which is at a point, is over a node or edge; None for neither."""
        if hovered != self._hovered:
            before, self._hovered, self._hovered_at = self._hovered, hovered, at
            self._refresh({before, hovered}, {before, hovered})
            self._say()

    def mark_possible(self, possible: Collection[str], dimmed: Collection[str], outputs: bool = False) -> None:
        """Show which nodes a connection can be led to, by their inputs or else their outputs, and which not."""
        concerned = {*self._possible, *self._dimmed, *possible, *dimmed}
        self._possible, self._dimmed = possible, dimmed
        self._possible_state = CardState.GIVES if outputs else CardState.TAKES
        self._refresh(concerned, ())

    def mark_port(self, port: Port | None) -> None:
        """Show the port where a connection would end."""
        if port != self._hot_port:
            before, self._hot_port = self._hot_port, port
            self._refresh({each.node_id for each in (before, port) if each is not None}, ())
            self._say()

    def mark_edge(self, edge: Edge | None) -> None:
        """Show the edge that something would be inserted on."""
        if edge != self._hot_edge:
            before, self._hot_edge = self._hot_edge, edge
            self._refresh((), {before, edge})

    def hide_edges(self, *edges: Edge) -> None:
        """Leave out edges that would be no more after what is being shown; without any, show all."""
        before, self._hidden_edges = self._hidden_edges, edges
        self._refresh((), {*before, *edges})

    def unmark(self) -> None:
        """Show nothing that belongs to a gesture any more."""
        self.mark_possible((), ())
        self.mark_port(None)
        self.mark_edge(None)
        self.hide_edges()
        self.overlays.hide()

    def preview_places(self, places: Mapping[str, tuple[float, float]], is_lifted: bool = True) -> None:
        """Show some cards elsewhere while they are dragged. Edges follow; the graph stays as it is."""
        for node_id, place in places.items():
            self.places[node_id] = Point(*place)
            self._nodes[node_id].lift(is_lifted)
            _put(self._nodes[node_id], self.places[node_id])
        self._lead(self._router.follow({node_id: self.places[node_id] for node_id in places}))
        self.surroundings.follow(self.places)

    def end_preview(self) -> None:
        """Put all cards where the graph says."""
        places = {node.id: node.position for node in self.graph.nodes}
        self.preview_places({node_id: place for node_id, place in places.items() if self.places[node_id] != place})
        for item in self._nodes.values():
            item.lift(False)

    # How it is done

    def _lead(self, edges: Iterable[Edge]) -> None:
        """Let the items of these edges run where the edges do."""
        for edge in edges:
            if edge in self._edges:
                self._edges[edge].show_way(self.routes[edge])

    def _say(self) -> None:
        """Say what there is to say about what the pointer is over."""
        over = Hovered(self._hovered, self._hovered_at, self._hot_port)
        self.labels.show(self.graph, self.report, self.places, self.routes, over, self.theme)

    def _edge_style(self, edge: Edge) -> EdgeStyle:
        return self._live.edge_style(edge, self.theme) or plain_style(self.theme)

    def _keep_selection(self) -> None:
        if self._focused not in self._nodes:
            self._focused = None
        if self._hovered not in self._nodes and self._hovered not in self._edges:
            self._hovered = None
        # An edge that only changed its port is still the same to whoever selected it.
        ends = {(edge.source, edge.target): edge for edge in self._edges}
        kept = (ends.get((edge.source, edge.target)) for edge in self._selected_edges)
        commented = self.surroundings.selected_comments
        self.select(self._selected, (edge for edge in kept if edge is not None), commented)

    def _refresh(self, nodes: Collection[object], edges: Collection[object]) -> None:
        """Let these items look as selection, hover and gesture say. What has no item is passed over."""
        selected, selected_edges = set(self._selected), set(self._selected_edges)
        for node_id in self._nodes.keys() & nodes:
            item = self._nodes[node_id]
            state = CardState.HOVERED if node_id == self._hovered else CardState.NONE
            if node_id in selected:
                state |= CardState.SELECTED
            if node_id == self._focused:
                state |= CardState.FOCUSED
            if node_id in self._dimmed:
                state |= CardState.DIMMED
            if node_id in self.outside:
                state |= CardState.OUTSIDE
            hot = self._hot_port if self._hot_port is not None and self._hot_port.node_id == node_id else None
            if node_id in self._possible:
                state |= self._possible_state
            if hot is not None:
                state |= CardState.CHOSEN
            item.show_state(state, hot)
        accent = self.theme.accent.removeprefix("#")
        for edge in self._edges.keys() & edges:
            edge_item = self._edges[edge]
            strong = edge in selected_edges or edge == self._hot_edge
            edge_item.show_halo(f"#b0{accent}" if strong else f"#48{accent}" if edge == self._hovered else "")
            edge_item.setVisible(edge not in self._hidden_edges)


def _put(item: NodeItem, place: Point) -> None:
    if item.pos() != QPointF(*place):
        item.setPos(QPointF(*place))
