"""The form that varies settings: values are typed, nonsense is refused in place, all combinations are counted."""

from __future__ import annotations

import re

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from deepviz.gui.runs.grid_form import GridForm
from deepviz.training.queue_entry import QueuedRun
from deepviz.training.run_settings import settings_of
from tests.gui.runs.conftest import MakeDesk
from tests.gui.runs.test_panel import LEFT

PATIENCE = 60_000
"""Milliseconds to wait for anything before giving up."""
RATE, UNITS = "plan.optimizer.learning_rate", "graph.dense_2.units"


def opened(make_desk: MakeDesk) -> tuple[GridForm, list[list[QueuedRun]]]:
    """The form as a click on its button opens it, and what it queues: nothing is started."""
    desk = make_desk()
    form = desk.panel.grid_form
    form.queued.disconnect(desk.panel.queue_runs)
    queued: list[list[QueuedRun]] = []
    form.queued.connect(queued.append)
    QTest.mouseClick(desk.panel.list_page.buttons["grid"], LEFT)
    return form, queued


def words(form: GridForm) -> str:
    return form.outlook.said.replace("\u202f", " ")


def choose(form: GridForm, row: int, path: str) -> None:
    box = form.axis_rows[row].setting
    box.setFocus()
    while box.currentData() != path:
        before = box.currentIndex()
        QTest.keyClick(box, Qt.Key.Key_Down if box.findData(path) > before else Qt.Key.Key_Up)
        assert box.currentIndex() != before


def test_values_make_runs(make_desk: MakeDesk, qtbot: QtBot) -> None:
    form, queued = opened(make_desk)
    assert form.axis_rows[0].choice.path == RATE
    assert form.axis_rows[0].values.hasFocus()
    assert "now 0.001" in form.axis_rows[0].values.placeholderText()
    assert not form.queue_button.isEnabled()
    assert form.outlook.property("role") == "dim", "nothing was typed yet, so nothing is wrong"
    QTest.keyClicks(form.axis_rows[0].values, "0.001..0.1 log 3")
    qtbot.waitUntil(form.queue_button.isEnabled)
    QTest.mouseClick(form.add_button, LEFT)
    choose(form, 1, "plan.run.batch_size")
    QTest.keyClicks(form.axis_rows[1].values, "16, 32")
    form.say_outlook()
    assert words(form).startswith("6 runs of at most 200, one at a time: how long is being tried out, about ")
    qtbot.waitUntil(lambda: re.search(r"one at a time: about \d+ s in all, about \d+ MB of memory$", words(form)))
    QTest.keyClick(form.axis_rows[1].values, Qt.Key.Key_Return)
    ((runs),) = queued
    assert [settings_of(each.project)[RATE] for each in runs] == [0.001, 0.001, 0.01, 0.01, 0.1, 0.1]


def test_nonsense_is_refused_at_the_line_it_concerns(make_desk: MakeDesk, qtbot: QtBot) -> None:
    form, queued = opened(make_desk)
    row = form.axis_rows[0]
    QTest.keyClicks(row.values, "0.1, 0")
    qtbot.waitUntil(lambda: bool(row.reason.said))
    assert row.reason.said == "Learning rate must be above 0, not 0."
    assert row.values.property("invalid")
    assert not form.queue_button.isEnabled()
    QTest.keyClick(row.values, Qt.Key.Key_Return)
    assert queued == []
    row.values.selectAll()
    QTest.keyClicks(row.values, "0.1")
    qtbot.waitUntil(form.queue_button.isEnabled)
    assert not row.reason.said


def test_a_combination_that_cannot_be_trained_is_refused_before_anything_starts(
    make_desk: MakeDesk, qtbot: QtBot
) -> None:
    form, queued = opened(make_desk)
    form.source._editor.data  # type: ignore[attr-defined] # noqa: B018 # it is loaded with the project
    QTest.keyClicks(form.axis_rows[0].values, "0.1")
    QTest.mouseClick(form.add_button, LEFT)
    choose(form, 1, UNITS)
    QTest.keyClicks(form.axis_rows[1].values, "2, 3")
    form.say_outlook()
    if form.source.facts is not None:
        assert "dense_2 units 3" in form.axis_rows[1].reason.said
        assert not form.queue_button.isEnabled()
    assert queued == []


