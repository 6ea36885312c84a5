"""Any edits in any order through the window's own undo stack: undoing all gives the first bytes, redoing the last."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test
from PySide6.QtWidgets import QApplication

from deepviz.document.project import Project
from deepviz.gui.editor import Edit, Editor
from tests.document.edit_machine import EditMachine, History


class StackHistory:
    """The window's editor, as something that holds a project."""

    def __init__(self, editor: Editor) -> None:
        self._editor = editor

    @property
    def project(self) -> Project:
        return self._editor.project

    def apply(self, edit: Edit) -> None:
        steps = self._editor.undo_stack.index()
        before = self.project
        self._editor.apply("Edit", edit)
        assert self._editor.undo_stack.index() == steps + (self.project != before)

    def undo(self) -> bool:
        could = self._editor.undo_stack.canUndo()
        self._editor.undo_stack.undo()
        return could

    def redo(self) -> bool:
        could = self._editor.undo_stack.canRedo()
        self._editor.undo_stack.redo()
        return could


@pytest.mark.timeout(300)
def test_any_edits_are_undone_to_the_first_byte(qapp: QApplication) -> None:
    editor = Editor(Project())

    class StackMachine(EditMachine):
        def new_history(self, start: Project) -> History:
            editor.open(start)
            return StackHistory(editor)

    any_edits = settings(
        max_examples=40, stateful_step_count=50, deadline=None, suppress_health_check=list(HealthCheck)
    )
    run_state_machine_as_test(StackMachine, settings=any_edits)
