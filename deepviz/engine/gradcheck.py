"""Gradient check: what backpropagation computes against what the slope is when one number is moved a little.

It goes entry by entry, and along a random direction through all entries at once. Where a function has a kink there is
no slope: an entry that a move of ten steps takes across one is left out and counted.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from deepviz.engine.finite_differences import STEP, slope_along
from deepviz.engine.layer import Layer
from deepviz.engine.layer_run import LayerRun, draw_inputs
from deepviz.engine.loss import Loss
from deepviz.engine.network import Network
from deepviz.engine.replay import replay
from deepviz.engine.shapes import Shape
from deepviz.engine.tape import Tape

TOLERANCE = 1e-7
"""Largest relative L2 error of a tensor that passes."""

ROUNDINGS = 4
"""How many roundings of the result the error of a measured slope may come from."""


@dataclass(frozen=True)
class TensorCheck:
    """What came out for one tensor.

    Attributes
    ----------
    name
        ``dense_1/W`` for a parameter of a network, ``W`` for one of a layer, ``input``, ``input 2``, ``outputs``.
    error
        ``||backpropagated - measured|| / max(||backpropagated||, ||measured||)`` over the entries that were compared.
        Where all that was backpropagated is exactly zero, and all that was measured may be rounding, it is 0.
    directional_error
        The same for the slope along a random direction through all entries at once; None if kinks were in every way.
    resolution
        The error that rounding alone may cause: for fading gradients it is what limits the check. 0 where all is zero.
    compared, left_out
        How many entries were compared, and how many were too near to a kink.
    """

    name: str
    error: float
    directional_error: float | None
    resolution: float
    compared: int
    left_out: int

    def passes(self, tolerance: float = TOLERANCE) -> bool:
        """Whether entries were compared and no error is larger than the tolerance or what rounding may cause."""
        allowed = max(tolerance, self.resolution)
        return self.compared > 0 and self.error <= allowed and (self.directional_error or 0.0) <= allowed


@dataclass(frozen=True)
class GradientReport:
    """What came out for all tensors of a layer, a loss or a network."""

    tensors: tuple[TensorCheck, ...]

    @property
    def worst(self) -> float:
        """The largest error of any tensor, by entries or by direction."""
        return max(max(tensor.error, tensor.directional_error or 0.0) for tensor in self.tensors)

    def passes(self, tolerance: float = TOLERANCE) -> bool:
        """Whether every tensor passes."""
        return all(tensor.passes(tolerance) for tensor in self.tensors)


def check_layer(
    layer: Layer, input_shapes: Sequence[Shape], rng: np.random.Generator, batch: int = 3
) -> GradientReport:
    """Check the gradients of a layer's inputs and parameters at a random point.

    Parameters
    ----------
    layer, input_shapes
        As `Layer.examples` gives them.
    rng
        Draws the inputs, the parameters and the gradient that arrives.
    batch
        Samples at a time.
    """
    run = LayerRun(layer, input_shapes, batch)
    draw_inputs(layer, run.inputs, rng)
    for array in run.parameters.values():
        array[...] = rng.standard_normal(array.shape)
    run.output_grad[...] = rng.standard_normal(run.output_grad.shape)
    run.forward()
    run.backward()
    checked = run.inputs if layer.vocabulary is None else []
    inputs = {_numbered("input", number): array for number, array in enumerate(checked)}
    input_grads = {_numbered("input", number): array.copy() for number, array in enumerate(run.input_grads)}
    return _compared(
        run.forward, run.output_grad, inputs | run.parameters, input_grads | run.parameter_grads, rng, None
    )


def check_loss(loss: Loss, output_shape: Shape, rng: np.random.Generator, batch: int = 4) -> GradientReport:
    """Check the gradient of a loss with respect to the outputs at a random point, with random targets.

    Parameters
    ----------
    loss, output_shape
        As `Loss.examples` gives them.
    rng
        Draws outputs and targets.
    batch
        Samples at a time.
    """
    tape = Tape(np.dtype(np.float64))
    outputs, targets = tape.input((batch, *output_shape)), tape.input((batch, *output_shape))
    value, grad = loss.record(tape, outputs, targets)
    compiled = tape.compile(keep=[value, grad])
    outputs.array()[...] = rng.standard_normal(outputs.shape)
    if "regression" in loss.tasks:
        targets.array()[...] = rng.standard_normal(targets.shape)
    else:
        classes = rng.integers(0, output_shape[-1], batch)
        targets.array()[...] = loss.encode_targets(classes, output_shape, np.float64)
    compiled.replay()

    def loss_value() -> np.ndarray:
        compiled.replay()
        return compiled[value].copy()

    return _compared(loss_value, np.ones(()), {"outputs": outputs.array()}, {"outputs": compiled[grad]}, rng, None)


def check_network(
    network: Network,
    loss: Loss,
    x: np.ndarray,
    targets: np.ndarray,
    rng: np.random.Generator | None = None,
    entries: int | None = 50,
) -> GradientReport:
    """Check the gradients of all parameters of a network and of the data, for the mean loss of a batch.

    Parameters
    ----------
    network
        Its weights as they are are checked, in float64. It is not changed.
    loss, x, targets
        What is differentiated: the loss of these samples with these targets. A few samples are enough.
    rng
        Chooses entries and directions; seeded with 0 if left out.
    entries
        How many entries of each tensor are compared at most; None for all.

    Raises
    ------
    ValueError
        If samples or targets do not fit.
    """
    rng = np.random.default_rng(0) if rng is None else rng
    twin = Network(network.nodes, 0, "float64")
    twin.load_weights(network.weights())
    x = twin.checked_batch(x)
    encoded = loss.encode_targets(targets, twin.output_shape, np.float64)
    if len(encoded) != len(x):
        raise ValueError(f"There are {len(x)} samples but {len(encoded)} targets.")

    tape = Tape(twin.dtype, training=True)
    data = tape.external(x.copy())
    forward = twin.record_forward(tape, data)
    tape.phase = "loss"
    value, output_grad = loss.record(tape, forward.output, tape.external(encoded))
    input_grad = forward.record_backward(output_grad).input_grad
    value = forward.record_penalties(value)
    compiled = tape.compile(keep=[value, input_grad])
    tape.noise.start(0)
    replay(compiled.part("forward", "loss", "backward"))
    grads = {name: array.copy() for name, array in twin.gradients.items()} | {"input": compiled[input_grad].copy()}
    # The value of the penalties is computed in the phase "backward", so all of it is replayed.
    value_calls = compiled.part("forward", "loss", "backward") if twin.penalized else compiled.part("forward", "loss")

    def loss_value() -> np.ndarray:
        if tape.is_random:
            tape.noise.start(0)
        replay(value_calls)
        return compiled[value].copy()

    frozen = tuple(f"{node.id}/" for node in twin.nodes if node.layer.frozen)
    checked = {name: array for name, array in twin.parameters.items() if not name.startswith(frozen)}
    if all(node.layer.vocabulary is None for node in twin.nodes):
        checked["input"] = compiled[data]
    return _compared(loss_value, np.ones(()), checked, grads, rng, entries)


def _compared(
    run: Callable[[], np.ndarray],
    weights: np.ndarray,
    arrays: Mapping[str, np.ndarray],
    grads: Mapping[str, np.ndarray],
    rng: np.random.Generator,
    entries: int | None,
) -> GradientReport:
    """Compare gradients with slopes of ``sum(weights * run())``, where `run` computes from `arrays` as they are."""
    checks = []
    for name, array in arrays.items():
        grad = grads[name].copy()
        chosen = np.arange(array.size)
        if entries is not None and entries < array.size:
            chosen = rng.choice(array.size, entries, replace=False)
        slopes = np.array([slope_along(run, weights, array, _unit(array.shape, int(entry))) for entry in chosen])
        smooth = ~np.isnan(slopes)
        there = grad.reshape(-1)[chosen][smooth]
        rounding = ROUNDINGS * float(np.finfo(float).eps) * float(np.abs(run() * weights).sum()) / STEP
        if not grad.any():  # rounding alone is no slope; and its size relative to itself would always be 1
            slopes[np.abs(slopes) <= rounding] = 0.0
        size = max(float(np.linalg.norm(there)), float(np.linalg.norm(slopes[smooth]))) or float(np.linalg.norm(grad))
        check = TensorCheck(
            name,
            error=_relative_error(there, slopes[smooth]),
            directional_error=_directional_error(run, weights, array, grad, rng, rounding),
            resolution=math.sqrt(max(len(there), 1)) * rounding / size if size else 0.0,
            compared=len(there),
            left_out=len(chosen) - len(there),
        )
        checks.append(check)
    return GradientReport(tuple(checks))


def _directional_error(
    run: Callable[[], np.ndarray],
    weights: np.ndarray,
    array: np.ndarray,
    grad: np.ndarray,
    rng: np.random.Generator,
    rounding: float,
) -> float | None:
    """Relative error of the slope along a random direction; None if kinks are in the way of ten such directions.

    The larger part of the direction is the gradient itself, so that the slope is not small by chance. A gradient of
    zero is right if the slope is no larger than `rounding`.
    """
    length = float(np.linalg.norm(grad))
    for _ in range(10):
        direction = rng.standard_normal(array.shape)
        direction /= np.linalg.norm(direction)
        if length:
            direction = direction / 2 + grad / length
        slope = slope_along(run, weights, array, direction)
        if not math.isnan(slope):
            if not length and abs(slope) <= rounding:
                return 0.0
            return _relative_error(np.array([(grad * direction).sum()]), np.array([slope]))
    return None


def _relative_error(first: np.ndarray, second: np.ndarray) -> float:
    """L2 norm of the difference over that of the larger one; 0 for two zeros."""
    size = max(float(np.linalg.norm(first)), float(np.linalg.norm(second)))
    return float(np.linalg.norm(first - second)) / size if size else 0.0


def _unit(shape: Shape, entry: int) -> np.ndarray:
    """The direction along one entry."""
    direction = np.zeros(shape)
    direction.reshape(-1)[entry] = 1.0
    return direction


def _numbered(name: str, number: int) -> str:
    return f"{name} {number + 1}" if number else name
