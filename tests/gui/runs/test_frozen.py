"""Star and name stay where they are when the list is scrolled sideways, and do there all that they do elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QContextMenuEvent, QImage, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from deepviz.gui.runs.panel import RunsPanel
from deepviz.gui.runs.table import NARROWEST_NAME, RunsTable
from deepviz.gui.theme import DARK, LIGHT, Theme, apply
from tests.gui.runs.conftest import MakeDesk
from tests.training.run_made import project, trained

LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton
SHIFT, NO_KEYS = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.NoModifier


@pytest.fixture
def themed(qapp: QApplication) -> Iterator[Callable[[Theme], None]]:
    """Puts a theme on the application, and gives it back as it was."""
    palette, font = qapp.palette(), qapp.font()
    yield lambda theme: apply(qapp, theme)
    qapp.setStyleSheet("")
    qapp.setPalette(palette)
    qapp.setFont(font)
    qapp.setProperty("theme", None)
    qapp.styleHints().unsetColorScheme()


@pytest.fixture
def panel(make_desk: MakeDesk, three_runs: list[str], qtbot: QtBot) -> RunsPanel:
    """A list that is too narrow for its columns, scrolled to its right end."""
    made = make_desk().panel
    made.resize(560, 380)
    table = made.list_page.table
    qtbot.waitUntil(lambda: table.horizontalScrollBar().maximum() > 100)
    table.horizontalScrollBar().setValue(table.horizontalScrollBar().maximum())
    return made


def hit(table: RunsTable, place: QPoint) -> tuple[QWidget, QPoint]:
    """The widget that the pointer would hit at a point of the viewport, and the point in it."""
    window = table.window()
    spot = table.viewport().mapTo(window, place)
    found = window.childAt(spot)
    assert found is not None
    return found, found.mapFrom(window, spot)


def press(table: RunsTable, place: QPoint, button: Qt.MouseButton = LEFT, keys: Qt.KeyboardModifier = NO_KEYS) -> None:
    widget, spot = hit(table, place)
    QTest.mouseClick(widget, button, keys, spot)


def cell(table: RunsTable, row: int, column: int) -> QPoint:
    return table.visualRect(table.model().index(row, column)).center()


def frozen_part(table: RunsTable) -> QRect:
    """Stars and names with their headings, in pixels of the table."""
    return QRect(0, 0, table.columnWidth(0) + table.columnWidth(1) - 1, table.viewport().geometry().bottom() + 1)


def picture(table: RunsTable, part: QRect) -> QImage:
    return table.grab(part).toImage()


def chosen(panel: RunsPanel) -> list[str]:
    return [each.name for each in panel.chosen]


def test_names_and_stars_stay_while_the_rest_moves(panel: RunsPanel) -> None:
    table = panel.list_page.table
    part = frozen_part(table)
    rest = QRect(part.right() + 10, 0, table.viewport().width() - part.width() - 10, table.height())
    scrolled, beside = picture(table, part), picture(table, rest)
    assert not table.frozen.edge.isHidden()
    table.horizontalScrollBar().setValue(0)
    assert picture(table, part) == scrolled
    assert picture(table, rest) != beside
    assert table.frozen.edge.isHidden(), "nothing lies below them"


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=["dark", "light"])
def test_they_look_as_the_table_itself_does(panel: RunsPanel, themed: Callable[[Theme], None], theme: Theme) -> None:
    """Headings with the mark of the order, a row that is chosen, the cell with the keyboard, stars."""
    table = panel.list_page.table
    themed(theme)
    panel.apply_theme(theme)
    table.horizontalScrollBar().setValue(0)
    panel.list_page.table.sort_by(1)
    press(table, cell(table, 0, 0))
    press(table, cell(table, 1, 1))
    panel.model.renamed.emit(panel.model.runs[2].id, "a name that is much longer than there is room for in the column")
    QApplication.processEvents()
    table.setFocus()
    part = frozen_part(table)
    over = picture(table, part)
    table.frozen.hide()
    below = picture(table, part)
    table.frozen.show()
    assert over == below


def test_a_star_is_set_and_rows_are_chosen_on_what_stays(panel: RunsPanel) -> None:
    table = panel.list_page.table
    press(table, cell(table, 2, 0))
    assert panel.model.runs[2].is_starred
    press(table, cell(table, 0, 1))
    assert chosen(panel) == ["run 9"]
    assert table.hasFocus()
    last = table.model().columnCount() - 1
    press(table, cell(table, 1, last))
    press(table, cell(table, 2, 1), keys=SHIFT)
    assert chosen(panel) == ["run 6", "run 3"], "a range begins in one part and ends in the other"
    press(table, cell(table, 0, 1))
    press(table, cell(table, 1, last), keys=SHIFT)
    assert chosen(panel) == ["run 9", "run 6"]


def test_a_drag_that_leaves_the_names_goes_on_choosing(panel: RunsPanel) -> None:
    table = panel.list_page.table
    widget, spot = hit(table, cell(table, 0, 1))
    away = cell(table, 2, table.model().columnCount() - 1) - cell(table, 0, 1)
    QTest.mousePress(widget, LEFT, NO_KEYS, spot)
    for part in (0.3, 0.6, 1.0):
        QTest.mouseMove(widget, spot + away * part)
    QTest.mouseRelease(widget, LEFT, NO_KEYS, spot + away)
    assert chosen(panel) == ["run 9", "run 6", "run 3"]


def test_headings_that_stay_sort(panel: RunsPanel) -> None:
    table = panel.list_page.table
    header = table.horizontalHeader()
    place = QPoint(cell(table, 0, 1).x(), header.height() // 2 - header.height())
    for order in (["run 3", "run 6", "run 9"], ["run 9", "run 6", "run 3"]):
        press(table, place)
        assert [each.name for each in panel.model.runs] == order
        assert panel.model.order[0] == "name"
        assert table.frozen.horizontalHeader().sortIndicatorSection() == 1


def test_a_name_is_typed_where_it_can_be_seen(panel: RunsPanel, qtbot: QtBot) -> None:
    table = panel.list_page.table
    widget, spot = hit(table, cell(table, 1, 1))
    QTest.mouseClick(widget, LEFT, NO_KEYS, spot)
    QTest.mouseDClick(widget, LEFT, NO_KEYS, spot)
    line = QApplication.focusWidget()
    assert isinstance(line, QLineEdit)
    found, _ = hit(table, cell(table, 1, 1))
    assert found is line
    assert table.horizontalScrollBar().value() == table.horizontalScrollBar().maximum()
    QTest.keyClicks(line, "middle")
    QTest.keyClick(line, Qt.Key.Key_Tab)
    qtbot.waitUntil(lambda: panel.model.runs[1].name == "middle")
    qtbot.waitUntil(table.hasFocus)
    assert chosen(panel) == ["middle"]
    assert table.currentIndex().row() == 1


def test_menu_wheel_and_tips_are_there_too(panel: RunsPanel, qtbot: QtBot) -> None:
    table = panel.list_page.table
    widget, spot = hit(table, cell(table, 1, 1))
    with qtbot.waitSignal(table.menu_wanted) as wanted:
        event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, spot, widget.mapToGlobal(spot))
        QApplication.sendEvent(widget, event)
    assert wanted.args == [widget.mapToGlobal(spot)]
    panel.list_page.menu.close()
    made = trained(project(name="small"))
    for _ in range(12):
        panel._store.note(made, "finished")
    panel.refresh()
    bar = table.verticalScrollBar()
    qtbot.waitUntil(lambda: bar.maximum() > 100)
    down = QWheelEvent(
        QPointF(spot),
        QPointF(widget.mapToGlobal(spot)),
        QPoint(),
        QPoint(0, -120),
        Qt.MouseButton.NoButton,
        NO_KEYS,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(widget, down)
    assert bar.value() > 0
    assert table.frozen.verticalScrollBar().value() == bar.value()
    assert table.frozen.rowAt(5) == table.rowAt(5)


def test_the_keyboard_never_stands_below_what_stays(panel: RunsPanel) -> None:
    table = panel.list_page.table
    last = table.model().columnCount() - 1
    press(table, cell(table, 0, last))
    edge = table.columnWidth(0) + table.columnWidth(1)
    for column in range(last - 1, 1, -1):
        QTest.keyClick(table, Qt.Key.Key_Left)
        assert table.currentIndex().column() == column
        assert table.visualRect(table.currentIndex()).left() >= edge
    table.horizontalScrollBar().setValue(table.horizontalScrollBar().maximum())
    QTest.keyClick(table, Qt.Key.Key_Left)
    assert table.currentIndex().column() == 1
    assert table.horizontalScrollBar().value() == table.horizontalScrollBar().maximum(), "names are seen anyhow"
    QTest.keyClick(table, Qt.Key.Key_Down, SHIFT)
    assert chosen(panel) == ["run 9", "run 6"]
    QTest.keyClick(table, Qt.Key.Key_Right)
    assert table.visualRect(table.currentIndex()).left() >= edge


def test_long_names_leave_room_for_the_rest(panel: RunsPanel, qtbot: QtBot) -> None:
    table = panel.list_page.table
    long = "learning rate 0.01, batch size 32, units 128, activation ReLU, seed 3"
    panel.model.renamed.emit(panel.model.runs[0].id, long)
    qtbot.waitUntil(lambda: panel.model.runs[0].name == long)
    widths = []
    for width in (300, 500, 800, 3000):
        panel.resize(width, 380)
        QApplication.processEvents()
        widths.append(table.columnWidth(1))
        if width < 3000:
            most = max(NARROWEST_NAME, table.viewport().width() // 2 - table.columnWidth(0) + 1)
            assert widths[-1] <= most
        assert table.frozen.width() == table.columnWidth(0) + table.columnWidth(1)
    assert widths == sorted(widths)
    assert widths[0] < widths[1] < widths[2]


def test_a_width_that_was_drawn_stays_when_the_list_is_read_again(panel: RunsPanel) -> None:
    table = panel.list_page.table
    table.horizontalScrollBar().setValue(0)
    header = table.frozen.horizontalHeader()
    edge = QPoint(header.sectionViewportPosition(1) + header.sectionSize(1) - 2, header.height() // 2)
    before = table.columnWidth(1)
    QTest.mousePress(header.viewport(), LEFT, NO_KEYS, edge)
    QTest.mouseMove(header.viewport(), edge + QPoint(15, 0))
    QTest.mouseMove(header.viewport(), edge + QPoint(30, 0))
    QTest.mouseRelease(header.viewport(), LEFT, NO_KEYS, edge + QPoint(30, 0))
    drawn = table.columnWidth(1)
    assert before < drawn <= before + 40
    press(table, cell(table, 0, 0))  # a star, and the list is read again
    assert panel.model.runs[0].is_starred
    assert table.columnWidth(1) == table.frozen.columnWidth(1) == drawn


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=["dark", "light"])
def test_it_is_seen_where_the_keyboard_is_also_in_a_row_that_is_not_chosen(
    panel: RunsPanel, themed: Callable[[Theme], None], theme: Theme
) -> None:
    table = panel.list_page.table
    themed(theme)
    panel.apply_theme(theme)
    press(table, cell(table, 0, 1))
    QTest.keyClick(table, Qt.Key.Key_Down, Qt.KeyboardModifier.ControlModifier)
    assert table.currentIndex().row() == 1
    assert chosen(panel) == ["run 9"]
    here = table.visualRect(table.currentIndex())
    ring = table.viewport().geometry().topLeft() + here.topLeft() + QPoint(here.width() // 2, 0)
    assert picture(table, table.rect()).pixelColor(ring).name() == theme.accent
