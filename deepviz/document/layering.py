"""In which layer of its drawing each node of a graph stands, and where a drawing too long for one band is cut.

Every edge leads to a later layer. A cut is made where few edges cross it, so that what belongs together stays so.
"""

from __future__ import annotations

from collections.abc import Sequence

from deepviz.document.graph import Graph

CUT = 1.5
"""How many bands more are as bad as one more edge that is cut."""


def layers_of(graph: Graph) -> list[list[str]]:
    """The nodes of each layer, in the order of the flow.

    A node's layer is the length of the longest way to it from a node without inputs. What leads in from the side, and
    nowhere else, stands right before what it leads to. Nodes on a cycle come last.
    """
    order, cyclic = graph.in_order()
    step: dict[str, int] = {}
    for node_id in order:
        step[node_id] = max((step[edge.source] + 1 for edge in graph.inputs_of(node_id)), default=0)
    for node_id in cyclic:
        step[node_id] = max(step.values(), default=-1) + 1
    alone: set[str] = set()
    """Nodes before which nothing branches off."""
    for node_id in order:
        before = [edge.source for edge in graph.inputs_of(node_id)]
        if all(each in alone and len(graph.outputs_of(each)) == 1 for each in before):
            alone.add(node_id)
    for node_id in reversed(order):
        followers = [step[edge.target] for edge in graph.outputs_of(node_id)]
        if node_id in alone and followers:
            step[node_id] = min(followers) - 1
    found: dict[int, list[str]] = {}
    for node_id, number in step.items():
        found.setdefault(number, []).append(node_id)
    return [found[number] for number in sorted(found)]


def bands_of(graph: Graph, layers: Sequence[Sequence[str]], columns: int) -> list[Sequence[Sequence[str]]]:
    """The layers, cut into bands of no more than `columns` of them: into few, and where few edges are cut."""
    crossing = crossing_of(graph, layers)
    # From the end: the least that what comes from a layer on costs, and how long its first band then is.
    best: dict[int, tuple[float, int]] = {len(layers): (0.0, 0)}
    for start in range(len(layers) - 1, -1, -1):
        ends = range(min(start + columns, len(layers)), start, -1)
        costs = ((best[end][0] + 1.0 + CUT * max(0, crossing[end] - 1), end) for end in ends)
        cost, end = min(costs, key=lambda each: each[0])
        best[start] = (cost, end)
    bands = []
    start = 0
    while start < len(layers):
        end = best[start][1]
        bands.append(layers[start:end])
        start = end
    return bands


def crossing_of(graph: Graph, layers: Sequence[Sequence[str]]) -> list[int]:
    """How many edges lead across a cut before each layer, and behind the last one."""
    step = {each: number for number, layer in enumerate(layers) for each in layer}
    change = [0] * (len(layers) + 1)
    for edge in graph.edges:
        first, last = step.get(edge.source, 0), step.get(edge.target, 0)
        if last > first:
            change[first + 1] += 1
            change[last + 1] -= 1
    found, count = [], 0
    for each in change:
        count += each
        found.append(count)
    return found
