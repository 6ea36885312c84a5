"""Paints a drawn network as the canvas shows it: connections, cards, and the gradients of a run if they are wanted.

It serves every kind of picture, the printer and the preview alike; none of them knows what a network looks like.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QPainter

from deepviz.document.drawing import Drawing, Frame
from deepviz.document.graph import Comment, Edge, Graph, Node
from deepviz.document.shapes import Report
from deepviz.gui.canvas.below_cards import BelowCard, paint_below
from deepviz.gui.canvas.card_face import CardFace, face_of, problems_by_node
from deepviz.gui.canvas.card_painter import CardPainter
from deepviz.gui.canvas.comment_item import comment_box, paint_comment
from deepviz.gui.canvas.edge_style import EdgeStyle, gradient_style, paint_edge, path_of, plain_style
from deepviz.gui.canvas.folding import Folding
from deepviz.gui.canvas.frame_item import frame_boxes, paint_frame
from deepviz.gui.canvas.geometry import HEIGHT, PROBLEM_WIDTH, Box, Point, card_box
from deepviz.gui.canvas.gradients import GradientPicture, GradientScale
from deepviz.gui.canvas.live import faces_then, traces
from deepviz.gui.canvas.route import Route
from deepviz.gui.canvas.routes import edge_routes
from deepviz.gui.canvas.trace import paint_trace
from deepviz.gui.theme import Theme

MARGIN = 48.0
"""Around the cards, in scene units. Ports, badges and the words below a card find room in it."""


@dataclass(frozen=True, eq=False)
class NetworkPicture:
    """A network, and how a picture is to show it.

    Attributes
    ----------
    drawing, report
        What is drawn, and what is known about its cards.
    gradients
        What connections and cards are to say of a run; None for nothing.
    scale
        The scale of their colours; None for the narrowest that holds them.
    only
        Ids of the cards to show, with what lies between them; None for all.
    is_transparent
        Whether there is nothing behind the network.
    below
        What stands below cards, by their ids.
    """

    drawing: Drawing
    report: Report
    theme: Theme
    gradients: GradientPicture | None = None
    scale: GradientScale | None = None
    only: frozenset[str] | None = None
    is_transparent: bool = False
    below: Mapping[str, BelowCard] = field(default_factory=dict)

    @classmethod
    def of(cls, graph: Graph, report: Report, theme: Theme, gradients: GradientPicture | None = None) -> NetworkPicture:
        """The picture of a whole graph, its groups and attached activations drawn as the canvas does."""
        folding = Folding()
        folding.show(graph, report)
        told = None if gradients is None else folding.picture(gradients)
        return cls(folding.drawing, folding.report, theme, told)

    @property
    def graph(self) -> Graph:
        """Cards as nodes and what connects them as edges."""
        return self.drawing.graph

    @cached_property
    def nodes(self) -> tuple[Node, ...]:
        """The cards that are shown."""
        return tuple(node for node in self.graph.nodes if self.only is None or node.id in self.only)

    @cached_property
    def edges(self) -> tuple[Edge, ...]:
        """The connections that are shown: those between cards that are."""
        shown = {node.id for node in self.nodes}
        return tuple(edge for edge in self.graph.edges if edge.source in shown and edge.target in shown)

    @cached_property
    def routes(self) -> Mapping[Edge, Route]:
        """The ways of the connections that are shown, as on the canvas."""
        places = {node.id: Point(*node.position) for node in self.graph.nodes}
        return edge_routes(self.graph, places, self.edges)

    @cached_property
    def frames(self) -> tuple[tuple[Frame, Box], ...]:
        """The frames of open groups and where they are, outer ones first: those with a card that is shown."""
        places = {node.id: Point(*node.position) for node in self.nodes}
        boxes = frame_boxes(self.drawing.frames, places)
        return tuple((frame, boxes[frame.group.id]) for frame in self.drawing.frames if frame.group.id in boxes)

    @cached_property
    def comments(self) -> tuple[Comment, ...]:
        """The comments that are shown: all of them, or none where only some cards are."""
        return self.drawing.comments if self.only is None else ()

    @cached_property
    def area(self) -> QRectF:
        """The part of the scene that the picture shows, for an empty network a small empty one."""
        boxes = [card_box(Point(*node.position)) for node in self.nodes]
        boxes += [comment_box(comment) for comment in self.comments]
        if not boxes:
            return QRectF(0.0, 0.0, 4 * MARGIN, 2 * MARGIN)
        boxes += [way.box for way in self.routes.values()]
        boxes += [box for _, box in self.frames]
        problems = problems_by_node(self.report)
        boxes += [_words_below(node) for node in self.nodes if problems.get(node.id)]
        boxes += [_with_below(node, self.below[node.id]) for node in self.nodes if node.id in self.below]
        left, top = min(box.left for box in boxes), min(box.top for box in boxes)
        right, bottom = max(box.right for box in boxes), max(box.bottom for box in boxes)
        return QRectF(left, top, right - left, bottom - top).adjusted(-MARGIN, -MARGIN, MARGIN, MARGIN)


def paint_network(painter: QPainter, picture: NetworkPicture) -> None:
    """Paint a network in scene units, what lies behind first."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    if not picture.is_transparent:
        painter.fillRect(picture.area.adjusted(-1, -1, 1, 1), QColor(picture.theme.window))
    for paint in (_paint_surroundings, _paint_edges, _paint_cards):
        paint(painter, picture)


