"""What the values of a quantity belong to: the layers, nodes or edges of the network, by their names.

A quantity of a step is a number, or a row of numbers with one for each layer, node or edge; its probe says of which.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy.typing as npt

from deepviz.engine import probes

GRADIENT_NORM = "gradient_norm"

Edge = tuple[str, str, int]
"""The node that an edge starts at, the one that it ends at, and which of that one's inputs."""


class NamedRows:
    """The names of the layers, nodes and edges of one network.

    Parameters
    ----------
    layers
        The names of the nodes with parameters, first layer first: what rows such as ``gradient_norm`` are of.
    nodes
        The names of all nodes in the order of the network; an attribute too, to be set where a file does not know them.
    edges
        Source, target and number of the input of each edge in the order of the network; an attribute too.

    Raises
    ------
    ValueError
        If two layers have the same name.
    """

    def __init__(self, layers: Sequence[str], nodes: Sequence[str] = (), edges: Sequence[Edge] = ()) -> None:
        self.layers, self.nodes, self.edges = tuple(layers), tuple(nodes), tuple(edges)
        if len(set(self.layers)) < len(self.layers):
            raise ValueError("Two layers of a history have the same name.")

    def row_names(self, name: str) -> tuple[str, ...]:
        """What the values of a quantity belong to: names of layers, nodes or edges; empty for numbers or if unknown.

        An edge is called ``dense_1 → relu_1``, or ``dense_1 → add_1 (2)`` where it is not the first input; the last of
        them is what comes from the loss.
        """
        key = name.partition("/")[0]
        rows = probes.registry[key].rows if key in probes.registry else ""
        if rows == "edges" and self.edges:
            named = (f"{source} → {target}" + f" ({slot + 1})" * (slot > 0) for source, target, slot in self.edges)
            return (*named, "loss")
        return {"layers": self.layers, "nodes": self.nodes}.get(rows, ())

    def fits(self, name: str, values: npt.NDArray[Any]) -> bool:
        """Whether there is a value for each layer or node, where it is known how many there are."""
        names = self.row_names(name)
        return values.shape[1:] == (len(names),) if names or name == GRADIENT_NORM else True
