"""Starts DeepViz as its command does, and tells whoever asks on its standard input what is on the screen.

It knows nothing of the product: it reads what Qt tells screen readers, from the windows down, one JSON line an answer.
"""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Iterator
from typing import Any

from PySide6.QtCore import QObject, QRect, Qt, Signal
from PySide6.QtGui import QAccessible, QAccessibleInterface
from PySide6.QtWidgets import QApplication

DEEPEST = 60


def things(face: QAccessibleInterface | None, window: int, clip: QRect, depth: int = 0) -> Iterator[dict[str, Any]]:
    """What a window shows, depth first: each with its role, its words and the part of it that is in sight."""
    if face is None or not face.isValid() or depth > DEEPEST:
        return
    state = face.state()
    if getattr(state, "invisible") and depth:  # noqa: B009 # the stubs do not know the fields
        return
    whole = face.rect()
    seen = whole & clip
    yield {
        "window": window,
        "role": face.role().name,
        "name": face.text(QAccessible.Text.Name),
        "value": face.text(QAccessible.Text.Value),
        "whole": whole.getRect(),
        "seen": seen.getRect(),
        "chosen": bool(getattr(state, "checked") or getattr(state, "selected")),  # noqa: B009
        "disabled": bool(getattr(state, "disabled")),  # noqa: B009
    }
    # Rows of a list and entries of a menu are its own to clip; a layout's boxes may be smaller than what is in them.
    inner = clip if seen.isEmpty() else seen
    for number in range(face.childCount()):
        yield from things(face.child(number), window, inner, depth + 1)


class Listener(QObject):
    """Brings a question from the thread that waits for it to the one that may look."""

    asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.asked.connect(self.tell, Qt.ConnectionType.QueuedConnection)

    def listen(self) -> None:
        """Wait for questions until there are no more."""
        for _ in sys.stdin:
            self.asked.emit()

    def tell(self) -> None:
        """Print what is on the screen."""
        QAccessible.setActive(True)  # as where a screen reader runs: otherwise lists do not tell of their changes
        found: list[dict[str, Any]] = []
        for number, window in enumerate(QApplication.topLevelWidgets()):
            if window.isVisible():
                face = QAccessible.queryAccessibleInterface(window)
                found += things(face, number, window.frameGeometry())
        print(json.dumps(found), flush=True)


def main() -> int:
    """Start DeepViz and listen. Returns its exit status."""
    from deepviz.__main__ import main as start

    listener = Listener()
    threading.Thread(target=listener.listen, daemon=True).start()
    sys.argv = ["deepviz", *sys.argv[1:]]
    return start()


if __name__ == "__main__":
    sys.exit(main())
