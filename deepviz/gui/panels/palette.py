"""The palette: everything that can be placed on the canvas, grouped, searched, dragged from or chosen with Enter.

It hands out registry keys and knows nothing of the canvas. The search takes the keyboard first: typing narrows the
list, the arrow keys move through it, Enter places what is marked.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import cast

from PySide6.QtCore import QEvent, QMimeData, QObject, QPointF, QSize, Qt, Signal
from PySide6.QtGui import QAction, QDrag, QKeyEvent, QPainter, QPixmap
from PySide6.QtWidgets import QLabel, QLineEdit, QStackedWidget, QVBoxLayout, QWidget

from deepviz.gui import icons
from deepviz.gui.panels.palette_painter import MARGIN, PaletteDelegate, paint_card
from deepviz.gui.panels.palette_rows import DEFINITION, RECENT, PaletteModel
from deepviz.gui.panels.palette_view import PaletteView
from deepviz.gui.theme import DARK, Theme
from deepviz.registry import Definition

DEFINITION_MIME = "application/x-deepviz-definition"
"""The type of dragged data that holds the key of a definition, in UTF-8."""

CARD = QSize(170, 92)
"""The card that is carried, at 100 %. The pointer holds it in its middle."""

_MOVES = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_SIDEWAYS = (Qt.Key.Key_Left, Qt.Key.Key_Right)


class Palette(QWidget):
    """A searchable list of definitions.

    Parameters
    ----------
    entries
        The classes of what can be placed: layers and losses.
    theme
        The colours to draw in; `set_theme` changes them.

    Attributes
    ----------
    card_scale
        Asked how large cards are seen where they are dropped, 1.0 for 100 %: what is carried has the same size.
    """

    activated = Signal(str)
    """Sent with the key of a definition that was double-clicked or chosen with Enter."""

    closed_changed = Signal(object)
    """Sent with the names of the closed headings, a tuple, when a person has opened or closed one."""

    current_changed = Signal(str)
    """Sent with the key of what is marked; empty for a heading or nothing."""

    def __init__(self, entries: Sequence[type[Definition]], theme: Theme = DARK, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.card_scale: Callable[[], float] = lambda: 1.0
        self.model = PaletteModel(entries, self)
        self._delegate = PaletteDelegate(theme, self)
        self.search = QLineEdit()
        self.search.setPlaceholderText("Search layers…")
        self.search.setAccessibleName("Search layers")
        self.search.setAccessibleDescription("Type a name or what a layer does. The arrow keys choose, Enter places.")
        self._glass = QAction(self.search)
        self.search.addAction(self._glass, QLineEdit.ActionPosition.LeadingPosition)
        self._clear = QAction("Clear the search", self.search, visible=False)
        self._clear.triggered.connect(self.search.clear)
        self.search.addAction(self._clear, QLineEdit.ActionPosition.TrailingPosition)
        self.view = PaletteView(self.model, self._delegate)
        self._nothing = QLabel()
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignHCenter)
        self._nothing.setWordWrap(True)
        self._nothing.setTextFormat(Qt.TextFormat.PlainText)
        self._nothing.setProperty("role", "dim")
        self._nothing.setContentsMargins(MARGIN, 24, MARGIN, 0)
        self._pages = QStackedWidget()
        self._pages.addWidget(self.view)
        self._pages.addWidget(self._nothing)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, MARGIN, 0, 0)
        layout.setSpacing(6)
        top = QVBoxLayout()
        top.setContentsMargins(MARGIN, 0, MARGIN, 0)
        top.addWidget(self.search)
        layout.addLayout(top)
        layout.addWidget(self._pages, 1)
        self.setMinimumWidth(160)
        self.search.textChanged.connect(self._narrow)
        self.search.installEventFilter(self)
        self.view.chosen.connect(self.activated)
        self.view.drag_wanted.connect(lambda definition: self.run_drag(self.drag_for(definition)))
        self.view.typed.connect(self._type)
        self.view.escaped.connect(self._leave_list)
        self.view.selectionModel().currentChanged.connect(lambda *_: self.current_changed.emit(self.current_key()))
        self.model.modelReset.connect(lambda: self.current_changed.emit(self.current_key()))
        self.model.closed_changed.connect(lambda: self.closed_changed.emit(self.model.closed))
        self.setAccessibleName("Layers")
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        """Draw in the colours of another theme."""
        self._delegate.theme = theme
        self._glass.setIcon(icons.icon("search", theme.dim))
        self._clear.setIcon(icons.icon("close", theme.dim))
        self.view.viewport().update()

    def set_entries(self, entries: Sequence[type[Definition]]) -> None:
        """List other definitions, for instance after the registry has been scanned anew."""
        self.model.set_entries(entries)
        self._show_matches()

    def set_recent(self, keys: Sequence[str]) -> None:
        """Show what was used lately, newest first, above everything.

        What is marked stays where it is as far as there is room to scroll: it may be double-clicked again at once.
        """
        marked, place = self.current_key(), self.view.verticalScrollBar().value()
        row, before = self.view.current_row(), self.view.visualRect(self.view.currentIndex())
        self.model.set_recent(keys)
        self._show_matches()
        if marked:
            self.view.setCurrentIndex(self.model.index_of(marked))
        self.view.verticalScrollBar().setValue(place)
        now = self.view.visualRect(self.view.currentIndex())
        if row is not None and row.heading != RECENT and before.intersects(self.view.viewport().rect()):
            self.view.verticalScrollBar().setValue(place + now.top() - before.top())

    def set_closed(self, headings: Sequence[str]) -> None:
        """Close these headings and open all others."""
        self.model.set_closed(headings)

    def focus_search(self) -> None:
        """Give the keyboard to the search and select what stands there."""
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.selectAll()

    def current_key(self) -> str:
        """The key of the definition that is marked; empty if none is."""
        definition = self.view.currentIndex().data(DEFINITION)
        return definition.key if definition is not None else ""

    def choose(self, key: str) -> None:
        """Mark the definition with this key, if it is found by what is searched now; its group is opened for it."""
        if not self.model.index_of(key).isValid() and not self.search.text().strip():
            self.model.set_open(self.model.heading_of(key), True)
        self.view.setCurrentIndex(self.model.index_of(key))

    def mark_first(self) -> None:
        """Mark the first definition that is listed."""
        rows = range(self.model.rowCount())
        first = next((row for row in rows if self.model.index(row).data(DEFINITION) is not None), -1)
        self.view.setCurrentIndex(self.model.index(first))

    def activate_current(self) -> None:
        """Ask for the marked definition to be placed, or open the marked group."""
        self.view.take_key(Qt.Key.Key_Return)

    def drag_for(self, definition: type[Definition]) -> QDrag:
        """What is carried from the palette to the canvas: the key, and a card under the pointer, as large as there."""
        data = QMimeData()
        data.setData(DEFINITION_MIME, definition.key.encode())
        ratio, scale = self.devicePixelRatioF(), self.card_scale()
        card = QPixmap(CARD * scale * ratio)
        card.setDevicePixelRatio(ratio)
        card.fill(Qt.GlobalColor.transparent)
        painter = QPainter(card)
        painter.scale(scale, scale)
        painter.setOpacity(0.6)  # what is below decides where it goes
        paint_card(painter, self._delegate.theme, definition, CARD)
        painter.end()
        drag = QDrag(self.view)
        drag.setMimeData(data)
        drag.setPixmap(card)
        drag.setHotSpot(QPointF(CARD.width() * scale / 2, CARD.height() * scale / 2).toPoint())
        return drag

    def run_drag(self, drag: QDrag) -> None:
        """Carry it until it is dropped. Tests replace this: without a window system it returns at once."""
        drag.exec(Qt.DropAction.CopyAction)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """In the search, arrows move through the list, Enter places, and Escape clears."""
        if watched is self.search and event.type() in (QEvent.Type.KeyPress, QEvent.Type.ShortcutOverride):
            return self._filter_key(cast(QKeyEvent, event)) or super().eventFilter(watched, event)
        return super().eventFilter(watched, event)

    def _filter_key(self, event: QKeyEvent) -> bool:
        pressed = event.type() == QEvent.Type.KeyPress
        if event.key() in _MOVES and pressed:
            self.view.keyPressEvent(event)
            return True
        if pressed and (event.key() in _ENTER or (event.key() in _SIDEWAYS and not self.search.text())):
            # Sideways arrows go through the letters, as long as there are any.
            return self.view.take_key(event.key())
        if event.key() == Qt.Key.Key_Escape and self.search.text():
            if pressed:
                self.search.clear()
            event.accept()
            return True
        return False

    def _type(self, letters: str) -> None:
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.setText(self.search.text() + letters)

    def _leave_list(self) -> None:
        if self.search.text():
            self.search.clear()
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _narrow(self, search: str) -> None:
        self.model.set_search(search)
        self._clear.setVisible(bool(search))
        self._show_matches()

    def _show_matches(self) -> None:
        search = self.search.text().strip()
        if search:
            self.view.setCurrentIndex(self.model.best_match())
        if self.model.rowCount():
            self._pages.setCurrentWidget(self.view)
            return
        self._nothing.setText(
            f"No layer is called “{search}”.\n\nPress Escape to see all layers." if search else "There are no layers."
        )
        self._pages.setCurrentWidget(self._nothing)
