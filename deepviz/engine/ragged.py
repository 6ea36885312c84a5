"""Arrays of whatever somebody gives, or an error that says which of the things is not of the shape of the others."""

from __future__ import annotations

from typing import Any

import numpy as np


def as_array(given: Any, whose: str, kind: str, wanted: str) -> np.ndarray:
    """An array of things that all have one shape.

    Parameters
    ----------
    given
        An array, or anything that NumPy makes one of, such as a list of rows.
    whose, kind, wanted
        For the message: who gets them, what one of them is called, and what they should be.

    Raises
    ------
    ValueError
        If they are not all of one shape, naming the first that is of another one than that before all others.
    """
    try:
        return np.asarray(given)
    except ValueError:
        shapes = [_shape(each) for each in given]
        number = next((number for number, shape in enumerate(shapes) if shape != shapes[0]), 0)
        found = f"{kind} 0 {shapes[0]}" if number == 0 else f"{kind} 0 {shapes[0]}, {kind} {number} {shapes[number]}"
        raise ValueError(
            f"{whose} gets {len(shapes)} {kind}s that are not of one shape: {found}; wanted are {wanted}."
        ) from None


def _shape(given: Any) -> str:
    try:
        return f"has shape {np.shape(given)}"
    except ValueError:
        return "is itself made of rows that differ"
