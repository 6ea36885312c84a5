"""The curve that a network of one input draws, with the samples that it was to go through."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from deepviz.datasets.prepared import PreparedData
from deepviz.insight.activations import activations
from deepviz.insight.plane import Window, grid, window_of
from deepviz.insight.scatter import Scatter, scatters
from deepviz.insight.subject import Progress, Question, Subject, UnanswerableError


@dataclass(frozen=True, eq=False)
class Fit:
    """What was found out.

    Attributes
    ----------
    data
        The data that it is about.
    window
        From where to where the curve was computed.
    xs
        Values of the input, in the data's own units, float64, from `window.left` to `window.right`.
    outputs
        What the network gives there, shape ``(len(xs), outputs)``.
    samples
        Samples of the parts that were asked for.
    """

    data: PreparedData
    window: Window
    xs: np.ndarray
    outputs: np.ndarray
    samples: tuple[Scatter, ...]


@dataclass(frozen=True)
class FitQuestion(Question):
    """What the network gives along its single input.

    Attributes
    ----------
    window
        Which stretch of it; None for the range of the data with a margin.
    resolution
        At how many places, both ends among them.
    parts
        The parts of the data whose samples are looked at as well.
    """

    window: Window | None = None
    resolution: int = 400
    parts: tuple[str, ...] = ("train",)

    def answer(self, subject: Subject, progress: Progress) -> Fit:
        if subject.data.sample_shape != (1,):
            raise UnanswerableError("A fitted curve needs data with a single input.")
        window = self.window or window_of(subject.data, (0,))
        xs = np.linspace(window.left, window.right, self.resolution)
        network = subject.network
        points = grid(subject.data, network, (0,), (xs,))
        outputs = activations(network, points, [network.nodes[-1].id])[0]
        samples = scatters(subject, self.parts, (0,))
        return Fit(subject.data, window, xs, outputs, samples)
