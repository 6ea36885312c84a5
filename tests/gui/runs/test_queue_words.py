"""The queue says one count everywhere, shows of names what differs, and leaves the view of the seeds as it is."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from deepviz.gui.plots.legend import Entry as LegendEntry
from deepviz.gui.plots.run_legend import RunLegend, tight_names
from deepviz.gui.plots.seed_band import SeedBand
from deepviz.gui.theme import DARK
from deepviz.training.grid import seeds
from deepviz.training.queue_entry import QueuedRun
from deepviz.training.run_store import RunOrigin
from tests.gui.runs.conftest import MakeDesk
from tests.gui.runs.test_panel import click
from tests.training.run_made import project, trained

LEFT = Qt.MouseButton.LeftButton
GRID = [f"spirals, learning rate {rate}, batch size {size}" for rate in ("0.001", "0.014") for size in (16, 64)]


def renamed(runs: list[QueuedRun], names: list[str]) -> list[QueuedRun]:
    return [replace(run, origin=RunOrigin(name)) for run, name in zip(runs, names, strict=True)]


def test_what_differs_is_what_stays_of_names() -> None:
    assert tight_names(GRID) == ["0.001, 16", "0.001, 64", "0.014, 16", "0.014, 64"]
    assert tight_names(["a, seed 1, x", "a, seed 12, x"]) == ["1", "12"]
    assert tight_names(["spirals 1", "spirals 2, b"]) == ["spirals 1", "spirals 2, b"], "not made alike"
    assert tight_names(["one", "one"]) == ["one", "one"]
    assert tight_names(["alone"]) == ["alone"]


def test_a_legend_shows_what_differs(qtbot: QtBot) -> None:
    legend = RunLegend()
    qtbot.addWidget(legend)
    legend.show_entries([LegendEntry(name, "0.1234", "#ffffff") for name in GRID], DARK)
    for width in (260, 420, 900):
        words = [each for each in legend.words(width) if not each.startswith("+")]
        assert not any("…" in each for each in words), words
        assert len(set(words)) == len(words)


def test_the_queue_counts_once_and_can_be_cancelled_by_its_menu(make_desk: MakeDesk, qtbot: QtBot) -> None:
    desk = make_desk(project(epochs=2000))
    page = desk.panel.queue_page
    desk.queue.pause()
    desk.panel.queue_runs(renamed(seeds(desk.project, 4, 0), GRID))
    assert page.counts == (0, 4)
    assert page.summary().startswith("0 of 4 runs done")
    names = [page.table.item(row, 0).text() for row in range(4)]
    assert all("learning rate" in name or name == tight for name, tight in zip(names, tight_names(GRID), strict=True))
    desk.panel.resize(520, 380)
    QApplication.processEvents()
    assert [page.table.item(row, 0).text() for row in range(4)] == tight_names(GRID)
    page.table.selectRow(2)
    place = page.table.visualRect(page.table.model().index(2, 1)).center()
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, place, page.table.viewport().mapToGlobal(place))
    QApplication.sendEvent(page.table.viewport(), event)
    menu = next(each for each in page.findChildren(QMenu) if each.isVisible())
    texts = [action.text() for action in menu.actions()]
    assert texts[0].startswith("Cancel chosen")
    QTest.mouseClick(menu, LEFT, pos=menu.actionGeometry(menu.actions()[0]).center())
    assert desk.queue.entries[2].state == "cancelled"
    assert page.counts == (0, 3)
    assert page.summary().startswith("0 of 3 runs done, 1 cancelled")
    QTest.mouseClick(page.cancel_all_button, LEFT, pos=QPoint(5, 5))
    assert page.summary() == "4 cancelled"
    assert not desk.queue.is_busy
    desk.queue.resume()


@pytest.mark.parametrize("by_hand", [False, True])
def test_the_seeds_stay_when_a_grid_is_over(make_desk: MakeDesk, qtbot: QtBot, by_hand: bool) -> None:
    desk = make_desk()
    band = SeedBand()
    qtbot.addWidget(band)
    band.resize(700, 300)
    band.show()
    desk.attach(lambda: (band,))
    ids = []
    for units, seed in ((4, 0), (4, 1), (6, 0), (9, 0)):
        made = project(units=units, epochs=1, seed=seed)
        run = desk.store.note(trained(made), "finished", origin=RunOrigin(f"{units}, {seed}"))
        assert run is not None
        ids.append(run.id)
    desk.panel.refresh()
    desk.panel.list_page.table.choose(ids[:2])
    assert {each.summary.id for each in band.runs} == set(ids[:2])
    if by_hand:
        click(desk.panel, ids[2])
        assert {each.summary.id for each in band.runs} == {ids[2]}, "it says what is missing"
    else:
        desk.panel.last_queued = ids[2:]
        desk.panel.queue_page.all_over.emit()
        assert {each.id for each in desk.panel.chosen} == set(ids[2:])
        assert {each.summary.id for each in band.runs} == set(ids[:2])
    band.hide()
