"""A few words at a place of the canvas: why something cannot be done, or what is wrong and what would mend it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QFrame, QLabel, QPushButton, QVBoxLayout, QWidget

WIDEST = 400
GAP = 12
SHOWN_FOR_MS = 8000


class Bubble(QFrame):
    """A note that goes away by itself, with a click, or with Esc.

    Parameters
    ----------
    parent
        The widget it floats on, and never leaves.
    """

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._ground = parent
        self.setProperty("role", "card")
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(14, 10, 12, 10)
        self._layout.setSpacing(8)
        self._label = QLabel(self)
        self._label.setWordWrap(True)
        self._label.setTextFormat(Qt.TextFormat.PlainText)
        self._layout.addWidget(self._label)
        self._offers: list[QPushButton] = []
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(SHOWN_FOR_MS)
        self._timer.timeout.connect(self.hide)
        self.hide()

    @property
    def text(self) -> str:
        """What it says at the moment; empty while it is hidden."""
        return self._label.text() if self.isVisibleTo(self._ground) else ""

    @property
    def offers(self) -> Sequence[QPushButton]:
        """The buttons it shows."""
        return self._offers

    def say(
        self, text: str, place: QPoint, mood: str = "warning", offers: Sequence[tuple[str, Callable[[], None]]] = ()
    ) -> None:
        """Say something.

        Parameters
        ----------
        place
            What it is about, in coordinates of the parent; the note stands below and to the right, if there is room.
        mood
            "warning" or "bad", for the colour at its side; empty for none.
        offers
            Labels of buttons and what they do. A note with buttons stays until it is clicked away.
        """
        for button in self._offers:
            self._layout.removeWidget(button)
            button.deleteLater()
        self._offers = [self._button(label, run) for label, run in offers]
        # A shape is one word: it is not to be torn apart at the end of a line.
        self._label.setText(text.replace(" × ", "\N{NO-BREAK SPACE}×\N{NO-BREAK SPACE}"))
        self.setProperty("mood", mood)
        self.style().unpolish(self)
        self.style().polish(self)
        self._take_size()
        self._stand_at(place)
        self.show()
        self.raise_()
        self._timer.stop()
        if not offers:
            self._timer.start()

    def dismiss(self) -> bool:
        """Go away. Says whether there was anything to go."""
        was_shown = bool(self.text)
        self._timer.stop()
        self.hide()
        return was_shown

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.dismiss()

    def _button(self, label: str, run: Callable[[], None]) -> QPushButton:
        button = QPushButton(label, self)
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        button.clicked.connect(self.dismiss)
        button.clicked.connect(run)
        self._layout.addWidget(button, alignment=Qt.AlignmentFlag.AlignLeft)
        return button

    def _take_size(self) -> None:
        """As wide as the text needs, up to the widest, and as high as the wrapped text then is."""
        margins = self._layout.contentsMargins()
        sides = margins.left() + margins.right() + 2 * self.frameWidth() + 6
        one_line = self._label.fontMetrics().horizontalAdvance(self._label.text()) + 4
        buttons = max((button.sizeHint().width() for button in self._offers), default=0)
        room = max(120, min(WIDEST, self._ground.width() - 2 * GAP) - sides)
        # Lines of about one length: a last line of one word looks like a mistake.
        lines = -(-one_line // room)
        inner = max(min(one_line if lines == 1 else one_line // lines + 40, room), min(buttons, room))
        self._label.setFixedWidth(inner)
        self._label.setFixedHeight(self._label.heightForWidth(inner))
        self._layout.activate()
        self.resize(inner + sides, self._layout.totalMinimumSize().height())

    def _stand_at(self, place: QPoint) -> None:
        room = self._ground.rect().adjusted(GAP, GAP, -GAP, -GAP)
        x, y = place.x() + GAP, place.y() + GAP
        if x + self.width() > room.right():
            x = place.x() - GAP - self.width()
        if y + self.height() > room.bottom():
            y = place.y() - GAP - self.height()
        self.move(
            max(room.left(), min(x, room.right() - self.width())),
            max(room.top(), min(y, room.bottom() - self.height())),
        )
