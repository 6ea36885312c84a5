"""Asking for a layer at the loose end of a connection, and placing it there, connected."""

from __future__ import annotations

from functools import partial

from deepviz.document import edits
from deepviz.engine import losses
from deepviz.gui.canvas.adding import LayerWanted, takes_input
from deepviz.gui.canvas.connecting import add_connected
from deepviz.gui.canvas.geometry import Point, Port, port_offset, snapped
from deepviz.gui.canvas.gestures import Canvas
from deepviz.gui.canvas.words import name_of
from deepviz.registry import Definition


def want_connected(canvas: Canvas, port: Port, point: Point) -> None:
    """Ask for a layer whose port is to be at a point of the scene, and connect it with a port that is there already."""
    flow, name = canvas.network.graph.flow, name_of(canvas.network.graph, port.node_id)
    at = port_offset(Port("", not port.is_output), 1, flow)
    position = snapped((point.x - at.x, point.y - at.y))
    before, after = (port.node_id, None) if port.is_output else (None, port.node_id)

    def choose(key: str) -> None:
        layer = edits.new_layer(key)
        label = f"Add {layer.label} {'after' if port.is_output else 'before'} {name}"
        add = partial(add_connected, layer=layer, position=position, before=before, after=after)
        canvas.request(label, add, point)

    def suits(kind: type[Definition]) -> bool:
        return takes_input(kind) if port.is_output else kind.key not in losses.registry

    title = f"Add {'after' if port.is_output else 'before'} {name}"
    canvas.layer_wanted.emit(LayerWanted(title, canvas.place_of(point), suits, choose))
