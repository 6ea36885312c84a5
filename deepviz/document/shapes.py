"""Live checking: the shape that leaves each node, its parameter count, and what is wrong, where, and how to mend it.

Everything here is found before training, from the graph alone and a few facts about the data.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Literal

from deepviz.document import edits, memory
from deepviz.document.graph import Edge, Graph, Node
from deepviz.document.project import Project
from deepviz.engine.layers.input import Input
from deepviz.engine.loss import Loss
from deepviz.engine.shapes import Shape, ShapeError, shape_text


@dataclass(frozen=True)
class DataFacts:
    """What the checks need to know about the data.

    Attributes
    ----------
    sample_shape
        Shape of one sample.
    task
        "classification" or "regression".
    outputs
        How many classes, or how many target numbers.
    samples
        How many samples there are for training.
    """

    sample_shape: Shape
    task: Literal["classification", "regression"]
    outputs: int
    samples: int


@dataclass(frozen=True)
class Repair:
    """An offer to mend a problem: what it does, in words, and the edit that does it."""

    label: str
    edit: Callable[[Project], Project] = field(compare=False)


@dataclass(frozen=True)
class Problem:
    """Something that keeps the project from being trained.

    Attributes
    ----------
    text
        What is wrong and what can be done, in plain words.
    where
        The node (its id) or edge it concerns, or None for the project as a whole.
    repairs
        What can be done with one click.
    """

    text: str
    where: str | Edge | None = None
    repairs: tuple[Repair, ...] = ()


@dataclass(frozen=True)
class Report:
    """What is known about a project's network without running it.

    Attributes
    ----------
    shapes
        Shape that leaves each node, by node id; None where it cannot be known. A loss leaves one number, ``()``.
    parameters
        How many numbers each node trains, by node id; None where it cannot be known.
    problems
        All that is wrong, in the order of the graph.
    """

    shapes: Mapping[str, Shape | None]
    parameters: Mapping[str, int | None]
    problems: tuple[Problem, ...]

    @property
    def total_parameters(self) -> int:
        """How many numbers the whole network trains, as far as known."""
        return sum(count or 0 for count in self.parameters.values())

    def problems_at(self, node_id: str) -> tuple[Problem, ...]:
        """The problems of one node."""
        return tuple(problem for problem in self.problems if problem.where == node_id)


def check(project: Project, facts: DataFacts | None = None) -> Report:
    """Follow the shapes through the graph and list what is wrong.

    Parameters
    ----------
    project
        What to check.
    facts
        About the data; without them, what depends on the data is not checked.
    """
    graph = project.graph
    order, cyclic = graph.in_order()
    shapes: dict[str, Shape | None] = dict.fromkeys(cyclic)
    parameters: dict[str, int | None] = dict.fromkeys(cyclic)
    at_nodes: dict[str, list[Problem]] = {node.id: [] for node in graph.nodes}
    for node_id in order:
        node = graph.node(node_id)
        inputs = [shapes[edge.source] for edge in graph.inputs_of(node_id)]
        shapes[node_id], parameters[node_id], found = _node(node, inputs, facts)
        at_nodes[node_id] += found + _superfluous(graph, node)
        if not node.is_loss and not graph.outputs_of(node_id) and _connected_or_not_alone(graph, node):
            at_nodes[node_id].append(_dangling(graph, node))
    for node_id in _on_cycle(graph, cyclic):
        text = f"{node_id} is part of a cycle; data must flow one way. Delete one of the cycle's connections."
        at_nodes[node_id].append(Problem(text, node_id))
    oversize = memory.too_large(parameters, memory.machine_memory())
    if oversize is not None:
        at_nodes[oversize[0]].append(Problem(oversize[1], oversize[0]))
    problems = [*_whole(project, facts), *(problem for node in graph.nodes for problem in at_nodes[node.id])]
    return Report(shapes, parameters, tuple(problems))


def _node(
    node: Node, inputs: list[Shape | None], facts: DataFacts | None
) -> tuple[Shape | None, int | None, list[Problem]]:
    """Shape, parameter count and problems of one node, given the shapes that reach it (None: not known)."""
    layer = node.layer
    minimum = 1 if isinstance(layer, Loss) else layer.minimum_inputs
    if len(inputs) < minimum:
        missing = "nothing is connected to its input" if not inputs else f"it needs at least {minimum} inputs"
        return (
            None,
            None,
            [Problem(f"{node.id}: {missing}. Drag from the right-hand port of the layer before it.", node.id)],
        )
    known = [shape for shape in inputs if shape is not None]
    if len(known) < len(inputs):
        return None, None, []
    try:
        if isinstance(layer, Loss):
            if facts:
                layer.check(known[0], facts.task, facts.outputs)
            return (), 0, []
        return layer.output_shape(known), layer.count_parameters(known), _input_problems(node, facts)
    except ShapeError as error:
        return None, None, [Problem(f"{node.id}: {error}", node.id, _repairs(node, error))]


def _superfluous(graph: Graph, node: Node) -> list[Problem]:
    """Connections that the canvas does not let anyone draw; a file may have them."""
    limit = 1 if isinstance(node.layer, Loss) else node.layer.maximum_inputs
    inputs = graph.inputs_of(node.id)
    too_many = inputs[limit:] if limit is not None else ()
    from_loss = graph.outputs_of(node.id) if node.is_loss else ()
    problems = []
    if too_many:
        takes = f"takes {limit} input{'' if limit == 1 else 's'}" if limit else "has no input"
        problems.append(_to_cut(f"{node.id} {takes}, but {len(inputs)} are connected.", node, too_many))
    if from_loss:
        problems.append(_to_cut(f"{node.id} is a loss and leads nowhere, but it is connected on.", node, from_loss))
    return problems


def _to_cut(text: str, node: Node, edges: tuple[Edge, ...]) -> Problem:
    """A problem that is mended by taking connections away."""
    repair = Repair("Delete what is too much", partial(edits.disconnect, edges=edges))
    return Problem(f"{text} Delete what is too much.", node.id, (repair,))


def _input_problems(node: Node, facts: DataFacts | None) -> list[Problem]:
    if not isinstance(node.layer, Input) or facts is None or node.layer.shape == facts.sample_shape:
        return []
    wanted = shape_text(facts.sample_shape)
    text = f"{node.id} is set to {shape_text(node.layer.shape)}, but a sample of the data is {wanted}."
    layer = node.layer.changed(shape=facts.sample_shape)
    repair = Repair(f"Set the shape to {wanted}", partial(edits.set_layer, node_id=node.id, layer=layer))
    return [Problem(text, node.id, (repair,))]


def _repairs(node: Node, error: ShapeError) -> tuple[Repair, ...]:
    """What a layer's complaint offers: another layer before it, or other hyperparameters of the layer that feeds it."""
    repairs = []
    if error.insert:
        repairs.append(Repair(f"Insert {error.insert}", partial(_insert_before, node_id=node.id, key=error.insert)))
    for name, value in error.change.items():
        repairs.append(
            Repair(f"Set {name} to {value}", partial(_change_feeding, node_id=node.id, name=name, value=value))
        )
    return tuple(repairs)


