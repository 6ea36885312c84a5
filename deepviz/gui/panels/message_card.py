"""A message that stays where it belongs: what was not done and why, what is so instead, and what can be done."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QFrame, QPushButton, QVBoxLayout, QWidget

from deepviz.gui.notice import Offer
from deepviz.gui.panels.side_panel import Words


class MessageCard(QFrame):
    """One message at a time; hidden while there is none."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "card")
        self.setAccessibleName(name)
        self.reason, self.instead = Words(), Words(role="dim")
        self.buttons: list[QPushButton] = []
        self._offers: Sequence[Offer] = ()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(12, 10, 12, 10)
        self._column.setSpacing(6)
        self._column.addWidget(self.reason)
        self._column.addWidget(self.instead)
        self.hide()

    @property
    def text(self) -> str:
        """What it says; empty while it is hidden."""
        return "" if self.isHidden() else " ".join(filter(None, (self.reason.said, self.instead.said)))

    def tell(self, reason: str, instead: str, is_error: bool, offers: Sequence[Offer]) -> None:
        """Show a message.

        Parameters
        ----------
        reason
            What was not done and why, or what is to be done.
        instead
            What is so in the meantime; may be empty.
        is_error
            Whether something went wrong, rather than being unfinished.
        offers
            What can be done with one click.
        """
        self._offers = offers
        self.reason.say(reason)
        self.instead.say(instead)
        self.reason.setProperty("role", "error" if is_error else "")
        self.setProperty("mood", "bad" if is_error else "")
        self.setAccessibleDescription(f"{reason} {instead}")
        while len(self.buttons) < len(offers):
            self.buttons.append(self._new_button(len(self.buttons)))
        for number, button in enumerate(self.buttons):
            button.setVisible(number < len(offers))
            button.setText(offers[number][0] if number < len(offers) else "")
        for widget in (self, self.reason):
            widget.style().unpolish(widget)
            widget.style().polish(widget)
        self.show()

    def _new_button(self, number: int) -> QPushButton:
        button = QPushButton()
        button.setProperty("field", True)
        button.clicked.connect(lambda: self._offers[number][1]())
        self._column.addWidget(button)
        return button
