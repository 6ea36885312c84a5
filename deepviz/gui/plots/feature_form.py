"""A sample of flat data to be made up: a slider and a field for each feature, in the units of the data."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QDoubleSpinBox, QFrame, QGridLayout, QLabel, QScrollArea, QSlider, QWidget

from deepviz.datasets.prepared import PreparedData
from deepviz.gui.amounts import thousands
from deepviz.gui.number_box import DecimalBox

MOST_FEATURES = 100
"""So many features have a row; of more, the others stay as they are in the middle or in the sample."""
SLIDER_STEPS = 1_000
ROOM_FOR_SLIDERS = 224
"""From so many pixels on there are sliders beside the fields, and the bar to scroll by."""
FARTHEST = 1e9
WHOLE = 4e-6
"""As a share of the largest, how far from whole numbers features may lie that are whole."""


class FeatureForm(QScrollArea):
    """The form.

    Attributes
    ----------
    values
        The sample in the units of the data, float32, flat.
    fields, sliders
        One of each for each feature that has a row.
    """

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setAccessibleName("The sample's features")
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # its sliders and fields have the keyboard, and are scrolled to
        self.values = np.zeros(0, np.float32)
        self.fields: list[QDoubleSpinBox] = []
        self.sliders: list[QSlider] = []
        self._least = self._greatest = self._middle = np.zeros(0)
        self._is_whole = np.zeros(0, bool)
        self._undos: list[np.ndarray] = []
        self._grid = QGridLayout()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._give_room()

    def set_form(self, data: PreparedData) -> None:
        """Show the features of other data; each stands at its median, or at the whole number next to it."""
        raw = data.scaler.invert(data.train.x).reshape(len(data.train), -1).astype(np.float64)
        self._least, self._greatest = raw.min(axis=0), raw.max(axis=0)
        # Scaling there and back leaves the rounding of single precision.
        rounding = WHOLE * np.maximum(np.abs(raw).max(axis=0), 1.0)
        self._is_whole = (np.abs(raw - np.rint(raw)) <= rounding).all(axis=0) & (rounding < 0.1)
        middle = np.median(raw, axis=0)
        self._middle = np.where(self._is_whole, np.rint(middle), middle)
        self.values, self._undos = self._middle.astype(np.float32), []
        names = data.feature_names or tuple(f"input {number + 1}" for number in range(raw.shape[1]))
        self._make_rows(names[:MOST_FEATURES], len(names))
        self._show()

    @property
    def can_undo(self) -> bool:
        """Whether there is anything to take back."""
        return bool(self._undos)

    def load(self, values: np.ndarray) -> None:
        """Take over a sample."""
        self._keep()
        self.values = np.array(values, np.float32).ravel()
        self._done()

    def clear(self) -> None:
        """Go back to the medians."""
        self._keep()
        self.values = self._middle.astype(np.float32)
        self._done()

    def undo(self) -> None:
        """Take the last change back."""
        if self._undos:
            self.values = self._undos.pop()
            self._done()

    def set_value(self, number: int, value: float) -> None:
        """Give a feature another value."""
        if self.values[number] != np.float32(value):
            self._keep()
            self.values[number] = value
            self._done()

    def _keep(self) -> None:
        self._undos = [*self._undos[-99:], self.values.copy()]

    def _done(self) -> None:
        self._show()
        self.changed.emit()

    def _make_rows(self, names: tuple[str, ...], total: int) -> None:
        rows = QWidget()
        self._grid = grid = QGridLayout(rows)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(0, 3)
        grid.setColumnStretch(1, 2)
        self.fields, self.sliders = [], []
        for number, name in enumerate(names):
            label = _Name(name, rows)
            label.setToolTip(f"{name}: {self._least[number]:.6g} to {self._greatest[number]:.6g} in training")
            slider = QSlider(Qt.Orientation.Horizontal, rows)
            slider.setRange(0, SLIDER_STEPS)
            slider.setMinimumWidth(36)
            slider.setAccessibleName(f"{name}, slider")
            slider.valueChanged.connect(lambda place, number=number: self._slide(number, place))
            field = DecimalBox(rows)
            span = float(self._greatest[number] - self._least[number]) or max(abs(float(self._least[number])), 1.0)
            field.setDecimals(0 if self._is_whole[number] else min(max(3 - math.floor(math.log10(span)), 0), 9))
            field.setRange(-FARTHEST, FARTHEST)
            step = 10.0 ** (math.floor(math.log10(span)) - 1)
            field.setSingleStep(max(step, 1.0) if self._is_whole[number] else step)
            field.setKeyboardTracking(False)
            field.setFixedWidth(96)
            field.setAccessibleName(name)
            field.valueChanged.connect(lambda value, number=number: self.set_value(number, value))
            label.setBuddy(field)
            grid.addWidget(label, number, 0)
            grid.addWidget(slider, number, 1)
            grid.addWidget(field, number, 2)
            self.sliders.append(slider)
            self.fields.append(field)
        if total > len(names):
            rest = QLabel(f"{thousands(total - len(names))} more features stay as they are.", rows)
            rest.setProperty("role", "dim")
            grid.addWidget(rest, len(names), 0, 1, 3)
        grid.setRowStretch(len(names) + 1, 1)
        self._give_room()
        self.setWidget(rows)

    def _give_room(self) -> None:
        """Where there is little, values are typed only: a field that is cut could not be read."""
        is_narrow = self.width() < ROOM_FOR_SLIDERS
        beside = 4 if is_narrow else 10
        self._grid.setContentsMargins(beside, 4, beside, 4)
        for slider in self.sliders:
            slider.setVisible(not is_narrow)

    def _slide(self, number: int, place: int) -> None:
        low, high = float(self._least[number]), float(self._greatest[number])
        value = low + place / SLIDER_STEPS * (high - low)
        self.set_value(number, round(value) if self._is_whole[number] else value)

    def _show(self) -> None:
        """Fields and sliders say what the values are; they round, the values do not."""
        for number, (field, slider) in enumerate(zip(self.fields, self.sliders, strict=True)):
            value, low, high = float(self.values[number]), float(self._least[number]), float(self._greatest[number])
            with QSignalBlocker(field), QSignalBlocker(slider):
                field.setValue(value)
                share = (value - low) / (high - low) if high > low else 0.5
                slider.setValue(round(min(max(share, 0.0), 1.0) * SLIDER_STEPS))


class _Name(QLabel):
    """The name of a feature, as much of it as there is room for."""

    def __init__(self, name: str, parent: QWidget) -> None:
        super().__init__(name, parent)
        self.setMinimumWidth(40)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        shown = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, self.width())
        painter.setPen(self.palette().color(self.foregroundRole()))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignVCenter, shown)
        painter.end()
