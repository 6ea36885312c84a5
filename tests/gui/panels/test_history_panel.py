"""The undo history: what was done, where the project is, and going there by click or key."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetricsF
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from deepviz.document import edits
from deepviz.gui.editor import Editor
from deepviz.gui.panels.history_panel import IS_SAVED, LINE_HEIGHT, ROW_HEIGHT, STEP_STATE, HistoryPanel, lines_of
from deepviz.gui.theme import DARK, LIGHT, body_font
from tests.e2e.window import colors_of

Key = Qt.Key
NAMES = ("first", "second", "third")


def rename(editor: Editor, *names: str) -> None:
    for name in names:
        editor.apply(f"Call it {name}", partial(edits.rename, name=name))


def listed(panel: HistoryPanel) -> list[str]:
    return [panel.model.index(row).data() for row in range(panel.model.rowCount())]


def states(panel: HistoryPanel) -> list[str]:
    return [panel.model.index(row).data(STEP_STATE) for row in range(panel.model.rowCount())]


@pytest.fixture
def panel(editor: Editor, show: Callable[..., QWidget]) -> HistoryPanel:
    made = HistoryPanel(editor, DARK)
    show(made, 216, 500)
    return made


def test_it_is_calm_while_there_is_nothing(panel: HistoryPanel, editor: Editor) -> None:
    assert panel.is_empty
    assert not panel.view.isVisible()
    rename(editor, "first")
    assert panel.view.isVisible()
    editor.undo_stack.undo()
    assert panel.view.isVisible(), "what was undone can still be gone to"
    editor.open(editor.project)
    assert panel.is_empty


def test_every_step_is_listed_by_its_name_and_the_present_is_marked(panel: HistoryPanel, editor: Editor) -> None:
    rename(editor, *NAMES)
    assert listed(panel) == ["As it was opened", "Call it first", "Call it second", "Call it third"]
    assert states(panel) == ["done", "done", "done", "here"]
    editor.undo_stack.undo()
    editor.undo_stack.undo()
    assert states(panel) == ["done", "here", "undone", "undone"]
    assert panel.view.currentIndex().row() == 1


def test_a_new_step_takes_the_place_of_those_that_were_undone(panel: HistoryPanel, editor: Editor) -> None:
    rename(editor, *NAMES)
    editor.go_to_step(1)
    rename(editor, "other")
    assert listed(panel) == ["As it was opened", "Call it first", "Call it other"]
    assert states(panel) == ["done", "done", "here"]


def test_a_click_goes_to_a_step_backwards_and_forwards(panel: HistoryPanel, editor: Editor) -> None:
    rename(editor, *NAMES)
    for row, name in ((1, "first"), (3, "third"), (0, "small")):
        place = panel.view.visualRect(panel.model.index(row)).center()
        QTest.mouseClick(panel.view.viewport(), Qt.MouseButton.LeftButton, pos=place)
        assert editor.project.name == name
        assert states(panel)[row] == "here"


@pytest.mark.parametrize("key", [Key.Key_Return, Key.Key_Enter])
def test_arrows_only_look_and_enter_goes(panel: HistoryPanel, editor: Editor, key: Qt.Key) -> None:
    rename(editor, *NAMES)
    panel.focus_list()
    assert panel.view.hasFocus()
    QTest.keyClick(panel.view, Key.Key_Up)
    QTest.keyClick(panel.view, Key.Key_Up)
    assert editor.project.name == "third"
    QTest.keyClick(panel.view, key)
    assert editor.project.name == "first"
    assert panel.view.hasFocus()
    QTest.keyClick(panel.view, Key.Key_End)
    QTest.keyClick(panel.view, key)
    assert editor.project.name == "third"


def test_typing_finds_a_step(panel: HistoryPanel, editor: Editor) -> None:
    rename(editor, *NAMES)
    panel.focus_list()
    QTest.keyClicks(panel.view, "call it s")
    assert panel.view.currentIndex().data() == "Call it second"
    assert editor.project.name == "third"


def test_the_saved_step_is_marked_once_there_is_a_file(panel: HistoryPanel, editor: Editor, tmp_path: Path) -> None:
    def saved() -> list[int]:
        return [row for row in range(panel.model.rowCount()) if panel.model.index(row).data(IS_SAVED)]

    rename(editor, "first")
    assert saved() == [], "a project without a file has been saved nowhere"
    editor.mark_saved(tmp_path / "a.deepviz")
    assert saved() == [1]
    rename(editor, "second")
    editor.undo_stack.undo()
    assert saved() == [1]
    editor.undo_stack.undo()
    rename(editor, "other")
    assert saved() == [], "what was saved cannot be reached any more"


def test_a_screen_reader_hears_where_a_step_stands(panel: HistoryPanel, editor: Editor, tmp_path: Path) -> None:
    rename(editor, *NAMES)
    editor.go_to_step(2)
    editor.mark_saved(tmp_path / "a.deepviz")
    spoken = [panel.model.index(row).data(Qt.ItemDataRole.AccessibleTextRole) for row in range(4)]
    assert spoken == [
        "As it was opened, before all steps",
        "Call it first, step 1 of 3",
        "Call it second, step 2 of 3, the project is here, saved",
        "Call it third, step 3 of 3, undone",
    ]
    assert panel.view.accessibleName()
    assert "Enter" in panel.view.accessibleDescription()


def test_undone_steps_are_dim_in_both_themes(panel: HistoryPanel, editor: Editor) -> None:
    rename(editor, *NAMES)
    editor.go_to_step(1)
    for theme in (DARK, LIGHT):
        panel.apply_theme(theme)
        colors = colors_of(panel.view)
        assert theme.accent in colors
        assert theme.dim in colors
        assert theme.text in colors


def test_a_thousand_steps_are_listed_and_the_present_is_in_sight(panel: HistoryPanel, editor: Editor) -> None:
    rename(editor, *(f"name {number}" for number in range(1000)))
    assert panel.model.rowCount() == 1001
    area = panel.view.visualRect(panel.model.index(1000))
    assert panel.view.viewport().rect().contains(area.center())
    editor.go_to_step(3)
    assert panel.view.viewport().rect().contains(panel.view.visualRect(panel.model.index(3)).center())
    panel.view.verticalScrollBar().setValue(panel.view.verticalScrollBar().maximum())
    panel.focus_list()
    assert panel.view.viewport().rect().contains(panel.view.visualRect(panel.model.index(3)).center())


def test_a_nudged_step_that_grows_keeps_its_row(panel: HistoryPanel, editor: Editor) -> None:
    rename(editor, "first")
    for x in (8.0, 16.0):
        editor.apply("Move relu_1", partial(edits.move, positions={"relu_1": (x, 0.0)}), "nudge relu_1")
    assert listed(panel) == ["As it was opened", "Call it first", "Move relu_1"]


def test_a_changed_setting_is_told_with_both_values(panel: HistoryPanel, editor: Editor) -> None:
    project = editor.project
    plan, adam = project.plan, project.plan.optimizer
    label = "Change learning rate"
    editor.apply(label, partial(edits.set_optimizer, optimizer=adam.changed(learning_rate=0.1)), "drag")
    editor.apply(label, partial(edits.set_optimizer, optimizer=adam.changed(learning_rate=0.02)), "drag")
    before = adam.learning_rate
    assert listed(panel)[1:] == [f"Learning rate {before} → 0.02"]
    both = replace(plan, run=plan.run.changed(batch_size=8, epochs=7), optimizer=editor.project.plan.optimizer)
    editor.apply("Change run", partial(edits.set_plan, plan=both))
    assert listed(panel)[2] == "Change run", "two settings have no short name"
    tip = panel.model.index(2).data(Qt.ItemDataRole.ToolTipRole)
    old = plan.run
    assert f"epochs {old.epochs} → 7" in tip
    assert f"batch size {old.batch_size} → 8" in tip
    dense = next(node for node in project.graph.nodes if node.layer.key == "Dense")
    layer = dense.layer.changed(units=123)
    editor.apply(f"Change units of {dense.id}", partial(edits.set_layer, node_id=dense.id, layer=layer))
    units = dict(dense.layer)["units"]
    assert listed(panel)[3] == f"{dense.id}: units {units} → 123"
    assert f"Change units of {dense.id}: {dense.id}: units" in panel.model.index(3).data(Qt.ItemDataRole.ToolTipRole)


@pytest.mark.parametrize(
    ("words", "lines"),
    [
        ("Learning rate 0.001 → 0.0005", ("Learning rate", "0.001 → 0.0005")),
        ("Weight decay 0.000123 → 0.0004567", ("Weight decay", "0.000123 → 0.0004567")),
        ("a_layer_of_some_length: units 64 → 128", ("a_layer_of_some_length: units", "64 → 128")),
        ("Units 64 → 128", ("Units 64 → 128",)),
    ],
)
def test_both_values_are_seen_whole_at_the_width_of_the_page(words: str, lines: tuple[str, ...]) -> None:
    """Of 216 pixels 166 are for the words; where the project is they are bold."""
    font = body_font()
    font.setBold(True)
    metrics = QFontMetricsF(font)
    found = lines_of(words, metrics, 166.0)
    assert found[-1] == lines[-1]
    assert len(found) == len(lines)
    assert found[0][:5] == lines[0][:5]
    assert all(metrics.horizontalAdvance(line) <= 166.0 for line in found)
    assert len(lines) * LINE_HEIGHT <= ROW_HEIGHT
    assert lines_of(words, metrics, 1000.0) == (words,)


def test_in_very_little_room_the_new_value_stays() -> None:
    metrics = QFontMetricsF(body_font())
    found = lines_of("Learning rate 0.000123 → 0.0005", metrics, 90.0)
    assert found[1].startswith("…")
    assert found[1].endswith("→ 0.0005")


def test_words_that_have_no_room_in_one_line_go_on_in_a_second_one() -> None:
    metrics = QFontMetricsF(body_font())
    for words, end in (("Unfreeze dense_1", 8), ("Stop early by Patience", 10)):
        room = metrics.horizontalAdvance(words) - 1.0  # as beside the word that it is saved
        lines = lines_of(words, metrics, room)
        assert " ".join(lines) == words
        assert len(lines[0]) >= end
    (long,) = lines_of("Unfreeze_a_layer_that_has_no_spaces", metrics, 90.0)
    assert long.startswith("Unfr")
    assert long.endswith("ces")
    first, second = lines_of("Delete the convolution and three more", metrics, 120.0)
    assert first == "Delete the"
    assert second.startswith("convol")
    assert second.endswith("more")


def test_a_changed_learning_rate_is_painted_to_its_end(panel: HistoryPanel, editor: Editor) -> None:
    """The row of a rate that ends in 5 is not that of a rate that ends in 9, although both are long."""
    plan, pictures = editor.project.plan, []
    for rate in (0.000125, 0.000129):
        after = replace(plan, optimizer=plan.optimizer.changed(learning_rate=rate))
        editor.apply("Change learning rate", partial(edits.set_plan, plan=after))
        pictures.append(panel.view.viewport().grab(panel.view.visualRect(panel.model.index(1))).toImage())
        assert str(rate) in panel.model.index(1).data(Qt.ItemDataRole.ToolTipRole)
        editor.undo_stack.undo()
    assert pictures[0] != pictures[1]
