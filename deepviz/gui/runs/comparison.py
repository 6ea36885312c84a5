"""Runs side by side: every setting and every figure, with the best of each marked and what is equal in all told."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from deepviz.gui.amounts import thousands
from deepviz.gui.runs.columns import (
    EPOCHS_TIP,
    WHEN,
    best_epoch_text,
    epochs_made,
    epochs_text,
    figure_label,
    figure_name,
    figure_text,
    heading_of,
    moment,
    setting_cell,
    setting_text,
    time_of,
)
from deepviz.training.run_figures import falls
from deepviz.training.run_settings import differing
from deepviz.training.run_summary import RunSummary

NOTED = "Noted while it ran"
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
    cells, values
        What it says of each run, for people and unrounded for programs.
    best
        The runs of which it says the best; none where all are equal, or nothing is better than something else.
    """

    heading: str
    label: str
    tip: str
    cells: tuple[str, ...]
    values: tuple[object, ...]
    best: frozenset[int] = frozenset()
    short: str = ""
    is_equal: bool = False


def compared(runs: Sequence[RunSummary]) -> list[Row]:
    """All lines of the comparison of some runs: first the settings in which they differ, then figures, then the rest.

    Settings that are equal in all of them come last.
    """
    different = differing([each.whole_settings for each in runs])
    rows = [_setting(path, runs) for path in different]
    for name in dict.fromkeys(name for each in runs for name in each.figures):
        last, best = (_figures(name, runs, is_best) for is_best in (False, True))
        found = [each.figures.get(name) for each in runs]
        epochs = tuple("–" if each is None else best_epoch_text(each) for each in found)
        numbered = tuple(None if each is None else each.best_epoch for each in found)
        at = Row("Figures", f"{figure_name(name)}, best at epoch", name, epochs, numbered, short="  at epoch")
        rows += [_marked(last), replace(best, is_equal=_is_equal(best) and _is_equal(at)), _marked(at)]
    for part in dict.fromkeys(part for each in runs for part in each.results):
        for name in dict.fromkeys(name for each in runs for name in each.results.get(part, {})):
            numbers = [each.results.get(part, {}).get(name) for each in runs]
            label, short = f"{part.capitalize()} {name}, evaluated", f"{SHORT_PARTS.get(part, part)} {name}"
            evaluated = tuple(figure_text(name, number, digits=6) for number in numbers)
            row = Row("Figures", label, f"{part} {name}", evaluated, tuple(numbers), best_of(name, numbers), short)
            rows.append(_marked(row))
    endings, seconds = (tuple(each.ending for each in runs), tuple(each.seconds for each in runs))
    steps, parameters = (tuple(each.steps for each in runs), tuple(each.parameters for each in runs))
    created = tuple(each.created for each in runs)
    about = [
        Row("Run", "Ended", "", endings, endings),
        Row("Run", "Epochs made", EPOCHS_TIP, tuple(map(epochs_text, runs)), tuple(map(epochs_made, runs))),
        Row("Run", "Steps made", "", tuple(map(thousands, steps)), steps),
        Row("Run", "Parameters", "", tuple(map(thousands, parameters)), parameters),
        Row("Run", "Time", "", tuple(map(time_of, seconds)), seconds, _extremes(seconds, smallest=True)),
        Row("Run", "When", WHEN, tuple(map(moment, created)), created),
    ]
    if any(each.changes for each in runs):
        noted = tuple("; ".join(f"{thousands(step)}: {text}" for step, text in each.changes) or "–" for each in runs)
        about.insert(4, Row("Run", NOTED, "After which step, and what", noted, noted))
    paths = dict.fromkeys(path for each in runs for path in each.whole_settings)
    others = (_marked(_setting(path, runs)) for path in paths if path not in different)
    return [*rows, *map(_marked, about), *(row for row in others if row.is_equal)]


def best_of(name: str, numbers: Sequence[float | None]) -> frozenset[int]:
    """Which of some values of a quantity are the best; none if all are the same or there is only one."""
    return _extremes(numbers, smallest=falls(name))


def _setting(path: str, runs: Sequence[RunSummary]) -> Row:
    words = tuple(setting_text(each, path) for each in runs)
    return Row("Settings", heading_of(path), path, words, tuple(setting_cell(each, path) for each in runs))


def _figures(name: str, runs: Sequence[RunSummary], is_best: bool) -> Row:
    """The last or the best value of a quantity."""
    words = "best epoch" if is_best else "last epoch"
    numbers = [each.figure(name, is_best) for each in runs]
    found = [each.figures.get(name) for each in runs]
    exact = [each is None or each.is_exact for each in found]
    cells = tuple(figure_text(name, *each, digits=6) for each in zip(numbers, exact, strict=True))
    short = f"{figure_label(name)} {words.removesuffix(' epoch')}"
    label = f"{figure_name(name)}, {words}"
    return Row("Figures", label, name, cells, tuple(numbers), best_of(name, numbers), short)


def _marked(row: Row) -> Row:
    return replace(row, is_equal=_is_equal(row))


def _is_equal(row: Row) -> bool:
    """Whether it says the same of all; where rounded numbers look alike, one may still be the best."""
    return len(set(row.cells)) == 1 and not row.best


def _extremes(numbers: Sequence[float | None], smallest: bool) -> frozenset[int]:
    known = {place: number for place, number in enumerate(numbers) if number is not None and not math.isnan(number)}
    if len(set(known.values())) < 2:
        return frozenset()
    best = (min if smallest else max)(known.values())
    return frozenset(place for place, number in known.items() if number == best)
