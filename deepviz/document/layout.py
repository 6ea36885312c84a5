"""Where cards go when they are put in order: data flows from left to right, and long chains wrap in rows."""

from __future__ import annotations

from deepviz.document.graph import Graph, Position

CARD_SIZE = (170.0, 92.0)
CARD_PITCH = (216.0, 144.0)
"""From the left (top) of one card to the left (top) of the next, in scene units."""


def arranged(graph: Graph, columns: int) -> dict[str, Position]:
    """A position for every node.

    A node's step is the length of the longest way to it from a node without inputs. Steps go from left to right and
    wrap after `columns` of them; nodes of the same step stand below each other. Nodes on a cycle come last.
    """
    order, cyclic = graph.in_order()
    step: dict[str, int] = {}
    for node_id in order:
        step[node_id] = max((step[edge.source] + 1 for edge in graph.inputs_of(node_id)), default=0)
    for node_id in cyclic:
        step[node_id] = max(step.values(), default=-1) + 1
    loose = [node.id for node in graph.nodes if not graph.inputs_of(node.id) and not graph.outputs_of(node.id)]
    connected = [node_id for node_id in step if node_id not in loose]
    positions: dict[str, Position] = {}
    top = 0.0
    row_starts = range(0, max((step[node_id] for node_id in connected), default=-1) + 1, columns)
    for start in row_starts:
        heights = [0] * columns
        for node_id in connected:
            column = step[node_id] - start
            if 0 <= column < columns:
                positions[node_id] = (column * CARD_PITCH[0], top + heights[column] * CARD_PITCH[1])
                heights[column] += 1
        top += max(heights) * CARD_PITCH[1]
    for number, node_id in enumerate(loose):
        row, column = divmod(number, columns)
        positions[node_id] = (column * CARD_PITCH[0], top + row * CARD_PITCH[1])
    return positions
