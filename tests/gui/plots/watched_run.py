"""Real runs that are looked at at some steps, and what they gave there, computed a second time in plain NumPy."""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass, field

import numpy as np

from deepviz.engine import Network, Trainer, layers, losses, optimizers
from deepviz.engine.histogram import BINS, Histograms
from deepviz.engine.layer import Layer
from deepviz.training.history import History
from tests.gui.plots.conftest import Record

ALL = ("activations", "activation_histogram", "weight_histogram", "gradient_histogram")
RATE, BATCH, SEED = 0.3, 16, 7
NODES = ("input_1", "dense_1", "tanh_1", "dense_2", "relu_1", "dense_3")


@dataclass
class WatchedRun:
    """A run, and by step and name of a layer what the batch gave before its update, and the weights after it.

    Each is flat or of shape (samples, units).
    """

    history: History
    outputs: dict[int, dict[str, np.ndarray]] = field(default_factory=dict)
    weights: dict[int, dict[str, np.ndarray]] = field(default_factory=dict)
    gradients: dict[int, dict[str, np.ndarray]] = field(default_factory=dict)


def record(
    chain: list[Layer], x: np.ndarray, y: np.ndarray, watched: Collection[int], steps: int, rate: float = RATE
) -> History:
    """Train a chain of layers with plain gradient descent, looking at everything at some steps."""
    network = Network.sequential(chain, seed=1)
    trainer = Trainer(
        network,
        losses.SoftmaxCrossEntropy(),
        optimizers.SGD(learning_rate=rate),
        (x, y),
        batch_size=BATCH,
        epochs=steps,
    )
    history = History([node.id for node in network.trained_nodes], [node.id for node in network.nodes])
    made = trainer.steps()
    for step in range(1, steps + 1):
        trainer.watch_next = ALL if step in watched else ()
        history.append([next(made)])
    return history


def by_hand(watched: Collection[int], steps: int = 12, dtype: str = "float64") -> WatchedRun:
    """A run of 4-6-5-3 with tanh and ReLU on 40 samples (the last batch of an epoch is smaller), and its numbers."""
    chain = [
        layers.Input(shape=(4,)), layers.Dense(units=6), layers.Tanh(), layers.Dense(units=5), layers.ReLU(),
        layers.Dense(units=3),
    ]  # fmt: skip
    rng = np.random.default_rng(5)
    x, y = 3 * rng.standard_normal((40, 4)), rng.integers(0, 3, 40)
    network = Network.sequential(chain, seed=1, dtype=dtype)
    network.parameters["dense_2/b"][2] = -50  # two units of the ReLU after it never give anything
    network.parameters["dense_2/b"][4] = -50
    trainer = Trainer(
        network,
        losses.SoftmaxCrossEntropy(),
        optimizers.SGD(learning_rate=RATE),
        (x, y),
        batch_size=BATCH,
        epochs=9,
        seed=SEED,
    )
    run = WatchedRun(History([node.id for node in network.trained_nodes], [node.id for node in network.nodes]))
    made = trainer.steps()
    for step in range(1, steps + 1):
        epoch, batch = divmod(step - 1, 3)
        chosen = np.random.default_rng((SEED, epoch)).permutation(40)[batch * BATCH : (batch + 1) * BATCH]
        before = {name: array.astype(np.float64) for name, array in network.weights().items()}
        if step in watched:
            _compute(run, step, before, x[chosen], y[chosen])
        trainer.watch_next = ALL if step in watched else ()
        run.history.append([next(made)])
        if step in watched:
            after = {name: array.astype(np.float64) for name, array in network.weights().items()}
            run.weights[step] = {
                name: np.append(after[f"{name}/W"], after[f"{name}/b"]) for name in ("dense_1", "dense_2", "dense_3")
            }
    return run


def _compute(run: WatchedRun, step: int, weights: dict[str, np.ndarray], x: np.ndarray, y: np.ndarray) -> None:
    """Forward and backward of 4-6-5-3, as in a textbook."""
    w1, b1, w2, b2, w3, b3 = (weights[f"dense_{layer}/{name}"] for layer in (1, 2, 3) for name in "Wb")
    z1 = x @ w1 + b1
    a1 = np.tanh(z1)
    z2 = a1 @ w2 + b2
    a2 = np.maximum(z2, 0)
    z3 = a2 @ w3 + b3
    exponents = np.exp(z3 - z3.max(axis=1, keepdims=True))
    d3 = exponents / exponents.sum(axis=1, keepdims=True)
    d3[np.arange(len(y)), y] -= 1
    d3 /= len(y)
    d2 = (d3 @ w3.T) * (z2 > 0)
    d1 = (d2 @ w2.T) * (1 - a1**2)
    run.outputs[step] = dict(zip(NODES, (x, z1, a1, z2, a2, z3), strict=True))
    run.gradients[step] = {
        f"dense_{n}": np.append(given.T @ d, d.sum(axis=0)) for n, given, d in ((1, x, d1), (2, a1, d2), (3, a2, d3))
    }


def counted(numbers: np.ndarray) -> list[int]:
    """How many numbers lie in each bin, one number at a time."""
    low, high = numbers.min(), numbers.max()
    counts = [0] * BINS
    for number in numbers.tolist():
        counts[min(math.floor(BINS * (number - low) / (high - low)), BINS - 1)] += 1
    return counts


def made_up(steps: int, seed: int = 0) -> History:
    """Histograms of normal numbers that get wider from step to step, of two layers, the second of which is frozen."""
    rng = np.random.default_rng(seed)
    history = History(["dense_1", "dense_2"], ["input_1", "dense_1", "dense_2"])
    for step in range(1, steps + 1):
        numbers = rng.standard_normal(500) * step / steps
        counts = np.zeros((2, BINS), np.int64)
        counts[0] = np.histogram(numbers, BINS)[0]
        ranges = np.array([[numbers.min(), numbers.max()], [np.nan, np.nan]])
        history.append([Record(5 * step, step, {"loss": 1.0, "gradient_histogram": Histograms(counts, ranges)})])
    return history
