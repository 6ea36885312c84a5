"""The Layer page: what is selected, its hyperparameters, what is wrong with it, and what it is doing now.

With nothing selected it sums up the network and says what to do next; with several layers it counts them.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import cast

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from deepviz.document import edits
from deepviz.document.costs import Costs
from deepviz.document.graph import Node
from deepviz.engine.layer import Layer
from deepviz.engine.layers.input import Input
from deepviz.engine.loss import Loss
from deepviz.engine.shapes import Shape, ShapeError, shape_text
from deepviz.gui.amounts import percent, thousands
from deepviz.gui.canvas.card_face import is_frozen, problems_by_node, shape_words
from deepviz.gui.canvas.gradients import magnitude
from deepviz.gui.editor import Editor
from deepviz.gui.panels.cost_facts import cost_facts, cost_notes
from deepviz.gui.panels.fact_rows import Fact, FactRows
from deepviz.gui.panels.form import DefinitionForm
from deepviz.gui.panels.freeze_button import FreezeButton
from deepviz.gui.panels.problem_card import ProblemCard
from deepviz.gui.panels.side_panel import SidePanel, Words, line
from deepviz.gui.panels.step_runs import StepRuns, change_label
from deepviz.gui.plots.ticks import format_value
from deepviz.gui.theme import DARK, Theme
from deepviz.registry import Definition
from deepviz.training.history import FROZEN, VALIDATION

NOT_YET = "–"
"""Stands for a number that is only known while training."""

VALIDATED = "Validated at step"

VALUE_NAMES = {
    "loss": "Loss of the batch",
    "accuracy": "Accuracy of the batch",
    "validation_loss": "Validation loss",
    "validation_accuracy": "Validation accuracy",
    "learning_rate": "Learning rate",
}


class PropertiesPanel(SidePanel):
    """Shows and edits what is selected on the canvas."""

    all_repaired = Signal()
    """Sent when a repair has been made, and there is no other one to choose here."""

    def __init__(self, editor: Editor, theme: Theme = DARK, parent: QWidget | None = None) -> None:
        super().__init__("Layer", parent)
        self._editor, self._theme = editor, theme
        self._node_ids: tuple[str, ...] = ()
        self._gradients: Mapping[str, float] = {}
        self._values: Mapping[str, float] = {}
        self._moment: int | None = None
        self._validated_at: int | None = None
        self._more, self._is_in_trouble = "", False
        self._runs = StepRuns()
        self._costs = Costs.of_report(editor.report, 1)
        self.cards: list[ProblemCard] = []
        self.title = Words(role="title")
        self.title.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.summary, self.formula = Words(role="dim"), Words(role="formula")
        self.form, self.freeze_button = DefinitionForm(), FreezeButton(editor)
        self._line, self._heading = line(), Words("This layer now", "heading")
        self.facts = FactRows()
        self.next_step = _NextStep()
        self._card_rows = QVBoxLayout()
        self._card_rows.setSpacing(8)
        for widget in (self.title, self.summary, self.formula):
            self.rows.addWidget(widget)
        self.rows.addLayout(self._card_rows)
        self.rows.addSpacing(4)
        about = (self._line, self._heading, self.facts, self.next_step)
        parts: tuple[QWidget, ...] = (self.form, self.freeze_button, *about)
        for part in parts:
            self.rows.addWidget(part)
        self.form.setContentsMargins(0, 0, 0, 8)
        self._heading.setContentsMargins(0, 4, 0, 0)
        self.rows.addStretch(1)
        self.form.changed.connect(self._take)
        editor.report_changed.connect(self.refresh)
        editor.data_changed.connect(self.refresh)
        self.refresh()

    @property
    def node_ids(self) -> tuple[str, ...]:
        """What is shown: ids of nodes that exist."""
        return tuple(node_id for node_id in self._node_ids if node_id in self._editor.project.graph.by_id)

    def show_nodes(self, ids: tuple[str, ...]) -> None:
        """Show these nodes; with none, the network as a whole."""
        if ids != self._node_ids:
            self.form.finish()
            self._node_ids = ids
            self.refresh()

    @property
    def heading(self) -> str:
        """What stands above the facts of one node."""
        return self._heading.text()

    def show_moment(self, step: int | None) -> None:
        """Say that gradients and values are those of this step; None: those of now."""
        if step != self._moment:
            self._moment = step
            self._say_heading()
            self._show_facts()

    def show_gradients(self, values: Mapping[str, float]) -> None:
        """Show the L2 norms of the gradients of the nodes' parameters, by node id; empty when nothing is trained.

        NaN: the node was frozen.
        """
        self._gradients = values
        if self._is_of_layer:
            self._show_facts()

    def show_costs(self, costs: Costs) -> None:
        """Show what the layers cost, as far as is known now."""
        self._costs = costs
        self._show_facts()

    def show_values(self, values: Mapping[str, float], validated_at: int | None = None) -> None:
        """Show the values of a run (loss, accuracy, validation_loss, ...); empty when nothing is trained.

        NaN: not measured yet at the moment that is shown. Those of the validation are of the step `validated_at`, which
        may be an earlier one; None: there was no validation so early.
        """
        self._validated_at = validated_at
        has_begun = bool(values) != bool(self._values)
        self._values = values
        if has_begun:  # what to do next is another thing before and after
            self.refresh()
        elif not self._is_of_layer:
            self._show_facts()

    def show_more(self, more: str, is_in_trouble: bool = False) -> None:
        """Say how far a run that has ended goes on when asked, such as "for 3 more epochs"; empty: none has ended.

        One that has failed is not praised with a colour.
        """
        if (more, is_in_trouble) != (self._more, self._is_in_trouble):
            self._more, self._is_in_trouble = more, is_in_trouble
            self.refresh()

    def focus_form(self) -> None:
        """Give the keyboard to the first hyperparameter, if there is one."""
        definition = self.form.definition
        if definition is not None and definition.hyperparameters():
            self.form.focus_field(definition.hyperparameters()[0].name)

    def finish(self) -> bool:
        """Take what is half typed in the form; says whether all of it is valid."""
        return self.form.finish()

    def apply_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self._theme = theme
        for card in self.cards:
            card.apply_theme(theme)

    def refresh(self) -> None:
        """Show everything as it is now."""
        known = Costs.of_report(self._editor.report, self._costs.batch)
        self._costs = known.with_stored(self._costs.of("stored"))
        ids = self.node_ids
        node = self._editor.project.graph.node(ids[0]) if len(ids) == 1 else None
        if node is not None:
            self.title.say(node.id)
            self.summary.say(node.layer.summary())
            self.formula.say(node.layer.formula)
        elif ids:
            self.title.say(f"{len(ids)} layers selected")
            self.summary.say(_listed(ids))
            self.formula.say("")
        else:
            self.title.say("Network")
            self.summary.say("Select a layer to see it and to change it.")
            self.formula.say("")
        self.form.set_definition(node.layer if node is not None else None, node.id if node is not None else "")
        self.form.setVisible(node is not None)
        self.freeze_button.show_cards(ids)
        self._line.setVisible(node is not None)
        self._say_heading()
        self._show_problems(ids)
        self._show_facts()
        self.next_step.setVisible(not ids)
        if not ids:
            self.next_step.tell(*self._what_next())

    def _say_heading(self) -> None:
        ids = self.node_ids
        if len(ids) == 1:
            noun = "loss" if self._editor.project.graph.node(ids[0]).is_loss else "layer"
            self._heading.say(f"This {noun} {self._when}")
        else:
            self._heading.say("")

    @property
    def _when(self) -> str:
        return "now" if self._moment is None else f"at step {thousands(self._moment)}"

    def _take(self, layer: Definition) -> None:
        ids = self.node_ids
        if len(ids) != 1:
            return
        before = self._editor.project.graph.node(ids[0]).layer
        edit = partial(edits.set_layer, node_id=ids[0], layer=cast("Layer | Loss", layer))
        self._editor.apply(change_label(before, layer, ids[0]), edit, self._runs.key(ids[0], before, layer))

    def _show_problems(self, ids: tuple[str, ...]) -> None:
        """Show the problems of the one node that is selected; with none selected, those that belong to no node."""
        report = self._editor.report
        problems = problems_by_node(report).get(ids[0], ()) if len(ids) == 1 else ()
        if not ids and self._editor.project.graph.nodes:
            problems = tuple(problem for problem in report.remarks if problem.where is None)
        while len(self.cards) < len(problems):
            self.cards.append(ProblemCard(self._editor, self._theme))
            self.cards[-1].repaired.connect(self._go_on_repairing)
            self._card_rows.addWidget(self.cards[-1])
        for number, card in enumerate(self.cards):
            card.setVisible(number < len(problems))
            if number < len(problems):
                card.show_problem(problems[number])

    def _go_on_repairing(self) -> None:
        """The button that was pressed is gone: the keyboard goes to the next repair, if there is one."""
        button = next((each for card in self.cards if not card.isHidden() for each in card.buttons), None)
        if button is None:
            self.all_repaired.emit()
        else:
            button.setFocus(Qt.FocusReason.OtherFocusReason)

    # Facts

    @property
    def _is_of_layer(self) -> bool:
        """Whether the facts are those of one layer: they tell its gradient, and all others the values of the run."""
        ids = self.node_ids
        return len(ids) == 1 and not self._editor.project.graph.node(ids[0]).is_loss

    def _show_facts(self) -> None:
        ids = self.node_ids
        if len(ids) == 1:
            node = self._editor.project.graph.node(ids[0])
            facts = self._loss_facts() if node.is_loss else self._layer_facts(node)
        else:
            facts = self._selection_facts(ids) if ids else self._network_facts()
        self.facts.set_facts(facts, cost_notes(self._costs, ids))

    def _layer_facts(self, node: Node) -> list[Fact]:
        report = self._editor.report
        count = report.parameters.get(node.id)
        facts = [("Output", _known(shape_words(report, node.id)))]
        facts += cost_facts(self._costs, (node.id,))
        facts += [(name, shape_text(shape)) for name, shape in self._arrays(node).items()]
        if count:
            gradient, is_past = self._gradients.get(node.id), self._moment is not None
            was_frozen = gradient is not None and gradient != gradient
            says_so = was_frozen if is_past else is_frozen(node, report)
            has_none = gradient is None or was_frozen  # what has just been thawed learns from the next step
            amount = NOT_YET if gradient is None or has_none else magnitude(gradient)
            facts.append(("‖∂L/∂θ‖", FROZEN if says_so else amount))
        return facts

    def _arrays(self, node: Node) -> Mapping[str, Shape]:
        """The shapes of a layer's trained arrays by name; empty where they cannot be known."""
        shapes = [self._editor.report.shapes.get(edge.source) for edge in self._editor.project.graph.inputs_of(node.id)]
        known = [shape for shape in shapes if shape is not None]
        if isinstance(node.layer, Loss) or len(known) < max(len(shapes), node.layer.minimum_inputs):
            return {}
        try:
            return node.layer.parameter_shapes(known)
        except ShapeError:
            return {}

    def _loss_facts(self) -> list[Fact]:
        facts, data = [], self._editor.data
        if data is not None:
            noun = "classes" if data.task == "classification" else "target numbers"
            facts.append(("Targets", f"{data.outputs} {noun}"))
        return [*facts, *self._value_facts()]

    def _selection_facts(self, ids: tuple[str, ...]) -> list[Fact]:
        return [("Layers", str(len(ids))), *cost_facts(self._costs, ids)]

    def _network_facts(self) -> list[Fact]:
        project, report, data = self._editor.project, self._editor.report, self._editor.data
        loss = next((node for node in project.graph.nodes if node.is_loss), None)
        before_loss = () if loss is None else project.graph.inputs_of(loss.id)
        inputs = [node for node in project.graph.nodes if isinstance(node.layer, Input)]
        facts = [
            ("Layers", str(len(project.graph.nodes) - (loss is not None))),
            *cost_facts(self._costs, ()),
        ]
        frozen = sum(report.parameters[node.id] or 0 for node in project.graph.nodes if is_frozen(node, report))
        if frozen:
            facts.append(("Of these frozen", thousands(frozen)))
        if inputs and before_loss:
            ends = (shape_words(report, inputs[0].id), shape_words(report, before_loss[0].source))
            facts.append(("Input → output", " → ".join(ends)))
        facts.append(("Data", data.title if data is not None else "cannot be used"))
        facts.append(("Loss", loss.layer.label if loss is not None else "none yet"))
        facts.append(("Optimizer", project.plan.optimizer.label))
        if self._values and self._moment is not None:
            facts.append(("At step", thousands(self._moment)))
        return [*facts, *(self._value_facts() if self._values else [])]

    def _value_facts(self) -> list[Fact]:
        """The latest values of the run that are shown; only the loss has a place before there is one."""
        values: Mapping[str, float | None] = dict(self._values) or {"loss": None}
        metrics = {name: _label_of(name) for name in values if name.startswith(VALIDATION)}
        named = VALUE_NAMES | {name: label for name, label in metrics.items() if name not in VALUE_NAMES}
        named["learning_rate"] = named.pop("learning_rate")  # below what is measured
        facts: list[Fact] = []
        for name, label in named.items():
            if name in metrics and VALIDATED not in dict(facts):
                at = self._validated_at
                facts.append((VALIDATED, NOT_YET if at is None else thousands(at)))
            if name in values:
                facts.append((label, _amount(name, values[name])))
        return facts

    def _what_next(self) -> tuple[str, str]:
        """What to do next, in words, and the mood of the card that says so."""
        problems, nodes = self._editor.report.problems, self._editor.project.graph.nodes
        if not nodes:
            return "Drag Input from the left to the canvas, then the layers that follow it, and a loss at the end.", ""
        if self._editor.data_error:
            return "The data cannot be used. The Data page says why, and what can be done.", "bad"
        if not problems and self._editor.report.warnings:
            return f"Training can start, but: {self._editor.report.warnings[0].text}", "warning"
        if problems:
            count = "One thing has" if len(problems) == 1 else f"{len(problems)} things have"
            first = next((problem.text for problem in problems if problem.where is not None), "")
            return f"{count} to be mended before training. {first}".strip(), "warning"
        if self._values:
            on = f"Training is done. Train on goes on {self._more}. " if self._more else ""
            if self._is_in_trouble:
                return "This run went wrong. Change what did it, then Reset begins again from fresh weights.", ""
            return f"{on}Select a layer to follow its gradient, or press Export… to take the weights with you.", "good"
        return "Ready to train: press Run.", "good"


class _NextStep(QFrame):
    """Says what to do next."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "card")
        self.words = Words(role="dim")
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 10, 12, 10)
        column.addWidget(self.words)

    def tell(self, text: str, mood: str) -> None:
        self.words.say(text)
        if self.property("mood") != mood:
            self.setProperty("mood", mood)
            self.style().unpolish(self)
            self.style().polish(self)


def _known(shape: str) -> str:
    return "not known yet" if shape == "?" else shape


def _amount(name: str, value: float | None) -> str:
    """A value of a run: shares in per cent, anything else to four figures."""
    if value is None or value != value:
        return NOT_YET
    return percent(value, 1, " ") if "accuracy" in name else format_value(value)


def _label_of(name: str) -> str:
    """What a metric of the validation data is called: "Validation F1" for ``validation_F1``."""
    return f"Validation {name.removeprefix(VALIDATION)}"


def _listed(ids: tuple[str, ...]) -> str:
    """The first few names of a long list."""
    return ", ".join(ids[:6]) + (f" and {len(ids) - 6} more" if len(ids) > 6 else "")
