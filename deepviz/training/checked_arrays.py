"""Arrays from a file, believed only once they are of the right kind and length.

Files may be damaged or made by others: what does not fit is said in words, and never breaks what reads it later.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt


def checked(
    arrays: Mapping[str, npt.NDArray[Any]], key: str, kind: str, length: int | None, dimensions: Sequence[int] = (1,)
) -> npt.NDArray[Any]:
    """The array called `key`, if it is there and is what it should be.

    Parameters
    ----------
    arrays
        Arrays by name, such as those of an .npz file.
    kind
        The kind of its type, as in `numpy.dtype.kind`; integers are given back as int64.
    length
        Of its first axis; None for any.
    dimensions
        How many axes it may have.

    Raises
    ------
    ValueError
        If it is not, in words for the user.
    """
    try:
        array = arrays[key]
    except KeyError:
        raise ValueError(f"The history is damaged: it has no {key!r}.") from None
    except ValueError:  # an array of Python objects in an .npz file
        raise ValueError(f"The history is damaged: {key!r} cannot be read.") from None
    if not isinstance(array, np.ndarray) or array.dtype.kind != kind or array.ndim not in dimensions:
        raise ValueError(f"The history is damaged: {key!r} is not of the right kind.")
    if length is not None and len(array) != length:
        raise ValueError(f"The history is damaged: {key!r} has {len(array)} values instead of {length}.")
    return array.astype(np.int64) if kind == "i" else array


def check_increasing(steps: npt.NDArray[Any], what: str) -> None:
    """Raise ValueError unless steps begin at 1 or later and count upwards."""
    if len(steps) and (steps[0] < 1 or (np.diff(steps) <= 0).any()):
        raise ValueError(f"The history is damaged: its {what} do not count upwards.")


def is_json(text: str) -> bool:
    """Whether a text is JSON as everybody reads it."""
    try:
        json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return False
    return True


def _refuse(name: str) -> None:
    raise ValueError(f"{name} is not JSON.")
