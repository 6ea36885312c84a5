"""At which card of the graph a run has ended too early: that of a layer, or that of the loss."""

from __future__ import annotations

from deepviz.document.graph import Graph

LOSS = "loss"
"""What the engine calls the loss, which is no node of its network."""


def failed_card(graph: Graph, node: str) -> str:
    """The id of the node that the engine calls so; empty if the graph has none."""
    if node in graph.by_id:
        return node
    return next((each.id for each in graph.nodes if each.is_loss), "") if node == LOSS else ""
