"""How the numbers of one layer are distributed with the weights after a step: these weights, or what it gives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from deepviz.engine.histogram import BINS, LARGEST, SMALLEST
from deepviz.insight.activations import activations
from deepviz.insight.layer_statistics import samples_to_look_at
from deepviz.insight.subject import Progress, Question, Subject, UnanswerableError


@dataclass(frozen=True, eq=False)
class Distributed:
    """The answer: a histogram as in `deepviz.engine.histogram`.

    Attributes
    ----------
    of, node
        What was asked for, and of which layer.
    samples
        For how many training samples; 0 where it is of weights.
    counts, span
        Whole numbers of shape ``(64,)``, and the two ends of the range, NaN if there is no finite number.
    """

    of: str
    node: str
    samples: int
    counts: np.ndarray
    span: np.ndarray


@dataclass(frozen=True)
class Distribution(Question):
    """How are the weights, or the activations, of a layer distributed?"""

    of: Literal["weights", "activations"]
    node: str

    def answer(self, subject: Subject, progress: Progress) -> Distributed:
        network = subject.network
        node = next((each for each in network.nodes if each.id == self.node), None)
        if node is None:
            raise UnanswerableError(f"There is no layer called {self.node} in the network. Choose another one.")
        if self.of == "weights":
            if not node.layer.parameter_shapes(node.input_shapes):
                raise UnanswerableError(f"{node.layer.label} has no weights. Choose a layer that has some.")
            values, samples = network.parameters.vector[network.parameter_slice(node)], 0
        else:
            x = samples_to_look_at(subject)
            (values,), samples = activations(network, x, [self.node]), len(x)
        return Distributed(self.of, self.node, samples, *counted(values))


def counted(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Counts of 64 bins from the smallest to the largest number, shape ``(64,)``, and these two, shape ``(2,)``.

    What is not finite is in no bin; where all numbers are the same, the range reaches as far to both sides of it.
    """
    numbers = values.reshape(-1).astype(np.float64)
    numbers = numbers[np.abs(numbers) <= min(LARGEST, float(np.finfo(values.dtype).max))]
    if not numbers.size:
        return np.zeros(BINS, np.int64), np.full(2, np.nan)
    span = np.array([numbers.min(), numbers.max()])
    if span[1] - span[0] < SMALLEST:
        span += max(0.5, abs(float(span[0])) / 2) * np.array([-1.0, 1.0])
    places = ((numbers - span[0]) * (BINS / (span[1] - span[0]))).astype(np.intp)
    counts = np.bincount(np.minimum(places, BINS - 1), minlength=BINS)
    return counts.astype(np.int64), span
