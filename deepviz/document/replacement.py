"""Another layer in the place of one: which can stand there, and what it takes over of the settings that were made.

Connections, name and place stay with the node; this is about the layer alone.
"""

from __future__ import annotations

from typing import Any

from deepviz.document.edits import new_layer
from deepviz.document.graph import Graph
from deepviz.engine import layers, losses
from deepviz.engine.layer import Layer
from deepviz.engine.loss import Loss
from deepviz.registry import Definition, DefinitionError, Hyperparameter


def replaced_layer(old: Layer | Loss, new_key: str) -> Layer | Loss:
    """A layer of another kind that goes on with the hyperparameters of one, as far as it has them.

    A value is taken over under the same name if it is legal there. What was left at its default, and is either what
    few people change or has no default of its own in the new kind, becomes what is usual in that.

    Raises
    ------
    EditError
        If there is no such kind.
    """
    made = new_layer(new_key)
    wanted = {each.name: each for each in old.hyperparameters()}
    waiting = {each.name: each for each in made.hyperparameters() if each.name in wanted}
    for _ in range(2):  # one value may be legal only beside another that comes after it
        for name, hyperparameter in list(waiting.items()):
            value = getattr(old, name)
            if not _is_meant(wanted[name], hyperparameter, value):
                continue
            changed = _with_value(made, name, value)
            if changed is not None:
                made = changed
                del waiting[name]
    return made


def can_replace(graph: Graph, node_id: str, kind: type[Definition]) -> bool:
    """Whether a layer of a kind can stand where a node is, with all its connections.

    Parameters
    ----------
    graph
        Where the node is.
    kind
        The class of the layer or loss.
    """
    node = graph.by_id.get(node_id)
    if node is None or node.layer.key == kind.key or (node.layer.key not in layers.registry and not node.is_loss):
        return False
    arriving, leaving = len(graph.inputs_of(node_id)), bool(graph.outputs_of(node_id))
    if kind.key in losses.registry:
        return not leaving and arriving <= 1
    if not issubclass(kind, Layer):
        return False
    return kind.maximum_inputs is None or arriving <= kind.maximum_inputs


def _is_meant(old: Hyperparameter, new: Hyperparameter, value: Any) -> bool:
    """Whether a value says something: that somebody chose it, or how large the layer is."""
    return value != old.default or (not old.advanced and new.default is not None and old.default is not None)


def _with_value(made: Layer | Loss, name: str, value: Any) -> Layer | Loss | None:
    """A layer with a value, or with what that means along a single axis; None if it is not legal there."""
    candidates = [value]
    if isinstance(value, tuple) and value and all(part == value[0] for part in value):
        candidates.append(value[0])
    for candidate in candidates:
        try:
            return made.changed(**{name: candidate})
        except DefinitionError:
            continue
    return None
