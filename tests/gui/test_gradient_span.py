"""The span of a run: geometric means of portions, without outliers, zeros and what is no number."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pytest

from deepviz.gui.gradient_span import PORTIONS, GradientSpan
from deepviz.training.history import History


@dataclass(frozen=True)
class Record:
    step: int
    values: dict[str, object]
    epoch: int = 1


def history_of(norms: npt.ArrayLike, history: History | None = None) -> History:
    """A history with these gradient norms, one row a step, after what it has already."""
    rows = np.asarray(norms, np.float64)
    if history is None:
        history = History([f"dense_{number}" for number in range(rows.shape[1])])
    first = int(history.steps[-1]) + 1 if len(history) else 1
    history.append([Record(first + number, {"gradient_norm": row}) for number, row in enumerate(rows)])
    return history


def test_the_span_of_a_short_run_is_that_of_its_steps() -> None:
    span = GradientSpan()
    history = history_of([[1.0, 0.1], [100.0, 0.1], [10.0, 0.1]])
    span.follow(history)
    assert span.ends == pytest.approx((0.1, 100.0))
    span.follow(history_of([[0.05, 0.1]], history))
    assert span.ends == pytest.approx((0.05, 100.0))


def test_zeros_and_what_is_no_number_do_not_count() -> None:
    span = GradientSpan()
    span.follow(History(["a"]))
    history = history_of([[0.0, np.nan], [0.0, np.inf]])
    span.follow(history)
    assert span.ends is None
    span.follow(history_of([[0.0, 2.0], [np.nan, 8.0]], history))
    assert span.ends == pytest.approx((2.0, 8.0))


def test_of_a_long_run_it_is_that_of_the_geometric_means_of_portions() -> None:
    norms = np.full((4 * PORTIONS, 1), 1e-3)
    norms[2 * PORTIONS :] = 1e1
    norms[8:12] = [[1.0], [100.0], [1.0], [1.0]]  # a mean of 10 ** 0.5
    span = GradientSpan()
    for start in range(0, len(norms), 100):
        span.follow(history_of(norms[: start + 100]))
    assert span.ends == pytest.approx((1e-3, 1e1))


def test_where_steps_are_let_go_the_extremes_between_them_do_not_count() -> None:
    norms = np.ones((100, 1))
    norms[10] = 1e6  # step 11
    history = History(["a"], most_steps=20)
    history_of(norms, history)
    assert history.every == 8
    assert history.extremes("gradient_norm")[1].max() == 1e6
    span = GradientSpan()
    span.follow(history)
    assert span.ends == (1.0, 1.0)
