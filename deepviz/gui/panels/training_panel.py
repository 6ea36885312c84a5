"""The Training page: the optimizer, how long and in what portions a run trains, and what that comes to."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPushButton, QWidget

from deepviz.document import edits
from deepviz.document.project import RunSettings, TrainingPlan
from deepviz.engine import optimizers
from deepviz.engine.optimizer import Optimizer
from deepviz.gui.canvas.card_face import thousands
from deepviz.gui.editor import Editor
from deepviz.gui.panels.definition_list import DefinitionList
from deepviz.gui.panels.fact_rows import Fact, FactRows
from deepviz.gui.panels.form import DefinitionForm
from deepviz.gui.panels.side_panel import SidePanel, Words
from deepviz.gui.panels.step_runs import StepRuns, change_label
from deepviz.gui.theme import DARK, Theme
from deepviz.registry import Definition


class TrainingPanel(SidePanel):
    """Edits the training plan of the open project."""

    node_wanted = Signal(str)
    """Sent with the id of the loss node when its link is clicked."""

    def __init__(self, editor: Editor, theme: Theme = DARK, parent: QWidget | None = None) -> None:
        super().__init__("Training", parent)
        self._editor = editor
        self._runs = StepRuns()
        self._last_optimizers: dict[str, Optimizer] = {}
        self.optimizer_list = DefinitionList(optimizers.registry.values(), "Optimizer", theme)
        self.summary, self.formula = Words(role="dim"), Words(role="formula")
        self.optimizer_form = DefinitionForm()
        self.run_form = DefinitionForm()
        self.facts = FactRows()
        self.loss_words = Words(role="dim")
        self.loss_button = QPushButton()
        self.loss_button.setProperty("field", True)
        note = Words("Learning rate and epochs may change while training. Any other change starts a new run.", "small")
        for widget in (
            Words("Optimizer", "title"),
            self.optimizer_list,
            self.summary,
            self.formula,
            self.optimizer_form,
        ):
            self.rows.addWidget(widget)
        self.add_part("Run", self.run_form, self.facts, note)
        self.add_part("Loss", self.loss_words, self.loss_button)
        self.rows.addStretch(1)
        self.optimizer_list.chosen.connect(self._choose_optimizer)
        self.optimizer_form.changed.connect(self._take_optimizer)
        self.run_form.changed.connect(self._take_run)
        self.loss_button.clicked.connect(lambda: self.node_wanted.emit(self.loss_node))
        editor.report_changed.connect(self.refresh)
        editor.data_changed.connect(self.refresh)
        self.apply_theme(theme)
        self.refresh()

    @property
    def loss_node(self) -> str:
        """The id of the loss node; empty if there is none."""
        return next((node.id for node in self._editor.project.graph.nodes if node.is_loss), "")

    def apply_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self.optimizer_list.apply_theme(theme)

    def finish(self) -> bool:
        """Take what is half typed in the forms; says whether all of it is valid."""
        finished = [form.finish() for form in (self.optimizer_form, self.run_form)]  # both, whatever the first says
        return all(finished)

    def refresh(self) -> None:
        """Show the plan as it is now."""
        plan = self._editor.project.plan
        self.optimizer_list.show_key(plan.optimizer.key)
        self.summary.say(plan.optimizer.summary())
        self.formula.say(plan.optimizer.formula)
        self.optimizer_form.set_definition(plan.optimizer)
        self.run_form.set_definition(plan.run)
        data = self._editor.data
        self.facts.set_facts(run_facts(plan.run, None if data is None else len(data.train)))
        loss_node = self.loss_node
        if loss_node:
            loss = self._editor.project.graph.node(loss_node).layer
            self.loss_words.say(f"{loss.label}. {loss.summary()}")
            self.loss_button.setText(f"Show {loss_node}")
        else:
            self.loss_words.say("There is no loss yet. Drag one from the left to the end of the network.")
        self.loss_button.setVisible(bool(loss_node))

    def _choose_optimizer(self, key: str) -> None:
        """Change to another optimizer, with the settings it had when it was last in use."""
        before = self._editor.project.plan.optimizer
        if key == before.key:
            return
        self._last_optimizers[before.key] = before
        optimizer = self._last_optimizers.get(key) or optimizers.registry[key]()
        self._set_plan(f"Use {optimizer.label}", optimizer=optimizer)

    def _take_optimizer(self, optimizer: Definition) -> None:
        assert isinstance(optimizer, Optimizer)
        before = self._editor.project.plan.optimizer
        label = change_label(before, optimizer)
        self._set_plan(label, self._runs.key("optimizer", before, optimizer), optimizer=optimizer)

    def _take_run(self, run: Definition) -> None:
        assert isinstance(run, RunSettings)
        before = self._editor.project.plan.run
        self._set_plan(change_label(before, run), self._runs.key("run", before, run), run=run)

    def _set_plan(self, label: str, merge_key: str = "", **changes: Definition) -> None:
        plan: TrainingPlan = replace(self._editor.project.plan, **changes)  # type: ignore[arg-type]
        self._editor.apply(label, partial(edits.set_plan, plan=plan), merge_key)


def run_facts(run: RunSettings, samples: int | None) -> list[Fact]:
    """What a run comes to with a number of training samples; None if that is not known."""
    if samples is None:
        return []
    per_epoch = -(-samples // run.batch_size)
    return [
        ("Training samples", thousands(samples)),
        ("Steps in an epoch", thousands(per_epoch)),
        ("Steps in all", thousands(per_epoch * run.epochs)),
    ]
