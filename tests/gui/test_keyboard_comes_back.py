"""After a dialog the keyboard is where it was, and a click on a title or a tab gives a view the keyboard."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QColorDialog, QFileDialog, QMessageBox, QTabBar

from deepviz.gui.plots.maker_tools import MakerTools
from deepviz.gui.plots.plot import Plot
from tests.e2e.window import LEFT, PATIENCE, Person
from tests.gui.window_hands import train_steps

SHIFT = Qt.KeyboardModifier.ShiftModifier


def focused_view(person: Person) -> str:
    focused = QApplication.focusWidget()
    docks = person.bench.views.docks.items()
    return next((key for key, dock in docks if focused is not None and dock.isAncestorOf(focused)), "")


def large_loss(person: Person) -> Plot:
    """The view of the loss in a window of its own, which has the keyboard."""
    train_steps(person, 3)
    person.bench.views.maximise("loss")
    dock, view = person.bench.views.docks["loss"], person.bench.views.view("loss")
    person.qtbot.waitUntil(lambda: QApplication.activeWindow() is dock, timeout=PATIENCE)
    assert isinstance(view, Plot)
    return view


def save_as_csv(view: Plot) -> None:
    action = next(each for each in view.menu.actions() if each.text() == "Save numbers as CSV…")
    action.trigger()


@pytest.mark.parametrize("outcome", ["saved", "given up", "refused"])
def test_after_saving_the_keyboard_is_in_the_window_of_the_view(
    person: Person, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, outcome: str
) -> None:
    view, dock = large_loss(person), person.bench.views.docks["loss"]

    def give_away() -> None:
        """As window managers do when a dialog goes."""
        person.bench.window.activateWindow()
        person.qtbot.waitUntil(lambda: QApplication.activeWindow() is person.bench.window, timeout=PATIENCE)

    def choose(*_: object) -> tuple[str, str]:
        give_away()
        names = {"saved": str(tmp_path / "loss"), "given up": "", "refused": str(tmp_path / "none" / "loss")}
        return names[outcome], ""

    monkeypatch.setattr(QFileDialog, "getSaveFileName", choose)
    monkeypatch.setattr(QMessageBox, "warning", lambda *_: give_away())
    save_as_csv(view)
    person.qtbot.waitUntil(lambda: QApplication.activeWindow() is dock, timeout=PATIENCE)
    assert QApplication.focusWidget() is view.area
    assert (tmp_path / "loss.csv").exists() == (outcome == "saved")
    QTest.keyClick(view.area, Qt.Key.Key_L)
    assert view.is_logarithmic
    QTest.keyClick(view.area, Qt.Key.Key_Escape)
    assert not dock.isFloating()


def test_after_a_colour_was_chosen_the_keyboard_is_where_it_was(
    person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    tools = MakerTools()
    person.qtbot.addWidget(tools)
    tools.show_for("images", 3, 0)
    tools.show()
    tools.activateWindow()
    tools.colour.setFocus()
    person.qtbot.waitUntil(lambda: QApplication.focusWidget() is tools.colour, timeout=PATIENCE)

    def choose(*_: object) -> QColor:
        person.bench.window.activateWindow()
        person.qtbot.waitUntil(lambda: QApplication.activeWindow() is person.bench.window, timeout=PATIENCE)
        return QColor("red")

    monkeypatch.setattr(QColorDialog, "getColor", choose)
    with person.qtbot.waitSignal(tools.colour_chosen):
        tools.colour.click()
    person.qtbot.waitUntil(lambda: QApplication.focusWidget() is tools.colour, timeout=PATIENCE)


def test_a_click_on_a_title_gives_the_view_the_keyboard(person: Person) -> None:
    train_steps(person, 3)
    view, tab = person.bench.views.view("loss"), person.bench.live_bar.tabs["gradient_norms"]
    tab.setFocus()
    QTest.mouseClick(view.header, LEFT, pos=QPoint(30, 14))
    assert focused_view(person) == "loss"
    focused = QApplication.focusWidget()
    assert focused is not None
    QTest.keyClick(focused, Qt.Key.Key_P, SHIFT)
    assert view.is_paused


def test_a_click_on_a_title_leaves_the_keyboard_where_it_is_in_the_view(person: Person) -> None:
    train_steps(person, 3)
    view = person.bench.views.view("gradient_norms")
    view.header.menu_button.setFocus()
    QTest.mouseClick(view.header, LEFT, pos=QPoint(30, 14))
    assert QApplication.focusWidget() is view.header.menu_button


@pytest.mark.parametrize("key", ["gradient_norms", "accuracy"])
def test_a_click_on_the_tab_of_a_view_gives_it_the_keyboard(person: Person, key: str) -> None:
    train_steps(person, 3)
    QTest.mouseClick(person.bench.live_bar.tabs[key], LEFT)
    QApplication.processEvents()
    assert focused_view(person) == key


def test_by_keys_a_tab_keeps_the_keyboard_so_that_the_next_one_can_be_reached(person: Person) -> None:
    train_steps(person, 3)
    tab = person.bench.live_bar.tabs["accuracy"]
    tab.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(tab, Qt.Key.Key_Space)
    QApplication.processEvents()
    assert person.bench.views.is_visible("accuracy")
    assert QApplication.focusWidget() is tab


def test_a_click_on_one_of_the_tabs_behind_each_other_gives_the_view_the_keyboard(person: Person) -> None:
    train_steps(person, 3)
    window, docks = person.bench.window, person.bench.views.docks
    person.bench.views.open("accuracy")
    window.tabifyDockWidget(docks["loss"], docks["accuracy"])
    bars = person.bench.views.tabs.bars
    person.qtbot.waitUntil(
        lambda: any(each.isVisible() and each.property("watched") for each in bars()), timeout=PATIENCE
    )
    QApplication.processEvents()
    bar = next(each for each in bars() if each.isVisible() and each.property("watched"))
    person.bench.canvas.setFocus()
    for title, key in (("Loss", "loss"), ("Accuracy", "accuracy"), ("Accuracy", "accuracy")):
        QTest.mouseClick(bar, LEFT, pos=bar.tabRect(index_of(bar, title)).center())
        QApplication.processEvents()
        assert focused_view(person) == key


def index_of(bar: QTabBar, title: str) -> int:
    return next(number for number in range(bar.count()) if bar.tabText(number) == title)


def test_a_click_on_the_title_of_the_list_of_runs_gives_it_the_keyboard(person: Person) -> None:
    person.bench.runs_dock.open()
    person.bench.canvas.setFocus()
    QTest.mouseClick(person.bench.runs_dock.header, LEFT, pos=QPoint(30, 14))
    focused = QApplication.focusWidget()
    assert focused is not None
    assert person.bench.runs_dock.dock.isAncestorOf(focused)
