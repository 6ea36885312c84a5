"""Arrays that are none, or not of one shape: a ValueError that says what was given and what is wanted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from deepviz.engine import Network, Trainer, layers, losses, metrics, optimizers
from deepviz.engine.evaluation import evaluate

RAGGED: Any = [[1.0, 2.0, 3.0], [1.0, 2.0]]
X, CLASSES = np.zeros((2, 3)), np.zeros(2, int)
ENTROPY = losses.SoftmaxCrossEntropy()


def network() -> Network:
    return Network.sequential([layers.Input(shape=(3,)), layers.Dense(units=2)])


def train(x: Any, targets: Any, **settings: Any) -> Trainer:
    return Trainer(network(), ENTROPY, optimizers.SGD(), (x, targets), **settings)


def told(kind: str, wanted: str) -> str:
    first, second = (rf"{kind} {number} has shape \({length},\)" for number, length in ((0, 3), (1, 2)))
    return f"gets 2 {kind}s that are not of one shape: {first}, {second}; wanted are {wanted}"


SAMPLES, TARGETS = told("sample", "samples of shape 3"), told("target", "one for each sample, all of one shape")
OUTPUTS = told("output", "rows of one length, one for each sample")


@pytest.mark.parametrize(
    ("use", "words"),
    [
        (lambda: network().forward(RAGGED), f"input_1 {SAMPLES}"),
        (lambda: network().predict(RAGGED), f"input_1 {SAMPLES}"),
        (lambda: train(RAGGED, CLASSES), f"Training data: input_1 {SAMPLES}"),
        (lambda: train(X, RAGGED), f"Training data: Cross-entropy {TARGETS}"),
        (lambda: train(X, CLASSES, validation=(RAGGED, CLASSES)), f"Validation data: input_1 {SAMPLES}"),
        (lambda: evaluate(network(), ENTROPY, RAGGED, CLASSES), f"input_1 {SAMPLES}"),
        (lambda: evaluate(network(), ENTROPY, X, RAGGED), f"Cross-entropy {TARGETS}"),
        (lambda: ENTROPY.value_and_grad(X, RAGGED), f"Cross-entropy {TARGETS}"),
        (lambda: ENTROPY.value_and_grad(RAGGED, CLASSES), f"Cross-entropy {OUTPUTS}"),
        (lambda: metrics.F1().measure(RAGGED, CLASSES), f"F1 score {OUTPUTS}"),
        (lambda: metrics.F1().measure(X, RAGGED), f"F1 score {TARGETS}"),
    ],
)
def test_rows_of_several_lengths(use: Callable[[], Any], words: str) -> None:
    with pytest.raises(ValueError, match=f"^{words}"):
        use()


def test_rows_whose_own_rows_differ() -> None:
    with pytest.raises(ValueError, match="sample 0 is itself made of rows that differ, sample 1 has shape"):
        network().forward([[[1.0], [1.0, 2.0]], [1.0, 2.0, 3.0]])  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("grad", "words"),
    [
        (RAGGED, told("gradient", r"real numbers of shape \(2, 2\)")),
        (np.zeros((2, 2), complex), r"The gradient holds complex128; wanted are real numbers of shape \(2, 2\)"),
        (np.full((2, 2), "a"), r"The gradient holds <U1; wanted are real numbers of shape \(2, 2\)"),
    ],
)
def test_a_gradient_that_is_none(grad: Any, words: str) -> None:
    net = network()
    net.forward(X, training=True)
    with pytest.raises(ValueError, match=words):
        net.backward(grad)
    net.backward(np.zeros((2, 2)))  # nothing is lost by having tried


@pytest.mark.parametrize("size", [0, -1, 1.5, "8"])
def test_portions_that_cannot_be(size: Any) -> None:
    with pytest.raises(ValueError, match=f"batch_size must be a whole number of at least 1, not {size!r}"):
        network().predict(X, batch_size=size)


def test_portions_counted_by_numpy() -> None:
    assert network().predict(X, batch_size=np.int64(1)).shape == (2, 2)  # type: ignore[arg-type]
