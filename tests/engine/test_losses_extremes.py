"""Huge outputs, targets of probability 0 and other ends of the range: finite and exact, by closed forms."""

from __future__ import annotations

import numpy as np
import pytest

from deepviz.engine import losses
from deepviz.engine.loss import Loss
from tests.engine.loss_formulas import cross_entropy


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_cross_entropy_of_huge_logits_is_finite_and_exact(dtype: type) -> None:
    loss = losses.SoftmaxCrossEntropy()
    logits = np.array([[1e4, -1e4, 0.0], [-1e4, 1e4, 1e4], [-1e4, -1e4, -1e4]], dtype)
    value, grad = loss.value_and_grad(logits, np.array([1, 0, 2]))
    # 20000 for the first; 20000 + log 2 for the second; log 3 for the third, where all are equal.
    assert value == pytest.approx((20000 + 20000 + np.log(2) + np.log(3)) / 3, rel=1e-7)
    wanted = np.array([[1, -1, 0], [-1, 0.5, 0.5], [1 / 3, 1 / 3, 1 / 3 - 1]]) / 3
    assert grad == pytest.approx(wanted, abs=1e-7)


def test_cross_entropy_of_a_certain_right_answer_is_zero() -> None:
    value, grad = losses.SoftmaxCrossEntropy().value_and_grad(np.array([[1e4, 0.0], [0.0, 1e4]]), np.array([0, 1]))
    assert value == 0.0
    assert not grad.any()


HUGE = [
    # loss, outputs, targets, value, gradient; by hand, one row of two outputs
    ("BinaryCrossEntropy", [1e4, -1e4], [0, 0], 5e3, [0.5, 0]),
    ("BinaryCrossEntropy", [1e4, -1e4], [1, 1], 5e3, [0, -0.5]),
    ("BinaryCrossEntropy", [1e4, -1e4], [1, 0], 0, [0, 0]),
    ("CosineSimilarity", [1e4, -1e4], [0, 1], 1 + 0.5**0.5, [-(0.5**0.5) / 2e4, -(0.5**0.5) / 2e4]),
    ("CosineSimilarity", [0, 0], [0, 1], 1, [0, 0]),
    ("CosineSimilarity", [1, 2], [0, 0], 1, [0, 0]),
    ("Hinge", [1e4, -1e4], [1, 0], 0, [0, 0]),
    ("Hinge", [1e4, -1e4], [0, 1], 10001, [0.5, -0.5]),
    ("Huber", [1e4, -1e4], [0, 0], 9999.5, [0.5, -0.5]),
    ("KLDivergence", [1e4, -1e4], [0, 1], 2e4, [1, -1]),
    ("KLDivergence", [1e4, -1e4], [1, 0], 0, [0, 0]),
    ("KLDivergence", [1e4, -1e4], [0.5, 0.5], 1e4 - np.log(2), [0.5, -0.5]),
    ("LogCosh", [1e4, -1e4], [0, 0], 1e4 - np.log(2), [0.5, -0.5]),
    ("MeanAbsoluteError", [1e4, -1e4], [0, 0], 1e4, [0.5, -0.5]),
    ("MeanSquaredError", [1e4, -1e4], [0, 0], 1e8, [1e4, -1e4]),
    ("SoftmaxCrossEntropy", [1e4, -1e4], [0, 1], 2e4, [1, -1]),
    ("SoftmaxCrossEntropy", [1e4, -1e4], [1, 0], 0, [0, 0]),
    ("SoftmaxCrossEntropy", [-1e4, -1e4], [1, 0], np.log(2), [-0.5, 0.5]),
    ("SoftmaxCrossEntropy", [1e4, -1e4], [0.25, 0.75], 1.5e4, [0.75, -0.75]),
]

