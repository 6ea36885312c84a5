"""What the canvas says in words: tooltips, and the description of the selection for those who do not see it."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from deepviz.document.costs import NodeCosts
from deepviz.document.drawing import GroupCard
from deepviz.document.graph import Edge, Graph
from deepviz.document.shapes import Problem, Report
from deepviz.gui.amounts import counted, plural, short_bytes, thousands
from deepviz.gui.canvas.card_face import UNKNOWN, is_frozen, shape_words
from deepviz.gui.canvas.gradients import GradientPicture, magnitude
from deepviz.gui.canvas.live import loss_in_words


def node_tooltip(
    graph: Graph,
    report: Report,
    node_id: str,
    gradient: float | None,
    problems: Sequence[Problem],
    costs: NodeCosts | None = None,
    past_step: int | None = None,
    curve: str = "",
) -> str:
    """A few lines about a node; its gradient is NaN where it was frozen, and may be that of an earlier step.

    Parameters
    ----------
    curve
        What the curve on its card is, where no number stands beside it.
    """
    layer = graph.node(node_id).layer
    lines = [f"{name_of(graph, node_id)} · {layer.label}", layer.summary()]
    if layer.formula:
        lines.append(layer.formula)
    if not graph.node(node_id).is_loss:
        lines.append(f"Output {_known(shape_words(report, node_id))}")
    count = report.parameters.get(node_id)
    if count:
        lines.append(f"Parameters {thousands(count)}")
    if costs is not None and costs.macs:
        lines.append(f"Multiply-accumulates {thousands(costs.macs)} a sample")
    if costs is not None and costs.stored is not None:
        lines.append(f"Stored for the backward pass {short_bytes(costs.stored)} a batch")
    if is_frozen(graph.node(node_id), report) and not (past_step is not None and gradient is not None):
        lines.append("Frozen: training leaves its parameters as they are.")
    elif gradient is not None and gradient != gradient:
        lines.append("Frozen at this step: the gradient of its parameters was not computed.")
    elif gradient is not None:
        lines.append(f"Gradient of its parameters ‖∂L/∂θ‖ = {magnitude(gradient)}{_when(past_step)}")
    lines += [curve] if curve else []
    lines += [problem.text for problem in problems]
    return "\n".join(lines)


def curve_in_words(graph: Graph, picture: GradientPicture, node_id: str) -> str:
    """What the curve on a card is beside which no number stands, with its newest value; empty if there is no such."""
    node = graph.node(node_id)
    if node.is_loss:
        known = "" if picture.loss is None else loss_in_words(picture.loss)
        return known and f"Curve: the loss of the batch = {known}{_when(picture.past_step)}"
    if node_id in picture.nodes or node_id in picture.history:
        return ""
    flow = picture.flows.get(node_id)
    if flow is not None and picture.edge_step is not None:
        value = magnitude(float(flow[-1]))
        return f"Curve: gradient of its output ‖∂L/∂a‖ = {value}{_when(picture.edge_step)}"
    if flow is not None:
        return "Curve: gradient of its output ‖∂L/∂a‖, up to the last step at which it was measured"
    is_missing = picture.edge_step is not None and not isinstance(node.layer, GroupCard)
    return "Gradient of its output ‖∂L/∂a‖: not measured" if is_missing else ""


def _when(step: int | None) -> str:
    return "" if step is None else f" at step {thousands(step)}"


def edge_tooltip(
    graph: Graph,
    report: Report,
    edge: Edge,
    gradient: float | None,
    is_measured: bool,
    count: int = 1,
    step: int | None = None,
) -> str:
    """A few lines about an edge.

    Parameters
    ----------
    count
        How many connections of the network it stands for.
    step
        The step that the gradient is of, if it is known.
    """
    lines = [" → ".join(ends_of(graph, edge)), f"Shape {_known(shape_words(report, edge.source))}"]
    if gradient is not None:
        lines.append(f"Gradient ‖∂L/∂a‖ = {magnitude(gradient)}{_when(step)}")
        if count > 1:
            lines.append(f"It stands for {counted(count, 'connection')}: √(Σ ‖∂L/∂a‖²) over all of them.")
        if gradient == 0:
            lines.append("No gradient flows back here.")
        elif gradient != gradient or gradient in (float("inf"), float("-inf")):
            lines.append("The gradient has overflowed here.")
    elif is_measured:
        lines.append("No gradient is computed here.")
    return "\n".join(lines)


def named(graph: Graph, cards: Sequence[str], comments: Sequence[str] = ()) -> str:
    """What is chosen: the name of a single card, which for a group is what people call it, or how many there are."""
    if len(cards) != 1 or comments:
        return numbered(len(cards), len(comments))
    return name_of(graph, cards[0])


def name_of(graph: Graph, card: str) -> str:
    """What a card is called in messages: the id of its layer, or what people call the group."""
    layer = graph.node(card).layer
    return layer.name if isinstance(layer, GroupCard) else card


def ends_of(graph: Graph, edge: Edge) -> tuple[str, str]:
    """What the cards at both ends of a connection are called, the one that it comes from first."""
    return name_of(graph, edge.source), name_of(graph, edge.target)


def numbered(layers: int, comments: int = 0) -> str:
    """How many layers and comments there are."""
    parts = [counted(layers, "layer")] if layers or not comments else []
    parts += [counted(comments, "comment")] if comments else []
    return " and ".join(parts)


def graph_in_words(graph: Graph) -> str:
    """How large the network is."""
    return f"Network of {counted(len(graph.nodes), 'layer')} and {counted(len(graph.edges), 'connection')}."


def selection_in_words(
    graph: Graph, report: Report, node_ids: Collection[str], edges: Collection[Edge], problems: Sequence[Problem]
) -> str:
    """What is selected, with what a card shows and where it is connected."""
    if not node_ids and not edges:
        return graph_in_words(graph) + " Nothing is selected."
    if len(node_ids) == 1 and not edges:
        return node_in_words(graph, report, next(iter(node_ids)), problems)
    if len(edges) == 1 and not node_ids:
        edge = next(iter(edges))
        source, target = ends_of(graph, edge)
        return f"Connection from {source} to {target}, shape {_known(shape_words(report, edge.source))}."
    parts = [counted(len(node_ids), "layer")] if node_ids else []
    parts += [counted(len(edges), "connection")] if edges else []
    return f"{' and '.join(parts)} selected: {', '.join(name_of(graph, each) for each in node_ids)}.".replace(
        ": .", "."
    )


def node_in_words(graph: Graph, report: Report, node_id: str, problems: Sequence[Problem]) -> str:
    """What a node is, with everything that its card shows and where it is connected, as a sentence."""
    node = graph.node(node_id)
    said = [f"{name_of(graph, node_id)}: {node.layer.label} {node.layer.headline()}".rstrip()]
    if not node.is_loss:
        said.append(f"output {_known(shape_words(report, node_id))}")
    count = report.parameters.get(node_id)
    if count:
        said.append(f"{count} {plural(count, 'parameter')}{', frozen' if is_frozen(node, report) else ''}")
    before = [name_of(graph, edge.source) for edge in graph.inputs_of(node_id)]
    after = [name_of(graph, edge.target) for edge in graph.outputs_of(node_id)]
    said += [f"after {' and '.join(before)}"] if before else []
    said += [f"before {' and '.join(after)}"] if after else []
    text = ", ".join(said) + "."
    return " ".join([text, *(f"Problem: {problem.text}" for problem in problems)])


def _known(shape: str) -> str:
    return "not known yet" if shape == UNKNOWN else shape
