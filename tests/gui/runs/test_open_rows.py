"""The row of a run that goes on is told and moved alone: what is chosen and all other rows stay as they are."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QModelIndex
from PySide6.QtWidgets import QTableView
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from deepviz.gui.runs.model import RunsModel
from deepviz.gui.runs.table import RunsTable
from deepviz.gui.theme import DARK
from deepviz.training.run_figures import Figure
from deepviz.training.run_summary import RunSummary


def run(name: str, loss: float, created: float, steps: int = 10) -> RunSummary:
    figures = {"loss": Figure(loss, loss, 1)}
    return RunSummary(name, name=name, project="net", created=created, steps=steps, figures=figures)


KEPT = [run("d", 0.4, 4.0), run("c", 0.3, 3.0), run("b", 0.2, 2.0), run("a", 0.1, 1.0)]
OPEN = replace(run("now", 0.9, 5.0), ended="running", is_open=True)


class Told:
    """What a model says of itself."""

    def __init__(self, model: RunsModel) -> None:
        self.resets = self.moves = 0
        self.columns: set[int] = set()
        model.modelReset.connect(self._reset)
        model.rowsMoved.connect(self._move)
        model.dataChanged.connect(self._change)

    def _reset(self) -> None:
        self.resets += 1

    def _move(self) -> None:
        self.moves += 1

    def _change(self, first: QModelIndex, last: QModelIndex) -> None:
        assert first.row() == last.row()
        self.columns |= set(range(first.column(), last.column() + 1))


@pytest.fixture
def model(qtmodeltester: ModelTester) -> RunsModel:
    """Four runs that are kept and one that goes on, sorted by loss from small to large."""
    made = RunsModel()
    made.show_runs(KEPT, [OPEN])
    made.sort_by("last loss", False)
    qtmodeltester.check(made)
    return made


def at(loss: float) -> RunSummary:
    return replace(OPEN, steps=OPEN.steps + 1, figures={"loss": Figure(loss, loss, 1)})


def names(model: RunsModel) -> list[str]:
    return [each.name for each in model.runs]


def test_it_stands_where_its_figures_belong(model: RunsModel) -> None:
    told = Told(model)
    assert names(model) == ["a", "b", "c", "d", "now"]
    for loss, expected in (
        (0.35, ["a", "b", "c", "now", "d"]),
        (0.05, ["now", "a", "b", "c", "d"]),
        (0.06, ["now", "a", "b", "c", "d"]),
        (0.15, ["a", "now", "b", "c", "d"]),
        (float("nan"), ["a", "b", "c", "d", "now"]),
        (0.25, ["a", "b", "now", "c", "d"]),
    ):
        model.follow(at(loss))
        assert names(model) == expected
        known = [each for each in [*KEPT, at(loss)] if each.figures["loss"].last == each.figures["loss"].last]
        in_order = [each.name for each in sorted(known, key=lambda each: each.figures["loss"].last)]
        assert names(model)[: len(in_order)] == in_order
    assert (told.resets, told.moves) == (0, 5)


def test_it_stands_there_from_large_to_small_too(model: RunsModel) -> None:
    model.sort_by("last loss", True)
    for loss, expected in ((0.35, ["d", "now", "c", "b", "a"]), (0.01, ["d", "c", "b", "a", "now"])):
        model.follow(at(loss))
        assert names(model) == expected


def test_all_but_its_name_is_told(model: RunsModel) -> None:
    told = Told(model)
    model.follow(at(0.8))
    assert told.columns == set(range(len(model.columns))) - {1}
    assert model.runs[-1].figures["loss"].last == 0.8


def test_what_columns_and_filters_go_by_makes_them_anew(model: RunsModel) -> None:
    model.filter(None, "paused")
    assert names(model) == []
    model.follow(replace(at(0.8), ended="paused"))
    assert names(model) == ["now"]
    model.filter(None, "")
    model.follow(replace(at(0.7), figures={"loss": Figure(0.7, 0.7, 1), "validation_loss": Figure(0.5, 0.5, 1)}))
    assert "last validation_loss" in [column.key for column in model.columns]


def test_one_that_is_filtered_out_changes_nothing_that_is_shown(model: RunsModel) -> None:
    model.filter(None, "c")
    assert names(model) == ["c"]
    told = Told(model)
    model.follow(at(0.01))
    assert (names(model), told.resets, told.moves, told.columns) == (["c"], 0, 0, set())
    model.filter(None, "")
    assert names(model)[0] == "now"


def test_it_stands_in_the_place_of_what_is_kept_of_it(model: RunsModel) -> None:
    further = replace(run("c", 0.02, 3.0, steps=99), ended="paused", is_open=True)
    model.show_runs(KEPT, [further])
    assert names(model) == ["c", "a", "b", "d"]
    assert model.runs[0].steps == 99
    model.sort_by("created", True)
    assert names(model) == ["d", "c", "b", "a"]
    model.show_runs(KEPT)
    assert [each.is_open for each in model.runs] == [False] * 4


def test_what_is_chosen_stays_chosen_where_it_goes(qtbot: QtBot, model: RunsModel) -> None:
    table = RunsTable(model, DARK)
    qtbot.addWidget(table)
    table.choose(["now", "b"])
    model.follow(at(0.05))
    assert [each.name for each in table.chosen] == ["now", "b"]
    assert table.chosen[0].figures["loss"].last == 0.05


def test_a_number_that_gets_longer_has_room(qtbot: QtBot, model: RunsModel) -> None:
    table = RunsTable(model, DARK)
    qtbot.addWidget(table)
    table.resize(900, 300)
    table.show()
    column = next(number for number, each in enumerate(model.columns) if each.key == "epochs")
    before = table.columnWidth(column)
    model.follow(replace(at(0.8), epochs=123_456_789_012))
    row = model.row_of("now")
    needed = QTableView.sizeHintForIndex(table, model.index(row, column)).width()
    assert table.columnWidth(column) >= needed > before


def test_of_ten_thousand_rows_only_some_are_asked(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    model = RunsModel()
    model.show_runs([run(f"run {number}", number / 10_000, 10_000.0 - number) for number in range(10_000)], [OPEN])
    model.sort_by("last loss", False)
    told, asked = Told(model), 0
    compare = RunsModel._precedes

    def counting(*given: object) -> bool:
        nonlocal asked
        asked += 1
        return compare(*given)  # type: ignore[arg-type]  # passed on as it came

    monkeypatch.setattr(RunsModel, "_precedes", counting)
    model.follow(at(0.50005))
    assert model.row_of("now") == 5001
    assert model.rowCount() == 10_001
    assert (told.resets, told.moves) == (0, 1)
    assert asked <= 2 + 14, "two neighbours, and as many as halve ten thousand"
