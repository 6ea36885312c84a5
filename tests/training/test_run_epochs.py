"""Epochs of runs, as their histories tell them, counted here by hand."""

from __future__ import annotations

import numpy as np
import pytest

from deepviz.training.run_epochs import epoch_places, steps_per_epoch
from tests.training.run_made import Record, history, made_with


@pytest.mark.parametrize(("steps", "expected"), [(5, 0), (10, 10), (11, 10), (35, 10)])
def test_how_many_steps_make_an_epoch(steps: int, expected: int) -> None:
    assert steps_per_epoch(history(steps)) == expected


@pytest.mark.parametrize("validated", [False, True])
@pytest.mark.parametrize("most_steps", [None, 64])
def test_steps_of_an_epoch_are_known_also_where_few_steps_are_kept(most_steps: int | None, validated: bool) -> None:
    assert steps_per_epoch(made_with([15] * 200, most_steps, validated)) == 15
    changed = made_with([15] * 100 + [8] * 100, most_steps, validated)
    assert steps_per_epoch(changed) == 0, "epochs differ in length once the batch size was changed"


def test_a_history_that_ends_within_its_first_epoch_does_not_know() -> None:
    assert steps_per_epoch(made_with([40], validated=False)) == 0
    assert steps_per_epoch(made_with([40])) == 40


def test_places_in_epochs_follow_a_batch_size_that_was_changed() -> None:
    made = made_with([4, 4, 2, 2, 2])
    places = epoch_places(made, np.array([0, 2, 4, 8, 9, 10, 12, 14]))
    assert places is not None
    np.testing.assert_allclose(places, [0, 0.5, 1, 2, 2.5, 3, 4, 5])
    going_on = made_with([4, 4, 2])
    going_on.append([Record(11, 4, {"loss": 0.0})])
    np.testing.assert_allclose(epoch_places(going_on, np.array([10, 11])), [3, 3.5])  # type: ignore[arg-type]
    assert epoch_places(made_with([9], validated=False), np.array([1])) is None
    thin = made_with([15] * 100 + [8] * 100, 64)
    found = epoch_places(thin, np.arange(1, 2301))
    assert found is not None
    assert (np.diff(found) > 0).all()
    steps = np.array([15 * 100, 15 * 100 + 8 * 100])
    np.testing.assert_allclose(epoch_places(thin, steps), [100, 200], atol=3)  # type: ignore[arg-type]
