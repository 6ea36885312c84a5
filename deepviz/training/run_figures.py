"""How good a run was, by its history: the last and the best value of the loss and of every metric.

A figure of the training data is the mean over the steps of an epoch; one of the validation data is that measured after
an epoch. So both are of epochs and can be compared between runs with batches of different sizes.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from deepviz.training.history import History

TRAINED = ("loss", "accuracy")
"""What every step measures of its batch."""

PREFIX = "validation_"
FALLING = ("loss", "MAE", "RMSE")
"""What is the better the smaller it is; everything else is the better the larger it is."""


@dataclass(frozen=True)
class Figure:
    """One quantity of a run.

    Attributes
    ----------
    last
        Its value in the last epoch of which there is one.
    best, best_epoch
        Its best value, and of which epoch that is.
    is_exact
        Whether every step of the epochs was still known, and not only some of them.
    """

    last: float
    best: float
    best_epoch: int
    is_exact: bool = True

    def to_json(self) -> list[Any]:
        """Plain values; numbers that JSON does not know are texts."""
        return [_plain(self.last), _plain(self.best), self.best_epoch, self.is_exact]

    @classmethod
    def from_json(cls, values: Any) -> Figure:
        """Read back what `to_json` gave.

        Raises
        ------
        ValueError, TypeError
            If it is anything else.
        """
        last, best, epoch, is_exact = values
        return cls(float(last), float(best), int(epoch), bool(is_exact))


def falls(name: str) -> bool:
    """Whether a quantity is the better the smaller it is."""
    return name.removeprefix(PREFIX).partition("(")[0] in FALLING


def figures_of(history: History) -> dict[str, Figure]:
    """The figures of a run by name: ``loss``, ``accuracy``, ``validation_loss``, ..., those that were measured."""
    found: dict[str, Figure] = {}
    for name in history.columns:
        steps, values = history.column(name)
        if values.ndim > 1 or not len(values):
            continue
        if name in TRAINED:
            epochs, means, is_exact = epoch_means(steps, _epochs_at(history, steps), values)
            found[name] = _figure(name, epochs, means, is_exact)
        elif name.startswith(PREFIX):
            found[name] = _figure(name, _epochs_at(history, steps), values, True)
    return found


def epoch_means(
    steps: npt.NDArray[np.int64], epochs: npt.NDArray[np.int64], values: npt.NDArray[Any]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64], bool]:
    """The mean of each epoch over its steps.

    Parameters
    ----------
    steps, epochs, values
        Of each step its number, its epoch and what was measured, each of shape (n,); n is at least 1.

    Returns
    -------
    epochs, means, is_exact
        Of each epoch its number and its mean, of shape (epochs,); and whether no step is missing between the first and
        the last.
    """
    numbers, first = np.unique(epochs, return_index=True)
    counts = np.diff(np.append(first, len(epochs)))
    with np.errstate(all="ignore"):  # what has diverged may be infinite
        means = np.add.reduceat(values.astype(np.float64), first) / counts
    return numbers, means, bool((np.diff(steps) == 1).all())


def steps_per_epoch(history: History) -> int:
    """How many steps make an epoch; 0 if the run did not come so far, or is too old to know."""
    if not len(history):
        return 0
    second = int(np.searchsorted(history.epochs, 2))  # the first step of the second epoch
    if 0 < second < len(history) and history.epochs[second] == 2:
        last, first = history.steps[second - 1 : second + 1].tolist()
        if first == last + 1:
            return int(last)
    for name in history.columns:
        if name.startswith(PREFIX):  # that is measured when an epoch is over
            step = int(history.column(name)[0][0])
            return step // int(_epochs_at(history, np.array([step]))[0])
    return 0


def _figure(name: str, epochs: npt.NDArray[np.int64], values: npt.NDArray[Any], is_exact: bool) -> Figure:
    worst = math.inf if falls(name) else -math.inf
    ranked = np.where(np.isnan(values), worst, values)  # nothing is better or worse than NaN
    place = int(np.argmin(ranked) if falls(name) else np.argmax(ranked))
    return Figure(float(values[-1]), float(values[place]), int(epochs[place]), is_exact)


def _epochs_at(history: History, steps: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    return history.epochs[np.searchsorted(history.steps, steps)]


def _plain(value: float) -> float | str:
    return value if math.isfinite(value) else str(value)


def spread(values: Mapping[Any, float]) -> tuple[float, float | None, float, float]:
    """Mean, standard deviation (with n - 1; None of a single value), smallest and largest of some values."""
    numbers = np.array(list(values.values()), np.float64)
    deviation = float(numbers.std(ddof=1)) if len(numbers) > 1 else None
    return float(numbers.mean()), deviation, float(numbers.min()), float(numbers.max())
