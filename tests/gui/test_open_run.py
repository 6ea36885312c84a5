"""The run that is open is on the list from its first step on, and becomes the kept one in the same row."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit

from deepviz.document import edits
from deepviz.gui.plots.run_overlay import RunOverlay
from deepviz.gui.runs.desk import RunsDesk
from deepviz.training.grid import seeds
from deepviz.training.run_summary import RunSummary
from tests.e2e.window import PATIENCE, OpenWindow, Person, small_project
from tests.gui.window_hands import train_steps


@pytest.fixture
def person(open_window: OpenWindow) -> Person:
    """A project whose list of runs is open."""
    person = open_window(edits.rename(small_project(epochs=1_000_000, batch_size=20), "net"))
    person.bench.runs_dock.open()
    return person


def rows(person: Person) -> list[RunSummary]:
    return person.bench.runs.panel.model.runs


def wait_for(person: Person, is_so: Callable[[], bool]) -> None:
    person.qtbot.waitUntil(is_so, timeout=PATIENCE)


def wait_for_row(person: Person, steps: int, is_open: bool) -> RunSummary:
    """The only row, once it tells of a run of so many steps."""
    wait_for(person, lambda: [(each.steps, each.is_open) for each in rows(person)] == [(steps, is_open)])
    return rows(person)[0]


def written(person: Person) -> set[str]:
    """Names of the files of runs."""
    folder = person.bench.runs.store.folder
    return {each.name for each in folder.iterdir() if each.is_file()} if folder.exists() else set()


def row_words(person: Person) -> dict[str, str]:
    model = person.bench.runs.panel.model
    return {column.key: str(model.index(0, number).data()) for number, column in enumerate(model.columns)}


def key(person: Person, what: Qt.Key) -> None:
    QTest.keyClick(person.bench.runs.panel.list_page.table, what)


def choose_first(person: Person) -> None:
    table = person.bench.runs.panel.list_page.table
    table.setFocus()
    QTest.mouseClick(
        table.viewport(), Qt.MouseButton.LeftButton, pos=table.visualRect(table.model().index(0, 1)).center()
    )
    assert [each.id for each in person.bench.runs.panel.chosen] == [rows(person)[0].id]


def type_name(person: Person, name: str) -> None:
    """Press F2 in the list and type a name."""
    key(person, Qt.Key.Key_F2)
    field = person.bench.runs.panel.list_page.table.frozen.findChild(QLineEdit)
    assert isinstance(field, QLineEdit)
    field.selectAll()
    QTest.keyClicks(field, name)
    QTest.keyClick(field, Qt.Key.Key_Return)
    wait_for(person, lambda: rows(person)[0].name == name)


def test_it_is_there_from_its_first_step_on_with_the_figures_of_now(person: Person) -> None:
    train_steps(person, 1)
    wait_for_row(person, 1, True)
    train_steps(person, 6)
    run = wait_for_row(person, 7, True)
    assert (run.name, run.ended, run.project) == ("net 1", "paused", "net")
    history = person.bench.controller.history
    data = person.bench.editor.data
    assert data is not None
    per_epoch = -(-len(data.train) // 20)
    assert per_epoch > 7, "the first epoch is not over"
    losses = history.column("loss")[1]
    assert len(losses) == 7
    assert run.figures["loss"].last == pytest.approx(float(np.mean(losses)), rel=1e-12)
    assert run.seconds == history.seconds > 0
    words = row_words(person)
    assert words["name"] == "net 1 · paused"
    assert words["ended"] == "paused"
    assert words["epochs"] == f"0.{7 * 10 // per_epoch}", "not a whole epoch, which it has not made"
    assert written(person) == set(), "nothing is written while it goes on"


def test_it_becomes_the_kept_one_in_the_same_row(person: Person) -> None:
    data = person.bench.editor.data
    assert data is not None
    train_steps(person, 2 * -(-len(data.train) // 20) + 3)
    before = wait_for_row(person, person.bench.controller.step_count, True)
    choose_first(person)
    person.bench.controller.stop()
    after = wait_for_row(person, before.steps, False)
    assert replace(before, is_open=False, ended="stopped", over=after.over) == replace(after, seconds=before.seconds)
    assert after.seconds >= before.seconds
    assert [each.id for each in person.bench.runs.panel.chosen] == [after.id], "it stays chosen"
    assert row_words(person)["name"] == "net 1"
    assert person.bench.runs.panel.list_page.actions_by_key["delete"].isEnabled()


def test_it_says_running_while_steps_are_made(person: Person) -> None:
    person.bench.controller.run()
    wait_for(person, lambda: [each.ended for each in rows(person)] == ["running"])
    assert row_words(person)["name"] == "net 1 · running"
    first = rows(person)[0].steps
    wait_for(person, lambda: rows(person)[0].steps > first)
    person.bench.controller.stop()
    wait_for(person, lambda: [each.ended for each in rows(person)] == ["stopped"])
    assert len(rows(person)) == 1


def test_a_kept_run_that_goes_on_is_one_row(person: Person) -> None:
    train_steps(person, 3)
    person.bench.controller.stop()
    kept = wait_for_row(person, 3, False)
    choose_first(person)
    type_name(person, "mine")
    train_steps(person, 2)
    run = wait_for_row(person, 5, True)
    assert (run.id, run.name, run.created) == (kept.id, "mine", kept.created)
    person.bench.controller.stop()
    assert wait_for_row(person, 5, False).name == "mine"


def test_reset_and_another_run_are_two_rows_with_two_names(person: Person) -> None:
    train_steps(person, 3)
    wait_for_row(person, 3, True)
    person.bench.controller.reset()
    train_steps(person, 2)
    wait_for(person, lambda: [(each.steps, each.is_open) for each in rows(person)] == [(2, True), (3, False)])
    assert [each.name for each in rows(person)] == ["net 2", "net 1"]
    person.bench.controller.stop()
    wait_for(person, lambda: [(each.steps, each.is_open) for each in rows(person)] == [(2, False), (3, False)])
    assert [each.name for each in rows(person)] == ["net 2", "net 1"]


def test_name_and_star_are_kept_with_it(person: Person) -> None:
    train_steps(person, 2)
    wait_for_row(person, 2, True)
    choose_first(person)
    type_name(person, "the good one")
    key(person, Qt.Key.Key_Space)
    wait_for(person, lambda: rows(person)[0].is_starred)
    assert written(person) == set()
    train_steps(person, 2)
    run = wait_for_row(person, 4, True)
    assert (run.name, run.is_starred) == ("the good one", True)
    person.bench.controller.stop()
    kept = wait_for_row(person, 4, False)
    assert (kept.name, kept.is_starred) == ("the good one", True)
    assert person.bench.runs.store.run(kept.id) == kept


def test_what_is_typed_while_it_is_written_counts_too(person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    """The disk is so slow that somebody renames the run, which is written with the name of before."""
    train_steps(person, 2)
    wait_for_row(person, 2, True)
    choose_first(person)
    desk = person.bench.runs
    note = desk.store.note

    def rename_meanwhile(*given: object, **more: object) -> RunSummary | None:
        found = note(*given, **more)  # type: ignore[arg-type]  # passed on as it came
        assert desk.panel.deeds.open_run is not None
        desk.panel.deeds.open_run.rename(person.bench.controller.history.run, "late")
        return found

    monkeypatch.setattr(desk.store, "note", rename_meanwhile)
    person.bench.controller.stop()
    assert wait_for_row(person, 2, False).name == "late"


def test_what_cannot_be_done_with_it_yet_says_why(person: Person) -> None:
    train_steps(person, 2)
    wait_for_row(person, 2, True)
    choose_first(person)
    page = person.bench.runs.panel.list_page
    for name in ("open", "again", "run_seeds", "run_grid", "delete"):
        assert not page.actions_by_key[name].isEnabled()
        assert "open" in page.actions_by_key[name].toolTip()
    for name in ("overlay", "rename", "star", "csv"):
        assert page.actions_by_key[name].isEnabled()
    assert page.buttons["open"].toolTip() == "This run is open."
    key(person, Qt.Key.Key_Delete)
    assert "can be deleted when it has ended or was stopped" in person.bench.runs.panel.notice.text
    assert len(rows(person)) == 1
    person.bench.controller.stop()
    wait_for_row(person, 2, False)
    assert page.buttons["open"].toolTip() == "Open the project of this run with its weights"
    key(person, Qt.Key.Key_Delete)
    wait_for(person, lambda: rows(person) == [])


def overlay(person: Person) -> RunOverlay:
    view = person.bench.views.docks["run_overlay"].widget()
    assert isinstance(view, RunOverlay)
    return view


def test_its_curves_go_on_in_the_overlay(person: Person) -> None:
    train_steps(person, 3)
    person.bench.controller.stop()
    person.bench.controller.reset()
    train_steps(person, 2)
    wait_for(person, lambda: [(each.steps, each.is_open) for each in rows(person)] == [(2, True), (3, False)])
    table = person.bench.runs.panel.list_page.table
    table.setFocus()
    table.selectAll()
    key(person, Qt.Key.Key_Return)
    view = overlay(person)
    wait_for(person, lambda: [len(each.history) for each in view.runs] == [2, 3])
    view.area.setFocus()
    view._nudge(0)
    assert view.area.pointer is not None
    train_steps(person, 4)
    wait_for(person, lambda: [each.summary.steps for each in view.runs] == [6, 3])
    assert view.area.pointer is not None, "what is pointed at is still told"
    wait_for(
        person,
        lambda: sorted({tuple(course.steps.tolist()) for course in view._courses}, key=len)[-1] == (1, 2, 3, 4, 5, 6),
    )
    drawn = next(course for course in view._courses if len(course.steps) == 6)
    np.testing.assert_array_equal(drawn.values, person.bench.controller.history.column("loss")[1])
    person.bench.controller.stop()
    wait_for(
        person, lambda: [(each.summary.steps, each.summary.is_open) for each in view.runs] == [(6, False), (3, False)]
    )


def test_a_comparison_goes_on_with_it(person: Person) -> None:
    train_steps(person, 3)
    person.bench.controller.stop()
    person.bench.controller.reset()
    train_steps(person, 2)
    wait_for(person, lambda: [(each.steps, each.is_open) for each in rows(person)] == [(2, True), (3, False)])
    panel = person.bench.runs.panel
    panel.list_page.table.setFocus()
    panel.list_page.table.selectAll()
    QTest.keyClick(panel.list_page.table, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    page = panel.compare_page

    def cells(label: str) -> tuple[str, ...]:
        return next(row.cells for row in page.rows if row.label == label)

    assert cells("Ended") == ("paused", "stopped")
    train_steps(person, 4)
    wait_for(person, lambda: cells("Steps made") == ("6", "3"))
    person.bench.controller.stop()
    wait_for(person, lambda: cells("Ended") == ("stopped", "stopped"))


def test_nothing_is_made_of_it_while_nobody_looks(person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    train_steps(person, 2)
    wait_for_row(person, 2, True)
    person.bench.runs_dock.close()
    desk, asked = person.bench.runs, list[int]()
    take = RunsDesk._take_news

    def counting() -> None:
        asked.append(1)
        take(desk)

    desk._news.timeout.disconnect()
    desk._news.timeout.connect(counting)
    desk._news.stop()
    train_steps(person, 5)
    assert not desk._news.isActive()
    assert asked == []
    assert [each.steps for each in rows(person)] == [2]
    person.bench.runs_dock.open()
    wait_for_row(person, 7, True)


def test_runs_of_the_queue_stand_on_the_list_once(person: Person) -> None:
    train_steps(person, 2)
    wait_for_row(person, 2, True)
    desk = person.bench.runs
    small = edits.set_plan(person.project, replace(person.project.plan, run=person.project.plan.run.changed(epochs=1)))
    desk.panel.queue_runs(seeds(small, 2, first=1))
    wait_for(person, lambda: not desk.queue.is_busy)
    wait_for(person, lambda: len(rows(person)) == 3)
    assert len({each.id for each in rows(person)}) == 3
    assert [each.is_open for each in rows(person)].count(True) == 1
    assert next(each for each in rows(person) if each.is_open).name == "net 1"


def test_typing_a_name_is_not_disturbed_by_what_goes_on(person: Person) -> None:
    train_steps(person, 2)
    wait_for_row(person, 2, True)
    choose_first(person)
    key(person, Qt.Key.Key_F2)
    field = person.bench.runs.panel.list_page.table.frozen.findChild(QLineEdit)
    assert isinstance(field, QLineEdit)
    field.selectAll()
    QTest.keyClicks(field, "half a na")
    train_steps(person, 3)
    wait_for_row(person, 5, True)
    assert field.text() == "half a na"
    assert QApplication.focusWidget() is field
    QTest.keyClicks(field, "me")
    QTest.keyClick(field, Qt.Key.Key_Return)
    wait_for(person, lambda: rows(person)[0].name == "half a name")


def test_while_it_is_written_it_says_so(person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    """A large network takes a while to be written; its row went on to say that it was running."""
    may_go_on, store = threading.Event(), person.bench.runs.store
    note = store.note

    def slowly(*given: object, **more: object) -> RunSummary | None:
        may_go_on.wait(PATIENCE / 1000)
        return note(*given, **more)  # type: ignore[arg-type]  # passed on as it came

    monkeypatch.setattr(store, "note", slowly)
    person.bench.controller.run()
    wait_for(person, lambda: [each.ended for each in rows(person)] == ["running"])
    person.bench.controller.stop()
    wait_for(person, lambda: [each.ended for each in rows(person)] == ["being kept"])
    assert row_words(person)["name"] == "net 1 · being kept"
    may_go_on.set()
    wait_for(person, lambda: [each.ended for each in rows(person)] == ["stopped"])
