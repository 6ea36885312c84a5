"""A window that closes in the midst of a run: nothing is asked where nothing is lost, and all is written once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QMessageBox

from deepviz.document.file_format import load
from deepviz.gui.session_store import Notes, SessionStore, Slot
from deepviz.gui.settings import Settings
from tests.e2e.window import PATIENCE, OpenWindow, small_project
from tests.gui.test_sessions import FRESH, Start, Starter, answer
from tests.gui.window_hands import train_steps

BUTTONS = QMessageBox.StandardButton


@pytest.fixture
def start(open_window: OpenWindow, tmp_path: Path) -> Iterator[Starter]:
    store, started = SessionStore(tmp_path / "sessions"), []

    def opened(path: Path | None = None) -> Start:
        started.append(Start(open_window(FRESH, Settings(tmp_path / "own.ini")), store, path))
        return started[-1]

    yield opened
    for each in started:
        each.sessions.keeper.end(is_kept=True)


def test_training_of_a_file_is_back_after_a_quit_that_asked_nothing(start: Starter, tmp_path: Path) -> None:
    first = start()
    path = tmp_path / "mine.deepviz"
    assert first.person.bench.files.save_to(path, "mine")
    train_steps(first.person, 3)
    assert not first.person.bench.files.is_saved
    assert first.close(), "a question would have failed this test"
    assert load(path).trained is None, "its file is as it was saved"
    second = start()
    assert second.person.bench.editor.path == path
    assert second.person.bench.controller.step_count == 3
    assert second.person.notice == "“mine” is back as you left it; its last changes are not saved."
    assert not second.person.bench.files.is_saved


def test_a_session_is_written_once_when_its_window_closes_in_the_midst_of_a_run(
    start: Starter, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = start()
    first.person.bench.editor.apply("Train for long", lambda _: small_project(epochs=1_000_000))
    controller = first.person.bench.controller
    controller.run()
    first.person.qtbot.waitUntil(lambda: controller.step_count > 5, timeout=PATIENCE)
    written: list[bool] = []
    write = Slot.write

    def noted(slot: Slot, notes: Notes, *rest: Any) -> None:
        written.append(notes.was_closed)
        write(slot, notes, *rest)

    monkeypatch.setattr(Slot, "write", noted)
    assert first.close()
    assert written == [True]
    step = controller.step_count
    second = start()
    assert second.person.bench.controller.step_count == step
    assert len(second.person.bench.controller.history) == step
    assert "is back as you left it" in second.person.notice


def test_a_run_goes_on_where_nothing_can_be_kept_and_somebody_would_rather_not_close(
    start: Starter, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = start()
    first.edit()
    controller = first.person.bench.controller
    first.person.bench.editor.apply("Train for long", lambda _: small_project(epochs=1_000_000))
    controller.run()
    first.person.qtbot.waitUntil(lambda: controller.step_count > 5, timeout=PATIENCE)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("os.fsync", full)
        asked = answer(patched, BUTTONS.Cancel)
        assert not first.close()
        assert len(asked) == 1
    before = controller.step_count
    first.person.qtbot.waitUntil(lambda: controller.step_count > before + 5, timeout=PATIENCE)
    assert controller.history.steps.tolist() == list(range(1, len(controller.history) + 1)), "no step is lost"
    assert first.close(), "now it can be kept"
