"""Live checking: the shape that leaves each node, its parameter count, and what is wrong, where, and how to mend it.

Everything here is found before training, from the graph alone and a few facts about the data.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from deepviz.document import edits, loose_ends, memory, repairs, soundness
from deepviz.document.graph import Graph, Node
from deepviz.document.plan_problems import plan_problems, plan_warnings
from deepviz.document.problems import DataFacts as DataFacts
from deepviz.document.problems import Problem as Problem
from deepviz.document.project import Project
from deepviz.document.repairs import Repair as Repair
from deepviz.document.repeats import Unrolled, obstacle, unrolled
from deepviz.engine.layer import Layer
from deepviz.engine.layers.input import Input
from deepviz.engine.loss import Loss
from deepviz.engine.shapes import Shape, ShapeError, shape_text
from deepviz.numerals import thousands

MOST_NUMBERS = 10**12
"""Numbers for each sample between two layers. More no machine holds, and repetitions soon go beyond all bounds."""


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
        All that keeps it from being trained, in the order of the graph.
    warnings
        What does not, but will keep it from learning, in the same order.
    macs
        Multiply-accumulates of a sample's forward pass in each node, by node id; None where it cannot be known.
    is_too_large
        Whether this machine cannot hold the network.
    """

    shapes: Mapping[str, Shape | None]
    parameters: Mapping[str, int | None]
    problems: tuple[Problem, ...]
    warnings: tuple[Problem, ...] = ()
    macs: Mapping[str, int | None] = field(default_factory=dict)
    is_too_large: bool = False

    @property
    def remarks(self) -> tuple[Problem, ...]:
        """Problems and warnings, the problems first."""
        return (*self.problems, *self.warnings)

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
    written = unrolled(graph)
    report = folded(_checked(replace(project, graph=written.graph), facts), written, graph)
    # Whatever is about connections alone is told of the graph as it was drawn, so that offers fit it.
    found = [
        *soundness.parts(graph, report.shapes, facts),
        *loose_ends.missing_inputs(graph, report.shapes, partial(_output, facts=facts)),
        *report.problems,
        *loose_ends.other(graph),
        *plan_problems(project, facts),
    ]
    places = {node.id: number for number, node in enumerate(graph.nodes)}
    problems = sorted(found, key=lambda problem: places.get(problem.node_id, -1))
    warnings = (*soundness.warnings(graph, report.parameters, facts), *plan_warnings(project, facts))
    return replace(report, problems=tuple(problems), warnings=warnings)


def _checked(project: Project, facts: DataFacts | None) -> Report:
    """What is known about a project without repeated groups."""
    graph = project.graph
    order, cyclic = graph.in_order()
    shapes: dict[str, Shape | None] = dict.fromkeys(cyclic)
    needs: dict[str, memory.Needs] = {}
    macs: dict[str, int | None] = {}
    at_nodes: dict[str, list[Problem]] = {node.id: [] for node in graph.nodes}
    for node_id in order:
        node = graph.node(node_id)
        shapes[node_id], at_nodes[node_id] = _node(graph, node, shapes, facts)
        if isinstance(node.layer, Layer) and (output := shapes[node_id]) is not None:
            inputs = [shape for edge in graph.inputs_of(node_id) if (shape := shapes[edge.source]) is not None]
            needs[node_id] = memory.needs(node.layer, inputs, output)
            macs[node_id] = node.layer.macs(inputs)
    too_large = _too_large(project, needs, facts)
    for problem in too_large:
        at_nodes[problem.node_id].append(problem)
    parameters = {
        node.id: needs[node.id].parameters if node.id in needs else 0 if shapes[node.id] == () else None
        for node in graph.nodes
    }
    macs = {node.id: macs.get(node.id, 0 if shapes[node.id] == () else None) for node in graph.nodes}
    problems = (problem for node in graph.nodes for problem in at_nodes[node.id])
    return Report(shapes, parameters, tuple(problems), macs=macs, is_too_large=bool(too_large))


def folded(report: Report, written: Unrolled, graph: Graph) -> Report:
    """What is known about a graph with its groups written out, told of the graph as it was drawn.

    A node that is repeated has the shape of its first repetition and the parameters of all of them.
    """
    problems = [_not_repeatable(graph, group.id) for group in graph.groups if group.repeat > 1]
    found = [problem for problem in problems if problem is not None]
    if written.graph.nodes == graph.nodes:
        return replace(report, problems=(*found, *report.problems)) if found else report
    shapes = {node.id: report.shapes.get(node.id) for node in graph.nodes}
    found += _told_once(report.problems, written)
    parameters, macs = _summed(report.parameters, written), _summed(report.macs, written)
    return replace(report, shapes=shapes, parameters=parameters, problems=tuple(found), macs=macs)


def _told_once(problems: Sequence[Problem], written: Unrolled) -> list[Problem]:
    """Problems at the nodes as drawn; of those in later repetitions, what is not told at the node already."""
    found: list[Problem] = []
    for problem in problems:
        place = problem.node_id
        passes = written.passes.get(place, ())
        if set(passes) <= {1}:
            found.append(problem)
            continue
        origin, number = written.origin[place], ".".join(map(str, passes))
        if not any(other.where == origin for other in found):
            text = f"In repetition {number}: {problem.text.replace(place, origin)}"
            found.append(Problem(text, origin, severity=problem.severity))
    return found


def _summed(counts: Mapping[str, int | None], written: Unrolled) -> dict[str, int | None]:
    """Counts of all repetitions of a node, by its id as drawn; None where one is not known."""
    found: dict[str, int | None] = {}
    for node_id, count in counts.items():
        origin = written.origin[node_id]
        before = found.get(origin, 0)
        found[origin] = None if count is None or before is None else before + count
    return found


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
    takes = partial(_output, facts=facts)
    if loose_ends.lacks_input(graph, node):
        return None, []
    # What leaves a loss is no sample: a file may have it connected on, which is told at the loss.
    arriving = [None if graph.node(edge.source).is_loss else shapes[edge.source] for edge in edges]
    inputs = [shape for shape in arriving if shape is not None]
    if len(inputs) < len(edges):
        return None, []
    try:
        return takes(layer, inputs), _input_problems(node, facts)
    except ShapeError as error:
        offers = (*repairs.offers(graph, node, error, shapes, takes), *soundness.other_loss(node, facts))
        return None, [Problem(f"{node.id}: {error}", node.id, offers)]


def _output(layer: Layer | Loss, inputs: Sequence[Shape], facts: DataFacts | None) -> Shape:
    """What leaves a layer or a loss. Without facts about the data, a loss takes anything."""
    if isinstance(layer, Layer):
        shape = layer.output_shape(inputs)
        if math.prod(shape) > MOST_NUMBERS:
            raise ShapeError(
                f"{layer.label} would give more than {thousands(MOST_NUMBERS)} numbers for each sample. "
                "Make it smaller, or what comes before it."
            )
        return shape
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


def _input_problems(node: Node, facts: DataFacts | None) -> list[Problem]:
    if not isinstance(node.layer, Input) or facts is None or node.layer.shape == facts.sample_shape:
        return []
    wanted = shape_text(facts.sample_shape)
    text = f"{node.id} is set to {shape_text(node.layer.shape)}, but a sample of the data is {wanted}."
    layer = node.layer.changed(shape=facts.sample_shape)
    repair = Repair(f"Set the shape to {wanted}", partial(edits.set_layer, node_id=node.id, layer=layer))
    return [Problem(text, node.id, (repair,))]
