"""Whether a landscape shows the loss or its logarithm: chosen in its menu or with a key, otherwise by the losses.

One corner with a loss of 20 would leave a path from 0.7 to 0.008 in a single colour.
"""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu

BY_ITSELF, LINEAR, LOGARITHMIC = "auto", "linear", "log"
SPAN = 30.0
"""Positive losses whose largest is more than so many times the smallest are told apart by their logarithms."""
WORDS = {
    BY_ITSELF: f"By the losses: logarithm beyond a factor of {SPAN:.0f}",
    LINEAR: "The loss",
    LOGARITHMIC: "Its logarithm",
}


def is_logarithmic(scale: str, losses: np.ndarray) -> bool:
    """Whether logarithms are shown, which of these losses are best told apart by if nobody chose."""
    if scale != BY_ITSELF:
        return scale == LOGARITHMIC
    finite = losses[np.isfinite(losses)]
    return bool(finite.size and finite.min() > 0 and finite.max() > SPAN * finite.min())


class ScaleMenu(QObject):
    """The entries of a menu."""

    chosen = Signal(str)
    """Somebody has chosen one of `WORDS`."""

    def __init__(self, menu: QMenu, parent: QObject) -> None:
        super().__init__(parent)
        offered, group = menu.addMenu("Colours and heights (L)"), QActionGroup(self)
        self.actions: dict[str, QAction] = {}
        for scale, words in WORDS.items():
            action = QAction(words, self, checkable=True)
            action.triggered.connect(lambda _, scale=scale: self.chosen.emit(scale))
            group.addAction(action)
            offered.addAction(action)
            self.actions[scale] = action

    def show_scale(self, scale: str) -> None:
        """Show one of `WORDS` as chosen."""
        self.actions[scale].setChecked(True)
