"""The lines between classes lie where the scores of the two are equal, and join up."""

from __future__ import annotations

import numpy as np

from deepviz.insight.boundary import boundary

XS, YS = np.linspace(-1.0, 1.0, 21), np.linspace(-2.0, 2.0, 17)
X, Y = np.meshgrid(XS, YS)


def test_a_straight_line_between_two_classes_is_met_exactly():
    scores = np.stack([np.zeros_like(X), 2 * X - Y + 0.3], axis=-1)
    segments = boundary(scores, XS, YS)
    np.testing.assert_allclose(2 * segments[..., 0] - segments[..., 1] + 0.3, 0, atol=1e-12)
    # Together they are the whole line within the grid: it leaves at the two sides at y = 2 x + 0.3.
    length = np.hypot(*np.moveaxis(segments[:, 1] - segments[:, 0], -1, 0)).sum()
    ends = np.array([(-1.0, -1.7), (0.85, 2.0)])
    np.testing.assert_allclose(length, np.hypot(*(ends[1] - ends[0])), rtol=1e-9)


def test_three_classes_meet_in_one_point_and_only_the_two_best_count():
    angles = np.array([np.pi / 2, np.pi * 7 / 6, np.pi * 11 / 6])
    scores = (X[..., None] - 0.03) * np.cos(angles) + (Y[..., None] - 0.05) * np.sin(angles)
    segments = boundary(scores, XS, YS)
    middles = segments.mean(axis=1)
    at = (middles[:, :1] - 0.03) * np.cos(angles) + (middles[:, 1:] - 0.05) * np.sin(angles)
    best = np.sort(at, axis=1)
    inner = np.hypot(*middles.T) > 0.3  # the square where all three meet is joined in its middle
    np.testing.assert_allclose(best[inner, 2] - best[inner, 1], 0, atol=1e-9)
    starts, counts = np.unique(np.round(segments.reshape(-1, 2), 9), axis=0, return_counts=True)
    assert counts.max() == 3
    assert np.hypot(*starts[counts.argmax()]) < 0.3
    assert len(starts) == len(segments) + 1  # a tree: every segment is joined to another one


def test_no_line_passes_where_something_is_not_finite_or_one_class_wins_everywhere():
    scores = np.stack([np.zeros_like(X), np.ones_like(X)], axis=-1)
    assert boundary(scores, XS, YS).shape == (0, 2, 2)
    scores = np.stack([np.zeros_like(X), X], axis=-1)
    whole = len(boundary(scores, XS, YS))
    scores[4, :, 1] = np.nan
    assert len(boundary(scores, XS, YS)) == whole - 2
    assert whole == len(YS) - 1


def test_a_tie_at_a_point_puts_the_line_through_it():
    xs = ys = np.array([0.0, 1.0])
    scores = np.zeros((2, 2, 2))
    scores[:, 1, 1] = 1.0  # the first class wins the tie on the left
    segments = boundary(scores, xs, ys)
    np.testing.assert_allclose(np.sort(segments[0], axis=0), [(0, 0), (0, 1)])
