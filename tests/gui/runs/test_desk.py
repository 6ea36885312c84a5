"""The desk: runs are noted in a thread, another window's are seen, views show what is chosen, the queue goes on."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from deepviz.document import edits
from deepviz.gui.plots.run_overlay import RunOverlay
from deepviz.gui.plots.seed_band import SeedBand
from deepviz.gui.runs.desk import runs_home
from deepviz.training.grid import seeds
from tests.gui.runs.conftest import MakeDesk
from tests.gui.runs.test_panel import LEFT, click, names
from tests.training.run_made import Record, project, trained

LONG = 1_000_000
PATIENCE = 60_000


def test_a_run_that_ended_is_on_the_list_soon(make_desk: MakeDesk, qtbot: QtBot) -> None:
    desk = make_desk()
    checkpoint = trained(project())
    with qtbot.waitSignal(desk.recorder.noted, timeout=PATIENCE):
        run = desk.note(checkpoint, "stopped")
    assert names(desk.panel) == ["small 1"]
    with qtbot.waitSignal(desk.recorder.noted, timeout=PATIENCE):
        assert desk.note(checkpoint, "finished", run) == run
    assert names(desk.panel) == ["small 1"]
    assert desk.panel.model.runs[0].ended == "finished"
    assert desk.note(None, "reset")


def test_what_comes_after_is_not_noted(make_desk: MakeDesk, qtbot: QtBot) -> None:
    """The history may grow while a thread is still writing."""
    desk = make_desk()
    checkpoint = trained(project())
    count = len(checkpoint.history)
    with qtbot.waitSignal(desk.recorder.noted, timeout=PATIENCE):
        run = desk.note(checkpoint, "stopped")
        checkpoint.history.append([Record(count + 1, 9, {"loss": 5.0})])
    assert len(desk.store.history(run)) == count


def test_closing_waits_for_what_is_being_written(make_desk: MakeDesk) -> None:
    desk = make_desk()
    desk.note(trained(project()), "closed")
    assert desk.shut_down()
    assert [each.ended for each in desk.store.runs()] == ["closed"]
    assert not any(thread.name == "deepviz-runs" for thread in threading.enumerate())


def test_a_disk_that_cannot_be_written_is_told(
    make_desk: MakeDesk, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = make_desk()

    def full(*_args: object, **_more: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(desk.store, "note", full)
    with qtbot.waitSignal(desk.recorder.failed, timeout=PATIENCE):
        desk.note(trained(project()), "finished")
    assert "No space left on device" in desk.panel.notice.text


def test_two_windows_show_the_same(make_desk: MakeDesk, three_runs: list[str], qtbot: QtBot) -> None:
    one, other = make_desk(), make_desk()
    click(one.panel, three_runs[0])
    QTest.keyClick(one.panel.list_page.table, Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: names(other.panel) == ["run 9", "run 6"], timeout=PATIENCE)


def test_a_hidden_list_is_read_only_when_it_is_shown(
    make_desk: MakeDesk, three_runs: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = make_desk()
    desk.panel.hide()
    with monkeypatch.context() as patch:
        patch.setattr(desk.store, "runs", lambda: pytest.fail("the list was read"))
        desk.panel.refresh()
    desk.panel.show()
    assert len(desk.panel.model.runs) == 3


def test_views_show_the_chosen_runs_while_they_can_be_seen(
    make_desk: MakeDesk, three_runs: list[str], qtbot: QtBot
) -> None:
    desk = make_desk()
    overlay, band = RunOverlay(), SeedBand()
    for view in (overlay, band):
        qtbot.addWidget(view)
    desk.attach(lambda: (overlay, band, object()))
    wanted: list[str] = []
    desk.view_wanted.connect(wanted.append)
    desk.view_wanted.connect(lambda _key: overlay.show())
    click(desk.panel, three_runs[0])
    assert overlay.runs == ()
    QTest.keyClick(desk.panel.list_page.table, Qt.Key.Key_Return)
    assert wanted == ["run_overlay"]
    assert [each.summary.id for each in overlay.runs] == [three_runs[0]]
    click(desk.panel, three_runs[2], keys=Qt.KeyboardModifier.ControlModifier)
    assert [each.summary.id for each in overlay.runs] == [three_runs[2], three_runs[0]]
    assert band.runs == ()
    overlay.area.set_range((1.0, 5.0), (0.0, 1.0))
    overlay.area.view_changed.emit()
    QTest.keyClick(desk.panel.list_page.table, Qt.Key.Key_F2)
    (line,) = desk.panel.list_page.table.findChildren(QLineEdit)
    QTest.keyClicks(line, "wide")
    QTest.keyClick(line, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: "wide" in [each.name for each in overlay.legend.entries])
    assert "wide, train" in overlay.hover_text(2.0), "the cross-hair tells the present name"
    assert overlay.area.x_range == (1.0, 5.0), "a new name is no reason to leave the part that is shown"
    overlay.hide()


def test_opening_and_training_again_hand_over_project_weights_and_history(
    make_desk: MakeDesk, three_runs: list[str]
) -> None:
    desk = make_desk()
    given: list[tuple[str, object, object]] = []
    desk.open_wanted.connect(lambda loaded, run: given.append(("open", loaded, run)))
    desk.again_wanted.connect(lambda loaded, run: given.append(("again", loaded, run)))
    click(desk.panel, three_runs[1])
    QTest.mouseClick(desk.panel.list_page.buttons["open"], LEFT)
    desk.panel.list_page.actions_by_key["again"].trigger()
    assert [each[0] for each in given] == ["open", "again"]
    loaded = given[0][1]
    assert loaded.project == project(units=6, epochs=2)  # type: ignore[attr-defined]
    assert loaded.trained is not None  # type: ignore[attr-defined]
    desk.store.file(three_runs[1]).write_bytes(b"")
    desk.panel.list_page.actions_by_key["open"].trigger()
    assert len(given) == 2
    assert "cannot be opened" in desk.panel.notice.text


def test_seeds_are_queued_trained_listed_and_shown_as_a_band(make_desk: MakeDesk, qtbot: QtBot) -> None:
    desk = make_desk()
    band = SeedBand()
    qtbot.addWidget(band)
    band.resize(700, 300)
    band.show()
    desk.attach(lambda: (band,))
    wanted: list[str] = []
    desk.view_wanted.connect(wanted.append)
    page, form = desk.panel.list_page, desk.panel.seeds_form
    QTest.mouseClick(page.buttons["seeds"], LEFT)
    assert form.isVisible()
    QTest.keyClicks(form.count, "x")
    assert not form.queue_button.isEnabled()
    assert "whole number" in form.outlook.said
    form.count.selectAll()
    QTest.keyClicks(form.count, "2")
    assert form.outlook.said.startswith("2")
    QTest.keyClick(form.count, Qt.Key.Key_Return)
    assert desk.panel.queue_page.isVisible()
    assert desk.panel.queue_page.table.hasFocus()
    with qtbot.waitSignal(desk.panel.queue_page.all_over, timeout=PATIENCE):
        pass
    assert desk.panel.focusWidget() is desk.panel.list_page.table, "the keyboard stays where people look"
    assert names(desk.panel) in (["small, seed 1", "small, seed 0"], ["small, seed 0", "small, seed 1"])
    assert len(desk.panel.chosen) == 2
    assert wanted == ["seed_band"], "they were made to see their spread"
    assert [each.summary.name for each in band.runs] == names(desk.panel)
    values = [each.summary.figure("validation_loss") for each in band.runs]
    result = next(each for each in band.results if each.name == "validation_loss")
    assert result.low == min(value for value in values if value is not None)
    # One run of the series stands for all of it.
    click(desk.panel, desk.panel.model.runs[0].id)
    assert len(band.runs) == 2
    # How long further ones will take is known by what was tried when the form was opened.
    planned = seeds(desk.project, 4, 0)
    qtbot.waitUntil(lambda: not desk.trial.is_busy, timeout=PATIENCE)
    (pace,) = desk.trial._paces.values()
    steps = desk.store.runs()[0].steps_per_epoch * 2 * 4
    to_begin = sum(entry.overhead for entry in desk.queue.entries) / 2  # as it was with the two that are done
    assert to_begin > 0
    assert desk.outlook(planned).seconds == pytest.approx(pace * steps + 4 * to_begin)
    # Where nothing can be tried, by the newest run.
    desk.trial._paces.clear()
    newest = desk.store.runs()[0]
    expected = newest.seconds / newest.steps * steps + 4 * to_begin
    assert desk.outlook(planned).seconds == pytest.approx(expected)
    band.hide()


def test_the_queue_is_cancelled_and_what_a_window_left_is_offered(make_desk: MakeDesk, qtbot: QtBot) -> None:
    desk = make_desk(project(epochs=LONG))
    desk.panel.queue_runs(seeds(desk.project, 2, 0))
    queue = desk.queue
    qtbot.waitUntil(lambda: queue.entries[0].step > 0, timeout=PATIENCE)
    assert "0 of 2 runs done" in desk.panel.queue_page.summary().replace("\u202f", " ")
    desk.panel.show_list()
    assert desk.panel.strip.isVisible()
    desk.shut_down()
    other = make_desk(project(epochs=LONG))
    assert "were not done when DeepViz closed" in other.panel.notice.text
    assert other.queue.is_paused
    assert not other.queue.is_working
    (drop,) = [each for each in other.panel.notice.findChildren(QPushButton) if each.text() == "Drop"]
    QTest.mouseClick(drop, LEFT)
    assert other.queue.entries == ()
    other.panel.queue_runs(seeds(other.project, 2, 0))
    other.queue.resume()
    qtbot.waitUntil(lambda: other.queue.entries[0].step > 0, timeout=PATIENCE)
    other.panel.queue_page.table.selectRow(1)
    QTest.mouseClick(other.panel.queue_page.cancel_button, LEFT)
    assert other.queue.entries[1].state == "cancelled"
    QTest.mouseClick(other.panel.queue_page.cancel_all_button, LEFT)
    qtbot.waitUntil(lambda: not other.queue.is_busy, timeout=PATIENCE)
    qtbot.waitUntil(lambda: len(other.store.runs()) == 1, timeout=PATIENCE)


def test_the_runs_lie_beside_the_sessions(own_settings: Path) -> None:
    assert runs_home() == own_settings / "state" / "deepviz"


def test_a_renamed_project_has_other_runs(make_desk: MakeDesk, three_runs: list[str]) -> None:
    desk = make_desk()
    assert len(names(desk.panel)) == 3
    desk._editor.apply("Rename", lambda present: edits.rename(present, "new name"))
    assert names(desk.panel) == []
