"""A paused view stays as it is, says of which step that is, and is never about what is no longer open."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication

from deepviz.document import edits
from deepviz.gui.plots.confusion import ConfusionMatrix
from deepviz.gui.plots.layer_summary import LayerSummary
from deepviz.gui.plots.look import Look
from tests.e2e.window import PATIENCE, OpenWindow, Person, chain
from tests.gui.window_hands import train_steps


@pytest.fixture
def person(open_window: OpenWindow) -> Person:
    """Somebody in front of a network that tells two spirals apart."""
    layers = ("Input", {}), ("Dense", {"units": 6}), ("Tanh", {}), ("Dense", {"units": 2}), ("SoftmaxCrossEntropy", {})
    return open_window(chain(*layers, epochs=20))


def looked(person: Person, key: str) -> Look:
    """A look that can be seen and has its answer."""
    person.bench.views.open(key)
    look = person.bench.views.view(key)
    assert isinstance(look, Look)
    answered(person, look)
    return look


def answered(person: Person, look: Look) -> None:
    """Wait until a look is answered for the present weights, or will never be."""
    QApplication.processEvents()
    inspector, controller = person.bench.inspector, person.bench.controller
    inspector.look_around()
    person.qtbot.waitUntil(
        lambda: not inspector.is_busy and not inspector._soon.isActive() and look.step == controller.step_count,
        timeout=PATIENCE,
    )


def test_the_step_of_the_picture_stands_beside_the_pause(person: Person) -> None:
    look = looked(person, "confusion")
    train_steps(person, 4)
    answered(person, look)
    assert look.header.note == "step 4"
    look.set_paused(True)
    assert look.header.note == "paused, step 4"
    train_steps(person, 4)
    person.qtbot.waitUntil(lambda: not person.bench.inspector.is_busy, timeout=PATIENCE)
    assert look.header.note == "paused, step 4"
    look.set_paused(False)
    answered(person, look)
    assert look.header.note == "step 8"


def test_words_in_place_of_a_picture_are_of_no_step(person: Person) -> None:
    look, summary = looked(person, "confusion"), person.bench.views.view("layer_summary")
    assert isinstance(summary, LayerSummary)
    person.bench.views.open("layer_summary")
    QApplication.processEvents()
    train_steps(person, 4)
    person.qtbot.waitUntil(lambda: summary.header.note == "batch of step 4", timeout=PATIENCE)
    person.bench.editor.apply("Remove", lambda project: edits.delete(project, ["loss_1"]))
    assert "cannot be run" in look.words.text()
    assert look.header.note == ""
    person.bench.controller.reset()
    assert "cannot be run" in summary.words.text()
    assert summary.header.note == ""


def test_another_choice_is_answered_although_the_view_is_paused(person: Person) -> None:
    look = looked(person, "confusion")
    assert isinstance(look, ConfusionMatrix)
    train_steps(person, 4)
    answered(person, look)
    look.set_paused(True)
    look.choose_part("train")
    data = person.bench.editor.data
    assert data is not None
    person.qtbot.waitUntil(
        lambda: look.answer is not None and look.answer.counts.sum() == len(data.train), timeout=PATIENCE
    )
    assert look.is_paused


def test_a_pause_ends_with_the_network_that_was_looked_at(person: Person) -> None:
    look, loss = looked(person, "confusion"), person.bench.views.view("loss")
    for view in (look, loss):
        view.set_paused(True)
    person.bench.editor.apply("Move", lambda project: edits.move(project, {"dense_1": (900.0, 0.0)}))
    person.bench.editor.apply("Name", lambda project: edits.rename(project, "other"))
    assert look.is_paused, "the network is the same"
    person.bench.editor.apply("Remove", lambda project: edits.delete(project, ["tanh_1"]))
    assert not look.is_paused
    answered(person, look)
    train_steps(person, 3)
    loss.set_paused(True)
    person.bench.controller.reset()
    assert not loss.is_paused
    assert loss.header.note == ""
