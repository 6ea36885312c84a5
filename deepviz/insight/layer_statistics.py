"""What every layer gives for samples of the training part, in a few figures each: of the weights after a step.

The figures are those of the probe `activations`, which has them of the batch of a step before its update; these are of
samples that are the same each time, with nothing dropped out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from deepviz.engine.network import Network
from deepviz.engine.probes.activations import SATURATED
from deepviz.engine.wiring import WiredNode
from deepviz.insight.activations import activations
from deepviz.insight.evenly_spread import evenly_spread
from deepviz.insight.subject import Progress, Question, Subject

SAMPLES = 512
"""So many samples are looked at, at most."""
LEAST_SAMPLES = 16
MOST_NUMBERS = 4_000_000
"""Of what one layer gives for all of them; of wide layers fewer samples are looked at."""


@dataclass(frozen=True)
class Statistics:
    """What one layer gives, over all samples and all its units.

    Attributes
    ----------
    node
        Id of the layer.
    mean, deviation
        Mean, and standard deviation about it: the root of the mean of the squares.
    zeros, saturated
        Shares from 0 to 1; `saturated`, within 2 % of the range of one of its ends, is NaN for a layer without a range.
    dead, units
        How many units, places along the last axis, are 0 for every sample, and of how many.
    """

    node: str
    mean: float
    deviation: float
    zeros: float
    saturated: float
    dead: int
    units: int


@dataclass(frozen=True, eq=False)
class LayerFigures:
    """The answer: how many training samples were looked at, and one entry for each layer, in the network's order."""

    samples: int
    layers: tuple[Statistics, ...]


@dataclass(frozen=True)
class LayerStatistics(Question):
    """What is it like that each layer gives, for samples evenly spread over the training part?"""

    def answer(self, subject: Subject, progress: Progress) -> LayerFigures:
        network = subject.network
        x = samples_to_look_at(subject)
        found: list[Statistics] = []
        for node, values in outputs_of_all(network, x):
            progress(len(found) / len(network.nodes))
            found.append(_statistics(node, values))
        return LayerFigures(len(x), tuple(found))


def samples_to_look_at(subject: Subject) -> np.ndarray:
    """Training samples, the same each time, as few as it takes for the widest layer to stay within bounds."""
    train = subject.part("train")
    widest = max(int(np.prod(node.output_shape)) for node in subject.network.nodes)
    most = min(SAMPLES, max(LEAST_SAMPLES, MOST_NUMBERS // max(widest, 1)))
    samples: np.ndarray = train.x[evenly_spread(len(train), most)]
    return samples


def outputs_of_all(network: Network, x: np.ndarray) -> Iterator[tuple[WiredNode, np.ndarray]]:
    """What each node gives for samples; a few nodes at a time, so that memory stays within bounds."""
    nodes: Sequence[WiredNode] = network.nodes
    start = 0
    while start < len(nodes):
        stop, held = start, 0
        while stop < len(nodes) and (
            stop == start or held + len(x) * int(np.prod(nodes[stop].output_shape)) <= MOST_NUMBERS
        ):
            held += len(x) * int(np.prod(nodes[stop].output_shape))
            stop += 1
        portion = nodes[start:stop]
        yield from zip(portion, activations(network, x, [node.id for node in portion]), strict=True)
        start = stop


def _statistics(node: WiredNode, values: np.ndarray) -> Statistics:
    y = values.astype(np.float64)
    units = y.shape[-1]
    saturated = float("nan")
    if node.layer.output_range is not None:
        low, high = node.layer.output_range
        margin = SATURATED * (high - low)
        # By the numbers of the layer, as they are compared while it is trained.
        ends = np.count_nonzero(values < low + margin) + np.count_nonzero(values > high - margin)
        saturated = float(ends) / y.size
    with np.errstate(all="ignore"):  # what is not finite is shown as such
        first = float(y.flat[0])  # exactly no spread where all are the same
        apart = y - first
        middle = float(apart.mean())
        deviation = float(np.sqrt(np.square(apart - middle).mean()))
    dead = int(np.count_nonzero((values == 0).reshape(-1, units).all(axis=0)))
    zeros = float(np.count_nonzero(values == 0)) / y.size
    return Statistics(node.id, first + middle, deviation, zeros, saturated, dead, units)
