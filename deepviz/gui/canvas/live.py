"""Puts gradients on the items of a canvas. It changes colours and values, and only of items that look different."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from math import isfinite

import numpy as np

from deepviz.document.graph import Edge
from deepviz.gui.canvas.card_face import CardFace
from deepviz.gui.canvas.edge_item import EdgeItem
from deepviz.gui.canvas.edge_style import EdgeStyle, gradient_style, level_color, plain_style
from deepviz.gui.canvas.gradients import GradientPicture, GradientScale, is_visible
from deepviz.gui.canvas.node_item import NodeItem
from deepviz.gui.canvas.trace import Trace
from deepviz.gui.plots.ticks import format_value
from deepviz.gui.theme import Theme
from deepviz.training.history import FROZEN


class LiveGradients:
    """The gradients shown at the moment and their scale."""

    def __init__(self) -> None:
        self.picture: GradientPicture | None = None
        self.scale = GradientScale()

    def show(
        self,
        picture: GradientPicture,
        theme: Theme,
        nodes: Mapping[str, NodeItem],
        edges: Mapping[Edge, EdgeItem],
    ) -> None:
        """Show a moment's gradients."""
        values = (*picture.nodes.values(), *picture.edges.values(), *picture.span)
        self.scale = self.scale.fitted(values) if self.picture is not None else GradientScale.first_fit(values)
        self.picture = picture
        for edge, item in edges.items():
            item.show_style(self.edge_style(edge, theme) or plain_style(theme))
        faces = faces_then({node_id: node.face for node_id, node in nodes.items()}, picture)
        for node_id, face in faces.items():
            nodes[node_id].show_as(face)
        for node_id, trace in traces(picture, self.scale, faces, edges, theme).items():
            nodes[node_id].live.show_trace(trace)

    def clear(self, theme: Theme, nodes: Mapping[str, NodeItem], edges: Mapping[Edge, EdgeItem]) -> None:
        """Show no gradients."""
        self.picture = None
        for item in edges.values():
            item.show_style(plain_style(theme))
        for node in nodes.values():
            node.show_as(node.face)
            node.live.show_trace(None)

    def edge_style(self, edge: Edge, theme: Theme) -> EdgeStyle | None:
        """How an edge looks; None if nothing is known about its gradient."""
        if self.picture is None or edge not in self.picture.edges:
            return None
        return gradient_style(self.picture.edges[edge], self.scale, theme)


def faces_then(faces: Mapping[str, CardFace], picture: GradientPicture) -> dict[str, CardFace]:
    """What cards say at the moment of a picture: a layer that is frozen now may have learnt then."""
    return {
        node_id: replace(face, is_frozen=False)
        if face.is_frozen and picture.is_past and _is_computed(picture.nodes.get(node_id))
        else face
        for node_id, face in faces.items()
    }


def traces(
    picture: GradientPicture,
    scale: GradientScale,
    faces: Mapping[str, CardFace],
    edges: Iterable[Edge],
    theme: Theme,
) -> dict[str, Trace | None]:
    """What each card says of a moment's gradients, by node id; None for nothing."""
    reaching_loss = None
    for edge in edges:
        if edge.target in faces and faces[edge.target].is_loss:
            reaching_loss = picture.edges.get(edge)
    made: dict[str, Trace | None] = {}
    for node_id, face in faces.items():
        history = picture.history.get(node_id)
        made[node_id] = None
        if face.is_loss:
            made[node_id] = _loss_trace(picture.loss, reaching_loss, history, scale, theme)
        elif not face.is_frozen and (node_id in picture.nodes or history is not None):
            norm = picture.nodes.get(node_id)
            is_over = not picture.is_past and norm is not None and not _is_computed(norm)
            # It learns again, from the next step: of the last one there is no gradient, but it is not frozen.
            made[node_id] = _trace(None if is_over else norm, history, scale, theme)
        elif node_id in picture.flows:
            # Its size now is that of the edge behind it; the card would say it a second time.
            flow = picture.flows[node_id]
            made[node_id] = _flow_trace(flow, scale, theme)
    return made


def _trace(value: float | None, history: np.ndarray | None, scale: GradientScale, theme: Theme) -> Trace:
    if value is None:
        return Trace(theme.dim, "", history=history)
    if not _is_computed(value):
        return Trace(theme.dim, FROZEN, history=history)
    color = level_color(scale.level(value), theme) if is_visible(value) else theme.dim
    return Trace(color, format_value(value, 2, trim=False), history=history, is_bad=not isfinite(value))


def _flow_trace(flow: np.ndarray, scale: GradientScale, theme: Theme) -> Trace:
    """What goes back may be no number where nothing has to be learnt with it, and the run goes on."""
    value = float(flow[-1])
    color = level_color(scale.level(value), theme) if is_visible(value) else theme.dim
    return Trace(color, "", history=flow, is_bad=not isfinite(value), is_nan_bad=True)


def _is_computed(norm: float | None) -> bool:
    """Whether there is a norm; a run ends before it would report one that is not a number."""
    return norm is not None and norm == norm


def _loss_trace(
    loss: float | None, gradient: float | None, history: np.ndarray | None, scale: GradientScale, theme: Theme
) -> Trace | None:
    if loss is None:
        return None
    color = level_color(scale.level(gradient), theme) if gradient and is_visible(gradient) else theme.dim
    return Trace(
        color, "", headline=f"loss {loss_in_words(loss)}", history=history, is_bad=not isfinite(loss), is_nan_bad=True
    )


def loss_in_words(loss: float) -> str:
    """A loss in the little room of a card, with three figures at least."""
    if not 1e-3 <= abs(loss) < 1e4:
        return format_value(loss, 2, trim=False)
    return f"{loss:.3f}" if abs(loss) >= 0.1 else f"{loss:#.3g}"