def _paint_surroundings(painter: QPainter, picture: NetworkPicture) -> None:
    for frame, box in picture.frames:
        paint_frame(painter, frame, box, picture.theme)
    for comment in picture.comments:
        paint_comment(painter, comment, comment_box(comment), picture.theme)


def _paint_edges(painter: QPainter, picture: NetworkPicture) -> None:
    scale = _scale_of(picture)
    for edge, way in picture.routes.items():
        paint_edge(painter, path_of(way), _style(edge, picture, scale))


def _paint_cards(painter: QPainter, picture: NetworkPicture) -> None:
    cards, faces = CardPainter(picture.theme), _faces(picture)
    live = {}
    if picture.gradients is not None:
        faces = faces_then(faces, picture.gradients)
        live = traces(picture.gradients, _scale_of(picture), faces, picture.graph.edges, picture.theme)
    for node in picture.nodes:
        painter.save()
        painter.translate(QPointF(*node.position))
        cards.paint(painter, faces[node.id], zoom=1.0, as_vectors=True)
        trace = live.get(node.id)
        if trace is not None:
            paint_trace(painter, trace, picture.theme)
        if node.id in picture.below:
            paint_below(painter, picture.below[node.id], picture.theme)
        painter.restore()


def _faces(picture: NetworkPicture) -> dict[str, CardFace]:
    problems, attached = problems_by_node(picture.report), picture.drawing.attached
    return {
        node.id: face_of(node, picture.graph, picture.report, problems.get(node.id, ()), attached.get(node.id))
        for node in picture.graph.nodes
    }


def _scale_of(picture: NetworkPicture) -> GradientScale:
    if picture.scale is not None or picture.gradients is None:
        return picture.scale or GradientScale()
    shown = picture.gradients
    return GradientScale.first_fit((*shown.nodes.values(), *shown.edges.values(), *shown.span))


def _style(edge: Edge, picture: NetworkPicture, scale: GradientScale) -> EdgeStyle:
    if picture.gradients is None or edge not in picture.gradients.edges:
        return plain_style(picture.theme)
    return gradient_style(picture.gradients.edges[edge], scale, picture.theme)


def _words_below(node: Node) -> Box:
    """As far as the words about a problem reach sideways; there is room for them below the card in any case."""
    left, top = node.position
    return Box(left, top + HEIGHT, left + PROBLEM_WIDTH, top + HEIGHT)


def _with_below(node: Node, below: BelowCard) -> Box:
    """The card with what stands below it."""
    box = card_box(Point(*node.position))
    return Box(box.left, box.top, box.right, max(box.bottom, box.top + below.bottom))
