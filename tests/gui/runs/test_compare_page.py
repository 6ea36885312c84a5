"""The comparison uses its width: what is equal can be hidden, and names give way before numbers do."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from deepviz.gui.runs.columns import columns_of
from deepviz.gui.runs.compare_page import MOST_LINES, NARROWEST, ROW_HEIGHT, WIDEST, ComparePage
from deepviz.gui.runs.comparison import compared
from deepviz.gui.settings import RUNS_EQUAL_ROWS
from deepviz.gui.theme import DARK
from deepviz.training.movements import since_words
from deepviz.training.run_figures import Figure
from deepviz.training.run_summary import RunSummary
from tests.gui.runs.conftest import MakeDesk

LEFT = Qt.MouseButton.LeftButton
RATE, SIZE, EPOCHS, EDGES = "plan.optimizer.learning_rate", "plan.run.batch_size", "plan.run.epochs", "graph.edges"


def run(number: int, rate: float, size: int) -> RunSummary:
    """Runs with two settings that differ, one that does not, and a figure that is best at another epoch in each."""
    return RunSummary(
        f"{number}",
        name=f"spirals, learning rate {rate}, batch size {size}",
        settings={RATE: rate, SIZE: size, EPOCHS: 12, EDGES: ", ".join(50 * ["a → b"])},
        figures={"loss": Figure(0.25, 0.25, number), "validation_loss": Figure(0.5 + rate / 7, 0.123456789, 4)},
        seconds=1.0 + number,
        created=100.0 * number,
    )


RUNS = [
    run(number, rate, size) for number, (rate, size) in enumerate((r, s) for r in (0.1, 0.01, 0.001) for s in (16, 64))
]


@pytest.fixture
def page(qtbot: QtBot) -> ComparePage:
    made = ComparePage(DARK)
    qtbot.addWidget(made)
    made.resize(766, 260)
    made.show()
    return made


def headings(page: ComparePage) -> list[str]:
    items = (page.table.horizontalHeaderItem(place) for place in range(page.table.columnCount()))
    return [item.text() for item in items if item is not None]


def shown(page: ComparePage) -> list[str]:
    return [row.label for number, row in enumerate(page.rows) if not page.table.isRowHidden(number)]


def test_what_is_equal_is_known_by_what_the_cells_say() -> None:
    rows = {row.label: row for row in compared(RUNS[:3])}
    equal = {label for label, row in rows.items() if row.is_equal}
    assert {"Epochs", "Ended", "Steps made", "Train loss, last epoch", "Validation loss, best at epoch"} <= equal
    assert not {"Learning rate", "Batch size", "Validation loss, last epoch", "Time", "When"} & equal
    assert "Train loss, best epoch" not in equal, "the epochs below it differ, and belong to it"
    for row in rows.values():
        assert not row.is_equal or len(set(row.cells)) == 1


def test_equal_rows_are_shown_on_demand_and_that_is_remembered(page: ComparePage, make_desk: MakeDesk) -> None:
    page.show_runs(RUNS[:2])
    few = shown(page)
    assert few[:1] == ["Batch size"]
    assert "Learning rate" not in few, "it is the same in these two"
    assert f"({sum(row.is_equal for row in page.rows)})" in page.equal_switch.text()
    QTest.mouseClick(page.equal_switch, LEFT, pos=page.equal_switch.rect().center() / 2)
    assert page.equal_switch.isChecked()
    assert shown(page) == [row.label for row in page.rows]
    number = next(number for number, row in enumerate(page.rows) if row.label == "Learning rate")
    item = page.table.item(number, 0)
    assert item is not None
    assert item.foreground().color().name() == DARK.dim
    desk = make_desk()
    assert not desk.panel.compare_page.equal_switch.isChecked()
    desk.panel.compare_page.equal_switch.click()
    assert desk._settings.get(RUNS_EQUAL_ROWS)
    assert make_desk().panel.compare_page.equal_switch.isChecked()


def test_six_runs_fit_and_names_say_what_differs(page: ComparePage) -> None:
    page.show_runs(RUNS)
    QApplication.processEvents()
    assert page.table.horizontalScrollBar().maximum() == 0, "all of them are seen at once"
    assert headings(page) == ["0.1, 16", "0.1, 64", "0.01, 16", "0.01, 64", "0.001, 16", "0.001, 64"]
    tips = [page.table.horizontalHeaderItem(place).toolTip() for place in range(6)]  # type: ignore[union-attr]
    assert tips == [each.name for each in RUNS]
    for place in range(6):
        assert page.table.columnWidth(place) >= page.table.sizeHintForColumn(place), "no number is cut off"
    page.equal_switch.setChecked(True)
    assert page.table.horizontalScrollBar().maximum() == 0, "what is equal does not make columns wider"
    page.equal_switch.setChecked(False)
    page.resize(1900, 260)
    QApplication.processEvents()
    assert headings(page)[0] == "learning rate 0.1, batch size 16", "where there is room they are whole"
    assert page.table.horizontalScrollBar().maximum() == 0


def test_names_that_are_too_long_lose_their_middle(page: ComparePage) -> None:
    names = ("a network that somebody has described at length", "another one with as many words in its name, indeed")
    page.resize(400, 260)
    page.show_runs([replace(each, name=names[number % 2] + f" {number}") for number, each in enumerate(RUNS[:4])])
    QApplication.processEvents()
    for number, heading in enumerate(headings(page)):
        assert "…" in heading
        assert heading.endswith(f"{number}"), "names differ at their ends"
        assert heading.startswith("a")
    labels = page.table.verticalHeader()
    assert labels.width() < page.width() / 2


def test_a_comparison_is_saved_in_numbers_that_any_program_reads(page: ComparePage, tmp_path: Path) -> None:
    rate, units = "plan.optimizer.learning_rate", "graph.dense_1.units"
    figures = {"accuracy": Figure(2 / 3, 0.75, 3), "loss": Figure(1 / 3, 0.1, 2, False)}
    one = RunSummary("a", "one", figures=figures, steps=12345, epochs=3, seconds=3725.25, parameters=1234567)
    one = replace(one, settings={rate: 0.1 + 0.2, units: 4, "graph.dense_1.use_bias": True}, created=1.5e9)
    two = replace(one, id="b", name="two", figures={}, steps=2, seconds=0.125, courses={rate: ((4, 0.01),)})
    two = replace(two, results={"test": {"accuracy": 1 / 7}})
    page.show_runs([one, replace(two, name="one")])
    page.save(tmp_path / "c.csv")
    assert (tmp_path / "c.csv").read_text().startswith("part,what,path,one (a),one (b),best")
    page.show_runs([one, two])
    page.equal_switch.setChecked(True)
    page.save(tmp_path / "c.csv")
    with (tmp_path / "c.csv").open(newline="") as file:
        told = {row["what"]: (row["one"], row["two"]) for row in csv.DictReader(file)}
    assert float(told["Train accuracy, last epoch"][0]) == 2 / 3
    assert float(told["Train loss, last epoch"][0]) == 1 / 3
    assert float(told["Train loss, best epoch"][0]) == 0.1
    assert told["Train loss, best at epoch"] == ("2", "")
    assert told["Train accuracy, last epoch"][1] == ""
    assert (told["Test accuracy, evaluated"][0], float(told["Test accuracy, evaluated"][1])) == ("", 1 / 7)
    assert told["Steps made"] == ("12345", "2")
    assert told["Parameters"] == ("1234567", "1234567")
    assert tuple(map(float, told["Time"])) == (3725.25, 0.125)
    assert tuple(map(float, told["When"])) == (1.5e9, 1.5e9)
    assert (float(told["Learning rate"][0]), told["Learning rate"][1]) == (0.1 + 0.2, "0.3, then 0.01 from step 5 on")
    assert told["dense_1 units"] == ("4", "4")
    assert told["dense_1 bias"] == ("True", "True")


def test_rows_that_are_shown_are_saved(page: ComparePage, tmp_path: Path) -> None:
    page.show_runs(RUNS[:2])
    for name, is_on in (("few", False), ("all", True)):
        page.equal_switch.setChecked(is_on)
        page.save(tmp_path / name)
        with (tmp_path / name).open() as file:
            assert [row["what"] for row in csv.DictReader(file)] == shown(page)


def test_texts_are_whole_where_there_is_room_for_them(page: ComparePage) -> None:
    """A learning rate that was changed twice was cut in a column of 220 pixels, beside hundreds that were empty."""
    changed = replace(RUNS[0], courses={RATE: ((473, 0.005), (5716, 0.0005)), "plan.run.clip_norm": ((5716, 0.5),)})
    page.show_runs([changed, RUNS[2]])
    page.resize(1400, 260)
    rows = {row.label: number for number, row in enumerate(page.rows)}
    text = "0.1, then 0.005 from step 474, 0.0005 from step 5\u202f717 on"
    item = page.table.item(rows["Learning rate"], 0)
    assert item is not None
    assert item.text() == text
    metrics = QFontMetrics(item.font())
    assert page.table.columnWidth(0) >= metrics.horizontalAdvance(text)
    assert sum(map(page.table.columnWidth, range(2))) <= page.table.viewport().width()
    page.resize(420, 260)
    cells = [max(NARROWEST, min(page._cell_width(place), WIDEST)) for place in range(2)]  # how wide depends on the font
    assert sum(map(page.table.columnWidth, range(2))) <= max(sum(cells), page.table.viewport().width())


def test_what_began_without_says_none(page: ComparePage) -> None:
    clip = "plan.optimizer.clipnorm"
    one = replace(RUNS[0], settings={**RUNS[0].settings, clip: None}, courses={clip: ((5716, 0.5),)})
    (row,) = [each for each in compared([one, RUNS[1]]) if each.tip == clip]
    assert row.cells == ("none, then 0.5 from step 5\u202f717 on", "–")


def changed_often(number: int, notes: int) -> RunSummary:
    """A run whose rate was changed three times, once by a drag, with as many notes as wanted."""
    course = ((100, 0.005), (200, 0.003), (210, 0.002), (220, 0.001), (400, 0.0005))
    marks = ((100, "learning rate 0.1 → 0.005"), (220, f"learning rate 0.005 → 0.001{since_words(200)}"))
    more = tuple((400 + each, f"something that was noted of step {each} of {number}") for each in range(notes))
    made = replace(RUNS[number], settings={RATE: 0.1, SIZE: 16 * (number + 1)})
    return replace(made, courses={RATE: course} if not number else {}, changes=(*marks, *more))


def test_of_a_drag_the_end_is_told(page: ComparePage) -> None:
    """Stop by stop it was five values, the last of them behind dots, where curves have one mark."""
    page.show_runs([changed_often(0, 0), changed_often(1, 0)])
    (row,) = [each for each in page.rows if each.label == "Learning rate"]
    text = "0.1, then 0.005 from step 101, 0.001 from step 221 (bit by bit from 201), 0.0005 from step 401 on"
    assert row.cells == (text, "0.1")
    dragged = replace(changed_often(0, 0), courses={RATE: ((200, 0.003), (220, 0.001))})
    (row,) = [each for each in compared([dragged, changed_often(1, 0)]) if each.label == "Learning rate"]
    assert row.cells[0] == "0.1, then 0.001 from step 221 on (bit by bit from 201)"


def test_notes_take_no_room_from_settings(page: ComparePage) -> None:
    """Both columns had long notes, so that each got half: a rate of two words as much as one of a line."""
    page.show_runs([changed_often(0, 30), changed_often(1, 30)])
    item = page.table.item([row.label for row in page.rows].index("Learning rate"), 0)
    assert item is not None
    needed = QFontMetrics(item.font()).horizontalAdvance(item.text())
    assert needed > 2 * WIDEST
    page.resize(round((needed + WIDEST) / 0.7), 400)  # labels take a quarter at most
    assert page.table.viewport().width() / 2 < needed, "half would not do"
    assert page.table.columnWidth(0) >= needed
    assert page.table.horizontalScrollBar().maximum() == 0


def test_a_text_without_room_in_a_line_takes_more_lines(page: ComparePage) -> None:
    page.show_runs([changed_often(0, 30), changed_often(1, 30)])
    page.resize(560, 400)
    rows = {row.label: number for number, row in enumerate(page.rows)}
    item = page.table.item(rows["Learning rate"], 0)
    assert item is not None
    lines = QFontMetrics(item.font()).horizontalAdvance(item.text()) / page.table.columnWidth(0)
    assert lines > 1, "it would not fit"
    spacing = page.table.fontMetrics().lineSpacing()
    assert page.table.rowHeight(rows["Learning rate"]) >= 2 * spacing
    assert page.table.rowHeight(rows["Batch size"]) == ROW_HEIGHT
    assert page.table.rowHeight(rows["Noted while it ran"]) == ROW_HEIGHT + (MOST_LINES - 1) * spacing
    noted = page.table.item(rows["Noted while it ran"], 0)
    assert noted is not None
    assert "429: something that was noted of step 29 of 0" in " ".join(noted.toolTip().split("\n"))
    assert max(map(len, noted.toolTip().split("\n"))) <= 100, "a tip in one line would leave the screen"


def test_labels_are_whole_where_there_is_room(page: ComparePage) -> None:
    path = "graph.dense_with_a_long_name.trainable"
    page.show_runs([replace(each, settings={path: not number}) for number, each in enumerate(RUNS[:2])])
    label = page.rows[0].label
    page.resize(1400, 260)
    assert page.table.verticalHeaderItem(0).text() == label
    page.resize(420, 260)
    assert "…" in page.table.verticalHeaderItem(0).text()


def test_a_setting_without_a_value_is_none_and_one_that_is_not_there_a_dash() -> None:
    clip, momentum = "plan.optimizer.clipnorm", "plan.optimizer.momentum"
    one = replace(RUNS[0], settings={**RUNS[0].settings, clip: None, momentum: 0.9})
    two = replace(RUNS[1], settings={**RUNS[1].settings, clip: 0.5})
    rows = {each.tip: each.cells for each in compared([one, two])}
    assert rows[clip] == ("none", "0.5")
    assert rows[momentum] == ("0.9", "–")
    columns = {each.key: each for each in columns_of([one, two], False)}
    assert [columns[f"setting {clip}"].words(each) for each in (one, two)] == ["none", "0.5"]
