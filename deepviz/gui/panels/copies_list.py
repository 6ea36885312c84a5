"""The copies of the weights that lie beside the project's file: each can be opened, to go on from it, or deleted.

Deleting is asked for twice, on the same button, because no undo brings a file back.
"""

from __future__ import annotations

import re
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from deepviz.gui.amounts import thousands
from deepviz.gui.panels.side_panel import Words
from deepviz.training.checkpoint_files import Copy, copies

OPEN_TIP = "Open this copy as a project: Run goes on from its weights. What is open now stays in its own file."
BEGAN = re.compile(r"(\d{4})(\d\d)(\d\d)-(\d\d)(\d\d)(\d\d)")
"""When a run began, as its id says."""
SET_TIP = "The names of these files say of which run they are:"
SURE_TIP = "Press again to delete {} for good"


class CopiesList(QWidget):
    """A row for each copy, the newest run and epoch first; hidden while there is none."""

    open_wanted = Signal(Path)
    """Sent with the file of a copy that is to be opened."""
    refused = Signal(str)
    """A copy could not be deleted; the argument says why."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._project_file: Path | None = None
        self._is_behind = False
        self.rows: list[CopyRow] = []
        self.headings: list[QLabel] = []
        self.words = Words()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(4)
        self._column.addWidget(self.words)
        self.hide()

    def show_of(self, project_file: Path | None) -> None:
        """Show the copies of a project by its file; None: it has none."""
        self._project_file = project_file
        self.look()

    def follow(self) -> None:
        """Show that there is another copy; as long as the pointer is here, nothing moves away below it."""
        if self.isVisible() and self.underMouse():
            self._is_behind = True
        else:
            self.look()

    def look(self) -> None:
        """Show the copies that there are now."""
        self._is_behind = False
        found = [] if self._project_file is None else list(reversed(copies(self._project_file)))
        if found != [(row.run, row.epoch, row.path) for row in self.rows]:
            for part in (*self.rows, *self.headings):
                part.hide()
                part.deleteLater()
            self.rows, self.headings = [], []
            for each in found:
                if found[0].run != found[-1].run and (not self.rows or each.run != self.rows[-1].run):
                    self._add_heading(each.run)
                self._add_row(each)
        if self.rows:
            count = "1 copy" if len(self.rows) == 1 else f"{thousands(len(self.rows))} copies"
            self.words.say(f"{count}, the last after epoch {thousands(self.rows[0].epoch)}:")
        self.setVisible(bool(self.rows))

    def leaveEvent(self, event: QEvent) -> None:
        """Show what has come meanwhile."""
        super().leaveEvent(event)
        if self._is_behind:
            self.look()

    def showEvent(self, event: QShowEvent) -> None:
        """Somebody else may have written or deleted files meanwhile."""
        super().showEvent(event)
        self.look()

    def _add_heading(self, run: str) -> None:
        """Say of which run the rows are that follow: there are copies of several."""
        began = BEGAN.match(run)
        heading = QLabel("Run of {}-{}-{} {}:{}:{}".format(*began.groups()) if began else "Another run")
        heading.setProperty("role", "small")
        heading.setToolTip(f"{SET_TIP} {run}".strip())
        self.headings.append(heading)
        self._column.addWidget(heading)
        heading.show()

    def _add_row(self, copy: Copy) -> None:
        row = CopyRow(copy)
        row.open_button.clicked.connect(lambda: self.open_wanted.emit(copy.path))
        row.delete_wanted.connect(self._delete)
        self.rows.append(row)
        self._column.addWidget(row)
        row.show()  # a layout would do so an event later

    def _delete(self, path: Path) -> None:
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            self.refused.emit(f"{path.name} could not be deleted: {error.strerror}.")
        self.look()


class CopyRow(QWidget):
    """One copy: of which epoch, and what can be done with it."""

    delete_wanted = Signal(Path)

    def __init__(self, copy: Copy) -> None:
        super().__init__()
        self.run, self.epoch, self.path = copy
        epoch, path = self.epoch, self.path
        label = QLabel(f"Epoch {thousands(epoch)}")
        label.setToolTip(path.name)
        self.open_button, self.delete_button = QPushButton("Open"), QPushButton("Delete")
        self.open_button.setToolTip(OPEN_TIP)
        self.open_button.setAccessibleName(f"Open the copy after epoch {epoch}")
        for button in (self.open_button, self.delete_button):
            button.setProperty("field", True)
        self.delete_button.clicked.connect(self._press_delete)
        self._is_asked = False
        self.delete_button.installEventFilter(self)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        row.addWidget(label, 1)
        row.addWidget(self.open_button)
        row.addWidget(self.delete_button)
        self._ask_again(False)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Whoever goes elsewhere has thought better of it."""
        if event.type() in (QEvent.Type.FocusOut, QEvent.Type.Leave):
            self._ask_again(False)
        return False

    def _press_delete(self) -> None:
        if self._is_asked:
            self.delete_wanted.emit(self.path)
        else:
            self._ask_again(True)

    def _ask_again(self, on: bool) -> None:
        self._is_asked = on
        self.delete_button.setText("Sure?" if on else "Delete")
        self.delete_button.setToolTip(SURE_TIP.format(self.path.name) if on else f"Delete {self.path.name}")
        self.delete_button.setAccessibleName(self.delete_button.toolTip())
