"""The outline: the network without the canvas, by keys and with the canvas following."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QHBoxLayout, QWidget

from deepviz.document import edits, group_edits
from deepviz.document.graph import Edge
from deepviz.document.project import Project
from deepviz.gui.canvas.connect_gesture import ConnectByKeys
from deepviz.gui.canvas.view import CanvasView
from deepviz.gui.editor import EditError, Editor
from deepviz.gui.panels.outline_panel import OutlinePanel
from deepviz.gui.theme import DARK, LIGHT
from tests.e2e.window import colors_of

Key = Qt.Key
CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


class Stage:
    """A canvas and an outline of the same project, side by side, and an editor that both ask."""

    def __init__(self, editor: Editor) -> None:
        self.editor, self.canvas = editor, CanvasView(DARK)
        self.outline = OutlinePanel(self.canvas, DARK)
        self.view = self.outline.view
        self.page = QWidget()
        row = QHBoxLayout(self.page)
        row.addWidget(self.outline)
        row.addWidget(self.canvas, 1)
        self.outline.setFixedWidth(216)
        self.wanted: list[str] = []
        self.outline.edit_wanted.connect(self.wanted.append)
        self.canvas.edit_requested.connect(self._edit)
        editor.report_changed.connect(lambda _report: self.draw())
        self.draw()

    def draw(self) -> None:
        self.canvas.show_graph(self.editor.project.graph, self.editor.report)
        self.outline.show_graph(self.editor.project.graph, self.editor.report)

    def _edit(self, label: str, edit: Callable[[Project], Project]) -> None:
        try:
            self.editor.apply(label, edit)
        except EditError as error:
            self.canvas.edit_error(str(error))

    @property
    def titles(self) -> list[str]:
        return [row.title for row in self.outline.model.rows() if row.kind in ("group", "node")]

    @property
    def current(self) -> str:
        return str(self.view.currentIndex().data())

    def key(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        QTest.keyClick(self.view, key, modifiers)

    def keys(self, *keys: Qt.Key) -> None:
        for key in keys:
            self.key(key)


@pytest.fixture
def stage(editor: Editor, show: Callable[..., QWidget]) -> Stage:
    made = Stage(editor)
    show(made.page, 900, 600)
    made.outline.focus_list()
    return made


def test_arrows_go_along_the_flow_and_the_canvas_follows(stage: Stage) -> None:
    assert stage.view.hasFocus()
    assert stage.current == "input_1"
    assert stage.canvas.network.selected == ("input_1",)
    visited = []
    for _ in range(4):
        stage.key(Key.Key_Down)
        visited.append(stage.canvas.network.selected)
    assert visited == [("dense_1",), ("relu_1",), ("dense_2",), ("loss_1",)]
    assert stage.canvas.current == "loss_1", "keys on the canvas go on from there"


def test_what_is_selected_on_the_canvas_is_selected_here(stage: Stage) -> None:
    stage.canvas.select(("relu_1",))
    assert stage.current == "relu_1"
    assert stage.outline.chosen() == (("relu_1",), ())
    stage.canvas.select(("dense_1", "dense_2"))
    assert set(stage.outline.chosen()[0]) == {"dense_1", "dense_2"}
    stage.canvas.network.select((), (Edge("dense_1", "relu_1"),))
    assert stage.outline.chosen() == ((), (Edge("dense_1", "relu_1"),))
    stage.canvas.select(())
    assert stage.outline.chosen() == ((), ())


def test_several_rows_are_selected_with_shift(stage: Stage) -> None:
    stage.key(Key.Key_Down)
    stage.key(Key.Key_Down, SHIFT)
    assert stage.canvas.network.selected == ("dense_1", "relu_1")


def test_enter_edits_a_node(stage: Stage) -> None:
    stage.keys(Key.Key_Down, Key.Key_Return)
    assert stage.wanted == ["dense_1"]


def test_a_connection_is_unfolded_followed_and_deleted_by_keys(stage: Stage) -> None:
    stage.keys(Key.Key_Down, Key.Key_Right, Key.Key_Right, Key.Key_Down)
    assert stage.current == "→ relu_1"
    assert stage.canvas.network.selected_edges == (Edge("dense_1", "relu_1"),)
    stage.key(Key.Key_Return)
    assert stage.current == "relu_1"
    assert stage.canvas.network.selected == ("relu_1",)
    stage.keys(Key.Key_Up, Key.Key_Delete)
    assert stage.editor.undo_stack.undoText() == "Disconnect dense_1 from relu_1"
    assert Edge("dense_1", "relu_1") not in stage.editor.project.graph.edges
    assert stage.current == "dense_1", "the keyboard stays with the node whose connection it was"


def test_delete_heals_the_chain_and_the_keyboard_stays_near(stage: Stage) -> None:
    stage.keys(Key.Key_Down, Key.Key_Down, Key.Key_Delete)
    assert stage.editor.undo_stack.undoText() == "Delete relu_1"
    assert Edge("dense_1", "dense_2") in stage.editor.project.graph.edges
    assert stage.titles == ["input_1", "dense_1", "dense_2", "loss_1"]
    assert stage.current == "dense_1"
    assert stage.view.hasFocus()


def test_typing_searches(stage: Stage) -> None:
    QTest.keyClicks(stage.view, "re")
    assert stage.current == "relu_1"
    assert stage.canvas.network.selected == ("relu_1",)


def test_escape_goes_back_to_the_canvas(stage: Stage) -> None:
    stage.outline.left.connect(stage.canvas.setFocus)
    stage.key(Key.Key_Escape)
    assert stage.canvas.hasFocus()


def test_the_menu_is_that_of_the_canvas(stage: Stage) -> None:
    stage.keys(Key.Key_Down)
    area = stage.view.visualRect(stage.view.currentIndex())
    for reason, place in (
        (QContextMenuEvent.Reason.Keyboard, QPoint(0, 0)),
        (QContextMenuEvent.Reason.Mouse, area.center()),
    ):
        event = QContextMenuEvent(reason, place, stage.view.mapToGlobal(place))
        QApplication.sendEvent(stage.view.viewport(), event)
        assert stage.outline.menu is not None
        labels = [action.text().split("\t")[0] for action in stage.outline.menu.actions() if action.text()]
        assert {"Edit hyperparameters", "Connect to…", "Delete"} <= set(labels)
        stage.outline.menu.close()


def test_connecting_that_begins_here_is_steered_on_the_canvas(stage: Stage) -> None:
    stage.editor.apply("Add Dense", lambda project: edits.add_node(project, edits.new_layer("Dense"), (0.0, 300.0)))
    QTest.keyClicks(stage.view, "dense_3")
    stage.key(Key.Key_F10, SHIFT)
    menu = stage.outline.menu
    assert menu is not None
    connect = next(each for each in menu.actions() if each.text().startswith("Connect to…"))
    assert "\t" not in connect.text(), "letters search here, so none is named"
    menu.setActiveAction(connect)
    QTest.keyClick(menu, Key.Key_Return)
    QApplication.processEvents()
    assert stage.page.window().focusWidget() is stage.canvas
    gesture = stage.canvas.gesture
    assert isinstance(gesture, ConnectByKeys)
    QTest.keyClick(stage.canvas, Key.Key_Return)
    assert Edge("dense_3", str(gesture.target)) in stage.editor.project.graph.edges


def test_the_list_is_made_anew_only_when_rows_come_or_go(stage: Stage) -> None:
    resets: list[bool] = []
    stage.outline.model.modelReset.connect(lambda: resets.append(True))
    stage.keys(Key.Key_Down, Key.Key_Right)
    layer = stage.editor.project.graph.node("dense_1").layer.changed(units=31)
    stage.editor.apply("Change units", lambda project: edits.set_layer(project, "dense_1", layer))
    assert resets == []
    assert stage.view.currentIndex().data(Qt.ItemDataRole.AccessibleTextRole).startswith("dense_1: Dense 31")
    assert stage.view.isExpanded(stage.view.currentIndex())
    stage.editor.apply("Delete loss_1", lambda project: edits.delete(project, ("loss_1",)))
    assert resets == [True]
    assert stage.current == "dense_1"
    assert stage.view.isExpanded(stage.view.currentIndex()), "what was unfolded stays so"


def test_while_nobody_sees_it_nothing_is_listed(stage: Stage) -> None:
    stage.outline.hide()
    stage.editor.open(Project())
    assert stage.titles != []
    stage.outline.show()
    assert stage.titles == []
    assert not stage.view.isVisible(), "words say what to do instead"


def test_a_group_holds_its_layers_and_is_folded_by_keys(stage: Stage) -> None:
    stage.editor.apply("Group", lambda project: group_edits.group(project, ["dense_1", "relu_1"]))
    group = stage.editor.project.graph.groups[0]
    assert stage.titles == ["input_1", group.name, "dense_1", "relu_1", "dense_2", "loss_1"]
    stage.view.setCurrentIndex(stage.outline.model.index_of(("group",), group.id))
    index = stage.view.currentIndex()
    assert stage.view.isExpanded(index)
    assert stage.canvas.network.selected == (group.id,)
    stage.key(Key.Key_Return)
    assert not stage.view.isExpanded(index)
    stage.keys(Key.Key_Right, Key.Key_Right)
    assert stage.current == "dense_1"
    assert stage.canvas.network.selected == (group.id,), "the card that shows it"
    assert stage.outline.chosen() == (("dense_1",), ()), "but here it is the layer that is chosen"
    stage.keys(Key.Key_Down, Key.Key_Delete)
    assert "relu_1" not in stage.editor.project.graph.by_id
    assert "dense_1" in stage.editor.project.graph.by_id


def test_it_wears_both_themes(stage: Stage) -> None:
    for theme in (DARK, LIGHT):
        stage.outline.apply_theme(theme)
        colors = colors_of(stage.view)
        assert theme.text in colors
        assert theme.dim in colors
        assert theme.selected in colors
