"""What was measured of the output of each layer, and which layers are worth a line of their own.

The numbers are those of the probe `activations`; nothing is computed from them here but which are shown.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from deepviz.gui.plots.ticks import format_integer, format_value
from deepviz.insight.layer_statistics import LayerFigures
from deepviz.training.history import History

PROBE = "activations"
MEAN, DEVIATION, ZEROS, SATURATED, DEAD, UNITS = (
    f"{PROBE}/{name}" for name in ("mean", "deviation", "zeros", "saturated", "dead", "units")
)

NOT_YET = (
    "Activations are measured only while this can be seen, and in this run they were not so far. "
    "Go on with Run or Step."
)
LONG_GAP = 4
"""So many times longer than the gap before has to be what a step was not looked at for."""
ALL_PASS_ON = "All layers of this network only pass on what they get. The menu has a choice to show all layers."

PASSING_ON = frozenset(
    (
        *("input", "flatten", "reshape", "permute", "identity", "concatenate", "zeropad2d", "upsample2d"),
        *("dropout", "spatialdropout", "gaussiannoise"),
    )
)
"""Types of layers that give what they get, in another form, with gaps or with noise."""


@dataclass(frozen=True)
class Figures:
    """What the output of one layer was like at one step.

    Attributes
    ----------
    mean, deviation
        Of all its numbers, over all samples: those of the batch, or those for which it was worked out.
    zeros, saturated
        Shares of its numbers, from 0 to 1; `saturated` is NaN where the layer has no range.
    dead, units
        How many units were 0 for every one of these samples, and of how many; `units` is 0 where that is not known.
    """

    mean: float
    deviation: float
    zeros: float
    saturated: float
    dead: float
    units: int

    @property
    def mean_text(self) -> str:
        """`0.1183 ± 0.9924`: mean and standard deviation."""
        return f"{format_value(self.mean, 4)} ± {format_value(self.deviation, 4)}"

    @property
    def dead_text(self) -> str:
        """`12 of 64`."""
        dead = format_integer(int(self.dead)) if np.isfinite(self.dead) else format_value(self.dead)
        return f"{dead} of {format_integer(self.units)}" if self.units else dead


class Measured(NamedTuple):
    """The figures of all layers at one step."""

    step: int
    rows: tuple[Figures, ...]


@lru_cache(maxsize=4096)
def passes_on(node_id: str) -> bool:
    """Whether a layer, by the name it was given when it was placed, only passes on what it gets."""
    return re.sub(r"(_\d+)?(\.\d+)*$", "", node_id).replace("_", "").lower() in PASSING_ON


def is_stale(steps: npt.NDArray[np.int64], shown: int, is_moment: bool) -> bool:
    """Whether what was measured says too little of a step: nothing up to it, not that one, or nothing for long.

    Parameters
    ----------
    steps
        Those that were looked at, in ascending order.
    shown, is_moment
        The step that is shown, and whether somebody has chosen it; else it is the newest one, before which a run
        measures now and then: only a gap much longer than the last one means that nobody looked meanwhile.
    """
    before = steps[steps <= shown]
    if not len(before):
        return True
    last = int(before[-1])
    usual = last - int(before[-2]) if len(before) > 1 else last
    return last < shown if is_moment else shown - last > LONG_GAP * usual


def figures_of(found: LayerFigures) -> dict[str, Figures]:
    """What was worked out of one step, by layer."""
    return {
        each.node: Figures(each.mean, each.deviation, each.zeros, each.saturated, each.dead, each.units)
        for each in found.layers
    }


def rows_of_interest(history: History, every: bool) -> list[int]:
    """Which rows of the figures are shown: of all layers, or of those that do not just pass on what they get."""
    return [row for row, name in enumerate(history.row_names(MEAN)) if every or not passes_on(name)]


def measured_at(history: History, step: int | None) -> Measured | None:
    """The figures of the last step that was looked at, or of the last one up to a step; None if there is none."""
    if MEAN not in history:
        return None
    steps, means = history.column(MEAN)
    row = len(steps) - 1 if step is None else int(np.searchsorted(steps, step, "right")) - 1
    if row < 0:
        return None
    at = int(steps[row])
    others = [history.at(name, at) for name in (DEVIATION, ZEROS, SATURATED, DEAD)]
    units = history.at(UNITS, at)
    units = np.zeros(means.shape[1]) if units is None else units
    columns = [means[row].tolist(), *(each.tolist() for each in others), units.astype(int).tolist()]
    return Measured(at, tuple(Figures(*each) for each in zip(*columns, strict=True)))
