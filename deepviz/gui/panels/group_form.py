"""The page of a selected group: its name, how often it is repeated, and what is in it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFormLayout, QLineEdit, QPushButton, QStackedWidget, QWidget

from deepviz.document import group_edits
from deepviz.document.drawn_report import total
from deepviz.document.project import Project
from deepviz.document.repeats import obstacle
from deepviz.engine.shapes import shape_text
from deepviz.gui.amounts import thousands
from deepviz.gui.editor import EditError, Editor
from deepviz.gui.number_box import NumberBox
from deepviz.gui.panels.fact_rows import Fact, FactRows
from deepviz.gui.panels.properties import PropertiesPanel
from deepviz.gui.panels.side_panel import SidePanel, Words


class GroupForm(SidePanel):
    """Shows and edits a group.

    Parameters
    ----------
    editor
        The open project.
    """

    look_wanted = Signal(str)
    """Sent with the id of a group that is to be looked into."""

    def __init__(self, editor: Editor, parent: QWidget | None = None) -> None:
        super().__init__("Group", parent)
        self._editor = editor
        self.group_id = ""
        self.title = Words(role="title")
        self.summary = Words("Several layers under one name, which can be repeated.", "dim")
        self.name = QLineEdit()
        self.name.setMaxLength(group_edits.LONGEST_NAME)
        self.name.setAccessibleName("Name of the group")
        self.repeat = NumberBox()
        self.repeat.setRange(1, group_edits.MOST_REPEATS)
        self.repeat.setKeyboardTracking(False)
        self.repeat.setAccessibleName("How often the group is repeated")
        self.repeat.setToolTip("How often its layers stand in a row, each time with weights of their own.")
        self.refusal = Words(role="error")
        self.look = QPushButton("Look into it")
        self.look.setToolTip("Show only what is in the group (double-click or Enter on its card).")
        self.facts = FactRows()
        form = QFormLayout()
        form.addRow("Name", self.name)
        form.addRow("Repeat", self.repeat)
        self.rows.addWidget(self.title)
        self.rows.addWidget(self.summary)
        self.rows.addLayout(form)
        self.rows.addWidget(self.refusal)
        self.rows.addWidget(self.look)
        self.rows.addWidget(self.facts)
        self.rows.addStretch(1)
        self.name.editingFinished.connect(self._take_name)
        self.repeat.valueChanged.connect(self._take_repeat)
        self.look.clicked.connect(lambda: self.look_wanted.emit(self.group_id))
        editor.report_changed.connect(self.refresh)

    def show_group(self, group_id: str) -> None:
        """Show a group; with an empty id, none."""
        if group_id != self.group_id:
            self.finish()
        self.group_id = group_id
        self.refresh()

    def finish(self) -> bool:
        """Take a name or a number that is half typed; says whether the name is valid."""
        self.repeat.interpretText()
        return self._take_name()

    def refresh(self) -> None:
        """Show the group as it is now."""
        graph = self._editor.project.graph
        if self.group_id not in graph.groups_by_id:
            self.group_id = ""
            return
        group, members = graph.groups_by_id[self.group_id], graph.members(self.group_id)
        self.title.say(group.name)
        # A file may hold a longer name than can be given here; cut off, it would be another one.
        self.name.setMaxLength(max(group_edits.LONGEST_NAME, len(group.name)))
        if not self.name.hasFocus():
            self.name.setText(group.name)
        reason = obstacle(graph, self.group_id)
        self._show_repeat(group.repeat)
        self.repeat.setEnabled(not reason or group.repeat > 1)
        self.refusal.say(f"It cannot be repeated: {reason}." if reason else "")
        report = self._editor.report
        count = total(report.parameters, members)
        facts: list[Fact] = [("Layers", str(len(members)) + (f" × {group.repeat}" if group.repeat > 1 else ""))]
        facts.append(("Parameters", "–" if count is None else thousands(count)))
        leaving = [node_id for node_id in members if any(e.target not in members for e in graph.outputs_of(node_id))]
        if len(leaving) == 1 and (shape := report.shapes.get(leaving[0])) is not None:
            facts.append(("Output", shape_text(shape)))
        self.facts.set_facts(facts)

    def _take_name(self) -> bool:
        graph = self._editor.project.graph
        if self.group_id not in graph.groups_by_id or self.name.text() == graph.groups_by_id[self.group_id].name:
            return True
        edit = partial(group_edits.rename_group, group_id=self.group_id, name=self.name.text())
        return self._take("Rename group", edit, "")

    def _show_repeat(self, count: int) -> None:
        self.repeat.blockSignals(True)
        self.repeat.setValue(count)
        self.repeat.blockSignals(False)

    def _take_repeat(self, count: int) -> None:
        edit = partial(group_edits.set_repeat, group_id=self.group_id, count=count)
        if not self._take("Repeat group", edit, f"repeat {self.group_id}"):
            self._show_repeat(self._editor.project.graph.groups_by_id[self.group_id].repeat)

    def _take(self, label: str, edit: Callable[[Project], Project], merge_key: str) -> bool:
        try:
            self._editor.apply(label, edit, merge_key)
        except EditError as error:
            self.refusal.say(str(error))
            return False
        return True


class LayerPage(QStackedWidget):
    """The page beside the canvas: the form of a group while one is selected, otherwise that of layers.

    Parameters
    ----------
    properties
        What shows layers, and the network as a whole.
    group_form
        What shows a group.
    editor
        The open project.
    """

    def __init__(self, properties: PropertiesPanel, group_form: GroupForm, editor: Editor) -> None:
        super().__init__()
        self._properties, self._group_form, self._editor = properties, group_form, editor
        self.addWidget(properties)
        self.addWidget(group_form)

    def show_cards(self, cards: tuple[str, ...]) -> None:
        """Show what is selected."""
        is_group = len(cards) == 1 and cards[0] in self._editor.project.graph.groups_by_id
        self._group_form.show_group(cards[0] if is_group else "")
        self._properties.show_nodes(() if is_group else cards)
        self.setCurrentWidget(self._group_form if is_group else self._properties)
