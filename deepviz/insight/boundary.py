"""The lines on which the winning class changes, from the scores of all classes on a grid.

Between two neighbouring points with different winners, the line passes where the scores of the two would be equal if
they changed evenly on the way; within each square of four points, such places are joined (marching squares).
"""

from __future__ import annotations

import numpy as np

CORNERS = ((0, 0), (0, 1), (1, 1), (1, 0))
"""Row and column of the points of a square, in the order in which its sides join them."""


def boundary(scores: np.ndarray, xs: np.ndarray, ys: np.ndarray) -> np.ndarray:
    """The lines between classes as short segments.

    Parameters
    ----------
    scores
        One number for each class at each point, shape ``(rows, columns, classes)``; the largest wins. Where one is not
        finite nobody does, and no line passes.
    xs, ys
        Where the columns and the rows of the grid are.

    Returns
    -------
    Float64 array of shape ``(segments, 2, 2)``: start and end, each x and y. Where three or more classes meet in a
    square, the lines meet in one point of it.
    """
    winners = np.where(np.isfinite(scores).all(axis=-1), scores.argmax(axis=-1), -1)
    corners = [winners[row : row + len(ys) - 1, column : column + len(xs) - 1] for row, column in CORNERS]
    differs = np.zeros(corners[0].shape, bool)
    known = corners[0] >= 0
    for corner in corners[1:]:
        differs |= corner != corners[0]
        known &= corner >= 0
    rows, columns = np.nonzero(differs & known)
    if not len(rows):
        return np.empty((0, 2, 2))
    classes = np.stack([winners[rows + row, columns + column] for row, column in CORNERS])
    values = np.stack([scores[rows + row, columns + column] for row, column in CORNERS])
    places = np.stack([np.stack([xs[columns + column], ys[rows + row]], axis=-1) for row, column in CORNERS])
    after = [1, 2, 3, 0]
    crossed = classes != classes[after]
    squares = np.arange(len(rows))
    sides = np.empty((4, len(rows), 2))
    for side in range(4):
        here, there = classes[side], classes[after[side]]
        start = values[side][squares, here] - values[side][squares, there]
        end = values[after[side]][squares, here] - values[after[side]][squares, there]
        with np.errstate(invalid="ignore", divide="ignore"):
            share = np.where(crossed[side], np.clip(start / (start - end), 0.0, 1.0), 0.0)
        # Equal scores at both ends, which the first class has won by a tie: the middle is as good as any place.
        share = np.where(np.isfinite(share), share, 0.5)[:, None]
        sides[side] = places[side] + share * (places[after[side]] - places[side])
    count = crossed.sum(axis=0)
    plain = np.flatnonzero(count == 2)
    order = np.argsort(~crossed[:, plain], axis=0, kind="stable")[:2]
    segments = [np.stack([sides[order[0], plain], sides[order[1], plain]], axis=1)]
    meeting = np.flatnonzero(count > 2)
    if len(meeting):
        weights = crossed[:, meeting, None].astype(np.float64)
        middles = (sides[:, meeting] * weights).sum(axis=0) / weights.sum(axis=0)
        for side in range(4):
            chosen = crossed[side, meeting]
            segments.append(np.stack([sides[side, meeting[chosen]], middles[chosen]], axis=1))
    return np.concatenate(segments)
