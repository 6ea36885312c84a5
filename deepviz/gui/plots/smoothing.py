"""A smoothed number at one step, as exact as the curve it belongs to: the mean over the steps before, fading away."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

REACH = 40
"""Time constants after which a step is forgotten: its weight is e**-40."""


def smoothed_at(
    steps: npt.NDArray[np.int64], values: npt.NDArray[Any], row: int, time_constant: float, logarithmic: bool = False
) -> float | None:
    """The number of the smoothed line at a step.

    With t the step of `row` and v_s the value at step s, up to t::

        sum(exp(-(t - s) / time_constant) * v_s) / sum(exp(-(t - s) / time_constant))

    As `TimeBins.smoothed`, where each bin is one step. What is not finite counts as missing.

    Parameters
    ----------
    steps, values
        What was measured, both of shape (n,), with `steps` increasing.
    row
        Which of them is asked for.
    time_constant
        After how many steps a value weighs 1/e of what it did.
    logarithmic
        Whether logarithms are smoothed, which makes it a geometric mean; what has none counts as missing.

    Returns
    -------
    None where the line has a gap, because the value itself is missing.
    """
    first = int(np.searchsorted(steps, steps[row] - REACH * time_constant))
    known = np.asarray(values[first : row + 1], np.float64)
    ages = (steps[row] - steps[first : row + 1]) / time_constant
    is_used = np.isfinite(known) & (known > 0 if logarithmic else True)
    if not is_used[-1]:
        return None
    numbers, weights = known[is_used], np.exp(-ages[is_used])
    numbers = np.log10(numbers) if logarithmic else numbers
    with np.errstate(over="ignore"):
        mean = float((weights * numbers).sum() / weights.sum())
        return float(np.float64(10.0) ** mean) if logarithmic else mean
