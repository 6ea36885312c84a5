"""A window that closes in the midst of a run: nothing is asked where nothing is lost, and all is written once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QMessageBox

from deepviz.document.file_format import load
from deepviz.engine.trainer import Trainer
from deepviz.engine.trainer_state import TrainerState
from deepviz.gui.session_store import Notes, SessionStore, Slot
from deepviz.gui.settings import Settings
from deepviz.training.timeline import Timeline
from tests.e2e.window import PATIENCE, OpenWindow, small_project
from tests.gui.test_sessions import FRESH, Start, Starter, answer
from tests.gui.window_hands import press_shortcut, train_steps

BUTTONS = QMessageBox.StandardButton


def training(first: Start, path: Path) -> None:
    """Have a window with a file train for long, with a setting changed that is not in the file."""
    assert first.person.bench.files.save_to(path, "mine")
    first.person.bench.editor.apply("Train for long", lambda _: small_project(epochs=1_000_000))
    first.person.bench.controller.run()
    first.person.qtbot.waitUntil(lambda: first.person.bench.controller.step_count > 5, timeout=PATIENCE)


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


def test_saving_at_the_end_in_the_midst_of_a_run_saves_all_that_comes_back(
    start: Starter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, path = start(), tmp_path / "mine.deepviz"
    training(first, path)
    asked = answer(monkeypatch, BUTTONS.Save)
    assert first.close()
    assert asked == ["Save the changes to “mine” first? Training waits for your answer."]
    trained = load(path).trained
    assert trained is not None
    second = start()
    bench = second.person.bench
    assert bench.controller.step_count == trained.state.step == first.person.bench.controller.step_count
    assert bench.files.is_saved
    assert bench.window.windowTitle() == "mine – DeepViz"
    assert second.person.notice == ""


def test_a_run_waits_while_somebody_is_asked_and_goes_on_to_where_it_was_going_if_that_is_called_off(
    start: Starter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = start()
    controller = first.person.bench.controller
    controller.progress.slow_down(20.0)
    training(first, tmp_path / "mine.deepviz")
    controller.run_to(400)
    seen: list[int] = []

    def asked(*_: object) -> QMessageBox.StandardButton:
        for _time in range(10):
            held = controller.checkpoint()
            assert held is not None
            seen.append(held.state.step)
        return BUTTONS.Cancel

    monkeypatch.setattr(QMessageBox, "question", asked)
    controller.progress.slow_down(None)
    assert not first.close()
    assert len(seen) == 10
    assert len(set(seen)) == 1
    first.person.qtbot.waitUntil(
        lambda: controller.step_count == 400 and controller.status == "paused", timeout=PATIENCE
    )
    first.person.bench.files.new()  # is called off as well
    assert controller.step_count == 400


def test_a_run_goes_on_where_what_was_to_be_opened_instead_cannot_be_read(
    start: Starter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, other = start(), tmp_path / "other.deepviz"
    training(first, tmp_path / "mine.deepviz")
    other.write_bytes(b"nothing that could be opened")
    answer(monkeypatch, BUTTONS.Discard)
    first.person.bench.files.open_recent(other)
    assert "other.deepviz" in first.person.notice
    controller = first.person.bench.controller
    before = controller.step_count
    first.person.qtbot.waitUntil(lambda: controller.step_count > before + 5, timeout=PATIENCE)


def without_memory(_trainer: Trainer) -> TrainerState:
    raise MemoryError


@pytest.mark.parametrize("is_running", [False, True])
def test_where_there_is_no_memory_for_a_copy_the_weights_kept_before_stay(
    start: Starter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_running: bool
) -> None:
    first, path = start(), tmp_path / "mine.deepviz"
    training(first, path)
    keeper, controller = first.sessions.keeper, first.person.bench.controller
    controller.pause()
    first.person.qtbot.waitUntil(lambda: controller.status == "paused", timeout=PATIENCE)
    first.wait_until_kept()
    kept = controller.step_count
    train_steps(first.person, 2)
    with monkeypatch.context() as broken:
        broken.setattr(Trainer, "state", without_memory)
        if is_running:
            broken.setattr(Timeline, "keep", lambda *_args, **_more: None)
            controller.progress.slow_down(1000.0)
            controller.run()
            first.person.qtbot.waitUntil(lambda: controller.status == "running", timeout=PATIENCE)
            assert controller.state_later() is not None
        keeper._rests_until = 0.0
        keeper.keep()
        first.person.qtbot.waitUntil(lambda: not keeper._waits_for_state, timeout=PATIENCE)
        assert keeper._writer is None, "nothing is written that would lose weights"
        first.crash()
    second = start()
    assert second.person.bench.controller.step_count == kept


@pytest.mark.parametrize("way", ["save", "run", "edit", "crash"])
def test_what_is_said_of_a_session_that_is_back_goes_when_it_is_no_longer_so(
    start: Starter, tmp_path: Path, way: str
) -> None:
    first = start()
    assert first.person.bench.files.save_to(tmp_path / "mine.deepviz", "mine")
    if way == "crash":
        first.wait_until_kept()
        first.crash()
    else:
        train_steps(first.person, 3)
        assert first.close()
    second = start()
    bench, told = second.person.bench, second.person.notice
    if way == "crash":
        assert told.startswith("DeepViz did not end as it should. “mine” is back")
        second.edit("other")
        bench.actions["undo"].trigger()
        assert bench.files.is_saved
        assert second.person.notice == told, "it says nothing of changes"
        train_steps(second.person, 1)
        assert second.person.notice == ""
        return
    assert told.endswith("its last changes are not saved.")
    if way == "save":
        press_shortcut("Ctrl+S", bench.canvas)
        assert bench.files.is_saved
    elif way == "run":
        train_steps(second.person, 1)
    else:
        second.edit("other")
    assert second.person.notice == (told if way == "edit" else "")
