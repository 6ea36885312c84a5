"""The weights of any layer as pictures: kernels, units that see an image, gates, heads, or a matrix.

Colours are symmetric about zero, so that the ground's colour means no weight; the pointer says the exact number.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from PySide6.QtCore import QRectF, QSignalBlocker
from PySide6.QtGui import QAction, QColor, QPainter
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QMenu, QVBoxLayout, QWidget

from deepviz.engine.wiring import WiredNode
from deepviz.gui.amounts import counted, thousands
from deepviz.gui.choice_box import ChoiceBox
from deepviz.gui.plots.caption import HEIGHT, Caption
from deepviz.gui.plots.color_scale import ColorScale, image_from
from deepviz.gui.plots.layer_choice import LayerChoice, layers_of, nearest_before
from deepviz.gui.plots.look import Look
from deepviz.gui.plots.pointer import Pointer, Reading
from deepviz.gui.plots.ticks import format_value
from deepviz.gui.plots.tile_grid import Picture, Place, TileGrid
from deepviz.gui.theme import Theme
from deepviz.insight.filters import ALL_CHANNELS, COLORS, GAP, Tile, Weights
from deepviz.insight.filters import Filters as Ask

SQUARE_DOTS = ("row", "column")
"""What goes down and across where pictures are seen as images."""


class Filters(Look):
    """The weights of one layer."""

    key = "filters"
    title = "Filters"
    heading = "Filters and weights"
    explanation = "The weights of one layer as pictures: what its units look for."
    order = 71
    category = "Inside"

    def __init__(self, parent: QWidget | None = None) -> None:
        self.answer: Weights | None = None
        self._graph: object = None
        self._wanted = ""
        self._name = ""
        self._channel: int | None = None
        self._all_layers: Sequence[WiredNode] = ()
        super().__init__(parent)
        self.layer_choice = LayerChoice(self)
        self.layer_choice.chosen.connect(lambda _: self._start_layer())
        self.header.add(self.layer_choice)
        self.grid.menu_requested.connect(self._open_menu)

    # What is asked

    def question(self) -> Ask | None:
        node = self.layer_choice.node
        if self.data is None or not node:
            return None
        return Ask(node, self._name, self._channel, self._matrix_action.isChecked())

    def what_is_missing(self) -> str:
        missing = super().what_is_missing()
        if (
            self.report is not None
            and not self.report.problems
            and self.data is not None
            and not self.layer_choice.node
        ):
            return "No layer has weights yet. Add a Dense or a Conv2D, for example."
        # The first answer may be about what was chosen before.
        return missing or ("" if self.answer is not None else self.invitation)

    def show_answer(self, answer: Any) -> None:
        if answer.node != self.layer_choice.node or (self._name and answer.name != self._name):
            return  # something else was chosen meanwhile
        self.answer = answer
        self._offer(answer)
        self._show_pictures()

    def choose_node(self, node_id: str) -> None:
        """Show this layer, or the nearest one before it that has weights."""
        self._wanted = node_id
        if self.layer_choice.choose(self._fitting(node_id)):
            self._start_layer()

    # How it looks

    def apply_theme(self, theme: Theme) -> None:
        self.caption.apply_theme(theme)
        self.grid.apply_theme(theme)
        super().apply_theme(theme)
        if self.answer is not None:
            self._show_pictures()

    @property
    def seconds_to_paint(self) -> float:
        return self.grid.seconds_to_paint

    def paint_content(self, painter: QPainter, rect: QRectF) -> None:
        self.caption.paint_into(painter, QRectF(rect.left() + 12, rect.top(), rect.width() - 24, HEIGHT))
        self.grid.paint_into(painter, rect.adjusted(0, HEIGHT, 0, 0))

    def table(self) -> tuple[Sequence[str], Iterable[Sequence[object]]]:
        answer = self.answer
        assert answer is not None
        axes = [f"axis {each}" for each in range(answer.values.ndim)]
        places = np.ndindex(answer.values.shape)
        return ["array", *axes, "weight"], (
            [f"{answer.node}/{answer.name}", *place, float(answer.values[place])] for place in places
        )

    # Inside

    def _make_content(self) -> QWidget:
        content = QWidget(self)
        self.caption = Caption(content)
        self.grid = TileGrid(self._read, content)
        self.grid.setAccessibleName("Weights")
        self.name_choice = self._choice("Array of weights", self._choose_name, content)
        self.channel_choice = self._choice("Input channel", self._choose_channel, content)
        row = QHBoxLayout()
        row.setContentsMargins(12, 3, 12, 0)
        row.setSpacing(4)
        row.addWidget(self.caption, 1)
        row.addWidget(self.name_choice)
        row.addWidget(self.channel_choice)
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(row)
        column.addWidget(self.grid, 1)
        return content

    def _build_choices(self, menu: QMenu) -> None:
        self._matrix_action = QAction("Units that see an image as a matrix", self, checkable=True)
        self._matrix_action.toggled.connect(lambda _: self.ask_again())
        menu.addAction(self._matrix_action)

    def _project_changed(self) -> None:
        assert self.project is not None
        assert self.report is not None
        if self._graph is self.project.graph and self.layer_choice.layers:
            return
        self._graph = self.project.graph
        self._all_layers = layers_of(self.project, self.report)
        weighted = [each for each in self._all_layers if each.layer.parameter_shapes(each.input_shapes)]
        if weighted or not self.report.problems:
            self.layer_choice.offer(weighted, weighted[0].id if weighted else "")
            self.layer_choice.choose(self._fitting(self._wanted))

    def _network_replaced(self) -> None:
        self._wanted, self._name, self._channel = "", "", None
        self.layer_choice.forget()

    def _fitting(self, node: str) -> str:
        return nearest_before(self._all_layers, node, [each.id for each in self.layer_choice.layers])

    def _choice(self, words: str, chosen: Any, parent: QWidget) -> QComboBox:
        choice = ChoiceBox(parent)
        choice.setAccessibleName(words)
        choice.setToolTip(words)
        choice.setMaximumWidth(96)
        choice.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        choice.setMinimumContentsLength(3)
        choice.activated.connect(chosen)
        choice.hide()
        return choice

    def _start_layer(self) -> None:
        self._name, self._channel = "", None
        self.ask_again()

    def _choose_name(self, place: int) -> None:
        self._name, self._channel = self.name_choice.itemData(place), None
        self.ask_again()

    def _choose_channel(self, place: int) -> None:
        self._channel = self.channel_choice.itemData(place)
        self.ask_again()

    def _offer(self, answer: Weights) -> None:
        """Offer the arrays of the layer, and the channels of the array."""
        names = [(name, name) for name in answer.names]
        channels: list[tuple[str, Any]] = []
        if answer.channels > 1:
            channels = [("RGB", COLORS)] if answer.channels == 3 else []
            channels += [("all", ALL_CHANNELS), *((f"in {each}", each) for each in range(answer.channels))]
        for choice, items, chosen in (
            (self.name_choice, names, answer.name),
            (self.channel_choice, channels, answer.channel),
        ):
            if [choice.itemData(each) for each in range(choice.count())] != [value for _, value in items]:
                with QSignalBlocker(choice):
                    choice.clear()
                    for text, value in items:
                        choice.addItem(text, value)
                choice.setVisible(len(items) > 1)
            with QSignalBlocker(choice):
                choice.setCurrentIndex(choice.findData(chosen))

    def _show_pictures(self) -> None:
        answer = self.answer
        assert answer is not None
        scale = ColorScale.symmetric(answer.largest)
        is_colored = answer.channel == COLORS
        ground = np.uint32(QColor(self.theme.outline).rgba())
        pictures, flat = [], answer.values.reshape(-1)
        # A gap's place is -1: that of the last pixel.
        pixels = np.empty(0) if is_colored else np.append(scale.pixels(flat, self.theme), ground)
        for number, tile in enumerate(answer.tiles):
            shown = scale.shades(flat[tile.places], self.theme) if is_colored else pixels.take(tile.places)
            pictures.append(Picture(tile.title, str(number), image_from(shown)))
        is_image = (answer.rows, answer.columns) == SQUARE_DOTS and len(pictures) > 0
        self.grid.show_pictures(pictures, None if is_colored else scale, keeps_shape=is_image)
        self.caption.say(self._caption_words())

    def _caption_words(self) -> str:
        answer = self.answer
        if answer is None:
            return ""
        shape = " × ".join(str(size) for size in answer.values.shape)
        words = [f"largest |w| {format_value(answer.largest)}", f"{answer.name} {shape}"]
        if answer.total > len(answer.tiles):
            words.append(f"first {thousands(len(answer.tiles))} of {thousands(answer.total)}")
        if answer.channel == COLORS:
            end = format_value(ColorScale.symmetric(answer.largest).high)
            words.append(f"red, green and blue from −{end} (dark) to {end} (bright)")
        elif answer.rows and (answer.rows, answer.columns) != SQUARE_DOTS:
            words.append(f"{answer.rows}s down, {answer.columns}s across")
        bad = [f"{counted(answer.not_finite, 'weight')} not finite"] if answer.not_finite else []
        return " · ".join([*words, *bad])

    def _read(self, place: Place) -> Pointer | None:
        """What is said of a dot."""
        answer = self.answer
        if answer is None:
            return None
        tile: Tile = answer.tiles[place[0]]
        numbers = np.atleast_1d(tile.places[place[1:]]).tolist()
        if numbers[0] == GAP:
            return None
        inks = ("#d55e00", "#009e73", "#0072b2") if len(numbers) == 3 else (self.theme.accent,)
        readings = []
        for number, ink in zip(numbers, inks, strict=True):
            where = ", ".join(str(each) for each in answer.place(number))
            value = format_value(float(answer.values.reshape(-1)[number]), 6)
            readings.append(Reading(f"{answer.name}[{where}]", value, ink))
        return Pointer(0.0, f"{answer.node} · {tile.title}", tuple(readings))
