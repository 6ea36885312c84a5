"""What this program is, its version and licence, shown over the window."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

import deepviz
from deepviz.gui import icons
from deepviz.gui.panels.sheet import Sheet

WIDTH, HEIGHT = 420, 276
PROMISE = "Build a deep network by hand, watch it learn, see why, take it with you."


class AboutSheet(Sheet):
    """Says what this is."""

    def __init__(self) -> None:
        page = QWidget()
        super().__init__("About DeepViz", page)
        picture, title = QLabel(), QLabel(f"DeepViz {deepviz.__version__}")
        picture.setPixmap(icons.app_icon().pixmap(48, 48))
        title.setProperty("role", "title")
        self.text = QLabel(f"{PROMISE}\n\nMIT licence.")
        self.text.setWordWrap(True)
        self.text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.close_button = QPushButton("Close")
        self.close_button.clicked.connect(self.close_quietly)
        self.setAccessibleDescription(f"DeepViz {deepviz.__version__}. {PROMISE} MIT licence.")
        column = QVBoxLayout(page)
        column.setContentsMargins(24, 24, 24, 16)
        column.setSpacing(10)
        for part in (picture, title, self.text):
            column.addWidget(part)
        column.addStretch(1)
        column.addWidget(self.close_button, 0, Qt.AlignmentFlag.AlignRight)

    def toggle(self, window: QWidget) -> None:
        """Open over a window, or close."""
        self.toggle_over(window, WIDTH, HEIGHT)
