"""How much a notch of the wheel or a key changes what is shown, the same in every picture that can be zoomed."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QWheelEvent

WHEEL_NOTCH = 1.2
ZOOM_STEP = 1 / WHEEL_NOTCH
"""How much of the range is left by one step of zooming in."""
ZOOM_KEYS = {Qt.Key.Key_Plus: ZOOM_STEP, Qt.Key.Key_Equal: ZOOM_STEP, Qt.Key.Key_Minus: 1 / ZOOM_STEP}


def wheel_factor(event: QWheelEvent) -> float:
    """How many times as much of the range is to be shown after a turn of the wheel."""
    delta = event.angleDelta().y() or event.angleDelta().x()
    return float(WHEEL_NOTCH ** (-delta / 120))
