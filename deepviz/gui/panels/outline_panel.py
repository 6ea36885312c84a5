"""The network as a tree that can be read and edited without seeing the canvas: the same nodes, selection and menus.

It edits nothing itself: what is deleted here is asked for on the canvas, which also says why something cannot be done.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QItemSelection, QItemSelectionModel, QModelIndex, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QShowEvent
from PySide6.QtWidgets import QAbstractItemView, QMenu, QTreeView

from deepviz.document import edits
from deepviz.document.graph import Edge, Graph
from deepviz.document.shapes import Report
from deepviz.gui.canvas import commands
from deepviz.gui.canvas.geometry import Point
from deepviz.gui.canvas.menu import Entry, build_menu
from deepviz.gui.canvas.view import CanvasView
from deepviz.gui.panels.list_page import ListPage
from deepviz.gui.panels.outline_model import OutlineDelegate, OutlineModel
from deepviz.gui.panels.outline_rows import Kind, OutlineRow, outline
from deepviz.gui.theme import Theme

_NOTHING = "There are no layers yet. Choose one under Layers and press Enter: it will be listed here."
_CARDS: tuple[Kind, ...] = ("group", "node")


class OutlinePanel(ListPage):
    """Lists the nodes of a graph in the order of the flow, with what they are connected to.

    Parameters
    ----------
    canvas
        Where the same graph is drawn. Selections follow each other, and edits are asked for there.
    """

    edit_wanted = Signal(str)
    """Sent with the id of a node whose hyperparameters someone wants to edit."""

    left = Signal()
    """Sent when someone is done here and wants to go back to the canvas."""

    def __init__(self, canvas: CanvasView, theme: Theme) -> None:
        super().__init__("Outline of the network", _NOTHING)
        self._canvas = canvas
        self._graph, self._report, self._is_late = Graph(), canvas.network.report, False
        self._follows = False
        self.menu: QMenu | None = None
        self.model = OutlineModel(self)
        self._delegate = OutlineDelegate(theme, self)
        self.view = _OutlineView(self)
        self.view.setItemDelegate(self._delegate)
        self.add_list(self.view)
        canvas.network.selection_settled.connect(self.show_selection)
        self.view.selectionModel().selectionChanged.connect(self._choose)
        self._refill()

    def show_graph(self, graph: Graph, report: Report) -> None:
        """List a graph. While nobody sees the list, that waits."""
        self._graph, self._report, self._is_late = graph, report, True
        if self.isVisible():
            self._refill()

    def apply_theme(self, theme: Theme) -> None:
        """Draw in the colours of another theme."""
        self._delegate.theme = theme
        self.view.viewport().update()

    def focus_list(self) -> None:
        """Give the keyboard to the list."""
        self.view.setFocus(Qt.FocusReason.ShortcutFocusReason)
        if not self.view.selectedIndexes():
            marked = self.view.currentIndex()  # Qt marks the first row when the keyboard comes, but does not select it
            begun = QItemSelectionModel.SelectionFlag.ClearAndSelect
            self.view.selectionModel().setCurrentIndex(marked if marked.isValid() else self.model.index(0), begun)

    def showEvent(self, event: QShowEvent) -> None:
        """Catch up with what has changed meanwhile."""
        super().showEvent(event)
        if self._is_late:
            self._refill()

    # What is selected

    def chosen(self) -> tuple[tuple[str, ...], tuple[Edge, ...]]:
        """Ids of the selected nodes and groups, and the selected edges."""
        rows = [self.model.row_at(index) for index in self.view.selectedIndexes()]
        things = dict.fromkeys(row.thing for row in rows if row is not None)
        return (
            tuple(thing for thing in things if isinstance(thing, str)),
            tuple(thing for thing in things if isinstance(thing, Edge)),
        )

    def show_selection(self) -> None:
        """Select what is selected on the canvas."""
        if self._follows or self._is_late:
            return
        node_ids, drawn = self._canvas.network.selected, self._canvas.network.selected_edges
        here, edges_here = self.chosen()
        if node_ids == self._cards(here) and (node_ids or set(drawn) == set(self._drawn_edges(edges_here))):
            return
        edges = [edge for each in drawn for edge in self._canvas.folding.drawing.real.get(each, ())]
        found = [self.model.index_of(_CARDS, node_id) for node_id in node_ids]
        if not node_ids:  # connections among selected cards would unfold them all
            found = [self._index_of_edge(edge) for edge in edges]
        found = [index for index in found if index.isValid()]
        chosen = QItemSelection()
        for index in found:
            chosen.select(index, index)
        self._follows = True
        if found:
            self.view.selectionModel().setCurrentIndex(found[-1], QItemSelectionModel.SelectionFlag.NoUpdate)
            self.view.scrollTo(found[-1])
        self.view.selectionModel().select(chosen, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        self._follows = False

    def _choose(self) -> None:
        """Select on the canvas what is selected here."""
        if self._follows:
            return
        node_ids, edges = self.chosen()
        self._follows = True
        self._canvas.network.select(self._cards(node_ids), self._drawn_edges(edges))
        self._follows = False
        shown = self._canvas.network.selected
        if shown:
            self._canvas.bring_into_sight(shown[-1])

    def _cards(self, node_ids: Collection[str]) -> tuple[str, ...]:
        """The cards of the canvas that show these nodes and groups."""
        return self._canvas.folding.cards_of(tuple(node_ids))

    def _drawn_edges(self, edges: Collection[Edge]) -> tuple[Edge, ...]:
        """The connections between cards that stand for these edges."""
        real = self._canvas.folding.drawing.real
        return tuple(drawn for drawn, meant in real.items() if any(edge in meant for edge in edges))

    def _index_of_edge(self, edge: Edge) -> QModelIndex:
        """The row of an edge, below the node that is marked if it is one of its ends."""
        arriving = self.model.index_of(("input",), edge)
        is_near = self.view.currentIndex() in (arriving, arriving.parent())
        return arriving if is_near else self.model.index_of(("output",), edge)

    # What is asked for

    def activate(self, index: QModelIndex) -> None:
        """Edit a node, unfold a group, or follow a connection."""
        row = self.model.row_at(index)
        if row is None:
            return
        if row.kind == "node":
            self.edit_wanted.emit(row.thing)
        elif row.kind == "group":
            self.view.setExpanded(index, not self.view.isExpanded(index))
        else:
            self.view.setCurrentIndex(self.model.index_of(("node",), row.other_end()))

    def delete_chosen(self) -> None:
        """Ask for what is selected to be deleted; what came before a node is connected to what came after it."""
        node_ids, edges = self.chosen()
        if node_ids:
            what = node_ids[0] if len(node_ids) == 1 else f"{len(node_ids)} layers"
            edit = partial(edits.delete, node_ids=node_ids, edges=edges)
            self._canvas.request(f"Delete {what}", edit)
        elif edges:
            commands.disconnect(self._canvas, edges)

    def open_menu(self, index: QModelIndex) -> None:
        """Open the menu that a row has on the canvas, below it."""
        row = self.model.row_at(index)
        thing = None if row is None else row.thing
        is_drawn = thing is None or thing in self._canvas.network.places or thing in self._canvas.network.routes
        if is_drawn:
            entries = commands.entries_for(self._canvas, thing, self._place_of(thing))
            # Letters search here, so only those keys are named that mean the same as on the canvas.
            entries = tuple(entry if entry.key in ("Return", "Del") else replace(entry, key="") for entry in entries)
        else:
            entries = (Entry("Delete", self.delete_chosen, "Del"),)
        if self.menu is not None:
            self.menu.deleteLater()
        self.menu = build_menu(entries, self._delegate.theme, self)
        # What goes on on the canvas, such as choosing what to connect to, is steered from there.
        self.menu.triggered.connect(self._follow_gesture)
        area = self.view.visualRect(index)
        self.menu.popup(self.view.viewport().mapToGlobal(area.bottomLeft()))

    def _follow_gesture(self) -> None:
        if self._canvas.gesture is not None:
            self._canvas.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _place_of(self, thing: str | Edge | None) -> Point:
        """Where on the canvas something is: that is where it is said why an edit was refused."""
        if thing is None:
            return self._canvas.seen().center
        return self._canvas.network.places[thing.target if isinstance(thing, Edge) else thing]

    # How it is done

    def _refill(self) -> None:
        """List the graph as it is now, and leave open, marked and selected what was."""
        self._is_late = False
        opened, ways_back = self._opened(), self._ways_back()
        self._follows = True
        if self.model.show_rows(outline(self._graph, self._report)):
            for row in self.model.rows():
                if row.kind == "group" or row.key() in opened:
                    self.view.setExpanded(self._index_of(row), True)
            found = next((index for row in ways_back if (index := self._index_of(row)).isValid()), None)
            if found is not None:
                self.view.selectionModel().setCurrentIndex(found, QItemSelectionModel.SelectionFlag.NoUpdate)
        self._follows = False
        self.show_list(self.model.rowCount() > 0)
        self.show_selection()

    def _opened(self) -> set[tuple[Kind, str | Edge]]:
        rows = (row for row in self.model.rows() if row.children)
        return {row.key() for row in rows if self.view.isExpanded(self._index_of(row))}

    def _ways_back(self) -> list[OutlineRow]:
        """The row that is marked, those that it is below, and then those before it: the first that stays is marked."""
        index, found = self.view.currentIndex(), []
        while index.isValid():
            found.append(self.model.row_at(index))
            above = self.view.indexAbove(index)
            index = index.parent() if index.parent().isValid() else above
        return [row for row in found if row is not None]

    def _index_of(self, row: OutlineRow) -> QModelIndex:
        return self.model.index_of((row.kind,), row.thing)


class _OutlineView(QTreeView):
    """The tree itself. Arrows go and unfold, typing searches, Enter edits, Delete deletes."""

    def __init__(self, panel: OutlinePanel) -> None:
        super().__init__()
        self._panel = panel
        self.setModel(panel.model)
        self.setAccessibleName("Layers and connections")
        self.setAccessibleDescription(
            "Right unfolds what a layer is connected to, Enter edits, Delete deletes, typing searches."
        )
        self.setHeaderHidden(True)
        self.setFrameShape(QTreeView.Shape.NoFrame)
        self.setIndentation(16)
        self.setExpandsOnDoubleClick(False)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setMouseTracking(True)
        self.doubleClicked.connect(panel.activate)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Keys that act on the row that is marked."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._panel.activate(self.currentIndex())
        elif event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self._panel.delete_chosen()
        elif event.key() == Qt.Key.Key_Escape:
            self._panel.left.emit()
        elif event.key() == Qt.Key.Key_F10 and event.modifiers() == Qt.KeyboardModifier.ShiftModifier:
            self._panel.open_menu(self.currentIndex())
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """The same menu as on the canvas, of what is under the pointer or marked."""
        by_key = event.reason() == QContextMenuEvent.Reason.Keyboard
        self._panel.open_menu(self.currentIndex() if by_key else self.indexAt(event.pos()))
        event.accept()
