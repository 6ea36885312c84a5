"""What looks at the plane of two inputs have in common: which inputs, how fine, which samples, zoom and cross-hair."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSignalBlocker
from PySide6.QtGui import QAction, QActionGroup, QPainter, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QComboBox, QHBoxLayout, QLabel, QMenu, QSizePolicy, QVBoxLayout, QWidget

from deepviz.datasets.prepared import PreparedData
from deepviz.gui.choice_box import ChoiceBox
from deepviz.gui.plots.look import Look
from deepviz.gui.plots.plane_area import PlaneArea
from deepviz.gui.plots.pointer import Pointer
from deepviz.gui.settings import PLANE_PARTS, PLANE_RESOLUTION, Settings
from deepviz.gui.theme import Theme
from deepviz.insight.plane import Window

RESOLUTIONS = {30: "coarse", 60: "medium", 120: "fine", 240: "very fine"}
PARTS = {"train": "Training samples", "validation": "Validation samples", "test": "Test samples"}
NARROWEST_CHOICE = 52
ROOM_FOR_CHOICE = 100
"""Pixels of width for each choice below which they stand below each other: side by side none could be read."""
NEAR = 14.0
"""Pixels within which a click means a sample."""


class PlaneLook(Look):
    """A look at a plane. Subclasses implement `why_not`, `question`, `show_answer`, `table`, `_cell` and `_pointer_at`.

    Attributes
    ----------
    features
        The inputs along the horizontal and the vertical axis.
    zoomed
        The part of the plane somebody wants to see; None for all of it.
    resolution
        How many columns and rows are asked for.
    parts
        Of which parts of the data samples are drawn.
    """

    category = "Decisions"

    def __init__(self, parent: QWidget | None = None) -> None:
        self.features = (0, 1)
        self.zoomed: Window | None = None
        self.resolution = 60
        self.parts: tuple[str, ...] = ("train",)
        self._shown_data: PreparedData | None = None
        self._settings: Settings | None = None
        super().__init__(parent)
        self.area.setAccessibleName(self.heading or self.title)
        self.area.reset_requested.connect(self.reset_view)
        self.area.window_changed.connect(self._zoom)
        self.area.pointed.connect(self._point)
        self.area.nudged.connect(self._nudge)
        self.area.chosen.connect(self._choose)
        self.area.menu_requested.connect(self._open_menu)
        self.header.follow_button.setText("Whole")
        self.header.follow_button.setToolTip("Show the whole range of the data again (Home)")
        self.header.follow_button.clicked.connect(self.reset_view)

    # What is looked at

    @abstractmethod
    def why_not(self, data: PreparedData) -> str:
        """Why these data cannot be shown, in words for the user; empty if they can."""

    def what_is_missing(self) -> str:
        missing = super().what_is_missing()
        if self.data is None or (self.report is not None and self.report.problems):
            return missing
        return self.why_not(self.data) or missing

    def take_settings(self, settings: Settings) -> None:
        self.resolution = settings.get(PLANE_RESOLUTION)
        remembered = settings.get(PLANE_PARTS)
        self.parts = tuple(part for part in PARTS if part in remembered)
        self._resolution_actions[self.resolution].setChecked(True)
        for part, action in self._part_actions.items():
            action.setChecked(part in self.parts)
        self._settings = settings
        self.ask_again()

    def take_answer(self, answer: Any, step: int) -> None:
        if self._is_about_this(answer):
            super().take_answer(answer, step)
            self._point_again()

    def choose_features(self, horizontal: int, vertical: int) -> None:
        """Show other inputs. One that is on the other axis changes places with it: two of the same are no plane."""
        if horizontal == vertical:
            was_horizontal, was_vertical = self.features
            horizontal, vertical = (
                (horizontal, was_horizontal) if horizontal != was_horizontal else (was_vertical, vertical)
            )
        if (horizontal, vertical) != self.features:
            self.features = (horizontal, vertical)
            for choice, feature in zip(self._axes, self.features, strict=True):
                with QSignalBlocker(choice):
                    choice.setCurrentIndex(feature)
            self.reset_view()

    def choose_resolution(self, resolution: int) -> None:
        """Compute so many columns and rows."""
        self.resolution = resolution
        self._resolution_actions[resolution].setChecked(True)
        if self._settings is not None:
            self._settings.set(PLANE_RESOLUTION, resolution)
        self.ask_again()

    def show_part(self, part: str, on: bool) -> None:
        """Draw the samples of a part of the data, or leave them out."""
        self.parts = tuple(each for each in PARTS if (on if each == part else each in self.parts))
        self._part_actions[part].setChecked(on)
        if self._settings is not None:
            self._settings.set(PLANE_PARTS, self.parts)
        self.ask_again()

    def reset_view(self) -> None:
        """Show the whole range of the data again."""
        self.zoomed = None
        self.header.follow_button.hide()
        self._point(None)
        self.ask_again()

    @property
    def seconds_to_paint(self) -> float:
        return self.area.seconds_to_paint

    def apply_theme(self, theme: Theme) -> None:
        self.area.apply_theme(theme)
        super().apply_theme(theme)

    def paint_content(self, painter: QPainter, rect: QRectF) -> None:
        above = self.content.height() - self.area.height()  # what chooses is no part of a picture
        self.area.paint_into(painter, rect.adjusted(0, 0, 0, -above))

    def hover_text(self, x: float, y: float) -> str:
        """What the box beside the cross-hair says at a point of the plane."""
        found = self._pointer_at(x, y)
        if found is None:
            return ""
        return "\n".join([found[0].heading, *(f"{each.name} {each.value}" for each in found[0].readings)])

    # For the looks themselves

    @abstractmethod
    def _pointer_at(self, x: float, y: float) -> tuple[Pointer, float] | None:
        """What the cross-hair says near a point, and its height: it stands where something was computed."""

    @abstractmethod
    def _cell(self) -> tuple[float, float]:
        """How far the cross-hair moves with an arrow key, along both axes."""

    def _is_about_this(self, answer: Any) -> bool:
        """Whether an answer is about what is wanted now, not about data or a choice that has changed meanwhile."""
        return answer.data is self.data and answer.features == self.features

    def _choose(self, point: QPointF) -> None:
        """Somebody clicked at a point of the plane."""

    def _make_content(self) -> QWidget:
        content = QWidget(self)
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self.row = QWidget(content)
        self.row.hide()
        line = self._row_line = QBoxLayout(QBoxLayout.Direction.LeftToRight, self.row)
        line.setContentsMargins(12, 3, 12, 2)
        line.setSpacing(6)
        self._arrows: list[QLabel] = []
        self._axes = tuple(ChoiceBox(self.row) for _ in range(2))
        for choice, arrow, words in zip(self._axes, "→↑", ("horizontal", "vertical"), strict=True):
            choice.setAccessibleName(f"Input along the {words} axis")
            choice.setToolTip(choice.accessibleName())
            make_narrow(choice)
            choice.activated.connect(lambda _: self.choose_features(*(each.currentIndex() for each in self._axes)))
            self._arrows.append(QLabel(arrow, self.row))
            pair = QHBoxLayout()
            pair.addWidget(self._arrows[-1])
            pair.addWidget(choice, 1)
            line.addLayout(pair, 1)
        self.area = PlaneArea(content)
        column.addWidget(self.row)
        column.addWidget(self.area, 1)
        return content

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._turn_row()

    def _turn_row(self) -> None:
        choices = [each for each in self.row.findChildren(QComboBox) if not each.isHidden()]
        is_narrow = self.width() < ROOM_FOR_CHOICE * len(choices)
        down, right = QBoxLayout.Direction.TopToBottom, QBoxLayout.Direction.LeftToRight
        self._row_line.setDirection(down if is_narrow else right)

    def _project_changed(self) -> None:
        data = self.data
        if data is self._shown_data:
            return
        self._shown_data, self.zoomed, self.step = data, None, None
        self.header.follow_button.hide()
        self.area.set_pointer(None)
        self._forget()
        names = self.input_names()
        if max(self.features) >= len(names) or (len(names) > 1 and len(set(self.features)) == 1):
            self.features = (0, 1 if len(names) > 1 else 0)
        for choice, feature in zip(self._axes, self.features, strict=True):
            with QSignalBlocker(choice):
                choice.clear()
                choice.addItems(names)
                choice.setCurrentIndex(feature)
                choice.view().setMinimumWidth(choice.view().sizeHintForColumn(0) + 24)  # though the choice is narrow
        is_shown = data is not None and not self.why_not(data)
        for widget in (*self._axes, *self._arrows):
            widget.setVisible(len(names) > 2)
        self.row.setVisible(is_shown and (len(names) > 2 or self._has_more_choices))
        self._turn_row()

    @property
    def _has_more_choices(self) -> bool:
        """Whether there is something to choose besides the axes."""
        return False

    def _forget(self) -> None:
        """Other data are open: what was answered says nothing any more."""

    def input_names(self) -> list[str]:
        """What the inputs are called; empty while the data have none that could be axes."""
        data = self.data
        if data is None or len(data.sample_shape) != 1:
            return []
        return list(data.feature_names) or [f"input {number + 1}" for number in range(data.sample_shape[0])]

    def _held_in_words(self) -> str:
        """What is done with the inputs that are no axes."""
        others = len(self.input_names()) - len(set(self.features))
        if not others:
            return ""
        which = "The other input is" if others == 1 else f"The other {others} inputs are"
        return f"{which} held at the median of the training samples; samples keep their own values."

    def _build_choices(self, menu: QMenu) -> None:
        menu.addAction("Reset view").triggered.connect(self.reset_view)
        finer = menu.addMenu("Resolution")
        group = QActionGroup(self)
        self._resolution_actions = {}
        for size, word in RESOLUTIONS.items():
            action = QAction(f"{size} × {size}, {word}", self, checkable=True)
            action.setChecked(size == self.resolution)
            action.triggered.connect(lambda _, size=size: self.choose_resolution(size))
            group.addAction(action)
            finer.addAction(action)
            self._resolution_actions[size] = action
        samples = menu.addMenu("Samples")
        self._part_actions = {}
        for part, words in PARTS.items():
            action = QAction(words, self, checkable=True)
            action.setChecked(part in self.parts)
            action.triggered.connect(lambda on, part=part: self.show_part(part, on))
            samples.addAction(action)
            self._part_actions[part] = action

    def _zoom(self) -> None:
        self.zoomed = self.area.window_shown
        self.header.follow_button.show()
        self.ask_again()

    def _point(self, numbers: QPointF | None) -> None:
        found = None if numbers is None else self._pointer_at(numbers.x(), numbers.y())
        self.area.set_pointer(*(found or (None,)))

    def _point_again(self) -> None:
        """Say of the weights that are shown now what is under a hand that holds still."""
        if self.area.pointer is not None:
            self._point(QPointF(self.area.pointer.step, self.area.pointer_height))

    def _nudge(self, right: int, up: int) -> None:
        """Move the cross-hair by cells, from the middle if there was none."""
        here = self.area._middle()
        width, height = self._cell()
        if self.area.pointer is not None:
            here += QPointF(right * width, up * height)
        shown = self.area.window_shown
        inside = QPointF(
            float(np.clip(here.x(), shown.left, shown.right)), float(np.clip(here.y(), shown.low, shown.high))
        )
        self._point(inside)


def make_narrow(choice: QComboBox) -> None:
    """Let a choice take what room there is, and never make its view wider than that."""
    choice.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
    choice.setMinimumWidth(NARROWEST_CHOICE)
