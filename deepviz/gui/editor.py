"""The open project: its value now, its undo history, its data, and what the live check says about it.

Every change goes through `apply`. Views listen to `project_changed` and draw the new value; nobody edits a view.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoCommand, QUndoStack
from shiboken6 import isValid

from deepviz.datasets.dataset import DatasetError
from deepviz.datasets.prepared import PreparedData
from deepviz.document.changed_settings import changed_settings
from deepviz.document.edits import EditError
from deepviz.document.file_format import SUFFIX
from deepviz.document.project import DataChoice, Project
from deepviz.document.shapes import DataFacts, Report, check
from deepviz.training.checkpoint_files import Origin
from deepviz.training.run_plan import facts_of, prepared

Edit = Callable[[Project], Project]

RECENT_DATA = 3
"""How many data sets stay in memory, so that undo does not read files again."""


class EditCommand(QUndoCommand):
    """One undoable step: a label and the project before and after it. It knows nothing of what was edited."""

    def __init__(self, editor: Editor, label: str, before: Project, after: Project, merge_key: str) -> None:
        super().__init__(label)
        self._editor, self._before, self._after, self._merge_key = editor, before, after, merge_key

    def id(self) -> int:
        """Qt offers two commands of one id in a row for merging; -1 means never."""
        return 1 if self._merge_key else -1

    def mergeWith(self, other: QUndoCommand) -> bool:
        """Join with the next command when it goes on changing the same thing, such as a slider being dragged."""
        if not isinstance(other, EditCommand) or other._merge_key != self._merge_key:
            return False
        self._after = other._after
        self.setText(other.text())
        # What ends where it began is no step: Qt then takes it off the stack.
        self.setObsolete(self._after == self._before)
        return True

    @property
    def changes(self) -> tuple[str, ...]:
        """The settings that it changes, each in words with both values."""
        return changed_settings(self._before, self._after)

    def redo(self) -> None:
        """Make the project what it was after the edit."""
        self._editor._show(self._after)

    def undo(self) -> None:
        """Make the project what it was before the edit."""
        self._editor._show(self._before)


class Editor(QObject):
    """Holds the open project.

    Signals
    -------
    project_changed(before, after)
        The project has another value, by an edit, undo, redo or opening.
    report_changed(report)
        The live check has new results; comes after `project_changed`.
    data_changed()
        Other data has been loaded, or could not be.
    opened()
        Another project has been opened; comes after `report_changed`.
    steps_changed()
        There are more, fewer or other steps to undo and redo, or another one is the present.
    saved_changed()
        The path, or whether there are unsaved changes, is another.
    """

    project_changed = Signal(object, object)
    report_changed = Signal(object)
    data_changed = Signal()
    opened = Signal()
    steps_changed = Signal()
    saved_changed = Signal()

    def __init__(self, project: Project, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.project = project
        self.path: Path | None = None
        self.origin: Origin | None = None
        """What was copied, if a copy of a run's weights is open: it has no file of its own."""
        self.data: PreparedData | None = None
        self._recent_data: dict[DataChoice, PreparedData] = {}
        self.data_error = ""
        self.undo_stack = QUndoStack(self)
        self._passed_over = 0
        self.merge_key = ""
        """The merge key of the edit that is being shown; empty for one that stands alone, and for undo and redo."""
        self.undo_stack.cleanChanged.connect(self.saved_changed)
        self.undo_stack.indexChanged.connect(self.steps_changed)
        self._load_data(project.data)
        self.report: Report = check(project, self.facts)

    def __del__(self) -> None:
        """Take the steps off the stack before Python frees them: Qt's stack does not notice that one is gone."""
        if isValid(self) and isValid(self.undo_stack):
            self.undo_stack.blockSignals(True)
            self.undo_stack.clear()

    @property
    def title(self) -> str:
        """What is open, as people call it: by its file if it has one, otherwise by the name of the project."""
        if self.origin is not None:
            return self.origin.words
        return self.project.name if self.path is None else self.path.name.removesuffix(SUFFIX)

    @property
    def copies_beside(self) -> Path | None:
        """The project's file beside which copies of the weights lie; None if there is none."""
        return self.path if self.origin is None else self.origin.file

    @property
    def facts(self) -> DataFacts | None:
        """What is known about the data; None when it could not be loaded."""
        return None if self.data is None else facts_of(self.data)

    def apply(self, label: str, edit: Edit, merge_key: str = "") -> None:
        """Edit the project, undoably.

        Parameters
        ----------
        label
            What the edit does, for the Undo menu: "Add Dense".
        edit
            From the project as it is to the next one.
        merge_key
            Edits of one non-empty key in a row become one undo step.

        Raises
        ------
        EditError
            If the edit makes no sense; the project stays as it is.
        """
        after = edit(self.project)
        if after != self.project:
            self.merge_key = merge_key
            try:
                self.undo_stack.push(EditCommand(self, label, self.project, after, merge_key))
            finally:
                self.merge_key = ""

    def go_to_step(self, number: int) -> None:
        """Undo or redo until so many steps are done. What lies between is neither shown nor checked.

        Parameters
        ----------
        number
            From 0, the project as it was opened, to the number of steps there are.
        """
        number = min(max(number, 0), self.undo_stack.count())
        self._passed_over = max(abs(number - self.undo_stack.index()) - 1, 0)
        self.undo_stack.setIndex(number)

    def step_in_words(self, number: int) -> tuple[str, tuple[str, ...]]:
        """What a step does, counted from 1, and the settings that it changes, with both values."""
        command = self.undo_stack.command(number - 1)
        return command.text(), command.changes if isinstance(command, EditCommand) else ()

    def open(self, project: Project, path: Path | None = None, origin: Origin | None = None) -> None:
        """Show another project; its undo history starts empty."""
        self.path, self.origin = path, origin
        self.undo_stack.clear()
        self.undo_stack.setClean()  # clearing does not do so where there was nothing to clear
        self._show(project)
        self.opened.emit()
        self.saved_changed.emit()

    def mark_saved(self, path: Path) -> None:
        """Remember that the project as it is now lies in a file."""
        self.path, self.origin = path, None
        self.undo_stack.setClean()
        self.saved_changed.emit()

    @property
    def is_saved(self) -> bool:
        """Whether there are no changes since the project was opened or saved."""
        return self.undo_stack.isClean()

    def supply_data(self, choice: DataChoice, data: PreparedData) -> None:
        """Hand over data that has been loaded elsewhere, so that choosing it does not load it again."""
        self._recent_data[choice] = data
        while len(self._recent_data) > RECENT_DATA:
            self._recent_data.pop(next(iter(self._recent_data)))

    def data_of(self, choice: DataChoice) -> PreparedData:
        """The data of a choice, which need not be that of the open project.

        Raises
        ------
        DatasetError
            If they cannot be loaded.
        """
        if choice not in self._recent_data:
            self.supply_data(choice, prepared(choice))
        return self._recent_data[choice]

    def reload_data(self) -> None:
        """Read the data again, for example because its files have changed."""
        self._recent_data.clear()
        self._load_data(self.project.data)
        self._check()

    def _show(self, project: Project) -> None:
        if self._passed_over:
            self._passed_over -= 1
            return
        before, self.project = self.project, project
        if project.data != before.data:
            self._load_data(project.data)
        self.project_changed.emit(before, project)
        self._check()

    def _check(self) -> None:
        self.report = check(self.project, self.facts)
        self.report_changed.emit(self.report)

    def _load_data(self, choice: DataChoice) -> None:
        try:
            self.data, self.data_error = self.data_of(choice), ""
        except DatasetError as error:
            self.data, self.data_error = None, str(error)
        self.data_changed.emit()


__all__ = ["Edit", "EditError", "Editor"]
