"""The list of runs by pointer and keys: choose, sort, filter, rename, star, delete and undo, compare, save."""

from __future__ import annotations

import csv
from itertools import islice
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from deepviz.gui.runs.columns import columns_of, epochs_made, epochs_text, figure_text, time_of
from deepviz.gui.runs.comparison import compared
from deepviz.gui.runs.model import RunsModel
from deepviz.gui.runs.panel import RunsPanel
from deepviz.gui.theme import LIGHT
from deepviz.training.checkpoint import Checkpoint
from deepviz.training.history import History
from deepviz.training.run_figures import Figure
from deepviz.training.run_plan import RunPlan
from deepviz.training.run_store import RunStore
from deepviz.training.run_summary import RunSummary
from tests.gui.runs.conftest import MakeDesk
from tests.training.run_made import project, trained

LEFT, CTRL, NO_KEYS = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.NoModifier


def place(panel: RunsPanel, run: str, key: str) -> QPoint:
    """The middle of the cell of a run in the column with this key."""
    table, model = panel.list_page.table, panel.model
    index = model.index(model.row_of(run), [column.key for column in model.columns].index(key))
    table.scrollTo(index)
    return table.visualRect(index).center()


def click(panel: RunsPanel, run: str, key: str = "name", keys: Qt.KeyboardModifier = NO_KEYS) -> None:
    QTest.mouseClick(panel.list_page.table.viewport(), LEFT, keys, place(panel, run, key))


def names(panel: RunsPanel) -> list[str]:
    return [each.name for each in panel.model.runs]


def test_an_empty_list_says_what_to_do(make_desk: MakeDesk) -> None:
    panel = make_desk().panel
    assert "No runs yet" in panel.list_page.words.said
    assert panel.list_page.words.isVisible()
    assert not panel.list_page.buttons["compare"].isEnabled()
    assert panel.list_page.buttons["seeds"].isEnabled()


def test_runs_are_listed_newest_first_with_what_differs(make_desk: MakeDesk, three_runs: list[str]) -> None:
    panel = make_desk().panel
    assert names(panel) == ["run 9", "run 6", "run 3"]
    keys = [column.key for column in panel.model.columns]
    assert [key for key in keys if key.startswith("setting")] == [
        "setting graph.dense_1.units",
        "setting plan.run.epochs",
    ]
    is_result = [key.startswith(("last ", "best ")) for key in keys]
    assert is_result == sorted(is_result[:2]) + sorted(is_result[2:], reverse=True), "results come after the name"
    assert keys[1:3] == ["name", "last loss"]
    row = {column.key: panel.model.index(0, number).data() for number, column in enumerate(panel.model.columns)}
    assert row["setting graph.dense_1.units"] == "9"
    assert row["epochs"] == "3"
    assert row["network"] == "Dense 9 · Dense 2"
    run = panel.model.runs[0]
    assert row["last validation_accuracy"] == figure_text("accuracy", run.figure("validation_accuracy"))


