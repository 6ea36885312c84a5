"""Writing on the canvas in place: the text of a comment, the name of a group."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from deepviz.gui.theme import body_font

LEAST_WIDTH, LEAST_HEIGHT = 120, 34


class TextEditor(QPlainTextEdit):
    """A field that floats on the canvas until its text is taken or given up.

    Clicking elsewhere takes the text, as do Ctrl+Enter, and Enter where there is one line only. Escape ends writing as
    well: it takes a text of several lines, which may have been long work, and gives up a single line.

    Parameters
    ----------
    parent
        The widget it floats on.
    area
        Where, in coordinates of the parent.
    text
        What stands in it at first; all of it is selected.
    taken
        Called with the text when it has been taken and is another.
    is_line
        Whether the text is a single line.
    name
        What it is for, for those who do not see where it stands.
    longest
        How many letters it may have. What is too much of a text that is put in does not come in.
    """

    overfull = Signal(int)
    """Sent with the most letters there may be, when some that were to come in are more."""

    def __init__(
        self, parent: QWidget, area: QRect, text: str, taken: Callable[[str], object], is_line: bool, name: str,
        longest: int,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self._longest = longest
        self._text, self._taken, self._is_line, self._is_open = text, taken, is_line, True
        self.setObjectName("canvas text editor")
        self.setAccessibleName(name)
        self.setFont(body_font(13))
        self.setPlainText(text)
        self.textChanged.connect(self._keep_within)
        self.setTabChangesFocus(True)
        if is_line:
            self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
            self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
            self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        height = LEAST_HEIGHT if is_line else max(area.height(), LEAST_HEIGHT)
        self.setGeometry(area.left(), area.top(), max(area.width(), LEAST_WIDTH), height)
        self.selectAll()
        self.show()
        self.raise_()
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def finish(self, takes: bool) -> None:
        """Close, and take the text or not."""
        if not self._is_open:
            return
        self._is_open = False
        # Undo while writing can bring a letter back that was too much.
        ground, text = self.parentWidget(), self.toPlainText().strip()[: self._longest]
        had_focus = self.hasFocus()
        self.hide()
        self.deleteLater()
        if had_focus and ground is not None:
            ground.setFocus(Qt.FocusReason.OtherFocusReason)
        if takes and text != self._text.strip()[: self._longest]:
            self._taken(text)

    def _keep_within(self) -> None:
        """Take out again what is too much of what has just come in, before the cursor; refused, all would be lost."""
        excess = len(self.toPlainText()) - self._longest
        cursor = self.textCursor()
        if excess <= 0 or cursor.atStart():
            return
        cursor.joinPreviousEditBlock()
        cursor.movePosition(cursor.MoveOperation.Start, cursor.MoveMode.KeepAnchor)
        cursor.insertText(cursor.selectedText()[:-excess])
        cursor.endEditBlock()
        self.overfull.emit(self._longest)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        is_enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if event.key() == Qt.Key.Key_Escape:
            self.finish(takes=not self._is_line)
        elif is_enter and (self._is_line or event.modifiers() & Qt.KeyboardModifier.ControlModifier):
            self.finish(takes=True)
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason:  # its own context menu
            self.finish(takes=True)


def take_writing(ground: QWidget) -> None:
    """Take what is being written on a widget, as a click elsewhere would."""
    for field in ground.findChildren(TextEditor):
        field.finish(takes=True)
