"""The loss around the present weights, along random directions that are made comparable filter by filter.

After Li, Xu, Taylor, Studer and Goldstein: "Visualizing the Loss Landscape of Neural Nets" (NeurIPS 2018).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from deepviz.engine.evaluation import evaluate
from deepviz.engine.network import Network
from deepviz.engine.weighted import Weighted
from deepviz.insight.subject import Progress, Question, Subject, UnanswerableError

Array = np.ndarray


@dataclass(frozen=True, eq=False)
class Surface:
    """The loss at the points of a grid of weights ``w + a d_1 + b d_2``.

    Attributes
    ----------
    steps
        The values of a, and of b where there are two directions: shape ``(resolution,)``, 0 in the middle.
    losses
        Shape ``(resolution, resolution)`` with b down and a across, or ``(1, resolution)`` along one direction. What is
        not finite is so.
    samples, total
        Over how many of how many training samples.
    moved, parameters
        How many parameters the directions change, and how many there are.
    seed
        Of the directions.
    """

    steps: Array
    losses: Array
    samples: int
    total: int
    moved: int
    parameters: int
    seed: int

    @property
    def centre(self) -> float:
        """The loss at the present weights."""
        return float(self.losses[len(self.losses) // 2, len(self.steps) // 2])


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
        How far it goes to either side; at 1 each filter has changed by its own length.
    samples
        Over how many training samples, at most: evenly spread.
    seed
        Of the random directions.
    attempt
        How often somebody has asked: what is asked for anew is worked out anew.
    """

    directions: int = 2
    resolution: int = 21
    reach: float = 1.0
    samples: int = 512
    seed: int = 0
    attempt: int = 0

    def answer(self, subject: Subject, progress: Progress) -> Surface:
        if self.directions not in (1, 2) or self.resolution < 3 or self.resolution % 2 == 0 or not self.reach > 0:
            raise UnanswerableError("A landscape needs one or two directions, an odd number of points and a reach.")
        network, samples = subject.network, subject.part("train")
        here = network.parameters.vector.copy()
        if not np.isfinite(here).all():
            raise UnanswerableError("Some weights are not finite, so there is nothing around them. Train anew.")
        rng = np.random.default_rng(self.seed)
        directions = [normalized_direction(network, rng) for _ in range(self.directions)]
        moved = int(np.any([each != 0 for each in directions], axis=0).sum())
        if not moved:
            raise UnanswerableError("No layer has weights that training changes, so there is no direction to go.")
        count = min(len(samples), self.samples)
        numbers = np.arange(count) * len(samples) // count
        x, y = samples.x[numbers], samples.y[numbers]
        steps = np.linspace(-self.reach, self.reach, self.resolution)
        steps[self.resolution // 2] = 0.0
        losses = np.empty((self.resolution if self.directions == 2 else 1, self.resolution))
        try:
            for number, (row, column) in enumerate(np.ndindex(losses.shape)):
                progress(number / losses.size)
                point = here + steps[column] * directions[0]
                if self.directions == 2:
                    point = point + steps[row] * directions[1]
                network.parameters.vector[:] = point
                losses[row, column] = evaluate(network, subject.loss, x, y).loss
        finally:
            network.parameters.vector[:] = here
        return Surface(steps, losses, count, len(samples), moved, network.parameters.count, self.seed)


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
    Float64 array of shape ``(parameters,)``, in the order of ``network.parameters.vector``.
    """
    direction = np.zeros(len(network.parameters.vector))
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
