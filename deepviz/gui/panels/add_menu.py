"""The add menu: a small sheet at a place of the canvas, with a search over all layers that fit there.

It blocks nothing. Enter or a click chooses; Escape or a click elsewhere closes it, and the keyboard goes back.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from deepviz.gui.panels.layer_tip import tool_tip
from deepviz.gui.panels.palette import Palette
from deepviz.gui.panels.palette_painter import MARGIN
from deepviz.gui.panels.palette_rows import DEFINITION, Index
from deepviz.gui.panels.popover import SHADOW, Popover
from deepviz.gui.theme import Theme
from deepviz.registry import Definition

LIST_WIDTH, DETAILS_WIDTH, HEIGHT = 244, 372, 480
SCROLL_BAR = 12
"""Pixels kept free for a scroll bar, in windows too low for all that is to be said."""

EDGE = 8
"""Pixels that the sheet keeps from the window's edges."""


class AddMenu(Popover):
    """Lets a person choose a layer at a place.

    Parameters
    ----------
    entries
        The classes of what there is: layers and losses.
    theme
        The colours to draw in.
    """

    chosen = Signal(str)
    """Sent with the key of what was chosen, when it has been placed."""

    def __init__(self, entries: Sequence[type[Definition]], theme: Theme) -> None:
        self._entries = list(entries)
        self._title = QLabel()
        self._title.setProperty("role", "heading")
        self._title.setContentsMargins(MARGIN, MARGIN, MARGIN, 0)
        self.palette_list = Palette(entries, theme)
        self.palette_list.view.setDragEnabled(False)
        self.palette_list.view.shows_tips = False
        self.palette_list.view.places_on_click = True
        self.palette_list.set_closed(())
        self._details = QLabel()
        self._details.setTextFormat(Qt.TextFormat.RichText)
        self._details.setWordWrap(True)
        self._details.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._details.setContentsMargins(MARGIN, MARGIN, MARGIN, MARGIN)
        self._details.setFixedWidth(DETAILS_WIDTH - SCROLL_BAR)
        details = QScrollArea()
        details.setFrameShape(QScrollArea.Shape.NoFrame)
        details.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        details.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        details.setWidgetResizable(True)
        details.setFixedWidth(DETAILS_WIDTH)
        details.setWidget(self._details)
        content = QWidget()
        left = QVBoxLayout()
        left.setSpacing(0)
        left.addWidget(self._title)
        left.addWidget(self.palette_list, 1)
        row = QHBoxLayout(content)
        row.setContentsMargins(0, 0, 0, 4)
        row.setSpacing(0)
        row.addLayout(left, 1)
        row.addWidget(details)
        super().__init__("Add a layer", content)
        self._place = QPoint()
        self._choose: Callable[[str], None] | None = None
        self.palette_list.activated.connect(self._take)
        self.palette_list.current_changed.connect(self._show_details)
        self.palette_list.view.entered.connect(self._show_pointed_at)

    def set_theme(self, theme: Theme) -> None:
        """Draw in the colours of another theme."""
        self.palette_list.set_theme(theme)

    def set_recent(self, keys: Sequence[str]) -> None:
        """Show what was used lately above everything."""
        self.palette_list.set_recent(keys)

    def open_at(
        self,
        ground: QWidget,
        place: QPoint,
        title: str,
        suits: Callable[[type[Definition]], bool],
        choose: Callable[[str], None],
    ) -> None:
        """Open at a place and take the keyboard.

        Parameters
        ----------
        ground
            The widget that gets the keyboard back.
        place
            Where, in pixels of `ground`; the search field comes to stand there, if there is room.
        title
            What choosing does.
        suits
            Which of the definitions to list.
        choose
            Called with the key of what was chosen, after the sheet has closed.
        """
        self.close_quietly()
        self._place, self._choose = place, choose
        self._title.setText(title)
        self.setAccessibleName(title)
        self.palette_list.search.clear()
        self.palette_list.set_entries([entry for entry in self._entries if suits(entry)])
        self.palette_list.view.scrollToTop()
        self.palette_list.mark_first()
        self.open_beside(ground, LIST_WIDTH + DETAILS_WIDTH, HEIGHT)
        self.palette_list.search.setFocus(Qt.FocusReason.PopupFocusReason)

    def fit(self) -> None:
        """Stand at the place, moved only as far as the window's edges demand."""
        if self._anchor is None or self.isHidden():
            return
        window = self._anchor.window()
        width = min(LIST_WIDTH + DETAILS_WIDTH, window.width() - 2 * EDGE)
        height = min(HEIGHT, window.height() - 2 * EDGE)
        corner = self._anchor.mapTo(window, self._place)
        left = max(EDGE, min(corner.x(), window.width() - width - EDGE))
        top = max(EDGE, min(corner.y(), window.height() - height - EDGE))
        self.setGeometry(QRect(left, top, width, height).adjusted(-SHADOW, -SHADOW, SHADOW, SHADOW))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """A click or a turn of the wheel elsewhere closes it, also on what it was opened for."""
        elsewhere = (
            event.type() in (QEvent.Type.MouseButtonPress, QEvent.Type.Wheel)
            and isinstance(watched, QWidget)
            and watched.window() is self.window()
            and watched is not self
            and not self.isAncestorOf(watched)
        )
        if elsewhere:
            self.close_quietly()
            return False
        return super().eventFilter(watched, event)

    def _take(self, key: str) -> None:
        choose = self._choose
        self.close_quietly()
        if choose is not None:
            choose(key)
            self.chosen.emit(key)

    def _show_pointed_at(self, index: Index) -> None:
        definition = index.data(DEFINITION)
        self._show_details(definition.key if definition is not None else self.palette_list.current_key())

    def _show_details(self, key: str) -> None:
        found = next((entry for entry in self._entries if entry.key == key), None)
        self._details.setText(tool_tip(found, hint="") if found is not None else "")
