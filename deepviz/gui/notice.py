"""A strip above the canvas that says what happened, why, and what can be done. It never blocks anything."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QToolButton, QWidget

from deepviz.gui import icons
from deepviz.gui.theme import Theme

Offer = tuple[str, Callable[[], object]]
"""The words on a button, and what it does."""

MOOD_ICONS = {"good": "check", "warning": "warning", "bad": "error", "": "info"}


class Notice(QFrame):
    """Shows one message at a time; hidden when there is none."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._mood = theme, ""
        self.setProperty("role", "notice")
        self.setAccessibleName("Message")
        self._icon, self._text = QLabel(), QLabel()
        self._text.setWordWrap(True)
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._text.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._offers = QHBoxLayout()
        self._offers.setSpacing(8)
        self._close = QToolButton()
        self._close.setIconSize(QSize(14, 14))
        self._close.setToolTip("Dismiss this message (Esc)")
        self._close.setAccessibleName("Dismiss this message")
        self._close.clicked.connect(self.dismiss)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 6, 8, 6)
        row.setSpacing(10)
        row.addWidget(self._icon, 0)
        row.addWidget(self._text, 1)
        row.addLayout(self._offers)
        row.addWidget(self._close, 0)
        self.apply_theme(theme)
        self.hide()

    @property
    def text(self) -> str:
        """The message that is shown, or an empty string."""
        return "" if self.isHidden() else self._text.text()

    def tell(self, text: str, mood: str = "", offers: Sequence[Offer] = ()) -> None:
        """Show a message in place of the last one.

        Parameters
        ----------
        text
            What happened, why, and what can be done.
        mood
            "good", "warning", "bad" or empty.
        offers
            What can be done with one click: words and what they run.
        """
        self._clear_offers()
        for words, run in offers:
            button = QPushButton(words)
            button.clicked.connect(self.dismiss)
            button.clicked.connect(lambda _checked=False, run=run: run())
            self._offers.addWidget(button)
        self._mood = mood
        self._text.setText(text)
        self.setAccessibleDescription(text)
        self.setProperty("mood", mood)
        self.apply_theme(self._theme)
        self.style().unpolish(self)
        self.style().polish(self)
        self.show()

    def dismiss(self) -> None:
        """Take the message away."""
        self.hide()
        self._clear_offers()

    def apply_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self._theme = theme
        colors = {"good": theme.good, "warning": theme.warning, "bad": theme.bad, "": theme.accent}
        self._icon.setPixmap(
            icons.pixmap(MOOD_ICONS[self._mood], theme.ink(colors[self._mood]), 16, self.devicePixelRatioF())
        )
        self._close.setIcon(icons.icon("close", theme.dim))

    def _clear_offers(self) -> None:
        while (item := self._offers.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
