"""Figures of runs, computed here by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from deepviz.training.batch_sizes import BatchSizes
from deepviz.training.history import History
from deepviz.training.run_epochs import epoch_means
from deepviz.training.run_figures import Figure, falls, figures_of, spread
from tests.training.run_made import Record, history, made_with


def test_training_figures_are_means_over_the_steps_of_an_epoch() -> None:
    figures = figures_of(history(25))
    first, second = (sum(1 / step for step in steps) / len(steps) for steps in (range(1, 11), range(11, 21)))
    assert figures["loss"].last == pytest.approx(second, rel=1e-12), (
        "of the last whole epoch, as that of the validation"
    )
    assert figures["loss"].best == pytest.approx(min(first, second), rel=1e-12)
    assert figures["loss"].best_epoch == 2
    assert figures["loss"].is_exact
    assert figures["validation_loss"] == Figure(2 / 20, 2 / 20, 2)
    assert figures["validation_accuracy"] == Figure(1 - 1 / 20, 1 - 1 / 20, 2)
    assert "gradient_norm" not in figures


def test_every_sample_of_an_epoch_counts_the_same_also_in_a_smaller_last_batch() -> None:
    """70 samples in batches of 32, 32 and 6; after an epoch in batches of 50 and 20."""
    made = made_with([3, 2], validated=False)
    figure = figures_of(made, ends_epoch=True, sizes=BatchSizes(70, ((0, 32), (3, 50))))["loss"]
    first, second = (32 / 1 + 32 / 2 + 6 / 3) / 70, (50 / 4 + 20 / 5) / 70
    assert (figure.best, figure.last) == pytest.approx((min(first, second), second), rel=1e-12)
    assert epoch_means(*made_columns(made), np.array([32, 32, 6, 50, 20]))[1] == pytest.approx((first, second))


def made_columns(made: History) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    steps, values = made.column("loss")
    return steps, made.epochs, values


@pytest.mark.parametrize("validated", [False, True])
def test_an_epoch_that_was_not_completed_counts_only_where_there_is_no_other(validated: bool) -> None:
    """Losses of 1/step; epochs of 10 steps: by hand, from the steps of the whole ones."""
    whole = [np.mean([1 / step for step in range(10 * epoch + 1, 10 * epoch + 11)]) for epoch in range(3)]
    for made, means in ((cut(33, validated), whole), (cut(30, validated), whole), (cut(29, validated), whole[:2])):
        figure = figures_of(made)["loss"]
        assert (figure.last, figure.best) == pytest.approx((means[-1], min(means)), rel=1e-12)
        assert (figure.best_epoch, figure.is_whole, figure.is_exact) == (len(means), True, True)
    only = figures_of(cut(7, validated), ends_epoch=False)["loss"]
    assert (only.last, only.best) == pytest.approx((np.mean([1 / step for step in range(1, 8)]),) * 2, rel=1e-12)
    assert not only.is_whole
    assert Figure.from_json(only.to_json()) == only


def cut(steps: int, validated: bool) -> History:
    """Epochs of 10 steps, cut off after so many."""
    made = made_with([10] * (steps // 10) + [steps % 10] * bool(steps % 10), validated=validated)
    if not validated or steps % 10 == 0:
        return made
    short = History([])
    for step, epoch in zip(made.steps.tolist(), made.epochs.tolist(), strict=True):
        values: dict[str, object] = {"loss": 1 / step}
        if step % 10 == 0:
            values["validation_loss"] = 1.0
        short.append([Record(step, epoch, values)])
    return short


def test_where_a_batch_size_was_changed_the_state_says_whether_the_last_epoch_is_whole() -> None:
    made = made_with([4, 4, 2], validated=False)
    assert figures_of(made, ends_epoch=True)["loss"].last == pytest.approx((1 / 9 + 1 / 10) / 2)
    assert figures_of(made, ends_epoch=False)["loss"].last == pytest.approx(sum(1 / step for step in range(5, 9)) / 4)


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


@pytest.mark.parametrize("most_steps", [None, 64, 257])
def test_the_best_validation_is_exact_also_where_few_steps_are_kept(most_steps: int | None) -> None:
    figure = figures_of(made_with([7] * 300, most_steps))["validation_loss"]
    assert (figure.last, figure.best) == (301.0, 0.25)
    assert figure.is_exact
    if most_steps is None:
        assert (figure.best_epoch, figure.is_epoch_exact) == (3, True)
    else:
        assert not figure.is_epoch_exact
        assert figure.best_epoch <= 300 * 7 / most_steps * 4, "it is within the stretch that is kept as one"
    assert Figure.from_json(figure.to_json()) == figure
    assert Figure.from_json(figure.to_json()[:4]) == Figure(301.0, 0.25, figure.best_epoch)  # as it was before
