"""Whoever opens a view can read it: it gets a fair share of its row, beside the list of runs as well."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from deepviz.gui.plots.rate_finder import RateFinder
from deepviz.gui.settings import Settings
from deepviz.gui.view_docks import SMALLEST_VIEW
from tests.e2e.window import PATIENCE, OpenWindow, Person, small_project

CONTROL_SHIFT = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
NEARLY = 12
"""Pixels that borders between docks take, and what Qt rounds."""


def opened(open_window: OpenWindow, width: int = 1900, height: int = 1000) -> Person:
    person = open_window(small_project())
    person.bench.window.resize(width, height)
    QApplication.processEvents()
    return person


def width_of(person: Person, key: str) -> int:
    return int(person.bench.views.docks[key].width())


def test_a_view_beside_the_list_of_runs_has_half_of_the_row(open_window: OpenWindow) -> None:
    person = opened(open_window)
    bench = person.bench
    bench.runs_dock.open()
    QApplication.processEvents()
    room = bench.runs_dock.dock.width()
    person.key(Qt.Key.Key_F, CONTROL_SHIFT, bench.window)
    person.qtbot.waitUntil(lambda: abs(width_of(person, "rate_finder") - room // 2) <= NEARLY, timeout=PATIENCE)
    assert bench.views.is_visible("rate_finder")
    assert abs(bench.runs_dock.dock.width() - room // 2) <= NEARLY


@pytest.mark.parametrize("width", [1280, 1900])
def test_views_opened_one_by_one_beside_the_list_of_runs_can_all_be_read(open_window: OpenWindow, width: int) -> None:
    person = opened(open_window, width, 800)
    bench = person.bench
    bench.runs_dock.open()
    QApplication.processEvents()
    for key in ("loss", "gradient_norms", "accuracy"):
        bench.views.open(key)
        person.qtbot.waitUntil(lambda key=key: width_of(person, key) >= SMALLEST_VIEW - NEARLY, timeout=PATIENCE)
        assert bench.views.is_visible(key)
        assert bench.runs_dock.dock.width() >= SMALLEST_VIEW


def test_a_view_that_is_opened_is_as_wide_as_the_others_become(open_window: OpenWindow) -> None:
    person = opened(open_window)
    bench = person.bench
    keys = ("loss", "gradient_norms", "gradient_map")
    sides = bench.window.left.width(), bench.window.right.width()
    room = sum(width_of(person, key) for key in keys)
    bench.views.open("accuracy")
    person.qtbot.waitUntil(lambda: abs(width_of(person, "accuracy") - room // 4) <= NEARLY, timeout=PATIENCE)
    assert all(abs(width_of(person, key) - room // 4) <= NEARLY for key in keys)
    assert sides == (bench.window.left.width(), bench.window.right.width())


def finder(person: Person) -> RateFinder:
    view = person.bench.views.view("rate_finder")
    assert isinstance(view, RateFinder)
    return view


def test_what_was_found_is_there_when_the_finder_is_opened_again(open_window: OpenWindow) -> None:
    person = opened(open_window)
    bench = person.bench
    person.key(Qt.Key.Key_F, CONTROL_SHIFT, bench.window)
    person.qtbot.waitUntil(lambda: finder(person).answer is not None, timeout=PATIENCE)
    found = finder(person).answer
    bench.window.show_workspace("build")
    bench.window.show_workspace("train")
    person.qtbot.waitUntil(lambda: bench.views.is_visible("rate_finder"), timeout=PATIENCE)
    bench.views.close("rate_finder")
    bench.views.open("rate_finder")
    assert finder(person).answer is found


def test_an_empty_finder_does_not_come_back_at_the_next_start(open_window: OpenWindow, tmp_path: Path) -> None:
    settings = Settings(tmp_path / "remembered.ini")
    one = open_window(small_project(), settings)
    one.bench.views.open("rate_finder")
    one.bench.views.open("accuracy")
    QApplication.processEvents()
    one.bench.shut_down()
    other = open_window(small_project(), settings)
    other.qtbot.waitUntil(lambda: other.bench.views.is_open("accuracy"), timeout=PATIENCE)
    assert not other.bench.views.is_open("rate_finder")


@pytest.mark.parametrize("width", [1280, 1900])
def test_what_was_opened_beside_the_list_can_be_read_when_the_others_come_back(
    open_window: OpenWindow, width: int
) -> None:
    person = opened(open_window, width, 800)
    bench = person.bench
    before = [key for key in bench.views.kinds if bench.views.is_visible(key)]
    bench.runs_dock.open()
    bench.views.open("rate_finder")
    QApplication.processEvents()
    bench.runs_dock.close()

    def is_readable() -> bool:
        seen = [view.key for view in bench.views.visible]
        return "rate_finder" in seen and all(width_of(person, key) >= SMALLEST_VIEW - NEARLY for key in seen)

    person.qtbot.waitUntil(is_readable, timeout=PATIENCE)
    assert all(bench.views.is_open(key) for key in before)
