"""Whatever is done to a run, in any order: it is the one that its history tells of, and made again it is the same."""

from __future__ import annotations

import logging
import random
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication

from deepviz.document import edits, freezing
from deepviz.document.project import Project
from deepviz.gui.run_repeats import branch
from deepviz.training.changes import Change
from deepviz.training.replay import Replay
from tests.e2e.faults_stage import training_threads, weights_of
from tests.e2e.window import PATIENCE, OpenWindow, Person, small_project

DEEDS = 120
FARTHEST = 1500
"""The steps after which a run is begun anew, so that it can be made again in a moment."""
SPEEDS = (None, None, 30.0, 2000.0)


class Hand:
    """Does one thing or another to a run, whatever it is doing."""

    def __init__(self, person: Person, seed: int) -> None:
        self.person, self.bench, self.rng = person, person.bench, random.Random(seed)
        self.controller, self.editor = person.bench.controller, person.bench.editor
        self.done: list[str] = []
        self.deeds: dict[str, Callable[[], object]] = {
            "run or pause": lambda: self.bench.actions["run"].trigger(),
            "step": lambda: self.controller.step(self.rng.randrange(1, 20)),
            "epoch": self.controller.step_epoch,
            "run to": lambda: self.controller.run_to(self.controller.step_count + self.rng.randrange(-3, 60)),
            "stop": lambda: self.bench.actions["stop"].trigger(),
            "reset": lambda: self.bench.actions["reset"].trigger(),
            "wait": self.wait,
            "learning rate": lambda: self.plan("learning_rate", self.rng.choice((0.003, 0.01, 0.03))),
            "momentum": lambda: self.plan("beta_1", self.rng.choice((0.8, 0.9))),
            "batch size": self.batch_size,
            "freeze": self.freeze,
            "units": lambda: self.edit("Units", self.with_units),
            "undo": lambda: self.bench.actions["undo"].trigger(),
            "redo": lambda: self.bench.actions["redo"].trigger(),
            "scrub": self.scrub,
            "branch": self.branch,
            "view": self.open_or_close_view,
            "theme": lambda: self.bench.actions["theme"].trigger(),
            "workspace": lambda: self.bench.window.show_workspace(self.rng.choice(("build", "train"))),
            "slow down": lambda: self.controller.progress.slow_down(self.rng.choice(SPEEDS)),
            "another project": lambda: self.rng.random() < 0.3 and self.open_another(),
        }

    def act(self) -> None:
        name = self.rng.choice(tuple(self.deeds))
        if self.controller.step_count > FARTHEST:
            name = "reset"
        self.done.append(name)
        self.deeds[name]()

    def wait(self) -> None:
        before, patience = self.controller.step_count, self.rng.randrange(1, 30)
        if self.controller.is_running:
            self.until(lambda: not self.controller.is_running or self.controller.step_count >= before + patience)

    def until(self, effect: Callable[[], bool]) -> None:
        self.person.qtbot.waitUntil(effect, timeout=PATIENCE)

    def edit(self, label: str, change: Callable[[Project], Project]) -> None:
        self.editor.apply(label, change)

    def plan(self, name: str, value: float) -> None:
        optimizer = self.editor.project.plan.optimizer.changed(**{name: value})
        self.edit(name, lambda project: edits.set_optimizer(project, optimizer))

    def batch_size(self) -> None:
        plan = self.editor.project.plan
        plan = replace(plan, run=plan.run.changed(batch_size=self.rng.choice((16, 20, 32))))
        self.edit("batch size", lambda project: edits.set_plan(project, plan))

    def freeze(self) -> None:
        name, is_on = self.rng.choice(("dense_1", "dense_2")), self.rng.random() < 0.5
        other = "dense_2" if name == "dense_1" else "dense_1"
        if not freezing.are_frozen(self.editor.project.graph, (other,)):  # with all of them nothing is left to train
            self.edit("Freeze", lambda project: freezing.set_frozen(project, (name,), is_on))

    def with_units(self, project: Project) -> Project:
        layer = project.graph.node("dense_1").layer
        return edits.set_layer(project, "dense_1", layer.changed(units=self.rng.choice((7, 8))))

    def scrub(self) -> None:
        steps = self.controller.moments.timeline.steps
        self.controller.moments.choose(self.rng.choice((*steps, None)))

    def branch(self) -> None:
        steps = self.controller.moments.timeline.steps
        if steps:
            branch(self.controller, self.editor, self.rng.choice(steps))

    def open_or_close_view(self) -> None:
        key = self.rng.choice(tuple(self.bench.views.kinds))
        dock = self.bench.views.docks[key]
        if dock.isVisible():
            dock.close()
        else:
            self.bench.views.open(key)

    def open_another(self) -> None:
        self.controller.load(None)
        self.editor.open(small_project(epochs=1_000_000, batch_size=self.rng.choice((16, 32))))


def made_again(person: Person) -> Replay:
    """The open run as its history tells of it."""
    editor, history = person.bench.editor, person.bench.controller.history
    assert editor.data is not None
    changes = [Change.from_json(text, step) for step, text in history.changes]
    return Replay.of(editor.project, editor.data, changes, person.bench.controller.step_count)


@pytest.mark.parametrize("seed", [1, 2])
def test_a_run_is_what_its_history_tells_whatever_was_done(
    open_window: OpenWindow, seed: int, caplog: pytest.LogCaptureFixture
) -> None:
    person = open_window(small_project(epochs=1_000_000))
    hand, controller = Hand(person, seed), person.bench.controller
    for _ in range(DEEDS):
        hand.act()
        QApplication.processEvents()
        assert len(training_threads()) <= 1
        steps = controller.history.steps
        assert steps.tolist() == list(range(1, len(steps) + 1)), hand.done[-5:]
        assert controller.status not in ("failed", "diverged"), person.notice
    controller.progress.slow_down(None)
    controller.step(3)
    controller.checkpoint()  # answered once the thread has obeyed all before: what the window says may be of earlier
    session = controller._session
    assert session is not None
    hand.until(lambda: session.status == "paused" and not controller.is_running)
    controller.checkpoint()  # takes in what was measured last
    assert controller.step_count > 2
    controller.moments.choose(None)
    run = made_again(person)
    trainer = run.trainer()
    losses = [record.values["loss"] for record in run.steps(trainer)]
    assert controller.history.column("loss")[1].tolist() == losses
    for name, array in weights_of(person).items():
        np.testing.assert_array_equal(array, trainer.network.parameters[name])
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]
    person.bench.actions["stop"].trigger()
    assert training_threads() == []
