"""Probabilities are those that the loss itself works with, and do not overflow."""

from __future__ import annotations

import numpy as np
import pytest

from deepviz.engine import losses
from deepviz.engine.loss import Loss
from deepviz.engine.losses.binary_cross_entropy import BinaryCrossEntropy
from deepviz.engine.losses.kl_divergence import KLDivergence
from deepviz.engine.losses.mean_squared_error import MeanSquaredError
from deepviz.engine.losses.softmax_cross_entropy import SoftmaxCrossEntropy
from deepviz.insight.probabilities import class_log_odds, class_probabilities, class_scores

Z = np.random.default_rng(2).normal(size=(40, 5)) * 3


def gradient_says(loss: Loss, z: np.ndarray, targets: np.ndarray, share: float) -> np.ndarray:
    """For cross-entropies the gradient is (probability - target) times a share: what the loss takes z for."""
    grad = loss.value_and_grad(z, targets)[1]
    return grad / share + targets


@pytest.mark.parametrize("loss", [SoftmaxCrossEntropy(), KLDivergence()])
def test_softmax_is_what_the_loss_s_own_gradient_says(loss: Loss):
    targets = np.eye(5)[np.arange(40) % 5]
    expected = gradient_says(loss, Z, targets, 1 / 40)
    np.testing.assert_allclose(class_probabilities(loss, Z), expected, rtol=1e-9, atol=1e-12)


def test_sigmoid_is_what_the_loss_s_own_gradient_says():
    targets = np.eye(5)[np.arange(40) % 5]
    expected = gradient_says(BinaryCrossEntropy(), Z, targets, 1 / 200)
    np.testing.assert_allclose(class_probabilities(BinaryCrossEntropy(), Z), expected, rtol=1e-9, atol=1e-12)


def test_a_single_output_tells_two_classes_apart():
    found = class_probabilities(BinaryCrossEntropy(), Z[:, :1])
    assert found is not None
    np.testing.assert_allclose(found[:, 1], 1 / (1 + np.exp(-Z[:, 0])))
    np.testing.assert_allclose(found.sum(axis=1), 1)
    np.testing.assert_array_equal(class_scores(Z[:, :1]).argmax(axis=1), Loss.predicted_classes(Z[:, :1]))
    np.testing.assert_array_equal(class_scores(Z), Z)


def test_outputs_however_large_give_a_probability():
    far = np.array([[1e4, -1e4, 0.0], [-800.0, -800.0, -800.0]])
    np.testing.assert_allclose(class_probabilities(SoftmaxCrossEntropy(), far), [[1, 0, 0], [1 / 3] * 3])
    np.testing.assert_allclose(class_probabilities(BinaryCrossEntropy(), far)[0], [1, 0, 0.5])  # type: ignore[index]


def test_a_loss_that_makes_none_gives_none():
    assert class_probabilities(MeanSquaredError(), Z) is None
    assert class_log_odds(MeanSquaredError(), Z, 0) is None


@pytest.mark.parametrize("loss", [SoftmaxCrossEntropy(), KLDivergence(), BinaryCrossEntropy()])
@pytest.mark.parametrize("columns", [1, 2, 5])
def test_log_odds_are_those_of_the_probabilities(loss: Loss, columns: int):
    if columns == 1 and loss.activation == "softmax":
        return  # of one class nothing is told apart
    z = Z[:, :columns]
    shares = class_probabilities(loss, z)
    assert shares is not None
    for number in range(max(columns, 2)):
        p = shares[:, number]
        np.testing.assert_allclose(class_log_odds(loss, z, number), np.log(p) - np.log1p(-p), rtol=1e-7, atol=1e-9)


def test_log_odds_differ_where_probabilities_do_not():
    far = np.array([[60.0, 0.0, 0.0], [50.0, 0.0, 0.0], [1e4, 1.0, -1e4], [2e4, 1.0, -1e4]])
    found = class_log_odds(SoftmaxCrossEntropy(), far, 0)
    np.testing.assert_allclose(found, [60 - np.log(2), 50 - np.log(2), 9999, 19999])
    shares = class_probabilities(SoftmaxCrossEntropy(), far)
    assert shares is not None
    assert set(shares[:, 0]) == {1.0}
    np.testing.assert_array_equal(class_log_odds(BinaryCrossEntropy(), far[:, :1], 0), -far[:, 0])
    np.testing.assert_array_equal(class_log_odds(BinaryCrossEntropy(), far[:, :1], 1), far[:, 0])


def test_every_loss_says_what_it_makes_of_outputs():
    for loss in losses.registry.values():
        assert loss.activation in ("", "softmax", "sigmoid")
