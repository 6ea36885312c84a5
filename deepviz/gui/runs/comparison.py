"""Runs side by side: every setting in which they differ, and every figure, with the best of each marked."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from deepviz.gui.runs.columns import figure_name, figure_text, moment, time_of
from deepviz.training.run_figures import falls
from deepviz.training.run_settings import differing, label_of, value_words
from deepviz.training.run_summary import RunSummary


@dataclass(frozen=True)
class Row:
    """One line of a comparison.

    Attributes
    ----------
    heading
        Under which heading it stands: "Settings", "Figures" or "Run".
    label, tip
        What it is about, in short and exactly.
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


def compared(runs: Sequence[RunSummary]) -> list[Row]:
    """All lines of the comparison of some runs."""
    rows = [
        Row("Settings", _capital(label_of(path)), path, tuple(value_words(each.settings.get(path)) for each in runs))
        for path in differing([each.settings for each in runs])
    ]
    if any(each.changes for each in runs):
        changes = tuple("; ".join(f"{step}: {text}" for step, text in each.changes) or "–" for each in runs)
        rows.append(Row("Settings", "Changed by hand", "After which step, and what", changes))
    for name in dict.fromkeys(name for each in runs for name in each.figures):
        for is_best, words in ((False, "last epoch"), (True, "best epoch")):
            numbers = [each.figure(name, is_best) for each in runs]
            cells = []
            for each, number in zip(runs, numbers, strict=True):
                found = each.figures.get(name)
                text = figure_text(name, number, found is None or found.is_exact, digits=6)
                cells.append(f"{text} (epoch {found.best_epoch})" if is_best and found is not None else text)
            rows.append(Row("Figures", f"{figure_name(name)}, {words}", name, tuple(cells), best_of(name, numbers)))
    for part in dict.fromkeys(part for each in runs for part in each.results):
        for name in dict.fromkeys(name for each in runs for name in each.results.get(part, {})):
            numbers = [each.results.get(part, {}).get(name) for each in runs]
            cells = [figure_text(name, number, digits=6) for number in numbers]
            label = f"{part.capitalize()} {name}, evaluated"
            rows.append(Row("Figures", label, f"{part} {name}", tuple(cells), best_of(name, numbers)))
    rows.append(Row("Run", "Ended", "", tuple(each.ending for each in runs)))
    rows.append(Row("Run", "Epochs", "", tuple(str(each.epochs) for each in runs)))
    rows.append(Row("Run", "Steps", "", tuple(f"{each.steps:,}" for each in runs)))
    rows.append(Row("Run", "Parameters", "", tuple(f"{each.parameters:,}" for each in runs)))
    seconds = [each.seconds for each in runs]
    rows.append(Row("Run", "Time", "", tuple(map(time_of, seconds)), _extremes(seconds, smallest=True)))
    rows.append(Row("Run", "Started", "", tuple(moment(each.created) for each in runs)))
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


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
