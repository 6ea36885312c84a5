"""Messages about runs say the way back, and go when they are not true any more; training is work that can be lost."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from deepviz.document import edits
from tests.e2e.window import PATIENCE, OpenWindow, Person, small_project


def train(person: Person, steps: int) -> None:
    controller = person.bench.controller
    wanted = controller.step_count + steps
    controller.step(steps)
    person.qtbot.waitUntil(lambda: controller.step_count == wanted and controller.status == "paused", timeout=PATIENCE)


def wider(person: Person) -> None:
    layer = edits.new_layer("Dense").changed(units=5)
    person.bench.editor.apply("Wider", partial(edits.set_layer, node_id="dense_1", layer=layer))


def test_weights_set_aside_by_an_edit_come_back_by_undo_and_those_set_aside_by_undo_by_redo(
    open_window: OpenWindow,
) -> None:
    person = open_window(small_project())
    bench = person.bench
    train(person, 3)
    wider(person)
    assert "Undo brings the weights back" in bench.notice.text
    bench.editor.undo_stack.undo()
    assert bench.notice.text == ""
    assert bench.controller.step_count == 3
    bench.editor.undo_stack.redo()
    train(person, 2)
    bench.editor.undo_stack.undo()
    assert "Redo brings the weights back" in bench.notice.text
    bench.editor.undo_stack.redo()
    assert bench.notice.text == ""
    assert bench.controller.step_count == 2


def test_why_a_run_cannot_start_is_not_said_any_longer_than_it_is_true(open_window: OpenWindow) -> None:
    person = open_window(small_project())
    bench = person.bench
    bench.editor.apply("Delete", partial(edits.delete, node_ids=["input_1"]))
    bench.actions["run"].trigger()
    assert "There is no Input" in bench.notice.text
    bench.editor.undo_stack.undo()
    assert bench.notice.text == ""
    assert bench.editor.report.problems == ()


def test_training_after_saving_is_a_change(open_window: OpenWindow, tmp_path: Path) -> None:
    person = open_window(small_project())
    files = person.bench.files
    train(person, 2)
    assert files.is_saved, "what has no file can be trained again from its seed"
    assert files.save_to(tmp_path / "mine.deepviz")
    assert files.is_saved
    train(person, 1)
    assert not files.is_saved
    assert files.save()
    assert files.is_saved
    assert files.open(tmp_path / "mine.deepviz")
    assert files.is_saved
    train(person, 1)
    assert not files.is_saved


def test_a_dropped_input_takes_the_shape_of_the_data(open_window: OpenWindow) -> None:
    person = open_window(small_project())
    bench = person.bench
    bench.editor.apply("Delete", partial(edits.delete, node_ids=["input_1"]))
    facts = bench.editor.facts
    assert facts is not None
    bench.palette.activated.emit("Input")
    added = bench.editor.project.graph.nodes[-1]
    assert added.layer.shape == facts.sample_shape  # type: ignore[union-attr]
