"""What the pages on the right of the window are made of: one column of rows that scrolls and is never cut off.

Rows take the width there is. Words wrap, long names break at their signs, and nothing is wider than the panel.
"""

from __future__ import annotations

import re

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QLabel, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

MARGIN = 16
GAP = 8
NARROWEST = 264

ZERO_WIDTH_SPACE = "\N{ZERO WIDTH SPACE}"


class SidePanel(QScrollArea):
    """A column of rows that scrolls up and down only.

    Parameters
    ----------
    name
        What it is called for those who do not see it.

    Attributes
    ----------
    page, rows
        The widget that scrolls, and its layout.
    """

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName(name)
        self.setMinimumWidth(NARROWEST)
        self.page = QWidget()
        self.page.setProperty("role", "page")
        self.rows = QVBoxLayout(self.page)
        self.rows.setContentsMargins(MARGIN, MARGIN, MARGIN, MARGIN)
        self.rows.setSpacing(GAP)
        self.setWidget(self.page)

    def add_part(self, heading: str, *widgets: QWidget) -> None:
        """Add a line, a heading unless it is empty, and what stands below it."""
        self.rows.addSpacing(GAP)
        self.rows.addWidget(line())
        self.rows.addSpacing(GAP // 2)
        if heading:
            self.rows.addWidget(Words(heading, "heading"))
        for widget in widgets:
            self.rows.addWidget(widget)


class Words(QLabel):
    """Plain text that wraps and takes no more width than there is; hidden while it is empty.

    Parameters
    ----------
    text
        What it says.
    role
        How the style sheet is to write it: "title", "heading", "dim", "small", "formula", "error", ...
    """

    def __init__(self, text: str = "", role: str = "") -> None:
        super().__init__()
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(True)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
        if role:
            self.setProperty("role", role)
        self.say(text)

    def say(self, text: str) -> None:
        """Show another text."""
        if text != self.accessibleName() or not text:
            self.setAccessibleName(text)
            self.setText(breakable(text))
            reveal(self, bool(text))

    @property
    def said(self) -> str:
        """The text as it was given."""
        return self.accessibleName()


def reveal(part: QWidget, shown: bool) -> None:
    """Show or hide a part of a panel. What has no place yet is left alone: shown, it would be a window of its own."""
    if part.parentWidget() is not None or not shown:
        part.setVisible(shown)


def line() -> QFrame:
    """A thin line between two parts of a panel."""
    made = QFrame()
    made.setProperty("role", "line")
    return made


def breakable(text: str) -> str:
    """`text` with places to break inside long words, such as paths and names of files."""
    return re.sub(r"\S{24,}", lambda word: re.sub(r"([/\\._-])", rf"\1{ZERO_WIDTH_SPACE}", word.group()), text)
