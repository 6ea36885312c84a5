"""The span of a run: medians of portions, without outliers, zeros and what is no number."""

from __future__ import annotations

import numpy as np

from deepviz.gui.gradient_span import GradientSpan


def test_the_span_is_that_of_the_medians_by_layer() -> None:
    span = GradientSpan()
    span.extend(np.array([[1.0, 0.1], [2.0, 0.2], [1000.0, 0.3]]))
    assert span.ends == (0.2, 2.0)
    span.extend(np.array([[0.05, 0.1]]))
    assert span.ends == (0.05, 2.0)


def test_zeros_and_what_is_no_number_do_not_count() -> None:
    span = GradientSpan()
    span.extend(np.array([[0.0, np.nan], [0.0, np.inf]]))
    assert span.ends is None
    span.extend(np.array([[0.0, 3.0], [np.nan, 5.0]]))
    assert span.ends == (4.0, 4.0)


def test_a_long_run_that_comes_all_at_once_is_cut_into_portions() -> None:
    norms = np.concatenate([np.full((5000, 1), 1e-3), np.full((5000, 1), 1e1)])
    span = GradientSpan()
    span.extend(norms)
    assert span.ends == (1e-3, 1e1)
