"""Costs follow the edits: counts at once, stored bytes when it has been calm, known networks without waiting."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from functools import partial

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from deepviz.document import costs, edits
from deepviz.document.project import Project
from deepviz.gui import cost_watch
from deepviz.gui.cost_watch import CostWatch
from deepviz.gui.editor import Editor
from tests.document.chains import chain


@pytest.fixture
def editor(qapp: QApplication) -> Editor:
    small = ("Dense", {"units": 8})
    return Editor(chain(("Input", {}), small, ("ReLU", {}), ("Dense", {"units": 2}), ("SoftmaxCrossEntropy", {})))


@pytest.fixture
def watch(editor: Editor) -> Iterator[CostWatch]:
    made = CostWatch(editor)
    yield made
    made.shut_down()


def settled(watch: CostWatch, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: watch.is_settled)


def set_units(project: Project, units: int) -> Project:
    return edits.set_layer(project, "dense_1", edits.new_layer("Dense").changed(units=units))


def test_counts_are_there_at_once_and_stored_bytes_a_moment_later(
    watch: CostWatch, editor: Editor, qtbot: QtBot
) -> None:
    assert watch.costs.of("macs")["dense_1"] == 16
    assert watch.costs.of("stored") == {}
    assert not watch.is_settled
    settled(watch, qtbot)
    assert watch.costs == costs.costs(editor.project, editor.facts)
    assert watch.costs.of("stored")["relu_1"] > 0


def test_an_edit_changes_counts_at_once(watch: CostWatch, editor: Editor, qtbot: QtBot) -> None:
    settled(watch, qtbot)
    seen: list[int] = []
    watch.changed.connect(lambda: seen.append(watch.costs.of("macs")["dense_1"]))
    editor.apply("Change units", partial(set_units, units=100))
    assert seen[0] == 200
    settled(watch, qtbot)
    assert watch.costs == costs.costs(editor.project, editor.facts)


def test_moving_a_card_and_undo_need_not_be_found_out_again(watch: CostWatch, editor: Editor, qtbot: QtBot) -> None:
    settled(watch, qtbot)
    before = watch.costs
    editor.apply("Move", partial(edits.move, positions={"dense_1": (3.0, 4.0)}))
    assert watch.is_settled
    editor.apply("Change units", partial(set_units, units=100))
    settled(watch, qtbot)
    editor.undo_stack.undo()
    assert watch.is_settled
    assert watch.costs == before


def test_while_someone_types_it_waits(watch: CostWatch, editor: Editor, qtbot: QtBot, monkeypatch: object) -> None:
    settled(watch, qtbot)
    made: list[object] = []

    class Counted(cost_watch._Job):
        def start(self) -> None:
            made.append(self)
            super().start()

    assert isinstance(monkeypatch, pytest.MonkeyPatch)
    monkeypatch.setattr(cost_watch, "_Job", Counted)
    for units in range(20, 30):
        editor.apply("Change units", partial(set_units, units=units))
    settled(watch, qtbot)
    assert len(made) == 1
    assert watch.costs == costs.costs(editor.project, editor.facts)


def test_what_takes_long_is_waited_for_beside_the_window(
    editor: Editor, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on, really = threading.Event(), costs.stored

    def slow(*arguments: object) -> dict[str, int]:
        assert go_on.wait(60)
        return really(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(cost_watch, "stored", slow)
    watch = CostWatch(editor)
    qtbot.waitUntil(lambda: watch._job is not None)
    editor.apply("Change units", partial(set_units, units=100))  # while the first is being found out
    assert watch.costs.of("macs")["dense_1"] == 200
    go_on.set()
    settled(watch, qtbot)
    assert watch.costs == costs.costs(editor.project, editor.facts)
    watch.shut_down()


def test_of_an_unfinished_network_nothing_is_stored(watch: CostWatch, editor: Editor, qtbot: QtBot) -> None:
    settled(watch, qtbot)
    editor.apply("Add", partial(edits.add_node, layer=edits.new_layer("Tanh"), position=(0.0, 300.0)))
    assert watch.is_settled
    assert watch.costs.of("stored") == {}
    assert watch.costs.of("macs")["dense_1"] == 16


def test_collecting_garbage_goes_on_afterwards(watch: CostWatch, qtbot: QtBot) -> None:
    settled(watch, qtbot)
    assert gc.isenabled()
