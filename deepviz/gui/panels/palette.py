"""The palette: everything that can be placed on the canvas, grouped, searched, dragged from or chosen with Enter.

It hands out registry keys and knows nothing of the canvas. The search takes the keyboard first: typing narrows the
list, the arrow keys move through it, Enter places what is marked.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from PySide6.QtCore import QEvent, QMimeData, QObject, QPoint, QSize, Qt, Signal
from PySide6.QtGui import QAction, QDrag, QHelpEvent, QKeyEvent, QPainter, QPixmap
from PySide6.QtWidgets import (
    QAbstractItemView,
    QLabel,
    QLineEdit,
    QListView,
    QStackedWidget,
    QToolTip,
    QVBoxLayout,
    QWidget,
)

from deepviz.gui import icons
from deepviz.gui.panels.palette_rows import DEFINITION, MARGIN, Index, PaletteDelegate, PaletteModel, paint_card
from deepviz.gui.theme import DARK, Theme
from deepviz.registry import Definition

DEFINITION_MIME = "application/x-deepviz-definition"
"""The type of dragged data that holds the key of a definition, in UTF-8."""

CARD = QSize(170, 92)
GRIP = QPoint(85, 46)
"""Where on the card the pointer holds it: in its middle."""

TIP_OFFSET = QPoint(4, -16)
"""Where a tool tip starts, from the right end of its row; Qt adds some pixels of its own downwards."""

_MOVES = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)


class Palette(QWidget):
    """A searchable list of definitions.

    Parameters
    ----------
    entries
        The classes of what can be placed: layers and losses.
    theme
        The colours to draw in; `set_theme` changes them.
    """

    activated = Signal(str)
    """Sent with the key of a definition that was double-clicked or chosen with Enter."""

    def __init__(self, entries: Sequence[type[Definition]], theme: Theme = DARK, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model = PaletteModel(entries)
        self._delegate = PaletteDelegate(theme)
        self.search = QLineEdit()
        self.search.setPlaceholderText("Search layers…")
        self.search.setAccessibleName("Search layers")
        self.search.setAccessibleDescription("Type a name or what a layer does. The arrow keys choose, Enter places.")
        self._glass = QAction(self.search)
        self.search.addAction(self._glass, QLineEdit.ActionPosition.LeadingPosition)
        self._clear = QAction("Clear the search", self.search, visible=False)
        self._clear.triggered.connect(self.search.clear)
        self.search.addAction(self._clear, QLineEdit.ActionPosition.TrailingPosition)
        self.view = _PaletteView(self)
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
        layout.setSpacing(10)
        top = QVBoxLayout()
        top.setContentsMargins(MARGIN, 0, MARGIN, 0)
        top.addWidget(self.search)
        layout.addLayout(top)
        layout.addWidget(self._pages, 1)
        self.setMinimumWidth(160)
        self.search.textChanged.connect(self._narrow)
        self.search.returnPressed.connect(self.activate_current)
        self.search.installEventFilter(self)
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

    def focus_search(self) -> None:
        """Give the keyboard to the search and select what stands there."""
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.selectAll()

    def current_key(self) -> str:
        """The key of the definition that is marked; empty if none is."""
        definition = self.view.currentIndex().data(DEFINITION)
        return definition.key if definition is not None else ""

    def choose(self, key: str) -> None:
        """Mark the definition with this key, if it is listed now."""
        self.view.setCurrentIndex(self.model.index_of(key))

    def activate_current(self) -> None:
        """Ask for the marked definition to be placed."""
        if key := self.current_key():
            self.activated.emit(key)

    def drag_for(self, definition: type[Definition]) -> QDrag:
        """What is carried from the palette to the canvas: the key, and a card under the pointer."""
        data = QMimeData()
        data.setData(DEFINITION_MIME, definition.key.encode())
        ratio = self.devicePixelRatioF()
        card = QPixmap(CARD * ratio)
        card.setDevicePixelRatio(ratio)
        card.fill(Qt.GlobalColor.transparent)
        painter = QPainter(card)
        painter.setOpacity(0.6)  # what is below decides where it goes
        paint_card(painter, self._delegate.theme, definition, CARD)
        painter.end()
        drag = QDrag(self.view)
        drag.setMimeData(data)
        drag.setPixmap(card)
        drag.setHotSpot(GRIP)
        return drag

    def run_drag(self, drag: QDrag) -> None:
        """Carry it until it is dropped. Tests replace this: without a window system it returns at once."""
        drag.exec(Qt.DropAction.CopyAction)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """In the search, arrows move through the list and Escape clears."""
        if watched is self.search and event.type() in (QEvent.Type.KeyPress, QEvent.Type.ShortcutOverride):
            key = cast(QKeyEvent, event)
            pressed = event.type() == QEvent.Type.KeyPress
            if key.key() in _MOVES and pressed:
                self.view.keyPressEvent(key)
                return True
            if key.key() == Qt.Key.Key_Escape and self.search.text():
                if pressed:
                    self.search.clear()
                event.accept()
                return True
        return super().eventFilter(watched, event)

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


class _PaletteView(QListView):
    """The list itself: starts drags, and sends typed letters to the search."""

    def __init__(self, palette: Palette) -> None:
        super().__init__()
        self._palette = palette
        self.setModel(palette.model)
        self.setItemDelegate(palette._delegate)
        self.setAccessibleName("Layers to place")
        self.setFrameShape(QListView.Shape.NoFrame)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.verticalScrollBar().setSingleStep(15)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setDragEnabled(True)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragOnly)
        self.setMouseTracking(True)
        self.doubleClicked.connect(palette.activate_current)

    def startDrag(self, supportedActions: Qt.DropAction) -> None:
        """Carry the marked definition away."""
        definition = self.currentIndex().data(DEFINITION)
        if definition is not None:
            self._palette.run_drag(self._palette.drag_for(definition))

    def viewportEvent(self, event: QEvent) -> bool:
        """Show what a row is beside the list, so that the rows below stay in sight."""
        if event.type() != QEvent.Type.ToolTip:
            return super().viewportEvent(event)
        index = self.indexAt(cast(QHelpEvent, event).pos())
        area = self.visualRect(index)
        corner = self.viewport().mapToGlobal(QPoint(self.width() + TIP_OFFSET.x(), area.top() + TIP_OFFSET.y()))
        QToolTip.showText(corner, index.data(Qt.ItemDataRole.ToolTipRole) or "", self.viewport(), area)
        return True

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter places what is marked; Escape goes back to the search."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._palette.activate_current()
        elif event.key() == Qt.Key.Key_Escape and self._palette.search.text():
            self._palette.search.clear()
        else:
            super().keyPressEvent(event)

    def keyboardSearch(self, search: str) -> None:
        """Letters typed into the list belong to the search."""
        if search.strip():
            self._palette.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
            self._palette.search.setText(self._palette.search.text() + search)

    def currentChanged(self, current: Index, previous: Index) -> None:
        """Keep the marked row in sight, and the heading above the first one with it."""
        super().currentChanged(current, previous)
        if current.row() == 1:
            self.scrollToTop()
