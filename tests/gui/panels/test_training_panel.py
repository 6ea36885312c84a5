"""The Training page edits the plan undoably and says what it comes to."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QWidget

from deepviz.datasets.sources.circles import Circles
from deepviz.document import edits
from deepviz.document.project import DataChoice, RunSettings
from deepviz.engine import optimizers
from deepviz.gui.editor import Editor
from deepviz.gui.panels.training_panel import TrainingPanel, run_facts

Choose = Callable[[QComboBox, str], None]


@pytest.fixture
def panel(editor: Editor, show: Callable[..., QWidget]) -> TrainingPanel:
    made = TrainingPanel(editor)
    show(made)
    return made


def type_into(control: QWidget, text: str) -> None:
    control.setFocus()
    control.lineEdit().selectAll()  # type: ignore[attr-defined]
    QTest.keyClicks(control, text)
    QTest.keyClick(control, Qt.Key.Key_Return)


def test_another_optimizer_is_chosen_with_the_keyboard(panel: TrainingPanel, choose_in: Choose, editor: Editor) -> None:
    choose_in(panel.optimizer_list, "SGD")
    assert editor.project.plan.optimizer == optimizers.SGD()
    assert editor.undo_stack.undoText() == "Use SGD"
    assert panel.optimizer_form.definition == optimizers.SGD()
    assert "g" in panel.formula.said
    editor.undo_stack.undo()
    assert panel.optimizer_list.currentText() == "Adam"


def test_an_optimizer_comes_back_with_its_settings(panel: TrainingPanel, choose_in: Choose, editor: Editor) -> None:
    type_into(panel.optimizer_form.field("beta_1").control, "0.8")
    choose_in(panel.optimizer_list, "SGD")
    choose_in(panel.optimizer_list, "Adam")
    assert editor.project.plan.optimizer == optimizers.Adam(beta_1=0.8)


def test_the_settings_of_a_run_are_edits(panel: TrainingPanel, editor: Editor) -> None:
    type_into(panel.run_form.field("batch_size").control, "100")
    assert editor.project.plan.run.batch_size == 100
    assert editor.undo_stack.undoText() == "Change batch size"
    assert panel.facts.facts == (("Training samples", "480"), ("Steps in an epoch", "5"), ("Steps in all", "250"))


def test_a_learning_rate_changed_elsewhere_is_shown(panel: TrainingPanel, editor: Editor) -> None:
    plan = editor.project.plan
    edit = partial(edits.set_plan, plan=type(plan)(optimizers.Adam(learning_rate=0.02), plan.run))
    editor.apply("Change learning rate", edit)
    assert panel.optimizer_form.field("learning_rate").control.lineEdit().text() == "0.02"  # type: ignore[attr-defined]
    assert editor.undo_stack.count() == 1


def test_other_data_gives_other_steps(panel: TrainingPanel, editor: Editor) -> None:
    choice = DataChoice(source=Circles(samples=100))
    editor.apply("Use Circles", partial(edits.set_data, choice=choice))
    assert panel.facts.value("Training samples") == "80"
    assert panel.facts.value("Steps in an epoch") == "3"


def test_the_loss_is_named_and_can_be_gone_to(panel: TrainingPanel, editor: Editor) -> None:
    wanted: list[str] = []
    panel.node_wanted.connect(wanted.append)
    assert panel.loss_words.said.startswith("Cross-entropy.")
    QTest.mouseClick(panel.loss_button, Qt.MouseButton.LeftButton)
    assert wanted == ["loss_1"]
    editor.apply("Delete", partial(edits.delete, node_ids=("loss_1",)))
    assert "no loss yet" in panel.loss_words.said
    assert not panel.loss_button.isVisible()


@pytest.mark.parametrize(("samples", "batch", "steps"), [(480, 32, "15"), (481, 32, "16"), (10, 100, "1"), (1, 1, "1")])
def test_a_last_smaller_batch_is_a_step_too(samples: int, batch: int, steps: str) -> None:
    assert dict(run_facts(RunSettings(batch_size=batch, epochs=1), samples))["Steps in an epoch"] == steps


def test_without_data_nothing_is_claimed() -> None:
    assert run_facts(RunSettings(), None) == []
