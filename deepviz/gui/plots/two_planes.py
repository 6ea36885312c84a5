"""Two pairs of axes side by side, or one above the other where that gives them more room."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize
from PySide6.QtGui import QActionGroup, QPainter, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QMenu, QWidget

from deepviz.gui.plots.plane_area import PlaneArea
from deepviz.gui.theme import Theme

WIDE = 1.3
"""From this ratio of width to height on they stand side by side."""
LEAST_WIDTH, LEAST_HEIGHT = 380, 300
"""With less of the one that is divided, only the first is shown."""


class TwoPlanes(QWidget):
    """Two pairs of axes.

    Attributes
    ----------
    first, second
        The two.
    """

    def __init__(self, names: tuple[str, str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.first, self.second = PlaneArea(self), PlaneArea(self)
        for area, name in zip((self.first, self.second), names, strict=True):
            area.setAccessibleName(name)
        self._box = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._box.setContentsMargins(0, 0, 0, 0)
        self._box.setSpacing(0)
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
        """Show one of them alone; None shows both where there is room, else the first."""
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
        for area in self.areas:
            if not area.isHidden():
                place = QRectF(area.geometry())
                area.paint_into(painter, QRectF(rect.topLeft() + QPointF(place.topLeft()), place.size()))

    def minimumSizeHint(self) -> QSize:
        """As for one: where there is no room for both, only the first is shown."""
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
        self.first.setVisible(self.only in (None, self.first))
        self.second.setVisible(self.only is self.second or (self.only is None and has_room))