def test_any_column_sorts_and_what_is_chosen_stays_chosen(
    make_desk: MakeDesk, three_runs: list[str], qtbot: QtBot
) -> None:
    desk = make_desk()
    panel, header = desk.panel, desk.panel.list_page.table.horizontalHeader()
    click(panel, three_runs[1])
    assert [each.id for each in panel.chosen] == [three_runs[1]]
    column = [each.key for each in panel.model.columns].index("setting graph.dense_1.units")
    spot = QPoint(header.sectionViewportPosition(column) + 12, header.height() // 2)
    for expected in (["run 3", "run 6", "run 9"], ["run 9", "run 6", "run 3"]):
        QTest.mouseClick(header.viewport(), LEFT, NO_KEYS, spot)
        assert names(panel) == expected
        assert [each.id for each in panel.chosen] == [three_runs[1]]
    # The next window remembers it.
    assert make_desk().panel.model.order == ("setting graph.dense_1.units", True)


def test_numbers_in_names_sort_as_numbers() -> None:
    model = RunsModel()
    model.sort_by("name", False)
    wanted = ["run", "run 2", "Run 5", "run 5 b", "run 10", "run 10 of 9", "run 10 of 11", "run 0.5", "²nd"]
    expected = ["run", "run 0.5", "run 2", "Run 5", "run 5 b", "run 10", "run 10 of 9", "run 10 of 11", "²nd"]
    model.show_runs([RunSummary(name, name=name) for name in wanted])
    assert [each.name for each in model.runs] == expected
    model.sort_by("name", True)
    assert [each.name for each in model.runs] == expected[::-1]


def test_a_name_is_typed_in_place(make_desk: MakeDesk, three_runs: list[str], qtbot: QtBot) -> None:
    panel = make_desk().panel
    click(panel, three_runs[0], "epochs")
    table = panel.list_page.table
    QTest.keyClick(table, Qt.Key.Key_F2)
    line = QApplication.focusWidget()
    assert isinstance(line, QLineEdit)
    QTest.keyClicks(line, "narrow")
    QTest.keyClick(line, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: panel.model.runs[2].name == "narrow")
    assert panel._store.run(three_runs[0]).name == "narrow"  # type: ignore[union-attr]


def test_a_star_is_set_by_a_click_and_by_the_space_bar(make_desk: MakeDesk, three_runs: list[str]) -> None:
    panel = make_desk().panel
    click(panel, three_runs[0], "star")
    assert panel._store.run(three_runs[0]).is_starred  # type: ignore[union-attr]
    click(panel, three_runs[1])
    QTest.keyClick(panel.list_page.table, Qt.Key.Key_Space)
    assert panel._store.run(three_runs[1]).is_starred  # type: ignore[union-attr]
    QTest.keyClick(panel.list_page.table, Qt.Key.Key_Space)
    assert not panel._store.run(three_runs[1]).is_starred  # type: ignore[union-attr]


def test_deleting_asks_nothing_and_can_be_undone(make_desk: MakeDesk, three_runs: list[str]) -> None:
    panel = make_desk().panel
    click(panel, three_runs[0])
    click(panel, three_runs[1], keys=CTRL)
    QTest.keyClick(panel.list_page.table, Qt.Key.Key_Delete)
    assert names(panel) == ["run 9"]
    assert panel.notice.text == "Deleted 2\u202fruns." or panel.notice.text == "Deleted 2 runs."
    (undo,) = [each for each in panel.notice.findChildren(QPushButton) if each.text() == "Undo"]
    QTest.mouseClick(undo, LEFT)
    assert names(panel) == ["run 9", "run 6", "run 3"]
    assert panel.notice.text == ""


def test_ctrl_z_brings_back_what_was_deleted_and_is_never_the_windows(
    make_desk: MakeDesk, three_runs: list[str]
) -> None:
    panel = make_desk().panel
    table = panel.list_page.table
    of_window: list[str] = []
    shortcut = QShortcut(QKeySequence("Ctrl+Z"), panel)
    shortcut.activated.connect(lambda: of_window.append("undo"))
    for run in (three_runs[1], three_runs[0]):
        click(panel, run)
        QTest.keyClick(table, Qt.Key.Key_Delete)
    assert names(panel) == ["run 9"]
    assert panel.chosen == [], "nothing else is deleted by another press"
    assert table.currentIndex().row() == 0, "the keyboard stays in the list"
    QTest.keyClick(table, Qt.Key.Key_Z, CTRL)
    assert names(panel) == ["run 9", "run 3"]
    assert [each.name for each in panel.chosen] == ["run 3"]
    assert panel.notice.text == ""
    assert panel.list_page.actions_by_key["undo"].isEnabled()
    panel.list_page.actions_by_key["undo"].trigger()
    assert names(panel) == ["run 9", "run 6", "run 3"]
    assert not panel.list_page.actions_by_key["undo"].isEnabled()
    QTest.keyClick(table, Qt.Key.Key_Z, CTRL)
    assert of_window == []
    assert panel.notice.text.startswith("Nothing to undo in this list.")


def test_every_column_can_be_sorted_by_without_a_pointer(make_desk: MakeDesk, three_runs: list[str]) -> None:
    panel = make_desk().panel
    menu = panel.list_page.sort_menu
    expected = {"Train loss": lambda run: run.figure("loss"), "Name": lambda run: run.name}
    for title, value in expected.items():
        for is_falling in (False, True):
            menu.aboutToShow.emit()
            assert len(menu.actions()) == len(panel.model.columns)
            (action,) = [each for each in menu.actions() if each.text().partition(" (")[0] == title]
            action.trigger()
            assert [run.id for run in panel.model.runs] == [
                run.id for run in sorted(panel.model.runs, key=value, reverse=is_falling)
            ]
    menu.aboutToShow.emit()
    assert [each.text() for each in menu.actions() if each.isChecked()] == ["Name (large to small)"]


def test_the_filter_takes_words_and_projects(make_desk: MakeDesk, three_runs: list[str]) -> None:
    panel = make_desk().panel
    QTest.keyClicks(panel.list_page.filter_field, "6 RUN")
    assert names(panel) == ["run 6"]
    assert panel.list_page.count == "1 of 3 runs"
    QTest.keyClicks(panel.list_page.filter_field, " nothing")
    assert "fits the filter" in panel.list_page.words.said
    other = make_desk(project(name="another")).panel
    assert names(other) == []
    other.list_page.scope.setFocus()
    QTest.keyClick(other.list_page.scope, Qt.Key.Key_Down)
    assert len(names(other)) == 3
    assert "project" in [column.key for column in other.model.columns]


def test_a_damaged_run_is_shown_and_can_only_be_deleted(
    make_desk: MakeDesk, three_runs: list[str], tmp_path: Path
) -> None:
    (tmp_path / "runs" / f"{three_runs[1]}.json").write_bytes(b"{")
    panel = make_desk().panel
    assert panel.list_page.count == "3 runs"
    click(panel, three_runs[1])
    assert panel.chosen == []
    offered = {key for key, action in panel.list_page.actions_by_key.items() if action.isEnabled()}
    assert offered == {"delete", "seeds", "grid", "csv"}
    ended = [column.key for column in panel.model.columns].index("ended")
    index = panel.model.index(panel.model.row_of(three_runs[1]), ended)
    assert index.data() == "damaged"
    assert "cannot be read" in index.data(Qt.ItemDataRole.ToolTipRole)


def test_the_comparison_tells_what_differs_and_marks_the_best(make_desk: MakeDesk, three_runs: list[str]) -> None:
    panel = make_desk().panel
    click(panel, three_runs[0])
    click(panel, three_runs[2], keys=CTRL)
    QTest.mouseClick(panel.list_page.buttons["compare"], LEFT)
    page = panel.compare_page
    assert page.isVisible()
    rows = {row.label: row for row in page.rows}
    assert rows["dense_1 units"].cells == ("9", "3")
    assert rows["Epochs"].cells == rows["Epochs made"].cells == ("3", "1")
    losses = [each.figure("validation_loss") for each in panel.chosen]
    best = losses.index(min(loss for loss in losses if loss is not None))
    assert rows["Validation loss, last epoch"].best == {best}
    texts = [page.table.item(page.rows.index(rows["Validation loss, last epoch"]), number).text() for number in (0, 1)]  # type: ignore[union-attr]
    assert [text.startswith("✓") for text in texts] == [best == 0, best == 1]
    page.apply_theme(LIGHT)
    QTest.keyClick(page.table, Qt.Key.Key_Escape)
    assert panel.list_page.isVisible()


def test_the_list_and_the_comparison_are_saved_unrounded(
    make_desk: MakeDesk, three_runs: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    panel = make_desk().panel
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_args: (str(tmp_path / "list"), ""))
    said: list[str] = []
    panel.message.connect(said.append)
    panel.do("csv")
    assert said == ["Saved list.csv"]
    with (tmp_path / "list.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [row["name"] for row in rows] == ["run 9", "run 6", "run 3"]
    run = panel.model.runs[0]
    assert float(rows[0]["last/validation_loss"]) == run.figure("validation_loss")
    assert float(rows[0]["best/loss"]) == run.figure("loss", is_best=True)
    assert rows[0]["graph.dense_1.units"] == "9"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_args: (str(tmp_path / "none" / "x.csv"), ""))
    panel.do("csv")
    assert "could not be written" in panel.notice.text


def test_best_is_the_smallest_loss_the_largest_accuracy_and_none_where_all_are_equal() -> None:
    figures = [
        {"loss": Figure(0.5, 0.4, 1), "accuracy": Figure(0.9, 0.9, 1)},
        {"loss": Figure(0.2, 0.2, 2), "accuracy": Figure(0.9, 0.95, 2)},
        {"loss": Figure(float("nan"), 0.2, 2)},
    ]
    runs = [RunSummary(str(number), figures=each, seconds=1.0) for number, each in enumerate(figures)]
    rows = {row.label: row for row in compared(runs)}
    assert rows["Train loss, last epoch"].best == {1}
    assert rows["Train loss, best epoch"].best == {1, 2}
    assert rows["Train loss, best epoch"].cells == ("0.4", "0.2", "0.2")
    assert rows["Train loss, best at epoch"].cells == ("1", "2", "2")
    assert rows["Train accuracy, last epoch"].best == frozenset()
    assert rows["Train accuracy, last epoch"].cells == ("90.00\u202f%", "90.00\u202f%", "–")
    assert rows["Time"].best == frozenset()


def test_what_is_not_exact_says_so() -> None:
    run = RunSummary("a", figures={"loss": Figure(0.5, 0.25, 1, is_exact=False)})
    column = next(each for each in columns_of([run], False) if each.key == "best loss")
    assert column.words(run) == "≈ 0.25"
    assert [time_of(seconds) for seconds in (0.123, 9.99, 12, 185, 3750)] == [
        "0.12 s",
        "9.99 s",
        "12 s",
        "3:05",
        "1:02:30",
    ]


def test_a_setting_that_was_changed_on_the_way_is_told_with_its_course() -> None:
    """And only what differs: 200 values of a slider that was dragged are not."""
    rate, units = "plan.optimizer.learning_rate", "graph.dense_1.units"
    plain = RunSummary("a", settings={rate: 0.1, units: 4})
    changed = RunSummary("b", settings={rate: 0.1, units: 4}, courses={rate: ((400, 0.01),)})
    dragged = RunSummary("c", settings={rate: 0.1, units: 4}, courses={rate: tuple((s, s / 8) for s in range(1, 201))})
    (row,) = [row for row in compared([plain, changed, dragged]) if row.heading == "Settings" and not row.is_equal]
    assert (row.label, row.tip) == ("Learning rate", rate)
    assert row.cells == (
        "0.1",
        "0.1, then 0.01 from step 401 on",
        "0.1, then 0.125 from step 2, 0.25 from step 3, …, 25 from step 201 on",
    )
    (column,) = [each for each in columns_of([plain, changed], False) if each.key.startswith("setting")]
    assert [column.words(run) for run in (plain, changed)] == ["0.1", "0.1 → 0.01"]
    assert not [row for row in compared([changed, changed]) if row.heading == "Settings" and not row.is_equal]


def test_epochs_that_were_not_completed_are_not_counted_as_such() -> None:
    """15 steps to an epoch: by hand."""
    for steps, epochs, length, words in (
        (180, 12, 15, "12"),
        (100, 7, 15, "6.6"),  # 6.67, never rounded up
        (104, 7, 15, "6.9"),
        (106, 8, 15, "7.0"),  # 7.07: the eighth has begun
        (7, 1, 15, "0.4"),
        (7, 1, 0, "1"),  # nobody knows how long it was
    ):
        run = RunSummary("a", steps=steps, epochs=epochs, steps_per_epoch=length)
        assert epochs_text(run) == words
        assert epochs_made(run) == (steps / length if "." in words else epochs)


def test_a_run_without_a_whole_epoch_says_so_in_its_tips(make_desk: MakeDesk, tmp_path: Path) -> None:
    made = project(epochs=3)
    trainer = RunPlan.of(made).trainer()
    course = History([node.id for node in trainer.network.trained_nodes])
    course.append(islice(trainer.steps(), trainer.steps_per_epoch - 1))
    store = RunStore(tmp_path / "runs")
    unfinished = store.note(Checkpoint(made, trainer.state(), course), "stopped")
    whole = store.note(trained(made), "finished")
    assert unfinished is not None
    assert whole is not None
    assert unfinished.figures["loss"].last == pytest.approx(course.column("loss")[1].mean(), rel=1e-12)
    model = make_desk().panel.model
    keys = [column.key for column in model.columns]

    def tip(run: str, key: str) -> str:
        return str(model.index(model.row_of(run), keys.index(key)).data(Qt.ItemDataRole.ToolTipRole))

    assert "not completed" in tip(unfinished.id, "last loss")
    assert "not completed" in tip(unfinished.id, "best loss")
    assert "not completed" not in tip(whole.id, "last loss")
    assert tip(whole.id, "best loss").endswith(f"Epoch {whole.figures['loss'].best_epoch}")
    assert model.headerData(keys.index("last loss"), Qt.Orientation.Horizontal, Qt.ItemDataRole.ToolTipRole)
    trainer = RunPlan.of(made).trainer()
    course = History([node.id for node in trainer.network.trained_nodes])
    course.append(islice(trainer.steps(), 2 * trainer.steps_per_epoch + 3))
    amid = store.note(Checkpoint(made, trainer.state(), course), "stopped")
    assert amid is not None
    length, losses = trainer.steps_per_epoch, course.column("loss")[1]
    means = [losses[:length].mean(), losses[length : 2 * length].mean()]
    assert (amid.figures["loss"].last, amid.figures["loss"].best) == pytest.approx((means[1], min(means)), rel=1e-9)
