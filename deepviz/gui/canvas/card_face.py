"""What a card says about its node, as plain values. Equal faces look the same: equality decides about repainting."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from deepviz.document.drawing import GroupCard
from deepviz.document.graph import Edge, Flow, Graph, Node
from deepviz.document.shapes import Problem, Report
from deepviz.engine.layer import Layer
from deepviz.engine.loss import Loss
from deepviz.engine.shapes import shape_text
from deepviz.gui.amounts import thousands
from deepviz.gui.canvas.geometry import has_output, input_port_count, takes_input

UNKNOWN = "?"

Severity = Literal["", "warning", "bad"]


@dataclass(frozen=True)
class CardFace:
    """Everything that is painted on a card except what changes while training.

    Attributes
    ----------
    icon
        Name of its icon: the key of the layer.
    label, headline
        Name of the layer, and the hyperparameters that matter most.
    category
        Decides about the hue.
    shape
        What leaves the node, such as "24 × 24 × 8"; "?" if it cannot be known, empty if there is nothing to say.
    parameters
        How many numbers are trained, with thin spaces between thousands; empty if none.
    inputs, has_output
        Its ports.
    is_loss
        Whether a loss is computed here.
    problem
        Its first problem in short, or empty.
    severity
        "bad" for what cannot work, "warning" for what is only unfinished.
    is_frozen
        Whether training leaves its parameters as they are.
    is_group
        Whether it stands for several layers.
    flow
        Which way data flows through it: on which sides its ports are.
    """

    icon: str
    label: str
    headline: str
    category: str
    shape: str
    parameters: str
    inputs: int
    has_output: bool
    is_loss: bool = False
    problem: str = ""
    severity: Severity = ""
    is_frozen: bool = False
    is_group: bool = False
    flow: Flow = "right"


def face_of(
    node: Node, graph: Graph, report: Report, problems: tuple[Problem, ...], attached: Node | None = None
) -> CardFace:
    """What the card of a node says.

    Parameters
    ----------
    problems
        Those of this node and of edges that end at it.
    attached
        The activation that is drawn on the same card; None if there is none.
    """
    layer = node.layer
    headline = layer.headline()
    shape = "" if isinstance(layer, Loss) else shape_words(report, node.id)
    count = report.parameters.get(node.id)
    return CardFace(
        icon=layer.key,
        label=title(node, attached),
        headline=headline,
        category=layer.category,
        # An Input's headline is its shape; to say it twice on one card would be noise.
        shape="" if shape == headline and not takes_input(node) else shape,
        parameters=thousands(count) if count else "",
        inputs=input_port_count(graph, node),
        has_output=has_output(node),
        is_loss=node.is_loss,
        problem=short(problems[0], node.id) if problems else "",
        severity=_severity(node, graph, report, problems),
        is_frozen=is_frozen(node, report),
        is_group=isinstance(layer, GroupCard),
        flow=graph.flow,
    )


def title(node: Node, attached: Node | None = None) -> str:
    """What a card is called: its layer, with the activation attached to it, or its group."""
    if isinstance(node.layer, GroupCard):
        return node.layer.name
    return node.layer.label if attached is None else f"{node.layer.label} + {attached.layer.label}"


def new_face(layer: Layer | Loss, flow: Flow = "right") -> CardFace:
    """What the card of a layer says that is not in a graph yet."""
    headline = layer.headline()
    is_loss = isinstance(layer, Loss)
    return CardFace(
        layer.key, layer.label, headline, layer.category, "", "", layer.minimum_inputs, not is_loss, is_loss, flow=flow
    )


def is_frozen(node: Node, report: Report) -> bool:
    """Whether a node has parameters that training leaves as they are."""
    return isinstance(node.layer, Layer) and node.layer.frozen and bool(report.parameters.get(node.id))


def shape_words(report: Report, node_id: str) -> str:
    """The shape that leaves a node, as people write it; "?" where it cannot be known."""
    shape = report.shapes.get(node_id)
    return UNKNOWN if shape is None else shape_text(shape)


def problems_by_node(report: Report) -> dict[str, tuple[Problem, ...]]:
    """The problems to show at each node: its own and those of edges that end at it."""
    found: dict[str, tuple[Problem, ...]] = {}
    for problem in report.remarks:
        where = problem.where.target if isinstance(problem.where, Edge) else problem.where
        if where is not None:
            found[where] = (*found.get(where, ()), problem)
    return found


def short(problem: Problem, node_id: str) -> str:
    """The first sentence of a problem, without the name of the node it is shown at."""
    text = problem.text
    for opening in (f"{node_id}: ", f"{node_id} is ", f"{node_id} "):
        if text.startswith(opening):
            text = text[len(opening) :]
            break
    for ending in (". ", "; "):
        text = text.split(ending)[0]
    return text[:1].upper() + text[1:].rstrip(".")


def _severity(node: Node, graph: Graph, report: Report, problems: tuple[Problem, ...]) -> Severity:
    """Something missing is a warning, as is what can be trained all the same; something that contradicts is bad."""
    if all(problem.is_warning for problem in problems):
        return "warning" if problems else ""
    if isinstance(node.layer, GroupCard):
        return "bad"
    inputs = graph.inputs_of(node.id)
    if len(inputs) < node.layer.minimum_inputs:
        return "warning"
    arrives = all(report.shapes.get(edge.source) is not None for edge in inputs)
    contradicts = arrives and report.shapes.get(node.id) is None
    dangling = not node.is_loss and not graph.outputs_of(node.id)
    return "warning" if dangling and not contradicts else "bad"
