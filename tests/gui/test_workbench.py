"""The window as a whole: keys, menus, themes, workspaces, what is remembered, and what is said about a run."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLineEdit,
    QScrollBar,
    QTabBar,
    QTableView,
    QWidget,
)

from deepviz.document import edits, examples
from deepviz.document.file_format import save
from deepviz.gui.actions import MENUS, ROWS
from deepviz.gui.settings import THEME, Settings
from deepviz.gui.theme import DARK, LIGHT, Theme
from deepviz.gui.workbench import Workbench
from deepviz.gui.workbench_commands import WorkbenchCommands
from tests.e2e.window import OpenWindow, Person, colors_of, small_project
from tests.gui.window_hands import press_shortcut, train_steps

# Keys


@pytest.fixture
def fired(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Windows opened from here on only note which action was run."""
    keys: list[str] = []
    runs = {row.key: partial(keys.append, row.key) for row in ROWS}
    monkeypatch.setattr(WorkbenchCommands, "runs", lambda _self: runs)
    return keys


def test_every_shortcut_runs_its_action_and_no_other(open_window: OpenWindow, fired: list[str]) -> None:
    bench = open_window(small_project()).bench
    for row in (row for row in ROWS if row.everywhere):
        action = bench.actions[row.key]
        places = [bench.canvas, bench.top_bar.run_button]
        if row.key not in ("undo", "redo"):  # where something is typed these belong to the typing
            places.append(bench.palette.search)
        for shortcut in row.shortcuts:
            action.setEnabled(True)
            for place in places:
                place.setFocus()
                press_shortcut(shortcut, place)
                assert fired == [row.key], f"{shortcut} from {type(place).__name__}"
                fired.clear()
            action.setEnabled(False)
            press_shortcut(shortcut, bench.canvas)
            assert fired == [], f"{shortcut} though {row.key} is not possible"


def test_no_two_actions_share_a_shortcut() -> None:
    shortcuts = [QKeySequence(shortcut).toString() for row in ROWS for shortcut in row.shortcuts]
    assert len(set(shortcuts)) == len(shortcuts)


def test_keys_of_the_canvas_and_their_menu_entries_do_the_same(person: Person) -> None:
    bench = person.bench
    bench.canvas.setFocus()
    press_shortcut("Ctrl+A", bench.canvas)
    assert set(bench.canvas.network.selected) == set(person.graph.by_id)
    bench.canvas.select(())
    bench.actions["select_all"].trigger()
    assert set(bench.canvas.network.selected) == set(person.graph.by_id)
    bench.canvas.select(("tanh_1",))
    press_shortcut("Delete", bench.canvas)
    assert "tanh_1" not in person.graph.by_id
    assert ("dense_1", "dense_2") in person.pairs(), "what came before leads to what came after"
    person.undo()
    bench.canvas.select(("tanh_1",))
    bench.actions["delete"].trigger()
    assert "tanh_1" not in person.graph.by_id


def test_the_usual_key_opens_the_context_menu(person: Person) -> None:
    canvas = person.bench.canvas
    canvas.setFocus()
    canvas.select(("tanh_1",))
    press_shortcut("Shift+F10", canvas)
    assert canvas.menu is not None
    assert canvas.menu.isVisible()
    assert person.bench.controller.status == "idle", "no shortcut of the window is in its way"
    canvas.menu.close()


def test_undo_in_a_form_takes_back_typing_first_and_then_edits(person: Person) -> None:
    person.set_value("dense_1", "units", "12")
    line = person.bench.properties.form.field("units").line
    assert line.hasFocus()
    line.selectAll()
    QTest.keyClicks(line, "7")
    person.undo()
    assert line.text() == "12", "what is half typed is taken back as text"
    assert person.graph.node("dense_1").layer.units == 12
    person.undo()
    assert person.graph.node("dense_1").layer.units == 8
    assert line.text() == "8"
    assert line.hasFocus()
    person.redo()
    assert line.text() == "12"


