"""The Training page: how weights follow their gradients, for how long, what ends it early and what is measured."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QPushButton, QWidget

from deepviz.document import edits
from deepviz.document.optimizer_successor import Carried, chosen, succession, successor
from deepviz.document.plan_problems import measured_names
from deepviz.document.project import RunSettings, TrainingPlan
from deepviz.engine import metrics, optimizers, schedules, stopping
from deepviz.engine.metrics.accuracy import Accuracy
from deepviz.engine.optimizer import Optimizer
from deepviz.engine.schedule import Schedule
from deepviz.gui.amounts import thousands
from deepviz.gui.editor import Editor
from deepviz.gui.panels.copies_list import CopiesList
from deepviz.gui.panels.definition_list import DefinitionList
from deepviz.gui.panels.definition_switches import DefinitionSwitches
from deepviz.gui.panels.fact_rows import Fact, FactRows
from deepviz.gui.panels.form import DefinitionForm
from deepviz.gui.panels.formula_words import FormulaWords
from deepviz.gui.panels.schedule_curve import RunAhead, SoFar
from deepviz.gui.panels.schedule_preview import SchedulePreview
from deepviz.gui.panels.side_panel import SidePanel, Words
from deepviz.gui.panels.step_runs import StepRuns, change_label
from deepviz.gui.theme import DARK, Theme
from deepviz.registry import Definition
from deepviz.training.checkpoint_files import MOST_COPIES

CHANGES = (
    "While training, all of this page may change but the seed: the run goes on with its weights from the next step. "
    "Another seed starts a new run."
)
NO_COPIES = "Choose Copy every, under Run, to have the weights kept after every so many epochs."
NO_FILE = "This project has no file, so copies stay in the timeline only. Save it, and they are written beside it."
WITH_FILE = "Copies are written beside {}; of each run the newest {} stay."
ENDS = "A rule that is on ends the run before its last epoch, and says why. Target does so at a loss of your choice."
MEASURED = "From the validation data after each epoch, beside the loss and, for classes, the accuracy."
NOT_MEASURED = "There are no validation data to measure anything from. The Data page can set samples aside for that."
UNKNOWN = "Which metrics there are depends on the data."


class TrainingPanel(SidePanel):
    """Edits the training plan of the open project."""

    node_wanted = Signal(str)
    """Sent with the id of the loss node when its link is clicked."""
    rate_wanted = Signal()
    """Sent when somebody wants a learning rate to be found."""

    def __init__(self, editor: Editor, theme: Theme = DARK, parent: QWidget | None = None) -> None:
        super().__init__("Training", parent)
        self._editor = editor
        self._runs = StepRuns()
        self._last: dict[str, Definition] = {}
        self._carried: Carried = {}
        self._copies_of: Path | None = None
        self._course_is_known = True
        self.so_far: Callable[[], tuple[SoFar, int] | None] = lambda: None
        """Says how far the run has come and to which epoch it goes; None where none has begun."""
        self.optimizer_list = DefinitionList(optimizers.registry.values(), "Optimizer", theme)
        self.summary, self.formula = Words(role="dim"), FormulaWords()
        self.optimizer_form = DefinitionForm()
        self.rate_button = QPushButton("Find a learning rate…")
        self.rate_button.setProperty("field", True)
        self.rate_button.setToolTip("Train a copy with rates from tiny to huge, and see where the loss falls")
        self.schedule_list = DefinitionList(schedules.registry.values(), "Schedule", theme)
        self.schedule_summary, self.schedule_formula = Words(role="dim"), Words(role="formula")
        self.schedule_form, self.schedule_preview = DefinitionForm(), SchedulePreview(theme)
        self.run_form = DefinitionForm()
        self.stopping = DefinitionSwitches(stopping.registry.values())
        self.metrics = DefinitionSwitches([kind for kind in metrics.registry.values() if kind.is_number])
        self.facts, self.metric_words = FactRows(), Words(role="small")
        self.copies_words, self.copies = Words(role="small"), CopiesList()
        self.loss_words = Words(role="dim")
        self.loss_button = QPushButton()
        self.loss_button.setProperty("field", True)
        optimizer_part = (self.optimizer_list, self.summary, self.formula, self.optimizer_form, self.rate_button)
        for widget in (Words("Optimizer", "title"), *optimizer_part):
            self.rows.addWidget(widget)
        schedule_part = (self.schedule_list, self.schedule_summary, self.schedule_formula, self.schedule_form)
        self.add_part("Run", self.run_form, self.facts, Words(CHANGES, "small"))
        self.add_part("Schedule", *schedule_part, self.schedule_preview)
        self.add_part("Stop early", Words(ENDS, "small"), self.stopping)
        self.add_part("Measure", self.metric_words, self.metrics)
        self.add_part("Loss", self.loss_words, self.loss_button)
        self.add_part("Copies", self.copies_words, self.copies)  # last: it grows while a run goes on
        self.rows.addStretch(1)
        self.optimizer_list.chosen.connect(self._choose_optimizer)
        self.schedule_list.chosen.connect(self._choose_schedule)
        self.optimizer_form.changed.connect(partial(self._take, "optimizer"))
        self.schedule_form.changed.connect(partial(self._take, "schedule"))
        self.run_form.changed.connect(partial(self._take, "run"))
        both = (self.stopping, "stopping", "Stop early by"), (self.metrics, "metrics", "Measure")
        for switches, name, words in both:
            switches.switched.connect(partial(self._switch, name, words))
            switches.changed.connect(partial(self._take_one, name))
        self.rate_button.clicked.connect(self.rate_wanted)
        self.loss_button.clicked.connect(lambda: self.node_wanted.emit(self.loss_node))
        editor.report_changed.connect(self.refresh)
        editor.data_changed.connect(self.refresh)
        editor.saved_changed.connect(self._say_where_copies_go)
        self.apply_theme(theme)
        self.refresh()

    @property
    def loss_node(self) -> str:
        """The id of the loss node; empty if there is none."""
        return next((node.id for node in self._editor.project.graph.nodes if node.is_loss), "")

    @property
    def forms(self) -> tuple[DefinitionForm, ...]:
        """All forms of the page, also those that are not shown now."""
        common = self.optimizer_form, self.schedule_form, self.run_form
        return *common, *self.stopping.forms.values(), *self.metrics.forms.values()

    def apply_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        for part in (self.optimizer_list, self.schedule_list, self.schedule_preview):
            part.apply_theme(theme)

    def finish(self) -> bool:
        """Take what is half typed in the forms; says whether all of it is valid."""
        finished = [form.finish() for form in self.forms]  # all, whatever the first says
        return all(finished)

    def refresh(self) -> None:
        """Show the plan as it is now."""
        plan = self._editor.project.plan
        self.optimizer_list.show_key(plan.optimizer.key)
        self.summary.say(plan.optimizer.summary())
        self.formula.show_of(plan.optimizer)
        self.optimizer_form.set_definition(plan.optimizer)
        self.run_form.set_definition(plan.run)
        self._say_where_copies_go()
        self._show_schedule(plan)
        self.show_course()
        self._show_switches(plan)
        loss_node = self.loss_node
        if loss_node:
            loss = self._editor.project.graph.node(loss_node).layer
            self.loss_words.say(f"{loss.label}. {loss.summary()}")
            self.loss_button.setText(f"Show {loss_node}")
        else:
            self.loss_words.say("There is no loss yet. Drag one from the left to the end of the network.")
        self.loss_button.setVisible(bool(loss_node))

    def show_course(self) -> None:
        """Show what the run comes to, and what is planned of it from where it stands now; at once if it can be seen."""
        self._course_is_known = self.isVisible() or not self.window().isVisible()
        if not self._course_is_known:
            return  # every pause would take some milliseconds for it
        plan, data = self._editor.project.plan, self._editor.data
        ahead = self._ahead(plan)
        total = None if ahead is None else ahead.total_steps
        self.facts.set_facts(run_facts(plan.run, None if data is None else len(data.train), total))
        self.schedule_preview.show_run(ahead)

    def showEvent(self, event: QShowEvent) -> None:
        """Show what has changed while nobody could see it."""
        super().showEvent(event)
        if not self._course_is_known:
            self.show_course()

    def _say_where_copies_go(self) -> None:
        path, is_wanted = self._editor.copies_beside, self._editor.project.plan.run.checkpoint_every > 0
        where = NO_FILE if path is None else WITH_FILE.format(path.name, MOST_COPIES)
        self.copies_words.say(where if is_wanted else NO_COPIES)
        if path != self._copies_of:
            self._copies_of = path
            self.copies.show_of(path)

    def _show_schedule(self, plan: TrainingPlan) -> None:
        schedule = plan.schedule
        self.schedule_list.show_key(schedule.key)
        self.schedule_summary.say(schedule.summary())
        self.schedule_formula.say(schedule.formula)
        self.schedule_form.set_definition(schedule)

    def _ahead(self, plan: TrainingPlan) -> RunAhead | None:
        """The run as planned, or as it goes on; None without data."""
        data, goes_to = self._editor.data, self.so_far()
        if data is None:
            return None
        per_epoch = steps_per_epoch(plan.run, len(data.train))
        so_far, epochs = (None, plan.run.epochs) if goes_to is None else goes_to
        return RunAhead(plan.schedule, plan.optimizer.learning_rate, epochs, per_epoch, so_far)

    def _show_switches(self, plan: TrainingPlan) -> None:
        facts = self._editor.facts
        measured = () if facts is None else measured_names(plan, facts)
        self.stopping.show_definitions(plan.stopping, offers={"monitor": measured} if measured else {})
        # The accuracy is measured in any case.
        others = [kind for kind in metrics.registry.values() if kind is not Accuracy]
        fitting = {kind.key for kind in others if facts is not None and kind.task == facts.task}
        self.metrics.show_definitions(plan.metrics, fitting if facts is not None and facts.has_validation else ())
        words = UNKNOWN if facts is None else MEASURED if facts.has_validation else NOT_MEASURED
        self.metric_words.say(words)

    def _choose_optimizer(self, key: str) -> None:
        """Change to another optimizer: what was chosen of the present one stays where both know it."""
        before = self._editor.project.plan.optimizer
        if key == before.key:
            return
        self._last[before.key] = before
        last, self._carried = self._last.get(key), chosen(before, self._carried)
        assert last is None or isinstance(last, Optimizer)
        optimizer = successor(before, optimizers.registry[key], last, self._carried)
        self._set_plan(succession(before, optimizer), {"optimizer": optimizer})

    def _choose_schedule(self, key: str) -> None:
        """Change to another schedule, with the settings it had when it was last in use."""
        before = self._editor.project.plan.schedule
        if key == before.key:
            return
        self._last[before.key] = before
        schedule = self._last.get(key) or schedules.registry[key]()
        assert isinstance(schedule, Schedule)
        self._set_plan(f"Use {schedule.label}", {"schedule": schedule})

    def _take(self, name: str, after: Definition) -> None:
        """Take a part of the plan as a form has it."""
        before: Definition = getattr(self._editor.project.plan, name)
        self._set_plan(change_label(before, after), {name: after}, self._runs.key(name, before, after))

    def _switch(self, name: str, words: str, definition: Definition, on: bool) -> None:
        """Add a rule or a metric to the plan, or take it out."""
        label = f"{words} {definition.label}" if on else f"Do not {words[:1].lower()}{words[1:]} {definition.label}"
        others = [each for each in getattr(self._editor.project.plan, name) if each.key != definition.key]
        kept = {each.key: each for each in (*others, *([definition] if on else []))}
        order = self.stopping.switches if name == "stopping" else self.metrics.switches
        self._set_plan(label, {name: tuple(kept[key] for key in order if key in kept)})

    def _take_one(self, name: str, before: Definition, after: Definition) -> None:
        """Take other settings of a rule or a metric."""
        chosen = getattr(self._editor.project.plan, name)
        label = change_label(before, after, before.label)
        merge_key = self._runs.key(f"{name}.{before.key}", before, after)
        self._set_plan(label, {name: tuple(after if each == before else each for each in chosen)}, merge_key)

    def _set_plan(self, label: str, changes: Mapping[str, Any], merge_key: str = "") -> None:
        plan: TrainingPlan = replace(self._editor.project.plan, **changes)
        self._editor.apply(label, partial(edits.set_plan, plan=plan), merge_key)


def steps_per_epoch(run: RunSettings, samples: int) -> int:
    """How many steps it takes to see all training samples once."""
    return -(-samples // run.batch_size)


def run_facts(run: RunSettings, samples: int | None, total: int | None = None) -> list[Fact]:
    """What a run comes to with a number of training samples; None if that is not known.

    Its steps in all are `total` if it has begun, for earlier batches may have had another size.
    """
    if samples is None:
        return []
    per_epoch = steps_per_epoch(run, samples)
    return [
        ("Training samples", thousands(samples)),
        ("Steps in an epoch", thousands(per_epoch)),
        ("Steps in all", thousands(per_epoch * run.epochs if total is None else total)),
    ]
