"""What is wrong with a project as a whole, and what lets it be trained but not learn.

The latter are warnings: a softmax before a loss that takes one itself, or nothing that training could change.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial

from deepviz.document import edits
from deepviz.document.graph import Graph, Node
from deepviz.document.problems import DataFacts, Problem
from deepviz.document.project import Project
from deepviz.document.repairs import Repair, Shapes
from deepviz.engine.layer import Layer
from deepviz.engine.layers.dense import Dense
from deepviz.engine.layers.flatten import Flatten
from deepviz.engine.layers.input import Input
from deepviz.engine.loss import Loss
from deepviz.engine.losses.mean_squared_error import MeanSquaredError
from deepviz.engine.losses.softmax_cross_entropy import SoftmaxCrossEntropy
from deepviz.numerals import thousands

TAKEN_BY_LOSS: Mapping[str, str] = {
    "SoftmaxCrossEntropy": "Softmax",
    "KLDivergence": "Softmax",
    "BinaryCrossEntropy": "Sigmoid",
}
"""For each loss that takes the softmax or sigmoid of what it gets the layer that does the same."""


def parts(graph: Graph, shapes: Shapes, facts: DataFacts | None) -> list[Problem]:
    """An Input or a loss that is missing, or there twice."""
    problems = []
    inputs = [node for node in graph.nodes if isinstance(node.layer, Input)]
    loss_nodes = [node for node in graph.nodes if node.is_loss]
    if not inputs:
        shape = facts.sample_shape if facts else Input().shape
        add = Repair("Add an Input", partial(edits.add_input, layer=Input(shape=shape)))
        problems.append(Problem("There is no Input: data has no way in. Drag Input to the canvas.", None, (add,)))
    problems += [_second(node, "is a second Input; the data feeds only one.") for node in inputs[1:]]
    if not loss_nodes:
        text = "There is no loss: nothing tells the network how far off it is. Drag one from Loss to the end."
        problems.append(Problem(text, None, _losses(graph, shapes, facts)))
    return problems + [_second(node, "is a second loss; a network is trained by one.") for node in loss_nodes[1:]]


def _second(node: Node, words: str) -> Problem:
    """A node that there may be only one of."""
    delete = Repair(f"Delete {node.id}", partial(edits.delete, node_ids=(node.id,)))
    return Problem(f"{node.id} {words}", node.id, (delete,))


def _losses(graph: Graph, shapes: Shapes, facts: DataFacts | None) -> tuple[Repair, ...]:
    """Offers of the loss that fits the task, with a Dense before it if the outputs are not as many as the data wants.

    They go to the open end that lies behind most layers.
    """
    order = {node_id: number for number, node_id in enumerate(graph.in_order()[0])}
    open_ends = [node.id for node in graph.nodes if node.id in order and not graph.outputs_of(node.id)]
    end = max(open_ends, key=lambda node_id: order[node_id], default=None)
    shape = None if end is None else shapes.get(end)
    if end is None or facts is None:
        return ()
    loss, name = _fitting_loss(facts)
    alone = Repair(f"Add {name} at the end", partial(_append, layers=(loss,), after=end))
    if shape is None or shape == (facts.outputs,):
        return (alone,)
    flat = () if len(shape) == 1 else (Flatten(),)
    dense = Dense.checked({"units": facts.outputs})
    units = "1 unit" if facts.outputs == 1 else f"{facts.outputs} units"
    label = f"Add {'Flatten, ' if flat else ''}Dense with {units} and {name}"
    return (Repair(label, partial(_append, layers=(*flat, dense, loss), after=end)), alone)


def _fitting_loss(facts: DataFacts) -> tuple[Loss, str]:
    """The loss that most people take for a task, and what it is called."""
    if facts.task == "classification":
        return SoftmaxCrossEntropy(), "softmax cross-entropy"
    return MeanSquaredError(), "squared error"


def other_loss(node: Node, facts: DataFacts | None) -> tuple[Repair, ...]:
    """The offer of a loss that fits the task, in place of one that does not; none for anything else."""
    if facts is None or not isinstance(node.layer, Loss) or facts.task in node.layer.tasks:
        return ()
    loss, name = _fitting_loss(facts)
    return (Repair(f"Replace it by {name}", partial(edits.set_layer, node_id=node.id, layer=loss)),)


def _append(project: Project, layers: Sequence[Layer | Loss], after: str) -> Project:
    """Layers in a row behind a node."""
    for layer in layers:
        known = project.graph.by_id.keys()
        project = edits.append(project, layer, after)
        (after,) = project.graph.by_id.keys() - known
    return project


def warnings(graph: Graph, parameters: Mapping[str, int | None], facts: DataFacts | None = None) -> list[Problem]:
    """What lets a project be trained, but learn badly or not at all."""
    return [*_taken_twice(graph), *_nothing_trains(graph, parameters), *_one_class(facts)]


def _one_class(facts: DataFacts | None) -> list[Problem]:
    """That there is nothing to tell apart in the samples for training."""
    if facts is None or not facts.only_class:
        return []
    name, several = facts.only_class, f"All {thousands(facts.samples)} training samples belong"
    text = (
        f"{several if facts.samples > 1 else 'The training sample belongs'} to one class, {name}, so there is nothing "
        f"to tell apart: the network learns to always say {name}. Choose data, or a split of them, with two or more "
        "classes for training."
    )
    return [Problem(text, severity="warning")]


def _taken_twice(graph: Graph) -> list[Problem]:
    """A Softmax or Sigmoid layer right before a loss that takes its softmax or sigmoid itself."""
    found = []
    for node in graph.nodes:
        kind = TAKEN_BY_LOSS.get(node.layer.key, "") if node.is_loss else ""
        for edge in graph.inputs_of(node.id):
            before = graph.node(edge.source)
            if before.layer.key == kind:
                text = (
                    f"{before.id} is one {kind.lower()} too many; {node.id} takes one by itself. Applied twice, it "
                    f"keeps the gradient small and the network from learning. Remove {before.id}."
                )
                remove = Repair(f"Remove {before.id}", partial(edits.delete, node_ids=(before.id,)))
                found.append(Problem(text, before.id, (remove,), "warning"))
    return found


def _nothing_trains(graph: Graph, parameters: Mapping[str, int | None]) -> list[Problem]:
    """That there are no parameters, or that all of them are frozen. Not while some are not known yet."""
    with_parameters = [node for node in graph.nodes if parameters.get(node.id)]
    if None in parameters.values() or not any(node.is_loss for node in graph.nodes):
        return []
    if not with_parameters:
        text = "Nothing can be trained: no layer has parameters. Add a layer such as Dense or Conv2D."
        return [Problem(text, severity="warning")]
    if not all(isinstance(node.layer, Layer) and node.layer.frozen for node in with_parameters):
        return []
    text = "Nothing will be trained: every layer that has parameters is frozen."
    ids = tuple(node.id for node in with_parameters)
    return [Problem(text, None, (Repair("Train all layers", partial(_thaw, node_ids=ids)),), "warning")]


def _thaw(project: Project, node_ids: Sequence[str]) -> Project:
    """Layers that are trained again."""
    nodes = tuple(
        replace(node, layer=node.layer.changed(trainable=True)) if node.id in node_ids else node
        for node in project.graph.nodes
    )
    return replace(project, graph=replace(project.graph, nodes=nodes))
