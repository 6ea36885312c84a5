"""The way into the group that is looked into, at the top of the canvas; each step of it leads back out."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QToolButton, QWidget

from deepviz.gui import icons
from deepviz.gui.theme import Theme

WHOLE = "Network"


class Breadcrumbs(QFrame):
    """Buttons for the groups around what is shown; hidden while the whole network is.

    Parameters
    ----------
    theme
        The colours to begin with.
    parent
        The canvas that it floats on.
    """

    scope_wanted = Signal(str)
    """Sent with the id of the group to look into; empty for the whole network."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.setProperty("role", "card")
        self.setAccessibleName("Where you are in the network")
        self._theme = theme
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(8, 4, 12, 4)
        self._row.setSpacing(2)
        self._way: tuple[tuple[str, str], ...] = ()
        self.hide()

    @property
    def names(self) -> list[str]:
        """What it says, from the outside to the inside; empty while it is hidden."""
        return [] if self.isHidden() else [WHOLE, *(name for _, name in self._way)]

    def show_way(self, way: Sequence[tuple[str, str]]) -> None:
        """Show the ids and names of the groups that are looked into, the outermost first."""
        if tuple(way) == self._way:
            return
        self._way = tuple(way)
        self._fill()
        self.setVisible(bool(way))
        self.adjustSize()
        self.raise_()

    def use_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self._theme = theme
        self._fill()

    def _fill(self) -> None:
        while (item := self._row.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        steps = [("", WHOLE), *self._way]
        for number, (group_id, name) in enumerate(steps[:-1]):
            button = QToolButton()
            button.setText(name)
            button.setToolTip(f"Go out to {name}" + (" (Esc)" if number == len(steps) - 2 else ""))
            button.setAccessibleName(f"Go out to {name}")
            button.clicked.connect(lambda _checked=False, group_id=group_id: self.scope_wanted.emit(group_id))
            self._row.addWidget(button)
            self._row.addWidget(_dim("›"))
        picture = QLabel()
        picture.setPixmap(icons.pixmap("group", self._theme.category_ink("Group"), 14, self.devicePixelRatioF()))
        picture.setFixedSize(QSize(18, 18))
        self._row.addWidget(picture)
        self._row.addWidget(QLabel(steps[-1][1]))


def _dim(text: str) -> QLabel:
    label = QLabel(text)
    label.setProperty("role", "dim")
    return label
