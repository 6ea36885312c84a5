"""What a network costs, node by node: parameters, multiply-accumulates, memory of stored intermediates, outputs.

The first, second and last are known from the live check. How much is stored comes from writing the step down, which
may take longer: `Costs.of_report` is there at once, `costs` has all of it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal, get_args

from deepviz.document.compile import without_loss
from deepviz.document.graph import Graph
from deepviz.document.problems import DataFacts
from deepviz.document.project import Project
from deepviz.document.repeats import unrolled
from deepviz.document.shapes import Report, check
from deepviz.engine.graph import GraphError
from deepviz.engine.ledger import stored_bytes
from deepviz.engine.loss import Loss
from deepviz.engine.shapes import ShapeError

Quantity = Literal["parameters", "macs", "stored", "outputs"]
QUANTITIES: tuple[Quantity, ...] = get_args(Quantity)

MOST_STORED = 2**36
"""Bytes of weights and gradients above which nothing is written down: no machine of today trains that."""


@dataclass(frozen=True)
class NodeCosts:
    """What one node costs; all repetitions of a repeated one together. None stands for what is not known.

    Attributes
    ----------
    parameters
        How many numbers it trains, frozen ones as well.
    macs
        Multiply-accumulates of a forward pass, for one sample.
    stored
        Bytes that it leaves in memory for the backward pass, for a whole batch.
    outputs
        How many numbers leave it, for one sample.
    """

    parameters: int | None = None
    macs: int | None = None
    stored: int | None = None
    outputs: int | None = None


@dataclass(frozen=True)
class Costs:
    """What a network costs.

    Attributes
    ----------
    nodes
        By node id.
    batch
        Samples in a batch, for which `stored` is told.
    """

    nodes: Mapping[str, NodeCosts]
    batch: int

    @classmethod
    def of_report(cls, report: Report, batch: int) -> Costs:
        """What is known without writing anything down."""
        nodes = {
            node_id: NodeCosts(
                report.parameters.get(node_id),
                report.macs.get(node_id),
                None,
                None if shape is None else math.prod(shape),
            )
            for node_id, shape in report.shapes.items()
        }
        return cls(nodes, batch)

    def with_stored(self, stored: Mapping[str, int]) -> Costs:
        """The same with the bytes that are stored, by node id; none for those that are not named."""
        nodes = {node_id: replace(node, stored=stored.get(node_id)) for node_id, node in self.nodes.items()}
        return replace(self, nodes=nodes)

    def of(self, quantity: Quantity) -> dict[str, int]:
        """One quantity by node id, where it is known."""
        values = {node_id: getattr(node, quantity) for node_id, node in self.nodes.items()}
        return {node_id: value for node_id, value in values.items() if value is not None}

    def total(self, quantity: Quantity) -> int | None:
        """The sum over all nodes; None if it is not known of one of them."""
        found = self.of(quantity)
        return sum(found.values()) if len(found) == len(self.nodes) else None


def costs(project: Project, facts: DataFacts | None, report: Report | None = None) -> Costs:
    """All that the network of a project costs.

    Parameters
    ----------
    project, facts
        As for `check`.
    report
        What `check` says about them, if that is known already.
    """
    report = check(project, facts) if report is None else report
    known = Costs.of_report(report, batch_size(project, facts))
    return known.with_stored(stored(project.graph, known.batch, report))


def batch_size(project: Project, facts: DataFacts | None) -> int:
    """How many samples a batch has: those that are asked for, but not more than there are."""
    wanted = project.plan.run.batch_size
    return wanted if facts is None else max(1, min(wanted, facts.samples))


def can_be_written_down(report: Report) -> bool:
    """Whether a network may be written down to see what it stores: it fits into this machine, and flows one way."""
    complete = all(shape is not None for shape in report.shapes.values()) and bool(report.shapes)
    return complete and not report.is_too_large and 8 * report.total_parameters < MOST_STORED


def stored(graph: Graph, batch: int, report: Report) -> dict[str, int]:
    """Bytes that each node stores for a batch, by its id; empty if that cannot be known.

    It takes milliseconds for most networks, and up to seconds for recurrent layers over thousands of steps.

    Parameters
    ----------
    graph
        What is drawn.
    batch
        Samples in a batch.
    report
        What `check` says about it.
    """
    if not can_be_written_down(report):
        return {}
    written = unrolled(graph)
    loss_node = next((node for node in written.graph.nodes if node.is_loss), None)
    loss = loss_node.layer if loss_node is not None and isinstance(loss_node.layer, Loss) else None
    try:
        found = stored_bytes(without_loss(written.graph), batch, loss)
    except (GraphError, ShapeError, MemoryError):
        return {}
    by_loss = found.pop("")
    if loss_node is not None:
        found[loss_node.id] = by_loss
    sums: dict[str, int] = {}
    for node_id, count in found.items():
        origin = written.origin[node_id]
        sums[origin] = sums.get(origin, 0) + count
    return sums


def key_of(graph: Graph, batch: int) -> tuple[object, ...]:
    """What `stored` depends on: two graphs of one key, with one batch size, store the same. Positions do not matter."""
    nodes = tuple((node.id, node.layer, node.group) for node in graph.nodes)
    groups = tuple((group.id, group.parent, group.repeat) for group in graph.groups)
    return nodes, graph.edges, groups, batch
