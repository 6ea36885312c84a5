"""Four hints for the first start: drop, train, look inside, export. Each goes by itself when it has been followed."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from deepviz.gui.settings import HINTS_ON, HINTS_SHOWN, Settings

HINTS = (
    ("run", "Train", "Press Run, or F5. The loss falls, and every card and edge shows its gradient."),
    ("look", "Look inside", "Click a card. Its settings, shapes and gradient are on the right."),
    ("drop", "Build", "Drag a layer from the left on to a connection: it goes in between. Ctrl+Z undoes anything."),
    ("export", "Take it with you", "Export… writes the trained weights to a file for other programs."),
)
"""What a hint waits for, its title, and its words."""

WIDTH, GAP = 320, 16
LEGEND_WIDTH = 160
"""What the canvas keeps free for the legend of its colours, at the lower right."""


class Hints(QFrame):
    """A card at the bottom of a widget, left of its legend, that shows one hint after the other.

    Parameters
    ----------
    settings
        Where it is remembered how many have been seen.
    place
        The widget that it lies on.
    """

    def __init__(self, settings: Settings, place: QWidget) -> None:
        super().__init__(place)
        self._settings, self._place = settings, place
        self._rests = False
        self.setProperty("role", "card")
        self.setFixedWidth(WIDTH)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._title, self._text = QLabel(), QLabel()
        self._title.setProperty("role", "heading")
        self._text.setProperty("role", "dim")
        self._text.setWordWrap(True)
        self.next_button, self.skip_button = QPushButton("Next"), QPushButton("Skip all")
        for button in (self.next_button, self.skip_button):
            button.setProperty("field", True)
        self.next_button.clicked.connect(self.go_on)
        self.skip_button.clicked.connect(self.skip)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(self.skip_button)
        buttons.addWidget(self.next_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 12, 12, 12)
        column.setSpacing(6)
        column.addWidget(self._title)
        column.addWidget(self._text)
        column.addSpacing(4)
        column.addLayout(buttons)
        place.installEventFilter(self)
        self._show()

    @property
    def current(self) -> str:
        """What the hint that is shown waits for, or an empty string when all have been seen."""
        number = self._settings.get(HINTS_SHOWN)
        return HINTS[number][0] if self._settings.get(HINTS_ON) and number < len(HINTS) else ""

    def done(self, what: str) -> None:
        """Something has been done; if it is what the hint that is shown waits for, the next one comes."""
        if what == self.current:
            self.go_on()

    def go_on(self) -> None:
        """Show the next hint."""
        self._settings.set(HINTS_SHOWN, min(self._settings.get(HINTS_SHOWN) + 1, len(HINTS)))
        self._show()

    def skip(self) -> None:
        """Show no more hints, now and at later starts."""
        self._settings.set(HINTS_ON, False)
        self._show()

    def rest(self, rests: bool) -> None:
        """Keep away for now, for instance from an empty canvas, which says itself what to do; or come back."""
        if rests != self._rests:
            self._rests = rests
            self._show()

    def start_over(self) -> None:
        """Show all hints from the first one."""
        self._settings.set(HINTS_ON, True)
        self._settings.set(HINTS_SHOWN, 0)
        self._show()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay in the corner when the place changes its size."""
        if watched is self._place and event.type() == QEvent.Type.Resize:
            self._move()
        return False

    def _show(self) -> None:
        if not self.current or self._rests:
            if self.isAncestorOf(self._place.window().focusWidget() or self._place):
                self._place.setFocus()  # otherwise Qt gives the keyboard to the first button of the window
            self.hide()
            return
        number = self._settings.get(HINTS_SHOWN)
        _, title, text = HINTS[number]
        self._title.setText(f"{title}  ({number + 1} of {len(HINTS)})")
        self._text.setText(text)
        self.next_button.setText("Next" if number + 1 < len(HINTS) else "Done")
        self.setAccessibleName(f"Hint: {title}")
        self.setAccessibleDescription(text)
        self.show()
        self._move()

    def _move(self) -> None:
        self.adjustSize()
        left = max(GAP, self._place.width() - WIDTH - LEGEND_WIDTH)
        self.move(left, self._place.height() - self.height() - GAP)
        self.raise_()
