"""How the window stands is kept soon after it has changed, so that the next start has it even after a crash."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import QSettings
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QTabBar

from deepviz.gui.plots import all_views
from deepviz.gui.session_view import show_canvas, show_view, view_of
from deepviz.gui.settings import LAST_LOOK, VIEWS_OFFERED, WINDOW_STATES, WORKSPACE, Settings
from tests.e2e.window import LEFT, PATIENCE, OpenWindow, Person, small_project


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


def choose_tab(person: Person, title: str) -> None:
    """Click on a tab beside the canvas."""
    for tabs in (person.bench.window.left_tabs, person.bench.window.tabs):
        if title in titles_of(tabs.tabBar()):
            place = tabs.tabBar().tabRect(titles_of(tabs.tabBar()).index(title)).center()
            QTest.mouseClick(tabs.tabBar(), LEFT, pos=place)


def titles_of(bar: QTabBar) -> list[str]:
    return [bar.tabText(number) for number in range(bar.count())]


def tabs_in_front(person: Person) -> list[str]:
    return [tabs.tabText(tabs.currentIndex()) for tabs in (person.bench.window.left_tabs, person.bench.window.tabs)]


def killed(person: Person, copy: Path) -> Settings:
    """What a program finds that is started after this one was killed, when what there is to keep has been kept."""
    bench = person.bench

    def is_kept() -> bool:
        name = bench.window.workspace
        is_state = bench.settings.get(WINDOW_STATES[name]) == bench.window.states()[name]
        return is_state and bench.settings.get(LAST_LOOK) == json.dumps(view_of(bench))

    person.qtbot.waitUntil(is_kept)
    copy.write_bytes(person.bench.settings.path.read_bytes())
    return Settings(copy)


def test_tabs_beside_the_canvas_are_kept_while_the_window_is_open(open_window: OpenWindow, tmp_path: Path) -> None:
    first = open_window(settings=settings_at(tmp_path / "own.ini"))
    first.bench.memory.soon.setInterval(20)
    for left, right in (("Outline", "Data"), ("History", "Training"), ("Layers", "Layer")):
        choose_tab(first, left)
        choose_tab(first, right)
        assert tabs_in_front(first) == [left, right]
        second = open_window(settings=killed(first, tmp_path / f"{right}.ini"))
        assert tabs_in_front(second) == [left, right]


def test_the_view_in_front_of_another_one_is_kept(open_window: OpenWindow, tmp_path: Path) -> None:
    first = open_window(settings=settings_at(tmp_path / "own.ini"))
    bench = first.bench
    bench.memory.soon.setInterval(20)
    bench.window.show_workspace("train")
    bench.views.open("loss")
    bench.views.open("decision_boundary")
    bench.window.tabifyDockWidget(bench.views.docks["loss"], bench.views.docks["decision_boundary"])
    is_first, is_second = (partial(bench.views.is_visible, key) for key in ("loss", "decision_boundary"))
    for title, is_front, is_behind in (("Loss", is_first, is_second), ("Decisions", is_second, is_first)):
        (bar,) = [bar for bar in bench.window.findChildren(QTabBar) if title in titles_of(bar)]
        QTest.mouseClick(bar, LEFT, pos=bar.tabRect(titles_of(bar).index(title)).center())
        first.qtbot.waitUntil(lambda: is_front() and not is_behind())  # noqa: B023
        second = open_window(settings=killed(first, tmp_path / f"{title}.ini"))
        assert second.bench.views.is_open("loss")
        assert second.bench.views.is_open("decision_boundary")
        for key in ("loss", "decision_boundary"):
            seen = bench.views.is_visible(key)
            second.qtbot.waitUntil(lambda: second.bench.views.is_visible(key) == seen)  # noqa: B023


def test_what_was_looked_at_since_a_session_was_kept_is_newer_than_what_it_says(
    open_window: OpenWindow, tmp_path: Path
) -> None:
    """A session is written when its project changes; how it is looked at changes without that, until a kill."""
    first = open_window(small_project(), settings_at(tmp_path / "own.ini"))
    bench = first.bench
    bench.memory.soon.setInterval(20)
    session = view_of(bench)
    choose_tab(first, "Data")
    bench.window.show_workspace("build")
    bench.canvas.select(("tanh_1",))
    bench.canvas.zoom_in()
    first.qtbot.waitUntil(lambda: view_of(bench)["is_fitted"] is False)
    settings, latest = killed(first, tmp_path / "copy.ini"), view_of(bench)
    assert latest != session

    second = open_window(small_project(), settings)
    show_view(second.bench, session)  # as what brings a session back does, before and after it is seen
    show_canvas(second.bench, session)
    ours = view_of(second.bench)
    assert {**ours, "center": None, "window": ""} == {**latest, "center": None, "window": ""}
    assert ours["center"] == pytest.approx(latest["center"], abs=2)

    # Another session is as it says itself, and so is this one from now on.
    show_view(second.bench, session)
    assert {**view_of(second.bench), "window": ""} == {
        **session,
        "center": view_of(second.bench)["center"],
        "window": "",
    }


def test_a_session_of_another_window_is_looked_at_as_it_says(open_window: OpenWindow, tmp_path: Path) -> None:
    first = open_window(small_project(), settings_at(tmp_path / "own.ini"))
    first.bench.memory.soon.setInterval(20)
    choose_tab(first, "Data")
    settings = killed(first, tmp_path / "copy.ini")
    second = open_window(small_project(), settings)
    show_view(second.bench, {**view_of(first.bench), "window": "another", "tabs": ["History", "Training"]})
    assert tabs_in_front(second) == ["History", "Training"]


@pytest.mark.parametrize("text", ["", "{", "[]", "7", '{"window": 3, "tabs": 4}', '{"window": "x"}'])
def test_what_was_kept_of_the_look_is_not_believed(open_window: OpenWindow, tmp_path: Path, text: str) -> None:
    settings = settings_at(tmp_path / "own.ini")
    settings.set(LAST_LOOK, text)
    person = open_window(small_project(), settings)
    show_view(person.bench, {"window": "x", "tabs": ["Outline", "Training"]})
    assert tabs_in_front(person) in (["Outline", "Training"], ["Layers", "Layer"])


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
