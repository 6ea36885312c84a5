"""Which connections make sense, and the edits that gestures ask for that are more than one step of the document's.

Every function here that takes a project gives the next one, like those of `deepviz.document.edits`.
"""

from __future__ import annotations

from dataclasses import replace

from deepviz.document import edits
from deepviz.document.graph import Edge, Graph
from deepviz.document.project import Project
from deepviz.engine.layer import Layer
from deepviz.engine.loss import Loss
from deepviz.gui.canvas.geometry import takes_input


def possible_targets(graph: Graph, source: str) -> set[str]:
    """The nodes that an edge from the output of `source` can go to."""
    if graph.node(source).is_loss:
        return set()
    excluded = graph.leading_to(source) | {edge.target for edge in graph.outputs_of(source)}
    return {node.id for node in graph.nodes if takes_input(node)} - excluded


def possible_sources(graph: Graph, target: str) -> set[str]:
    """The nodes whose output an edge to an input of `target` can come from."""
    if not takes_input(graph.node(target)):
        return set()
    excluded = graph.reached_from(target) | {edge.source for edge in graph.inputs_of(target)}
    return {node.id for node in graph.nodes if not node.is_loss} - excluded


def without_edge(graph: Graph, edge: Edge | None) -> Graph:
    """The graph as it is while an edge's end is being dragged: without that edge."""
    if edge is None:
        return graph
    return Graph(graph.nodes, tuple(other for other in graph.edges if other != edge))


def refusal(graph: Graph, source: str, target: str, port: int | None) -> str:
    """Why a connection cannot be made, in words; empty if it can."""
    try:
        edits.connect(Project(graph=graph), source, target, port)
    except edits.EditError as error:
        return str(error)
    return ""


def reconnect(project: Project, edge: Edge, target: str, port: int | None) -> Project:
    """Lead an edge to another input. At another port of the same layer it comes between those that are there.

    Raises
    ------
    EditError
        If it cannot go there.
    """
    if target == edge.target and port is not None and target in project.graph.by_id:
        return _reordered(project, edge, port)
    project = edits.disconnect(project, (edge,))
    # Taking the edge away may have closed up the ports: one that is no longer there means the next free one.
    if port is not None and port > len(project.graph.inputs_of(target)):
        port = None
    return edits.connect(project, edge.source, target, port)


def add_connected(
    project: Project,
    layer: Layer | Loss,
    position: tuple[float, float],
    before: str | None = None,
    after: str | None = None,
) -> Project:
    """Place a layer and connect it in the same step.

    Parameters
    ----------
    before, after
        The node whose output leads to the new one, and the node that the new one leads to.

    Raises
    ------
    EditError
        If the new layer has no such side.
    """
    project = edits.add_node(project, layer, position)
    new_id = project.graph.nodes[-1].id
    if before is not None:
        project = edits.connect(project, before, new_id)
    if after is not None:
        project = edits.connect(project, new_id, after)
    return project


def _reordered(project: Project, edge: Edge, port: int) -> Project:
    """Put an input of a layer in another place among its inputs."""
    graph = project.graph
    order = list(graph.inputs_of(edge.target))
    moved = next(each for each in order if each.port == edge.port)
    order.remove(moved)
    order.insert(port, moved)
    numbered = {each: replace(each, port=number) for number, each in enumerate(order)}
    return replace(project, graph=replace(graph, edges=tuple(numbered.get(each, each) for each in graph.edges)))
