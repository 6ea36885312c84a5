"""What was open is there again: after a quit, after a crash, and with a way to start fresh that loses nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QMessageBox

from deepviz.document import edits, examples
from deepviz.document.file_format import load, save
from deepviz.gui.session_restore import Sessions
from deepviz.gui.session_store import SessionStore
from deepviz.gui.settings import REOPEN_LAST, Settings
from tests.e2e.window import PATIENCE, OpenWindow, Person, small_project
from tests.gui.window_hands import train_steps

BUTTONS = QMessageBox.StandardButton
FRESH = small_project()


class Start:
    """One start of the program: a window with a session."""

    def __init__(self, person: Person, store: SessionStore, path: Path | None = None) -> None:
        self.person, self.store = person, store
        self.sessions = Sessions(person.bench, store)
        self.sessions.begin(path)
        self.sessions.show_view()

    def edit(self, name: str = "changed") -> None:
        self.person.bench.editor.apply("Rename", lambda project: edits.rename(project, name))

    def wait_until_kept(self) -> None:
        """Have the session kept, and wait for the thread that does it."""
        keeper = self.sessions.keeper
        keeper.keep()
        self.person.qtbot.waitUntil(lambda: keeper._state() == keeper._kept, timeout=PATIENCE)

    def crash(self) -> None:
        """Leave everything as a killed process does: nothing is written any more, and locks are let go of."""
        keeper = self.sessions.keeper
        keeper._finish_writing()
        keeper._soon.stop()
        keeper._regularly.stop()
        assert keeper.slot is not None
        slot, keeper.slot = keeper.slot, None
        slot.release()

    def close(self) -> bool:
        return self.person.bench.window.close()


Starter = Callable[..., Start]


@pytest.fixture
def start(open_window: OpenWindow, tmp_path: Path) -> Iterator[Starter]:
    store, started = SessionStore(tmp_path / "sessions"), []
    settings = tmp_path / "own.ini"

    def opened(path: Path | None = None) -> Start:
        started.append(Start(open_window(FRESH, Settings(settings)), store, path))
        return started[-1]

    yield opened
    for each in started:
        each.sessions.keeper.end(is_kept=True)


def answer(monkeypatch: pytest.MonkeyPatch, button: QMessageBox.StandardButton) -> list[str]:
    asked: list[str] = []
    monkeypatch.setattr(QMessageBox, "question", lambda _parent, _title, text, *_: asked.append(text) or button)
    return asked


def test_a_first_start_shows_the_first_example_and_leaves_nothing_behind(start: Starter) -> None:
    first = start()
    assert first.person.project == FRESH
    assert first.person.notice == ""
    assert first.close()
    assert list(first.store.folder.iterdir()) == []
    assert start().person.project == FRESH


def test_what_is_in_no_file_is_back_after_a_quit_that_asked_nothing(start: Starter) -> None:
    first = start()
    first.edit()
    assert first.close(), "a question would have failed this test"
    second = start()
    assert second.person.project.name == "changed"
    assert not second.person.bench.files.is_saved
    assert "edited" in second.person.bench.window.windowTitle()
    assert second.person.notice == "“changed” is back as you left it; it is in no file yet."
    assert second.person.offers == ["Start fresh"]
    assert second.close()
    assert start().person.project.name == "changed", "and again"


def test_a_crash_loses_nothing_that_was_kept(start: Starter) -> None:
    first = start()
    train_steps(first.person, 7)
    first.edit()
    first.wait_until_kept()
    weights = first.person.bench.controller.checkpoint()
    assert weights is not None
    first.crash()
    second = start()
    assert second.person.project.name == "changed"
    assert "DeepViz did not end as it should. “changed” is back as it was " in second.person.notice
    assert second.person.bench.controller.step_count == 7
    assert len(second.person.bench.controller.history) == 7
    back = second.person.bench.controller.checkpoint()
    assert back is not None
    for name, array in weights.state.weights.items():
        assert (back.state.weights[name] == array).all(), name
    assert second.person.bench.top_bar.run_button.text() == "Resume"


def test_an_edit_is_kept_by_itself_a_moment_later_and_so_is_a_run(
    start: Starter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("deepviz.gui.session_keeper.SOON", 10)
    monkeypatch.setattr("deepviz.gui.session_keeper.REGULARLY", 10)
    first = start()
    first.edit()
    slot = first.sessions.keeper.slot
    assert slot is not None
    first.person.qtbot.waitUntil(lambda: slot.copy.exists() and slot.notes.name == "changed", timeout=PATIENCE)
    first.edit("again")
    first.person.qtbot.waitUntil(lambda: slot.notes.name == "again", timeout=PATIENCE)
    first.person.bench.controller.run()

    def steps_kept() -> int:
        trained = load(slot.copy).trained
        return 0 if trained is None else trained.state.step

    first.person.qtbot.waitUntil(lambda: steps_kept() > 0, timeout=PATIENCE)
    first.person.reach("finished")
    first.person.qtbot.waitUntil(lambda: steps_kept() == first.person.bench.controller.step_count, timeout=PATIENCE)


def test_a_saved_project_is_opened_again_from_its_file(start: Starter, tmp_path: Path) -> None:
    first = start()
    path = tmp_path / "mine.deepviz"
    first.edit()
    train_steps(first.person, 3)
    assert first.person.bench.files.save_to(path)
    assert first.close()
    assert not [file for file in first.store.folder.iterdir() if file.suffix == ".deepviz"], "its file has it all"
    save(edits.rename(load(path).project, "from elsewhere"), path, load(path).trained)
    second = start()
    assert second.person.project.name == "from elsewhere"
    assert second.person.bench.editor.path == path
    assert second.person.bench.files.is_saved
    assert second.person.bench.controller.step_count == 3
    assert second.person.notice == "", "it is what anybody expects"


def test_a_file_that_is_gone_is_told_and_the_start_is_a_fresh_one(start: Starter, tmp_path: Path) -> None:
    first = start()
    assert first.person.bench.files.save_to(tmp_path / "mine.deepviz")
    assert first.close()
    (tmp_path / "mine.deepviz").unlink()
    second = start()
    assert second.person.project == FRESH
    assert "The last project was not opened again. There is no file" in second.person.notice
    assert second.close()
    assert start().person.notice == ""


@pytest.mark.parametrize("button", [BUTTONS.Discard, BUTTONS.Cancel])
def test_changes_of_a_file_are_asked_about_at_a_quit(
    start: Starter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, button: QMessageBox.StandardButton
) -> None:
    first = start()
    assert first.person.bench.files.save_to(tmp_path / "mine.deepviz", "mine")
    first.edit()
    asked = answer(monkeypatch, button)
    assert first.close() == (button == BUTTONS.Discard)
    assert asked == ["Save the changes to “mine” first?"]
    if button == BUTTONS.Discard:
        second = start()
        assert second.person.project.name == "mine", "what was thrown away stays away"
        assert second.person.bench.files.is_saved
    else:
        assert first.sessions.keeper.slot is not None, "the window lives on, and so does its session"
        answer(monkeypatch, BUTTONS.Discard)


def test_changes_of_a_file_are_back_after_a_crash_and_still_belong_to_it(start: Starter, tmp_path: Path) -> None:
    first = start()
    path = tmp_path / "mine.deepviz"
    train_steps(first.person, 2)
    assert first.person.bench.files.save_to(path, "mine")
    train_steps(first.person, 3)
    first.wait_until_kept()
    first.crash()
    second = start()
    assert second.person.bench.editor.path == path
    assert second.person.bench.controller.step_count == 5
    assert not second.person.bench.files.is_saved, "three steps are not in the file"
    assert second.person.bench.files.save()
    assert second.person.bench.files.is_saved
    assert load(path).trained is not None


def test_the_window_is_looked_at_as_it_was(start: Starter) -> None:
    first = start()
    first.edit()
    bench = first.person.bench
    bench.window.show_workspace("build")
    bench.canvas.select(("dense_2",))
    bench.window.show_tab("Training")
    bench.canvas.zoom_in()
    bench.canvas.zoom_in()
    bench.canvas.pan_by(-40.0, 25.0)
    zoom, center = bench.canvas.zoom, bench.canvas.seen().center
    assert first.close()
    again = start().person.bench
    assert again.window.workspace == "build"
    assert again.canvas.network.selected == ("dense_2",)
    assert again.window.tabs.tabText(again.window.tabs.currentIndex()) == "Training"
    assert again.canvas.zoom == pytest.approx(zoom)
    assert again.canvas.seen().center == pytest.approx(center, abs=2)
    assert not again.canvas.is_fitted


def test_starting_fresh_keeps_the_work_until_it_is_discarded(start: Starter) -> None:
    first = start()
    first.edit("dear")
    assert first.close()
    second = start()
    second.person.take_offer("Start fresh")
    assert second.person.project == FRESH
    assert second.person.bench.files.is_saved
    assert second.person.offers == ["Discard it", "Bring it back"], "a double click on Start fresh discards nothing"
    menu = second.person.bench.file_menu.recent
    assert menu.isEnabled()
    assert any(entry.text().startswith("dear, ") for entry in menu.actions())
    second.person.take_offer("Bring it back")
    assert second.person.project.name == "dear"
    assert not second.person.bench.files.is_saved
    second.sessions.start_fresh()
    second.person.take_offer("Discard it")
    assert not menu.isEnabled()
    assert second.close()
    assert start().person.project == FRESH


def test_earlier_work_is_brought_back_from_the_menu_and_the_present_work_takes_its_place(start: Starter) -> None:
    first = start()
    first.edit("one")
    first.sessions.start_fresh()
    first.edit("two")
    menu = first.person.bench.file_menu.recent
    menu.fill()
    next(entry for entry in menu.actions() if entry.text().startswith("one, ")).trigger()
    assert first.person.project.name == "one"
    menu.fill()
    assert [entry.text().split(",")[0] for entry in menu.actions() if "," in entry.text()] == ["two"]


def test_a_project_named_at_the_start_is_opened_and_the_session_stays_on_offer(start: Starter, tmp_path: Path) -> None:
    first = start()
    first.edit("dear")
    assert first.close()
    save(examples.open_example("xor"), tmp_path / "xor.deepviz")
    second = start(tmp_path / "xor.deepviz")
    assert second.person.project.name == "xor"
    assert "Unsaved work of the last session is kept: “dear”" in second.person.notice
    second.person.take_offer("Bring it back")
    assert second.person.project.name == "dear"


def test_two_windows_keep_a_session_each(start: Starter) -> None:
    first = start()
    first.edit("one")
    first.wait_until_kept()
    second = start()
    assert second.person.project == FRESH, "the first window has its session open"
    second.edit("two")
    assert second.close()
    assert first.close()
    assert start().person.project.name == "one", "the one that was closed last"
    assert start().person.project.name == "two"


def test_a_damaged_session_is_set_aside_and_told(start: Starter) -> None:
    first = start()
    first.edit()
    assert first.close()
    (copy,) = first.store.folder.glob("*.deepviz")
    copy.write_bytes(copy.read_bytes()[:200])
    second = start()
    assert second.person.project == FRESH
    assert "The last session cannot be read" in second.person.notice
    (aside,) = first.store.folder.glob("damaged-*")
    assert str(aside) in second.person.notice
    second.edit("new")
    assert second.close()
    assert start().person.project.name == "new"


def test_a_session_that_ends_the_program_twice_is_not_tried_again(start: Starter) -> None:
    first = start()
    first.edit()
    first.sessions.keeper.keep_at_once()
    slot = first.sessions.keeper.slot
    assert slot is not None
    slot.begin_trying()
    slot.begin_trying()
    first.crash()
    second = start()
    assert second.person.project == FRESH
    assert "DeepViz ended while it was opening the last session" in second.person.notice


def test_with_the_setting_off_a_quit_asks_and_the_next_start_is_fresh_but_a_crash_is_made_good(
    start: Starter, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = start()
    action = first.person.bench.actions["reopen_last"]
    assert action.isChecked()
    action.trigger()
    assert not first.person.bench.settings.get(REOPEN_LAST)
    first.edit()
    asked = answer(monkeypatch, BUTTONS.Discard)
    assert first.close()
    assert len(asked) == 1
    second = start()
    assert second.person.project == FRESH
    assert not second.person.bench.actions["reopen_last"].isChecked()
    second.edit("lost?")
    second.wait_until_kept()
    second.crash()
    assert start().person.project.name == "lost?"


def test_after_an_error_the_session_is_kept_though_the_disk_rests(start: Starter) -> None:
    first = start()
    first.edit("first")
    first.wait_until_kept()
    keeper = first.sessions.keeper
    keeper._rests_until = float("inf")
    first.edit("second")
    keeper._soon.stop()
    keeper.keep_urgently()
    first.person.qtbot.waitUntil(lambda: keeper._state() == keeper._kept, timeout=PATIENCE)
    first.crash()
    assert start().person.project.name == "second"


def test_after_an_error_what_is_being_written_is_followed_by_what_is_there_now(start: Starter) -> None:
    first = start()
    keeper = first.sessions.keeper
    first.edit("first")
    keeper.keep()
    assert keeper._writer is not None
    first.edit("second")
    keeper._soon.stop()
    keeper.keep_urgently()
    first.person.qtbot.waitUntil(lambda: keeper._state() == keeper._kept, timeout=PATIENCE)
    first.crash()
    assert start().person.project.name == "second"


def test_where_nothing_can_be_kept_it_is_said_and_a_quit_asks(start: Starter, monkeypatch: pytest.MonkeyPatch) -> None:
    first = start()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("os.fsync", full)
        first.edit()
        first.sessions.keeper.keep()
        first.person.qtbot.waitUntil(lambda: "No space left on device" in first.person.notice, timeout=PATIENCE)
        assert first.person.offers == ["Save as…"]
        asked = answer(patched, BUTTONS.Cancel)
        assert not first.close()
        assert len(asked) == 1
    assert first.close(), "now it can be kept"


def test_a_folder_that_cannot_be_made_leaves_a_window_that_works(
    open_window: OpenWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_bytes(b"")
    person = open_window(FRESH)
    begun = Start(person, SessionStore(tmp_path / "file" / "sessions"))
    assert "cannot be kept for the next start" in person.notice
    begun.edit()
    asked = answer(monkeypatch, BUTTONS.Discard)
    assert begun.close()
    assert len(asked) == 1
