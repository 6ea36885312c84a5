"""How good a run was, by its history: the last and the best value of the loss and of every metric.

A figure of the training data is the mean over the samples of an epoch, each as its step saw it; one of the validation
data is that measured after an epoch. So both are of whole epochs and can be compared between runs with batches of
different sizes, wherever they were stopped; an epoch that was not completed counts only if there is no other.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from deepviz.training.batch_sizes import BatchSizes
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
        Its value in the last whole epoch.
    best, best_epoch
        Its best value of all whole epochs, and of which epoch that is.
    is_exact
        Whether every step of the epochs was still known, and not only some of them.
    is_epoch_exact
        Whether it is known of which epoch the best value is; otherwise of about which.
    is_whole
        Whether the epochs were completed; otherwise it is of the steps that were made of the only one.
    """

    last: float
    best: float
    best_epoch: int
    is_exact: bool = True
    is_epoch_exact: bool = True
    is_whole: bool = True

    def to_json(self) -> list[Any]:
        """Plain values; numbers that JSON does not know are texts."""
        known = (self.is_exact, self.is_epoch_exact, self.is_whole)
        return [_plain(self.last), _plain(self.best), self.best_epoch, *known]

    @classmethod
    def from_json(cls, values: Any) -> Figure:
        """Read back what `to_json` gave.

        Raises
        ------
        ValueError, TypeError
            If it is anything else.
        """
        last, best, epoch, *exact = values
        return cls(float(last), float(best), int(epoch), *map(bool, exact))


def falls(name: str) -> bool:
    """Whether a quantity is the better the smaller it is."""
    return name.removeprefix(PREFIX).partition("(")[0] in FALLING


def figures_of(history: History, ends_epoch: bool | None = None, sizes: BatchSizes | None = None) -> dict[str, Figure]:
    """The figures of a run by name: ``loss``, ``accuracy``, ``validation_loss``, ..., those that were measured.

    Parameters
    ----------
    history
        What was measured.
    ends_epoch
        Whether its last step was the last of an epoch; None if that is only to be had from the history.
    sizes
        Of the batches; None if nobody knows, then every step counts the same.
    """
    found: dict[str, Figure] = {}
    last_whole = history.epoch - (_ends_epoch(history) is False if ends_epoch is None else not ends_epoch)
    for name in history.columns:
        steps, values = history.column(name)
        if values.ndim > 1 or not len(values):
            continue
        if name in TRAINED:
            epochs = _epochs_at(history, steps)
            whole = epochs <= last_whole
            if whole.any():
                steps, epochs, values = steps[whole], epochs[whole], values[whole]
            weights = None if sizes is None else sizes.samples_of(steps)
            numbers, means, is_exact = epoch_means(steps, epochs, values, weights)
            best, place = _best(name, means)
            found[name] = Figure(float(means[-1]), best, int(numbers[place]), is_exact, is_exact, bool(whole.any()))
        elif name.startswith(PREFIX):
            # Where a row stands for several steps, the best of them is known, but not which one it is.
            best, place = _best(name, history.extremes(name)[0 if falls(name) else 1])
            first, last = history.stretch(name, place)
            epoch = int(_epochs_at(history, steps[place : place + 1])[0])
            found[name] = Figure(float(values[-1]), best, epoch, True, first == last)
    return found


def epoch_means(
    steps: npt.NDArray[np.int64],
    epochs: npt.NDArray[np.int64],
    values: npt.NDArray[Any],
    samples: npt.NDArray[np.int64] | None = None,
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64], bool]:
    """The mean of each epoch over its samples, as rules and the best weights go by it (`deepviz.engine.course`).

    Parameters
    ----------
    steps, epochs, values
        Of each step its number, its epoch and what was measured, each of shape (n,); n is at least 1.
    samples
        How many each step has seen, of shape (n,); by default all the same.

    Returns
    -------
    epochs, means, is_exact
        Of each epoch its number and its mean, of shape (epochs,); and whether no step is missing between the first and
        the last.
    """
    numbers, first = np.unique(epochs, return_index=True)
    weights = np.ones(len(steps), np.int64) if samples is None else samples
    with np.errstate(all="ignore"):  # what has diverged may be infinite
        means = np.add.reduceat(values.astype(np.float64) * weights, first) / np.add.reduceat(weights, first)
    return numbers, means, bool((np.diff(steps) == 1).all())


