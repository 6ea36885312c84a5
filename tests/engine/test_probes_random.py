"""What every probe reads of networks drawn at random, against backpropagation written out in plain NumPy.

Widths, depth, activations, batches (also of one sample), the loss and what is frozen differ from one to the next.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest

from deepviz.engine import Network, Trainer, layers, losses, optimizers, probes
from deepviz.engine.layer import Layer

Function = Callable[[np.ndarray], np.ndarray]
RATE = 0.03

ACTIVATIONS: dict[type[Layer], tuple[Function, Function, tuple[float, float] | None]] = {
    layers.Tanh: (np.tanh, lambda y: 1 - y**2, (-1, 1)),
    layers.Sigmoid: (lambda z: 1 / (1 + np.exp(-z)), lambda y: y * (1 - y), (0, 1)),
    layers.ReLU: (lambda z: np.maximum(z, 0), lambda y: (y > 0).astype(float), None),
}
"""Of each activation the function, its derivative by what it gives, and its range."""


@dataclass
class Drawn:
    """A network with what it is trained on, and what one step of it should be, worked out in float64.

    Attributes
    ----------
    outputs, output_grads
        Of each node, from the data on.
    weights, gradients
        Of each Dense layer, flat; the gradient of a frozen one is not wanted.
    """

    net: Network
    trainer: Trainer
    loss: float
    outputs: list[np.ndarray]
    output_grads: list[np.ndarray]
    ranges: list[tuple[float, float] | None]
    weights: list[np.ndarray]
    gradients: list[np.ndarray]
    frozen: list[bool]
    classes: np.ndarray | None


def drawn(seed: int, dtype: str) -> Drawn:
    rng = np.random.default_rng(seed)
    batch, features, classes = int(rng.choice([1, 2, 17, 60])), int(rng.integers(1, 7)), int(rng.integers(2, 6))
    chain: list[Layer] = [layers.Input(shape=(features,))]
    frozen, kinds = [], list(ACTIVATIONS)
    for _ in range(rng.integers(0, 4)):
        frozen.append(bool(rng.random() < 0.3))
        chain.append(layers.Dense(units=int(rng.integers(1, 9)), trainable=not frozen[-1]))
        chain.append(kinds[rng.integers(len(kinds))]())
    frozen.append(False)
    chain.append(layers.Dense(units=classes))
    net = Network.sequential(chain, seed=seed, dtype=dtype)
    for array in net.parameters.values():
        array[...] = rng.normal(size=array.shape)
    x = rng.normal(size=(batch, features)).astype(dtype)
    is_class = bool(rng.random() < 0.5)
    targets = rng.integers(0, classes, batch) if is_class else rng.normal(size=(batch, classes)).astype(dtype)
    loss = losses.SoftmaxCrossEntropy() if is_class else losses.MeanSquaredError()

    outputs, ranges, exact = [x.astype(float)], [None], {k: v.astype(float) for k, v in net.parameters.items()}
    for node in net.nodes[1:]:
        before = outputs[-1]
        if isinstance(node.layer, layers.Dense):
            outputs.append(before @ exact[f"{node.id}/W"] + exact[f"{node.id}/b"])
            ranges.append(None)
        else:
            function, _, limits = ACTIVATIONS[type(node.layer)]
            outputs.append(function(before))
            ranges.append(limits)
    last = outputs[-1]
    if is_class:
        shares = np.exp(last) / np.exp(last).sum(axis=1, keepdims=True)
        value = -np.log(shares[np.arange(batch), targets]).mean()
        grad = (shares - np.eye(classes)[targets]) / batch
    else:
        value, grad = np.mean((last - targets) ** 2), 2 * (last - targets) / last.size
    output_grads, weights, gradients = [grad], [], []
    for number in range(len(net.nodes) - 1, 0, -1):
        node, before = net.nodes[number], outputs[number - 1]
        if isinstance(node.layer, layers.Dense):
            W, b = exact[f"{node.id}/W"], exact[f"{node.id}/b"]
            weights.insert(0, np.append(W, b))
            gradients.insert(0, np.append(before.T @ grad, grad.sum(axis=0)))
            grad = grad @ W.T
        else:
            grad = grad * ACTIVATIONS[type(node.layer)][1](outputs[number])
        output_grads.insert(0, grad)
    trainer = Trainer(net, loss, optimizers.SGD(learning_rate=RATE), (x, targets), batch_size=batch, seed=seed)
    classes_of = targets if is_class else None
    return Drawn(net, trainer, float(value), outputs, output_grads, ranges, weights, gradients, frozen, classes_of)


def magnitudes(arrays: list[np.ndarray]) -> dict[str, list[float]]:
    return {
        "l2": [np.sqrt((array**2).sum()) for array in arrays],
        "mean": [np.abs(array).mean() for array in arrays],
        "max": [np.abs(array).max() for array in arrays],
    }


def of_learning(frozen: list[bool], rows: dict[str, list[float]]) -> dict[str, list[float]]:
    """NaN for the layers that are frozen."""
    return {name: np.where(frozen, np.nan, row).tolist() for name, row in rows.items()}


def statistics(array: np.ndarray, limits: tuple[float, float] | None) -> list[float]:
    mean = array.mean()
    dead = (array == 0).all(axis=tuple(range(array.ndim - 1))).sum()
    saturated = np.nan
    if limits is not None:
        margin = 0.02 * (limits[1] - limits[0])
        saturated = ((array < limits[0] + margin) | (array > limits[1] - margin)).mean()
    return [mean, np.sqrt(((array - mean) ** 2).mean()), (array == 0).mean(), saturated, dead, array.shape[-1]]


@pytest.mark.parametrize("seed", range(40))
def test_every_probe_of_a_network_drawn_at_random(seed: int) -> None:
    dtype, tolerance = ("float64", 1e-9) if seed % 2 else ("float32", 2e-4)
    wanted = drawn(seed, dtype)
    wanted.trainer.watch_next = tuple(probes.registry)
    values = next(wanted.trainer.steps()).values

    def agrees(name: str, row: list[float]) -> None:
        np.testing.assert_allclose(values[name], row, rtol=tolerance, atol=tolerance / 10, err_msg=name)

    agrees("loss", [wanted.loss])
    assert values["learning_rate"] == RATE
    assert ("accuracy" in values) == (wanted.classes is not None)
    if wanted.classes is not None:
        agrees("accuracy", [np.mean(wanted.outputs[-1].argmax(axis=1) == wanted.classes)])
    of_layers = of_learning(wanted.frozen, magnitudes(wanted.gradients))
    agrees("gradient_norm", of_layers["l2"])
    for name, row in of_layers.items():
        agrees(f"gradients/{name}", row)
    for name, row in magnitudes(wanted.output_grads).items():
        agrees(f"activation_gradients/{name}", row)
    agrees("gradient_flow", magnitudes(wanted.output_grads)["l2"])
    moved = magnitudes([RATE * gradient for gradient in wanted.gradients])["l2"]
    sizes = magnitudes(wanted.weights)["l2"]
    for name, row in (("update", moved), ("weights", sizes), ("ratio", np.divide(moved, sizes).tolist())):
        agrees(f"updates/{name}", of_learning(wanted.frozen, {name: row})[name])
    table = np.array([statistics(*each) for each in zip(wanted.outputs, wanted.ranges, strict=True)]).T
    for name, row in zip(("mean", "deviation", "zeros", "saturated", "dead", "units"), table.tolist(), strict=True):
        agrees(f"activations/{name}", row)
    after = [
        weights if frozen else weights - RATE * gradient
        for weights, gradient, frozen in zip(wanted.weights, wanted.gradients, wanted.frozen, strict=True)
    ]
    for name, arrays in (("weight", after), ("gradient", wanted.gradients), ("activation", wanted.outputs)):
        counts, ranges = values[f"{name}_histogram"]
        for number, array in enumerate(arrays):
            if name == "gradient" and wanted.frozen[number]:
                assert not counts[number].any()
                continue
            assert counts[number].sum() == array.size
            if np.ptp(array) > 1e-6:
                np.testing.assert_allclose(ranges[number], (array.min(), array.max()), rtol=tolerance, atol=tolerance)
