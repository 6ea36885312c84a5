"""Views go back to where a first start had them, whatever was made of them; and what a click in their sheet does."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from deepviz.gui.settings import Settings
from tests.e2e.window import LEFT, NO_KEYS, PATIENCE, OpenWindow, Person, small_project
from tests.gui.test_live_bar import opened, tick
from tests.gui.window_hands import train_steps

RIGHT = Qt.DockWidgetArea.RightDockWidgetArea


def settle() -> None:
    for _ in range(4):
        QApplication.processEvents()


def places(person: Person) -> dict[str, tuple[bool, QRect]]:
    """Of every open view whether it can be seen, and where in the window."""
    views, window = person.bench.views, person.bench.window
    found = {}
    for key, dock in views.docks.items():
        if views.is_open(key):
            place = QRect(dock.mapTo(window, QPoint(0, 0)), dock.size()) if views.is_visible(key) else QRect()
            found[key] = views.is_visible(key), place
    return found


@pytest.fixture
def fresh(open_window: OpenWindow, tmp_path: Path) -> Person:
    """A window as nobody has used it before."""
    person = open_window(small_project(), Settings(tmp_path / "fresh.ini"))
    settle()
    return person


def alike(now: dict[str, tuple[bool, QRect]], before: dict[str, tuple[bool, QRect]]) -> bool:
    """Qt rounds where it divides a width, also that which the panels beside the views get."""
    return now.keys() == before.keys() and all(
        now[key][0] == seen
        and max(abs(a - b) for a, b in zip(now[key][1].getRect(), place.getRect(), strict=True)) <= 8
        for key, (seen, place) in before.items()
    )


def test_views_that_opened_by_themselves_belong_to_the_first_arrangement(fresh: Person) -> None:
    first = places(fresh)
    assert first["decision_boundary"][0]
    views = fresh.bench.views
    views.close("decision_boundary")
    views.open("loss")
    views.open("metrics")
    views.docks["gradient_norms"].setFloating(True)
    settle()
    sheet = opened(fresh)
    fresh.press(sheet.arrange_button)
    fresh.qtbot.waitUntil(lambda: alike(places(fresh), first), timeout=PATIENCE)


def test_a_mess_is_mended(fresh: Person) -> None:
    first, window, views = places(fresh), fresh.bench.window, fresh.bench.views
    side = window.right.width()
    views.open("confusion")
    window.tabifyDockWidget(window.right, views.docks["confusion"])
    window.addDockWidget(Qt.DockWidgetArea.LeftDockWidgetArea, views.docks["loss"])
    window.addDockWidget(Qt.DockWidgetArea.TopDockWidgetArea, views.docks["gradient_norms"])
    views.docks["decision_boundary"].detach()
    settle()
    assert not alike(places(fresh), first)
    fresh.bench.live_bar.arrange_wanted.emit()
    fresh.qtbot.waitUntil(lambda: alike(places(fresh), first), timeout=PATIENCE)
    assert window.dockWidgetArea(views.docks["confusion"]) != RIGHT, "where it is opened next"
    assert not window.tabifiedDockWidgets(window.right)
    assert window.right.isVisible()
    assert window.right.width() == pytest.approx(side, abs=8)
    views.open("confusion")
    settle()
    assert window.dockWidgetArea(views.docks["confusion"]) == Qt.DockWidgetArea.BottomDockWidgetArea


# The sheet


def behind_another(person: Person) -> str:
    """A view that is open behind another one."""
    views = person.bench.views
    for key in ("accuracy", "metrics", "update_ratio", "learning_rate"):
        views.open(key)
    settle()
    return next(key for key in views.kinds if views.is_open(key) and not views.is_visible(key))


def test_the_tick_of_a_view_that_lies_behind_closes_it(person: Person) -> None:
    key, views = behind_another(person), person.bench.views
    sheet = opened(person)
    assert sheet.switches[key].isChecked()
    tick(sheet, key)
    assert not views.is_open(key)
    assert not sheet.switches[key].isChecked()
    tick(sheet, key)
    assert views.is_visible(key)
    assert sheet.switches[key].isChecked()


def test_the_name_of_a_view_shows_it_and_never_closes_it(person: Person) -> None:
    key, views = behind_another(person), person.bench.views
    sheet = opened(person)
    switch = sheet.switches[key]
    words = QPoint(switch.sizeHint().width() - 12, switch.height() // 2)
    for _ in range(2):
        QTest.mouseClick(switch, LEFT, pos=words)
        settle()
        assert views.is_visible(key)
        assert switch.isChecked()
    assert "name" in switch.toolTip().lower()


@pytest.mark.parametrize("key", ["loss", "decision_boundary"])
def test_one_escape_closes_a_large_window_also_while_its_box_is_shown(fresh: Person, key: str) -> None:
    train_steps(fresh, 5)
    views = fresh.bench.views
    views.maximise(key)
    settle()
    area = views.views[key].area  # type: ignore[attr-defined]
    widget = getattr(area, "viewport", lambda: area)()
    fresh.qtbot.waitUntil(lambda: _hovered(area, widget), timeout=PATIENCE)
    QTest.keyClick(area, Qt.Key.Key_Escape)
    settle()
    assert area.pointer is None
    assert not views.docks[key].isFloating()
    fresh.qtbot.waitUntil(lambda: _hovered(area, widget), timeout=PATIENCE)
    QTest.keyClick(area, Qt.Key.Key_Escape)
    settle()
    assert area.pointer is not None, "the hand is still there"
    assert views.is_visible(key), "in the window there is nothing to leave"


def _hovered(area: object, widget: QWidget) -> bool:
    for off in (3, 0):
        at = QPointF(widget.width() // 2 + off, widget.height() // 2)
        none = Qt.MouseButton.NoButton
        move = QMouseEvent(QEvent.Type.MouseMove, at, widget.mapToGlobal(at), none, none, NO_KEYS)
        QApplication.sendEvent(widget, move)
    return area.pointer is not None  # type: ignore[attr-defined]
