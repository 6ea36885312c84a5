"""Each metric against a computation by hand, in one portion and in many; and what metrics refuse, in words."""

from __future__ import annotations

import json

import numpy as np
import pytest

from deepviz.engine import metrics
from deepviz.engine.metric import ClassMetric, Metric
from deepviz.registry import DefinitionError

EVERY = pytest.mark.parametrize("metric", [kind() for kind in metrics.registry.values()], ids=lambda each: each.key)

# Six samples of three classes: right, right, 0 for 1, right, 1 for 2, 0 for 2.
LOGITS = np.array([[5, 1, 0], [0, 2, 1], [3, 2, 1], [0, 9, 8], [1, 7, 6], [4, 3, 2.0]])
CLASSES = np.array([0, 1, 1, 1, 2, 2])
# Class 0: 1 right of 3 predicted and 1 true; class 1: 2 of 3 and 3; class 2: 0 of 0 and 2.
BY_HAND = {
    "Accuracy": 3 / 6,
    "TopK": 6 / 6,  # of five guesses
    "Precision": (1 / 3 + 2 / 3 + 0) / 3,
    "Recall": (1 / 1 + 2 / 3 + 0) / 3,
    "F1": (2 * 1 / (3 + 1) + 2 * 2 / (3 + 3) + 0) / 3,
    "ConfusionMatrix": [[1, 0, 0], [1, 2, 0], [1, 1, 0]],
}
OUTPUTS = np.array([[1.0, 10], [2, 10], [3, 40]])
NUMBERS = np.array([[1.0, 10], [3, 20], [2, 30]])
NUMBERS_BY_HAND = {
    # Means 2 and 20; spreads 2 and 200; squared distances 2 and 200.
    "R2": ((1 - 2 / 2) + (1 - 200 / 200)) / 2,
    "RMSE": (202 / 6) ** 0.5,
    "MAE": 22 / 6,
}


def portioned(metric: Metric, outputs: np.ndarray, targets: np.ndarray, size: int) -> float | np.ndarray:
    """The value from portions, combined from the last one to the first."""
    starts = range(0, len(outputs), size)
    pieces = [metric.sums(outputs[start : start + size], targets[start : start + size]) for start in starts]
    total = pieces.pop()
    while pieces:
        total = metric.combined(pieces.pop(), total)
    return metric.value(total)


def random_case(metric: Metric, samples: int = 300) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(4)
    outputs = rng.standard_normal((samples, 7))
    return outputs, rng.integers(0, 7, samples) if isinstance(metric, ClassMetric) else rng.standard_normal(
        (samples, 7)
    )


@pytest.mark.parametrize(("key", "wanted"), BY_HAND.items())
def test_metrics_of_classes_are_as_computed_by_hand(key: str, wanted: float | list[list[int]]) -> None:
    found = metrics.registry[key]().measure(LOGITS, CLASSES)
    assert np.asarray(found).tolist() == np.asarray(wanted).tolist() or found == pytest.approx(wanted, rel=1e-15)


@pytest.mark.parametrize(("key", "wanted"), NUMBERS_BY_HAND.items())
def test_metrics_of_numbers_are_as_computed_by_hand(key: str, wanted: float) -> None:
    assert metrics.registry[key]().measure(OUTPUTS, NUMBERS) == pytest.approx(wanted, rel=1e-15, abs=1e-15)


def test_every_metric_is_computed_by_hand() -> None:
    assert set(BY_HAND) | set(NUMBERS_BY_HAND) == set(metrics.registry)


@EVERY
@pytest.mark.parametrize("size", [1, 7, 299, 300])
def test_portions_make_no_difference(metric: Metric, size: int) -> None:
    outputs, targets = random_case(metric)
    assert portioned(metric, outputs, targets, size) == pytest.approx(metric.measure(outputs, targets), rel=1e-12)


@EVERY
def test_float32_outputs_are_measured_in_double_precision(metric: Metric) -> None:
    outputs, targets = random_case(metric)
    outputs = outputs.astype(np.float32)
    assert np.array_equal(metric.measure(outputs, targets), metric.measure(outputs.astype(np.float64), targets))
    assert metric.sums(outputs, targets).dtype == np.float64


@EVERY
def test_it_can_be_shown_and_stored(metric: Metric) -> None:
    assert metric.summary().endswith(".")
    assert metric.formula
    assert metric.category == "Metric"
    assert metric.task in ("classification", "regression")
    assert metrics.registry.from_json(json.loads(json.dumps(metric.to_json()))) == metric
    assert metric.name == metric.key
    for each in metric.hyperparameters():
        assert each.help.endswith(".")


def test_a_name_tells_what_is_not_as_usual() -> None:
    assert metrics.TopK(k=3).name == "TopK(k=3)"
    assert metrics.TopK(k=5).name == "TopK"


@pytest.mark.parametrize(("k", "wanted"), [(1, 3 / 6), (2, 5 / 6), (3, 1), (50, 1)])
def test_top_k(k: int, wanted: float) -> None:
    assert metrics.TopK(k=k).measure(LOGITS, CLASSES) == wanted


def test_of_equal_outputs_the_first_is_guessed_first() -> None:
    level, classes = np.zeros((4, 4)), np.arange(4)
    assert [metrics.TopK(k=k).measure(level, classes) for k in (1, 2, 3, 4)] == [0.25, 0.5, 0.75, 1]
    assert metrics.Accuracy().measure(level, classes) == 0.25


def test_outputs_that_are_no_numbers_are_no_hits() -> None:
    outputs = np.array([[np.nan, np.nan, np.nan], [0, 1, 0]])
    assert metrics.TopK(k=2).measure(outputs, np.array([2, 1])) == 0.5


