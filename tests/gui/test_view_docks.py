"""Live views stand in docks: opened and closed by tabs, side by side or behind each other, detached and put back."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDockWidget, QWidget
from pytestqt.qtbot import QtBot

from deepviz.gui.plots.loss import LossPlot
from deepviz.gui.settings import Settings
from deepviz.gui.theme import LIGHT
from tests.e2e.window import LEFT, NO_KEYS, PATIENCE, OpenWindow, Person, small_project

DEFAULTS = ("loss", "gradient_norms", "gradient_map")


def click(person: Person, key: str) -> None:
    tab = person.bench.live_bar.tabs[key]
    assert tab.isVisible()
    person.qtbot.mouseClick(tab, LEFT)
    QApplication.processEvents()


def close_by_tab(person: Person, key: str) -> None:
    """A click on the cross at the end of a tab."""
    tab = person.bench.live_bar.tabs[key]
    person.qtbot.mouseClick(tab, LEFT, pos=QPoint(tab.width() - 6, tab.height() // 2))
    QApplication.processEvents()


def visible(person: Person) -> tuple[str, ...]:
    return tuple(view.key for view in person.bench.views.visible)


def area(person: Person, key: str) -> Qt.DockWidgetArea:
    return person.bench.window.dockWidgetArea(person.bench.views.docks[key])


def test_at_first_the_defaults_stand_side_by_side_below(person: Person) -> None:
    assert visible(person) == DEFAULTS
    views = [person.bench.views.views[key] for key in DEFAULTS]
    lefts = [view.mapTo(person.bench.window, QPoint(0, 0)).x() for view in views]
    assert lefts == sorted(lefts)
    assert min(view.width() for view in views) > 150
    assert {area(person, key) for key in DEFAULTS} == {Qt.DockWidgetArea.BottomDockWidgetArea}
    for view in views:
        place = view.mapTo(person.bench.window, view.rect().bottomRight())
        assert person.bench.window.rect().contains(place)


def test_the_panels_beside_keep_their_width(person: Person) -> None:
    assert person.bench.window.left.width() >= 200
    assert person.bench.window.right.width() >= 280


def test_what_was_never_opened_is_not_made(person: Person) -> None:
    assert set(person.bench.views.views) == set(DEFAULTS)
    assert set(person.bench.views.docks) == set(person.bench.views.kinds)


def test_a_click_on_a_tab_shows_and_never_closes(person: Person) -> None:
    click(person, "gradient_norms")
    assert set(visible(person)) == set(DEFAULTS)
    assert person.bench.live_bar.tabs["gradient_norms"].isChecked()


@pytest.mark.parametrize("way", ["cross", "middle button", "Delete"])
def test_a_tab_closes_what_is_seen_and_opens_it_again(person: Person, way: str) -> None:
    tab = person.bench.live_bar.tabs["gradient_norms"]
    if way == "cross":
        close_by_tab(person, "gradient_norms")
    elif way == "Delete":
        QTest.keyClick(tab, Qt.Key.Key_Delete)
    else:
        QTest.mouseClick(tab, Qt.MouseButton.MiddleButton)
    QApplication.processEvents()
    assert visible(person) == ("loss", "gradient_map")
    assert not person.bench.live_bar.tabs["gradient_norms"].isChecked()
    click(person, "gradient_norms")
    assert set(visible(person)) == set(DEFAULTS)


def test_where_there_is_no_room_a_view_comes_to_lie_before_another(person: Person) -> None:
    person.bench.window.resize(1280, 800)
    QApplication.processEvents()
    width = person.bench.window.width()
    for key in ("accuracy", "learning_rate", "metrics"):
        person.bench.views.open(key)
        QApplication.processEvents()
        assert person.bench.views.is_visible(key), "it is in front"
        assert person.bench.window.width() == width
    hidden = [key for key in DEFAULTS if not person.bench.views.is_visible(key)]
    assert hidden
    assert all(person.bench.views.is_open(key) for key in hidden)
    person.bench.views.open(hidden[0])
    QApplication.processEvents()
    assert person.bench.views.is_visible(hidden[0]), "it comes to the front again"


def test_where_there_is_room_it_stands_beside_them(open_window: OpenWindow) -> None:
    person = open_window(small_project())
    person.bench.window.resize(1900, 1000)
    QApplication.processEvents()
    person.bench.views.open("accuracy")
    QApplication.processEvents()
    assert set(visible(person)) == {*DEFAULTS, "accuracy"}


def double_click(widget: QWidget) -> None:
    place = QPointF(20, widget.height() / 2)
    for kind in (QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonRelease, QEvent.Type.MouseButtonDblClick):
        globally = QPointF(widget.mapToGlobal(place.toPoint()))
        QApplication.sendEvent(widget, QMouseEvent(kind, place, globally, LEFT, LEFT, NO_KEYS))


def test_a_double_click_on_a_title_gives_a_large_window_and_takes_it_back(person: Person) -> None:
    view, dock = person.bench.views.views["loss"], person.bench.views.docks["loss"]
    double_click(view.header)
    person.qtbot.waitUntil(dock.isFloating, timeout=PATIENCE)
    assert dock.width() > 0.7 * person.bench.window.width()
    assert view.header.close_button.isVisible()
    double_click(view.header)
    person.qtbot.waitUntil(lambda: not dock.isFloating(), timeout=PATIENCE)
    assert not view.header.close_button.isVisible()


def test_who_comes_back_from_a_large_window_stands_in_front_of_its_tab(person: Person) -> None:
    person.bench.views.open("decision_boundary")
    QApplication.processEvents()
    dock = person.bench.views.docks["decision_boundary"]
    assert person.bench.window.tabifiedDockWidgets(dock)
    for is_large in (True, False):
        double_click(person.bench.views.views["decision_boundary"].header)
        person.qtbot.waitUntil(lambda is_large=is_large: dock.isFloating() is is_large, timeout=PATIENCE)
        QApplication.processEvents()
        assert person.bench.views.is_visible("decision_boundary")


def test_a_view_is_detached_closed_and_found_again(person: Person) -> None:
    dock = person.bench.views.docks["loss"]
    dock.setFloating(True)
    QApplication.processEvents()
    person.qtbot.mouseClick(person.bench.views.views["loss"].header.close_button, LEFT)
    QApplication.processEvents()
    assert not person.bench.views.is_open("loss")
    click(person, "loss")
    assert person.bench.views.is_visible("loss")


def test_docks_can_be_moved_and_closed(person: Person) -> None:
    wanted = QDockWidget.DockWidgetFeature.DockWidgetMovable | QDockWidget.DockWidgetFeature.DockWidgetFloatable
    for dock in person.bench.views.docks.values():
        assert dock.features() & wanted == wanted
    dock = person.bench.views.docks["loss"]
    person.bench.window.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, dock)
    QApplication.processEvents()
    assert person.bench.views.is_visible("loss")


def test_views_are_arranged_as_at_first_again(person: Person) -> None:
    person.bench.views.open("accuracy")
    person.bench.views.close("loss")
    person.bench.views.docks["gradient_map"].setFloating(True)
    QApplication.processEvents()
    person.bench.live_bar.arrange_wanted.emit()
    QApplication.processEvents()
    opened = {key for key in person.bench.views.kinds if person.bench.views.is_open(key)}
    assert opened == {*DEFAULTS, "decision_boundary"}, "and what suits the data"
    assert not person.bench.views.docks["gradient_map"].isFloating()


def test_the_arrangement_is_remembered(open_window: OpenWindow, tmp_path: Path) -> None:
    settings = Settings(tmp_path / "remembered.ini")
    one = open_window(small_project(), settings)
    one.bench.views.close("gradient_map")
    one.bench.views.open("accuracy")
    QApplication.processEvents()
    seen = visible(one)
    one.bench.shut_down()
    other = open_window(small_project(), settings)
    other.qtbot.waitUntil(lambda: set(visible(other)) == set(seen), timeout=PATIENCE)


def test_a_window_of_its_own_comes_back_where_it_was_and_above_the_other(
    open_window: OpenWindow, tmp_path: Path
) -> None:
    settings = Settings(tmp_path / "detached.ini")
    one = open_window(small_project(), settings)
    one.bench.views.docks["loss"].detach()
    one.bench.views.docks["loss"].move(one.bench.window.pos() + QPoint(60, 80))
    QApplication.processEvents()
    place = one.bench.views.docks["loss"].geometry()
    one.bench.views.maximise("gradient_map")
    large = one.bench.views.docks["gradient_map"]
    large.setGeometry(large.geometry().adjusted(5, 5, -40, -30))
    QApplication.processEvents()
    chosen = large.geometry()
    large.put_back()
    QApplication.processEvents()
    one.bench.shut_down()
    one.bench.window.hide()
    other = open_window(small_project(), settings)
    dock = other.bench.views.docks["loss"]
    other.qtbot.waitUntil(lambda: other.bench.views.is_visible("loss"), timeout=PATIENCE)
    assert dock.isFloating()
    assert dock.geometry() == place
    assert other.bench.views.views["loss"].header.close_button.isVisible()
    other.bench.views.maximise("gradient_map")
    assert other.bench.views.docks["gradient_map"].geometry() == chosen


def test_what_suits_the_data_opens_by_itself_once(open_window: OpenWindow, tmp_path: Path) -> None:
    settings = Settings(tmp_path / "fresh.ini")
    one = open_window(small_project(), settings)
    QApplication.processEvents()
    assert one.bench.views.is_visible("decision_boundary")
    assert one.bench.views.is_visible("loss")
    assert one.bench.views.is_visible("gradient_norms")
    assert one.bench.views.is_open("gradient_map"), "behind it"
    one.bench.views.close("decision_boundary")
    one.bench.files.open_example("xor")
    one.bench.window.show_workspace("train")  # a project that is to be built first comes in the other one
    QApplication.processEvents()
    assert not one.bench.views.is_open("decision_boundary"), "whoever closed it does not want it"
    one.bench.files.open_example("digits-cnn")
    one.bench.window.show_workspace("train")
    QApplication.processEvents()
    assert one.bench.views.is_open("feature_maps")
    assert one.bench.views.is_visible("loss")


def test_in_build_the_canvas_has_the_room(person: Person) -> None:
    person.bench.window.show_workspace("build")
    QApplication.processEvents()
    assert visible(person) == ()
    assert not person.bench.live_bar.isVisible()
    person.bench.window.show_workspace("train")
    QApplication.processEvents()
    assert visible(person) == DEFAULTS


def test_what_cannot_be_seen_is_not_drawn(person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    person.bench.views.open("accuracy")
    person.bench.views.close("accuracy")
    QApplication.processEvents()
    monkeypatch.setattr(person.bench.views.views["accuracy"], "draw", lambda: pytest.fail("drawn while hidden"))
    person.bench.controller.step(5)
    person.qtbot.waitUntil(lambda: person.bench.controller.step_count == 5, timeout=PATIENCE)


def test_only_what_can_be_seen_wants_probes(person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(LossPlot, "probes", ("updates",))
    assert person.bench.views.probes == ("updates",)
    person.bench.views.views["loss"].set_paused(True)
    assert person.bench.views.probes == ()
    person.bench.views.views["loss"].set_paused(False)
    close_by_tab(person, "loss")
    assert person.bench.views.probes == ()
    person.qtbot.waitUntil(
        lambda: person.bench.controller._wanted_probes == ("gradient_flow", "branch_gradient"), timeout=PATIENCE
    )
    click(person, "loss")
    wanted = ("gradient_flow", "branch_gradient", "updates")
    person.qtbot.waitUntil(lambda: person.bench.controller._wanted_probes == wanted, timeout=PATIENCE)
    person.bench.controller.step(3)
    person.qtbot.waitUntil(lambda: person.bench.controller.step_count == 3, timeout=PATIENCE)
    assert any(name.startswith("updates/") for name in person.bench.controller.history.columns)


def test_a_paused_view_stays_and_then_catches_up(person: Person) -> None:
    view = person.bench.views.views["loss"]
    person.bench.controller.step(5)
    person.qtbot.waitUntil(lambda: person.bench.controller.step_count == 5, timeout=PATIENCE)
    person.qtbot.waitUntil(lambda: view.curves["train"].x[-1] == 5, timeout=PATIENCE)
    view._pause_action.trigger()
    assert view.header.pause_button.isVisible()
    person.bench.controller.step(5)
    person.qtbot.waitUntil(lambda: person.bench.controller.step_count == 10, timeout=PATIENCE)
    assert view.curves["train"].x[-1] == 5
    person.qtbot.mouseClick(view.header.pause_button, LEFT)
    person.qtbot.waitUntil(lambda: view.curves["train"].x[-1] == 10, timeout=PATIENCE)


def test_the_theme_reaches_every_view_also_later_ones(person: Person) -> None:
    person.bench.themes.choose("light")
    assert all(view.theme is LIGHT for view in person.bench.views.views.values())
    person.bench.views.open("accuracy")
    assert person.bench.views.views["accuracy"].theme is LIGHT


def test_a_view_opened_late_shows_the_run(person: Person, qtbot: QtBot) -> None:
    person.bench.controller.step(7)
    qtbot.waitUntil(lambda: person.bench.controller.step_count == 7, timeout=PATIENCE)
    click(person, "accuracy")
    view = person.bench.views.views["accuracy"]
    assert view.history is person.bench.controller.history
    qtbot.waitUntil(lambda: "train" in view.curves and view.curves["train"].x[-1] == 7, timeout=PATIENCE)


def test_a_layer_that_is_gone_is_not_looked_for_by_views_opened_later(person: Person) -> None:
    person.bench.canvas.select(("dense_2",))
    person.bench.files.open_example("perceptron")
    QApplication.processEvents()
    assert "dense_2" not in person.project.graph.by_id
    told: list[str] = []
    kind = person.bench.views.kinds["filters"]
    original = kind.choose_node
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kind, "choose_node", lambda view, node: (told.append(node), original(view, node)))
        person.bench.views.open("filters")
        QApplication.processEvents()
    assert "dense_2" not in told


def test_importing_the_package_loads_no_qt() -> None:
    program = (
        "import sys, deepviz.gui.plots; "
        "assert not any(name.startswith(('PySide6', 'pyqtgraph')) for name in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
