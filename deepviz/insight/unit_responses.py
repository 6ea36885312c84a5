"""What each unit of each layer gives all over the plane of two inputs: what a neuron answers to, as a small map."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from deepviz.datasets.prepared import PreparedData
from deepviz.insight.activations import activations
from deepviz.insight.plane import Window, centres, grid, window_of
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
    features, window, xs, ys
        The two inputs, the stretch of them that was looked at, and the middles of its columns and rows.
    maps
        By the id of a layer what its first units give: shape ``(units, rows, columns)``, the first row the lowest.
    counts
        How many units each of these layers has.
    """

    data: PreparedData
    features: tuple[int, int]
    window: Window
    xs: np.ndarray
    ys: np.ndarray
    maps: Mapping[str, np.ndarray]
    counts: Mapping[str, int]


@dataclass(frozen=True)
class UnitResponsesQuestion(Question):
    """What units give on a grid over two inputs.

    Attributes
    ----------
    nodes
        Ids of the layers of the network; those whose output is not a row of numbers are left out.
    features
        Which inputs, along the horizontal and the vertical axis.
    window
        Which stretch of them; None for the range of the data with a margin.
    resolution
        How many columns, and how many rows.
    most
        How many units of a layer are looked at; the first ones are.
    """

    nodes: tuple[str, ...]
    features: tuple[int, int] = (0, 1)
    window: Window | None = None
    resolution: int = 24
    most: int = 16

    def answer(self, subject: Subject, progress: Progress) -> UnitResponses:
        network, size = subject.network, self.resolution
        window = self.window or window_of(subject.data, self.features)
        xs, ys = centres(window.left, window.right, size), centres(window.low, window.high, size)
        points = grid(subject.data, network, self.features, (xs, ys))
        widths = {node.id: node.output_shape[0] for node in network.nodes if len(node.output_shape) == 1}
        counts = {node: widths[node] for node in self.nodes if node in widths}
        if not counts:
            raise UnanswerableError("A map of each unit needs a layer whose output is a row of numbers.")
        found = activations(network, points, tuple(counts), PORTION)
        maps = {
            node: np.ascontiguousarray(values[:, : self.most].T).reshape(-1, size, size)
            for node, values in zip(counts, found, strict=True)
        }
        return UnitResponses(subject.data, self.features, window, xs, ys, maps, counts)