def test_a_single_output_tells_two_classes_apart() -> None:
    outputs, answers = np.array([[2.0], [-1.0], [0.5], [0.0], [-3.0]]), np.array([1, 1, 0, 0, 0])
    assert metrics.ConfusionMatrix().measure(outputs, answers).tolist() == [[2, 1], [1, 1]]
    assert metrics.Accuracy().measure(outputs, answers) == 3 / 5
    assert metrics.Precision().measure(outputs, answers) == pytest.approx((2 / 3 + 1 / 2) / 2)
    with pytest.raises(ValueError, match="Top-k accuracy needs an output for each class; there is a single one"):
        metrics.TopK().measure(outputs, answers)


def test_every_step_of_a_sequence_counts() -> None:
    rng = np.random.default_rng(0)
    outputs, classes = rng.standard_normal((5, 4, 3)), rng.integers(0, 3, (5, 4))
    for key in BY_HAND:
        metric = metrics.registry[key]()
        flat = metric.measure(outputs.reshape(20, 3), classes.reshape(20))
        assert np.array_equal(metric.measure(outputs, classes), flat), key
    numbers = rng.standard_normal((5, 4, 3))
    assert metrics.MAE().measure(outputs, numbers) == pytest.approx(np.abs(outputs - numbers).mean())


def test_a_class_that_never_occurs_is_left_out_and_one_that_is_only_predicted_counts_as_zero() -> None:
    # Four classes: 3 occurs nowhere; 2 is predicted once but never right.
    outputs, classes = np.eye(4)[[0, 1, 2]], np.array([0, 1, 1])
    assert metrics.Precision().measure(outputs, classes) == pytest.approx((1 + 1 + 0) / 3)
    assert metrics.Recall().measure(outputs, classes) == pytest.approx((1 + 1 / 2 + 0) / 3)
    assert metrics.F1().measure(outputs, classes) == pytest.approx((1 + 2 / 3 + 0) / 3)


@pytest.mark.parametrize("size", [1, 3, 10])
def test_r2_of_targets_that_are_all_equal(size: int) -> None:
    targets, outputs = np.full((10, 1), 0.1), np.full((10, 1), 0.1)
    assert portioned(metrics.R2(), outputs, targets, size) == 1
    outputs[4] = 0.2
    assert portioned(metrics.R2(), outputs, targets, size) == 0


def test_r2_loses_no_digits_where_targets_are_large_and_close_together() -> None:
    rng = np.random.default_rng(0)
    spread, missed = rng.integers(-8, 9, (1000, 1)) / 4.0, rng.integers(-2, 3, (1000, 1)) / 4.0
    wanted = 1 - np.square(missed).sum() / np.square(spread - spread.mean()).sum()
    far = 2.0**31  # seconds since 1970, say; sums and differences of these are exact
    for size in (7, 1000):
        found = portioned(metrics.R2(), far + spread + missed, far + spread, size)
        assert found == pytest.approx(wanted, rel=1e-7)  # with the sum of squared targets not one digit would be right


def test_r2_wants_two_samples() -> None:
    with pytest.raises(ValueError, match="R² compares with the spread of the targets; it takes two samples at least"):
        metrics.R2().measure(np.ones((1, 2)), np.ones((1, 2)))
    assert metrics.R2().measure(np.array([[0.0], [1.0]]), np.array([[0.0], [1.0]])) == 1


def test_huge_outputs_give_an_infinite_error() -> None:
    with np.errstate(over="ignore"):
        assert metrics.RMSE().measure(np.array([[1e200]]), np.array([[0.0]])) == np.inf
    assert metrics.RMSE().measure(np.array([[1e30]], np.float32), np.array([[0.0]])) == pytest.approx(1e30)


@EVERY
@pytest.mark.parametrize(
    ("outputs", "targets", "message"),
    [
        (np.zeros((0, 3)), np.zeros((0, 3)), r"there are no samples; the outputs have shape \(0, 3\)"),
        (np.zeros(3), np.zeros(3), r"needs numbers, one row a sample; it gets float64 of shape \(3,\)"),
        (np.array([["a", "b"]]), np.zeros(1, int), "needs numbers, one row a sample; it gets <U1"),
        (np.zeros((2, 3)), np.zeros((3, 3)), r"needs (class )?numbers of shape \(2(, 3)?,?\); it gets float64"),
        (np.zeros((2, 3)), np.array(["a", "b"]), r"needs (class )?numbers of shape .*; it gets <U1 of shape \(2,\)"),
    ],
)
def test_bad_input_is_refused_in_words(metric: Metric, outputs: np.ndarray, targets: np.ndarray, message: str) -> None:
    with pytest.raises(ValueError, match=f"^{metric.label}:? {message}"):
        metric.measure(outputs, targets)


@pytest.mark.parametrize(("outputs", "last"), [(np.zeros((2, 3)), 2), (np.zeros((2, 1)), 1)])
def test_class_numbers_out_of_range_are_refused(outputs: np.ndarray, last: int) -> None:
    for wrong in (-1, last + 1):
        with pytest.raises(ValueError, match=f"F1 score: target 1 is class {wrong}; wanted 0 to {last}"):
            metrics.F1().measure(outputs, np.array([0, wrong]))


def test_unknown_metrics_are_told() -> None:
    with pytest.raises(DefinitionError, match="no metric called 'F2'"):
        metrics.registry["F2"]
    with pytest.raises(AttributeError, match="no metric called 'F2'"):
        metrics.F2  # noqa: B018
