"""The span of a run: geometric means of portions, without outliers, zeros and what is no number."""

from __future__ import annotations

import numpy as np
import pytest

from deepviz.gui.gradient_span import PORTIONS, GradientSpan


def test_the_span_is_that_of_the_geometric_means_by_layer() -> None:
    span = GradientSpan()
    span.extend(np.array([[1.0, 0.1], [100.0, 0.1], [10.0, 0.1]]))
    assert span.ends == pytest.approx((0.1, 10.0))
    span.extend(np.array([[0.05, 0.1]]))
    assert span.ends == pytest.approx((0.05, 10.0))


def test_zeros_and_what_is_no_number_do_not_count() -> None:
    span = GradientSpan()
    span.extend(np.array([[0.0, np.nan], [0.0, np.inf]]))
    span.extend(np.zeros((0, 2)))
    assert span.ends is None
    span.extend(np.array([[0.0, 2.0], [np.nan, 8.0]]))
    assert span.ends == pytest.approx((4.0, 4.0))


def test_a_long_run_that_comes_all_at_once_is_cut_into_portions() -> None:
    norms = np.concatenate([np.full((50_000, 1), 1e-3), np.full((50_000, 1), 1e1)])
    span = GradientSpan()
    span.extend(norms, PORTIONS)
    assert span.ends == pytest.approx((1e-3, 1e1))
