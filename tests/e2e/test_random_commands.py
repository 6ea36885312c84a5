"""Commands in any order: each takes effect, no thread is left, and the run is the one that nobody disturbed."""

from __future__ import annotations

import random
from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from deepviz.training.run_plan import RunPlan
from tests.e2e.faults_stage import training_threads, weights_of
from tests.e2e.window import NO_KEYS, PATIENCE, OpenWindow, Person, small_project

COMMANDS = 500
NEVER_ENDING = 1_000_000
FARTHEST = 5000
"""The steps after which a run is begun anew, so that it can be made again in a moment."""
SHIFT = Qt.KeyboardModifier.ShiftModifier


class Hand:
    """Gives commands, and waits until each has taken effect."""

    def __init__(self, person: Person, seed: int) -> None:
        self.person, self.rng = person, random.Random(seed)
        self.controller = person.bench.controller
        self.commands: dict[str, Callable[[], None]] = {
            "run or pause": self.run_or_pause,
            "step": self.step,
            "epoch": self.step_epoch,
            "run to": self.run_to,
            "stop": self.stop,
            "reset": self.reset,
            "wait": QApplication.processEvents,
        }

    def give(self) -> str:
        """Give one command at random; returns its name."""
        name = self.rng.choice(tuple(self.commands))
        if self.controller.step_count > FARTHEST:
            name = "reset"
        self.commands[name]()
        return name

    def until(self, effect: Callable[[], bool]) -> None:
        self.person.qtbot.waitUntil(effect, timeout=PATIENCE)

    def key(self, key: Qt.Key, keys: Qt.KeyboardModifier = NO_KEYS) -> None:
        self.person.key(key, keys, self.person.bench.canvas)

    def run_or_pause(self) -> None:
        was_running = self.controller.is_running
        if self.rng.random() < 0.5:
            self.person.press(self.person.bench.top_bar.run_button)
        else:
            self.key(Qt.Key.Key_F5)
        self.until(lambda: self.controller.is_running != was_running)

    def step(self) -> None:
        if self.controller.is_running:
            self.key(Qt.Key.Key_F10)  # disabled: nothing happens
            return
        before = self.controller.step_count
        self.key(Qt.Key.Key_F10)
        self.until(lambda: self.controller.step_count == before + 1)

    def step_epoch(self) -> None:
        action = self.person.bench.actions["step_epoch"]
        if not self.controller.is_running:
            before, each = self.controller.step_count, self.controller.progress.steps_per_epoch
            action.trigger()
            goal = (before // each + 1) * each
            self.until(lambda: self.controller.step_count == goal and self.controller.status == "paused")

    def run_to(self) -> None:
        if not self.controller.is_running:
            before = self.controller.step_count
            goal = before + self.rng.randrange(-3, 40)
            self.controller.run_to(goal)
            self.until(lambda: self.controller.status == "paused" and self.controller.step_count == max(before, goal))

    def stop(self) -> None:
        action = self.person.bench.actions["stop"]
        if action.isEnabled():
            action.trigger()
            assert self.controller.status == "stopped"
            assert training_threads() == []

    def reset(self) -> None:
        if self.person.bench.top_bar.reset_button.isEnabled():
            self.person.press(self.person.bench.top_bar.reset_button)
            assert self.controller.status == "idle"
            assert self.controller.step_count == 0
            assert training_threads() == []


@pytest.mark.parametrize("seed", [1, 2])
def test_five_hundred_commands(open_window: OpenWindow, seed: int) -> None:
    person = open_window(small_project(epochs=NEVER_ENDING))
    hand, given = Hand(person, seed), set()
    for _ in range(COMMANDS // 2):
        given.add(hand.give())
        history = person.bench.controller.history
        assert len(training_threads()) <= 1
        assert person.notice == ""
        assert history.steps.tolist() == list(range(1, len(history) + 1)), "no step is lost or told twice"
    assert given == set(hand.commands)
    controller = person.bench.controller
    if controller.is_running:
        hand.run_or_pause()
    QApplication.processEvents()
    goal = controller.step_count + 30
    controller.run_to(goal)  # a pause makes one more step, so the number is not known before
    hand.until(lambda: controller.status == "paused" and controller.step_count == goal)
    trainer = RunPlan.of(person.project).trainer()
    losses = [record.values["loss"] for _, record in zip(range(controller.step_count), trainer.steps(), strict=False)]
    assert controller.history.column("loss")[1].tolist() == losses
    for name, array in weights_of(person).items():
        np.testing.assert_array_equal(array, trainer.network.parameters[name])
