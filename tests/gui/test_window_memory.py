"""How the window stands is kept soon after it has changed, so that the next start has it even after a crash."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QSettings

from deepviz.gui.plots import all_views
from deepviz.gui.settings import VIEWS_OFFERED, WINDOW_STATES, WORKSPACE, Settings
from tests.e2e.window import PATIENCE, OpenWindow, Person


def settings_at(file: Path) -> Settings:
    settings = Settings(file)
    settings.set(VIEWS_OFFERED, tuple(kind.key for kind in all_views()))
    return settings


def open_views(person: Person) -> set[str]:
    return {key for key in person.bench.views.kinds if person.bench.views.is_open(key)}


def test_views_that_are_opened_and_closed_are_kept_while_the_window_is_open(
    open_window: OpenWindow, tmp_path: Path
) -> None:
    first = open_window(settings=settings_at(tmp_path / "own.ini"))
    bench = first.bench
    bench.memory.soon.setInterval(20)
    bench.window.show_workspace("train")
    bench.views.open("decision_boundary")
    bench.views.close("gradient_map")
    expected = open_views(first)
    assert "decision_boundary" in expected
    assert "gradient_map" not in expected
    kept = WINDOW_STATES["train"]
    first.qtbot.waitUntil(lambda: bench.settings.get(kept) == bench.window.states()["train"], timeout=PATIENCE)
    # What a program finds that is started after this one was killed.
    (tmp_path / "copy.ini").write_bytes((tmp_path / "own.ini").read_bytes())
    second = open_window(settings=Settings(tmp_path / "copy.ini"))
    assert second.bench.window.workspace == "train"
    assert open_views(second) == expected


def test_nothing_is_written_while_nothing_changes(open_window: OpenWindow, tmp_path: Path) -> None:
    person = open_window(settings=settings_at(tmp_path / "own.ini"))
    person.bench.memory.keep()
    other = QSettings(str(tmp_path / "own.ini"), QSettings.Format.IniFormat)
    other.setValue(WORKSPACE.key, "another")
    other.sync()
    person.bench.memory.keep()
    other.sync()
    assert other.value(WORKSPACE.key) == "another"
    person.bench.window.show_workspace("train" if person.bench.window.workspace != "train" else "build")
    person.bench.memory.keep()
    other.sync()
    assert other.value(WORKSPACE.key) == person.bench.window.workspace
    assert all(other.contains(each.key) for name, each in WINDOW_STATES.items() if name in person.bench.window.states())
