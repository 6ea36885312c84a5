"""Problems are listed with what mends them; the button in the status bar says whether training can start."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton, QStatusBar, QVBoxLayout, QWidget

from deepviz.datasets.sources.idx_files import IdxFiles
from deepviz.document import edits
from deepviz.document.graph import Edge
from deepviz.document.project import DataChoice, Project
from deepviz.document.shapes import Problem, Repair
from deepviz.gui.editor import EditError, Editor
from deepviz.gui.panels.problem_card import ProblemCard
from deepviz.gui.panels.problems import ProblemsButton, ProblemsPanel
from deepviz.gui.theme import DARK, LIGHT

LEFT = Qt.MouseButton.LeftButton
Show = Callable[..., QWidget]


def break_two_things(editor: Editor) -> None:
    """dense_2 gives 5 numbers for 2 classes, and add_1 is connected to nothing."""
    layer = editor.project.graph.node("dense_2").layer.changed(units=5)
    editor.apply("Change units", partial(edits.set_layer, node_id="dense_2", layer=layer))
    editor.apply("Add Add", partial(edits.add_node, layer=edits.new_layer("Add"), position=(0.0, 300.0)))


@pytest.fixture
def panel(editor: Editor, show: Show) -> ProblemsPanel:
    made = ProblemsPanel(editor)
    show(made)
    return made


@pytest.fixture
def button(editor: Editor, show: Show) -> ProblemsButton:
    """The button in a status bar at the bottom of a window."""
    made, window, status = ProblemsButton(editor), QWidget(), QStatusBar()
    status.addWidget(made)
    column = QVBoxLayout(window)
    column.setContentsMargins(0, 0, 0, 0)
    column.addWidget(QPushButton("something else"), 1)
    column.addWidget(status)
    show(window, 800, 600)
    return made


def visible(panel: ProblemsPanel) -> list[ProblemCard]:
    return [card for card in panel.cards if not card.isHidden()]


def test_without_problems_it_says_so(panel: ProblemsPanel) -> None:
    assert panel._none.isVisible()
    assert panel._none.said == "No problems. Ready to train."
    assert visible(panel) == []


def test_problems_come_and_go(panel: ProblemsPanel, editor: Editor) -> None:
    break_two_things(editor)
    assert [card.node_id for card in visible(panel)] == ["loss_1", "add_1"]
    assert not panel._none.isVisible()
    editor.undo_stack.undo()
    assert [card.node_id for card in visible(panel)] == ["loss_1"]
    editor.undo_stack.undo()
    assert visible(panel) == []
    assert panel._none.isVisible()


def test_a_repair_is_an_undoable_edit_of_its_own_name(panel: ProblemsPanel, editor: Editor) -> None:
    break_two_things(editor)
    broken = editor.project
    (mend,) = visible(panel)[0].buttons
    QTest.mouseClick(mend, LEFT)
    assert [card.node_id for card in visible(panel)] == ["add_1"]
    assert editor.undo_stack.undoText() == "Set units to 2"
    editor.undo_stack.undo()
    assert editor.project == broken


def test_a_click_or_the_link_goes_to_the_node(panel: ProblemsPanel, editor: Editor) -> None:
    wanted: list[str] = []
    panel.node_wanted.connect(wanted.append)
    break_two_things(editor)
    QApplication.processEvents()
    first, second = visible(panel)
    QTest.mouseClick(first, LEFT)
    second.place.setFocus()
    QTest.keyClick(second.place, Qt.Key.Key_Space)
    assert wanted == ["loss_1", "add_1"]


def test_data_that_cannot_be_used_is_a_problem_too(panel: ProblemsPanel, editor: Editor) -> None:
    choice = DataChoice(source=IdxFiles(images="/nowhere/images", labels="/nowhere/labels"))
    editor.apply("Use files", partial(edits.set_data, choice=choice))
    assert panel.data_card.isVisible()
    assert not panel._none.isVisible()
    wanted: list[bool] = []
    panel.data_wanted.connect(lambda: wanted.append(True))
    QTest.mouseClick(panel.data_card.button, LEFT)
    assert wanted == [True]
    editor.undo_stack.undo()
    assert not panel.data_card.isVisible()


def test_a_repair_that_does_not_work_says_why(editor: Editor, show: Show) -> None:
    def fail(project: Project) -> Project:
        raise EditError("There is nothing to change before it.")

    card = ProblemCard(editor, DARK)
    show(card)
    card.show_problem(Problem("Something is wrong.", "dense_1", (Repair("Mend it", fail),)))
    QTest.mouseClick(card.buttons[0], LEFT)
    assert card._refusal.said == "There is nothing to change before it."
    card.show_problem(Problem("Something else is wrong.", "dense_1"))
    assert card._refusal.said == ""


def test_a_problem_of_an_edge_is_at_its_end(editor: Editor, qtbot: object, dressed: None) -> None:
    card = ProblemCard(editor, DARK, shows_place=True)
    card.show_problem(Problem("It does not fit.", Edge("dense_1", "relu_1")))
    assert card.node_id == "relu_1"
    assert card.place.text() == "Show relu_1"


# The button


def test_the_button_says_how_things_are(button: ProblemsButton, editor: Editor) -> None:
    assert button.text() == "Ready to train · 42 parameters"
    break_two_things(editor)
    assert button.text() == "2 problems"
    editor.undo_stack.undo()
    assert button.text() == "1 problem"
    assert button.accessibleName() == "1 problem"


def test_the_dot_has_the_colour_of_the_state_and_the_theme(button: ProblemsButton, editor: Editor) -> None:
    def dot() -> str:
        return button.icon().pixmap(14, 10).toImage().pixelColor(5, 5).name()

    assert dot() == DARK.good
    break_two_things(editor)
    assert dot() == DARK.warning
    button.apply_theme(LIGHT)
    assert dot() == LIGHT.warning


def test_the_list_opens_above_the_button_and_closes_again(button: ProblemsButton, editor: Editor) -> None:
    break_two_things(editor)
    QTest.mouseClick(button, LEFT)
    popover = button.popover
    assert popover.isVisible()
    window = button.window()
    assert popover.geometry().bottom() <= button.mapTo(window, button.rect().topLeft()).y() + 12
    assert window.rect().contains(popover.geometry().adjusted(12, 12, -12, -12))
    QTest.mouseClick(button, LEFT)
    assert not popover.isVisible()


def test_the_keyboard_opens_mends_and_leaves_the_list(button: ProblemsButton, editor: Editor) -> None:
    break_two_things(editor)
    button.setFocus()
    QTest.keyClick(button, Qt.Key.Key_Space)
    focused = QApplication.focusWidget()
    assert isinstance(focused, QPushButton)
    assert focused.text() == "Set units to 2"
    QTest.keyClick(focused, Qt.Key.Key_Space)
    assert button.text() == "1 problem"
    QTest.keyClick(QApplication.focusWidget() or button.popover, Qt.Key.Key_Escape)
    assert not button.popover.isVisible()
    assert button.hasFocus()


def test_going_to_a_node_closes_the_list(button: ProblemsButton, editor: Editor) -> None:
    wanted: list[str] = []
    button.node_wanted.connect(wanted.append)
    break_two_things(editor)
    QTest.mouseClick(button, LEFT)
    QTest.mouseClick(visible(button.panel)[1].place, LEFT)
    assert wanted == ["add_1"]
    assert not button.popover.isVisible()


def test_broken_data_is_counted(button: ProblemsButton, editor: Editor, tmp_path: Path) -> None:
    choice = DataChoice(source=IdxFiles(images=str(tmp_path / "a"), labels=str(tmp_path / "b")))
    editor.apply("Use files", partial(edits.set_data, choice=choice))
    assert button.text() == "1 problem"
