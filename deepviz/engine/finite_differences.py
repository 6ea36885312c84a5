"""Slopes of a function by finite differences: what it gives when its arguments are moved a little to either side.

Differences are central, in float64: their error shrinks with the square of the step, where that of one-sided ones
shrinks with the step alone.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

STEP = 1e-5
"""How far an entry is moved to either side. Shorter, rounding takes over; longer, curvature does."""

REACH = 10 * STEP
"""How far away a kink must be."""


def slope_along(run: Callable[[], np.ndarray], weights: np.ndarray, array: np.ndarray, direction: np.ndarray) -> float:
    """Slope of ``f = sum(weights * run())`` when `array` moves along a direction; NaN if a kink is within reach.

    With ``x`` the array as it is, d the direction and h the step, it is ``(f(x + h d) - f(x - h d)) / (2 h)``.

    A smooth function bends over ten steps four times as much as over five: its second difference
    ``f(x + r d) - 2 f(x) + f(x - r d)`` grows with the square of r. With a kink in between it does not.

    Parameters
    ----------
    run
        Computes from `array` as it is, and returns an array that is not overwritten by the next call.
    weights
        What the numbers of the result are multiplied by, of its shape.
    array, direction
        What is moved, and where to: two arrays of one shape. Afterwards the array is as it was.
    """
    start = array.copy()

    def at(distance: float) -> np.ndarray:
        np.add(start, distance * direction, out=array)
        return run()

    here = at(0.0)
    bend = at(REACH) - 2 * here + at(-REACH)
    bend_of_half = at(REACH / 2) - 2 * here + at(-REACH / 2)
    # Outputs are subtracted before they are summed up: those that did not move then cancel without rounding.
    found = float((weights * (at(STEP) - at(-STEP))).sum()) / (2 * STEP)
    array[...] = start
    noise = 1e-12 * max(1.0, float(np.abs(here).max()))
    return math.nan if np.abs(bend - 4 * bend_of_half).max() > noise else found
