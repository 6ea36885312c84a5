"""What each unit of one layer answers: a map over two inputs or a curve along one, for each, and any of them large.

The layer is the one that was last selected on the canvas, or chosen above the maps.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSignalBlocker, Qt
from PySide6.QtGui import QAction, QActionGroup, QKeyEvent, QPainter
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QVBoxLayout, QWidget

from deepviz.datasets.prepared import PreparedData
from deepviz.document.drawing import drawn
from deepviz.document.repeats import unrolled
from deepviz.gui.amounts import thousands
from deepviz.gui.choice_box import ChoiceBox
from deepviz.gui.plots.plane_look import PlaneLook, make_narrow
from deepviz.gui.plots.pointer import Pointer, Reading
from deepviz.gui.plots.ticks import format_value
from deepviz.gui.plots.unit_pictures import UnitPictures, pictures_of
from deepviz.gui.plots.unit_sheet import UnitSheet
from deepviz.gui.plots.words_page import offering
from deepviz.gui.settings import NEURONS_SCALE, Settings
from deepviz.gui.signed_colors import ABOVE, BELOW
from deepviz.gui.theme import Theme
from deepviz.insight.plane import Window, why_no_plane
from deepviz.insight.unit_responses import UnitResponses, UnitResponsesQuestion

SHEET_RESOLUTION, LARGE_RESOLUTION = 40, 120
SHEET_PLACES, LARGE_PLACES = 100, 400
"""Along a single input so many places are computed; of two inputs so many columns and rows."""
MOST_UNITS = 256
SCALES = {"own": "Each by its own largest answer", "layer": "All by the largest of the layer"}


class NeuronResponses(PlaneLook):
    """The maps or curves of a layer's units.

    Attributes
    ----------
    node
        Id of the layer that is shown, as it runs; empty for none.
    unit
        The unit that is shown large; None while all are shown.
    """

    key = "neuron_responses"
    title = "Neurons"
    explanation = "What each unit of a layer answers to: a map over two inputs, or a curve along a single one."
    order = 52
    category = "Inside"

    def __init__(self, parent: QWidget | None = None) -> None:
        self.node = ""
        self.unit: int | None = None
        self.answer: UnitResponses | None = None
        self._scale = "own"
        self._layers: list[str] = []
        self._runs_of_card: dict[str, str] = {}
        self._pictures: UnitPictures | None = None
        self._pointed: tuple[int, float, float] | None = None
        super().__init__(parent)
        self.area.layers.append(self._paint_large)
        self.area.decorations.append(self._paint_beside)
        self.header.follow_button.setText("All units")
        self.header.follow_button.setToolTip("Show all units again (Esc)")
        self.header.follow_button.clicked.connect(lambda: self.choose_unit(None))

    def why_not(self, data: PreparedData) -> str:
        return offering(why_no_plane(data.sample_shape, 1), "Feature maps")

    def what_is_missing(self) -> str:
        missing = super().what_is_missing()
        if self.data is not None and not self.why_not(self.data) and not self._layers and self.project is not None:
            return missing or "No layer of this network gives a row of numbers."
        return missing

    def question(self) -> UnitResponsesQuestion | None:
        if self.data is None or self.why_not(self.data) or not self.node:
            return None
        is_large = self.unit is not None
        window = self.zoomed if is_large else None
        if self._is_curve:
            if window is not None:  # how high it is shown changes nothing about a curve
                window = Window(window.left, window.right)
            places = LARGE_PLACES if is_large else SHEET_PLACES
            return UnitResponsesQuestion((self.node,), self.features[:1], window, places, MOST_UNITS)
        resolution = LARGE_RESOLUTION if is_large else SHEET_RESOLUTION
        return UnitResponsesQuestion((self.node,), self.features, window, resolution, MOST_UNITS)

    def choose_node(self, node_id: str) -> None:
        """Show the layer of a card, with the activation that is drawn on it."""
        run = self._runs_of_card.get(node_id, node_id)
        if run in self._layers:
            self.choose_layer(run)

    def choose_layer(self, node: str) -> None:
        """Show another layer, by its id as it runs."""
        if node != self.node:
            self.node, self.unit = node, None
            with QSignalBlocker(self._layer_choice):
                self._layer_choice.setCurrentIndex(self._layers.index(node))
            self.reset_view()

    def choose_unit(self, unit: int | None) -> None:
        """Show one unit large, or all."""
        self.unit = unit
        self.reset_view()
        if self.answer is not None:  # coarse as it is, until a finer one comes
            self.show_answer(self.answer)
        (self.sheet if unit is None else self.area).setFocus()

    def choose_scale(self, scale: str) -> None:
        """Give each its own largest answer as its scale ("own"), or all that of the layer ("layer")."""
        self._scale = scale
        self._scale_actions[scale].setChecked(True)
        if self._settings is not None:
            self._settings.set(NEURONS_SCALE, scale)
        if self.answer is not None:
            self.show_answer(self.answer)

    def take_settings(self, settings: Settings) -> None:
        self.choose_scale(settings.get(NEURONS_SCALE))
        self._settings = settings

    def reset_view(self) -> None:
        super().reset_view()
        self._arrange()

    def show_answer(self, answer: Any) -> None:
        self.answer = answer
        ((node, maps),) = answer.maps.items()
        count = answer.counts[node]
        names = self.input_names()
        pictures = self._pictures = pictures_of(answer, self._scale == "own", self.theme)
        self.area.right_margin = pictures.right_margin
        self.header.set_entries(pictures.entries)
        if self.unit is None or self.unit >= len(maps):
            self.unit = None
            self.sheet.show_tiles(pictures.tiles(), answer.is_curve)
        elif self.zoomed is None:
            self.area.show_window(pictures.window_of(self.unit))
        shown = f"The first {len(maps)} of {thousands(count)} units." if len(maps) < count else ""
        which = f"{node}, unit {self.unit}." if self.unit is not None else shown
        caption = " ".join(
            each for each in (which, self._held_in_words().replace("; samples keep their own values", "")) if each
        )
        y_title = "" if self.unit is None else pictures.y_title(self.unit, names)
        self.area.say(caption, names[answer.features[0]], y_title)
        self._words.setText(caption if self.unit is None else "")
        self._words.setVisible(bool(self._words.text()))
        self._arrange()
        self.area.update()

    def apply_theme(self, theme: Theme) -> None:
        self.sheet.apply_theme(theme)
        super().apply_theme(theme)
        if self.answer is not None:
            self.show_answer(self.answer)

    @property
    def seconds_to_paint(self) -> float:
        return self.sheet.seconds_to_paint if self.unit is None else self.area.seconds_to_paint

    def paint_content(self, painter: QPainter, rect: QRectF) -> None:
        if self.unit is not None:
            super().paint_content(painter, rect)
        else:
            above = self.content.height() - self.sheet.height()  # what chooses is no part of a picture
            self.sheet.paint_into(painter, rect.adjusted(0, 0, 0, -above))

    def table(self) -> tuple[Sequence[str], Iterable[Sequence[object]]]:
        answer = self.answer
        assert answer is not None
        names, ((node, maps),) = self.input_names(), answer.maps.items()
        units = range(len(maps)) if self.unit is None else [self.unit]
        columns = [*(names[each] for each in answer.features), *(f"{node} unit {unit}" for unit in units)]
        return columns, (
            [x, *y, *(float(maps[unit, row, column]) for unit in units)]
            for row, y in enumerate([[]] if answer.is_curve else [[y] for y in answer.ys.tolist()])
            for column, x in enumerate(answer.xs.tolist())
        )

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.unit is not None:
            self.choose_unit(None)
        else:
            super().keyPressEvent(event)

    def _make_content(self) -> QWidget:
        content = super()._make_content()
        self.sheet = UnitSheet(content)
        self.sheet.setAccessibleName("All units")
        self.sheet.pointed.connect(self._point_at_tile)
        self.sheet.chosen.connect(self.choose_unit)
        self.sheet.menu_requested.connect(self._open_menu)
        column = content.layout()
        assert isinstance(column, QVBoxLayout)
        self._words = QLabel(content)
        self._words.setProperty("role", "dim")
        self._words.setWordWrap(True)
        self._words.setContentsMargins(12, 2, 12, 0)
        self._words.hide()
        column.addWidget(self._words)
        column.addWidget(self.sheet)
        self.area.hide()
        self._layer_choice = ChoiceBox(content)
        self._layer_choice.setAccessibleName("Layer")
        self._layer_choice.setToolTip("Which layer is shown; a click on a card chooses it as well")
        make_narrow(self._layer_choice)
        self._layer_choice.activated.connect(lambda index: self.choose_layer(self._layers[index]))
        above = QHBoxLayout()
        above.setContentsMargins(12, 3, 12, 0)
        above.addWidget(self._layer_choice)
        column.insertLayout(0, above)  # a row of its own, for in narrow views the axes take theirs
        return content

    def _build_choices(self, menu: QMenu) -> None:
        menu.addAction("Reset view").triggered.connect(self.reset_view)
        menu.addAction("All units").triggered.connect(lambda: self.choose_unit(None))
        scales = menu.addMenu("Scale")
        group = QActionGroup(self)
        self._scale_actions = {}
        for scale, words in SCALES.items():
            action = QAction(words, self, checkable=True)
            action.setChecked(scale == self._scale)
            action.triggered.connect(lambda _, scale=scale: self.choose_scale(scale))
            group.addAction(action)
            scales.addAction(action)
            self._scale_actions[scale] = action

    def _project_changed(self) -> None:
        super()._project_changed()
        self._layers, self._runs_of_card, words = [], {}, []
        if self.project is not None and self.report is not None:
            whole = unrolled(self.project.graph)
            attached = drawn(self.project.graph).attached
            for node in whole.graph.nodes:
                shape = self.report.shapes.get(whole.origin[node.id])
                if not node.is_loss and shape is not None and len(shape) == 1:
                    self._layers.append(node.id)
                    words.append(f"{node.id} · {thousands(shape[0])} {'unit' if shape[0] == 1 else 'units'}")
            runs = {node_id: run for run, node_id in whole.origin.items()}
            self._runs_of_card = runs | {card: runs[node.id] for card, node in attached.items() if node.id in runs}
        if self.node not in self._layers:
            # The first layer that is not the data themselves.
            self.node = next(iter(self._layers[1:]), self._layers[0] if self._layers else "")
            self.unit = None
        with QSignalBlocker(self._layer_choice):
            self._layer_choice.clear()
            self._layer_choice.addItems(words)
            self._layer_choice.setCurrentIndex(self._layers.index(self.node) if self.node else -1)
        self._arrange()

    def _network_replaced(self) -> None:
        self.node = ""

    def _is_about_this(self, answer: Any) -> bool:
        wanted = self.features[:1] if self._is_curve else self.features
        return answer.data is self.data and answer.features == wanted and self.node in answer.maps

    @property
    def _is_curve(self) -> bool:
        return self.data is not None and self.data.sample_shape == (1,)

    def _forget(self) -> None:
        self.answer = self._pictures = self.unit = None

    def _arrange(self) -> None:
        """Show all units, or the large one."""
        is_large = self.unit is not None
        self.sheet.setVisible(not is_large)
        self.area.setVisible(is_large)
        self.header.follow_button.setVisible(is_large)

    def _zoom(self) -> None:
        super()._zoom()
        self._arrange()

    def _paint_large(self, painter: QPainter) -> None:
        if self._pictures is not None and self.unit is not None:
            self._pictures.paint_large(painter, self.area, self.unit)

    def _paint_beside(self, painter: QPainter) -> None:
        if self._pictures is not None and self.unit is not None:
            self._pictures.paint_beside(painter, self.area, self.unit)

    def _cell(self) -> tuple[float, float]:
        if self.answer is None or self._is_curve:
            window, size = self.area.window_shown, LARGE_RESOLUTION
        else:
            window, size = self.answer.window, len(self.answer.xs)
        return (window.right - window.left) / size, (window.high - window.low) / size

    def _pointer_at(self, x: float, y: float) -> tuple[Pointer, float] | None:
        return None if self.unit is None else self._told(self.unit, x, y)

    def _point_at_tile(self, at: tuple[int, float, float] | None) -> None:
        answer, self._pointed = self.answer, at
        if at is None or answer is None:
            self.sheet.set_pointer(None)
            return
        unit, x, y = at
        window = answer.window
        across = window.left + x * (window.right - window.left)
        found = self._told(unit, across, window.low + y * (window.high - window.low))
        if found is None or self._pictures is None:
            self.sheet.set_pointer(None)
        else:
            self.sheet.set_pointer(found[0], self._place_of(unit, x, y), self._pictures.mark(unit, across))

    def _point_again(self) -> None:
        super()._point_again()
        self._point_at_tile(self._pointed)

    def _place_of(self, unit: int, x: float, y: float) -> QPointF:
        place = self.sheet.place_of(unit)
        return QPointF(place.left() + x * place.width(), place.bottom() - y * place.height())

    def _told(self, unit: int, x: float, y: float) -> tuple[Pointer, float] | None:
        """What is said of a unit at the computed point that is nearest."""
        answer, pictures = self.answer, self._pictures
        if answer is None or pictures is None or unit >= len(pictures.maps):
            return None
        place, value, height = pictures.nearest(unit, x, y)
        names = self.input_names()
        heading = " · ".join(
            f"{names[feature]} {format_value(where)}" for feature, where in zip(answer.features, place, strict=True)
        )
        color = (
            self.theme.bad if not np.isfinite(value) else ABOVE if value > 0 else BELOW if value < 0 else self.theme.dim
        )
        return Pointer(place[0], heading, (Reading(f"unit {unit} answers", format_value(value), color),)), height
