"""How strong gradients are right now, and the logarithmic scale of colours and widths that shows it.

The same scale serves edges, cards, the legend and, through its two ends, the heat-map of the plots.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from math import ceil, floor, hypot, isfinite, log10

import numpy as np

from deepviz.document.graph import Edge
from deepviz.gui.plots.ticks import format_value

LEVELS = 64
"""How many steps of colour and width are told apart; what stays on its step is not painted again."""

LEAST_WIDTH, GREATEST_WIDTH = 1.5, 5.5
_LEAST_DECADES = 2
_FIRST, _LAST = -30, 30


@dataclass(frozen=True)
class GradientPicture:
    """Gradients of one moment.

    Attributes
    ----------
    nodes
        L2 norm of the gradient with respect to a node's parameters, by node id. Nodes without parameters are left out;
        NaN where it was not computed, because the node was frozen.
    edges
        L2 norm of the gradient with respect to the activation that flows over an edge. None or a missing edge: not
        known; zero: no gradient flows back there. Of an edge that stands for several, that of all of them together:
        the root of the sum of squares.
    counts
        How many connections of the network an edge stands for; edges that stand for one are left out.
    edge_step
        The step that `edges` are of, which not every step is measured for; None if they are of none.
    loss
        Value of the loss, or None.
    history
        What `nodes` was over time, oldest first, by node id: 1-D arrays, which are not changed afterwards. The loss
        node's, if given, holds values of the loss.
    flows
        For nodes without parameters: L2 norms of the gradient that came back to them, of all connections that they
        lead to in sum, at the steps that were looked at so closely, oldest first, by node id.
    span
        Smallest and largest norm of the whole run, which the scale is to hold as well; empty if not known.
    past_step
        The earlier step of the run that somebody has gone back to; None if it is the present.
    """

    nodes: Mapping[str, float | None] = field(default_factory=dict)
    edges: Mapping[Edge, float | None] = field(default_factory=dict)
    loss: float | None = None
    history: Mapping[str, np.ndarray] = field(default_factory=dict)
    span: tuple[float, ...] = ()
    flows: Mapping[str, np.ndarray] = field(default_factory=dict)
    past_step: int | None = None
    counts: Mapping[Edge, int] = field(default_factory=dict)
    edge_step: int | None = None

    @property
    def is_past(self) -> bool:
        """Whether it is an earlier moment of the run."""
        return self.past_step is not None


@dataclass(frozen=True)
class GradientScale:
    """A logarithmic scale between two whole decades.

    Attributes
    ----------
    first, last
        Exponents of ten at its ends.
    """

    first: int = -4
    last: int = 0

    @property
    def ends(self) -> tuple[float, float]:
        """Lowest and highest value."""
        return 10.0**self.first, 10.0**self.last

    def level(self, value: float) -> int:
        """The step of a positive, finite value, from 0 to `LEVELS` - 1; values beyond the ends take the end's."""
        share = (log10(value) - self.first) / (self.last - self.first)
        return min(LEVELS - 1, max(0, int(share * LEVELS)))

    def fitted(self, values: Iterable[float | None]) -> GradientScale:
        """The scale for new values.

        It widens at once when a value lies beyond an end, and narrows by one decade at a time, and only when an end
        is more than a decade and a half away, so that colours stay calm.
        """
        found = _visible(values)
        if not found:
            return self
        low, high = log10(min(found)), log10(max(found))
        first, last = self.first, self.last
        first = floor(low) if low < first else first + (low - first > 1.5)
        last = ceil(high) if high > last else last - (last - high > 1.5)
        return _bounded(first, last)

    @staticmethod
    def first_fit(values: Iterable[float | None]) -> GradientScale:
        """The narrowest scale that holds all values."""
        found = _visible(values)
        if not found:
            return GradientScale()
        return _bounded(floor(log10(min(found))), ceil(log10(max(found))))


def is_visible(value: float | None) -> bool:
    """Whether a value has a place on a logarithmic scale."""
    return value is not None and value > 0 and isfinite(value)


def width_at(level: int) -> float:
    """Width of an edge on this step, in scene units."""
    return LEAST_WIDTH + (GREATEST_WIDTH - LEAST_WIDTH) * level / (LEVELS - 1)


def together(norms: Iterable[float]) -> float:
    """L2 norm of several gradients taken together: the root of the sum of the squares of their norms.

    It is no finite number if one of them is none.
    """
    return hypot(*norms)


def magnitude(value: float) -> str:
    """A value in two figures, as tips and facts say it: ``0.031``, ``3.1e-5``, like the axes of the views."""
    if not isfinite(value):
        return "not a number" if value != value else "infinite"
    return format_value(value, 2, trim=False)


def _visible(values: Iterable[float | None]) -> list[float]:
    return [value for value in values if value is not None and is_visible(value)]


def _bounded(first: int, last: int) -> GradientScale:
    first = max(_FIRST, min(first, _LAST - _LEAST_DECADES))
    return GradientScale(first, min(_LAST, max(last, first + _LEAST_DECADES)))
