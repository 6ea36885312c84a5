"""Rows that fit in a narrow panel: buttons without room go into a menu, and fields go below each other."""

from __future__ import annotations

from itertools import pairwise

from PySide6.QtCore import QEvent, QSize
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QMenu, QPushButton, QWidget

SPACING = 6


class ButtonBar(QWidget):
    """A row of widgets and, to their right, of buttons, as many as there is room for.

    Parameters
    ----------
    menu
        Where all that the buttons do can be found as well; None for a menu of those without room.
    """

    def __init__(self, menu: QMenu | None = None) -> None:
        super().__init__()
        self._has_own_menu = menu is None
        self._menu = QMenu(self) if menu is None else menu
        self._widgets: list[QWidget] = []
        self._wanted = 0
        self._is_field_used = False
        self._buttons: list[QPushButton] = []
        self.more = QPushButton("More    ")  # with room for the arrow
        self.more.setAccessibleName("More")
        self.more.setProperty("field", True)
        self.more.setMenu(self._menu)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(8, 6, 8, 4)
        self._row.setSpacing(SPACING)
        self._row.addWidget(self.more)
        self.more.setVisible(not self._has_own_menu)
        if self._has_own_menu:
            self._menu.aboutToShow.connect(self._fill_menu)

    def add(self, widget: QWidget, stretch: int = 0, wanted: int = 0) -> None:
        """Put something at the left that is always there; it gets a wanted width before all buttons but the first."""
        self._wanted += max(0, wanted - widget.minimumWidth())
        self._row.insertWidget(len(self._widgets), widget, stretch)
        self._widgets.append(widget)

    def favour_fields(self, are_used: bool) -> None:
        """Give what is at the left its wanted width before all buttons, for as long as something stands in it."""
        if are_used != self._is_field_used:
            self._is_field_used = are_used
            self._choose_buttons()

    def add_buttons(self, *buttons: QPushButton) -> None:
        """Put buttons at the right, the most important first."""
        for button in buttons:
            button.setProperty("field", True)
            self._row.insertWidget(self._row.count() - 1, button)
            self._buttons.append(button)
        self._choose_buttons()

    def sizeHint(self) -> QSize:
        wide = self._least_width() + sum(each.sizeHint().width() + SPACING for each in self._buttons)
        return QSize(wide, self._row.sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        return QSize(self._least_width() + self._width_of_more(), self._row.minimumSize().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._choose_buttons()

    def showEvent(self, event: QShowEvent) -> None:
        """Let Tab go from left to right, now that all of them are in one window."""
        super().showEvent(event)
        for one, other in pairwise([*self._widgets, *self._buttons, self.more]):
            QWidget.setTabOrder(one, other)

    def event(self, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.LayoutRequest, QEvent.Type.StyleChange, QEvent.Type.FontChange):
            self._choose_buttons()  # words have changed, and with them what fits
        return super().event(event)

    def _least_width(self) -> int:
        shown = [each for each in self._widgets if not each.isHidden()]
        narrow = sum(max(each.minimumSizeHint().width(), each.minimumWidth()) + SPACING for each in shown)
        margins = self._row.contentsMargins()
        return narrow - SPACING + margins.left() + margins.right()

    def _width_of_more(self) -> int:
        return self.more.sizeHint().width() + SPACING

    def _choose_buttons(self) -> None:
        """Show the first buttons, as many as there is room for."""
        room = self.width() - self._least_width()
        wanted = [each.sizeHint().width() + SPACING for each in self._buttons]
        needs_more = not self._has_own_menu or sum(wanted) + self._wanted > room
        room -= self._width_of_more() if needs_more else 0
        first = 0 if self._is_field_used else 1  # the first that only has what fields leave
        for number, (button, width) in enumerate(zip(self._buttons, wanted, strict=True)):
            room -= width + (self._wanted if number == first else 0)
            if button.isHidden() == (room >= 0):
                button.setVisible(room >= 0)
        if self.more.isHidden() == needs_more:
            self.more.setVisible(needs_more)

    def _fill_menu(self) -> None:
        self._menu.clear()
        for button in self._buttons:
            if button.isHidden():
                action = self._menu.addAction(button.text())
                action.setEnabled(button.isEnabled())
                action.setCheckable(button.isCheckable())
                action.setChecked(button.isChecked())
                action.triggered.connect(button.click)


class FoldingRow(QWidget):
    """Widgets beside each other, or below each other where that is too narrow.

    Parameters
    ----------
    narrow
        Below which width, in pixels, they go below each other.
    """

    def __init__(self, narrow: int) -> None:
        super().__init__()
        self._narrow = narrow
        self.row = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self.row.setContentsMargins(0, 0, 0, 0)
        self.row.setSpacing(SPACING)

    @property
    def is_folded(self) -> bool:
        """Whether they are below each other."""
        return self.row.direction() == QBoxLayout.Direction.TopToBottom

    def minimumSizeHint(self) -> QSize:
        items = (self.row.itemAt(place) for place in range(self.row.count()))
        widest = max((item.minimumSize().width() for item in items if item is not None and item.widget()), default=0)
        return QSize(widest, self.row.minimumSize().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        down, right = QBoxLayout.Direction.TopToBottom, QBoxLayout.Direction.LeftToRight
        wanted = down if self.width() < self._narrow else right
        if wanted != self.row.direction():
            self.row.setDirection(wanted)
            self.updateGeometry()
