"""The list of runs takes the place of the views below, squeezes nothing, and gives the place back as it was."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QCloseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton

from deepviz.gui.settings import Settings
from deepviz.gui.view_docks import SMALLEST_VIEW
from deepviz.training.grid import seeds
from deepviz.training.run_queue import RunQueue
from tests.e2e.window import LEFT, PATIENCE, OpenWindow, Person, small_project
from tests.gui.test_view_docks import DEFAULTS, double_click, visible
from tests.gui.window_hands import press_shortcut, train_steps

SIZES = [(1280, 800), (1600, 1000)]


def settle(person: Person) -> None:
    for _ in range(3):
        QApplication.processEvents()


def widths(person: Person) -> dict[str, tuple[int, int]]:
    """Width and height of every part that can be seen."""
    bench = person.bench
    parts = {key: bench.views.docks[key] for key in visible(person)}
    parts |= {"left": bench.window.left, "right": bench.window.right, "canvas": bench.stage}
    return {name: (part.width(), part.height()) for name, part in parts.items()}


def assert_alike(now: dict[str, tuple[int, int]], before: dict[str, tuple[int, int]]) -> None:
    """Qt rounds where it divides a width, by a pixel or two."""
    assert now.keys() == before.keys()
    for name, (width, height) in before.items():
        assert now[name] == (pytest.approx(width, abs=0 if name in ("left", "right", "canvas") else 3), height)


def open_by_tab(person: Person) -> None:
    tab = person.bench.runs_dock.tab
    assert tab.isVisible()
    QTest.mouseClick(tab, LEFT)
    settle(person)


@pytest.fixture(params=SIZES, ids=str)
def sized(request: pytest.FixtureRequest, open_window: OpenWindow) -> Person:
    person = open_window(small_project())
    person.bench.window.resize(*request.param)
    settle(person)
    return person


def test_it_takes_the_place_of_the_views_and_gives_it_back(sized: Person) -> None:
    before, bench = widths(sized), sized.bench
    open_by_tab(sized)
    dock = bench.runs_dock.dock
    assert dock.isVisible()
    assert visible(sized) == ()
    assert bench.runs_dock.tab.isChecked()
    assert bench.actions["runs"].isChecked()
    after = widths(sized)
    for part in ("left", "right", "canvas"):
        assert after[part] == before[part]
    room = bench.stage.width()
    assert dock.width() == room
    assert bench.window.rect().contains(dock.mapTo(bench.window, dock.rect().bottomRight()))
    assert bench.runs.panel.isAncestorOf(QApplication.focusWidget())
    open_by_tab(sized)
    assert not dock.isVisible()
    assert not bench.runs_dock.tab.isChecked()
    assert_alike(widths(sized), before)


def test_nothing_wanders_when_it_is_opened_again_and_again(sized: Person) -> None:
    before = widths(sized)
    for _ in range(8):
        open_by_tab(sized)
        open_by_tab(sized)
    assert_alike(widths(sized), before)


def test_every_way_of_opening_and_closing(person: Person) -> None:
    bench = person.bench
    press_shortcut("Ctrl+3", bench.window)
    settle(person)
    assert bench.runs_dock.is_open
    QTest.mouseClick(bench.runs_dock.header.close_button, LEFT)
    settle(person)
    assert not bench.runs_dock.is_open
    assert visible(person) == DEFAULTS
    assert not bench.actions["runs"].isChecked()
    press_shortcut("Ctrl+3", bench.window)
    press_shortcut("Ctrl+3", bench.window)
    settle(person)
    assert visible(person) == DEFAULTS


def test_the_curves_of_runs_stand_beside_the_list(sized: Person) -> None:
    bench, before = sized.bench, widths(sized)
    train_steps(sized, 4)
    bench.controller.stop()
    sized.qtbot.waitUntil(lambda: bench.runs.recorder.finish() and bool(bench.runs.store.runs()), timeout=PATIENCE)
    open_by_tab(sized)
    sized.qtbot.waitUntil(lambda: bool(bench.runs.panel.model.runs), timeout=PATIENCE)
    table = bench.runs.panel.list_page.table
    QTest.mouseClick(table.viewport(), LEFT, pos=table.visualRect(bench.runs.panel.model.index(0, 1)).center())
    QTest.keyClick(table, Qt.Key.Key_Return)
    settle(sized)
    assert visible(sized) == ("run_overlay",)
    overlay, dock = bench.views.docks["run_overlay"], bench.runs_dock.dock
    assert dock.width() >= 320
    assert overlay.width() >= 320
    assert overlay.mapTo(bench.window, QPoint(0, 0)).x() > dock.mapTo(bench.window, QPoint(0, 0)).x()
    view = bench.views.views["run_overlay"]
    assert len(view.runs) == 1  # type: ignore[attr-defined]
    assert overlay.titleBarWidget() is view.header, "the view was made twice"
    assert overlay.widget() is view
    assert widths(sized)["canvas"] == before["canvas"]
    bench.runs_dock.show_view("seed_band")
    settle(sized)
    assert visible(sized) == ("seed_band",), "they take turns"
    assert dock.width() >= 320
    open_by_tab(sized)
    assert_alike(widths(sized), before)  # the curves of runs go with the list
    open_by_tab(sized)
    assert bench.views.is_open("run_overlay"), "and come back with it"
    assert bench.views.is_open("seed_band")


def test_a_view_that_is_wanted_comes_beside_it_and_the_others_later(person: Person) -> None:
    open_by_tab(person)
    QTest.mouseClick(person.bench.live_bar.tabs["loss"], LEFT)
    settle(person)
    assert visible(person) == ("loss",)
    assert person.bench.runs_dock.dock.isVisible()
    open_by_tab(person)
    assert visible(person) == DEFAULTS


def test_views_behind_each_other_come_back_so(person: Person) -> None:
    bench = person.bench
    bench.window.resize(1280, 800)
    for key in ("accuracy", "metrics", "learning_rate"):
        bench.views.open(key)
        settle(person)
    before, in_front = widths(person), visible(person)
    are_open = {key for key in bench.views.docks if bench.views.is_open(key)}
    assert len(are_open) > len(in_front)
    open_by_tab(person)
    open_by_tab(person)
    assert visible(person) == in_front
    assert {key for key in bench.views.docks if bench.views.is_open(key)} == are_open
    assert_alike(widths(person), before)


def test_in_a_window_of_its_own_it_stands_in_nobodys_place(person: Person) -> None:
    bench, before = person.bench, widths(person)
    open_by_tab(person)
    double_click(bench.runs_dock.header)
    settle(person)
    assert bench.runs_dock.dock.isFloating()
    assert visible(person) == DEFAULTS
    assert_alike(widths(person), before)
    assert bench.runs_dock.dock.width() > 0.7 * bench.window.width()
    QTest.mouseClick(bench.runs_dock.header.close_button, LEFT)
    settle(person)
    assert visible(person) == DEFAULTS
    bench.runs_dock.toggle()
    assert bench.runs_dock.dock.isFloating(), "it comes back where it was"
    bench.runs_dock.maximise()
    settle(person)
    assert not bench.runs_dock.dock.isFloating()
    assert visible(person) == ()
    bench.runs_dock.close()
    settle(person)
    assert visible(person) == DEFAULTS
    bench.runs_dock.maximise()
    QApplication.sendEvent(bench.runs_dock.dock, QCloseEvent())  # as a window manager does
    assert not bench.runs_dock.is_open
    assert not bench.actions["runs"].isChecked()


def test_pulled_out_of_its_place_the_others_come_back_when_it_is_let_go(
    person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_by_tab(person)
    pressed = [Qt.MouseButton.LeftButton]
    monkeypatch.setattr(QApplication, "mouseButtons", lambda: pressed[0])
    person.bench.runs_dock.dock.setFloating(True)  # what Qt does as soon as a drag has begun
    for _ in range(2):
        with person.qtbot.waitSignal(person.bench.runs_dock._let_go.timeout, timeout=PATIENCE):
            pass
        assert visible(person) == (), "not in the middle of a drag"
    pressed[0] = Qt.MouseButton.NoButton
    person.qtbot.waitUntil(lambda: visible(person) == DEFAULTS, timeout=PATIENCE)


def test_arranged_as_at_first_it_is_closed(person: Person) -> None:
    open_by_tab(person)
    person.bench.live_bar.arrange_wanted.emit()
    settle(person)
    arranged = visible(person)
    assert {"loss", "gradient_norms"} < set(arranged)
    assert not person.bench.runs_dock.is_open
    open_by_tab(person)
    open_by_tab(person)
    assert visible(person) == arranged


def test_the_workspaces_do_not_get_each_others_views(person: Person) -> None:
    open_by_tab(person)
    person.bench.window.show_workspace("build")
    settle(person)
    if not person.bench.runs_dock.is_open:
        press_shortcut("Ctrl+3", person.bench.window)
    settle(person)
    assert person.bench.runs_dock.dock.isVisible()
    press_shortcut("Ctrl+3", person.bench.window)
    settle(person)
    assert visible(person) == (), "views of the other workspace do not come here"
    person.bench.window.show_workspace("train")
    settle(person)
    assert person.bench.runs_dock.is_open
    assert visible(person) == ()
    open_by_tab(person)
    assert visible(person) == DEFAULTS


def test_the_next_start_finds_it_as_it_was(open_window: OpenWindow, tmp_path: object) -> None:
    first = open_window(small_project())
    settings = first.bench.settings
    first.bench.window.resize(1280, 800)
    settle(first)
    before = widths(first)
    open_by_tab(first)
    first.bench.shut_down()
    second = open_window(small_project(), Settings(settings.path))
    second.bench.window.resize(1280, 800)
    settle(second)
    assert second.bench.runs_dock.dock.isVisible()
    assert second.bench.runs_dock.tab.isChecked()
    assert second.bench.actions["runs"].isChecked()
    assert visible(second) == ()
    open_by_tab(second)
    assert visible(second) == DEFAULTS
    assert_alike(widths(second), before)


def test_the_tab_has_room_in_every_window(sized: Person) -> None:
    bar, tab = sized.bench.live_bar, sized.bench.runs_dock.tab
    assert tab.geometry().right() <= bar.width()
    assert tab.width() >= tab.sizeHint().width()
    shown = [each for each in bar.tabs.values() if each.isVisible()]
    assert max(each.geometry().right() for each in shown) < tab.x()


def test_how_far_the_queue_is_stands_on_the_tab_while_the_list_is_closed(open_window: OpenWindow) -> None:
    person = open_window(small_project())
    bench = person.bench
    folder, store = bench.runs.queue._all, bench.runs.store
    before = RunQueue(folder, store)
    before.add(seeds(small_project(epochs=1_000_000), 2, 0))
    before.close()  # as if the last window had been closed in the middle
    assert bench.runs_dock.tab.text() == "Runs"
    bench.runs.begin()
    assert not bench.runs_dock.is_open
    assert "not done when DeepViz closed" in person.notice
    assert bench.runs_dock.tab.text() == "Runs 0/2"
    assert "paused" in bench.runs_dock.tab.toolTip()
    (show,) = [each for each in bench.notice.findChildren(QPushButton) if each.text() == "Show runs"]
    QTest.mouseClick(show, LEFT)
    settle(person)
    assert bench.runs_dock.is_open
    (go_on,) = [each for each in bench.runs.panel.notice.findChildren(QPushButton) if each.text() == "Go on"]
    QTest.mouseClick(go_on, LEFT)
    queue = bench.runs.queue
    person.qtbot.waitUntil(lambda: queue.entries[0].step > 0, timeout=PATIENCE)
    queue.cancel(queue.entries[0].id)
    person.qtbot.waitUntil(lambda: bench.runs_dock.tab.text() == "Runs 0/1", timeout=PATIENCE)
    bench.runs.panel.queue_page.cancel_all()
    person.qtbot.waitUntil(lambda: bench.runs_dock.tab.text() == "Runs", timeout=PATIENCE)


@pytest.mark.parametrize("is_open_before", [True, False])
def test_what_is_left_of_a_queue_is_said_in_one_place(open_window: OpenWindow, is_open_before: bool) -> None:
    """It stood above the canvas and above the list, both at once."""
    person = open_window(small_project())
    bench = person.bench
    before = RunQueue(bench.runs.queue._all, bench.runs.store)
    before.add(seeds(small_project(epochs=1_000_000), 2, 0))
    before.close()
    if is_open_before:
        bench.runs_dock.open()
        settle(person)
    bench.runs.begin()
    assert ("not done when DeepViz closed" in person.notice) == (not is_open_before)
    bench.runs_dock.open()
    settle(person)
    assert bench.runs.panel.notice.isVisible()
    assert "not done when DeepViz closed" in bench.runs.panel.notice.text
    assert person.notice == ""
    bench.runs.panel.queue_page.cancel_all()


def test_the_row_of_tabs_of_views_that_step_aside_belongs_to_their_height(sized: Person) -> None:
    """Where all of them lie behind each other a list as high as one of them would be lower by that row."""
    bench = sized.bench
    for key in visible(sized)[1:]:
        bench.views.close(key)
    behind, front = bench.views.docks["gradient_norms"], bench.views.docks["gradient_map"]
    bench.views.open("gradient_norms")
    bench.views.open("gradient_map")
    bench.window.tabifyDockWidget(behind, front)
    for key in visible(sized):
        if key not in ("gradient_norms", "gradient_map"):
            bench.views.close(key)
    front.raise_()
    settle(sized)
    assert visible(sized) == ("gradient_map",)
    bar, before = bench.live_bar, widths(sized)
    place = bar.mapTo(bench.window, QPoint(0, 0))
    for _ in range(2):
        open_by_tab(sized)
        assert bar.mapTo(bench.window, QPoint(0, 0)) == place
        open_by_tab(sized)
        assert bar.mapTo(bench.window, QPoint(0, 0)) == place
        assert_alike(widths(sized), before)


def test_a_view_of_runs_that_shows_none_takes_no_room_from_the_next_and_does_not_come_back(person: Person) -> None:
    """As wide as others it would stand there empty, and again at the next start."""
    bench = person.bench
    bench.window.resize(1900, 1000)
    settle(person)
    open_by_tab(person)
    bench.runs_dock.show_view("seed_band")
    settle(person)
    assert bench.views.views["seed_band"].what_is_missing()
    bench.views.open("loss")
    settle(person)
    seeds, loss, runs = bench.views.docks["seed_band"], bench.views.docks["loss"], bench.runs_dock.dock
    assert visible(person) == ("loss", "seed_band")
    assert seeds.width() == pytest.approx(SMALLEST_VIEW, abs=24), "as wide as its own header needs"
    assert loss.width() == pytest.approx(runs.width(), abs=30), "as where nothing is beside the list"
    bench.window.show_workspace("build")
    bench.window.show_workspace("train")
    settle(person)
    assert not bench.views.is_open("seed_band")
    assert bench.views.is_open("loss")
