"""The canvas: the drawn network that one builds on with pointer and keys. It edits nothing; it asks for edits.

Whoever owns it makes the edit that it asks for and shows the graph that comes of it, or says why it was refused.
"""

from __future__ import annotations

from collections.abc import Sequence

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
    QResizeEvent,
)
from PySide6.QtWidgets import QApplication, QMenu, QToolTip, QWidget

from deepviz.document.graph import Graph
from deepviz.document.shapes import Report
from deepviz.gui.canvas import commands, keyboard, pointer, words
from deepviz.gui.canvas.border_scroll import BorderScroll
from deepviz.gui.canvas.breadcrumbs import Breadcrumbs
from deepviz.gui.canvas.bubble import Bubble
from deepviz.gui.canvas.drops import Drops
from deepviz.gui.canvas.folding import Folding
from deepviz.gui.canvas.geometry import Point
from deepviz.gui.canvas.gestures import EditFunction, Gesture, Pan
from deepviz.gui.canvas.gradients import GradientPicture
from deepviz.gui.canvas.hit_test import in_flow
from deepviz.gui.canvas.legend import Legend
from deepviz.gui.canvas.menu import Entry, build_menu
from deepviz.gui.canvas.viewport import Viewport
from deepviz.gui.theme import Theme

GAP = 12
"""Pixels between the border of the canvas and what floats on it."""


