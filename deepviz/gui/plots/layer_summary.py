"""All layers at one moment, one line each: mean and spread as a bar on a common axis, zeros, saturation, dead units.

What the run has measured is of the batch of a step, before its update. Of a step that it did not look at, they are
worked out from the weights after it, for training samples that are the same each time; the header says which it is.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from PySide6.QtCore import QRectF, QSizeF
from PySide6.QtGui import QAction, QPainter
from PySide6.QtWidgets import QMenu, QWidget

from deepviz.datasets.prepared import PreparedData
from deepviz.document.project import Project
from deepviz.gui.plots.activation_figures import (
    ALL_PASS_ON,
    MEAN,
    NOT_YET,
    PROBE,
    Figures,
    Measured,
    figures_of,
    is_stale,
    measured_at,
    passes_on,
)
from deepviz.gui.plots.asking import Asking
from deepviz.gui.plots.header import HEIGHT
from deepviz.gui.plots.layer_lines import LayerLines
from deepviz.gui.plots.origin import Origin
from deepviz.gui.plots.ticks import format_integer
from deepviz.gui.settings import ACTIVATION_ALL, Settings
from deepviz.gui.theme import Theme
from deepviz.insight.layer_statistics import LayerFigures, LayerStatistics
from deepviz.training.history import History
from deepviz.training.run_plan import same_run


class LayerSummary(Asking):
    """What each layer gives now."""

    key = "layer_summary"
    title = "Layers now"
    explanation = "What each layer gives now, in one line: mean and spread, and how much is zero, saturated or dead."
    order = 52
    category = "Activations"
    probes = (PROBE,)
    invitation = "Press Run to see what the layers give"

    answer: LayerFigures | None = None
    """What was worked out of the weights after `step`."""

    def __init__(self, parent: QWidget | None = None) -> None:
        self.shows_all = False
        self._settings: Settings | None = None
        self._origin: Origin | None = None
        self._about: tuple[Project | None, PreparedData | None] = (None, None)
        super().__init__(parent)

    def take_settings(self, settings: Settings) -> None:
        self._settings = None
        self.show_all(settings.get(ACTIVATION_ALL))
        self._settings = settings

    def show_all(self, on: bool) -> None:
        """Show all layers, or leave out those that only pass on what they get."""
        if on == self.shows_all:
            return
        self.shows_all = on
        self._all_action.setChecked(on)
        if self._settings is not None:
            self._settings.set(ACTIVATION_ALL, on)
        self._say_what_is_missing()
        self._show_moment(self.moment)

    def choose_node(self, node_id: str) -> None:
        """Mark the line of a layer."""
        self.lines.choose(node_id)

    # What is asked, where nothing was measured

    def question(self) -> LayerStatistics | None:
        """None where the run itself has looked at what is shown: that costs nothing and is of its own batches."""
        if self.data is None or self.report is None or self.report.problems:
            return None
        if self.is_paused and self.moment is None:  # what the run does meanwhile is no news
            return None
        history = self.history
        if history is None or MEAN not in history:
            return LayerStatistics()
        shown = int(history.steps[-1]) if self.moment is None else self.moment
        return LayerStatistics() if is_stale(history.column(MEAN)[0], shown, self.moment is not None) else None

    def show_answer(self, answer: Any) -> None:
        self.answer = answer
        self._show_layers()

    def take_refusal(self, words: str) -> None:
        self.answer = None
        super().take_refusal(words)

    def show_history(self, history: History | None) -> None:
        self.answer, self.step = None, None
        super().show_history(history)
        self.ask_again()

    def _project_changed(self) -> None:
        before, self._about = self._about, (self.project, self.data)
        if before[0] is None or self.project is None or before[1] is not self.data:
            is_other = True
        else:
            is_other = not same_run(before[0], self.project)
        if is_other:
            self.answer, self.step, self._unanswerable = None, None, ""
            self._show_layers()

    def what_is_missing(self) -> str:
        if self._found():
            return "" if self._layers() else ALL_PASS_ON
        if self.report is not None and self.report.problems:
            return f"The network cannot be run yet. {self.report.problems[0].text}"
        if self.question() is not None:
            return self._unanswerable or "Waiting for the network"
        missing = super().what_is_missing()
        if missing or self.history is None:
            return missing
        if MEAN not in self.history:
            return NOT_YET
        return f"Nothing was looked at up to step {format_integer(self.moment or 0)}. Go to a later one"

    @property
    def is_worked_out(self) -> bool:
        """Whether what is shown was worked out from weights, which are nearer to what is wanted than what was measured.

        Otherwise it was measured by the run.
        """
        if self.answer is None or self.step is None:
            return False
        measured = self._measured()
        return (self.moment is None or self.step <= self.moment) and (measured is None or self.step > measured.step)

    def _found_of(self) -> Origin | None:
        """Of what the figures are; None if there are none."""
        if self.is_worked_out and self.answer is not None and self.step is not None:
            return Origin(self.step, False, self.answer.samples)
        measured = self._measured()
        return None if measured is None else Origin(measured.step, True)

    def _measured(self) -> Measured | None:
        return None if self.history is None else measured_at(self.history, self.moment)

    def _found(self) -> dict[str, Figures]:
        """The figures of every layer."""
        if self.is_worked_out and self.answer is not None:
            return figures_of(self.answer)
        measured = self._measured()
        if measured is None or self.history is None:
            return {}
        return dict(zip(self.history.row_names(MEAN), measured.rows, strict=True))

    def _layers(self) -> list[tuple[str, Figures]]:
        """Those that are shown."""
        return [(name, each) for name, each in self._found().items() if self.shows_all or not passes_on(name)]

    def apply_theme(self, theme: Theme) -> None:
        self.lines.apply_theme(theme)
        super().apply_theme(theme)

    @property
    def seconds_to_paint(self) -> float:
        return self.lines.seconds_to_paint

    def picture_size(self) -> QSizeF:
        """Room for all layers, also for those that are out of sight."""
        return QSizeF(self.width(), HEIGHT + max(self.content.height(), math.ceil(self.lines.whole_height)))

    def paint_content(self, painter: QPainter, rect: QRectF) -> None:
        self.lines.paint_into(painter, rect)

    def table(self) -> tuple[Sequence[str], Iterable[Sequence[object]]]:
        """One row for each layer; what it cannot have, such as saturation without a range, is left empty."""
        head = ["step", "of", "layer", "mean", "deviation", "zeros", "saturated", "dead", "units"]
        return head, self._table_rows()

    def _table_rows(self) -> Iterator[Sequence[object]]:
        origin = self._origin
        if origin is None:
            return
        for name, found in self.lines.layers:
            saturated = "" if math.isnan(found.saturated) else found.saturated
            shares = (found.mean, found.deviation, found.zeros, saturated)
            yield [origin.step, origin.cell, name, *shares, int(found.dead), found.units or ""]

    def _make_content(self) -> QWidget:
        self.lines = LayerLines(self)
        self.lines.menu_requested.connect(self._open_menu)
        self.lines.layer_chosen.connect(self.node_chosen)
        self.lines.setToolTip(
            "Bar: from mean − to mean + one standard deviation; stroke: the mean.\n"
            "Click a line, or press Enter at it, to see its card on the canvas"
        )
        return self.lines

    def _start(self) -> None:
        self.lines.show_layers([])

    def _draw(self) -> None:
        self._show_layers()
        if self.question() is not None:
            self.ask_again()

    def _show_layers(self) -> None:
        self._origin = self._found_of()
        self.lines.show_layers(self._layers())
        self._say_step()

    @property
    def step_in_words(self) -> str:
        """Of the batch of which step it is, or after which step, for which samples."""
        return "" if self._origin is None else self._origin.words

    def _show_moment(self, step: int | None) -> None:
        if self.is_paused and self.isVisible():  # going back is no news of the run
            self.draw()
        else:
            self._draw_again()
        self.ask_again()

    def _build_choices(self, menu: QMenu) -> None:
        self._all_action = QAction("All layers", self, checkable=True)
        self._all_action.setToolTip("Also layers that only pass on what they get, such as Flatten and Dropout")
        self._all_action.toggled.connect(self.show_all)
        menu.addAction(self._all_action)
