"""A strip above the canvas that says what happened, why, and what can be done. It never blocks anything."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QToolButton, QWidget

from deepviz.gui import icons
from deepviz.gui.folded_label import FoldedLabel
from deepviz.gui.theme import Theme

Offer = tuple[str, Callable[[], object]]
"""The words on a button, and what it does."""

NO_TIPS: Mapping[str, str] = MappingProxyType({})
MOOD_ICONS = {"good": "check", "warning": "warning", "bad": "error", "": "info"}


class Notice(QFrame):
    """Shows one message at a time; hidden when there is none.

    Parameters
    ----------
    most_lines
        How many lines of a message are shown before somebody asks for more; 0: all.
    """

    def __init__(self, theme: Theme, parent: QWidget | None = None, most_lines: int = 0) -> None:
        super().__init__(parent)
        self._theme, self._mood = theme, ""
        self.setProperty("role", "notice")
        self.setAccessibleName("Message")
        self._icon, self._text = QLabel(), FoldedLabel(most_lines)
        self._more = QToolButton()
        self._more.clicked.connect(self._fold_or_open)
        self._text.cut_changed.connect(lambda _is_cut: self._tell_fold())
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
        row.addWidget(self._more, 0)
        row.addLayout(self._offers)
        row.addWidget(self._close, 0)
        self._tell_fold()
        self.apply_theme(theme)
        self.hide()

    @property
    def text(self) -> str:
        """The message that is shown, or an empty string."""
        return "" if self.isHidden() else self._text.said

    def tell(self, text: str, mood: str = "", offers: Sequence[Offer] = (), tips: Mapping[str, str] = NO_TIPS) -> None:
        """Show a message in place of the last one.

        Parameters
        ----------
        text
            What happened, why, and what can be done.
        mood
            "good", "warning", "bad" or empty.
        offers
            What can be done with one click: words and what they run.
        tips
            More about some of the offers, by their words.
        """
        self._clear_offers()
        for words, run in offers:
            button = QPushButton(words)
            button.setToolTip(tips.get(words, ""))
            button.setAccessibleDescription(tips.get(words, ""))
            button.clicked.connect(self.dismiss)
            button.clicked.connect(lambda _checked=False, run=run: run())
            self._offers.addWidget(button)
            button.show()  # where the last message still stands, a layout would do so only later
        self._mood = mood
        self._text.say(text)
        self._tell_fold()
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

    def _fold_or_open(self) -> None:
        self._text.set_open(not self._text.is_open)
        self._tell_fold()

    def _tell_fold(self) -> None:
        """Offer the rest of a long message, or less of it."""
        is_open = self._text.is_open
        self._more.setText("Less" if is_open else "More")
        words = "Show less of the message" if is_open else "Show the whole message"
        self._more.setToolTip(words)
        self._more.setAccessibleName(words)
        self._more.setVisible(is_open or self._text.is_cut)

    def _clear_offers(self) -> None:
        while (item := self._offers.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