@pytest.mark.parametrize("key", ["save", "run", "step", "export"])
def test_shortcuts_take_what_is_half_typed_first(
    person: Person, monkeypatch: pytest.MonkeyPatch, key: str, tmp_path: Path
) -> None:
    bench = person.bench
    bench.editor.mark_saved(tmp_path / "a.deepviz")
    bench.canvas.select(("dense_1",))
    person.type_value(bench.properties.form, "units", "31", finish=False)
    bench.actions[key].trigger()
    assert person.graph.node("dense_1").layer.units == 31
    assert bench.editor.is_saved == (key == "save")
    bench.controller.reset()
    bench.export_panel.close_quietly()

    person.type_value(bench.properties.form, "units", "minus one", finish=False)
    bench.actions[key].trigger()
    assert "A value under Layer cannot be taken" in person.notice
    assert bench.controller.status == "idle"
    assert not bench.export_panel.isVisible()
    assert person.graph.node("dense_1").layer.units == 31


def test_escape_dismisses_the_message_only_when_nothing_else_wants_it(person: Person) -> None:
    bench = person.bench
    bench.notice.tell("Something happened.", "bad")
    bench.canvas.setFocus()
    bench.canvas.select(("tanh_1",))
    person.key(Qt.Key.Key_Escape)
    assert bench.canvas.network.selected == ()
    assert person.notice
    person.key(Qt.Key.Key_Escape)
    assert person.notice == ""


def test_menus_hold_every_action_once_and_the_file_menu_examples_and_recent_files(
    person: Person, tmp_path: Path
) -> None:
    bench = person.bench
    submenus = {action.text(): action.menu() for action in bench.menu.actions()}
    assert tuple(submenus) == MENUS
    listed = [action for menu in submenus.values() for action in menu.actions()]
    for row in ROWS:
        assert listed.count(bench.actions[row.key]) == (1 if row.menu else 0), row.key
    example_menu = next(action.menu() for action in listed if action.text() == "Open example")
    assert [action.text() for action in example_menu.actions()] == examples.names()
    next(action for action in example_menu.actions() if action.text() == "iris").trigger()
    assert person.project == examples.open_example("iris")

    assert not bench.file_menu.recent.isEnabled()
    assert bench.files.save_to(tmp_path / "kept.deepviz")
    bench.files.new()
    (entry,) = bench.file_menu.recent.entries
    assert entry.text() == "&1  kept.deepviz"
    entry.trigger()
    assert person.project == examples.open_example("iris")


def test_help_lists_every_shortcut_in_the_window_itself(person: Person) -> None:
    overview = person.bench.shortcuts
    person.bench.canvas.setFocus()
    person.key(Qt.Key.Key_F1)
    assert overview.isVisible()
    assert overview.window() is person.bench.window, "no dialog is in the way"
    listed = [key for one in overview.model.shown() for key in one.keys]
    for row in ROWS:
        for shortcut in row.shortcuts:
            assert QKeySequence(shortcut).toString(QKeySequence.SequenceFormat.NativeText) in listed
    person.key(Qt.Key.Key_Escape)
    assert not overview.isVisible()
    assert person.bench.canvas.hasFocus()
    QTest.keyClicks(person.bench.canvas, "?")
    assert overview.isVisible()
    person.bench.actions["shortcuts"].trigger()
    assert not overview.isVisible()
    person.bench.actions["about"].trigger()
    assert person.bench.about.isVisible()
    assert "MIT" in person.bench.about.text.text()


def test_everything_that_can_be_clicked_has_a_name(person: Person) -> None:
    bench = person.bench
    train_steps(person, 2)
    bench.notice.tell("Something happened.", "bad", [("Mend it", lambda: None)])
    nameless = []
    for widget in bench.window.findChildren(QWidget):
        kinds = (QAbstractButton, QLineEdit, QComboBox, QAbstractSlider, QAbstractSpinBox)
        if not isinstance(widget, kinds) or isinstance(widget, QScrollBar):
            continue
        if isinstance(widget.parent(), QTabBar | QAbstractSpinBox | QLineEdit | QComboBox | QTableView):
            continue  # Qt's own parts of a control that has a name
        words = widget.text().strip() if isinstance(widget, QAbstractButton) else ""
        if not (widget.accessibleName() or words):
            nameless.append(f"{type(widget).__name__} in {type(widget.parent()).__name__}")
    assert nameless == []
    for part in (bench.canvas, bench.palette.view, bench.notice, bench.learning_rate.slider):
        assert part.accessibleName()


# Undo


