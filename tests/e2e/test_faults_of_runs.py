"""What can go wrong with runs, with saving and with closing: each fault is told in words, and loses nothing."""

from __future__ import annotations

import errno
import logging
import os
import sys
import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QFileDialog
from pytestqt.qtbot import QtBot

from deepviz import app
from deepviz.document import edits
from deepviz.document.file_format import load
from deepviz.document.graph import Graph, Node
from deepviz.document.project import Project, RunSettings, TrainingPlan
from deepviz.engine.optimizers.sgd import SGD
from deepviz.gui.failures import log_file
from deepviz.gui.workbench import Workbench
from tests.e2e.faults_stage import (
    BUTTONS,
    Answer,
    assert_equal,
    train_a_little,
    training_threads,
    weights_of,
)
from tests.e2e.window import PATIENCE, OpenWindow, Person, chain, close, small_project


def test_a_dangling_layer_is_told_at_its_card_and_deleted_on_request(open_window: OpenWindow) -> None:
    person = open_window(small_project())
    project = edits.add_node(person.project, edits.new_layer("ReLU"), (0.0, 300.0))
    person.bench.editor.apply("Add ReLU", lambda _: edits.connect(project, "dense_1", "relu_1"))
    assert person.card("relu_1")[2] == "Leads nowhere"
    assert person.bench.readiness.text() == "1 problem"
    person.press(person.bench.readiness)
    (shown,) = [card for card in person.bench.checking.panel.cards if card.isVisible()]
    person.press(next(button for button in shown.buttons if button.text() == "Delete relu_1"))
    person.press(person.bench.readiness)
    assert not person.bench.checking.dock.isVisible()
    assert person.problems == []
    assert person.graph == small_project().graph


def test_an_output_that_does_not_fit_is_told_at_the_loss(open_window: OpenWindow) -> None:
    person = open_window(small_project())
    person.set_value("dense_2", "units", "5")
    assert "2 classes" in person.problems[0]
    assert person.card("loss_1")[2]
    person.click_at(person.middle("loss_1"))
    (card,) = [card for card in person.bench.properties.cards if card.isVisible()]
    person.press(card.buttons[0])
    assert person.graph.node("dense_2").layer.units == 2
    person.run_to_the_end()


# Training


def diverging() -> Project:
    """A network that a learning rate of 100 blows up within a few steps, and one of 0.01 does not."""
    project = chain(
        ("Input", {}), ("Dense", {"units": 8}), ("ReLU", {}), ("Dense", {"units": 2}), ("MeanSquaredError", {})
    )
    return replace(project, plan=TrainingPlan(SGD(learning_rate=100.0), RunSettings(epochs=3)))


def test_divergence_is_told_with_step_and_layer_and_mended_with_a_click(open_window: OpenWindow) -> None:
    person = open_window(diverging())
    bench = person.bench
    person.press(bench.top_bar.run_button)
    person.reach("diverged")
    step = bench.controller.step_count + 1
    assert f"diverged at step {step}" in person.notice
    assert "learning rate than 100" in person.notice
    named = [node_id for node_id in person.graph.by_id if node_id in person.notice]
    assert len(named) == 1, "the layer is named"
    assert f"Show {named[0]}" in person.offers
    assert all(np.isfinite(array).all() for array in weights_of(person).values())
    assert any(array.any() for array in weights_of(person).values())
    assert len(bench.controller.history) == step - 1
    assert np.isfinite(bench.controller.history.column("loss")[1]).all()
    assert bench.status.figures.startswith("diverged")

    person.take_offer(f"Show {named[0]}")
    assert bench.canvas.network.selected == (named[0],)
    assert "diverged" in person.notice, "what can be done about it stays on offer"
    for expected in (10.0, 1.0, 0.1, 0.01):
        if bench.controller.status != "diverged":
            break
        person.take_offer(f"Begin again with {expected:g}")
        assert person.project.plan.optimizer.learning_rate == expected
        assert person.notice.startswith(f"Fresh weights, and a learning rate of {expected:g}.")
        assert bench.controller.status == "idle"
        person.press(bench.top_bar.run_button)
        person.reach("finished", "diverged")
    assert bench.controller.status == "finished"
    assert bench.controller.step_count == bench.controller.progress.total_steps


