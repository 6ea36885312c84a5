"""The hints of the first start: one after the other, gone when followed or skipped, and remembered."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton, QWidget
from pytestqt.qtbot import QtBot

from deepviz.gui.hints import HINTS, Hints
from deepviz.gui.settings import HINTS_SHOWN, Settings
from deepviz.training.session import Session
from tests.e2e.window import PATIENCE, OpenWindow, small_project
from tests.gui.window_hands import train_steps


@pytest.fixture
def place(qtbot: QtBot) -> QWidget:
    widget = QWidget()
    qtbot.addWidget(widget)
    widget.resize(800, 400)
    widget.show()
    return widget


def test_each_hint_goes_when_it_has_been_followed(place: QWidget, tmp_path: Path) -> None:
    hints = Hints(Settings(tmp_path / "s.ini"), place)
    for what, _, _ in HINTS:
        assert hints.isVisible()
        assert hints.current == what
        hints.done("something else")
        assert hints.current == what
        hints.done(what)
    assert not hints.isVisible()


def test_next_and_skip_are_remembered(place: QWidget, tmp_path: Path, qtbot: QtBot) -> None:
    settings = Settings(tmp_path / "s.ini")
    hints = Hints(settings, place)
    qtbot.mouseClick(hints.next_button, Qt.MouseButton.LeftButton)
    assert Hints(settings, place).current == HINTS[1][0]
    qtbot.mouseClick(hints.skip_button, Qt.MouseButton.LeftButton)
    assert not hints.isVisible()
    again = Hints(settings, place)
    assert again.current == ""
    again.start_over()
    assert again.current == HINTS[0][0]


def test_it_stays_in_the_corner(place: QWidget, tmp_path: Path) -> None:
    hints = Hints(Settings(tmp_path / "s.ini"), place)
    place.resize(900, 600)
    assert hints.geometry().bottom() == 600 - 16 - 1
    assert hints.geometry().left() == 900 - 320 - 160
    place.resize(400, 600)
    assert hints.geometry().left() == 16


def test_it_keeps_away_while_the_canvas_says_what_to_do_itself(place: QWidget, tmp_path: Path) -> None:
    hints = Hints(Settings(tmp_path / "s.ini"), place)
    hints.rest(True)
    assert not hints.isVisible()
    hints.done(HINTS[0][0])
    assert not hints.isVisible()
    hints.rest(False)
    assert hints.isVisible()
    assert hints.current == HINTS[1][0]


def test_the_keyboard_goes_to_the_place_when_the_last_hint_goes(place: QWidget, tmp_path: Path, qtbot: QtBot) -> None:
    other = QPushButton("other", place)
    other.show()
    place.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    hints = Hints(Settings(tmp_path / "s.ini"), place)
    place.activateWindow()
    qtbot.waitUntil(place.isActiveWindow)
    hints.skip_button.setFocus()
    qtbot.mouseClick(hints.skip_button, Qt.MouseButton.LeftButton)
    assert place.hasFocus()
    assert not other.hasFocus()


def test_a_small_run_that_is_over_in_a_moment_has_followed_the_hint(
    open_window: OpenWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(tmp_path / "s.ini")
    settings.set(HINTS_SHOWN, [what for what, _, _ in HINTS].index("run"))
    person = open_window(small_project(), settings)
    train_steps(person, 5)
    settings.set(HINTS_SHOWN, [what for what, _, _ in HINTS].index("run"))
    resume = Session.resume

    def resume_and_wait(session: Session) -> None:
        resume(session)
        session._thread.join(PATIENCE / 1000)

    monkeypatch.setattr(Session, "resume", resume_and_wait)
    assert person.bench.hints.current == "run"
    person.press(person.bench.top_bar.run_button)
    person.reach("finished")
    assert person.bench.hints.current != "run"