def test_the_actions_say_what_they_undo_and_redo(person: Person) -> None:
    undo, redo = person.bench.actions["undo"], person.bench.actions["redo"]
    assert (undo.text(), undo.isEnabled(), redo.text(), redo.isEnabled()) == ("Undo", False, "Redo", False)
    person.bench.palette.choose("ReLU")
    person.bench.palette.activate_current()
    assert (undo.text(), undo.isEnabled()) == ("Undo Add ReLU", True)
    undo.trigger()
    assert (undo.text(), undo.isEnabled(), redo.text(), redo.isEnabled()) == ("Undo", False, "Redo Add ReLU", True)
    assert "relu_1" not in person.graph.by_id
    redo.trigger()
    assert (redo.text(), redo.isEnabled()) == ("Redo", False)
    person.bench.editor.open(examples.open_example("xor"))
    assert not undo.isEnabled()


def test_the_title_says_the_name_and_whether_there_are_changes(person: Person, tmp_path: Path) -> None:
    window, bar = person.bench.window, person.bench.top_bar
    assert window.windowTitle() == "untitled – DeepViz"
    person.set_value("dense_1", "units", "9")
    assert window.windowTitle() == "untitled (edited) – DeepViz"
    assert "unsaved" in bar._project.toolTip()
    person.undo()
    assert window.windowTitle() == "untitled – DeepViz"
    person.redo()
    assert person.bench.files.save_to(tmp_path / "a.deepviz", name="a")
    assert window.windowTitle() == "a – DeepViz"
    person.undo()
    assert window.windowTitle().endswith("(edited) – DeepViz")


def test_an_opened_project_is_in_sight(person: Person, tmp_path: Path) -> None:
    far = {node_id: (x * 1.0 + 40_000, 30_000.0) for x, node_id in enumerate(person.graph.by_id)}
    save(edits.move(person.project, far), tmp_path / "far.deepviz")
    person.bench.canvas.zoom_in()  # whoever has looked at one place goes on looking there, but not at another project
    person.bench.files.open(tmp_path / "far.deepviz")
    seen = person.bench.canvas.seen()
    for place in person.bench.canvas.network.places.values():
        assert seen.left <= place.x <= seen.right
        assert seen.top <= place.y <= seen.bottom


# Looks


def dressed_parts(bench: Workbench) -> dict[str, Theme]:
    """The theme of every part that keeps one."""
    parts = [bench.canvas.network, bench.palette._delegate, *bench.window.findChildren(QWidget), bench.readiness]
    found = {}
    for part in parts:
        theme = getattr(part, "_theme", None) or getattr(part, "theme", None)
        if isinstance(theme, Theme):
            found[f"{type(part).__name__} {id(part):x}"] = theme
    return found


@pytest.mark.parametrize(("before", "after"), [(DARK, LIGHT), (LIGHT, DARK)], ids=["to light", "to dark"])
def test_the_theme_changes_everywhere_at_once(
    open_window: OpenWindow, qapp: QApplication, tmp_path: Path, before: Theme, after: Theme
) -> None:
    settings = Settings(tmp_path / "own.ini")
    settings.set(THEME, before.name)
    person = open_window(small_project(), settings)
    bench = person.bench
    bench.notice.tell("Something happened.", "warning", [("Mend it", lambda: None)])
    train_steps(person, 12)
    assert set(dressed_parts(bench).values()) == {before}
    press_shortcut("Ctrl+Shift+L", bench.canvas)
    parts = dressed_parts(bench)
    assert len(parts) >= 12
    assert {name for name, theme in parts.items() if theme is not after} == set()
    assert settings.get(THEME) == after.name

    def grounds(theme: Theme) -> set[str]:
        return {theme.window, theme.panel, theme.raised, theme.hover, theme.line, theme.outline}

    left_over = grounds(before) - set(asdict(after).values())
    assert not [color for color in left_over if color in qapp.styleSheet()]
    for widget in bench.window.findChildren(QWidget):
        own = widget.styleSheet().lower()
        assert not [color for color in left_over if color in own], type(widget).__name__
    bench.canvas.select(("dense_1",))
    for title in ("Layer", "Data", "Training"):
        bench.window.show_tab(title)
        QApplication.processEvents()
        colors = colors_of(bench.window)
        assert colors.get(after.panel, 0) > 20_000
        # A soft edge of a letter may hit a colour by chance; a forgotten part is thousands of pixels.
        assert {color: colors[color] for color in left_over if colors.get(color, 0) > 30} == {}
    seen = (*bench.views.visible, bench.live_bar)
    for part in (bench.canvas, bench.palette, *seen, bench.top_bar, bench.notice, bench.learning_rate):
        colors = colors_of(part)
        assert {color: colors[color] for color in left_over if colors.get(color, 0) > 30} == {}, type(part).__name__
