"""Which magnitude of a gradient a view shows: what number, of what, and whether before or after clipping.

All of it is a plain value without Qt; it says in which column of the history the numbers are and how they are called.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Literal, cast

import numpy as np
import numpy.typing as npt

from deepviz.gui.plots.stretches import NOT_LOOKED_AT, Stretch, gaps
from deepviz.training.history import FROZEN, GRADIENT_NORM, History
from deepviz.training.unclipped import clips, unclipped_spans

Statistic = Literal["l2", "mean", "max"]
Source = Literal["parameters", "activations"]

STATISTICS: Mapping[Statistic, str] = {"l2": "L2 norm", "mean": "Mean of |g|", "max": "Largest |g|"}
SOURCES: Mapping[Source, str] = {"parameters": "Of parameters", "activations": "Of activations"}
CLIPPING: Mapping[bool, str] = {False: "Before clipping", True: "After clipping"}
COLUMN_WORDS: dict[Statistic, str] = {
    "l2": "L2 norm of gradient", "mean": "mean absolute gradient", "max": "largest absolute gradient"
}  # fmt: skip
SHORT: dict[Statistic, str] = {"l2": "L2", "mean": "mean", "max": "max"}

NOT_COMPUTED = "not computed"
"""What is said of the Input in runs whose gradient with respect to the data nobody has computed."""
NAN = "NaN"


@dataclass(frozen=True)
class Magnitude:
    """One of the magnitudes that can be chosen.

    Over all n numbers g_i of a layer's gradient::

        l2 = sqrt(sum g_i^2),   mean = sum |g_i| / n,   max = max |g_i|

    Attributes
    ----------
    statistic
        Which of these.
    source
        Whether g is taken with respect to a layer's parameters or to what it gives.
    clipped
        Whether it is what the optimizer is given, after clipping. Gradients of activations are never clipped.
    """

    statistic: Statistic = "l2"
    source: Source = "parameters"
    clipped: bool = False

    def __post_init__(self) -> None:
        if self.source == "activations" and self.clipped:
            object.__setattr__(self, "clipped", False)

    @property
    def key(self) -> str:
        """A name to be remembered by, such as ``parameters/l2/before``."""
        return f"{self.source}/{self.statistic}/{'after' if self.clipped else 'before'}"

    @classmethod
    def of_key(cls, key: str) -> Magnitude:
        """The magnitude that a `key` names; the first of all for anything else."""
        return next((each for each in ALL if each.key == key), ALL[0])

    @property
    def column(self) -> str:
        """In which column of the history it is. The L2 norm of the parameters is measured at every step."""
        if self.source == "activations":
            return f"activation_gradients/{self.statistic}"
        if self.clipped:
            return f"clipped_gradients/{self.statistic}"
        return GRADIENT_NORM if self.statistic == "l2" else f"gradients/{self.statistic}"

    @property
    def probes(self) -> tuple[str, ...]:
        """Which probes have to be read for it, besides what every step reports."""
        if self.clipped:  # what is before clipping tells whether there is any
            return "clipped_gradients", "gradients"
        return () if self.column == GRADIENT_NORM else (self.column.partition("/")[0],)

    @property
    def symbol(self) -> str:
        """Its formula: ``‖∂L/∂θ‖``, ``mean |∂L/∂y|``, ``max |∂L/∂θ| clipped``."""
        gradient = "∂L/∂y" if self.source == "activations" else "∂L/∂θ"
        text = f"‖{gradient}‖" if self.statistic == "l2" else f"{self.statistic} |{gradient}|"
        return f"{text} clipped" if self.clipped else text

    @property
    def short(self) -> str:
        """It in a word or two, which tell it from all others: ``L2``, ``mean, clipped``, ``max, activations``."""
        more = ", activations" if self.source == "activations" else ", clipped" if self.clipped else ""
        return SHORT[self.statistic] + more

    @property
    def words(self) -> str:
        """It in words, as whoever cannot see the formula hears it."""
        of_what = f"{STATISTICS[self.statistic]} of the gradient {SOURCES[self.source].lower()}"
        return of_what if self.source == "activations" else f"{of_what}, {CLIPPING[self.clipped].lower()}"

    @property
    def column_words(self) -> str:
        """It in words that name a column of a table, without commas."""
        of_what = f"{COLUMN_WORDS[self.statistic]} {SOURCES[self.source].lower()}"
        return of_what if self.source == "activations" else f"{of_what} {CLIPPING[self.clipped].lower()}"

    def names(self, history: History) -> Sequence[str]:
        """What each number of a row belongs to: layers that have parameters, or all nodes."""
        names = history.row_names(self.column)
        if names or self.column not in history:
            return names
        return [f"node {number + 1}" for number in range(history.column(self.column)[1].shape[1])]

    def is_computed(self, history: History, index: int) -> bool:
        """Whether a row has numbers at all: the Input, the first of all nodes, has none in runs of earlier versions."""
        if self.source == "parameters" or index > 0 or self.column not in history:
            return True
        of_input = history.column(self.column)[1][:, index]
        return not len(of_input) or not math.isnan(of_input[-1]) or not np.isnan(of_input).all()

    @property
    def no_number(self) -> str:
        """What NaN means of a row that is computed: the layer is frozen, or something went wrong.

        A parameter's gradient that is no number ends the run before it is stored, but what goes back over a frozen
        part of a network is looked at by nobody else.
        """
        return FROZEN if self.source == "parameters" else NAN

    def gaps(self, history: History, steps: npt.NDArray[np.int64], last: int) -> list[Stretch]:
        """The steps up to `last` of which nothing is known, where it is measured at some steps only.

        Where nothing is clipped, the norm after clipping is that before it, which is known at every step; how often it
        is measured elsewhere is another matter.
        """
        first = history.first_step
        if not self.clipped or self.statistic != "l2":
            return gaps(steps, first, last)
        known, begin, found = unclipped_spans(history), first, list[Stretch]()
        for start, end in (*known, (last + 1, last)):
            inside = steps[(steps >= begin) & (steps < start)]
            found += gaps(inside, begin, min(start - 1, last))
            begin = end + 1
        return found

    def what_is_missing(self, history: History) -> str:
        """Why a run with steps has none of it, and what can be done; empty if it has some."""
        if self.column in history:
            return ""
        if self.column == GRADIENT_NORM:
            return "No gradient was measured in this run"
        is_known = bool(history.changes)
        if self.clipped and (not clips(history.changes[-1][1]) if is_known else "gradients/l2" in history):
            return (
                "The gradients of this run are not clipped, so they are the same as before clipping. "
                "Choose “Before clipping” here, or set a limit under Training."
            )
        return NOT_LOOKED_AT


ALL = tuple(
    dict.fromkeys(
        Magnitude(statistic, source, clipped) for source, clipped, statistic in product(SOURCES, CLIPPING, STATISTICS)
    )
)
"""Every magnitude there is; the first is what a view begins with."""


def changed(magnitude: Magnitude, field: str, value: object) -> Magnitude:
    """The magnitude with another `statistic`, `source` or `clipped`."""
    if field == "statistic":
        return Magnitude(cast(Statistic, value), magnitude.source, magnitude.clipped)
    if field == "source":
        return Magnitude(magnitude.statistic, cast(Source, value), magnitude.clipped)
    return Magnitude(magnitude.statistic, magnitude.source, bool(value))
