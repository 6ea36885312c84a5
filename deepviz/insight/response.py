"""What a network answers all over the plane of two of its inputs, and for the samples that lie there.

The plane is in the data's own units; where there are more inputs, the others are held at their median.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from deepviz.datasets.prepared import PreparedData
from deepviz.insight.activations import activations
from deepviz.insight.boundary import boundary
from deepviz.insight.plane import Window, centres, grid, window_of
from deepviz.insight.probabilities import ONE_CLASS, class_probabilities, class_scores
from deepviz.insight.scatter import Scatter, scatters
from deepviz.insight.subject import Progress, Question, Subject, UnanswerableError


@dataclass(frozen=True, eq=False)
class Response:
    """What was found out.

    Attributes
    ----------
    data
        The data that it is about.
    features
        The inputs along the two axes.
    window
        The plane that was looked at. The cells of the grid fill it; each was computed at its middle.
    xs, ys
        Where the middles of the columns and rows are, float64.
    outputs
        What the network gives there, shape ``(rows, columns, outputs)``; the first row is the lowest.
    winners
        For classes, the class that stands for, shape ``(rows, columns)``, -1 where the outputs are not finite; for
        numbers to fit None.
    probabilities
        Of each class, shape ``(rows, columns, classes)``; None if the loss makes none.
    confidence
        How far the first class is ahead of the second, from 0 to 1: the difference of their probabilities, or of their
        scores as a share of the largest difference on the grid. Shape ``(rows, columns)``; None for numbers to fit.
    boundary
        Where the winning class changes: segments of shape ``(n, 2, 2)``; empty for numbers to fit.
    samples
        Samples of the parts that were asked for.
    """

    data: PreparedData
    features: tuple[int, int]
    window: Window
    xs: np.ndarray
    ys: np.ndarray
    outputs: np.ndarray
    winners: np.ndarray | None
    probabilities: np.ndarray | None
    confidence: np.ndarray | None
    boundary: np.ndarray
    samples: tuple[Scatter, ...]


@dataclass(frozen=True)
class ResponseQuestion(Question):
    """What the network answers on a grid over two inputs.

    Attributes
    ----------
    features
        Which inputs, along the horizontal and the vertical axis.
    window
        Which stretch of them; None for the range of the data with a margin.
    resolution
        How many columns, and how many rows.
    parts
        The parts of the data whose samples are looked at as well.
    """

    features: tuple[int, int] = (0, 1)
    window: Window | None = None
    resolution: int = 60
    parts: tuple[str, ...] = ("train",)

    def answer(self, subject: Subject, progress: Progress) -> Response:
        data, network, size = subject.data, subject.network, self.resolution
        if len(network.output_shape) != 1:
            raise UnanswerableError("This view needs a network whose output is a row of numbers.")
        if data.task == "classification" and data.outputs < 2:
            raise UnanswerableError(ONE_CLASS)
        window = self.window or window_of(data, self.features)
        xs, ys = centres(window.left, window.right, size), centres(window.low, window.high, size)
        points = grid(data, network, self.features, (xs, ys))
        outputs = activations(network, points, [network.nodes[-1].id])[0].reshape(size, size, -1)
        progress(0.7)
        samples = scatters(subject, self.parts, self.features)
        if data.task != "classification":
            return Response(
                data, self.features, window, xs, ys, outputs, None, None, None, np.empty((0, 2, 2)), samples
            )
        scores = class_scores(outputs)
        probabilities = class_probabilities(subject.loss, outputs)
        finite = np.isfinite(scores).all(axis=-1)
        winners = np.where(finite, subject.loss.predicted_classes(outputs), -1)
        return Response(
            data,
            self.features,
            window,
            xs,
            ys,
            outputs,
            winners,
            probabilities,
            _confidence(scores, probabilities, finite),
            boundary(scores, xs, ys),
            samples,
        )


def _confidence(scores: np.ndarray, probabilities: np.ndarray | None, finite: np.ndarray) -> np.ndarray:
    values = scores if probabilities is None else probabilities
    values = np.where(finite[..., None], values, 0.0)
    ahead: np.ndarray
    if values.shape[-1] == 2:
        ahead = np.abs(values[..., 1] - values[..., 0])
    else:
        ordered = np.partition(values, -2, axis=-1)
        ahead = ordered[..., -1] - ordered[..., -2]
    if probabilities is None:
        ahead = ahead / (ahead.max() or 1.0)
    return ahead
