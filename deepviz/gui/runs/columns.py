"""The columns of the list of runs: what each says of a run, exactly for sorting and in words for people."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from deepviz.gui.amounts import percent, thousands
from deepviz.gui.plots.ticks import format_value
from deepviz.training.history import VALIDATION
from deepviz.training.movements import without_stops
from deepviz.training.run_figures import Figure
from deepviz.training.run_settings import EDGES, differing, label_of, value_words
from deepviz.training.run_summary import RunSummary

MOST_SETTINGS = 10
"""In how many settings runs may differ before only the comparison tells all of them."""

MOST_VALUES = 5
"""How many values of a setting that was changed while a run went on are told."""

FIGURES = ("loss", "validation_loss", "accuracy", "validation_accuracy")
WHEN = "When it began"
ENDED = "How it ended; of the run that is open, whether it goes on"
EPOCHS_TIP = "How often it has seen all samples; parts of an epoch count as such"
UNDER_WAY = "Over the steps that were made of the first epoch, which goes on"
UNFINISHED = "Over the steps that were made of the only epoch, which was not completed"
SHORT = {"loss": "loss", "accuracy": "acc."}


@dataclass(frozen=True)
class Column:
    """One column.

    Attributes
    ----------
    key, title, tip
        What it is known by, what stands above it, and what that means.
    value
        What it says of a run, to be sorted by; None if nothing.
    words
        The same for people.
    is_number
        Whether it is aligned to the right.
    more
        What else there is to know of what it says of a run, for the tip; empty if nothing.
    """

    key: str
    title: str
    tip: str
    value: Callable[[RunSummary], Any]
    words: Callable[[RunSummary], str]
    is_number: bool = False
    more: Callable[[RunSummary], str] = lambda run: ""


def columns_of(runs: Sequence[RunSummary], with_project: bool) -> list[Column]:
    """The columns of a list of these runs: settings and figures are those in which they differ, or that they have."""
    sound = [each for each in runs if not each.damage]
    found = [
        Column("star", "★", "Starred runs are never dropped", lambda run: run.is_starred, lambda run: ""),
        Column("name", "Name", "F2 renames", lambda run: run.name.lower(), name_text, more=open_words),
    ]
    if with_project:
        found.append(Column("project", "Project", "", lambda run: run.project.lower(), lambda run: run.project))
    # What came out comes first: on a narrow screen the rest is a scroll to the side away.
    known = dict.fromkeys(name for each in sound for name in each.figures)
    for name in sorted(known, key=lambda name: (FIGURES.index(name) if name in FIGURES else len(FIGURES), name)):
        found += [_figure(name, False), _figure(name, True)]
    found += [_setting(path) for path in differing([each.whole_settings for each in sound])[:MOST_SETTINGS]]
    found.append(Column("ended", "Ended", ENDED, lambda run: run.ending, lambda run: run.ending))
    found.append(Column("epochs", "Epochs made", EPOCHS_TIP, epochs_made, epochs_text, is_number=True))
    found.append(Column("created", "When", WHEN, lambda run: run.created, lambda run: moment(run.created)))
    found.append(
        Column(
            "seconds",
            "Time",
            "For how long it trained",
            lambda run: run.seconds,
            lambda run: time_of(run.seconds),
            True,
        )
    )
    if len({each.network for each in sound}) > 1 or with_project:  # last: it is wide, and settings tell what differs
        found.append(Column("network", "Network", "", lambda run: run.network, lambda run: run.network))
    return found


def name_text(run: RunSummary) -> str:
    """``digits 3``, and of the run that is open what it does: ``digits 3 · running``."""
    return f"{run.name} · {run.ending}" if run.is_open else run.name


def open_words(run: RunSummary) -> str:
    """What is particular about the line of the run that is open; nothing of others."""
    return f"This run is open. What stands here is how it is after step {thousands(run.steps)}." if run.is_open else ""


def heading_of(path: str) -> str:
    """``Learning rate``, but ``dense_1 units``: names of layers are as they are."""
    label = label_of(path)
    return label if path.startswith("graph.") and path != EDGES else label[:1].upper() + label[1:]


def figure_text(name: str, value: float | None, is_exact: bool = True, digits: int = 4) -> str:
    """A figure as people read it; what is not exact says so."""
    if value is None:
        return "–"
    about = "" if is_exact else "≈ "
    if name.removeprefix(VALIDATION) == "accuracy" and math.isfinite(value):
        return about + percent(value)
    return about + format_value(value, digits)


def best_epoch_text(figure: Figure) -> str:
    """Of which epoch the best value is; about which where only some steps were kept."""
    return f"{'' if figure.is_epoch_exact else '≈ '}{thousands(figure.best_epoch)}"


def figure_label(name: str) -> str:
    """``Train loss``, ``Val. acc.``, ``Val. F1``."""
    rest = name.removeprefix(VALIDATION)
    return f"{'Val.' if name.startswith(VALIDATION) else 'Train'} {SHORT.get(rest, rest)}"


def figure_name(name: str) -> str:
    """``Train loss``, ``Validation accuracy``."""
    return f"Validation {name.removeprefix(VALIDATION)}" if name.startswith(VALIDATION) else f"Train {name}"


def figure_tip(name: str, is_best: bool = False) -> str:
    """What exactly a figure is, for the tip of its heading."""
    which = "The best value of all whole epochs" if is_best else "The value of the last whole epoch"
    if name.startswith(VALIDATION):
        return f"{which}, measured on the validation data after the epoch"
    only = "An epoch that was not completed counts only if there is no other"
    return f"{which}: the mean over its training samples, each as its step saw it.\n{only}"


def epochs_made(run: RunSummary) -> float:
    """How many epochs a run has made: with a fraction where it ended amid one, and that is known."""
    length = run.steps_per_epoch
    is_amid = length > 0 and (run.epochs - 1) * length < run.steps < run.epochs * length
    return run.steps / length if is_amid else float(run.epochs)


def epochs_text(run: RunSummary) -> str:
    """``12``, or ``6.2`` where it ended amid the seventh: never rounded up to an epoch that was not completed."""
    made = epochs_made(run)
    whole, tenths = divmod(math.floor(made * 10), 10)
    return thousands(whole) if made == whole else f"{thousands(whole)}.{tenths}"


def time_of(seconds: float) -> str:
    """``0.42 s``, ``12 s``, ``3:05``, ``1:02:30``."""
    if seconds < 10:
        return f"{seconds:.2f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    hours, minutes = divmod(whole // 60, 60)
    return f"{hours}:{minutes:02}:{whole % 60:02}" if hours else f"{minutes}:{whole % 60:02}"


def about_time(seconds: float) -> str:
    """A time that is only estimated: in whole seconds, from an hour on in minutes, from two days on in days."""
    whole = max(1, round(seconds))
    if whole >= 48 * 3600:
        return f"{thousands(round(whole / 86400))} days"
    if whole >= 3600:
        return f"{whole // 3600} h {whole // 60 % 60} min"
    return time_of(whole) if whole >= 10 else f"{whole} s"


def moment(seconds: float) -> str:
    """A time as the people who live with this clock say it: ``14:05`` today, ``20 Nov 14:05`` before."""
    when = datetime.fromtimestamp(seconds)
    return f"{when:%H:%M:%S}" if when.date() == datetime.now().date() else f"{when.day} {when:%b %H:%M}"


def when_words(run: RunSummary) -> str:
    """When a run began and ended, as far as that is known, and for how long it trained; each in a line."""
    ended = [f"Ended {moment(run.over)} ({run.ending})"] if run.over else []
    trained = f"Trained for {time_of(run.seconds)}{' so far' if run.is_open else ''}"
    return "\n".join([f"Began {moment(run.created)}", *ended, trained])


def _setting(path: str) -> Column:
    def value(run: RunSummary) -> Any:
        found = run.settings.get(path)
        return found if isinstance(found, int | float) and not isinstance(found, bool) else value_words(found)

    def words(run: RunSummary) -> str:
        return " → ".join(shortest([_began(run, path), *(_said(value) for _, value, _ in course_of(run, path))]))

    return Column(f"setting {path}", heading_of(path), path, value, words, is_number=True)


def course_of(run: RunSummary, path: str) -> list[tuple[int, Any, int | None]]:
    """What a setting was changed to while a run went on, as `without_stops` gives it."""
    return without_stops(run.courses.get(path, ()), run.changes)


def setting_text(run: RunSummary, path: str) -> str:
    """A setting of a run with all changes while it ran: ``0.1, then 0.01 from step 401 on``.

    Of what was dragged there is the end: ``0.1, then 0.01 from step 401 on (bit by bit from 390)``.
    """
    course = course_of(run, path)
    if not course:
        return _began(run, path)
    # What was changed after a step counts from the next one on.
    later = [(f"{_said(value)} from step {thousands(step + 1)}", first) for step, value, first in course]
    *middle, (end, first) = later
    told = [*(f"{text}{_bits(since)}" for text, since in middle), f"{end} on{_bits(first)}"]
    began, *others = shortest([_began(run, path), *told])
    return f"{began}, then {', '.join(others)}"


def _bits(first: int | None) -> str:
    return "" if first is None else f" (bit by bit from {thousands(first + 1)})"


def _began(run: RunSummary, path: str) -> str:
    """What a setting was in the beginning: a dash where the run has no such setting."""
    is_there = path in run.settings or path in run.courses
    return _said(run.settings.get(path)) if is_there else "–"


def _said(value: Any) -> str:
    """A value of a setting that is there; a dash would look like a minus, or as if it were not."""
    return "none" if value is None else value_words(value)


def setting_cell(run: RunSummary, path: str) -> object:
    """A setting for a table of numbers, unrounded; with its whole course, in words, if it was changed on the way."""
    return setting_text(run, path) if path in run.courses else filled(run.settings.get(path))


def filled(value: object) -> object:
    """What stands in a cell of a table that is saved: nothing where there is nothing."""
    return "" if value is None else value


def shortest(course: Sequence[Any]) -> list[Any]:
    """A course without its middle, if it is long: a slider that is dragged makes many changes."""
    return [*course] if len(course) <= MOST_VALUES else [*course[: MOST_VALUES - 2], "…", course[-1]]


def _figure(name: str, is_best: bool) -> Column:
    label = figure_label(name)

    def value(run: RunSummary) -> Any:
        found = run.figure(name, is_best)
        return None if found is None or math.isnan(found) else found

    def words(run: RunSummary) -> str:
        found = run.figures.get(name)
        return "–" if found is None else figure_text(name, found.best if is_best else found.last, found.is_exact)

    def more(run: RunSummary) -> str:
        found = run.figures.get(name)
        if found is None:
            return ""
        lines = [f"Epoch {best_epoch_text(found)}"] if is_best and found.is_whole else []
        return "\n".join([*lines, *([] if found.is_whole else [UNDER_WAY if run.is_open else UNFINISHED])])

    title = f"{label} best" if is_best else label
    key = f"{'best' if is_best else 'last'} {name}"
    return Column(key, title, figure_tip(name, is_best), value, words, True, more)
