"""What any layer gives for a sample of one's choice: images as maps of channels, sequences as matrices, units as bars.

All maps of a layer are on one scale of colours; a click makes one large, and the pointer says the exact number.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any, Literal

import numpy as np
from PySide6.QtCore import QRectF
from PySide6.QtGui import QKeyEvent, QPainter
from PySide6.QtWidgets import QStackedLayout, QVBoxLayout, QWidget

from deepviz.datasets.prepared import PreparedData
from deepviz.document.project import Project
from deepviz.engine.layers.conv2d import Conv2D
from deepviz.gui.plots.activation_figures import passes_on
from deepviz.gui.plots.color_scale import ColorScale, image_from
from deepviz.gui.plots.layer_choice import LayerChoice, layers_of
from deepviz.gui.plots.look import Look
from deepviz.gui.plots.pointer import Pointer, Reading
from deepviz.gui.plots.sample_bar import PICTURE, SampleBar
from deepviz.gui.plots.ticks import format_value
from deepviz.gui.plots.tile_grid import Picture, Place, TileGrid
from deepviz.gui.plots.unit_bars import UnitBars
from deepviz.gui.theme import Theme
from deepviz.insight.feature_maps import FeatureMaps as Ask
from deepviz.insight.feature_maps import Maps

MOST_BARS = 300
"""Units of a flat layer that are drawn as bars; more are a matrix, read row by row."""


class FeatureMaps(Look):
    """What one layer gives for one sample."""

    key = "feature_maps"
    title = "Feature maps"
    explanation = "What one layer makes of one sample: the features that it finds in it."
    order = 70
    category = "Inside"

    def __init__(self, parent: QWidget | None = None) -> None:
        self.answer: Maps | None = None
        self._search: Literal["", "wrong"] = ""
        self._graph: object = None
        self._wanted = ""
        super().__init__(parent)
        self.layer_choice = LayerChoice(self)
        self.layer_choice.chosen.connect(lambda _: self._ask_anew())
        self.header.add(self.layer_choice)
        self.bar.chosen.connect(self._announce)
        self.bar.wrong_wanted.connect(self._want_wrong)
        self.grid.menu_requested.connect(self._open_menu)
        self.bars.menu_requested.connect(self._open_menu)

    @classmethod
    def suits(cls, project: Project, data: PreparedData) -> bool:
        return len(data.sample_shape) == 3

    # What is asked

    def question(self) -> Ask | None:
        if self.data is None or not self.layer_choice.node:
            return None
        return Ask(self.layer_choice.node, self.bar.part, self.bar.index, self._search)

    def what_is_missing(self) -> str:
        # The first answer may be about what was chosen before.
        return super().what_is_missing() or ("" if self.answer is not None else self.invitation)

    def show_answer(self, answer: Any) -> None:
        is_of_now = (answer.node, answer.part) == (self.layer_choice.node, self.bar.part)
        if not is_of_now or (answer.index != self.bar.index and not answer.searched):
            return  # something else was chosen meanwhile
        if self._search and answer.searched:
            self._search = ""
            if self.bar.choose(answer.part, answer.index):
                self.sample_chosen.emit(answer.part, answer.index)
        self.answer = answer
        self.bar.show_maps(answer)
        self._show_values()

    def choose_node(self, node_id: str) -> None:
        """Show this layer."""
        self._wanted = node_id
        if self.layer_choice.choose(node_id):
            self._ask_anew()

    def choose_sample(self, part: str, index: int) -> None:
        """Show this sample."""
        if (part, index) != (self.bar.part, self.bar.index) and self.bar.choose(part, index):
            self._ask_anew()

    # How it looks

    def apply_theme(self, theme: Theme) -> None:
        for each in (self.bar, self.grid, self.bars):
            each.apply_theme(theme)
        super().apply_theme(theme)
        if self.answer is not None:
            self._show_values()

    @property
    def seconds_to_paint(self) -> float:
        return self.grid.seconds_to_paint

    def paint_content(self, painter: QPainter, rect: QRectF) -> None:
        self.bar.card.paint_into(painter, QRectF(rect.left() + 12, rect.top(), rect.width() - 24, PICTURE + 4))
        below = rect.adjusted(0, PICTURE + 8, 0, 0)
        shown = self.bars if self._stack_of_kinds.currentWidget() is self.bars else self.grid
        shown.paint_into(painter, below)

    def table(self) -> tuple[Sequence[str], Iterable[Sequence[object]]]:
        answer = self.answer
        assert answer is not None
        names = {1: ["unit"], 2: ["step", "feature"], 3: ["row", "column", "channel"]}
        columns = names.get(answer.values.ndim, [f"axis {each}" for each in range(answer.values.ndim)])
        of = (answer.node, answer.part, answer.index)
        places = np.ndindex(answer.values.shape)
        rows = ([*of, *place, float(answer.values[place])] for place in places)
        return ["layer", "part", "sample", *columns, "value"], rows

    def keyPressEvent(self, event: QKeyEvent) -> None:
        actions = {"R": self.bar.choose_random, "W": self.bar.want_wrong, "N": self._next, "P": self._previous}
        chosen = actions.get(event.text().upper()) if not event.modifiers() else None
        if chosen is not None:
            chosen()
        else:
            super().keyPressEvent(event)

    # Inside

    def _make_content(self) -> QWidget:
        content = QWidget(self)
        self.bar = SampleBar(content)
        self.grid = TileGrid(self._read, content)
        self.grid.setAccessibleName("Feature maps")
        self.bars = UnitBars(self._read_unit, content)
        self.bars.setAccessibleName("Values of the units")
        self._stack_of_kinds = QStackedLayout()
        self._stack_of_kinds.addWidget(self.grid)
        self._stack_of_kinds.addWidget(self.bars)
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.bar)
        column.addLayout(self._stack_of_kinds, 1)
        return content

    def _project_changed(self) -> None:
        assert self.project is not None
        assert self.report is not None
        if self.bar.card.data is not self.data:
            self.answer, self.step, self._search = None, None, ""
            self.bar.show_data(self.data)
        if self._graph is not self.project.graph:
            self._graph = self.project.graph
            layers = layers_of(self.project, self.report)
            if layers:
                convolutions = [each.id for each in layers if isinstance(each.layer, Conv2D)]
                telling = [each.id for each in layers if not passes_on(each.id)]
                preferred = (convolutions or telling or [each.id for each in layers[1:]] or [layers[0].id])[0]
                self.layer_choice.offer(layers, preferred)
                self.layer_choice.choose(self._wanted)

    def _network_replaced(self) -> None:
        self._wanted = ""
        self.layer_choice.forget()

    def _ask_anew(self) -> None:
        self._search = ""
        self.ask_again()

    def _announce(self, part: str, index: int) -> None:
        self._ask_anew()
        self.sample_chosen.emit(part, index)

    def _want_wrong(self) -> None:
        self._search = "wrong"
        self.ask_again()

    def _next(self) -> None:
        self.bar.step(1)

    def _previous(self) -> None:
        self.bar.step(-1)

    def _show_values(self) -> None:
        answer = self.answer
        assert answer is not None
        values = np.asarray(answer.values, np.float64)
        scale = ColorScale.of(values)
        if values.ndim <= 1 and values.size <= MOST_BARS:
            self._stack_of_kinds.setCurrentWidget(self.bars)
            self.bars.show_values(values.reshape(-1), scale.low, scale.high, self._unit_names())
            return
        self._stack_of_kinds.setCurrentWidget(self.grid)
        pictures = []
        for number, (places, title, short) in enumerate(self._cuts()):
            pixels = np.where(places < 0, 0, scale.pixels(values.reshape(-1)[np.maximum(places, 0)], self.theme))
            pictures.append(Picture(title, short or str(number), image_from(pixels)))
        self.grid.show_pictures(pictures, scale, keeps_shape=values.ndim == 3)

    def _cuts(self) -> list[tuple[np.ndarray, str, str]]:
        """For each picture the numbers of its dots in the values read row by row, -1 where there is none; titles."""
        assert self.answer is not None
        shape = self.answer.values.shape
        numbers: np.ndarray = np.arange(math.prod(shape)).reshape(shape)
        if numbers.ndim == 3:
            return [(numbers[..., each], f"channel {each}", str(each)) for each in range(shape[2])]
        if numbers.ndim == 1:
            columns = math.ceil(math.sqrt(2 * len(numbers)))
            padded = np.full(math.ceil(len(numbers) / columns) * columns, -1)
            padded[: len(numbers)] = numbers
            return [(padded.reshape(-1, columns), f"{len(numbers)} units, row by row", "units")]
        words = f"{shape[0]} steps down, {shape[1]} features across" if numbers.ndim == 2 else "values"
        return [(numbers.reshape(-1, shape[-1]), words, "values")]

    def _read(self, place: Place) -> Pointer | None:
        """What is said of a dot."""
        answer = self.answer
        if answer is None:
            return None
        cuts = self._cuts()
        number = int(cuts[place[0]][0][place[1:]])
        if number < 0:
            return None
        where = [int(each) for each in np.unravel_index(number, answer.values.shape)]
        words = {1: ("unit",), 2: ("step", "feature"), 3: ("row", "column", "channel")}
        names = words.get(len(where), ("",) * len(where))
        heading = " · ".join(f"{name} {each}".strip() for name, each in zip(names, where, strict=True))
        value = float(answer.values.reshape(-1)[number])
        return Pointer(0.0, heading, (Reading(answer.node, format_value(value, 6), self.theme.accent),))

    def _read_unit(self, unit: int) -> Pointer:
        """What is said of a bar."""
        assert self.answer is not None
        names = self._unit_names()
        heading = f"unit {unit}" + (f" · {names[unit]}" if names else "")
        value = format_value(float(self.answer.values.reshape(-1)[unit]), 6)
        return Pointer(0.0, heading, (Reading(self.answer.node, value, self.theme.accent),))

    def _unit_names(self) -> Sequence[str]:
        """The classes, where the units stand for them; the features, where they are those of flat data."""
        answer, layers = self.answer, self.layer_choice.layers
        if answer is None or self.data is None or not layers:
            return ()
        names: Sequence[str] = ()
        if answer.node == layers[-1].id:
            names = self.data.class_names
        elif answer.node == layers[0].id:
            names = self.data.feature_names
        return names if len(names) == answer.values.size else ()
