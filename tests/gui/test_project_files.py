"""Opening, saving and exporting from the window: what is asked, what is kept, and what is said about it."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtGui import QDesktopServices
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QMessageBox

from deepviz.document import edits, examples
from deepviz.document.archive import pack
from deepviz.document.file_format import HISTORY, load, save
from deepviz.document.project import Project
from deepviz.gui.settings import EXPORT_FOLDER, PROJECT_FOLDER, RECENT_FILES
from deepviz.training.run_plan import RunPlan
from tests.e2e.window import PATIENCE, OpenWindow, Person, small_project

BUTTONS = QMessageBox.StandardButton


@pytest.fixture
def person(open_window: OpenWindow) -> Person:
    return open_window(small_project())


def train(person: Person, steps: int) -> None:
    person.bench.controller.step(steps)
    person.qtbot.waitUntil(
        lambda: person.bench.controller.step_count == steps and person.bench.controller.status == "paused",
        timeout=PATIENCE,
    )


def choose_file(monkeypatch: pytest.MonkeyPatch, path: Path | str) -> list[tuple[str, str]]:
    """Answer file dialogs with a path. Gives the list in which their titles and proposals are noted."""
    asked: list[tuple[str, str]] = []

    def answered(_parent: object, title: str, start: str, *_: object) -> tuple[str, str]:
        asked.append((title, start))
        return str(path), ""

    monkeypatch.setattr(QFileDialog, "getSaveFileName", answered)
    monkeypatch.setattr(QFileDialog, "getOpenFileName", answered)
    return asked


def answer(monkeypatch: pytest.MonkeyPatch, button: QMessageBox.StandardButton) -> list[str]:
    asked: list[str] = []
    monkeypatch.setattr(QMessageBox, "question", lambda _parent, _title, text, *_: asked.append(text) or button)
    return asked


@pytest.mark.parametrize("way", ["new", "template"])
def test_what_is_to_be_built_first_comes_in_the_build_workspace(person: Person, way: str) -> None:
    bench = person.bench
    bench.window.show_workspace("train")
    if way == "new":
        bench.actions["new"].trigger()
    else:
        bench.templates.chosen.emit("iris")
    assert bench.window.workspace == "build"


def test_the_workspace_stays_when_leaving_is_called_off(person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    person.bench.editor.apply("Rename", lambda project: edits.rename(project, "other"))
    person.bench.window.show_workspace("train")
    answer(monkeypatch, BUTTONS.Cancel)
    person.bench.actions["new"].trigger()
    assert person.bench.window.workspace == "train"


def test_a_new_project_gives_the_canvas_the_keyboard(person: Person) -> None:
    """Otherwise it went, with a view that had it and is hidden while one builds, to the menu button at the top."""
    bench = person.bench
    bench.window.show_workspace("train")
    bench.views.open("loss")
    bench.views.view("loss").take_focus()
    assert not bench.canvas.hasFocus()
    QTest.keySequence(bench.window, "Ctrl+N")
    assert person.project == Project()
    assert bench.canvas.hasFocus()


def test_a_new_project_is_empty_and_forgets_the_run(person: Person) -> None:
    train(person, 3)
    person.bench.notice.tell("Something happened.")
    person.bench.files.new()
    assert person.project == Project()
    assert person.bench.controller.checkpoint() is None
    assert person.bench.controller.status == "idle"
    assert not person.bench.editor.undo_stack.canUndo()
    assert person.notice == ""


@pytest.mark.parametrize("way", ["new", "example", "open", "drop", "recent"])
@pytest.mark.parametrize("button", [BUTTONS.Cancel, BUTTONS.Discard])
def test_unsaved_changes_are_asked_about_whichever_way_leads_away(
    person: Person, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str, button: QMessageBox.StandardButton
) -> None:
    files = person.bench.files
    other = tmp_path / "other.deepviz"
    save(examples.open_example("xor"), other)
    files.open(other)
    files.open_example("spirals")
    person.bench.editor.apply("Rename", lambda project: edits.rename(project, "changed"))
    edited = person.project
    choose_file(monkeypatch, other)
    asked = answer(monkeypatch, button)
    ways = {
        "new": files.new,
        "example": lambda: files.open_example("iris"),
        "open": files.ask_open,
        "drop": lambda: files.open_dropped([str(other)]),
        "recent": lambda: person.bench.file_menu.recent.entries[0].trigger(),
    }
    ways[way]()
    assert asked == ["Save the changes to “changed” first?"]
    assert (person.project == edited) == (button == BUTTONS.Cancel)
    assert person.bench.editor.is_saved == (button == BUTTONS.Discard)


def test_saving_asks_for_a_file_once_and_names_the_project_after_it(
    person: Person, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files, settings = person.bench.files, person.bench.settings
    asked = choose_file(monkeypatch, tmp_path / "my network")
    assert files.save()
    assert asked == [("Save project", str(Path.home() / "untitled.deepviz"))]
    path = tmp_path / "my network.deepviz"
    assert load(path).project == person.project
    assert person.project.name == "my network"
    assert settings.get(PROJECT_FOLDER) == str(tmp_path.resolve())
    assert settings.get(RECENT_FILES) == (str(path.resolve()),)

    person.set_value("dense_1", "units", "9")
    assert files.save()
    assert len(asked) == 1, "the second time it is known where to"
    assert load(path).project == person.project

    choose_file(monkeypatch, tmp_path / "a copy.deepviz")
    assert files.ask_save()
    assert load(path).project.name == "my network"
    assert load(tmp_path / "a copy.deepviz").project.name == "a copy"
    assert person.bench.editor.path == tmp_path / "a copy.deepviz"


@pytest.mark.parametrize("name", ["x" * 230, "a\tb"])
def test_a_file_name_that_is_no_name_for_a_project_is_still_a_file_name(
    person: Person, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    choose_file(monkeypatch, tmp_path / f"{name}.deepviz")
    assert person.bench.files.ask_save(), person.notice
    assert load(tmp_path / f"{name}.deepviz").project.name == person.project.name == "untitled"


def test_a_name_is_kept_that_could_not_be_saved(
    person: Person, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    choose_file(monkeypatch, tmp_path / "gone" / "other.deepviz")
    assert not person.bench.files.ask_save()
    assert person.project.name == "untitled"
    assert not person.bench.editor.undo_stack.canUndo()


def test_cancelled_dialogs_change_nothing(person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    before = person.project
    choose_file(monkeypatch, "")
    assert not person.bench.files.save()
    person.bench.files.ask_open()
    assert not person.bench.pictures.ask_save()
    assert person.project is before
    assert person.notice == ""


def test_an_opened_run_goes_on_as_if_it_had_never_stopped(
    person: Person, open_window: OpenWindow, tmp_path: Path
) -> None:
    train(person, 7)
    assert person.bench.files.save_to(tmp_path / "half.deepviz")
    other = open_window()
    assert other.bench.files.open(tmp_path / "half.deepviz")
    assert other.bench.controller.status == "paused"
    assert other.bench.top_bar.run_button.text() == "Resume"
    assert other.bench.status.figures == "paused  ·  epoch 1 of 3  ·  step 7"
    other.run_to_the_end()
    losses = other.bench.controller.history.column("loss")[1].tolist()
    assert losses == [record.values["loss"] for record in RunPlan.of(small_project()).trainer().steps()]


def test_a_project_is_saved_while_it_trains(open_window: OpenWindow, tmp_path: Path) -> None:
    person = open_window(small_project(epochs=1_000_000))
    controller = person.bench.controller
    person.press(person.bench.top_bar.run_button)
    person.qtbot.waitUntil(lambda: controller.step_count > 20, timeout=PATIENCE)
    assert person.bench.files.save_to(tmp_path / "live.deepviz")
    assert controller.is_running
    loaded = load(tmp_path / "live.deepviz")
    assert loaded.warnings == ()
    assert loaded.trained is not None
    assert loaded.trained.history["step"][-1] == loaded.trained.state.step


def test_damaged_curves_are_left_out_with_a_warning_and_the_weights_kept(person: Person, tmp_path: Path) -> None:
    train(person, 4)
    path = tmp_path / "damaged.deepviz"
    assert person.bench.files.save_to(path)
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist() if name != "checksums.json"}
    members[HISTORY] = b"nothing of the kind"
    path.write_bytes(pack(members))
    assert person.bench.files.open(path)
    assert "history.npz is damaged and was left out" in person.notice
    assert person.bench.controller.step_count == 4
    assert len(person.bench.controller.history) == 0


def test_export_says_what_was_written_and_offers_the_folder(
    person: Person, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[str] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: shown.append(url.toLocalFile()))
    assert person.bench.files.export_to(tmp_path / "fresh.npz")
    assert "untrained, fresh weights" in person.notice
    fresh = RunPlan.of(small_project()).trainer().network.parameters
    with np.load(tmp_path / "fresh.npz") as weights:
        assert sorted(weights.files) == ["dense_1/W", "dense_1/b", "dense_2/W", "dense_2/b"]
        for name in weights.files:
            np.testing.assert_array_equal(weights[name], fresh[name])
    train(person, 5)
    assert person.bench.files.export_to(tmp_path / "trained.npz")
    assert f"the weights of step 5 to {tmp_path / 'trained.npz'}" in person.notice
    with np.load(tmp_path / "trained.npz") as weights:
        assert not np.array_equal(weights["dense_1/W"], fresh["dense_1/W"])
    person.take_offer("Open folder")
    assert shown == [str(tmp_path)]
    assert person.bench.settings.get(EXPORT_FOLDER) == str(tmp_path)


def test_what_cannot_be_exported_is_told_in_words(person: Person, tmp_path: Path) -> None:
    assert not person.bench.files.export_to(tmp_path / "weights.docx")
    assert "Could not export to weights.docx" in person.notice
    assert ".npz" in person.notice
    person.set_value("dense_2", "units", "5")
    assert not person.bench.files.export_to(tmp_path / "weights.npz")
    assert "2 classes" in person.notice
    assert list(tmp_path.glob("weights*")) == []


def test_dropped_files_that_are_no_data_are_refused_on_the_data_page(person: Person, tmp_path: Path) -> None:
    before = person.project
    (tmp_path / "letter.txt").write_text("Dear reader", encoding="utf-8")
    person.bench.files.open_dropped([str(tmp_path / "letter.txt")])
    tabs = person.bench.window.tabs
    assert tabs.tabText(tabs.currentIndex()) == "Data"
    assert "letter.txt" in person.bench.data_panel.message.text
    person.bench.files.open_dropped([str(tmp_path / "gone.idx"), str(tmp_path / "letter.txt")])
    assert "gone.idx" in person.bench.data_panel.message.text
    assert person.project == before
