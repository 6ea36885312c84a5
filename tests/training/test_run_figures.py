"""Figures of runs, computed here by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from deepviz.training.history import History
from deepviz.training.run_figures import Figure, falls, figures_of, spread, steps_per_epoch
from tests.training.run_made import Record, history


def test_training_figures_are_means_over_the_steps_of_an_epoch() -> None:
    figures = figures_of(history(25))
    first, second, third = (
        sum(1 / step for step in steps) / len(steps) for steps in (range(1, 11), range(11, 21), range(21, 26))
    )
    assert figures["loss"].last == pytest.approx(third, rel=1e-12)
    assert figures["loss"].best == pytest.approx(min(first, second, third), rel=1e-12)
    assert figures["loss"].best_epoch == 3
    assert figures["loss"].is_exact
    assert figures["validation_loss"] == Figure(2 / 20, 2 / 20, 2)
    assert figures["validation_accuracy"] == Figure(1 - 1 / 20, 1 - 1 / 20, 2)
    assert "gradient_norm" not in figures


def test_the_best_is_the_smallest_loss_and_the_largest_accuracy_and_never_a_number_that_is_none() -> None:
    made = History([])
    losses, accuracies = [math.nan, 0.5, 0.2, math.inf, 0.2], [0.1, 0.9, math.nan, 0.9, 0.3]
    made.append(
        Record(step, step, {"loss": loss, "validation_accuracy": accuracy, "validation_RMSE": loss})
        for step, (loss, accuracy) in enumerate(zip(losses, accuracies, strict=True), start=1)
    )
    figures = figures_of(made)
    assert (figures["loss"].best, figures["loss"].best_epoch) == (0.2, 3)
    assert (figures["validation_accuracy"].best, figures["validation_accuracy"].best_epoch) == (0.9, 2)
    assert figures["validation_RMSE"].best == 0.2
    assert (falls("validation_F1"), falls("MAE"), falls("validation_TopK(k=3)"), falls("loss")) == (
        False,
        True,
        False,
        True,
    )


def test_steps_that_are_missing_are_told() -> None:
    made = History([])
    made.append(Record(step, 1, {"loss": 1.0}) for step in (1, 2, 4))
    assert not figures_of(made)["loss"].is_exact
    assert figures_of(History([])) == {}


@pytest.mark.parametrize(("steps", "expected"), [(5, 0), (10, 10), (11, 10), (35, 10)])
def test_how_many_steps_make_an_epoch(steps: int, expected: int) -> None:
    assert steps_per_epoch(history(steps)) == expected


def test_figures_survive_json_even_when_they_are_infinite() -> None:
    for figure in (Figure(1.5, 0.5, 3), Figure(math.inf, -math.inf, 1, False)):
        assert Figure.from_json(figure.to_json()) == figure
    assert math.isnan(Figure.from_json(Figure(math.nan, 1.0, 1).to_json()).last)


def test_mean_and_deviation_over_runs() -> None:
    values = {"a": 1.0, "b": 2.0, "c": 6.0}
    mean, deviation, low, high = spread(values)
    # by hand: mean 3, squares 4 + 1 + 9 = 14, over n - 1 = 2
    assert (mean, low, high) == (3.0, 1.0, 6.0)
    assert deviation == pytest.approx(math.sqrt(7.0))
    assert spread({"a": 5.0}) == (5.0, None, 5.0, 5.0)
    assert np.isclose(spread({1: 0.1, 2: 0.3})[1] or 0, math.sqrt(2) / 10)
