"""Problems of what is not connected: a layer that gets nothing, one that leads nowhere, a cycle, a connection too many.

For each there is an offer where it is clear what is meant: the nearest output for what gets nothing, for instance.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from deepviz.document import edits
from deepviz.document.graph import Edge, Graph, Node
from deepviz.document.layout import CARD_SIZE
from deepviz.document.problems import Problem
from deepviz.document.repairs import Repair, Shapes, Takes
from deepviz.engine.layers.input import Input
from deepviz.engine.loss import Loss
from deepviz.engine.shapes import ShapeError

MOST_OFFERS = 30
"""Of so many nodes that get too little the nearest output is looked for: to look costs time, and it is done live."""


def missing_inputs(graph: Graph, shapes: Shapes, takes: Takes) -> list[Problem]:
    """The problems of nodes that get less than they need, with the offer of the nearest output.

    Parameters
    ----------
    shapes
        What leaves each node.
    takes
        Raises ShapeError if a layer or loss does not take such inputs.
    """
    lacking = [node for node in graph.nodes if lacks_input(graph, node)]
    offered = [nearest_output(graph, node, shapes, takes) for node in lacking[:MOST_OFFERS]]
    without = [None] * (len(lacking) - len(offered))
    return [_missing_input(graph, *pair) for pair in zip(lacking, [*offered, *without], strict=True)]


def other(graph: Graph) -> list[Problem]:
    """All else that is wrong with connections: those too many, those that are missing behind a node, cycles."""
    found = [problem for node in graph.nodes for problem in _superfluous(graph, node)]
    found += [_dangling(graph, node) for node in graph.nodes if _leads_nowhere(graph, node)]
    return found + _cycles(graph)


def lacks_input(graph: Graph, node: Node) -> bool:
    """Whether a node gets less than it needs."""
    return len(graph.inputs_of(node.id)) < (1 if isinstance(node.layer, Loss) else node.layer.minimum_inputs)


def _missing_input(graph: Graph, node: Node, nearest: Node | None) -> Problem:
    is_bare = not graph.inputs_of(node.id)
    needed = 1 if isinstance(node.layer, Loss) else node.layer.minimum_inputs
    missing = "nothing is connected to its input" if is_bare else f"it needs at least {needed} inputs"
    text = f"{node.id}: {missing}. Drag from the right-hand port of the layer before it."
    if nearest is None:
        return Problem(text, node.id)
    edit = partial(edits.connect, source=nearest.id, target=node.id)
    return Problem(text, node.id, (Repair(f"Connect to the output of {nearest.id}", edit),))


def nearest_output(graph: Graph, node: Node, shapes: Shapes, takes: Takes) -> Node | None:
    """The node whose output is meant, most likely, for another that gets too little; None if none will do.

    One that leads nowhere yet comes before one that does, and has offers of its own if its shape does not fit; of the
    others only those will do whose shape does. One to the left comes before one to the right, a near one before a far
    one. What would make a cycle will not do.
    """
    given = [edge.source for edge in graph.inputs_of(node.id)]
    behind = graph.reached_from(node.id)
    (left, top), right_of_card = node.position, CARD_SIZE[0]

    def rank(other: Node) -> tuple[bool, float]:
        x, y = other.position
        return x >= left, abs(left - x - right_of_card) + abs(top - y)

    possible = [other for other in graph.nodes if not (other.is_loss or other.id in given or other.id in behind)]
    open_ends = sorted((other for other in possible if not graph.outputs_of(other.id)), key=rank)
    in_use = sorted((other for other in possible if graph.outputs_of(other.id)), key=rank)
    for others, if_none in ((open_ends, next(iter(open_ends), None)), (in_use, None)):
        fitting = (other for other in others if _may_take(node, [*given, other.id], shapes, takes))
        found = next(fitting, if_none)
        if found is not None:
            return found
    return None


def _may_take(node: Node, sources: Sequence[str], shapes: Shapes, takes: Takes) -> bool:
    """Whether a node takes what leaves some others, as far as is known."""
    known = [shape for source in sources if (shape := shapes.get(source)) is not None]
    if len(known) < max(len(sources), node.layer.minimum_inputs):
        return True
    try:
        takes(node.layer, known)
    except ShapeError:
        return False
    return True


def _leads_nowhere(graph: Graph, node: Node) -> bool:
    """Whether nothing follows a layer. What stands quite alone lacks its input first of all, unless it has none."""
    is_alone = not graph.inputs_of(node.id) and not isinstance(node.layer, Input)
    return not (node.is_loss or graph.outputs_of(node.id) or is_alone)


def _dangling(graph: Graph, node: Node) -> Problem:
    has_loss = next((other for other in graph.nodes if other.is_loss), None)
    offers: tuple[Repair, ...] = ()
    if has_loss and not graph.inputs_of(has_loss.id) and not isinstance(node.layer, Input):
        offers = (Repair(f"Connect to {has_loss.id}", partial(edits.connect, source=node.id, target=has_loss.id)),)
    elif graph.inputs_of(node.id) and has_loss:
        offers = (Repair(f"Delete {node.id}", partial(edits.delete, node_ids=(node.id,))),)
    return Problem(f"{node.id} leads nowhere. Connect it to a layer or a loss, or delete it.", node.id, offers)


def _superfluous(graph: Graph, node: Node) -> list[Problem]:
    """Connections that the canvas does not let anyone draw; a file may have them."""
    limit = node.layer.maximum_inputs
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


def _cycles(graph: Graph) -> list[Problem]:
    """The problems of nodes on a cycle; those behind one are all right by themselves."""
    found = []
    for node_id in graph.in_order()[1]:
        if any(graph.reaches(edge.target, node_id) for edge in graph.outputs_of(node_id)):
            text = f"{node_id} is part of a cycle; data must flow one way. Delete one of the cycle's connections."
            found.append(Problem(text, node_id))
    return found
