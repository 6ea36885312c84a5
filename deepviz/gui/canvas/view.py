"""The canvas: the drawn network that one builds on with pointer and keys. It edits nothing; it asks for edits.

Whoever owns it makes the edit that it asks for and shows the graph that comes of it, or says why it was refused.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QEvent, QPointF, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QFocusEvent,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QNativeGestureEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QMenu, QToolTip, QWidget

from deepviz.document import edits
from deepviz.document.graph import Edge, Graph
from deepviz.document.shapes import Problem, Report
from deepviz.gui.canvas import commands, keyboard, pointer, words
from deepviz.gui.canvas.bubble import Bubble
from deepviz.gui.canvas.geometry import HEIGHT, Point
from deepviz.gui.canvas.gestures import EditFunction, Gesture, Pan
from deepviz.gui.canvas.gradients import GradientPicture
from deepviz.gui.canvas.hit_test import node_at
from deepviz.gui.canvas.legend import Legend
from deepviz.gui.canvas.menu import Entry, build_menu
from deepviz.gui.canvas.placing import PlaceLayer
from deepviz.gui.canvas.viewport import ZOOM_STEP, Viewport
from deepviz.gui.theme import Theme

DEFINITION_MIME = "application/x-deepviz-definition"
"""What the palette offers: the key of a layer or loss, as UTF-8."""

LEGEND_GAP = 12


class CanvasView(Viewport):
    """Shows a graph and turns gestures into requests for edits.

    Parameters
    ----------
    theme
        The colours to begin with.
    """

    edit_requested = Signal(str, object)
    """Sent with the name of an edit and the edit itself, a function from a project to the next one."""

    selection_changed = Signal(object)
    """Sent with the ids of the selected nodes, a tuple."""

    node_activated = Signal(str)
    """Sent with the id of a node whose hyperparameters someone wants to edit: a double-click, or Enter."""

    message = Signal(str)
    """Sent with what was also said in a bubble, for a status bar or for those who cannot see bubbles."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self.bubble = Bubble(self)
        self.legend = Legend(theme, self)
        self.legend.hide()
        self.gesture: Gesture | None = None
        self.current: str | None = None
        self._placing: PlaceLayer | None = None
        self._asked_at: Point | None = None
        self._is_space_down = False
        self._pointer = QPointF()
        self.menu: QMenu | None = None
        self.setAccessibleName("Network")
        self.setMouseTracking(True)
        self.viewport().setMouseTracking(True)
        self.setAcceptDrops(True)
        self.viewport().setAcceptDrops(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.network.selection_settled.connect(self._tell_selection)
        self.network.scale_changed.connect(lambda *_: self.legend.show_scale(self.network.gradient_scale))
        self._describe()

    # What the owner calls

    def show_graph(self, graph: Graph, report: Report) -> None:
        """Show a graph and what is known about it."""
        was_empty = not self.network.places
        if self.gesture is not None and not isinstance(self.gesture, Pan):
            # What a gesture was about may not be there any more.
            self.cancel_gesture()
        self.network.show_graph(graph, report)
        self.keep_fitted()
        if self.current not in self.network.places:
            self.current = next(iter(self.network.selected), None)
        if was_empty or not self.network.places:
            self.viewport().update()
        self._describe()

    def show_gradients(self, picture: GradientPicture) -> None:
        """Show gradients on edges and cards, and the legend of their colours."""
        self.network.show_gradients(picture)
        self.legend.show_scale(self.network.gradient_scale)
        self.legend.show()

    def clear_gradients(self) -> None:
        """Show no gradients."""
        self.network.clear_gradients()
        self.legend.hide()

    def use_theme(self, theme: Theme) -> None:
        """Show everything in other colours."""
        self.network.use_theme(theme)
        self.legend.use_theme(theme)
        self.viewport().update()

    def select(self, node_ids: Sequence[str]) -> None:
        """Select these nodes and nothing else."""
        self.network.select(node_ids)

    def edit_error(self, text: str, scene_pos: tuple[float, float] | None = None) -> None:
        """Say, where it was asked for, why an edit was refused."""
        place = Point(*scene_pos) if scene_pos is not None else self._asked_at
        self.say(text, place)

    # What gestures and commands call

    def request(self, label: str, edit: EditFunction, place: Point | None = None) -> None:
        """Ask for an edit; `place` is where to say why, should it be refused. What it adds becomes selected."""
        self._asked_at = place
        before = set(self.network.places)
        self.edit_requested.emit(label, edit)
        added = [node_id for node_id in self.network.places if node_id not in before]
        if added:
            self.network.select(added)
            self.bring_into_sight(added[-1])

    def say(self, text: str, place: Point | None = None, mood: str = "warning") -> None:
        """Say something at a place of the scene, or where the pointer is; without a mood it is no more than a hint."""
        self.bubble.say(text, self.place_of(place) if place is not None else self._pointer.toPoint(), mood)
        self.message.emit(text)

    def show_problems(self, node_id: str) -> None:
        """Say what is wrong with a node, and offer what would mend it."""
        problems: tuple[Problem, ...] = self.network.problems.get(node_id, ())
        if not problems:
            return
        place = self.network.places[node_id]
        point = Point(place.x, place.y + HEIGHT + 4.0)
        offers: list[tuple[str, Callable[[], None]]] = [
            (repair.label, partial(self.request, repair.label, repair.edit, point))
            for problem in problems
            for repair in problem.repairs
        ]
        text = "\n".join(problem.text for problem in problems)
        mood = self.network.node_items()[node_id].face.severity
        self.bubble.say(text, self.place_of(point), mood, offers)
        self.message.emit(text)

    def begin(self, gesture: Gesture) -> None:
        """Let a gesture have the pointer and the keys until it ends."""
        self.cancel_gesture()
        self.gesture = gesture
        if gesture.cursor is not None:
            self.viewport().setCursor(gesture.cursor)

    def end_gesture(self, point: Point, modifiers: Qt.KeyboardModifier) -> None:
        """Let the gesture ask for what it has shown."""
        gesture, self.gesture = self.gesture, None
        self.viewport().unsetCursor()
        if gesture is not None:
            gesture.release(point, modifiers)

    def cancel_gesture(self) -> bool:
        """End the gesture without asking for anything. Says whether there was one."""
        gesture, self.gesture = self.gesture, None
        if gesture is None:
            return False
        self.viewport().unsetCursor()
        gesture.cancel()
        return True

    def open_menu(self, entries: Sequence[Entry], place: QPointF) -> None:
        """Open a context menu at a place of the viewport."""
        if self.menu is not None:
            self.menu.deleteLater()
        self.menu = build_menu(entries, self.network.theme, self)
        self.menu.popup(self.viewport().mapToGlobal(place.toPoint()))

    # Pointer

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.bubble.dismiss()
        self._pointer = event.position()
        point, button = self.scene_point(event.position()), event.button()
        if self.gesture is not None:
            # A second button while the first is down means that one thought better of it.
            self.cancel_gesture()
        elif button == Qt.MouseButton.MiddleButton or (button == Qt.MouseButton.LeftButton and self._is_space_down):
            self.begin(Pan(self, point))
        elif button == Qt.MouseButton.LeftButton:
            self._show_focus(False)
            pointer.press(self, point, event.modifiers())
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._pointer = event.position()
        point = self.scene_point(event.position())
        if self.gesture is not None:
            if event.buttons():
                self.gesture.move(point, event.modifiers())
        elif not self._is_space_down:
            pointer.hover(self, point)
        event.accept()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self.gesture is not None and event.button() in (Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton):
            self.end_gesture(self.scene_point(event.position()), event.modifiers())
            pointer.hover(self, self.scene_point(event.position()))
        event.accept()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        node_id = node_at(self.network.places, self.scene_point(event.position()))
        if event.button() == Qt.MouseButton.LeftButton and node_id is not None:
            self.cancel_gesture()
            self.node_activated.emit(node_id)
            event.accept()
        else:
            self.mousePressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        steps = event.angleDelta().y() / 120.0
        if steps:
            self.zoom_about(event.position(), ZOOM_STEP**steps)
        event.accept()

    def leaveEvent(self, event: QEvent) -> None:
        self.network.hover(None)
        super().leaveEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.cancel_gesture()
        self.bubble.dismiss()
        by_key = event.reason() == QContextMenuEvent.Reason.Keyboard
        if by_key and self.current is not None:
            place = self.network.places[self.current]
            point = Point(place.x + 24.0, place.y + 40.0)
        else:
            point = self.scene_point(QPointF(event.pos()))
        thing = pointer.thing_under(self, point)
        if isinstance(thing, str) and thing not in self.network.selected:
            self.network.select((thing,))
        elif isinstance(thing, Edge) and thing not in self.network.selected_edges:
            self.network.select((), (thing,))
        self.open_menu(commands.entries_for(self, thing, point), QPointF(self.place_of(point)))
        event.accept()

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            text = pointer.tooltip(self, self.scene_point(QPointF(event.pos())))
            QToolTip.showText(event.globalPos(), text, self.viewport())
            return True
        if isinstance(event, QNativeGestureEvent) and event.gestureType() == Qt.NativeGestureType.ZoomNativeGesture:
            self.zoom_about(event.position(), 1.0 + event.value())
            return True
        return super().viewportEvent(event)

    # Drops from the palette

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        self._placing = None
        if not event.mimeData().hasFormat(DEFINITION_MIME):
            event.ignore()
            return
        try:
            layer = edits.new_layer(event.mimeData().data(DEFINITION_MIME).toStdString())
        except edits.EditError as error:
            self.say(str(error))
            event.ignore()
            return
        self.cancel_gesture()
        self.bubble.dismiss()
        self._placing = PlaceLayer(self, layer)
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        if self._placing is None:
            event.ignore()
            return
        self._pointer = event.position()
        self._placing.move(self.scene_point(event.position()))
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        if self._placing is not None:
            self._placing.cancel()
            self._placing = None

    def dropEvent(self, event: QDropEvent) -> None:
        placing, self._placing = self._placing, None
        if placing is None:
            event.ignore()
            return
        self._pointer = event.position()
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        placing.drop(self.scene_point(event.position()))

    # Keys

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat() and self.gesture is None:
            self._is_space_down = True
            self.viewport().setCursor(Qt.CursorShape.OpenHandCursor)
        elif not keyboard.press_key(self, event):
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            self._is_space_down = False
            if self.gesture is None:
                self.viewport().unsetCursor()
        else:
            super().keyReleaseEvent(event)

    def focusNextPrevChild(self, forwards: bool) -> bool:
        """Tab goes along the flow, and leaves the canvas behind the last node."""
        if self.gesture is not None:
            return False
        return keyboard.go_along(self, 1 if forwards else -1) or super().focusNextPrevChild(forwards)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if event.reason() in (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason):
            keyboard.arrive(self, forwards=event.reason() == Qt.FocusReason.TabFocusReason)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._is_space_down = False
        self._show_focus(False)

    def go_to(self, node_id: str) -> None:
        """Select a node by keys, and show that keys go to it."""
        self.network.select((node_id,))
        self.current = node_id
        self._show_focus(True)
        self.bring_into_sight(node_id)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        size = self.legend.sizeHint()
        room = self.viewport().rect()
        self.legend.move(room.right() - size.width() - LEGEND_GAP, room.bottom() - size.height() - LEGEND_GAP)

    # How it is done

    def _show_focus(self, is_shown: bool) -> None:
        self.network.focus_on(self.current if is_shown else None)

    def _tell_selection(self) -> None:
        selected = self.network.selected
        if self.current not in selected:
            self.current = selected[-1] if selected else None
        self._describe()
        self.selection_changed.emit(selected)

    def _describe(self) -> None:
        network = self.network
        problems = network.problems.get(network.selected[0], ()) if len(network.selected) == 1 else ()
        self.setAccessibleDescription(
            words.selection_in_words(network.graph, network.report, network.selected, network.selected_edges, problems)
        )