def steps_per_epoch(history: History) -> int:
    """How many steps make an epoch; 0 if that cannot be told, or was not the same throughout the run.

    With p steps to an epoch, step s is in epoch e if p (e - 1) < s <= p e. Hardly more than one p fits to all steps.
    """
    if not len(history):
        return 0
    steps, epochs = history.steps, history.epochs
    later = epochs > 1
    least = int((-(-steps // epochs)).max())
    most = int(((steps[later] - 1) // (epochs[later] - 1)).min()) if later.any() else 0
    if least == most:
        return least
    ends = [int(step) for name in history.columns if name.startswith(PREFIX) for step in history.column(name)[0]]
    common = math.gcd(*ends)  # what is measured when an epoch is over
    fitting = [common // n for n in range(1, common // least + 1) if common % n == 0] if common else []
    fitting = [each for each in fitting if not later.any() or each <= most]
    return fitting[0] if len(fitting) == 1 else 0


def epoch_places(history: History, steps: npt.NDArray[np.int64]) -> npt.NDArray[np.float64] | None:
    """How many epochs steps are from the beginning, also where epochs differ in length; None if that is not known.

    Exact at the end of every epoch of which the end is known, and even between them. Where only some steps are kept,
    one of them is taken to be in the middle of its epoch.
    """
    made, epochs = history.steps, history.epochs
    is_end = np.zeros(len(made), bool)
    if len(made) > 1:
        is_end[:-1] = (np.diff(made) == 1) & (np.diff(epochs) == 1)
    for name in history.columns:
        if name.startswith(PREFIX):
            is_end |= np.isin(made, history.column(name)[0])
    if not is_end.any():
        return None
    is_first = np.append(True, np.diff(epochs) > 0)
    is_amidst = is_first & ~is_end & ~np.isin(epochs, epochs[is_end]) & ~np.isin(epochs - 1, epochs[is_end])
    is_known = is_end | (is_amidst & (epochs > 1))
    at = np.append(0, made[is_known])
    counts = np.append(0.0, np.where(is_amidst, epochs - 0.5, epochs)[is_known])
    pace = (counts[-1] - counts[-2]) / (at[-1] - at[-2])
    beyond = counts[-1] + (steps - at[-1]) * pace
    return np.asarray(np.where(steps > at[-1], beyond, np.interp(steps, at, counts)), np.float64)


def spread(values: Mapping[Any, float]) -> tuple[float, float | None, float, float]:
    """Mean, standard deviation (with n - 1; None of a single value), smallest and largest of some values."""
    numbers = np.array(list(values.values()), np.float64)
    deviation = float(numbers.std(ddof=1)) if len(numbers) > 1 else None
    return float(numbers.mean()), deviation, float(numbers.min()), float(numbers.max())


def _best(name: str, values: npt.NDArray[Any]) -> tuple[float, int]:
    """The best of some values, and its place."""
    worst = math.inf if falls(name) else -math.inf
    ranked = np.where(np.isnan(values), worst, values)  # nothing is better or worse than NaN
    place = int(np.argmin(ranked) if falls(name) else np.argmax(ranked))
    return float(values[place]), place


def _ends_epoch(history: History) -> bool | None:
    """Whether the last step was the last of an epoch; None if that cannot be told."""
    if not len(history):
        return None
    last = int(history.steps[-1])
    measured = [int(history.column(name)[0][-1]) for name in history.columns if _was_measured(history, name)]
    if measured:
        return max(measured) == last
    length = steps_per_epoch(history)
    return last == length * history.epoch if length else None


def _was_measured(history: History, name: str) -> bool:
    """Whether a column is of the validation data and has anything in it."""
    return name.startswith(PREFIX) and len(history.column(name)[0]) > 0


def _epochs_at(history: History, steps: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """The epoch of each step; of a step that is not kept itself, that of the next that is."""
    known = np.minimum(np.searchsorted(history.steps, steps), len(history) - 1)
    epochs: npt.NDArray[np.int64] = history.epochs[known]
    length = 0 if np.array_equal(history.steps[known], steps) else steps_per_epoch(history)
    return -(-steps // length) if length else epochs


def _plain(value: float) -> float | str:
    return value if math.isfinite(value) else str(value)
