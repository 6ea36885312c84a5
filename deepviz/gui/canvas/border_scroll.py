"""Pushing the network aside while something is dragged to the border of the canvas, the faster the nearer."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QPointF, QTimer

from deepviz.gui.canvas.viewport import Viewport

BORDER = 32.0
"""How near to the border, in pixels, the network begins to move."""

FASTEST = 18.0
"""Pixels for each tick at the very border and beyond."""

TICK_MS = 16


class BorderScroll(QObject):
    """Moves a view as long as what is dragged stays at its border. It ticks only then.

    Parameters
    ----------
    view
        The view that is pushed.
    follow
        Called with a place of the viewport after each push: what is dragged is now over another place of the scene.
    """

    def __init__(self, view: Viewport, follow: Callable[[QPointF], None]) -> None:
        super().__init__(view)
        self._view, self._follow = view, follow
        self._place = QPointF()
        self._began: QPointF | None = None
        self._is_armed = False
        self._timer = QTimer(self)
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self._push)

    @property
    def is_pushing(self) -> bool:
        """Whether the network is being pushed."""
        return self._timer.isActive()

    def drag_to(self, place: QPointF) -> None:
        """Something is being dragged, and is at this place of the viewport now."""
        self._place = place
        self._began = self._began or place
        # What begins at the border, or comes over it from outside, is not meant to push until it has been elsewhere.
        far = (place - self._began).manhattanLength() > 2 * BORDER
        self._is_armed = self._is_armed or far or self._speed() == (0.0, 0.0)
        if self._speed() == (0.0, 0.0) or not self._is_armed:
            self._timer.stop()
        elif not self._timer.isActive():
            self._timer.start()

    def end(self) -> None:
        """Nothing is dragged any more."""
        self._timer.stop()
        self._began, self._is_armed = None, False

    def _push(self) -> None:
        before = self._view.seen()
        self._view.pan_by(*self._speed())
        if self._view.seen() != before:
            self._follow(self._place)

    def _speed(self) -> tuple[float, float]:
        """How far the network is to be pushed at each tick, in pixels."""
        size = self._view.viewport().size()
        return _share(self._place.x(), size.width()) * FASTEST, _share(self._place.y(), size.height()) * FASTEST


def _share(place: float, length: float) -> float:
    """1 at the near border, -1 at the far one, 0 away from both."""
    if place < BORDER:
        return min(1.0, (BORDER - place) / BORDER)
    return -min(1.0, max(0.0, place - length + BORDER) / BORDER)
