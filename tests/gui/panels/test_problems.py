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
from deepviz.gui.panels.problems import MOST_CARDS, ProblemsButton, ProblemsPanel
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


def add_softmax(editor: Editor) -> None:
    """A Softmax layer right before the loss, which takes a softmax itself."""
    softmax = edits.new_layer("Softmax")
    editor.apply("Add", partial(edits.append_after, layer=softmax, node_id="dense_2"))


def test_a_warning_looks_otherwise_and_comes_last(panel: ProblemsPanel, editor: Editor) -> None:
    add_softmax(editor)
    (card,) = visible(panel)
    assert (card.name.said, card.property("mood")) == ("softmax_1", "warning")
    assert card.accessibleName().startswith("Warning: softmax_1 is one softmax too many")
    assert panel.heading.said == "Problems · 1 warning"
    break_two_things(editor)
    assert [card.property("mood") for card in visible(panel)] == ["bad", "bad", "warning"]
    assert panel.heading.said == "Problems · 2 problems · 1 warning"
    QTest.mouseClick(visible(panel)[2].buttons[0], LEFT)
    assert "softmax_1" not in editor.project.graph.by_id
    assert editor.undo_stack.undoText() == "Remove softmax_1"


def test_the_keyboard_goes_along_the_list_and_to_a_node(panel: ProblemsPanel, editor: Editor) -> None:
    wanted: list[str] = []
    panel.node_wanted.connect(wanted.append)
    break_two_things(editor)
    QApplication.processEvents()
    first, second = visible(panel)
    panel.take_keyboard()
    assert first.hasFocus()
    QTest.keyClick(first, Qt.Key.Key_Down)
    assert second.hasFocus()
    QTest.keyClick(second, Qt.Key.Key_Down)
    assert second.hasFocus(), "it is the last"
    QTest.keyClick(second, Qt.Key.Key_Return)
    QTest.keyClick(second, Qt.Key.Key_Up)
    QTest.keyClick(first, Qt.Key.Key_Enter)
    assert wanted == ["add_1", "loss_1"]


def test_after_a_repair_by_keyboard_the_keyboard_stays_in_the_list(panel: ProblemsPanel, editor: Editor) -> None:
    break_two_things(editor)
    QApplication.processEvents()
    for _ in range(6):  # one repair leads to the next, until none is left
        card = next((card for card in visible(panel) if card.buttons), None)
        if card is None:
            break
        card.buttons[0].setFocus()
        QTest.keyClick(card.buttons[0], Qt.Key.Key_Space)
        focused = QApplication.focusWidget()
        assert focused is not None
        assert panel.isAncestorOf(focused)
    assert panel.close_button.hasFocus() or visible(panel)


def test_escape_and_the_cross_close_it(panel: ProblemsPanel, editor: Editor) -> None:
    closed: list[bool] = []
    panel.closed.connect(lambda: closed.append(True))
    break_two_things(editor)
    panel.take_keyboard()
    QTest.keyClick(visible(panel)[0], Qt.Key.Key_Escape)
    QTest.mouseClick(panel.close_button, LEFT)
    assert closed == [True, True]


def test_in_a_wide_list_buttons_stand_beside_the_words(editor: Editor, show: Show) -> None:
    made = ProblemsPanel(editor)
    break_two_things(editor)
    window = show(made, 800, 300)
    QApplication.processEvents()
    card = visible(made)[0]
    assert card.buttons[0].x() > card.name.x() + 200
    window.resize(300, 500)
    QApplication.processEvents()
    assert card.buttons[0].x() < card.name.x() + 20
    assert card.buttons[0].y() > card.name.y() + 20


def test_a_problem_of_the_whole_network_names_it_and_leads_nowhere(panel: ProblemsPanel, editor: Editor) -> None:
    wanted: list[str] = []
    panel.node_wanted.connect(wanted.append)
    editor.apply("Delete loss_1", partial(edits.delete, node_ids=("loss_1",)))
    card = visible(panel)[0]
    assert card.name.said == "The network"
    assert [button.accessibleName() for button in card.buttons] == ["Add softmax cross-entropy at the end"]
    QTest.mouseClick(card, LEFT)
    QTest.keyClick(card, Qt.Key.Key_Return)
    assert wanted == []
    QTest.mouseClick(card.buttons[0], LEFT)
    assert visible(panel) == []


def test_a_long_offer_takes_several_lines_rather_than_widen_the_panel(panel: ProblemsPanel, editor: Editor) -> None:
    def widen(project: Project) -> Project:
        project = edits.delete(project, ("loss_1",))
        return edits.set_layer(project, "dense_2", edits.new_layer("Dense").changed(units=7))

    editor.apply("Break", widen)
    QApplication.processEvents()
    long, _ = visible(panel)[0].buttons
    assert long.accessibleName() == "Add Dense with 2 units and softmax cross-entropy"
    assert long.text().count("\n") == 1
    assert panel.page.width() <= panel.viewport().width()
    assert long.height() >= 2 * long.fontMetrics().height()
    assert long.sizeHint().width() <= long.width()


def test_of_very_many_problems_the_first_are_listed(panel: ProblemsPanel, editor: Editor) -> None:
    def add_many(project: Project) -> Project:
        for _ in range(MOST_CARDS + 5):
            project = edits.add_node(project, edits.new_layer("Tanh"), (0.0, 300.0))
        return project

    editor.apply("Add many", add_many)
    assert len(visible(panel)) == MOST_CARDS
    assert panel._more.said == "and 5 more"


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


def test_warnings_are_told_apart_and_do_not_stand_in_the_way(button: ProblemsButton, editor: Editor) -> None:
    add_softmax(editor)
    assert button.count == 0
    assert button.text() == "Ready to train · 42 parameters · 1 warning"
    assert button.icon().pixmap(14, 10).toImage().pixelColor(5, 5).name() == DARK.warning
    break_two_things(editor)
    assert button.text() == "2 problems · 1 warning"


def test_broken_data_is_counted(button: ProblemsButton, editor: Editor, tmp_path: Path) -> None:
    choice = DataChoice(source=IdxFiles(images=str(tmp_path / "a"), labels=str(tmp_path / "b")))
    editor.apply("Use files", partial(edits.set_data, choice=choice))
    assert button.text() == "1 problem"
