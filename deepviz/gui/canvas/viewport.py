"""How the canvas is looked at: zoom, pan, fit. It keeps the network in sight, whatever is done to it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QNativeGestureEvent, QPainter, QResizeEvent, QTransform, QWheelEvent
from PySide6.QtWidgets import QFrame, QGraphicsView, QWidget

from deepviz.gui.canvas.backdrop import paint_dots, paint_hint
from deepviz.gui.canvas.clear_fit import clear_fit
from deepviz.gui.canvas.geometry import Box, Point, card_box
from deepviz.gui.canvas.minimap import Minimap
from deepviz.gui.canvas.scene import CanvasScene
from deepviz.gui.theme import Theme

LEAST_ZOOM, GREATEST_ZOOM = 0.1, 4.0
ZOOM_STEP = 1.2
FIT_ZOOM = 1.0
"""Fitting enlarges nothing beyond this: three cards that fill a whole screen are no better to read."""

KEPT_IN_SIGHT = 60.0
"""How many pixels of the network stay in the viewport, however far it is pushed."""

_WORLD = 500_000.0


class Viewport(QGraphicsView):
    """A view of a canvas scene that zooms about points, pans without bars and fits.

    Parameters
    ----------
    theme
        The colours to begin with.

    Attributes
    ----------
    floats
        What floats on it and should lie on no card of a fitted network, as long as it is shown.
    """

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.floats: list[QWidget] = []
        self.network = CanvasScene(theme, self)
        self.minimap = Minimap(self.network, self)
        self.minimap.place_wanted.connect(lambda point: self.look_at(self.zoom, point))
        self.setScene(self.network)
        self.setSceneRect(-_WORLD, -_WORLD, 2 * _WORLD, 2 * _WORLD)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTransformationAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setResizeAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setViewportUpdateMode(QGraphicsView.ViewportUpdateMode.SmartViewportUpdate)
        self.setOptimizationFlag(QGraphicsView.OptimizationFlag.DontSavePainterState)
        self.setOptimizationFlag(QGraphicsView.OptimizationFlag.DontAdjustForAntialiasing)
        self.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._is_fitted = True

    @property
    def zoom(self) -> float:
        """How large the network is seen, 1.0 for 100 %."""
        return self.transform().m11()

    def zoom_in(self) -> None:
        """One step closer, about the middle."""
        self.zoom_about(QPointF(self.viewport().rect().center()), ZOOM_STEP)

    def zoom_out(self) -> None:
        """One step back, about the middle."""
        self.zoom_about(QPointF(self.viewport().rect().center()), 1 / ZOOM_STEP)

    def zoom_reset(self) -> None:
        """To 100 %, about the middle."""
        self.zoom_about(QPointF(self.viewport().rect().center()), 1 / self.zoom)

    def zoom_about(self, place: QPointF, factor: float) -> None:
        """Zoom so that what is at a place of the viewport stays there."""
        wanted = min(GREATEST_ZOOM, max(LEAST_ZOOM, self.zoom * factor))
        anchor = self.scene_point(place)
        self._look(wanted, anchor, place)
        self._is_fitted = False

    def fit(self) -> None:
        """Show the whole network, not enlarged, clear of what floats. It stays so while the window changes its size."""
        self._is_fitted = True
        content = self.network.content()
        if content is None:
            self._look(1.0, Point(0.0, 0.0), QPointF(self.viewport().rect().center()))
            return
        size = float(self.viewport().width()), float(self.viewport().height())
        floats = [_box_of(each) for each in self.floats if not each.isHidden()]
        cards = [card_box(place) for place in self.network.places.values()] if floats else []
        found = clear_fit(content, cards, size, floats, (LEAST_ZOOM, FIT_ZOOM))
        self._look(found.zoom, content.center, QPointF(*found.middle))

    def show_float(self, widget: QWidget, is_shown: bool) -> None:
        """Show or hide something that floats here; a fitted network makes room for it."""
        if widget.isHidden() == is_shown:
            widget.setVisible(is_shown)
            if self._is_fitted:
                self.fit()

    @property
    def is_fitted(self) -> bool:
        """Whether the whole network is shown, and is to stay so."""
        return self._is_fitted

    def look_at(self, zoom: float, center: Point) -> None:
        """Show the network at a zoom, with a point of it in the middle of the viewport."""
        self._is_fitted = False
        self._look(min(GREATEST_ZOOM, max(LEAST_ZOOM, zoom)), center, QPointF(self.viewport().rect().center()))
        self.pan_by(0.0, 0.0)  # however that was: never with nothing in sight

    def keep_fitted(self) -> None:
        """If the whole network was shown, and an edit has put a part of it out of sight, show the whole again."""
        content, seen = self.network.content(), self.seen()
        self.minimap.look_again()
        self.minimap.show_seen(seen)
        if self._is_fitted and content is not None and not seen.holds(content):
            self.fit()

    def pan_by(self, dx: float, dy: float) -> None:
        """Push the network aside by so many pixels, but never wholly out of sight."""
        self._is_fitted = False
        shift_x, shift_y = self._allowed_shift(dx, dy)
        horizontal, vertical = self.horizontalScrollBar(), self.verticalScrollBar()
        horizontal.setValue(horizontal.value() - round(shift_x))
        vertical.setValue(vertical.value() - round(shift_y))

    def bring_into_sight(self, node_id: str) -> None:
        """Pan as little as is needed to see a node."""
        self.bring_box_into_sight(card_box(self.network.places[node_id]))

    def bring_box_into_sight(self, box: Box) -> None:
        """Pan as little as is needed to see a part of the scene."""
        seen = self.seen()
        margin = self.in_scene(24.0)
        dx = max(0.0, seen.left + margin - box.left) or min(0.0, seen.right - margin - box.right)
        dy = max(0.0, seen.top + margin - box.top) or min(0.0, seen.bottom - margin - box.bottom)
        if dx or dy:
            self.pan_by(dx * self.zoom, dy * self.zoom)

    def seen(self) -> Box:
        """The part of the scene that is in the viewport."""
        first = self.scene_point(QPointF(0, 0))
        last = self.scene_point(QPointF(self.viewport().width(), self.viewport().height()))
        return Box(first.x, first.y, last.x, last.y)

    def in_scene(self, pixels: float) -> float:
        """A distance on the screen in scene units."""
        return pixels / self.zoom

    def scene_point(self, place: QPointF) -> Point:
        """Where in the scene a place of the viewport is."""
        inverted, _ = self.viewportTransform().inverted()
        found = inverted.map(place)
        return Point(found.x(), found.y())

    def place_of(self, point: Point) -> QPoint:
        """Where in the viewport a point of the scene is."""
        return self.viewportTransform().map(QPointF(*point)).toPoint()

    def wheelEvent(self, event: QWheelEvent) -> None:
        steps = event.angleDelta().y() / 120.0
        if steps:
            self.zoom_about(event.position(), ZOOM_STEP**steps)
        event.accept()

    def viewportEvent(self, event: QEvent) -> bool:
        if isinstance(event, QNativeGestureEvent) and event.gestureType() == Qt.NativeGestureType.ZoomNativeGesture:
            self.zoom_about(event.position(), 1.0 + event.value())
            return True
        return super().viewportEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.minimap.stand()
        if self._is_fitted:
            self.fit()
        self.minimap.show_seen(self.seen())

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        super().scrollContentsBy(dx, dy)
        self.minimap.show_seen(self.seen())

    def drawBackground(self, painter: QPainter, rect: QRectF | QRect) -> None:
        to_viewport = painter.worldTransform()
        painter.setWorldMatrixEnabled(False)
        exposed = to_viewport.mapRect(QRectF(rect)).adjusted(-1, -1, 1, 1)
        paint_dots(painter, exposed, to_viewport.map(QPointF(0, 0)), self.zoom, self.network.theme)
        painter.setWorldMatrixEnabled(True)

    def drawForeground(self, painter: QPainter, rect: QRectF | QRect) -> None:
        if not self.network.places:
            painter.setWorldMatrixEnabled(False)
            paint_hint(painter, self.viewport().rect(), self.network.theme)
            painter.setWorldMatrixEnabled(True)

    def _look(self, zoom: float, point: Point, place: QPointF) -> None:
        """Show the scene at a zoom, with a point of it at a place of the viewport."""
        before = self.zoom
        self.setTransform(QTransform.fromScale(zoom, zoom))
        off = self.viewportTransform().map(QPointF(*point)) - place
        horizontal, vertical = self.horizontalScrollBar(), self.verticalScrollBar()
        horizontal.setValue(horizontal.value() + round(off.x()))
        vertical.setValue(vertical.value() + round(off.y()))
        if zoom != before:
            self.minimap.show_seen(self.seen())

    def _allowed_shift(self, dx: float, dy: float) -> tuple[float, float]:
        content = self.network.content()
        if content is None:
            return dx, dy
        corner = self.place_of(Point(content.left, content.top))
        far = self.place_of(Point(content.right, content.bottom))
        kept = KEPT_IN_SIGHT
        width, height = self.viewport().width(), self.viewport().height()
        return (
            min(max(dx, min(0.0, kept - far.x())), max(0.0, width - kept - corner.x())),
            min(max(dy, min(0.0, kept - far.y())), max(0.0, height - kept - corner.y())),
        )


def _box_of(widget: QWidget) -> Box:
    place = widget.geometry()
    return Box(place.x(), place.y(), place.x() + place.width(), place.y() + place.height())