def _insert_before(project: Project, node_id: str, key: str) -> Project:
    edge = project.graph.inputs_of(node_id)[0]
    return edits.insert_on_edge(project, edits.new_layer(key), edge)


def _change_feeding(project: Project, node_id: str, name: str, value: object) -> Project:
    """Change a hyperparameter of the nearest layer before a node that has it."""
    edge = next(iter(project.graph.inputs_of(node_id)), None)
    while edge is not None:
        node = project.graph.node(edge.source)
        if name in type(node.layer).model_fields:
            return edits.set_layer(project, node.id, node.layer.changed(**{name: value}))
        edge = next(iter(project.graph.inputs_of(node.id)), None)
    raise edits.EditError(f"No layer before {node_id} has {name}; add a Dense layer with {name} = {value} before it.")


def _connected_or_not_alone(graph: Graph, node: Node) -> bool:
    """A node without connections is reported for its missing input only, except an Input, which has none."""
    return bool(graph.inputs_of(node.id)) or isinstance(node.layer, Input)


def _dangling(graph: Graph, node: Node) -> Problem:
    has_loss = next((other for other in graph.nodes if other.is_loss), None)
    repairs: tuple[Repair, ...] = ()
    if has_loss and not graph.inputs_of(has_loss.id) and not isinstance(node.layer, Input):
        repairs = (Repair(f"Connect to {has_loss.id}", partial(edits.connect, source=node.id, target=has_loss.id)),)
    elif graph.inputs_of(node.id) and has_loss:
        repairs = (Repair(f"Delete {node.id}", partial(edits.delete, node_ids=(node.id,))),)
    return Problem(f"{node.id} leads nowhere. Connect it to a layer or a loss, or delete it.", node.id, repairs)


def _on_cycle(graph: Graph, cyclic: list[str]) -> list[str]:
    """Of the nodes that cannot be ordered, those that lie on a cycle rather than behind one."""
    return [
        node_id for node_id in cyclic if any(graph.reaches(edge.target, node_id) for edge in graph.outputs_of(node_id))
    ]


def _whole(project: Project, facts: DataFacts | None) -> list[Problem]:
    """Problems that belong to no single node."""
    problems = []
    inputs = [node for node in project.graph.nodes if isinstance(node.layer, Input)]
    loss_nodes = [node for node in project.graph.nodes if node.is_loss]
    if not inputs:
        shape = facts.sample_shape if facts else Input().shape
        add = Repair("Add an Input", partial(edits.add_input, layer=Input(shape=shape)))
        problems.append(Problem("There is no Input: data has no way in. Drag Input to the canvas.", None, (add,)))
    problems += [Problem(f"{node.id} is a second Input; the data feeds only one.", node.id) for node in inputs[1:]]
    if not loss_nodes:
        text = "There is no loss: nothing tells the network how far off it is. Drag one from Loss to the end."
        problems.append(Problem(text))
    second = "is a second loss; a network is trained by one."
    return problems + [Problem(f"{node.id} {second}", node.id) for node in loss_nodes[1:]]
