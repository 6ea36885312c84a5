"""Where the canvas lies, and above it what floats on it: hints, the control of the bars, paths, offers.

Screen readers are told the parts of a scrolling area alone. What floats on one is found only if it lies beside it.
"""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget


class CanvasStage(QWidget):
    """A place as large as the canvas, which it holds.

    Parameters
    ----------
    canvas
        What fills it.
    """

    def __init__(self, canvas: QWidget) -> None:
        super().__init__()
        self.setAccessibleName("Canvas")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(canvas)

    def take(self, *floating: QWidget) -> None:
        """Have these float on the canvas, in this order from the lowest up, where and as they are."""
        for widget in floating:
            place, is_shown = widget.pos(), not widget.isHidden()
            widget.setParent(self)
            widget.move(place)
            widget.setVisible(is_shown)
            widget.raise_()
