"""The network as a list in words: groups, layers in the order of the flow, and below each what it is connected to.

Plain values, without Qt. Each row says for itself everything that its card says on the canvas.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from deepviz.document import ends
from deepviz.document.graph import Edge, Graph, Group
from deepviz.document.shapes import Problem, Report
from deepviz.gui.amounts import counted, plural
from deepviz.gui.canvas.card_face import is_frozen, problems_by_node, shape_words
from deepviz.gui.canvas.hit_test import in_flow
from deepviz.gui.canvas.words import node_in_words

Kind = Literal["group", "node", "input", "output"]

INTO, OUT_OF = "\N{LEFTWARDS ARROW}", "\N{RIGHTWARDS ARROW}"
_DOT = " \N{MIDDLE DOT} "


@dataclass(frozen=True)
class OutlineRow:
    """One line of the outline.

    Attributes
    ----------
    kind
        A group, a node, or one of a node's connections: what comes into it or what goes out.
    thing
        Id of the node or group, or the edge.
    title
        Its first words: what one types to find it.
    detail
        What stands beside the title, such as the label and the hyperparameters that matter most.
    facts
        The second line: shape, parameters. Empty for none.
    spoken
        All of it as a sentence, for those who do not see it.
    icon, category
        Name of its icon and the category whose hue that takes; empty for none.
    problem
        What is wrong here, in words; empty if nothing is.
    children
        Rows below it.
    """

    kind: Kind
    thing: str | Edge
    title: str
    detail: str = ""
    facts: str = ""
    spoken: str = ""
    icon: str = ""
    category: str = ""
    problem: str = ""
    children: tuple[OutlineRow, ...] = ()

    def key(self) -> tuple[Kind, str | Edge]:
        """What makes it the same row although it says something else now."""
        return (self.kind, self.thing)

    def other_end(self) -> str:
        """The node that a connection leads to, seen from the one that it is listed below; empty for other rows."""
        if not isinstance(self.thing, Edge):
            return ""
        return self.thing.source if self.kind == "input" else self.thing.target


def outline(graph: Graph, report: Report) -> tuple[OutlineRow, ...]:
    """The rows of a graph: nodes in the order of the flow, those of a group below it, where its first node is."""
    problems = problems_by_node(report)
    order = in_flow(graph)
    nodes = {node_id: _node_row(graph, report, node_id, problems.get(node_id, ())) for node_id in order}
    return tuple(_level(graph, report, "", order, nodes))


def flattened(rows: Iterable[OutlineRow]) -> Iterator[OutlineRow]:
    """All rows, each before those below it."""
    for row in rows:
        yield row
        yield from flattened(row.children)


def _level(
    graph: Graph, report: Report, parent: str, order: Sequence[str], nodes: dict[str, OutlineRow]
) -> Iterator[OutlineRow]:
    """The rows inside of a group, or of the whole for an empty `parent`."""
    begun: set[str] = set()
    for node_id in order:
        way = graph.way_up(graph.node(node_id).group)
        if parent and parent not in way:
            continue
        inner = way[: way.index(parent)] if parent else way
        if not inner:
            yield nodes[node_id]
        elif inner[-1] not in begun:
            begun.add(inner[-1])
            group = graph.groups_by_id[inner[-1]]
            yield _group_row(group, graph, report, tuple(_level(graph, report, group.id, order, nodes)))


def _group_row(group: Group, graph: Graph, report: Report, children: tuple[OutlineRow, ...]) -> OutlineRow:
    members = graph.members(group.id)
    count = sum(report.parameters.get(node_id) or 0 for node_id in members)
    layers = counted(len(members), "layer")
    facts = [layers, counted(count, "parameter")] if count else [layers]
    wrong = sum(1 for row in flattened(children) if row.kind == "node" and row.problem)
    said = [f"Group {group.name}", layers]
    said += [f"{group.repeat} times in a row"] if group.repeat > 1 else []
    said += [f"{count} {plural(count, 'parameter')}"] if count else []
    text = ", ".join(said) + "."
    return OutlineRow(
        kind="group",
        thing=group.id,
        title=group.name,
        detail=f"\N{MULTIPLICATION SIGN} {group.repeat}" if group.repeat > 1 else "",
        facts=_DOT.join(facts),
        spoken=f"{text} Something is wrong in it." if wrong else text,
        icon="layer",
        category="Merge and shape",
        problem="Something is wrong in this group." if wrong else "",
        children=children,
    )


def _node_row(graph: Graph, report: Report, node_id: str, problems: tuple[Problem, ...]) -> OutlineRow:
    node = graph.node(node_id)
    count = report.parameters.get(node_id)
    shape = "" if node.is_loss else shape_words(report, node_id)
    facts = [shape] if shape and shape != node.layer.headline() else []
    facts += [counted(count, "parameter")] if count else []
    facts += ["frozen"] if is_frozen(node, report) else []
    facts += [f"on {ends.host(graph, node_id)}"] if ends.is_attached(graph, node_id) else []
    return OutlineRow(
        kind="node",
        thing=node_id,
        title=node_id,
        detail=f"{node.layer.label} {node.layer.headline()}".rstrip(),
        facts=_DOT.join(facts),
        spoken=node_in_words(graph, report, node_id, problems),
        icon=node.layer.key,
        category=node.layer.category,
        problem="\n".join(problem.text for problem in problems),
        children=(
            *(_edge_row("input", edge, report) for edge in graph.inputs_of(node_id)),
            *(_edge_row("output", edge, report) for edge in graph.outputs_of(node_id)),
        ),
    )


def _edge_row(kind: Literal["input", "output"], edge: Edge, report: Report) -> OutlineRow:
    arrow, other = (INTO, edge.source) if kind == "input" else (OUT_OF, edge.target)
    shape = shape_words(report, edge.source)
    words = "Connection from" if kind == "input" else "Connection to"
    return OutlineRow(kind, edge, f"{arrow} {other}", shape, spoken=f"{words} {other}, shape {shape}.")