class CanvasView(Viewport):
    """Shows a graph and turns gestures into requests for edits.

    Parameters
    ----------
    theme
        The colours to begin with.
    """

    edit_requested = Signal(str, object, str)
    """Sent with the name of an edit, the edit itself, a function from a project to the next one, and a merge key.

    Edits of one non-empty key in a row are one step to undo.
    """

    selection_changed = Signal(object)
    """Sent with the ids of the selected nodes, a tuple."""

    node_activated = Signal(str)
    """Sent with the id of a node whose hyperparameters someone wants to edit: a double-click, or Enter."""

    layer_wanted = Signal(object)
    """Sent with a `LayerWanted` when someone wants to choose a layer: for an empty place, a connection, or a card."""

    help_wanted = Signal()
    """Sent when someone asks which keys there are."""

    message = Signal(str)
    """Sent with what was also said in a bubble, for a status bar or for those who cannot see bubbles."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self.bubble = Bubble(self)
        self.legend = Legend(theme, self)
        self.legend.hide()
        self.floats.append(self.legend)
        self.folding = Folding()
        self.breadcrumbs = Breadcrumbs(theme, self)
        self.breadcrumbs.move(GAP, GAP)
        self.breadcrumbs.scope_wanted.connect(self.look_into)
        self.gesture: Gesture | None = None
        self.current: str | None = None
        self._drops = Drops(self)
        self.border = BorderScroll(self, self._drag_on)
        self._asked_at: Point | None = None
        self._gradients: GradientPicture | None = None
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
        if self.bubble.offers:
            self.bubble.dismiss()  # what they would mend may not be there any more
        self.folding.show(graph, report)
        self._show_drawing()
        self.keep_fitted()
        if self.current not in self.network.places:
            self.current = next(iter(self.network.selected), None)
        if was_empty or not self.network.places:
            self.viewport().update()
        self._describe()

    def show_gradients(self, picture: GradientPicture) -> None:
        """Show gradients on edges and cards, and the legend of their colours."""
        self._gradients = picture
        self.network.show_gradients(self.folding.picture(picture))
        self.legend.show_scale(self.network.gradient_scale)
        self.legend.show_moment(picture.past_step)
        self.legend.show_kinds(self.network.gradients.edges.values() if self.network.gradients else ())
        self.show_float(self.legend, True)

    def clear_gradients(self) -> None:
        """Show no gradients."""
        self._gradients = None
        self.network.clear_gradients()
        self.show_float(self.legend, False)

    def use_theme(self, theme: Theme) -> None:
        """Show everything in other colours."""
        self.network.use_theme(theme)
        self.breadcrumbs.use_theme(theme)
        self.legend.use_theme(theme)
        self.viewport().update()

    def select(self, node_ids: Sequence[str]) -> None:
        """Select the cards that show these nodes, and nothing else."""
        self.network.select(self.folding.cards_of(node_ids))

    def last_card(self) -> str | None:
        """What a layer is appended after: what is selected, or the last card of the group that is looked into."""
        if self.network.selected:
            return self.network.selected[-1]
        own = [card for card in in_flow(self.network.graph) if card not in self.network.outside]
        return own[-1] if self.folding.scope and own else None

    def look_into(self, group_id: str) -> None:
        """Show what is in a group; with an empty id, the whole network."""
        self.cancel_gesture()
        self.bubble.dismiss()
        self.folding.look_into(group_id)
        self._show_drawing()
        self.current = next(iter(self.network.selected), None)
        self.fit()
        self._describe()

    def reveal(self, node_id: str) -> None:
        """Show a node or group on a card of its own, wherever it lies, and select it."""
        scope = self.folding.scope_of(node_id)
        if scope != self.folding.scope and node_id not in self.network.places:
            self.look_into(scope)
        self.select((node_id,))
        for card in self.network.selected:
            self.bring_into_sight(card)

    def edit_error(self, text: str, scene_pos: tuple[float, float] | None = None) -> None:
        """Say, where it was asked for, why an edit was refused."""
        place = Point(*scene_pos) if scene_pos is not None else self._asked_at
        self.say(text, place)

    # What gestures and commands call

    def request(self, label: str, edit: EditFunction, place: Point | None = None, merge_key: str = "") -> None:
        """Ask for an edit; `place` is where to say why, should it be refused. What it adds becomes selected."""
        self._asked_at = place
        before, noted = set(self.network.places), set(self.network.surroundings.comments)
        self.edit_requested.emit(label, self.folding.inside(edit), merge_key)
        added = [node_id for node_id in self.network.places if node_id not in before]
        comments = [each for each in self.network.surroundings.comments if each not in noted]
        if added or comments:
            self.network.select(added, comments=comments)
        if added:
            self.bring_into_sight(added[-1])

    def pointer_place(self) -> QPointF:
        """Where in the viewport the pointer is; its middle, if the pointer is elsewhere or has never moved there."""
        is_here = self.viewport().underMouse() and not self._pointer.isNull()
        return self._pointer if is_here else QPointF(self.viewport().rect().center())

    def say(self, text: str, place: Point | None = None, mood: str = "warning") -> None:
        """Say something at a place of the scene, or where the pointer is; without a mood it is no more than a hint."""
        self.bubble.say(text, self.place_of(place) if place is not None else self._pointer.toPoint(), mood)
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
        self.border.end()
        self.viewport().unsetCursor()
        if gesture is not None:
            gesture.release(point, modifiers)

    def cancel_gesture(self) -> bool:
        """End the gesture without asking for anything. Says whether there was one."""
        gesture, self.gesture = self.gesture, None
        if gesture is None:
            return False
        self.border.end()
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
                if self.gesture.scrolls:
                    self.border.drag_to(event.position())
        elif not self._is_space_down:
            pointer.hover(self, point)
        event.accept()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self.gesture is not None and event.button() in (Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton):
            self.end_gesture(self.scene_point(event.position()), event.modifiers())
            pointer.hover(self, self.scene_point(event.position()))
        event.accept()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and pointer.double_click(
            self, self.scene_point(event.position())
        ):
            event.accept()
        else:
            self.mousePressEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        self.network.hover(None)
        super().leaveEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.cancel_gesture()
        self.bubble.dismiss()
        if event.reason() == QContextMenuEvent.Reason.Keyboard:
            commands.open_menu_at_current(self)
        else:
            pointer.open_menu_at(self, self.scene_point(QPointF(event.pos())))
        event.accept()

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            text = pointer.tooltip(self, self.scene_point(QPointF(event.pos())))
            QToolTip.showText(event.globalPos(), text, self.viewport())
            return True
        return super().viewportEvent(event)

    # Drops

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        self._drops.enter(event)

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        self._pointer = event.position()
        self._drops.move(event)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._drops.leave()

    def dropEvent(self, event: QDropEvent) -> None:
        self._pointer = event.position()
        self._drops.drop(event)

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
        is_tab = self.isVisible()  # Qt asks too when it hides what has the keyboard
        return (is_tab and keyboard.go_along(self, 1 if forwards else -1)) or super().focusNextPrevChild(forwards)

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

    def go_on_from(self, node_id: str) -> None:
        """Let keys go on from a node that is not selected, and show that they do."""
        self.current = node_id
        self._show_focus(True)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.legend.stand()  # before a fitted network makes room for it
        super().resizeEvent(event)

    # How it is done

    def _drag_on(self, place: QPointF) -> None:
        """The network was pushed below what is being dragged, which is at this place of the viewport."""
        if self.gesture is not None:
            self.gesture.move(self.scene_point(place), QApplication.keyboardModifiers())
        else:
            self._drops.follow(place)

    def _show_drawing(self) -> None:
        """Show what the folding draws, with the gradients there are."""
        drawing = self.folding.drawing
        self.network.show_graph(drawing.graph, self.folding.report, drawing)
        if self._gradients is not None:
            self.network.show_gradients(self.folding.picture(self._gradients))
        self.breadcrumbs.show_way(self.folding.way())

    def _show_focus(self, is_shown: bool) -> None:
        self.network.focus_on(self.current if is_shown else None)

    def _tell_selection(self) -> None:
        selected = self.network.selected
        at_current = any(self.current in (edge.source, edge.target) for edge in self.network.selected_edges)
        if self.current not in selected and (selected or not at_current):
            self.current = selected[-1] if selected else None
        self._describe()
        self.selection_changed.emit(selected)

    def _describe(self) -> None:
        network = self.network
        problems = network.problems.get(network.selected[0], ()) if len(network.selected) == 1 else ()
        self.setAccessibleDescription(
            words.selection_in_words(network.graph, network.report, network.selected, network.selected_edges, problems)
        )
