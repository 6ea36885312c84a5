"""Waiting runs are moved by pointer, keys and menu; what is chosen stays chosen, and what runs or is over stays."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent, QPalette
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from deepviz.gui.runs.desk import RunsDesk
from deepviz.gui.runs.queue_page import QueuePage
from deepviz.training.grid import seeds
from deepviz.training.run_queue import RunQueue
from tests.gui.runs.conftest import MakeDesk
from tests.training.run_made import project

LEFT, NO_KEYS = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
CTRL, SHIFT, ALT = (
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.AltModifier,
)


@pytest.fixture
def desk(make_desk: MakeDesk) -> RunsDesk:
    """Five runs wait: seeds 0 to 4."""
    made = make_desk(project(epochs=2000))
    made.queue.pause()
    made.panel.queue_runs(seeds(made.project, 5, 0))
    QApplication.processEvents()
    return made


def order(desk: RunsDesk) -> str:
    """The seeds as the table shows them, and as they will begin."""
    table = desk.panel.queue_page.table
    shown = "".join(table.item(row, 0).text().split()[-1] for row in range(table.rowCount()))
    entries = [entry.name.split()[-1] for entry in desk.queue.entries]
    assert shown == "".join(entries)
    return shown


def chosen(page: QueuePage) -> str:
    return "".join(entry.name.split()[-1] for entry in page.table.chosen)


def spot(page: QueuePage, row: int, share: float = 0.5) -> QPoint:
    cell = page.table.visualRect(page.table.model().index(row, 1))
    return QPoint(cell.center().x(), round(cell.top() + share * cell.height()))


def click(page: QueuePage, row: int, keys: Qt.KeyboardModifier = NO_KEYS) -> None:
    QTest.mouseClick(page.table.viewport(), LEFT, keys, spot(page, row))


def drag(page: QueuePage, row: int, goal: QPoint, let_go: bool = True) -> None:
    viewport, start = page.table.viewport(), spot(page, row)
    QTest.mousePress(viewport, LEFT, NO_KEYS, start)
    for part in range(1, 11):
        QTest.mouseMove(viewport, start + (goal - start) * part / 10)
    if let_go:
        QTest.mouseRelease(viewport, LEFT, NO_KEYS, goal)


def test_a_waiting_run_is_dragged_to_another_place(desk: RunsDesk) -> None:
    page = desk.panel.queue_page
    drag(page, 3, spot(page, 1, 0.3))
    assert order(desk) == "03124"
    assert chosen(page) == "3"
    assert page.table.currentRow() == 1
    drag(page, 0, spot(page, 4, 0.9))
    assert order(desk) == "31240"
    drag(page, 1, spot(page, 3, 0.8))
    assert order(desk) == "32410"


def test_all_chosen_ones_are_dragged_together_and_a_line_says_where_to(desk: RunsDesk) -> None:
    page = desk.panel.queue_page
    click(page, 1)
    click(page, 3, CTRL)
    assert chosen(page) == "13"
    drag(page, 3, spot(page, 4, 0.3), let_go=False)
    top = page.table.visualRect(page.table.model().index(4, 0)).top()

    def has_line() -> bool:
        color = page.table.viewport().grab().toImage().pixelColor(6, top)
        return color == page.table.palette().color(QPalette.ColorRole.Highlight)

    assert has_line()
    QTest.mouseRelease(page.table.viewport(), LEFT, NO_KEYS, spot(page, 4, 0.3))
    assert order(desk) == "02134"
    assert chosen(page) == "13"
    click(page, 0)
    assert not has_line()


def test_a_drag_can_be_given_up(desk: RunsDesk, qtbot: QtBot) -> None:
    page = desk.panel.queue_page
    drag(page, 4, spot(page, 0, 0.2), let_go=False)
    QTest.keyClick(page.table, Qt.Key.Key_Escape)
    QTest.mouseRelease(page.table.viewport(), LEFT, NO_KEYS, spot(page, 0, 0.2))
    assert order(desk) == "01234"
    assert desk.panel.pages.currentWidget() is page, "Escape ended the drag, and nothing else"


def test_keys_move_what_is_chosen(desk: RunsDesk) -> None:
    page = desk.panel.queue_page
    click(page, 2)
    click(page, 3, SHIFT)
    QTest.keyClick(page.table, Qt.Key.Key_Up, ALT)
    assert order(desk) == "02314"
    QTest.keyClick(page.table, Qt.Key.Key_Up, ALT)
    QTest.keyClick(page.table, Qt.Key.Key_Up, ALT)
    assert order(desk) == "23014"
    assert chosen(page) == "23"
    QTest.keyClick(page.table, Qt.Key.Key_Down, ALT)
    assert order(desk) == "02314"
    QTest.keyClick(page.table, Qt.Key.Key_Down)
    assert len(page.table.chosen) == 1, "without Alt the keys go from row to row"
    assert order(desk) == "02314"


def test_the_menu_moves_too_and_offers_only_what_moves_something(desk: RunsDesk) -> None:
    page = desk.panel.queue_page

    def choose(words: str) -> None:
        place = spot(page, page.table.currentRow())
        event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, place, page.table.viewport().mapToGlobal(place))
        QApplication.sendEvent(page.table.viewport(), event)
        menu = next(each for each in page.findChildren(QMenu) if each.isVisible())
        action = next(each for each in menu.actions() if each.text().startswith(words))
        assert action.isEnabled() == (words not in unavailable)
        QTest.mouseClick(menu, LEFT, pos=menu.actionGeometry(action).center())
        menu.close()

    unavailable: tuple[str, ...] = ()
    click(page, 3)
    choose("Move to the top")
    assert order(desk) == "30124"
    unavailable = ("Move to the top", "Move up")
    for words in unavailable:
        choose(words)
    assert order(desk) == "30124"
    choose("Move down")
    assert order(desk) == "03124"
    choose("Move to the end")
    assert order(desk) == "01243"


def test_what_is_over_or_runs_stays_and_what_is_chosen_stays_chosen(desk: RunsDesk, qtbot: QtBot) -> None:
    page = desk.panel.queue_page
    click(page, 2)
    QTest.keyClick(page.table, Qt.Key.Key_Delete)
    assert desk.queue.entries[2].state == "cancelled"
    drag(page, 2, spot(page, 0, 0.1))
    assert order(desk) == "01234", "it waits no more"
    drag(page, 4, spot(page, 0, 0.1))
    assert order(desk) == "40213", "the one that is cancelled stays in its row"
    click(page, 3)
    assert chosen(page) == "1"
    page.clear()
    assert order(desk) == "4013"
    assert chosen(page) == "1", "not whoever is in that row now"


def test_if_it_cannot_be_written_it_is_said_and_nothing_moves(
    desk: RunsDesk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = desk.panel.queue_page

    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(RunQueue, "_write", refuse)
    drag(page, 4, spot(page, 0, 0.1))
    assert order(desk) == "01234"
    assert "No space left on device" in desk.panel.notice.text