def test_lines_are_taken_away_and_what_was_typed_stays(make_desk: MakeDesk) -> None:
    form, _ = opened(make_desk)
    QTest.keyClicks(form.axis_rows[0].values, "0.5")
    QTest.mouseClick(form.add_button, LEFT)
    remove = form.axis_rows[1].findChildren(type(form.axis_rows[1].setting))
    assert remove
    form.axis_rows[1].removed.emit()
    assert len(form.axis_rows) == 1
    QTest.keyClick(form.axis_rows[0].values, Qt.Key.Key_Escape)
    assert not form.isVisible()
    form.open()
    assert form.axis_rows[0].values.text() == "0.5"
    form.axis_rows[0].removed.emit()
    assert form.axis_rows == []
    assert "at least one" in form.outlook.said


def tabbed(form: QWidget, count: int) -> list[QWidget | None]:
    """Where the keyboard is, and where so many presses of Tab bring it."""
    found = [form.window().focusWidget()]
    for _ in range(count):
        here = form.window().focusWidget()
        assert here is not None
        QTest.keyClick(here, Qt.Key.Key_Tab)
        found.append(form.window().focusWidget())
    return found


def test_tab_goes_from_row_to_row_and_then_to_the_buttons(make_desk: MakeDesk, qtbot: QtBot) -> None:
    form, _ = opened(make_desk)
    QTest.keyClicks(form.axis_rows[0].values, "0.1, 0.01")
    QTest.mouseClick(form.add_button, LEFT)
    QTest.mouseClick(form.add_button, LEFT)
    QTest.mouseClick(form.axis_rows[1].remove_button, LEFT)
    first, second = form.axis_rows
    QTest.keyClicks(second.values, "3, 4")
    qtbot.waitUntil(form.queue_button.isEnabled)
    first.setting.setFocus()
    wanted = [first.setting, first.values, first.remove_button, second.setting, second.values, second.remove_button]
    assert tabbed(form, 8) == [*wanted, form.add_button, form.queue_button, form.cancel_button]


def test_tab_goes_through_the_seeds_too(make_desk: MakeDesk) -> None:
    desk = make_desk()
    QTest.mouseClick(desk.panel.list_page.buttons["seeds"], LEFT)
    form = desk.panel.seeds_form
    assert tabbed(form, 3) == [form.count, form.first, form.queue_button, form.cancel_button]


def test_what_is_offered_next_is_what_people_vary(make_desk: MakeDesk) -> None:
    form, _ = opened(make_desk)
    for _ in range(3):
        QTest.mouseClick(form.add_button, LEFT)
    paths = [row.choice.path for row in form.axis_rows]
    assert paths == [RATE, "plan.run.batch_size", "graph.dense_1.units", "graph.dense_2.units"]


def test_however_many_rows_there_are_the_newest_and_the_buttons_are_seen(make_desk: MakeDesk, qtbot: QtBot) -> None:
    form, _ = opened(make_desk)
    form.window().resize(766, 260)
    for number in range(7):
        QTest.mouseClick(form.add_button, LEFT)
        row, viewport = form.axis_rows[-1], form.area.viewport()

        def is_seen(row: QWidget = row, viewport: QWidget = viewport) -> bool:
            return viewport.rect().contains(QRect(row.mapTo(viewport, QPoint(0, 0)), row.size()))

        qtbot.waitUntil(is_seen, timeout=PATIENCE)
        if number == 0:
            assert is_seen_in(form, form.add_button)
        assert is_seen_in(form, form.queue_button)


def is_seen_in(form: GridForm, button: QWidget) -> bool:
    return form.rect().contains(QRect(button.mapTo(form, QPoint(0, 0)), button.size()))
