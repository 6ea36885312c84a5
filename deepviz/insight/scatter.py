"""Samples to be drawn as points: where they are in the data's own units, what is wanted of them, what the network says.

Of many, evenly spread ones are taken, so that looking at them takes no longer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from deepviz.engine.loss import Loss
from deepviz.insight.activations import activations
from deepviz.insight.evenly_spread import evenly_spread
from deepviz.insight.subject import Subject

MOST_SAMPLES = 1_000
"""So many of a part are looked at, at most."""


@dataclass(frozen=True, eq=False)
class Scatter:
    """Some samples of one part of the data.

    Attributes
    ----------
    part
        "train", "validation" or "test".
    total
        How many samples the part has; `numbers` says which of them are here.
    numbers
        Their numbers in the part, from 0, in order.
    places
        Their values of the inputs that are looked at, in the data's own units: float64, shape ``(n, features)``.
    targets
        Class numbers of shape ``(n,)``, or numbers to fit of shape ``(n, outputs)``.
    outputs
        What the network gives for them, with their own values of all inputs: shape ``(n, outputs)``.
    predicted
        For classes, which one that stands for: shape ``(n,)``; for numbers to fit, the outputs.
    """

    part: str
    total: int
    numbers: np.ndarray
    places: np.ndarray
    targets: np.ndarray
    outputs: np.ndarray
    predicted: np.ndarray

    @property
    def wrong(self) -> np.ndarray:
        """Which of them are taken for another class than theirs, as truth values."""
        missed: np.ndarray = self.predicted != self.targets
        return missed


def scatters(subject: Subject, parts: Sequence[str], features: tuple[int, ...]) -> tuple[Scatter, ...]:
    """Look at samples of those of the parts that there are."""
    return tuple(scatter(subject, part, features) for part in parts if subject.has(part))


def scatter(subject: Subject, part: str, features: tuple[int, ...], most: int = MOST_SAMPLES) -> Scatter:
    """Look at samples of a part.

    Raises
    ------
    UnanswerableError
        If there are none.
    """
    samples = subject.part(part)
    numbers = evenly_spread(len(samples), most)
    x, targets = samples.x[numbers], samples.y[numbers]
    outputs = activations(subject.network, x, [subject.network.nodes[-1].id], most)[0]
    is_class = subject.data.task == "classification"
    scaler = subject.data.scaler
    inputs = x.shape[1]
    offset, scale = (np.broadcast_to(each, (inputs,))[list(features)] for each in (scaler.offset, scaler.scale))
    places = x[:, list(features)] * scale + offset
    predicted = Loss.predicted_classes(outputs) if is_class else outputs
    return Scatter(part, len(samples), numbers, places, targets, outputs, predicted)
