"""Live checking: the shape that leaves each node, its parameter count, and what is wrong, where, and how to mend it.

Everything here is found before training, from the graph alone and a few facts about the data.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Literal

from deepviz.document import edits, memory, repairs
from deepviz.document.graph import Edge, Graph, Node
from deepviz.document.project import Project
from deepviz.document.repairs import Repair as Repair
from deepviz.document.repeats import Unrolled, obstacle, unrolled
from deepviz.engine.layer import Layer
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
    written = unrolled(project.graph)
    return folded(_checked(replace(project, graph=written.graph), facts), written, project.graph)


def _checked(project: Project, facts: DataFacts | None) -> Report:
    """What is known about a project without repeated groups."""
    graph = project.graph
    order, cyclic = graph.in_order()
    shapes: dict[str, Shape | None] = dict.fromkeys(cyclic)
    needs: dict[str, memory.Needs] = {}
    at_nodes: dict[str, list[Problem]] = {node.id: [] for node in graph.nodes}
    for node_id in order:
        node = graph.node(node_id)
        shapes[node_id], at_nodes[node_id] = _node(graph, node, shapes, facts)
        if isinstance(node.layer, Layer) and (output := shapes[node_id]) is not None:
            inputs = [shape for edge in graph.inputs_of(node_id) if (shape := shapes[edge.source]) is not None]
            needs[node_id] = memory.needs(node.layer, inputs, output)
        at_nodes[node_id] += _superfluous(graph, node)
        if not node.is_loss and not graph.outputs_of(node_id) and _connected_or_not_alone(graph, node):
            at_nodes[node_id].append(_dangling(graph, node))
    for node_id in _on_cycle(graph, cyclic):
        text = f"{node_id} is part of a cycle; data must flow one way. Delete one of the cycle's connections."
        at_nodes[node_id].append(Problem(text, node_id))
    for problem in _too_large(project, needs, facts):
        at_nodes[str(problem.where)].append(problem)
    parameters = {
        node.id: needs[node.id].parameters if node.id in needs else 0 if shapes[node.id] == () else None
        for node in graph.nodes
    }
    problems = [*_whole(project, facts), *(problem for node in graph.nodes for problem in at_nodes[node.id])]
    return Report(shapes, parameters, tuple(problems))


def folded(report: Report, written: Unrolled, graph: Graph) -> Report:
    """What is known about a graph with its groups written out, told of the graph as it was drawn.

    A node that is repeated has the shape of its first repetition and the parameters of all of them.
    """
    problems = [_not_repeatable(graph, group.id) for group in graph.groups if group.repeat > 1]
    found = [problem for problem in problems if problem is not None]
    if written.graph.nodes == graph.nodes:
        return replace(report, problems=(*found, *report.problems)) if found else report
    shapes = {node.id: report.shapes.get(node.id) for node in graph.nodes}
    counts: dict[str, int | None] = {}
    for node_id, count in report.parameters.items():
        origin = written.origin[node_id]
        before = counts.get(origin, 0)
        counts[origin] = None if count is None or before is None else before + count
    for problem in report.problems:
        place = problem.where.target if isinstance(problem.where, Edge) else problem.where
        passes = written.passes.get(place, ()) if place is not None else ()
        if place is None or set(passes) <= {1}:
            found.append(problem)
            continue
        number = ".".join(map(str, passes))
        text = f"In repetition {number}: {problem.text.replace(place, written.origin[place])}"
        if not any(other.where == written.origin[place] for other in found):
            found.append(Problem(text, written.origin[place]))
    return Report(shapes, counts, tuple(found))


def _not_repeatable(graph: Graph, group_id: str) -> Problem | None:
    """The problem that a group cannot be repeated as it is asked for; None if it can."""
    group, reason = graph.groups_by_id[group_id], obstacle(graph, group_id)
    if not reason:
        return None
    once = Repair(f"Do not repeat {group.name}", partial(_set_repeat_once, group_id=group_id))
    return Problem(f"{group.name} cannot be repeated {group.repeat} times: {reason}.", group_id, (once,))


def _set_repeat_once(project: Project, group_id: str) -> Project:
    groups = tuple(replace(each, repeat=1) if each.id == group_id else each for each in project.graph.groups)
    return replace(project, graph=replace(project.graph, groups=groups))


def _node(
    graph: Graph, node: Node, shapes: Mapping[str, Shape | None], facts: DataFacts | None
) -> tuple[Shape | None, list[Problem]]:
    """What leaves a node (None: not known) and what is wrong with it, given what leaves those before it."""
    layer, edges = node.layer, graph.inputs_of(node.id)
    minimum = 1 if isinstance(layer, Loss) else layer.minimum_inputs
    if len(edges) < minimum:
        missing = "nothing is connected to its input" if not edges else f"it needs at least {minimum} inputs"
        text = f"{node.id}: {missing}. Drag from the right-hand port of the layer before it."
        return None, [Problem(text, node.id)]
    # What leaves a loss is no sample: a file may have it connected on, which is told at the loss.
    arriving = [None if graph.node(edge.source).is_loss else shapes[edge.source] for edge in edges]
    inputs = [shape for shape in arriving if shape is not None]
    if len(inputs) < len(edges):
        return None, []
    takes = partial(_output, facts=facts)
    try:
        return takes(layer, inputs), _input_problems(node, facts)
    except ShapeError as error:
        return None, [Problem(f"{node.id}: {error}", node.id, repairs.offers(graph, node, error, shapes, takes))]


def _output(layer: Layer | Loss, inputs: Sequence[Shape], facts: DataFacts | None) -> Shape:
    """What leaves a layer or a loss. Without facts about the data, a loss takes anything."""
    if isinstance(layer, Layer):
        return layer.output_shape(inputs)
    if facts:
        layer.check(inputs[0], facts.task, facts.outputs)
    return ()


def _too_large(project: Project, needs: Mapping[str, memory.Needs], facts: DataFacts | None) -> list[Problem]:
    """The problem that this machine cannot hold the network, at the node that takes most; or none."""
    run, machine = project.plan.run, memory.machine_memory()
    samples = run.batch_size if facts is None else facts.samples
    batch = min(run.batch_size, samples)
    oversize = memory.too_large(needs, batch, samples, machine)
    if oversize is None:
        return []
    fitting = 0 if machine is None else memory.largest_batch(needs, samples, machine)
    offers: tuple[Repair, ...] = ()
    if 0 < fitting < batch:
        plan = replace(project.plan, run=run.changed(batch_size=fitting))
        offers = (Repair(f"Set the batch size to {fitting}", partial(edits.set_plan, plan=plan)),)
    return [Problem(oversize[1], oversize[0], offers)]


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
