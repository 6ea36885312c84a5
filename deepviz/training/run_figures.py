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
from deepviz.training.history import VALIDATION, History
from deepviz.training.run_epochs import ends_with_epoch, epoch_means, epochs_at

TRAINED = ("loss", "accuracy")
"""What every step measures of its batch."""

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
    return name.removeprefix(VALIDATION).partition("(")[0] in FALLING


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
    last_whole = history.epoch - (ends_with_epoch(history) is False if ends_epoch is None else not ends_epoch)
    for name in history.columns:
        steps, values = history.column(name)
        if values.ndim > 1 or not len(values):
            continue
        if name in TRAINED:
            epochs = epochs_at(history, steps)
            whole = epochs <= last_whole
            if whole.any():
                steps, epochs, values = steps[whole], epochs[whole], values[whole]
            weights = None if sizes is None else sizes.samples_of(steps)
            numbers, means, is_exact = epoch_means(steps, epochs, values, weights)
            best, place = _best(name, means)
            found[name] = Figure(float(means[-1]), best, int(numbers[place]), is_exact, is_exact, bool(whole.any()))
        elif name.startswith(VALIDATION):
            # Where a row stands for several steps, the best of them is known, but not which one it is.
            best, place = _best(name, history.extremes(name)[0 if falls(name) else 1])
            first, last = history.stretch(name, place)
            epoch = int(epochs_at(history, steps[place : place + 1])[0])
            found[name] = Figure(float(values[-1]), best, epoch, True, first == last)
    return found


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


def _plain(value: float) -> float | str:
    return value if math.isfinite(value) else str(value)
