"""The learning rate in the toolbar: a logarithmic slider, and its value, which can be typed as well."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import ClassVar

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QWheelEvent,
)
from PySide6.QtWidgets import QGridLayout, QLabel, QLineEdit, QSizePolicy, QSlider, QWidget

from deepviz.document import edits
from deepviz.document.project import Project
from deepviz.gui.amounts import thousands
from deepviz.gui.editor import Editor
from deepviz.gui.panels.step_runs import StepRuns
from deepviz.gui.panels.values import changed, read, stepped, written
from deepviz.gui.plots.ticks import format_value
from deepviz.gui.theme import DARK, Theme, number_font
from deepviz.registry import Hyperparameter

LOWEST, HIGHEST = -6, 1
"""Powers of ten at the ends of the slider. Any other value can be typed."""

_STOPS = 100
_FIELD = "learning_rate"


class LearningRateSlider(QWidget):
    """Edits the learning rate of the open project's optimizer. Dragging is one undo step."""

    def __init__(self, editor: Editor, theme: Theme = DARK, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._editor = editor
        self._runs = StepRuns()
        self._drags = 0
        self.slider = LogSlider(theme)
        self.line = ValueLine(theme)
        self._in_use: float | None = None
        self._moment: tuple[int | None, float | None] = None, None
        label = self.label = QLabel("learning rate")
        label.setProperty("role", "small")
        label.setBuddy(self.line)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(4)
        grid.setVerticalSpacing(0)
        grid.addWidget(label, 0, 0, Qt.AlignmentFlag.AlignBottom)
        grid.addWidget(self.line, 1, 0, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(self.slider, 0, 1, 2, 1, Qt.AlignmentFlag.AlignVCenter)
        grid.setColumnMinimumWidth(0, 76)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        self.setAccessibleName("Learning rate")
        self.slider.sliderPressed.connect(self._begin_drag)
        self.slider.moved.connect(lambda value: self.set_value(value, f"{_FIELD} drag {self._drags}"))
        self.slider.stepped.connect(self.step)
        self.line.offered.connect(self._take_text)
        self.line.stepped.connect(self.step)
        editor.project_changed.connect(self._follow)
        self.apply_theme(theme)
        self._show(self.value)

    @property
    def value(self) -> float:
        """The learning rate of the project."""
        return self._editor.project.plan.optimizer.learning_rate

    def apply_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self.slider.apply_theme(theme)
        self.line.apply_theme(theme)

    def set_value(self, value: float, merge_key: str = "") -> None:
        """Give the optimizer another learning rate, undoably. A value that is not allowed changes nothing."""
        plan = self._editor.project.plan
        try:
            optimizer = changed(plan.optimizer, self._hyperparameter, value)
        except ValueError as error:
            self.line.refuse(str(error))
            return
        plan = replace(plan, optimizer=optimizer)  # type: ignore[arg-type] # of the type that it was made from
        self._editor.apply("Change learning rate", partial(edits.set_plan, plan=plan), merge_key)
        self._show(self.value)

    def step(self, steps: int) -> None:
        """Go on along 1, 2, 5, 10; ten steps are a factor of ten."""
        self.set_value(stepped(self._hyperparameter, self.value, steps), self._runs.go_on(_FIELD))

    @property
    def _hyperparameter(self) -> Hyperparameter:
        optimizer = self._editor.project.plan.optimizer
        return next(each for each in optimizer.hyperparameters() if each.name == _FIELD)

    def _take_text(self, text: str) -> None:
        try:
            value = read(self._hyperparameter, text)
        except ValueError as error:
            self.line.refuse(str(error))
            return
        self.set_value(value)

    def _begin_drag(self) -> None:
        self._drags += 1

    def _follow(self, before: Project, after: Project) -> None:
        self._show(after.plan.optimizer.learning_rate)

    def show_in_use(self, rate: float | None) -> None:
        """Say with which rate the last step was made, if there was one. It matters where a schedule changes it."""
        if rate != self._in_use:
            self._in_use = rate
            self._tell_schedule()

    def show_moment(self, step: int | None, rate: float | None) -> None:
        """Say that all else shows an earlier step, and with which rate that was made, if known; None: the present."""
        if (step, rate) != self._moment:
            self._moment = step, rate
            self._tell_schedule()

    def _show(self, value: float) -> None:
        self.slider.show_rate(value)
        self.line.show_rate(value)
        self._tell_schedule()

    def _tell_schedule(self) -> None:
        """Say that it is what a schedule starts from, if there is one, and what the schedule has made of it."""
        schedule = self._editor.project.plan.schedule
        step, rate_then = self._moment
        words = "learning rate" if schedule.is_constant else "base rate"
        if step is not None:
            words = "rate now" if schedule.is_constant else "base now"
        if self.label.text() != words:
            if step is not None:  # shorter words move nothing beside them
                self.label.setMinimumWidth(max(self.label.minimumWidth(), self.label.sizeHint().width()))
            self.label.setText(words)
        tip = ""
        if not schedule.is_constant:
            tip = f"The schedule {schedule.label} makes the rate of each step from this one."
            if self._in_use is not None:
                tip += f" Now it is {format_value(self._in_use, 2)}."
        if step is not None:
            then = "" if rate_then is None else f" Step {thousands(step)} was made with {format_value(rate_then, 4)}."
            tip = f"{tip} It is that of the run as it stands.{then}".strip()
        if self.label.toolTip() != tip:
            self.label.setToolTip(tip)
            self.setToolTip(tip)
            self.setAccessibleDescription(tip)


class LogSlider(QSlider):
    """A slider for powers of ten. It asks for values; what it shows is what it is given."""

    moved = Signal(float)
    """Sent with the value under the pointer while dragging, to two figures."""

    stepped = Signal(int)
    """Sent with a number of steps when a key or the wheel is used."""

    KEYS: ClassVar[Mapping[Qt.Key, int]] = {
        Qt.Key.Key_Up: 1,
        Qt.Key.Key_Right: 1,
        Qt.Key.Key_Down: -1,
        Qt.Key.Key_Left: -1,
        Qt.Key.Key_PageUp: 10,
        Qt.Key.Key_PageDown: -10,
    }

    def __init__(self, theme: Theme) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self._theme = theme
        self.setRange(LOWEST * _STOPS, HIGHEST * _STOPS)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Learning rate")
        self.setToolTip("Length of each step against the gradient. Drag, or use the arrow keys.")
        self.setFixedSize(112, 24)

    def apply_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self._theme = theme
        self.update()

    def show_rate(self, rate: float) -> None:
        """Show a learning rate; one that is off the scale stands at its end."""
        self.setValue(round(_STOPS * math.log10(rate)))
        self.setAccessibleDescription(written(rate))

    def sizeHint(self) -> QSize:
        """As in the toolbar."""
        return QSize(112, 24)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Go to where the press was, and drag from there."""
        if event.button() != Qt.MouseButton.LeftButton:
            event.ignore()
            return
        self.setSliderDown(True)
        self._move_to(event.position().x())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Follow the pointer."""
        if self.isSliderDown():
            self._move_to(event.position().x())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End the drag."""
        self.setSliderDown(False)
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows step along 1, 2, 5, 10; Page Up and Page Down by a factor of ten; Home and End go to the ends."""
        key = Qt.Key(event.key())
        if key in self.KEYS:
            self.stepped.emit(self.KEYS[key])
        elif key in (Qt.Key.Key_Home, Qt.Key.Key_End):
            self.sliderPressed.emit()
            self.moved.emit(10.0 ** (LOWEST if key == Qt.Key.Key_Home else HIGHEST))
        else:
            event.ignore()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Step, but only with the keyboard here: a wheel that passes by must not change how a network learns."""
        if self.hasFocus() and event.angleDelta().y():
            self.stepped.emit(1 if event.angleDelta().y() > 0 else -1)
            event.accept()
        else:
            event.ignore()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the groove, the part below the value, and the knob."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        theme, middle, knob = self._theme, self.height() / 2, self._x_of(self.value())
        first, last = self._ends()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.line))
        painter.drawRoundedRect(QRectF(first, middle - 2, last - first, 4), 2, 2)
        strong = QColor(theme.accent if self.isEnabled() else theme.faint)
        painter.setBrush(strong)
        painter.drawRoundedRect(QRectF(first, middle - 2, knob - first, 4), 2, 2)
        if self.hasFocus():
            halo = QColor(strong)
            halo.setAlpha(70)
            painter.setBrush(halo)
            painter.drawEllipse(QPointF(knob, middle), 10, 10)
        painter.setBrush(QColor(theme.panel) if not self.isSliderDown() else strong)
        painter.setPen(QPen(strong, 2))
        painter.drawEllipse(QPointF(knob, middle), 6, 6)
        painter.end()

    def _move_to(self, x: float) -> None:
        first, last = self._ends()
        share = min(1.0, max(0.0, (x - first) / (last - first)))
        power = LOWEST + share * (HIGHEST - LOWEST)
        self.moved.emit(float(f"{10.0**power:.1e}"))

    def _ends(self) -> tuple[float, float]:
        return 11.0, self.width() - 11.0

    def _x_of(self, value: int) -> float:
        first, last = self._ends()
        return first + (last - first) * (value - self.minimum()) / (self.maximum() - self.minimum())


class ValueLine(QLineEdit):
    """A value that looks like words until it is pointed at, and is typed like in any field."""

    offered = Signal(str)
    """Sent with what was typed, when it is finished."""

    stepped = Signal(int)
    """Sent with a number of steps when an arrow key is used."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._rate = 1.0
        self._shown = ""
        self.setFont(number_font())
        self.setFixedSize(76, 20)
        self.setAccessibleName("Learning rate")
        self.setToolTip("The learning rate. Click to type another, for example 1e-3.")
        self.editingFinished.connect(self._finish)
        self.apply_theme(theme)

    def apply_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self.setStyleSheet(
            "QLineEdit { background: transparent; border: 1px solid transparent; border-radius: 4px; padding: 0 2px;"
            f" min-height: 16px; max-height: 16px; margin-left: -4px; color: {theme.text}; }}"
            f"QLineEdit:hover {{ border-color: {theme.outline}; }}"
            f"QLineEdit:focus {{ background: {theme.raised}; border-color: {theme.accent}; }}"
            f'QLineEdit[invalid="true"] {{ border-color: {theme.bad}; }}'
        )

    def show_rate(self, rate: float) -> None:
        """Show a learning rate: in short, or in full while it is being typed."""
        self._rate = rate
        self._mark(False)
        self._set_text(written(rate) if self.hasFocus() else format_value(rate, 2))

    def refuse(self, reason: str) -> None:
        """Show that what was typed is not a learning rate, and why."""
        self._mark(True)
        self.setToolTip(reason)
        self.setAccessibleDescription(reason)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show the value in full, ready to be replaced."""
        super().focusInEvent(event)
        self._set_text(written(self._rate))
        self.selectAll()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Take what was typed if it is a value; otherwise show the value there is."""
        super().focusOutEvent(event)
        self.show_rate(self._rate)
        self.deselect()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """The click that opened the field selects all, so that typing replaces the value."""
        super().mouseReleaseEvent(event)
        if not self.hasSelectedText() and self.text() == self._shown:
            self.selectAll()

    def event(self, event: QEvent) -> bool:
        """Undo and redo belong to the project unless something is half typed; Escape then takes that back."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            undoing = event.matches(QKeySequence.StandardKey.Undo) or event.matches(QKeySequence.StandardKey.Redo)
            if undoing and self.text() == self._shown:
                event.ignore()
                return True
            if event.key() == Qt.Key.Key_Escape and self.text() != self._shown:
                event.accept()
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Up and Down step, Escape takes back what is half typed."""
        if event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self._finish()
            self.stepped.emit(1 if event.key() == Qt.Key.Key_Up else -1)
        elif event.key() == Qt.Key.Key_Escape:
            self.show_rate(self._rate)
            self.selectAll()
        else:
            super().keyPressEvent(event)

    def _finish(self) -> None:
        text = self.text()
        if text != self._shown:
            self.offered.emit(text)
        if self.hasFocus() and not self.property("invalid"):
            self.selectAll()

    def _set_text(self, text: str) -> None:
        self._shown = text
        if self.text() != text:
            self.setText(text)
            self.setCursorPosition(0)

    def _mark(self, invalid: bool) -> None:
        if bool(self.property("invalid")) != invalid:
            self.setProperty("invalid", invalid)
            self.style().unpolish(self)
            self.style().polish(self)
        if not invalid:
            self.setToolTip("The learning rate. Click to type another, for example 1e-3.")
            self.setAccessibleDescription("")
