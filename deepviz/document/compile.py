"""From what is drawn to what runs: a project's graph becomes a network and a loss."""

from __future__ import annotations

from dataclasses import replace

from deepviz.document.graph import Graph
from deepviz.document.project import Project
from deepviz.document.repeats import unrolled
from deepviz.document.shapes import DataFacts, Problem, check
from deepviz.engine.loss import Loss
from deepviz.engine.network import Network
from deepviz.engine.threads import one_blas_thread


class ProjectError(ValueError):
    """A project that cannot be trained as it is.

    Attributes
    ----------
    problems
        All that is wrong; the text of the error is the first one.
    """

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        super().__init__(problems[0].text + more)
        self.problems = problems


def compile_project(project: Project, facts: DataFacts | None, dtype: str = "float32") -> tuple[Network, Loss]:
    """Build the network that a project describes, with fresh weights from the project's seed.

    Raises
    ------
    ProjectError
        If something is wrong with the graph or it does not fit the data.
    """
    problems = check(project, facts).problems
    if problems:
        raise ProjectError(problems)
    one_blas_thread()  # as in training: with more, products are slower and rounded in another way
    loss_node = next(node for node in project.graph.nodes if node.is_loss)
    assert isinstance(loss_node.layer, Loss)
    network = Network.from_graph(without_loss(unrolled(project.graph).graph), seed=project.plan.run.seed, dtype=dtype)
    return network, loss_node.layer


def without_loss(graph: Graph) -> Graph:
    """The layers of a graph and the edges between them."""
    kept = {node.id for node in graph.nodes if not node.is_loss}
    return replace(
        graph,
        nodes=tuple(node for node in graph.nodes if node.id in kept),
        edges=tuple(edge for edge in graph.edges if edge.source in kept and edge.target in kept),
    )
