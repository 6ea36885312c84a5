"""A run that breaks off in the middle: told in words where it happened, the weights kept, and the next run works."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from PySide6.QtWidgets import QMessageBox

from deepviz.engine.layers.dense import Dense
from deepviz.engine.step_maker import StepMaker
from deepviz.engine.tape import Tape
from tests.e2e.faults_stage import training_threads, weights_of
from tests.e2e.window import PATIENCE, OpenWindow, Person, small_project

MEMORY = "There is not enough memory for this network and batch size. Try a smaller batch."


def start(person: Person) -> None:
    person.press(person.bench.top_bar.run_button)


def goes_on(person: Person) -> None:
    """Wait until the run has made more steps."""
    controller = person.bench.controller
    before = controller.step_count
    person.qtbot.waitUntil(lambda: controller.step_count > before, timeout=PATIENCE)


def raising(error: Exception) -> Callable[..., Any]:
    def broken(*_: object, **__: object) -> Any:
        raise error

    return broken


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (RuntimeError("the wheel has come off"), ["step 1", "forward pass of dense_1", "the wheel has come off"]),
        (KeyError("gamma"), ["step 1", "forward pass of dense_1", "KeyError", "gamma"]),
        (ValueError(), ["step 1", "forward pass of dense_1", "ValueError"]),
        (MemoryError(), [MEMORY]),
        (MemoryError("Unable to allocate 3.1 TiB"), [MEMORY]),
    ],
)
def test_a_layer_that_raises_is_told_and_the_next_run_works(
    open_window: OpenWindow, monkeypatch: pytest.MonkeyPatch, error: Exception, said: list[str]
) -> None:
    person = open_window(small_project(epochs=1_000_000))
    with monkeypatch.context() as broken:
        broken.setattr(Dense, "forward", raising(error))
        start(person)
        person.reach("failed")
    assert all(words in person.notice for words in said)
    person.qtbot.waitUntil(lambda: training_threads() == [], timeout=PATIENCE)  # it has nothing left to do
    assert person.bench.top_bar.run_button.text() == "Run"
    start(person)
    goes_on(person)
    assert person.notice == "", "what was said is no longer so"


def test_a_step_that_raises_keeps_the_weights_from_before_and_the_run_goes_on(
    open_window: OpenWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = open_window(small_project(epochs=1_000_000))
    start(person)
    goes_on(person)
    with monkeypatch.context() as broken:
        broken.setattr(StepMaker, "make", raising(MemoryError()))
        person.reach("failed")
    assert person.notice == MEMORY
    controller, step = person.bench.controller, person.bench.controller.step_count
    assert step == int(controller.history.steps[-1]) > 0
    kept = weights_of(person)
    assert all(np.isfinite(array).all() for array in kept.values())
    assert person.bench.top_bar.run_button.text() == "Resume"
    controller.step(2)
    person.qtbot.waitUntil(lambda: controller.step_count == step + 2, timeout=PATIENCE)
    assert person.notice == ""
    assert controller.history.steps[-3:].tolist() == [step, step + 1, step + 2]


def test_too_little_memory_for_another_size_of_batch_is_told_and_undo_goes_on(
    open_window: OpenWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = open_window(small_project(epochs=1_000_000, batch_size=32))
    start(person)
    goes_on(person)
    form = person.bench.training_panel.run_form
    person.bench.window.show_tab("Training")
    with monkeypatch.context() as broken:
        broken.setattr(Tape, "compile", raising(MemoryError()))
        person.type_value(form, "batch_size", "77")
        person.reach("failed")
    assert person.notice == MEMORY
    step = person.bench.controller.step_count
    person.bench.actions["undo"].trigger()
    assert person.project.plan.run.batch_size == 32
    start(person)
    goes_on(person)
    assert person.bench.controller.step_count > step
    assert person.notice == ""


def test_closing_after_a_fault_is_as_ever(open_window: OpenWindow, monkeypatch: pytest.MonkeyPatch) -> None:
    person = open_window(small_project(epochs=1_000_000))
    monkeypatch.setattr(QMessageBox, "question", raising(AssertionError("nothing was edited")))
    monkeypatch.setattr(Dense, "backward", raising(RuntimeError("broken")))
    start(person)
    person.reach("failed")
    assert "backward pass of" in person.notice
    assert person.bench.window.close()
