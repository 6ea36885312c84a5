"""What a newcomer meets in the list of runs, the forms and the queue: words that fit, and no key that does unseen."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from deepviz.gui.runs.columns import about_time, heading_of
from tests.gui.runs.conftest import MakeDesk
from tests.training.run_made import project


def test_a_new_project_is_not_told_that_a_filter_hides_its_runs(make_desk: MakeDesk, three_runs: list[str]) -> None:
    page = make_desk(project(name="another")).panel.list_page
    said = page.words.said.replace("\u202f", " ")
    assert said.startswith("No runs of this project yet")
    assert "3 runs of others" in said
    assert "All projects" in said
    QTest.keyClicks(page.filter_field, "run 3")
    assert page.words.said == "None of the 3 runs fits the filter. Take words away, or choose All projects."
    page.scope.setCurrentIndex(1)
    assert len(page.model.runs) == 1
    QTest.keyClicks(page.filter_field, " nothing")
    assert page.words.said == "None of the 3 runs fits the filter. Take words away."


def test_tab_goes_through_the_list_from_left_to_right_and_down(make_desk: MakeDesk, three_runs: list[str]) -> None:
    panel = make_desk().panel
    page = panel.list_page
    panel.resize(390, 300)
    page.table.choose(three_runs[:1])
    page.filter_field.setFocus()
    expected = [page.scope, page.buttons["overlay"], page.bar.more, page.table]
    assert all(widget.isVisible() for widget in expected)
    order = []
    for _ in expected:
        QTest.keyClick(QApplication.focusWidget() or panel, Qt.Key.Key_Tab)
        order.append(QApplication.focusWidget())
    assert order == expected
    panel.compare_page.show_runs(panel.model.runs[:2])
    panel.pages.setCurrentWidget(panel.compare_page)
    buttons = [each for each in panel.compare_page.findChildren(QPushButton) if each.isVisible()]
    buttons.sort(key=lambda each: each.mapTo(panel, QPoint(0, 0)).x())
    buttons[0].setFocus()
    for button in buttons[1:]:
        QTest.keyClick(QApplication.focusWidget() or panel, Qt.Key.Key_Tab)
        assert QApplication.focusWidget() is button
    QTest.keyClick(QApplication.focusWidget() or panel, Qt.Key.Key_Tab)
    assert QApplication.focusWidget() is panel.compare_page.table


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.2, "1 s"),
        (59.4, "59 s"),
        (73.0, "1:13"),
        (3599.0, "59:59"),
        (3750.0, "1 h 2 min"),
        (3599.6, "1 h 0 min"),
        (86_399.0, "23 h 59 min"),
        (47.99 * 3600, "47 h 59 min"),
        (48 * 3600, "2 days"),
        (182.881 * 3600, "8 days"),
        (2977 * 3600, "124 days"),
    ],
)
def test_a_long_time_that_is_estimated_is_not_told_to_the_second(seconds: float, words: str) -> None:
    assert about_time(seconds).replace("\u202f", " ") == words


def test_the_field_that_is_typed_in_can_be_seen(make_desk: MakeDesk, qtbot: QtBot) -> None:
    panel = make_desk().panel
    panel.resize(390, 270)
    panel.do("grid")
    form = panel.grid_form
    for number in range(2, 5):
        form.add_button.setFocus()
        QTest.keyClick(form.add_button, Qt.Key.Key_Space)
        assert len(form.axis_rows) == number
        field = form.axis_rows[-1].values
        assert field.hasFocus()

        def is_seen(field: QWidget = field) -> bool:
            place = field.mapTo(form.area.viewport(), QPoint(0, 0))
            return form.area.viewport().rect().contains(QRect(place, field.size()))

        qtbot.waitUntil(is_seen)
    for height in (230, 262, 241, 236, 233):  # whatever part of it would be cut off
        panel.resize(390, height)
        qtbot.waitUntil(is_seen)


def test_headings_stay_as_they_are_when_a_row_is_chosen(make_desk: MakeDesk, three_runs: list[str]) -> None:
    panel = make_desk().panel
    table = panel.queue_page.table
    assert not table.horizontalHeader().highlightSections()
    panel.compare_page.show_runs(panel.model.runs[:2])
    assert not panel.compare_page.table.horizontalHeader().highlightSections()
    assert not panel.compare_page.table.verticalHeader().highlightSections()


def test_words_that_are_filtered_by_can_be_read_in_a_narrow_list(make_desk: MakeDesk, three_runs: list[str]) -> None:
    panel = make_desk().panel
    page = panel.list_page
    panel.resize(390, 300)
    assert page.buttons["overlay"].isVisible()
    least = page.minimumSizeHint().width()
    QTest.keyClicks(page.filter_field, "validation")
    QApplication.processEvents()
    field = page.filter_field
    clear = max(each.width() for each in field.findChildren(QWidget))
    assert field.width() >= field.fontMetrics().horizontalAdvance("validation") + clear + 16
    assert page.bar.more.isVisible()
    assert page.bar.more.geometry().right() < page.bar.width()
    assert page.minimumSizeHint().width() == least, "the window does not become wider by that"
    field.clear()
    QApplication.processEvents()
    assert page.buttons["overlay"].isVisible()


def test_no_heading_says_the_same_word_twice() -> None:
    assert heading_of("data.preprocessing.method") == "Preprocessing"
    assert heading_of("data.split.train") == "Split training"
