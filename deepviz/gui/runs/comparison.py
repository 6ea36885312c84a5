"""Runs side by side: every setting in which they differ, and every figure, with the best of each marked."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from deepviz.gui.amounts import thousands
from deepviz.gui.runs.columns import (
    WHEN,
    best_epoch_text,
    figure_label,
    figure_name,
    figure_text,
    heading_of,
    moment,
    setting_text,
    time_of,
)
from deepviz.training.run_figures import falls
from deepviz.training.run_settings import differing
from deepviz.training.run_summary import RunSummary

SHORT_PARTS = {"train": "Train", "validation": "Val.", "test": "Test"}


@dataclass(frozen=True)
class Row:
    """One line of a comparison.

    Attributes
    ----------
    heading
        Under which heading it stands: "Settings", "Figures" or "Run".
    label, tip
        What it is about, in words and exactly.
    short
        The label where there is little room.
    cells
        What it says of each run.
    best
        The runs of which it says the best; none where all are equal, or nothing is better than something else.
    """

    heading: str
    label: str
    tip: str
    cells: tuple[str, ...]
    best: frozenset[int] = frozenset()
    short: str = ""


def compared(runs: Sequence[RunSummary]) -> list[Row]:
    """All lines of the comparison of some runs."""
    rows = [
        Row("Settings", heading_of(path), path, tuple(setting_text(each, path) for each in runs))
        for path in differing([each.whole_settings for each in runs])
    ]
    for name in dict.fromkeys(name for each in runs for name in each.figures):
        for is_best, words in ((False, "last epoch"), (True, "best epoch")):
            numbers = [each.figure(name, is_best) for each in runs]
            found = [each.figures.get(name) for each in runs]
            exact = [each is None or each.is_exact for each in found]
            cells = tuple(figure_text(name, *each, digits=6) for each in zip(numbers, exact, strict=True))
            label, short = figure_name(name), f"{figure_label(name)} {words.removesuffix(' epoch')}"
            rows.append(Row("Figures", f"{label}, {words}", name, cells, best_of(name, numbers), short))
            if is_best:
                epochs = tuple("–" if each is None else best_epoch_text(each) for each in found)
                rows.append(Row("Figures", f"{label}, best at epoch", name, epochs, short="  at epoch"))
    for part in dict.fromkeys(part for each in runs for part in each.results):
        for name in dict.fromkeys(name for each in runs for name in each.results.get(part, {})):
            numbers = [each.results.get(part, {}).get(name) for each in runs]
            label, short = f"{part.capitalize()} {name}, evaluated", f"{SHORT_PARTS.get(part, part)} {name}"
            evaluated = tuple(figure_text(name, number, digits=6) for number in numbers)
            rows.append(Row("Figures", label, f"{part} {name}", evaluated, best_of(name, numbers), short))
    rows.append(Row("Run", "Ended", "", tuple(each.ending for each in runs)))
    rows.append(Row("Run", "Epochs made", "", tuple(thousands(each.epochs) for each in runs)))
    rows.append(Row("Run", "Steps made", "", tuple(thousands(each.steps) for each in runs)))
    rows.append(Row("Run", "Parameters", "", tuple(thousands(each.parameters) for each in runs)))
    if any(each.changes for each in runs):
        noted = tuple("; ".join(f"{thousands(step)}: {text}" for step, text in each.changes) or "–" for each in runs)
        rows.append(Row("Run", "Noted while it ran", "After which step, and what", noted))
    seconds = [each.seconds for each in runs]
    rows.append(Row("Run", "Time", "", tuple(map(time_of, seconds)), _extremes(seconds, smallest=True)))
    rows.append(Row("Run", "When", WHEN, tuple(moment(each.created) for each in runs)))
    return rows


def best_of(name: str, numbers: Sequence[float | None]) -> frozenset[int]:
    """Which of some values of a quantity are the best; none if all are the same or there is only one."""
    return _extremes(numbers, smallest=falls(name))


def _extremes(numbers: Sequence[float | None], smallest: bool) -> frozenset[int]:
    known = {place: number for place, number in enumerate(numbers) if number is not None and not math.isnan(number)}
    if len(set(known.values())) < 2:
        return frozenset()
    best = (min if smallest else max)(known.values())
    return frozenset(place for place, number in known.items() if number == best)
