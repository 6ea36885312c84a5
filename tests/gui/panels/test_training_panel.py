"""The Training page edits the plan undoably and says what it comes to."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QWidget

from deepviz.datasets.sources.circles import Circles
from deepviz.datasets.sources.line import Line
from deepviz.datasets.split import SplitChoice
from deepviz.document import edits
from deepviz.document.project import DataChoice, RunSettings
from deepviz.engine import metrics, optimizers, schedules, stopping
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
    assert editor.undo_stack.undoText() == "Optimizer Adam → SGD, learning rate 0.001 → 0.01"
    assert panel.optimizer_form.definition == optimizers.SGD()
    assert "g" in panel.formula.said
    editor.undo_stack.undo()
    assert panel.optimizer_list.currentText() == "Adam"


def test_an_optimizer_comes_back_with_its_settings(panel: TrainingPanel, choose_in: Choose, editor: Editor) -> None:
    type_into(panel.optimizer_form.field("beta_1").control, "0.8")
    choose_in(panel.optimizer_list, "SGD")
    choose_in(panel.optimizer_list, "Adam")
    assert editor.project.plan.optimizer == optimizers.Adam(beta_1=0.8)


def test_another_optimizer_keeps_clipping_and_a_typed_rate(
    panel: TrainingPanel, choose_in: Choose, editor: Editor
) -> None:
    panel.optimizer_form.set_open(True)
    type_into(panel.optimizer_form.field("learning_rate").control, "0.01")
    type_into(panel.optimizer_form.field("global_clipnorm").control, "1")
    choose_in(panel.optimizer_list, "SGD")
    assert editor.project.plan.optimizer == optimizers.SGD(learning_rate=0.01, global_clipnorm=1.0)
    assert editor.undo_stack.undoText() == "Optimizer Adam → SGD"
    choose_in(panel.optimizer_list, "Adam")
    assert editor.project.plan.optimizer == optimizers.Adam(learning_rate=0.01, global_clipnorm=1.0)


def test_the_formula_is_that_of_the_settings(panel: TrainingPanel, choose_in: Choose) -> None:
    choose_in(panel.optimizer_list, "SGD")
    assert panel.formula.said == "p ← p − η g"
    type_into(panel.optimizer_form.field("momentum").control, "0.9")
    assert panel.formula.said == "v ← μ v − η g\np ← p + v"
    type_into(panel.optimizer_form.field("weight_decay").control, "0.1")
    assert panel.formula.said == "v ← μ v − η (g + λ p)\np ← p + v"


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


def switch(panel: TrainingPanel, box: QWidget) -> None:
    """Bring a switch into sight and press it with the keyboard."""
    panel.ensureWidgetVisible(box)
    box.setFocus()
    QTest.keyClick(box, Qt.Key.Key_Space)


def test_another_schedule_comes_back_with_its_settings(panel: TrainingPanel, choose_in: Choose, editor: Editor) -> None:
    choose_in(panel.schedule_list, "Step decay")
    assert editor.undo_stack.undoText() == "Use Step decay"
    type_into(panel.schedule_form.field("decay_rate").control, "0.5")
    assert editor.undo_stack.undoText() == "Change decay rate"
    choose_in(panel.schedule_list, "Constant")
    assert panel.schedule_form.field("warmup_steps").isVisible(), "a warm-up may come before any"
    choose_in(panel.schedule_list, "Step decay")
    assert editor.project.plan.schedule == schedules.StepDecay(decay_rate=0.5)
    editor.undo_stack.undo()
    assert panel.schedule_list.currentText() == "Constant"


def test_the_preview_follows_every_setting(panel: TrainingPanel, choose_in: Choose, editor: Editor) -> None:
    """480 samples in batches of 32 are 15 steps; exponential decay ends one step before a hundredth."""
    choose_in(panel.schedule_list, "Exponential decay")
    type_into(panel.run_form.field("epochs").control, "4")
    type_into(panel.optimizer_form.field("learning_rate").control, "0.5")
    plane = panel.schedule_preview.plane
    epochs, rates = plane.points
    assert len(epochs) == 60
    assert rates[[0, 30, 59]] == pytest.approx([0.5, 0.5 * 0.1, 0.5 * 0.01 ** (59 / 60)])
    type_into(panel.run_form.field("batch_size").control, "100")
    assert len(plane.points[0]) == 20
    type_into(panel.schedule_form.field("decay_steps").control, "5")
    assert plane.points[1][5] == pytest.approx(0.005)
    editor.apply("Use Circles", partial(edits.set_data, choice=DataChoice(source=Circles(samples=1000))))
    assert len(plane.points[0]) == 32


def test_steps_by_the_arrows_of_a_schedule_are_one_undo_step(
    panel: TrainingPanel, choose_in: Choose, editor: Editor
) -> None:
    choose_in(panel.schedule_list, "Polynomial decay")
    count, control = editor.undo_stack.count(), panel.schedule_form.field("power").control
    control.setFocus()
    for _ in range(3):
        QTest.keyClick(control, Qt.Key.Key_Up)
    assert editor.undo_stack.count() == count + 1
    editor.undo_stack.undo()
    assert editor.project.plan.schedule == schedules.PolynomialDecay()


def test_rules_are_switched_and_set_undoably(panel: TrainingPanel, editor: Editor) -> None:
    switch(panel, panel.stopping.switches["StepLimit"])
    assert editor.undo_stack.undoText() == "Stop early by Step limit"
    switch(panel, panel.stopping.switches["Patience"])
    assert editor.project.plan.stopping == (stopping.Patience(), stopping.StepLimit()), "in the order of the list"
    type_into(panel.stopping.forms["Patience"].field("patience").control, "3")
    assert editor.undo_stack.undoText() == "Change patience of Patience"
    assert editor.project.plan.stopping == (stopping.Patience(patience=3), stopping.StepLimit())
    switch(panel, panel.stopping.switches["Patience"])
    assert editor.undo_stack.undoText() == "Do not stop early by Patience"
    assert editor.project.plan.stopping == (stopping.StepLimit(),)
    switch(panel, panel.stopping.switches["Patience"])
    assert editor.project.plan.stopping[0] == stopping.Patience(patience=3), "as it was when it was last on"
    editor.undo_stack.undo()
    assert not panel.stopping.switches["Patience"].isChecked()


def test_rules_look_at_what_is_measured(panel: TrainingPanel, choose_in: Choose, editor: Editor) -> None:
    switch(panel, panel.stopping.switches["Target"])
    switch(panel, panel.metrics.switches["F1"])
    assert editor.undo_stack.undoText() == "Measure F1 score"
    box = panel.stopping.forms["Target"].field("monitor").control
    assert isinstance(box, QComboBox)
    panel.ensureWidgetVisible(box)
    choose_in(box, "validation F1")
    assert editor.project.plan.stopping == (stopping.Target(monitor="validation_F1"),)
    assert not editor.report.problems
    switch(panel, panel.metrics.switches["F1"])
    assert editor.undo_stack.undoText() == "Do not measure F1 score"
    assert "validation F1" in editor.report.problems[0].text
    assert editor.report.problems[0].of_plan
    assert box is not panel.stopping.forms["Target"].field("monitor").control


def test_only_metrics_that_fit_are_offered(panel: TrainingPanel, editor: Editor) -> None:
    def offered() -> set[str]:
        return {key for key, box in panel.metrics.switches.items() if not box.isHidden()}

    assert offered() == {"F1", "Precision", "Recall", "TopK"}
    switch(panel, panel.metrics.switches["F1"])
    editor.apply("Use a line", partial(edits.set_data, choice=DataChoice(source=Line())))
    assert offered() == {"F1", "MAE", "R2", "RMSE"}, "what does not fit any more can still be switched off"
    choice = DataChoice(source=Line(), split=SplitChoice(train=100, validation=0, test=0))
    editor.apply("Validate nothing", partial(edits.set_data, choice=choice))
    assert offered() == {"F1"}
    assert "no validation data" in panel.metric_words.said


def test_settings_of_a_metric_are_typed(panel: TrainingPanel, editor: Editor) -> None:
    switch(panel, panel.metrics.switches["TopK"])
    type_into(panel.metrics.forms["TopK"].field("k").control, "2")
    assert editor.project.plan.metrics == (metrics.TopK(k=2),)
    assert editor.undo_stack.undoText() == "Change k of Top-k accuracy"


def test_the_best_weights_are_asked_for_in_the_run(panel: TrainingPanel, editor: Editor) -> None:
    control = panel.run_form.field("keep_best").control
    control.setFocus()
    QTest.keyClick(control, Qt.Key.Key_Space)
    assert editor.project.plan.run.keep_best
    assert editor.undo_stack.undoText() == "Change use the best weights"


def test_half_typed_values_of_every_part_are_taken(panel: TrainingPanel, choose_in: Choose, editor: Editor) -> None:
    choose_in(panel.schedule_list, "Polynomial decay")
    switch(panel, panel.stopping.switches["StepLimit"])
    field = panel.stopping.forms["StepLimit"].field("steps").control
    field.setFocus()
    field.lineEdit().selectAll()  # type: ignore[attr-defined]
    QTest.keyClicks(field, "12")
    assert panel.finish()
    assert editor.project.plan.stopping == (stopping.StepLimit(steps=12),)
    QTest.keyClicks(field, "many")
    assert not panel.finish()


def test_tab_goes_down_the_page(panel: TrainingPanel, choose_in: Choose, editor: Editor) -> None:
    choose_in(panel.schedule_list, "Cosine decay")
    switch(panel, panel.stopping.switches["Patience"])
    switch(panel, panel.metrics.switches["TopK"])
    panel.optimizer_list.setFocus()
    met: list[QWidget] = []
    while (focused := QApplication.focusWidget()) is not None and focused not in met:
        met.append(focused)
        QTest.keyClick(focused, Qt.Key.Key_Tab)
    places = [widget.mapTo(panel.page, widget.rect().topLeft()).y() for widget in met if panel.isAncestorOf(widget)]
    assert places == sorted(places)
    forms = panel.run_form, panel.schedule_form, panel.stopping.forms["Patience"], panel.metrics.forms["TopK"]
    for stop in (panel.schedule_list, panel.schedule_preview.plane, panel.loss_button):
        assert stop in met
    assert all(any(form.isAncestorOf(widget) for widget in met) for form in forms)


def test_every_control_has_a_name_for_those_who_do_not_see_it(panel: TrainingPanel) -> None:
    switch(panel, panel.stopping.switches["Patience"])
    for widget in panel.page.findChildren(QWidget):
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus and widget.isVisible():
            text = getattr(widget, "text", str)()
            assert widget.accessibleName() or text, widget
