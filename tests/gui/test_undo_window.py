"""Undo over the whole window: whatever is changed by hand, in any panel, is a step with a name and comes back."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from deepviz.document.project_json import project_to_json
from deepviz.gui.settings import Settings
from tests.e2e.window import OpenWindow, Person
from tests.gui.window_hands import press_shortcut

Key = Qt.Key
SHIFT = Qt.KeyboardModifier.ShiftModifier


def steps(person: Person) -> list[str]:
    stack = person.bench.editor.undo_stack
    return [stack.text(number) for number in range(stack.count())]


def type_into(control: QWidget, text: str) -> None:
    control.setFocus()
    control.lineEdit().selectAll()  # type: ignore[attr-defined]
    QTest.keyClicks(control, text)
    QTest.keyClick(control, Key.Key_Return)


def test_every_setting_is_undone_and_redone_byte_by_byte(person: Person, tmp_path: Path) -> None:
    bench = person.bench
    states = [project_to_json(person.project)]
    labels = []

    def note(label: str) -> None:
        """One more step has been made, and it is called so."""
        labels.append(label)
        assert steps(person) == labels
        states.append(project_to_json(person.project))
        assert len(set(states)) == len(states), "every step changes what is saved"

    person.set_value("dense_1", "units", "12")
    note("Change units of dense_1")
    bench.window.show_tab("Data")
    person.choose_in(bench.data_panel.source_list, "Circles")
    person.qtbot.waitUntil(lambda: person.project.data.source.key == "circles")
    note("Use Circles")
    type_into(bench.data_panel.source_form.field("samples").control, "200")
    note("Change samples of Circles")
    box = bench.data_panel.preprocessing_form.field("method").control
    box.setFocus()
    QTest.keyClicks(box, "none")
    note("Change the preprocessing")
    type_into(bench.data_panel.split_form.form.field("validation").control, "30")
    note("Change the split")
    bench.window.show_tab("Training")
    person.choose_in(bench.training_panel.optimizer_list, "SGD")
    note("Optimizer Adam → SGD")
    for name in ("batch_size", "epochs", "seed"):
        type_into(bench.training_panel.run_form.field(name).control, "17")
        note(f"Change {name.replace('_', ' ')}")
    bench.learning_rate.slider.setFocus()
    person.key(Key.Key_Right)
    note("Change learning rate")
    assert bench.files.save_to(tmp_path / "named.deepviz", name="named")
    note("Rename")

    for state in reversed(states[:-1]):
        bench.actions["undo"].trigger()
        assert project_to_json(person.project) == state
    assert not bench.actions["undo"].isEnabled()
    bench.history.go_to(bench.history.model.index(len(labels)))
    assert project_to_json(person.project) == states[-1]
    assert bench.editor.is_saved
    assert [bench.editor.undo_stack.text(row) for row in range(len(labels))] == labels
    listed = [bench.history.model.index(row + 1).data() for row in range(len(labels))]
    told = {"Change units of dense_1": "dense_1: units 8 → 12", "Change batch size": "Batch size 32 → 17"}
    told |= {"Change epochs": "Epochs 3 → 17", "Change seed": "Seed 0 → 17"}
    told["Change learning rate"] = listed[labels.index("Change learning rate")]
    assert told["Change learning rate"].startswith("Learning rate 0.01 → ")
    assert listed == [told.get(label, label) for label in labels]


def test_nudges_by_arrows_are_one_step(person: Person) -> None:
    bench = person.bench
    bench.canvas.setFocus()
    bench.canvas.select(("tanh_1",))
    before = person.graph.node("tanh_1").position
    for key in (Key.Key_Down, Key.Key_Down, Key.Key_Right):
        person.key(key, SHIFT)
    assert steps(person) == ["Move tanh_1"]
    person.undo()
    assert person.graph.node("tanh_1").position == before
    person.redo()
    for key in (Key.Key_Up, Key.Key_Up, Key.Key_Left):
        person.key(key, SHIFT)
    assert person.graph.node("tanh_1").position == before
    assert steps(person) == [], "what ends where it began is no step"
    assert bench.editor.is_saved


def test_history_and_outline_are_reached_by_key_and_menu(person: Person) -> None:
    bench = person.bench
    person.set_value("dense_1", "units", "12")
    person.set_value("dense_1", "units", "50")
    press_shortcut("Ctrl+Shift+H", bench.canvas)
    assert bench.history.view.hasFocus()
    person.key(Key.Key_Up)
    person.key(Key.Key_Return)
    assert person.graph.node("dense_1").layer.units == 12
    press_shortcut("Ctrl+Shift+O", bench.history.view)
    assert bench.outline.view.hasFocus()
    press_shortcut("Ctrl+F", bench.outline.view)
    assert bench.palette.search.hasFocus()
    bench.actions["history"].trigger()
    assert bench.history.isVisible()


def test_what_is_in_front_on_the_left_is_remembered(open_window: OpenWindow, tmp_path: Path) -> None:
    settings = Settings(tmp_path / "left.ini")
    first = open_window(settings=settings).bench
    assert first.palette.isVisible()
    first.actions["outline"].trigger()
    first.shut_down()
    second = open_window(settings=settings).bench
    assert second.outline.isVisible()
    assert not second.palette.isVisible()


def test_a_network_is_built_and_edited_with_keys_alone_by_way_of_the_outline(person: Person) -> None:
    bench = person.bench
    press_shortcut("Ctrl+Shift+O", bench.canvas)
    QTest.keyClicks(bench.outline.view, "tanh")
    press_shortcut("Ctrl+F", bench.outline.view)
    QTest.keyClicks(bench.palette.search, "dropout")
    person.key(Key.Key_Return)
    assert ("tanh_1", "dropout_1") in person.pairs()
    press_shortcut("Ctrl+Shift+O", bench.palette.search)
    assert str(bench.outline.view.currentIndex().data()) == "dropout_1", "what was added is where the keyboard is"
    person.key(Key.Key_Return)
    assert bench.properties.isAncestorOf(person.bench.window.focusWidget())
    press_shortcut("Ctrl+Shift+O", bench.window.focusWidget())
    person.key(Key.Key_Delete)
    assert "dropout_1" not in person.graph.by_id
    assert ("tanh_1", "dense_2") in person.pairs()
    person.key(Key.Key_Escape)
    assert bench.canvas.hasFocus()
