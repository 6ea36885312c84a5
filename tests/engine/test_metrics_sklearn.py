"""Metrics against scikit-learn."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from deepviz.engine import metrics
from deepviz.engine.loss import Loss
from deepviz.engine.metric import ClassMetric, Metric

sklearn_metrics = pytest.importorskip("sklearn.metrics")

AVERAGED = {"average": "macro", "zero_division": 0}
CASES: list[tuple[Metric, Callable[..., Any]]] = [
    (metrics.Accuracy(), sklearn_metrics.accuracy_score),
    (metrics.Precision(), lambda t, p: sklearn_metrics.precision_score(t, p, **AVERAGED)),
    (metrics.Recall(), lambda t, p: sklearn_metrics.recall_score(t, p, **AVERAGED)),
    (metrics.F1(), lambda t, p: sklearn_metrics.f1_score(t, p, **AVERAGED)),
    (metrics.R2(), sklearn_metrics.r2_score),
    (metrics.RMSE(), lambda t, y: np.sqrt(sklearn_metrics.mean_squared_error(t, y))),
    (metrics.MAE(), sklearn_metrics.mean_absolute_error),
]
every_case = pytest.mark.parametrize(("metric", "reference"), CASES, ids=[metric.key for metric, _ in CASES])


def test_every_metric_is_compared() -> None:
    assert {metric.key for metric, _ in CASES} | {"ConfusionMatrix", "TopK"} == set(metrics.registry)


@every_case
@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize(("samples", "width"), [(2, 3), (30, 1), (30, 40), (500, 4)])
def test_values_are_those_of_scikit_learn(
    metric: Metric, reference: Callable[..., Any], samples: int, width: int, seed: int
) -> None:
    # With 40 classes and 30 samples most classes lack samples, or predictions, or both.
    rng = np.random.default_rng(seed)
    outputs = rng.standard_normal((samples, width))
    if isinstance(metric, ClassMetric):
        targets = rng.integers(0, max(width, 2), samples)
        wanted = reference(targets, Loss.predicted_classes(outputs))
    else:
        targets = outputs + rng.standard_normal((samples, width))
        wanted = reference(targets, outputs)
    assert metric.measure(outputs, targets) == pytest.approx(wanted, rel=1e-12, abs=1e-12)


@pytest.mark.parametrize("width", [1, 2, 6])
def test_confusion_matrix_is_that_of_scikit_learn(width: int) -> None:
    rng = np.random.default_rng(0)
    outputs, classes = rng.standard_normal((200, width)), rng.integers(0, max(width, 2), 200)
    wanted = sklearn_metrics.confusion_matrix(classes, Loss.predicted_classes(outputs), labels=np.arange(max(width, 2)))
    found = metrics.ConfusionMatrix().measure(outputs, classes)
    assert np.array_equal(found, wanted)
    assert np.issubdtype(found.dtype, np.integer)


@pytest.mark.parametrize("k", [1, 2, 5])
def test_top_k_is_that_of_scikit_learn(k: int) -> None:
    rng = np.random.default_rng(0)
    outputs, classes = rng.standard_normal((200, 6)), rng.integers(0, 6, 200)
    wanted = sklearn_metrics.top_k_accuracy_score(classes, outputs, k=k, labels=np.arange(6))
    assert metrics.TopK(k=k).measure(outputs, classes) == wanted


def test_root_mean_squared_error_of_one_output_is_that_of_scikit_learn() -> None:
    rng = np.random.default_rng(0)
    outputs, targets = rng.standard_normal((2, 50, 1))
    wanted = sklearn_metrics.root_mean_squared_error(targets, outputs)
    assert metrics.RMSE().measure(outputs, targets) == pytest.approx(wanted, rel=1e-12)
