"""How fast a run goes is chosen at the bottom of the window or by keys, and remembered."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from deepviz.gui.settings import TEMPO, Settings
from deepviz.gui.tempo_button import TempoButton
from tests.e2e.window import PATIENCE, OpenWindow, small_project

THIN = "\u202f"
WORDS = ["Full speed", f"1{THIN}000 steps a second", "100 steps a second", "10 steps a second", "1 step a second"]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(tmp_path / "settings.ini")


def test_the_menu_offers_all_and_shows_which_is_chosen(qtbot: QtBot, settings: Settings) -> None:
    button, told = TempoButton(settings), []
    qtbot.addWidget(button)
    button.chosen.connect(told.append)
    actions = button.menu().actions()
    assert [action.text() for action in actions] == WORDS
    assert [action.isChecked() for action in actions] == [True, False, False, False, False]
    actions[3].trigger()
    assert [action.isChecked() for action in actions] == [False, False, False, True, False]
    assert button.text() == "10 steps a second ▾"
    actions[0].trigger()
    actions[0].trigger()
    assert told == [10.0, None], "and nothing is told twice"


def test_the_choice_is_remembered(qtbot: QtBot, settings: Settings) -> None:
    button = TempoButton(settings)
    qtbot.addWidget(button)
    button.choose(100.0)
    another = TempoButton(settings)
    qtbot.addWidget(another)
    assert another.limit == 100.0
    assert another.text() == "100 steps a second ▾"
    settings.set(TEMPO, 0.0)
    third = TempoButton(settings)
    qtbot.addWidget(third)
    assert third.limit is None


def test_keys_go_from_one_to_the_next(open_window: OpenWindow) -> None:
    person = open_window(small_project())
    seen = [person.bench.tempo.limit]
    for key in (Qt.Key.Key_F3,) * 5 + (Qt.Key.Key_F4,) * 5:
        QTest.keyClick(person.bench.window, key)
        seen.append(person.bench.tempo.limit)
    assert seen == [None, 1000, 100, 10, 1, 1, 10, 100, 1000, None, None]


def test_a_run_begins_slowly_goes_on_faster_and_makes_the_same_steps(open_window: OpenWindow) -> None:
    person = open_window(small_project(epochs=50))
    bench, controller = person.bench, person.bench.controller
    bench.tempo.choose(1.0)
    controller.run()
    person.qtbot.waitUntil(lambda: controller.step_count >= 1 and controller.status == "running", timeout=PATIENCE)
    session = controller._session
    assert session is not None
    assert session.overhead is None
    assert "watching costs" not in bench.status.figures
    total = controller.progress.total_steps
    assert total > 100
    bench.tempo.choose(None)
    person.qtbot.waitUntil(lambda: controller.status == "finished", timeout=PATIENCE)
    assert controller.step_count == total
    slow = controller.checkpoint()
    controller.reset()
    controller.run()
    person.qtbot.waitUntil(lambda: controller.status == "finished", timeout=PATIENCE)
    fast = controller.checkpoint()
    assert slow is not None
    assert fast is not None
    for name, array in slow.state.weights.items():
        assert array.tobytes() == fast.state.weights[name].tobytes()


def test_a_step_by_hand_is_made_at_once(open_window: OpenWindow) -> None:
    person = open_window(small_project())
    controller = person.bench.controller
    controller.progress.slow_down(0.001)
    for count in range(1, 6):  # a run would wait a quarter of an hour for each
        controller.step()
        person.qtbot.waitUntil(lambda count=count: controller.step_count == count, timeout=PATIENCE)
    person.qtbot.waitUntil(lambda: controller.status == "paused", timeout=PATIENCE)
