"""All layers at one moment, one line each: mean and spread as a bar on a common axis, zeros, saturation, dead units.

It is the newest step that was looked at, or the last one before the moment that is shown; the header says which.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence

from PySide6.QtCore import QRectF, QSizeF
from PySide6.QtGui import QAction, QPainter
from PySide6.QtWidgets import QMenu, QWidget

from deepviz.gui.plots.activation_figures import (
    ALL_PASS_ON,
    MEAN,
    NOT_YET,
    PROBE,
    Figures,
    Measured,
    measured_at,
    rows_of_interest,
)
from deepviz.gui.plots.header import HEIGHT
from deepviz.gui.plots.layer_lines import LayerLines
from deepviz.gui.plots.ticks import format_integer
from deepviz.gui.plots.view import View
from deepviz.gui.settings import ACTIVATION_ALL, Settings
from deepviz.gui.theme import Theme


class LayerSummary(View):
    """What each layer gives now."""

    key = "layer_summary"
    title = "Layers now"
    explanation = "What each layer gives now, in one line: mean and spread, and how much is zero, saturated or dead."
    order = 52
    category = "Activations"
    probes = (PROBE,)
    invitation = "Press Run to see what the layers give"

    def __init__(self, parent: QWidget | None = None) -> None:
        self.shows_all = False
        self.measured: Measured | None = None
        self._settings: Settings | None = None
        self._shown: list[int] = []
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

    def what_is_missing(self) -> str:
        missing = super().what_is_missing()
        if missing or self.history is None:
            return missing
        if MEAN not in self.history:
            return NOT_YET
        if not rows_of_interest(self.history, self.shows_all):
            return ALL_PASS_ON
        if measured_at(self.history, self.moment) is None:
            return f"Nothing was looked at up to step {format_integer(self.moment or 0)}. Go to a later one"
        return ""

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
        return ["step", "layer", "mean", "deviation", "zeros", "saturated", "dead", "units"], self._table_rows()

    def _table_rows(self) -> Iterator[Sequence[object]]:
        if self.history is None or self.measured is None:
            return
        names = self.history.row_names(MEAN)
        for row in self._shown:
            found = self.measured.rows[row]
            saturated = "" if math.isnan(found.saturated) else found.saturated
            shares = (found.mean, found.deviation, found.zeros, saturated)
            yield [self.measured.step, names[row], *shares, int(found.dead), found.units or ""]

    def _make_content(self) -> QWidget:
        self.lines = LayerLines(self)
        self.lines.menu_requested.connect(self._open_menu)
        self.lines.layer_chosen.connect(self.node_chosen)
        self.lines.setToolTip("Click a line, or press Enter at it, to see its card on the canvas")
        return self.lines

    def _start(self) -> None:
        self.measured, self._shown = None, []
        self.lines.show_layers([])

    def _draw(self) -> None:
        assert self.history is not None
        names = self.history.row_names(MEAN)
        self._shown = rows_of_interest(self.history, self.shows_all)
        self.measured = measured_at(self.history, self.moment)
        assert self.measured is not None
        found: list[tuple[str, Figures]] = [(names[row], self.measured.rows[row]) for row in self._shown]
        self.lines.show_layers(found)
        self._say_step()

    @property
    def step_in_words(self) -> str:
        return "" if self.measured is None else f"step {format_integer(self.measured.step)}"

    def _show_moment(self, step: int | None) -> None:
        if self.is_paused and self.history is not None and self.isVisible():  # going back is no news of the run
            self.draw()
        else:
            self._draw_again()

    def _build_choices(self, menu: QMenu) -> None:
        self._all_action = QAction("All layers", self, checkable=True)
        self._all_action.setToolTip("Also layers that only pass on what they get, such as Flatten and Dropout")
        self._all_action.toggled.connect(self.show_all)
        menu.addAction(self._all_action)
