"""Offers to mend what a layer complains about: a layer put before it, or another setting of it or of what feeds it.

An offer is made only if, with it, the layer takes what reaches it: so one click is enough.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from deepviz.document import edits
from deepviz.document.graph import Edge, Graph, Node
from deepviz.document.project import Project
from deepviz.engine.layer import Layer
from deepviz.engine.layers.dense import Dense
from deepviz.engine.layers.flatten import Flatten
from deepviz.engine.layers.reshape import Reshape
from deepviz.engine.loss import Loss
from deepviz.engine.shapes import Shape, ShapeError, shape_text
from deepviz.registry import DefinitionError, Hyperparameter

Shapes = Mapping[str, "Shape | None"]
"""What leaves each node, by its id; None where it is not known."""

Takes = Callable[["Layer | Loss", Sequence[Shape]], object]
"""Raises ShapeError if a layer or loss does not take such inputs."""


@dataclass(frozen=True)
class Repair:
    """An offer to mend a problem: what it does, in words, and the edit that does it."""

    label: str
    edit: Callable[[Project], Project] = field(compare=False)


def offers(graph: Graph, node: Node, error: ShapeError, shapes: Shapes, takes: Takes) -> tuple[Repair, ...]:
    """What can be done about a layer's complaint with one click."""
    found: list[Repair] = []
    if error.insert:
        found += _insertions(graph, node, error.insert, shapes, takes)
    for name, value in error.change.items():
        found += _changes(graph, node, name, value, shapes, takes)
    return tuple(found)


def _insertions(graph: Graph, node: Node, key: str, shapes: Shapes, takes: Takes) -> Iterator[Repair]:
    """The layer that is asked for, before the first input where it helps."""
    for edge in graph.inputs_of(node.id):
        shape = shapes[edge.source]
        if shape is None:
            continue
        for layer in _candidates(key, shape):
            if _takes(takes, node.layer, graph, node.id, shapes, {edge.source: layer.output_shape([shape])}):
                to = f" to {shape_text(layer.target_shape)}" if isinstance(layer, Reshape) else ""
                yield Repair(f"Insert {layer.label}{to}", partial(_insert_before, port=edge, layers=(layer,)))
                return


def _candidates(key: str, shape: Shape) -> Iterator[Layer]:
    """Layers of a kind that could make something useful of a shape.

    A Reshape makes a square image of a row, one channel of what has none, and rows of features of an image.
    """
    if key != Reshape.key:
        layer = edits.new_layer(key)
        if isinstance(layer, Layer):
            yield layer
        return
    side = math.isqrt(math.prod(shape))
    square = [(side, side, 1)] if len(shape) == 1 and side > 1 and side * side == shape[0] else []
    rows = [(shape[0], math.prod(shape[1:]))] if len(shape) > 2 else []
    for target in (*square, (*shape, 1), *rows):
        try:
            yield Reshape.checked({"target_shape": target})
        except DefinitionError:  # too many axes
            continue


def _changes(graph: Graph, node: Node, name: str, value: Any, shapes: Shapes, takes: Takes) -> Iterator[Repair]:
    """Another setting of the layer itself, or of the nearest one before it that has it; else a layer that has it."""
    if name in type(node.layer).model_fields:
        changed = _changed(node.layer, name, value)
        if changed is not None and _takes(takes, changed, graph, node.id, shapes, {}):
            yield Repair(_set(node, name, value), partial(edits.set_layer, node_id=node.id, layer=changed))
        return
    feeding = _feeding(graph, node, name)
    if feeding is not None:
        changed = _changed(feeding.layer, name, value)
        if changed is not None and _mends(graph, feeding, changed, node, shapes, takes):
            yield Repair(_set(feeding, name, value), partial(edits.set_layer, node_id=feeding.id, layer=changed))
            return
    edge = next(iter(graph.inputs_of(node.id)), None)
    shape = None if edge is None else shapes[edge.source]
    if name in Dense.model_fields and edge is not None and shape is not None:
        flat = () if len(shape) == 1 else (Flatten(),)
        dense = Dense.checked({name: value})
        if _takes(takes, node.layer, graph, node.id, shapes, {edge.source: dense.output_shape([(math.prod(shape),)])}):
            label = f"Insert {'Flatten and ' if flat else ''}Dense with {value} {name}"
            yield Repair(label, partial(_insert_before, port=edge, layers=(*flat, dense)))


def _feeding(graph: Graph, node: Node, name: str) -> Node | None:
    """The nearest layer before a node, along first inputs, that has a hyperparameter of this name."""
    edge, seen = next(iter(graph.inputs_of(node.id)), None), {node.id}
    while edge is not None and edge.source not in seen:
        seen.add(edge.source)
        feeding = graph.node(edge.source)
        if name in type(feeding.layer).model_fields:
            return feeding
        edge = next(iter(graph.inputs_of(feeding.id)), None)
    return None


def _mends(graph: Graph, feeding: Node, changed: Layer | Loss, node: Node, shapes: Shapes, takes: Takes) -> bool:
    """Whether all layers from `feeding` to `node` take what reaches them once the first of them is `changed`."""
    behind = {each.id for each in graph.nodes if graph.reaches(feeding.id, each.id) and graph.reaches(each.id, node.id)}
    found: dict[str, Shape] = {}
    for node_id in graph.in_order()[0]:
        layer = changed if node_id == feeding.id else graph.node(node_id).layer
        if node_id == node.id:
            return _takes(takes, layer, graph, node_id, shapes, found)
        if node_id in behind and isinstance(layer, Layer):
            try:
                inputs = _inputs(graph, node_id, shapes, found)
                found[node_id] = layer.output_shape(inputs)
            except ShapeError:
                return False
    return False


def _takes(
    takes: Takes, layer: Layer | Loss, graph: Graph, node_id: str, shapes: Shapes, instead: Mapping[str, Shape]
) -> bool:
    """Whether a layer in the place of a node takes what reaches it, some nodes giving something else `instead`."""
    try:
        takes(layer, _inputs(graph, node_id, shapes, instead))
    except ShapeError:
        return False
    return True


def _inputs(graph: Graph, node_id: str, shapes: Shapes, instead: Mapping[str, Shape]) -> list[Shape]:
    found = [instead.get(edge.source, shapes[edge.source]) for edge in graph.inputs_of(node_id)]
    return [shape for shape in found if shape is not None]


def _changed(layer: Layer | Loss, name: str, value: Any) -> Layer | Loss | None:
    try:
        return layer.changed(**{name: value})
    except DefinitionError:
        return None


def _set(node: Node, name: str, value: Any) -> str:
    """What a change does, in words: ``Set units to 10``."""
    label = Hyperparameter(name, type(node.layer).model_fields[name]).label.lower()
    return f"Set {label} to {shape_text(value) if isinstance(value, tuple) else value}"


def _insert_before(project: Project, port: Edge, layers: Sequence[Layer]) -> Project:
    """Layers in a row in the middle of a connection."""
    edge = port
    for layer in layers:
        known = project.graph.by_id.keys()
        project = edits.insert_on_edge(project, layer, edge)
        (new_id,) = project.graph.by_id.keys() - known
        edge = project.graph.outputs_of(new_id)[0]
    return project
