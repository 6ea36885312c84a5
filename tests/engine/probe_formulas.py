"""What probes read, computed a second time in plain NumPy and float64 from exported weights and the batch."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from deepviz.engine import Network, Trainer, layers, losses
from deepviz.engine.optimizer import Optimizer

TABLES = ("gradients", "clipped_gradients", "activation_gradients", "updates", "activations")
HISTOGRAMS = ("weight_histogram", "gradient_histogram", "activation_histogram")
Data = tuple[np.ndarray, np.ndarray]


def network(dtype: str = "float64", *, trainable: bool = True) -> Network:
    """Dense 4 -> 6, tanh, dense 6 -> 5, ReLU, dense 5 -> 3, with biases other than 0 and a unit that is always dead."""
    chain = [
        layers.Input(shape=(4,)),
        layers.Dense(units=6),
        layers.Tanh(),
        layers.Dense(units=5, trainable=trainable),
        layers.ReLU(),
        layers.Dense(units=3),
    ]
    net = Network.sequential(chain, seed=4, dtype=dtype)
    rng = np.random.default_rng(1)
    for name, view in net.parameters.items():
        if name.endswith("/b"):
            view[...] = rng.standard_normal(view.shape) / 3
    net.parameters["dense_1/W"][...] *= 2
    net.parameters["dense_2/b"][2] = -50
    return net


def data(samples: int = 37) -> Data:
    rng = np.random.default_rng(7)
    return rng.standard_normal((samples, 4)), rng.integers(0, 3, samples)


def first_values(net: Network, given: Data, optimizer: Optimizer, *keys: str) -> dict[str, np.ndarray]:
    """What is read from one step over all samples."""
    made = Trainer(net, losses.SoftmaxCrossEntropy(), optimizer, given, batch_size=len(given[0]))
    made.watch_next = keys
    return next(made.steps()).values


class ByHand:
    """Everything about one step of `network`, before the update.

    Attributes
    ----------
    weights, gradients
        For each of the three Dense layers the flat vector of W and b.
    outputs, output_grads
        For each of the six nodes; the gradient with respect to the data comes first.
    """

    def __init__(self, net: Network, given: Data) -> None:
        x, targets = given
        x = x.astype(net.dtype).astype(np.float64)
        W1, b1, W2, b2, W3, b3 = (array.astype(np.float64) for array in net.parameters.values())
        z1 = x @ W1 + b1
        h1 = np.tanh(z1)
        z2 = h1 @ W2 + b2
        h2 = np.maximum(z2, 0)
        logits = h2 @ W3 + b3
        p = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
        g3 = (p - np.eye(3)[targets]) / len(x)
        gh2 = g3 @ W3.T
        g2 = gh2 * (z2 > 0)
        gh1 = g2 @ W2.T
        g1 = gh1 * (1 - h1**2)
        self.outputs = [x, z1, h1, z2, h2, logits]
        self.output_grads = [g1 @ W1.T, g1, gh1, g2, gh2, g3]
        self.weights = [flat(W1, b1), flat(W2, b2), flat(W3, b3)]
        pairs = (x, g1), (h1, g2), (h2, g3)
        self.gradients = [flat(before.T @ grad, grad.sum(axis=0)) for before, grad in pairs]


def flat(*arrays: np.ndarray) -> np.ndarray:
    return np.concatenate([array.ravel() for array in arrays])


def magnitudes(arrays: Sequence[np.ndarray]) -> dict[str, list[float]]:
    """L2 norm, mean and maximum of the absolute values, number by number."""
    numbers = [[abs(float(value)) for value in array.ravel()] for array in arrays]
    return {
        "l2": [sum(value**2 for value in row) ** 0.5 for row in numbers],
        "mean": [sum(row) / len(row) for row in numbers],
        "max": [max(row) for row in numbers],
    }