HUGE_WITH_SETTINGS = [
    # Smoothed by 1/2, the targets are 3/4 and 1/4.
    (losses.SoftmaxCrossEntropy(label_smoothing=0.5), [1e4, -1e4], [1, 0], 5e3, [0.25, -0.25]),
    (losses.SoftmaxCrossEntropy(label_smoothing=1), [1e4, -1e4], [0, 1], 1e4, [0.5, -0.5]),
    (losses.SoftmaxCrossEntropy(class_weights=(3, 0.5)), [1e4, -1e4], [0, 1], 1e4, [0.5, -0.5]),
    (losses.SoftmaxCrossEntropy(class_weights=(3, 0)), [1e4, -1e4], [0, 1], 0, [0, 0]),
    (losses.SoftmaxCrossEntropy(label_smoothing=0.5, class_weights=(4, 1)), [1e4, -1e4], [1, 0], 2e4, [1, -1]),
    (losses.BinaryCrossEntropy(positive_weight=4), [1e4, -1e4], [0, 1], 2.5e4, [0.5, -2]),
    (losses.BinaryCrossEntropy(positive_weight=4), [1e4, -1e4], [1, 0], 0, [0, 0]),
    (losses.BinaryCrossEntropy(positive_weight=1e-6), [1e4, -1e4], [0, 1], 5e3 * (1 + 1e-6), [0.5, -5e-7]),
    (losses.Huber(delta=1e-3), [1e4, -1e4], [0, 0], 1e-3 * (1e4 - 5e-4), [5e-4, -5e-4]),
    (losses.Huber(delta=1e6), [1e4, -1e4], [0, 0], 5e7, [5e3, -5e3]),
]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(("key", "outputs", "targets", "value", "grad"), HUGE)
def test_huge_outputs_and_zeros_are_exact(
    key: str, outputs: list[float], targets: list[float], value: float, grad: list[float], dtype: type
) -> None:
    found = losses.registry[key]().value_and_grad(np.array([outputs], dtype), np.array([targets], dtype))
    exact = 4 * float(np.finfo(dtype).eps)
    assert found[0] == pytest.approx(value, rel=exact, abs=0)
    assert found[1][0] == pytest.approx(np.array(grad), rel=exact, abs=exact * 1e-4)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(("loss", "outputs", "targets", "value", "grad"), HUGE_WITH_SETTINGS)
def test_huge_outputs_are_exact_whatever_is_set(
    loss: Loss, outputs: list[float], targets: list[float], value: float, grad: list[float], dtype: type
) -> None:
    found = loss.value_and_grad(np.array([outputs], dtype), np.array([targets], dtype))
    exact = 4 * float(np.finfo(dtype).eps)
    assert found[0] == pytest.approx(value, rel=exact, abs=0)
    assert found[1][0] == pytest.approx(np.array(grad), rel=exact, abs=exact * 1e-4)


def test_huge_outputs_are_tried_on_every_loss_and_setting() -> None:
    assert {key for key, *_ in HUGE} == set(losses.registry)
    tried = {(loss.key, name) for loss, *_ in HUGE_WITH_SETTINGS for name in loss.model_fields_set}
    assert tried == {(kind.key, each.name) for kind in losses.registry.values() for each in kind.hyperparameters()}


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("key", ["BinaryCrossEntropy", "Hinge"])
def test_a_single_huge_output_is_exact(key: str, dtype: type) -> None:
    outputs = np.array([[1e4], [1e4], [-1e4], [-1e4]], dtype)
    value, grad = losses.registry[key]().value_and_grad(outputs, np.array([0, 1, 0, 1]))
    beyond = 1 if key == "Hinge" else 0
    assert value == 2 * (1e4 + beyond) / 4
    assert np.array_equal(grad, np.array([[0.25], [0], [0], [-0.25]]))


@pytest.mark.parametrize(("dtype", "exact"), [(np.float32, 1e-6), (np.float64, 1e-14)])
def test_binary_cross_entropy_keeps_its_digits_where_it_is_small(dtype: type, exact: float) -> None:
    # Right by a wide margin: log(1 + exp(-40)) is exp(-40), not 0.
    value, _ = losses.BinaryCrossEntropy().value_and_grad(np.array([[40.0], [-40.0]], dtype), np.array([1, 0]))
    assert value == pytest.approx(np.exp(-40.0), rel=exact)


@pytest.mark.parametrize(("dtype", "exact"), [(np.float32, 1e-6), (np.float64, 1e-15)])
def test_log_cosh_is_exact_at_every_distance(dtype: type, exact: float) -> None:
    # By its series near 0, by the straight line far away, and by the plain formula in between.
    distances = {1e-6: 5e-13 - 1e-24 / 12, 1e-2: 5e-5 - 1e-8 / 12 + 1e-12 / 45, 3.0: np.log(np.cosh(3.0))}
    for distance, wanted in {**distances, 19.9: 19.9 - np.log(2), 20.1: 20.1 - np.log(2)}.items():
        value, _ = losses.LogCosh().value_and_grad(np.array([[distance]], dtype), np.zeros((1, 1), dtype))
        rounding = abs(float(dtype(distance)) / distance - 1)
        assert value == pytest.approx(wanted, rel=exact + 2 * rounding)


@pytest.mark.parametrize("classes", [2, 31, 32, 33, 100])
@pytest.mark.parametrize("batch", [1, 5, 200])
def test_cross_entropy_at_any_size(classes: int, batch: int) -> None:
    # Row maxima and broadcasting take different ways for few and for many classes.
    rng = np.random.default_rng(0)
    logits, targets = 5 * rng.standard_normal((batch, classes)), rng.integers(0, classes, batch)
    value, grad = losses.SoftmaxCrossEntropy().value_and_grad(logits, targets)
    wanted_value, wanted_grad = cross_entropy(logits, np.eye(classes)[targets])
    assert value == pytest.approx(wanted_value, rel=1e-12)
    assert grad == pytest.approx(wanted_grad, abs=1e-14)
