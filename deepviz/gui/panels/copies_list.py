"""The copies of the weights that lie beside the project's file: each can be opened, to go on from it, or deleted.

Deleting is asked for twice, on the same button, because no undo brings a file back.
"""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QEvent, QObject, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from deepviz.gui.amounts import thousands
from deepviz.gui.panels.side_panel import Words
from deepviz.training.checkpoint_files import copies

OPEN_TIP = "Open this copy as a project: Run goes on from its weights. What is open now stays in its own file."
SURE_TIP = "Press again to delete {} for good"


class CopiesList(QWidget):
    """A row for each copy, the newest epoch first; hidden while there is none."""

    open_wanted = Signal(Path)
    """Sent with the file of a copy that is to be opened."""
    refused = Signal(str)
    """A copy could not be deleted; the argument says why."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._project_file: Path | None = None
        self.rows: list[CopyRow] = []
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

    def look(self) -> None:
        """Show the copies that there are now."""
        found = [] if self._project_file is None else list(reversed(copies(self._project_file)))
        if found != [(row.epoch, row.path) for row in self.rows]:
            for row in self.rows:
                row.hide()
                row.deleteLater()
            self.rows = [CopyRow(epoch, path) for epoch, path in found]
            for row in self.rows:
                row.open_button.clicked.connect(lambda _checked=False, path=row.path: self.open_wanted.emit(path))
                row.delete_wanted.connect(self._delete)
                self._column.addWidget(row)
                row.show()  # a layout would do so an event later
        if self.rows:
            count = "1 copy" if len(self.rows) == 1 else f"{thousands(len(self.rows))} copies"
            self.words.say(f"{count}, the last after epoch {thousands(self.rows[0].epoch)}:")
        self.setVisible(bool(self.rows))

    def showEvent(self, event: QShowEvent) -> None:
        """Somebody else may have written or deleted files meanwhile."""
        super().showEvent(event)
        self.look()

    def _delete(self, path: Path) -> None:
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            self.refused.emit(f"{path.name} could not be deleted: {error.strerror}.")
        self.look()


class CopyRow(QWidget):
    """One copy: of which epoch, and what can be done with it."""

    delete_wanted = Signal(Path)

    def __init__(self, epoch: int, path: Path) -> None:
        super().__init__()
        self.epoch, self.path = epoch, path
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
