"""What each unit of each layer gives all along one input, or all over the plane of two: what a neuron answers to.

Of two inputs it is a small map for each unit; of one it is a map of a single row, which is a curve.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from deepviz.datasets.prepared import PreparedData
from deepviz.insight.activations import activations
from deepviz.insight.plane import Window, centres, grid, inputs_of, window_of
from deepviz.insight.subject import Progress, Question, Subject, UnanswerableError

PORTION = 1024
"""Points that are computed at once: a coarse grid is one portion."""


@dataclass(frozen=True, eq=False)
class UnitResponses:
    """What was found out.

    Attributes
    ----------
    data
        The data that it is about.
    features, window
        The one or two inputs, and the stretch of them that was looked at.
    xs, ys
        The middles of its columns and rows; of one input the places from the left end to the right one, and no rows.
    maps
        By the id of a layer what its first units give: shape ``(units, rows, columns)``, the first row the lowest. Of
        one input there is a single row.
    counts
        How many units each of these layers has.
    seen
        From where to where along the first input there are training samples, in the data's own units.
    """

    data: PreparedData
    features: tuple[int, ...]
    window: Window
    xs: np.ndarray
    ys: np.ndarray
    maps: Mapping[str, np.ndarray]
    counts: Mapping[str, int]
    seen: tuple[float, float]

    @property
    def is_curve(self) -> bool:
        """Whether there is one input, so that what a unit gives is a curve."""
        return len(self.features) == 1


@dataclass(frozen=True)
class UnitResponsesQuestion(Question):
    """What units give on a grid over one or two inputs.

    Attributes
    ----------
    nodes
        Ids of the layers of the network; those whose output is not a row of numbers are left out.
    features
        Which inputs, along the horizontal and the vertical axis; a single one for curves.
    window
        Which stretch of them; None for the range of the data with a margin.
    resolution
        How many columns, and how many rows if there are two inputs.
    most
        How many units of a layer are looked at; the first ones are.
    """

    nodes: tuple[str, ...]
    features: tuple[int, ...] = (0, 1)
    window: Window | None = None
    resolution: int = 24
    most: int = 16

    def answer(self, subject: Subject, progress: Progress) -> UnitResponses:
        network, size, data = subject.network, self.resolution, subject.data
        window = self.window or window_of(data, self.features)
        if len(self.features) == 1:
            xs, ys = np.linspace(window.left, window.right, size), np.empty(0)
            points = grid(data, network, self.features, (xs,))
        else:
            xs, ys = centres(window.left, window.right, size), centres(window.low, window.high, size)
            points = grid(data, network, self.features, (xs, ys))
        widths = {node.id: node.output_shape[0] for node in network.nodes if len(node.output_shape) == 1}
        counts = {node: widths[node] for node in self.nodes if node in widths}
        if not counts:
            raise UnanswerableError("A picture of each unit needs a layer whose output is a row of numbers.")
        found = activations(network, points, tuple(counts), PORTION)
        maps = {
            node: np.ascontiguousarray(values[:, : self.most].T).reshape(-1, max(len(ys), 1), size)
            for node, values in zip(counts, found, strict=True)
        }
        known, first = inputs_of(data), self.features[0]
        seen = float(known.train_least[first]), float(known.train_greatest[first])
        return UnitResponses(data, self.features, window, xs, ys, maps, counts, seen)