# Saving


def test_nothing_is_lost_when_a_file_cannot_be_written(
    open_window: OpenWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = open_window(small_project())
    weights = train_a_little(person)
    person.set_value("dense_1", "units", "9")
    person.undo()
    assert_equal(weights_of(person), weights)
    person.bench.actions["redo"].trigger()
    person.bench.actions["undo"].trigger()
    person.bench.editor.apply("Rename", lambda project: edits.rename(project, "mine"))
    gone = tmp_path / "gone" / "mine.deepviz"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(gone), ""))
    person.key(Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    assert "Could not save mine.deepviz" in person.notice
    assert "No such file or directory" in person.notice
    assert person.offers == ["Save as…"]
    assert not person.bench.editor.is_saved
    assert person.bench.editor.path is None
    assert_equal(weights_of(person), weights)

    good = tmp_path / "good.deepviz"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(good), ""))
    person.take_offer("Save as…")
    assert person.bench.editor.path == good
    assert person.bench.editor.is_saved
    trained = load(good).trained
    assert trained is not None
    assert_equal(dict(trained.state.parameters), weights)


def test_a_full_disk_leaves_the_file_that_was_there(
    open_window: OpenWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = open_window(small_project())
    path = tmp_path / "mine.deepviz"
    assert person.bench.files.save_to(path)
    before = path.read_bytes()
    person.set_value("dense_1", "units", "9")

    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    person.bench.actions["save"].trigger()
    assert "Could not save mine.deepviz: No space left on device" in person.notice
    assert path.read_bytes() == before
    assert list(tmp_path.glob("*.part")) + list(tmp_path.glob(".*.part")) == []
    assert not person.bench.editor.is_saved
    assert not person.bench.files.export_to(tmp_path / "weights.npz")
    assert "Could not export to weights.npz: No space left on device" in person.notice
    assert not (tmp_path / "weights.npz").exists()


# Mistakes of our own


@pytest.mark.usefixtures("plain_application")
def test_an_exception_in_a_slot_is_told_logged_and_survived(
    qapp: QApplication, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[Workbench] = []
    hooks = sys.excepthook, threading.excepthook

    class Noticed(Workbench):
        def __init__(self, *arguments: object) -> None:
            super().__init__(*arguments)
            made.append(self)

    def broken() -> None:
        raise RuntimeError("a slot is broken")

    def use_it(*_: object) -> int:
        (bench,) = made
        person = Person(bench, qtbot)
        bench.top_bar.reset_button.setEnabled(True)
        bench.top_bar.reset_button.clicked.connect(broken)
        person.press(bench.top_bar.reset_button)
        assert "a slot is broken" in person.notice
        assert "RuntimeError" in person.notice
        assert str(log_file()) in person.notice
        person.key(Qt.Key.Key_Escape, widget=bench.canvas)
        assert person.notice == "", "it goes away with Escape"
        person.press(bench.top_bar.reset_button)
        assert person.notice == "", "the same is told once"
        bench.palette.choose("Tanh")
        bench.palette.activate_current()
        assert "tanh_4" in person.graph.by_id, "everything else goes on"

        thread = threading.Thread(target=lambda: 1 / 0)
        thread.start()
        thread.join()
        qtbot.waitUntil(lambda: "ZeroDivisionError" in person.notice)
        return 7

    monkeypatch.setattr(app, "Workbench", Noticed)
    monkeypatch.setattr(QApplication, "exec", use_it)
    try:
        assert app.run_window() == 7
        logged = log_file().read_text(encoding="utf-8")
        assert "Traceback (most recent call last)" in logged
        assert logged.count("RuntimeError: a slot is broken") == 2, "each time is logged"
        assert "ZeroDivisionError" in logged
        assert (sys.excepthook, threading.excepthook) == hooks, "they are given back"
    finally:
        sys.excepthook, threading.excepthook = hooks
        for handler in logging.getLogger("deepviz").handlers[:]:
            logging.getLogger("deepviz").removeHandler(handler)
            handler.close()
        close(made[0])


# Closing


def endless(person: Person) -> None:
    """Start a run that does not end by itself."""
    person.press(person.bench.top_bar.run_button)
    person.qtbot.waitUntil(lambda: person.bench.controller.step_count > 20, timeout=PATIENCE)
    assert len(training_threads()) == 1


def test_closing_while_training_ends_the_thread(open_window: OpenWindow) -> None:
    person = open_window(small_project(epochs=1_000_000))
    endless(person)
    assert person.bench.window.close()
    assert not person.bench.window.isVisible()
    assert training_threads() == []


def test_closing_with_changes_asks_and_cancel_keeps_all(open_window: OpenWindow, answer: Answer) -> None:
    person = open_window(small_project(epochs=1_000_000))
    person.set_value("dense_1", "units", "9")
    endless(person)
    asked = answer(BUTTONS.Cancel)
    assert not person.bench.window.close()
    assert asked == ["Save the changes to “untitled” first? Training waits for your answer."]
    assert person.bench.window.isVisible()
    made = person.bench.controller.step_count
    person.qtbot.waitUntil(lambda: person.bench.controller.step_count > made, timeout=PATIENCE)  # the run goes on
    assert len(training_threads()) == 1
    assert not person.bench.editor.is_saved


def test_closing_with_discard_closes(open_window: OpenWindow, answer: Answer) -> None:
    person = open_window(small_project())
    person.set_value("dense_1", "units", "9")
    asked = answer(BUTTONS.Discard)
    assert person.bench.window.close()
    assert len(asked) == 1


def test_closing_with_save_saves_first(
    open_window: OpenWindow, answer: Answer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = open_window(small_project())
    weights = train_a_little(person)
    person.bench.editor.apply("Rename", lambda project: edits.rename(project, "mine"))
    answer(BUTTONS.Save)
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: ("", ""))
    assert not person.bench.window.close(), "whoever cancels the file dialog wants to stay"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "gone" / "a.deepviz"), ""))
    assert not person.bench.window.close(), "what could not be saved is not thrown away"
    assert "Could not save" in person.notice
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "a.deepviz"), ""))
    assert person.bench.window.close()
    saved = load(tmp_path / "a.deepviz")
    assert saved.project.name == "a"
    assert saved.trained is not None
    assert_equal(dict(saved.trained.state.parameters), weights)


def test_what_is_half_typed_counts_as_a_change(open_window: OpenWindow, answer: Answer) -> None:
    person = open_window(small_project())
    person.bench.canvas.select(("dense_1",))
    person.type_value(person.bench.properties.form, "units", "31", finish=False)
    asked = answer(BUTTONS.Cancel)
    assert not person.bench.window.close()
    assert len(asked) == 1
    assert person.graph.node("dense_1").layer.units == 31


def test_without_changes_nothing_is_asked(open_window: OpenWindow, answer: Answer) -> None:
    person = open_window(small_project())
    person.set_value("dense_1", "units", "9")
    person.bench.canvas.setFocus()
    person.undo()
    asked = answer(BUTTONS.Cancel)
    assert person.bench.window.close()
    assert asked == []


def test_an_empty_project_can_be_saved_and_closed(open_window: OpenWindow, tmp_path: Path) -> None:
    person = open_window(Project(graph=Graph((Node("loss_1", edits.new_layer("SoftmaxCrossEntropy")),), ())))
    assert person.bench.files.save_to(tmp_path / "bare.deepviz")
    assert load(tmp_path / "bare.deepviz").project.graph.by_id.keys() == {"loss_1"}
    assert person.bench.window.close()
