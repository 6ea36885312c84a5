"""Loading that takes longer: it can be seen, cancelled, overtaken and survived."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from deepviz.datasets.dataset import DatasetError
from deepviz.datasets.sources.spirals import Spirals
from deepviz.document import edits
from deepviz.document.project import DataChoice
from deepviz.gui.editor import Editor
from deepviz.gui.panels import data_loader
from deepviz.gui.panels.data_panel import DataPanel
from deepviz.gui.settings import Settings
from deepviz.training.run_plan import prepared
from tests.gui.panels.data_stage import (
    Choose,
    click,
    input_shape,
    slow,
    type_into,
    wait_for_threads,
)


@pytest.fixture
def panel(editor: Editor, settings: Settings, show: Callable[..., QWidget]) -> DataPanel:
    made = DataPanel(editor, settings)
    show(made)
    return made


# Loading that takes longer


def test_what_takes_longer_can_be_seen_and_arrives(
    panel: DataPanel, editor: Editor, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    may_end = slow(monkeypatch, prepared(DataChoice(source=Spirals(samples=100))))
    type_into(panel.source_form.field("samples").control, "100")
    assert panel.busy.isVisible(), "the window waits for it no longer than for a moment"
    assert editor.undo_stack.count() == 0
    may_end.set()
    qtbot.waitUntil(lambda: editor.undo_stack.count() == 1)
    assert not panel.busy.isVisible()
    assert panel.facts.value("Samples") == "100"


def test_what_takes_longer_can_be_cancelled(
    panel: DataPanel, editor: Editor, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    may_end = slow(monkeypatch, prepared(DataChoice()))
    type_into(panel.source_form.field("samples").control, "100")
    click(panel, "Cancel")
    assert not panel.busy.isVisible()
    assert not panel.loader.is_busy
    assert panel.source_form.definition == Spirals()
    may_end.set()
    wait_for_threads(qtbot)
    assert not panel.loader._timer.isActive(), "nobody looks whether it is done"
    QApplication.processEvents()
    assert editor.undo_stack.count() == 0


def test_what_fails_after_a_while_says_why(
    panel: DataPanel, editor: Editor, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    may_end = slow(monkeypatch, DatasetError("The disk is full of holes."))
    type_into(panel.source_form.field("samples").control, "100")
    may_end.set()
    qtbot.waitUntil(panel.message.isVisible)
    assert "full of holes" in panel.message.text
    assert editor.undo_stack.count() == 0


def test_undo_while_loading_forgets_what_was_asked_for(
    panel: DataPanel, choose_in: Choose, editor: Editor, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    choose_in(panel.source_list, "Circles")
    may_end = slow(monkeypatch, prepared(DataChoice()))
    choose_in(panel.source_list, "XOR")
    assert panel.busy.isVisible()
    editor.undo_stack.undo()
    assert not panel.busy.isVisible()
    assert panel.source_list.key == "spirals"
    may_end.set()
    wait_for_threads(qtbot)


def test_an_edit_elsewhere_leaves_loading_alone(
    panel: DataPanel, editor: Editor, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    may_end = slow(monkeypatch, prepared(DataChoice(source=Spirals(samples=100))))
    type_into(panel.source_form.field("samples").control, "100")
    run = editor.project.plan.run.changed(epochs=7)
    editor.apply("Change epochs", lambda project: edits.set_plan(project, replace(project.plan, run=run)))
    may_end.set()
    qtbot.waitUntil(lambda: editor.undo_stack.count() == 2)
    assert editor.project.plan.run.epochs == 7
    assert editor.project.data.source == Spirals(samples=100)


def test_mnist_opens_without_holding_up_the_window(
    panel: DataPanel,
    editor: Editor,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
    mnist_files: tuple[Path, Path],
) -> None:
    may_go_on = threading.Event()
    monkeypatch.setattr(data_loader, "prepared", lambda choice: may_go_on.wait(60) and prepared(choice))
    panel.use_files(mnist_files)
    assert panel.busy.isVisible(), "the window is here while nothing has been read yet"
    assert editor.undo_stack.count() == 0
    may_go_on.set()
    qtbot.waitUntil(lambda: editor.undo_stack.count() == 1)
    assert panel.facts.facts == (("Samples", "10\u202f000"), ("Classes", "10"), ("One sample", "28 × 28 × 1"))
    assert input_shape(editor) == (28, 28, 1)
