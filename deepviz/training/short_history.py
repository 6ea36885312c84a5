"""A history made short enough to be kept for years: the same quantities of a bounded number of steps.

Which steps stay depends on their numbers alone, so runs of one project keep the same ones and can be compared step by
step. Epochs' figures, such as the validation loss, are thinned apart from those of every step.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from deepviz.engine.histogram import Histograms
from deepviz.training.history import History

MOST_STEPS, MOST_EPOCHS, MOST_WATCHED, MOST_HISTOGRAMS = 2000, 1000, 200, 40
"""Of how many steps at most figures of every step, of epochs, of what views look at, and histograms are kept."""


@dataclass(frozen=True)
class _Row:
    step: int
    epoch: int
    values: Mapping[str, object]


def shortened(history: History, also: Collection[int] = ()) -> History:
    """A copy with at most about `MOST_STEPS` + `MOST_EPOCHS` + `MOST_WATCHED` + `MOST_HISTOGRAMS` steps.

    First and last values of every quantity stay, as do all events; single numbers keep the extremes in between. A
    short history is copied as it is.

    Parameters
    ----------
    also
        Steps that stay besides, as far as anything is known of them.
    """
    wished = np.array(sorted(also), np.int64)
    short = History(history.layers, history.nodes, edges=history.edges)
    last = int(history.steps[-1]) if len(history) else 0
    kept: dict[str, tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]] = {}
    for name in history.columns:
        steps, _ = history.column(name)
        places = _chosen(steps, last, _most_of(name, len(steps) < len(history)))
        kept[name] = steps, np.union1d(places, np.flatnonzero(np.isin(steps, wished)))
    pictures = {name: history.histogram(name) for name in history.histograms}
    chosen = {
        name: np.union1d(_chosen(steps, last, MOST_HISTOGRAMS), np.flatnonzero(np.isin(steps, wished)))
        for name, (steps, *_) in pictures.items()
    }
    wanted = np.unique(
        np.concatenate(
            [
                np.zeros(0, np.int64),
                *(steps[places] for steps, places in kept.values()),
                *(pictures[name][0][places] for name, places in chosen.items()),
            ]
        )
    )
    # Where not every step is kept, what views looked at may be of one that is not; the next that is stands for it.
    epochs = history.epochs[np.minimum(np.searchsorted(history.steps, wanted), len(history) - 1)]
    rows: dict[int, dict[str, object]] = {step: {} for step in wanted.tolist()}
    for name, (steps, places) in kept.items():
        _, values = history.column(name)
        for step, value in zip(steps[places].tolist(), values[places], strict=True):
            if step in rows:
                rows[step][name] = value.copy() if value.ndim else float(value)
    for name, places in chosen.items():
        steps, counts, ranges = pictures[name]
        for place in places.tolist():
            if int(steps[place]) in rows:
                rows[int(steps[place])][name] = Histograms(counts[place].copy(), ranges[place].copy())
    short.append(_Row(step, int(epoch), rows[step]) for step, epoch in zip(wanted.tolist(), epochs, strict=True))
    for name, (_, places) in kept.items():
        _set_extremes(short, history, name, places)
    for step, text in history.events:
        short.add_event(step, text)
    for step, change in history.changes:
        short.add_change(step, change)
    short.best, short.seconds = history.best, history.seconds
    return short


def _set_extremes(short: History, history: History, name: str, places: npt.NDArray[np.int64]) -> None:
    """Have single numbers of every step keep the peaks between those steps that stay."""
    _, values = history.column(name)
    if values.ndim != 1 or "/" in name or len(places) != len(short.column(name)[0]):
        return
    starts = np.append(0, places[:-1] + 1)
    low, high = history.extremes(name)
    low, high = np.fmin.reduceat(low, starts), np.fmax.reduceat(high, starts)
    if (low < high).any():
        short.set_extremes(name, low, high)


def _most_of(name: str, is_sparse: bool) -> int:
    if "/" in name:
        return MOST_WATCHED
    return MOST_EPOCHS if is_sparse else MOST_STEPS


def _chosen(steps: npt.NDArray[np.int64], last: int, most: int) -> npt.NDArray[np.int64]:
    """Places of those steps that stay: the first of each of at most `most` / 2 to `most` equal stretches, and the last.

    A stretch is a power of two of steps long, counted from the first step of the run, so shorter and longer runs keep
    the same ones. Steps of epochs lie farther apart than stretches and all stay until there are too many.
    """
    if len(steps) <= most:
        return np.arange(len(steps))
    stretch = 1
    while -(-last // stretch) > most:
        stretch *= 2
    _, first = np.unique((steps - 1) // stretch, return_index=True)
    return np.unique(np.append(first, len(steps) - 1))
