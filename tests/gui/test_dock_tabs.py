"""Views behind each other: a tab is pulled out by hand, has a menu with all its places, and says its whole title."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QContextMenuEvent, QHelpEvent, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QTabBar, QToolTip

from deepviz.gui.view_dock import ViewDock, is_reachable
from tests.e2e.window import LEFT, NO_KEYS, PATIENCE, Person

NONE = Qt.MouseButton.NoButton


@pytest.fixture
def bar(person: Person) -> QTabBar:
    """The row of tabs of two views that lie behind each other."""
    window, docks = person.bench.window, person.bench.views.docks
    person.bench.views.open("accuracy")
    window.tabifyDockWidget(docks["loss"], docks["accuracy"])
    person.qtbot.waitUntil(lambda: bool(shown_bars(person)), timeout=PATIENCE)
    QApplication.processEvents()
    return shown_bars(person)[0]


def shown_bars(person: Person) -> list[QTabBar]:
    return [each for each in person.bench.views.tabs.bars() if each.isVisible() and each.property("watched")]


def tab_of(bar: QTabBar, title: str) -> QPoint:
    index = next(number for number in range(bar.count()) if bar.tabText(number) == title)
    return bar.tabRect(index).center()


def menu_at(person: Person, bar: QTabBar, title: str) -> QMenu:
    place = tab_of(bar, title)
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, place, bar.mapToGlobal(place))
    QApplication.sendEvent(bar, event)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    return menu


def choose(menu: QMenu, words: str) -> None:
    action = next(each for each in menu.actions() if each.text() == words)
    assert action.isEnabled()
    QTest.mouseClick(menu, LEFT, pos=menu.actionGeometry(action).center())
    QApplication.processEvents()


def drag(bar: QTabBar, start: QPoint, way: list[QPoint], let_go: bool = True) -> None:
    """Press a tab and go; from the pull on the mouse belongs to whoever has grabbed it."""

    def send(kind: QEvent.Type, place: QPoint, button: Qt.MouseButton, held: Qt.MouseButton) -> None:
        target = bar.window().mouseGrabber() or bar
        globally = QPointF(bar.mapToGlobal(place))
        local = QPointF(target.mapFromGlobal(globally.toPoint()))
        QApplication.sendEvent(target, QMouseEvent(kind, local, globally, button, held, NO_KEYS))

    send(QEvent.Type.MouseButtonPress, start, LEFT, LEFT)
    for place in way:
        send(QEvent.Type.MouseMove, place, NONE, LEFT)
        QApplication.processEvents()
    if let_go:
        send(QEvent.Type.MouseButtonRelease, way[-1], LEFT, NONE)
        QApplication.processEvents()


def test_a_tab_that_is_pulled_out_becomes_a_window_below_the_pointer(person: Person, bar: QTabBar) -> None:
    dock, start = person.bench.views.docks["loss"], tab_of(bar, "Loss")
    far = start + QPoint(60, -260)
    drag(bar, start, [start + QPoint(0, y) for y in range(-5, -60, -5)] + [far])
    person.qtbot.waitUntil(dock.isFloating, timeout=PATIENCE)
    assert dock.geometry().contains(bar.mapToGlobal(far)) or dock.geometry().top() <= bar.mapToGlobal(far).y() + 30
    assert not person.bench.views.docks["accuracy"].isFloating()
    assert person.bench.views.is_visible("accuracy")
    assert not QApplication.mouseButtons() & LEFT
    assert dock.mouseGrabber() is None, "the mouse is free again"


def test_a_movement_within_the_row_pulls_nothing_out(person: Person, bar: QTabBar) -> None:
    start = tab_of(bar, "Loss")
    drag(bar, start, [start + QPoint(x, 3) for x in range(0, 40, 8)])
    assert not person.bench.views.docks["loss"].isFloating()


def test_after_a_press_was_let_go_nothing_is_pulled_out(person: Person, bar: QTabBar) -> None:
    start = tab_of(bar, "Loss")
    drag(bar, start, [start])
    away = start + QPoint(0, -80)
    event = QMouseEvent(QEvent.Type.MouseMove, QPointF(away), QPointF(bar.mapToGlobal(away)), NONE, NONE, NO_KEYS)
    QApplication.sendEvent(bar, event)
    assert not person.bench.views.docks["loss"].isFloating()


def test_the_title_of_a_view_that_stands_alone_has_the_menu_of_its_places_too(person: Person) -> None:
    dock = person.bench.views.docks["loss"]
    title = person.bench.views.view("loss").header
    at = QPoint(20, title.height() // 2)
    QApplication.sendEvent(title, QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, title.mapToGlobal(at)))
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    choose(menu, "To the left side")
    assert person.bench.window.dockWidgetArea(dock) == Qt.DockWidgetArea.LeftDockWidgetArea


def test_the_menu_of_a_tab_names_all_that_lie_there(person: Person, bar: QTabBar) -> None:
    menu = menu_at(person, bar, "Loss")
    said = [action.text() for action in menu.actions() if action.text()]
    assert {"Detach", "Beside the others here", "To the left side", "To the right side", "Close"} <= set(said)
    assert said[-2:] == ["Accuracy", "Loss"]
    (below,) = (action for action in menu.actions() if action.text() == "To the row below")
    assert not below.isEnabled(), "it is there"
    choose(menu, "Loss")
    assert person.bench.views.is_visible("loss")


def test_detached_and_back(person: Person, bar: QTabBar) -> None:
    dock = person.bench.views.docks["loss"]
    choose(menu_at(person, bar, "Loss"), "Detach")
    assert dock.isFloating()
    assert is_reachable(dock.geometry())
    assert person.bench.views.views["loss"].header.back_button.isVisible()
    QTest.mouseClick(person.bench.views.views["loss"].header.back_button, LEFT)
    QApplication.processEvents()
    assert not dock.isFloating()
    assert person.bench.views.is_visible("loss")


@pytest.mark.parametrize(
    ("words", "area"),
    [
        ("To the left side", Qt.DockWidgetArea.LeftDockWidgetArea),
        ("To the right side", Qt.DockWidgetArea.RightDockWidgetArea),
    ],
)
def test_moved_to_a_side(person: Person, bar: QTabBar, words: str, area: Qt.DockWidgetArea) -> None:
    choose(menu_at(person, bar, "Loss"), words)
    assert person.bench.window.dockWidgetArea(person.bench.views.docks["loss"]) == area
    assert person.bench.views.is_visible("loss")


def test_beside_the_others(person: Person, bar: QTabBar) -> None:
    choose(menu_at(person, bar, "Loss"), "Beside the others here")
    person.qtbot.waitUntil(lambda: person.bench.views.is_visible("loss"), timeout=PATIENCE)
    assert person.bench.views.is_visible("accuracy")
    assert not person.bench.window.tabifiedDockWidgets(person.bench.views.docks["loss"])


def test_closed_by_menu_by_key_and_by_the_middle_button(person: Person, bar: QTabBar) -> None:
    views = person.bench.views
    choose(menu_at(person, bar, "Loss"), "Close the others here")
    assert not views.is_open("accuracy")
    views.open("accuracy")
    person.bench.window.tabifyDockWidget(views.docks["loss"], views.docks["accuracy"])
    person.qtbot.waitUntil(lambda: bool(shown_bars(person)), timeout=PATIENCE)
    QApplication.processEvents()
    bar = shown_bars(person)[0]
    QTest.mouseClick(bar, Qt.MouseButton.MiddleButton, pos=tab_of(bar, "Loss"))
    assert not views.is_open("loss")
    assert views.is_open("accuracy")


def test_delete_closes_the_tab_in_front(person: Person, bar: QTabBar) -> None:
    front = bar.tabText(bar.currentIndex())
    QTest.keyClick(bar, Qt.Key.Key_Delete)
    closed = next(key for key, kind in person.bench.views.kinds.items() if kind.title == front)
    assert not person.bench.views.is_open(closed)


def test_a_tab_says_its_whole_title_and_what_is_seen(person: Person, bar: QTabBar) -> None:
    place = tab_of(bar, "Loss")
    QApplication.sendEvent(bar, QHelpEvent(QEvent.Type.ToolTip, place, bar.mapToGlobal(place)))
    said = QToolTip.text()
    assert said.startswith("Loss\n")
    assert person.bench.views.kinds["loss"].explanation.split()[0] in said
    QToolTip.hideText()
    assert bar.accessibleName()


def test_escape_puts_a_large_window_back_and_its_place_is_remembered(person: Person) -> None:
    views, dock = person.bench.views, person.bench.views.docks["loss"]
    views.maximise("loss")
    assert dock.isFloating()
    assert not dock.large_place.isValid(), "nobody has chosen a place so far"
    dock.move(dock.pos() + QPoint(11, 7))
    dock.resize(400, 300)
    QApplication.processEvents()
    left = dock.geometry()
    QTest.keyClick(views.views["loss"].content, Qt.Key.Key_Escape)
    QApplication.processEvents()
    assert not dock.isFloating()
    views.maximise("loss")
    assert dock.geometry() == left
    other = ViewDock("Loss")
    other.large_place = dock.large_place.translated(90_000, 0)
    other.enlarge(person.bench.window.geometry())
    assert is_reachable(other.geometry()), "the screen on which it was left is gone"
    other.close()
    other.deleteLater()


def test_a_window_of_its_own_has_a_frame(person: Person) -> None:
    dock = person.bench.views.docks["loss"]
    person.bench.views.maximise("loss")
    QApplication.processEvents()
    image = dock.grab().toImage()
    edge = image.pixelColor(image.width() // 2, image.height() - 1).name()
    assert edge == person.bench.themes.current.accent
    inside = image.pixelColor(image.width() // 2, image.height() - 6).name()
    assert inside != edge
