"""Lines along which a function on a grid has one value, as short segments.

Each square of four points is cut into two triangles, on which the function is taken to be flat; so a line is never
ambiguous, and is exact where the function is linear.
"""

from __future__ import annotations

import numpy as np

SIDES = ((0, 1), (1, 2), (2, 0))
"""Of a triangle, by its corners."""


def contour(values: np.ndarray, level: float, xs: np.ndarray, ys: np.ndarray) -> np.ndarray:
    """The line on which a function has a value.

    Parameters
    ----------
    values
        Of the function, shape ``(rows, columns)``. No line passes where one is not finite.
    level
        The value.
    xs, ys
        Where the columns and the rows are.

    Returns
    -------
    Float64 array of shape ``(segments, 2, 2)``: start and end, each x and y.
    """
    grid_x, grid_y = np.meshgrid(np.asarray(xs, np.float64), np.asarray(ys, np.float64))
    points = np.stack([grid_x, grid_y, values], axis=-1)
    corners = points[:-1, :-1], points[:-1, 1:], points[1:, 1:], points[1:, :-1]
    triangles = np.concatenate(
        [np.stack([corners[each] for each in three], axis=2).reshape(-1, 3, 3) for three in ((0, 1, 2), (0, 2, 3))]
    )
    triangles = triangles[np.isfinite(triangles[..., 2]).all(axis=1)]
    above = triangles[..., 2] > level
    crossed = np.stack([above[:, start] != above[:, end] for start, end in SIDES], axis=1)
    some = crossed.any(axis=1)  # then two sides of the three are
    triangles, crossed = triangles[some], crossed[some]
    places = np.empty((len(triangles), 3, 2))
    for side, (start, end) in enumerate(SIDES):
        low, high = triangles[:, start], triangles[:, end]
        with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
            share = np.where(crossed[:, side], (level - low[:, 2]) / (high[:, 2] - low[:, 2]), 0.0)
        places[:, side] = low[:, :2] + np.clip(share, 0.0, 1.0)[:, None] * (high[:, :2] - low[:, :2])
    order = np.argsort(~crossed, axis=1, kind="stable")[:, :2]
    return np.take_along_axis(places, order[..., None], axis=1)
