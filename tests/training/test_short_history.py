"""Histories that are kept for long: bounded, and what is kept is exactly what was measured."""

from __future__ import annotations

import numpy as np
import pytest

from deepviz.engine.histogram import Histograms
from deepviz.training.history import History
from deepviz.training.short_history import MOST_EPOCHS, MOST_HISTOGRAMS, MOST_STEPS, MOST_WATCHED, shortened
from tests.training.run_made import Record, history


def test_a_short_history_is_copied_as_it_is() -> None:
    made = history(60, watched=5)
    made.add_event(20, "learning rate 0.01 → 0.003")
    made.add_change(20, '{"learning_rate": 0.003}')
    made.best = (30, 0.1)
    short = shortened(made)
    assert short.columns == made.columns
    for name in made.columns:
        for kept, whole in zip(short.column(name), made.column(name), strict=True):
            np.testing.assert_array_equal(kept, whole)
    np.testing.assert_array_equal(short.epochs, made.epochs)
    assert (short.events, short.changes, short.best) == (made.events, made.changes, made.best)
    assert (short.layers, short.nodes, short.edges) == (made.layers, made.nodes, made.edges)


def test_a_long_one_keeps_a_bounded_number_of_steps_and_their_exact_values() -> None:
    made = history(30_000, per_epoch=7, watched=3)
    short = shortened(made)
    assert len(short) <= MOST_STEPS + MOST_EPOCHS + MOST_WATCHED + 3
    for name, most in (("loss", MOST_STEPS), ("validation_loss", MOST_EPOCHS), ("gradients/l2", MOST_WATCHED)):
        steps, values = short.column(name)
        whole_steps, whole = made.column(name)
        assert len(steps) <= most + 1
        assert len(steps) >= most // 4
        assert (steps[0], steps[-1]) == (whole_steps[0], whole_steps[-1])
        np.testing.assert_array_equal(values, whole[np.searchsorted(whole_steps, steps)])
    np.testing.assert_array_equal(short.epochs, (short.steps - 1) // 7 + 1)


def test_runs_of_different_length_keep_common_steps() -> None:
    short, long = (set(shortened(history(steps)).column("loss")[0].tolist()) for steps in (5_000, 16_000))
    common = short & long
    assert len(common) >= 5_000 / 16_000 * len(long) - 2
    assert {step for step in long if step <= 5_000} - {5_000} <= short


def test_histograms_are_kept_too() -> None:
    made = History(["dense_1"])
    counts = np.arange(64, dtype=np.uint32).reshape(1, 64)
    made.append(
        Record(step, 1, {"loss": 1.0, "weight_histogram": Histograms(counts + step, np.array([[0.0, step]]))})
        for step in range(1, 201)
    )
    steps, kept, ranges = shortened(made).histogram("weight_histogram")
    assert MOST_HISTOGRAMS // 4 <= len(steps) <= MOST_HISTOGRAMS + 1
    np.testing.assert_array_equal(kept, counts + steps[:, None, None].astype(np.uint32))
    np.testing.assert_array_equal(ranges[:, 0, 1], steps)


def test_connections_keep_their_names() -> None:
    edges = [("input_1", "dense_1", 0), ("dense_1", "tanh_1", 0)]
    made = History(["dense_1"], ["input_1", "dense_1", "tanh_1"], edges=edges)
    made.append(Record(step, 1, {"loss": 1.0, "gradient_flow": np.array([1.0, 2.0, 3.0])}) for step in range(1, 6))
    names = ("input_1 → dense_1", "dense_1 → tanh_1", "loss")
    assert made.row_names("gradient_flow") == names
    assert shortened(made).row_names("gradient_flow") == names


@pytest.mark.parametrize("steps", [0, 1])
def test_nothing_and_next_to_nothing(steps: int) -> None:
    assert len(shortened(history(steps))) == steps
