"""Two pairs of axes side by side, or one above the other where that gives them more room.

Where there is room for one alone, two buttons above it say which there are and change between them.
"""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QActionGroup, QPainter, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QButtonGroup, QHBoxLayout, QMenu, QToolButton, QVBoxLayout, QWidget

from deepviz.gui.plots.button_strip import ButtonStrip
from deepviz.gui.plots.plane_area import PlaneArea
from deepviz.gui.theme import Theme

WIDE = 1.3
"""From this ratio of width to height on they stand side by side."""
LEAST_WIDTH, LEAST_HEIGHT = 380, 300
"""With less of the one that is divided, only one of them is shown."""
SWITCH_HEIGHT = 24


class TwoPlanes(QWidget):
    """Two pairs of axes.

    Parameters
    ----------
    names, short
        What each shows, and the same in a word.
    front
        The number of the one that is shown where there is room for one.

    Attributes
    ----------
    first, second
        The two.
    buttons
        Which of them is shown where there is room for one.
    """

    def __init__(
        self, names: tuple[str, str], short: tuple[str, str], front: int = 0, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.first, self.second = PlaneArea(self), PlaneArea(self)
        for area, name in zip((self.first, self.second), names, strict=True):
            area.setAccessibleName(name)
        self.switch = QWidget(self)
        self.switch.setFixedHeight(SWITCH_HEIGHT)
        row, group = QHBoxLayout(self.switch), QButtonGroup(self)
        row.setContentsMargins(8, 0, 4, 0)
        row.setSpacing(2)
        self.buttons: list[QToolButton] = []
        for number, (word, name) in enumerate(zip(short, names, strict=True)):
            button = QToolButton(self.switch)
            button.setText(word)
            button.setToolTip(name)
            button.setAccessibleName(f"Show {name}")
            button.setCheckable(True)
            button.setChecked(number == front)
            button.toggled.connect(lambda _on: self._arrange())
            group.addButton(button)
            row.addWidget(button)
            self.buttons.append(button)
        row.addStretch(1)
        self._strip = ButtonStrip(self.buttons, self.switch)
        self.switch.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.switch)
        self._box = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._box.setSpacing(0)
        column.addLayout(self._box, 1)
        self._box.addWidget(self.first, 1)
        self._box.addWidget(self.second, 1)
        self.only: PlaneArea | None = None

    @property
    def areas(self) -> tuple[PlaneArea, PlaneArea]:
        """Both."""
        return self.first, self.second

    @property
    def seconds_to_paint(self) -> float:
        """How long the last painting took."""
        return self.first.seconds_to_paint + self.second.seconds_to_paint

    def show_only(self, area: PlaneArea | None) -> None:
        """Show one of them alone; None shows both where there is room, else the one that the buttons say."""
        self.only = area
        self._arrange()

    def build_choices(self, menu: QMenu) -> None:
        """Let people choose which of the two they want to see; where there is room for one only, this is how."""
        group, choices = QActionGroup(self), menu.addMenu("Show")
        both = (("Both, where there is room", None), *((area.accessibleName(), area) for area in self.areas))
        for name, area in both:
            action = choices.addAction(name)
            action.setCheckable(True)
            action.setChecked(area is None)
            action.triggered.connect(lambda _, area=area: self.show_only(area))
            group.addAction(action)

    def apply_theme(self, theme: Theme) -> None:
        """Paint with the colours of `theme` from now on."""
        for area in self.areas:
            area.apply_theme(theme)

    def paint_into(self, painter: QPainter, rect: QRectF) -> None:
        """Paint those that can be seen into a rectangle of a picture, without cross-hairs."""
        above = 0 if self.switch.isHidden() else SWITCH_HEIGHT
        for area in self.areas:
            if not area.isHidden():
                place = QRectF(area.geometry()).translated(0, -above)
                area.paint_into(painter, QRectF(rect.topLeft() + QPointF(place.topLeft()), place.size()))

    def minimumSizeHint(self) -> QSize:
        """As for one: where there is no room for both, only one is shown."""
        return self.first.minimumSizeHint()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        is_wide = self.width() > WIDE * self.height()
        direction = QBoxLayout.Direction.LeftToRight if is_wide else QBoxLayout.Direction.TopToBottom
        if self._box.direction() != direction:
            self._box.setDirection(direction)
        has_room = self.width() >= LEAST_WIDTH if is_wide else self.height() >= LEAST_HEIGHT
        front = self.second if self.buttons[1].isChecked() else self.first
        shown = self.areas if self.only is None and has_room else (self.only or front,)
        had_keyboard = any(area.hasFocus() and area not in shown for area in self.areas)
        for area in sorted(self.areas, key=lambda each: each not in shown):
            area.setVisible(area in shown)
            if had_keyboard and area in shown:
                area.setFocus(Qt.FocusReason.OtherFocusReason)
        self.switch.setVisible(self.only is None and not has_room)
