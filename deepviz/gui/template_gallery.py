"""The page "New from template": all built-in examples as cards, in the place of the canvas, with a search.

It opens nothing by itself: it says which example is wanted, and closes once another project has been opened.
"""

from __future__ import annotations

from typing import cast

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QLabel, QLineEdit, QPushButton, QToolButton, QVBoxLayout, QWidget

from deepviz.document import examples
from deepviz.document.examples import Example
from deepviz.document.graph import Graph
from deepviz.gui import icons
from deepviz.gui.template_list import GAP, TemplateList
from deepviz.gui.theme import Theme

OFFER_BELOW_MIDDLE = 56
"""Pixels from the middle of an empty canvas down to the button below its hint."""

_MARGIN = 16


class TemplateGallery(QWidget):
    """Takes the place of the canvas until a template has been opened or Escape is pressed.

    Parameters
    ----------
    canvas
        What it takes the place of, in the layout of that.
    theme
        The colours to begin with.
    """

    chosen = Signal(str)
    """Sent with the name of the example that is wanted."""
    closed = Signal()
    """Sent when it has been closed."""

    def __init__(self, canvas: QWidget, theme: Theme) -> None:
        around = cast(QWidget, canvas.parentWidget())
        super().__init__(around)
        self._canvas = canvas
        self.setAccessibleName("New from template")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAutoFillBackground(True)
        title = QLabel("New from template")
        title.setProperty("role", "title")
        self.search = QLineEdit()
        self.search.setPlaceholderText("Search templates…")
        self.search.setAccessibleName("Search templates")
        self.search.setAccessibleDescription("The arrow keys choose, Enter opens, Escape closes.")
        self.search.setMaximumWidth(320)
        self._glass = QAction(self.search)
        self.search.addAction(self._glass, QLineEdit.ActionPosition.LeadingPosition)
        self.close_button = QToolButton()
        self.close_button.setIconSize(QSize(16, 16))
        self.close_button.setAccessibleName("Close the templates")
        self.close_button.setToolTip("Close (Esc)")
        self.cards = TemplateList(theme)
        self._nothing = QLabel()
        self._nothing.setProperty("role", "dim")
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._nothing.setWordWrap(True)
        top = QHBoxLayout()
        top.setSpacing(_MARGIN)
        top.addWidget(title)
        top.addStretch(1)
        top.addWidget(self.search, 2)
        top.addWidget(self.close_button)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(_MARGIN, 12, _MARGIN - GAP // 2, 0)
        rows.setSpacing(8)
        rows.addLayout(top)
        rows.addWidget(self.cards, 1)
        rows.addWidget(self._nothing, 1)
        self.search.textChanged.connect(self._narrow)
        self.search.installEventFilter(self)
        self.close_button.clicked.connect(self.close_quietly)
        self.cards.chosen.connect(self.chosen)
        cast(QBoxLayout, around.layout()).addWidget(self, 1)
        self.apply_theme(theme)
        self._narrow("")
        self.hide()

    def open(self) -> None:
        """Take the place of the canvas, and the keyboard."""
        self.search.clear()
        self._narrow("")
        self._canvas.hide()
        self.show()
        self.raise_()  # above what floats on the canvas
        self.search.setFocus(Qt.FocusReason.OtherFocusReason)

    def close_quietly(self) -> None:
        """Show the canvas again and give it the keyboard."""
        if self.isHidden():
            return
        self.hide()
        self._canvas.show()
        self._canvas.setFocus(Qt.FocusReason.OtherFocusReason)
        self.closed.emit()

    def apply_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        palette = self.palette()
        palette.setColor(self.backgroundRole(), theme.window)
        self.setPalette(palette)
        self._glass.setIcon(icons.icon("search", theme.dim))
        self.close_button.setIcon(icons.icon("close", theme.dim))
        self.cards.apply_theme(theme)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape closes; what else is typed goes into the search."""
        if event.key() == Qt.Key.Key_Escape:
            self.close_quietly()
        elif event.text().isprintable() and event.text().strip():
            self.search.setFocus(Qt.FocusReason.OtherFocusReason)
            self.search.insert(event.text())
        event.accept()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """From the search, walk through the cards."""
        if watched is self.search and event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            return self._key_of_search(event)
        return super().eventFilter(watched, event)

    def _key_of_search(self, event: QKeyEvent) -> bool:
        """Take the keys that belong to the cards. Left and right do while there is nothing to move through."""
        key, is_empty = event.key(), not self.search.text()
        if key == Qt.Key.Key_Escape and not is_empty:
            self.search.clear()
        elif key == Qt.Key.Key_Escape:
            self.close_quietly()
        elif key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self.cards.walk(0, 1 if key == Qt.Key.Key_Down else -1)
        elif key in (Qt.Key.Key_Left, Qt.Key.Key_Right) and is_empty:
            self.cards.walk(1 if key == Qt.Key.Key_Right else -1, 0)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.cards.choose_current()
        else:
            return False
        return True

    def _narrow(self, search: str) -> None:
        """Show what was searched for."""
        found = [example for example in examples.catalogue() if fits(example, search)]
        self.cards.show_examples(found)
        self.cards.setVisible(bool(found))
        self._nothing.setVisible(not found)
        self._nothing.setText(
            "" if found else f"No template is called “{search.strip()}”. Try the kind of a layer or data."
        )


def fits(example: Example, search: str) -> bool:
    """Whether all words of a search occur in what is said of an example."""
    text = " ".join((example.name, example.title, example.category, example.description, example.data)).casefold()
    return all(word in text for word in search.casefold().split())


class TemplateOffer(QPushButton):
    """A button in the middle of a canvas that is empty, below the hint there."""

    def __init__(self, canvas: QWidget) -> None:
        super().__init__("Start from a template", canvas)
        self._canvas = canvas
        self.setProperty("secondary", True)
        self.setToolTip("Choose one of the built-in networks (Ctrl+Shift+N)")
        canvas.installEventFilter(self)
        self.hide()

    def follow(self, graph: Graph) -> None:
        """Be there while a graph is empty."""
        self.setVisible(not graph.nodes and not graph.comments)
        self._place()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay in the middle."""
        if event.type() == QEvent.Type.Resize:
            self._place()
        return super().eventFilter(watched, event)

    def _place(self) -> None:
        self.adjustSize()
        middle = self._canvas.rect().center()
        self.move(middle.x() - self.width() // 2, middle.y() + OFFER_BELOW_MIDDLE)
