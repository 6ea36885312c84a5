"""The Layer page shows what is selected, edits it undoably, and says what is wrong with it and what to do next."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from deepviz.document import edits
from deepviz.document.costs import costs
from deepviz.document.project import Project
from deepviz.gui.amounts import exact_bytes, short_bytes
from deepviz.gui.editor import Editor
from deepviz.gui.panels.properties import PropertiesPanel

Show = Callable[..., QWidget]


@pytest.fixture
def panel(editor: Editor, show: Show) -> PropertiesPanel:
    made = PropertiesPanel(editor)
    show(made)
    return made


def change(editor: Editor, node_id: str, **hyperparameters: object) -> None:
    layer = editor.project.graph.node(node_id).layer.changed(**hyperparameters)
    editor.apply("Change it", partial(edits.set_layer, node_id=node_id, layer=layer))


def units(editor: Editor, node_id: str = "dense_1") -> int:
    layer = editor.project.graph.node(node_id).layer
    return int(layer.units)  # type: ignore[union-attr]


def type_units(panel: PropertiesPanel, text: str) -> None:
    control = panel.form.field("units").control
    control.setFocus()
    panel.form.focus_field("units")
    QTest.keyClicks(control, text)
    QTest.keyClick(control, Qt.Key.Key_Return)


def test_a_layer_is_shown_with_its_shapes_and_parameters(panel: PropertiesPanel) -> None:
    panel.show_nodes(("dense_1",))
    assert panel.title.said == "dense_1"
    assert panel.summary.said.startswith("Fully connected layer")
    assert panel.formula.said == "y = x W + b"
    assert panel.facts.facts == (
        ("Output", "8"),
        ("Parameters", "24"),
        ("MACs a sample", "16"),
        ("Stored a batch", "not known yet"),
        ("W", "2 × 8"),
        ("b", "8"),
        ("‖∂L/∂θ‖", "–"),
    )


def test_typing_changes_the_layer_undoably(panel: PropertiesPanel, editor: Editor) -> None:
    panel.show_nodes(("dense_1",))
    type_units(panel, "32")
    assert units(editor) == 32
    assert editor.undo_stack.undoText() == "Change units of dense_1"
    assert panel.facts.value("W") == "2 × 32"
    editor.undo_stack.undo()
    assert units(editor) == 8
    assert panel.form.field("units").control.lineEdit().text() == "8"  # type: ignore[attr-defined]


def test_two_typed_values_are_two_undo_steps(panel: PropertiesPanel, editor: Editor) -> None:
    panel.show_nodes(("dense_1",))
    type_units(panel, "32")
    type_units(panel, "64")
    assert editor.undo_stack.count() == 2
    editor.undo_stack.undo()
    assert units(editor) == 32


def test_steps_in_a_row_are_one_undo_step(panel: PropertiesPanel, editor: Editor) -> None:
    panel.show_nodes(("dense_1",))
    panel.focus_form()
    for _ in range(5):
        QTest.keyClick(panel.form.field("units").control, Qt.Key.Key_Up)
    assert units(editor) == 13
    assert editor.undo_stack.count() == 1
    editor.undo_stack.undo()
    assert units(editor) == 8


def test_steps_of_two_layers_stay_apart(panel: PropertiesPanel, editor: Editor) -> None:
    for node_id in ("dense_1", "dense_2"):
        panel.show_nodes((node_id,))
        panel.focus_form()
        QTest.keyClick(panel.form.field("units").control, Qt.Key.Key_Up)
    assert editor.undo_stack.count() == 2


def test_an_invalid_value_changes_nothing(panel: PropertiesPanel, editor: Editor) -> None:
    panel.show_nodes(("dense_1",))
    type_units(panel, "0")
    assert units(editor) == 8
    assert editor.undo_stack.count() == 0
    assert "at least 1" in panel.form.field("units").reason


def test_what_is_half_typed_is_kept_when_another_layer_is_selected(panel: PropertiesPanel, editor: Editor) -> None:
    panel.show_nodes(("dense_1",))
    panel.form.focus_field("units")
    QTest.keyClicks(panel.form.field("units").control, "21")
    panel.show_nodes(("dense_2",))
    assert units(editor) == 21
    assert units(editor, "dense_2") == 2


def test_a_problem_stands_above_the_form_and_its_repair_mends_it(panel: PropertiesPanel, editor: Editor) -> None:
    change(editor, "dense_2", units=5)
    panel.show_nodes(("loss_1",))
    (card,) = [card for card in panel.cards if card.isVisible()]
    assert "2 classes" in card.problem.text
    (button,) = card.buttons
    assert card.y() < panel.form.y()
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert units(editor, "dense_2") == 2
    assert editor.undo_stack.undoText() == "Set units to 2"
    assert not any(card.isVisible() for card in panel.cards)


def test_gradients_are_shown_as_they_come(panel: PropertiesPanel) -> None:
    panel.show_nodes(("dense_1",))
    panel.show_gradients({"dense_1": 0.0312, "dense_2": 0.5})
    assert panel.facts.value("‖∂L/∂θ‖") == "0.031"
    panel.show_gradients({})
    assert panel.facts.value("‖∂L/∂θ‖") == "–"


def test_a_layer_without_parameters_has_no_gradient_of_them(panel: PropertiesPanel) -> None:
    panel.show_nodes(("relu_1",))
    assert [name for name, _ in panel.facts.facts] == ["Output", "Parameters", "MACs a sample", "Stored a batch"]
    assert panel.facts.value("Parameters") == "0"


def test_the_loss_shows_the_values_of_the_run(panel: PropertiesPanel) -> None:
    panel.show_nodes(("loss_1",))
    assert panel.facts.facts == (("Targets", "2 classes"), ("Loss of the batch", "–"))
    values = {"loss": 0.11834, "accuracy": 0.962, "learning_rate": 0.01, "validation_loss": float("nan")}
    panel.show_values(values)
    assert panel.facts.facts[1:] == (
        ("Loss of the batch", "0.1183"),
        ("Accuracy of the batch", "96.2 %"),
        ("Validated at step", "–"),
        ("Validation loss", "–"),
        ("Learning rate", "0.01"),
    )
    panel.show_values(values | {"validation_loss": 0.5, "validation_F1": 0.25}, 4500)
    assert panel.facts.facts[3:6] == (
        ("Validated at step", "4\u202f500"),
        ("Validation loss", "0.5"),
        ("Validation F1", "0.25"),
    )


def test_a_shape_that_cannot_be_known_is_said_to_be_so(panel: PropertiesPanel, editor: Editor) -> None:
    editor.apply("Cut", partial(edits.disconnect, edges=editor.project.graph.inputs_of("dense_1")))
    panel.show_nodes(("dense_1",))
    assert panel.facts.value("Output") == "not known yet"
    assert panel.facts.value("Parameters") == "not known yet"
    assert "W" not in dict(panel.facts.facts)


def test_several_layers_are_counted(panel: PropertiesPanel) -> None:
    panel.show_nodes(("dense_1", "dense_2", "relu_1"))
    assert panel.title.said == "3 layers selected"
    assert panel.facts.facts[:3] == (("Layers", "3"), ("Parameters", "42"), ("MACs a sample", "32"))
    assert not panel.form.isVisible()


def test_what_layers_store_is_shown_with_the_exact_number_to_rest_on(panel: PropertiesPanel, editor: Editor) -> None:
    known = costs(editor.project, editor.facts)
    panel.show_costs(known)
    panel.show_nodes(("relu_1",))
    stored = known.of("stored")["relu_1"]
    assert panel.facts.value("Stored a batch") == short_bytes(stored)
    note = panel.facts.note("Stored a batch")
    assert note.startswith(f"{exact_bytes(stored)} for a batch of {known.batch} samples: ")
    assert f"{exact_bytes(stored / known.batch)} a sample" in note
    panel.show_nodes(("dense_1", "relu_1"))
    assert panel.facts.value("Stored a batch") == short_bytes(stored + known.of("stored")["dense_1"])
    panel.show_nodes(())
    assert panel.facts.value("Stored a batch") == short_bytes(known.total("stored") or 0)


def test_a_warning_is_told_and_does_not_stand_in_the_way(panel: PropertiesPanel, editor: Editor) -> None:
    softmax = edits.new_layer("Softmax")
    editor.apply("Add", partial(edits.append_after, layer=softmax, node_id="dense_2"))
    assert panel.next_step.words.said.startswith("Training can start, but: softmax_1 is one softmax too many")
    panel.show_nodes(("softmax_1",))
    assert [card.property("mood") for card in panel.cards if not card.isHidden()] == ["warning"]


def test_with_nothing_selected_the_network_is_summed_up(panel: PropertiesPanel) -> None:
    facts = dict(panel.facts.facts)
    assert facts["Layers"] == "4"
    assert facts["Parameters"] == "42"
    assert facts["Input → output"] == "2 → 2"
    assert facts["Data"] == "Spirals"
    assert facts["Loss"] == "Cross-entropy"
    assert "Ready to train" in panel.next_step.words.said


def test_an_empty_canvas_says_how_to_begin(show: Show) -> None:
    panel = PropertiesPanel(Editor(Project()))
    show(panel)
    assert panel.next_step.words.said.startswith("Drag Input")
    assert not any(card.isVisible() for card in panel.cards)


def test_what_is_wrong_with_the_whole_is_shown_when_nothing_is_selected(panel: PropertiesPanel, editor: Editor) -> None:
    editor.apply("Delete", partial(edits.delete, node_ids=("input_1",)))
    (card,) = [card for card in panel.cards if card.isVisible()]
    assert "no Input" in card.problem.text
    assert "things have to be mended" in panel.next_step.words.said


def test_a_deleted_layer_gives_way_to_the_network(panel: PropertiesPanel, editor: Editor) -> None:
    panel.show_nodes(("dense_1",))
    editor.apply("Delete", partial(edits.delete, node_ids=("dense_1",)))
    assert panel.title.said == "Network"
    editor.undo_stack.undo()
    assert panel.title.said == "dense_1"


def test_what_to_do_next_is_another_thing_once_a_run_has_begun(editor: Editor, show: Callable[..., QWidget]) -> None:
    panel = PropertiesPanel(editor)
    show(panel)
    assert "press Run" in panel.next_step.words.said
    panel.show_values({"loss": 0.5})
    assert "press Run" not in panel.next_step.words.said
    assert "Export" in panel.next_step.words.said
    panel.show_more("", is_in_trouble=True)
    assert panel.next_step.words.said.startswith("This run went wrong."), "nobody wants to take those weights along"
    assert "Export" not in panel.next_step.words.said
    panel.show_more("")
    panel.show_values({})
    assert "press Run" in panel.next_step.words.said
