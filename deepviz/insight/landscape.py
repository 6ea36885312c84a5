"""The loss around the present weights, along random directions that are made comparable filter by filter, or along
the path of training; and where that path lies in the same plane.

After Li, Xu, Taylor, Studer and Goldstein: "Visualizing the Loss Landscape of Neural Nets" (NeurIPS 2018).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from deepviz.engine.evaluation import evaluate
from deepviz.engine.network import Network
from deepviz.engine.weighted import Weighted
from deepviz.insight.evenly_spread import evenly_spread
from deepviz.insight.subject import Progress, Question, Subject, UnanswerableError
from deepviz.insight.trajectory import BLOCK, Trajectory, path_of, principal_directions, projected

Array = np.ndarray


MARGIN = 0.15
"""How much farther than the path a landscape along it reaches on each side, as a share of its span."""


@dataclass(frozen=True, eq=False)
class Surface:
    """The loss at the points of a grid of weights ``w + a d_1 + b d_2``.

    Attributes
    ----------
    xs, ys
        The values of a and of b, shapes ``(columns,)`` and ``(rows,)``; 0 is among them. Along one direction, b is 0.
    losses
        Shape ``(rows, columns)``. What is not finite is so.
    samples, total
        Over how many of how many training samples.
    moved, parameters
        How many parameters the directions change, and how many there are.
    seed
        Of random directions.
    step
        After which step of the run the weights were that are in the middle.
    explained
        Which share of the variance of the path lies along each direction; empty for random ones.
    path
        Where the path of training is in this plane; None where nothing was kept of it.
    """

    xs: Array
    ys: Array
    losses: Array
    samples: int
    total: int
    moved: int
    parameters: int
    seed: int
    step: int = 0
    explained: tuple[float, ...] = ()
    path: Trajectory | None = None

    @property
    def is_map(self) -> bool:
        """Whether there are two directions."""
        return len(self.ys) > 1

    @property
    def centre(self) -> float:
        """The loss at the present weights."""
        return float(self.losses[self.middle])

    @property
    def middle(self) -> tuple[int, int]:
        """Row and column of the present weights."""
        return int(np.abs(self.ys).argmin()), int(np.abs(self.xs).argmin())


@dataclass(frozen=True)
class Landscape(Question):
    """What does the loss look like around the present weights?

    Attributes
    ----------
    directions
        One for a curve, two for a map.
    resolution
        How many points lie along each direction: odd, so that the present weights are one of them.
    reach
        How far it goes to either side along random directions; at 1 each filter has changed by its own length.
    samples
        Over how many training samples, at most: evenly spread.
    seed
        Of the random directions.
    along
        "random" directions, filter by filter as long as the weights, or the principal components of the "path" of
        training: then the grid reaches as far as the path does.
    attempt
        How often somebody has asked: what is asked for anew is worked out anew.
    """

    directions: int = 2
    resolution: int = 21
    reach: float = 1.0
    samples: int = 512
    seed: int = 0
    along: Literal["random", "path"] = "random"
    attempt: int = 0

    def answer(self, subject: Subject, progress: Progress) -> Surface:
        if self.directions not in (1, 2) or self.resolution < 3 or self.resolution % 2 == 0 or not self.reach > 0:
            raise UnanswerableError("A landscape needs one or two directions, an odd number of points and a reach.")
        network, samples = subject.network, subject.part("train")
        if not np.isfinite(network.parameters.vector).all():
            raise UnanswerableError("Some weights are not finite, so there is nothing around them. Train anew.")
        weights = path_of(subject.kept, network.parameters, subject.step)
        explained: tuple[float, ...] = ()
        if self.along == "path":
            directions, explained = principal_directions(weights, network.parameters, self.directions, progress)
        else:
            rng = np.random.default_rng(self.seed)
            directions = [normalized_direction(network, rng) for _ in range(self.directions)]
        moved = int(np.any([each != 0 for each in directions], axis=0).sum())
        if not moved:
            raise UnanswerableError("No layer has weights that training changes, so there is no direction to go.")
        path = projected(weights, network.parameters, directions, progress) if len(weights) > 1 else None
        del weights  # the run may let go of what it has kept while the grid is worked out
        axes = [self._axis(path, each) for each in range(self.directions)]
        xs, ys = axes[0], axes[1] if self.directions == 2 else np.zeros(1)
        numbers = evenly_spread(len(samples), self.samples)
        x, y = samples.x[numbers], samples.y[numbers]
        losses = np.empty((len(ys), len(xs)))
        here = network.parameters.vector.copy()
        try:
            for number, (row, column) in enumerate(np.ndindex(losses.shape)):
                progress(number / losses.size)
                _move(network.parameters.vector, here, directions, (float(xs[column]), float(ys[row])))
                losses[row, column] = evaluate(network, subject.loss, x, y).loss
        finally:
            network.parameters.vector[:] = here
        total, parameters = len(samples), network.parameters.count
        return Surface(xs, ys, losses, len(numbers), total, moved, parameters, self.seed, subject.step, explained, path)

    def _axis(self, path: Trajectory | None, direction: int) -> Array:
        """Where the grid is along a direction."""
        if self.along == "random" or path is None:
            steps = np.linspace(-self.reach, self.reach, self.resolution)
            steps[self.resolution // 2] = 0.0
            return steps
        return spanning(path.places[:, direction], self.resolution)


def spanning(places: Array, count: int) -> Array:
    """So many evenly spaced numbers, one of them exactly 0, that reach beyond all places if there are seven or more.

    Parameters
    ----------
    places
        Some numbers, of which some differ from 0.
    """
    low, high = min(float(places.min()), 0.0), max(float(places.max()), 0.0)
    margin = MARGIN * (high - low)
    size = (high - low + 2 * margin) / (count - 1)
    return size * (np.arange(count) - round((margin - low) / size))


def _move(vector: Array, here: Array, directions: list[Array], steps: tuple[float, float]) -> None:
    """Write ``here + a d_1 + b d_2`` into a vector, a piece at a time, so that little memory is needed."""
    for start in range(0, len(vector), BLOCK):
        part = slice(start, start + BLOCK)
        point = here[part].astype(np.float64)
        for step, direction in zip(steps, directions, strict=False):
            point += step * direction[part].astype(np.float64)
        vector[part] = point


def normalized_direction(network: Network, rng: np.random.Generator) -> Array:
    """A random direction in which each filter is as long as the filter of the weights that it belongs to.

    ::

        d_f <- d_f / ||d_f|| * ||w_f||

    with ``d`` drawn from the standard normal distribution and ``f`` the incoming weights of one unit: a kernel of a
    convolution, a column of a Dense layer, a row of an Embedding. As in the code of the paper, biases and the
    parameters of normalisations stay where they are, and so do the kept means and variances of BatchNorm, with which
    the loss is computed as when the network is used. Frozen layers stay, too.

    Returns
    -------
    Array of shape ``(parameters,)``, in the order of ``network.parameters.vector`` and of its type.
    """
    direction = np.zeros(len(network.parameters.vector), network.parameters.dtype)
    for node in network.nodes:
        layer = node.layer
        for name, shape in layer.parameter_shapes(node.input_shapes).items():
            full = f"{node.id}/{name}"
            drawn = rng.standard_normal(shape)  # of all, so that freezing a layer leaves the others' directions
            if not isinstance(layer, Weighted) or name not in layer.weights or layer.frozen:
                continue
            unit_axes = {axis % len(shape) for axis in layer.unit_axes(name, len(shape))}
            own_axes = tuple(axis for axis in range(len(shape)) if axis not in unit_axes)
            weights = network.parameters[full].astype(np.float64)
            lengths = np.sqrt(np.square(drawn).sum(axis=own_axes, keepdims=True))
            wanted = np.sqrt(np.square(weights).sum(axis=own_axes, keepdims=True))
            direction[network.parameters.slice_of([full])] = (drawn * (wanted / lengths)).reshape(-1)
    return direction
