"""Evaluation in portions against one computation over everything."""

from __future__ import annotations

import numpy as np
import pytest

from deepviz.engine import Network, layers, losses
from deepviz.engine.evaluation import PORTION, evaluate


def network(outputs: int = 3) -> Network:
    return Network.sequential([layers.Input(shape=(4,)), layers.Dense(units=outputs)], seed=1, dtype="float64")


@pytest.mark.parametrize("count", [1, PORTION - 1, PORTION, PORTION + 1, 3 * PORTION + 7])
def test_loss_and_accuracy_are_those_over_all_samples(count: int) -> None:
    net, rng = network(), np.random.default_rng(0)
    x, classes = rng.standard_normal((count, 4)), rng.integers(0, 3, count)
    logits = x @ net.parameters["dense_1/W"] + net.parameters["dense_1/b"]
    log_sums = np.log(np.exp(logits).sum(axis=1))
    result = evaluate(net, losses.SoftmaxCrossEntropy(), x, classes)
    assert result.loss == pytest.approx(np.mean(log_sums - logits[np.arange(count), classes]), rel=1e-12)
    assert result.accuracy == np.mean(logits.argmax(axis=1) == classes)


def test_numbers_to_fit_have_no_accuracy() -> None:
    net, rng = network(1), np.random.default_rng(0)
    x, targets = rng.standard_normal((20, 4)), rng.integers(-5, 5, 20)
    outputs = x @ net.parameters["dense_1/W"][:, 0] + net.parameters["dense_1/b"]
    result = evaluate(net, losses.MeanSquaredError(), x, targets)
    assert result.accuracy is None
    assert result.loss == pytest.approx(np.mean((outputs - targets) ** 2), rel=1e-12)


def test_evaluation_changes_nothing() -> None:
    net, x = network(), np.random.default_rng(0).standard_normal((30, 4))
    net.gradients.vector[...] = 7
    before = net.parameters.vector.copy()
    evaluate(net, losses.SoftmaxCrossEntropy(), x, np.zeros(30, int))
    assert np.array_equal(net.parameters.vector, before)
    assert (net.gradients.vector == 7).all()


def test_huge_weights_give_an_infinite_loss_and_no_warning() -> None:
    net = network()
    net.parameters.vector[...] = 1e200
    assert evaluate(net, losses.MeanSquaredError(), np.ones((2, 4)), np.zeros((2, 3))).loss == np.inf


@pytest.mark.parametrize(("samples", "targets"), [(0, 0), (3, 2), (2, 3), (PORTION + 5, PORTION)])
def test_samples_without_targets_are_refused(samples: int, targets: int) -> None:
    with pytest.raises(ValueError, match="needs a target for each sample"):
        evaluate(network(), losses.SoftmaxCrossEntropy(), np.zeros((samples, 4)), np.zeros(targets, int))
