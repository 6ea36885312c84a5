"""Lines of equal value are where the value is, and all of them are found."""

from __future__ import annotations

import numpy as np

from deepviz.insight.contours import contour

XS, YS = np.array([0.0, 1.0, 2.5, 4.0]), np.array([-1.0, 0.0, 2.0])


def test_a_line_of_a_linear_function_is_exact() -> None:
    x, y = np.meshgrid(XS, YS)
    segments = contour(2 * x - y, 2.2, XS, YS)
    ends = segments.reshape(-1, 2)
    np.testing.assert_allclose(2 * ends[:, 0] - ends[:, 1], 2.2)
    # It enters the plane at the bottom (y = -1, x = 0.6) and leaves it at the top (y = 2, x = 2.1), in one piece.
    length = np.hypot(*(segments[:, 1] - segments[:, 0]).T).sum()
    np.testing.assert_allclose(length, np.hypot(1.5, 3.0))


def test_a_line_around_a_summit_is_closed() -> None:
    xs = np.linspace(-2, 2, 41)
    x, y = np.meshgrid(xs, xs)
    segments = contour(np.exp(-(x**2) - y**2), 0.5, xs, xs)
    radius = np.sqrt(np.log(2))
    np.testing.assert_allclose(np.hypot(*segments.reshape(-1, 2).T), radius, atol=0.01)
    length = np.hypot(*(segments[:, 1] - segments[:, 0]).T).sum()
    np.testing.assert_allclose(length, 2 * np.pi * radius, rtol=0.01)
    ends = np.round(segments.reshape(-1, 2), 9)
    _, counts = np.unique(ends, axis=0, return_counts=True)
    assert (counts == 2).all(), "every point is the end of two segments"


def test_where_a_number_is_not_finite_no_line_passes() -> None:
    values = np.tile([0.0, 1.0, 2.0, 3.0], (3, 1))
    values[1, 1] = np.inf
    segments = contour(values, 0.5, XS, YS)
    assert np.isfinite(segments).all()
    assert len(segments) < len(contour(np.nan_to_num(values, posinf=1.0), 0.5, XS, YS))
    assert len(contour(values, 7.0, XS, YS)) == 0
