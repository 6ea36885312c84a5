"""The sheet that opens below Export…: which format, which name, which folder, and what will be in the file."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget

from deepviz.document.project import Project
from deepviz.document.shapes import check
from deepviz.exchange import registry
from deepviz.gui.amounts import counted
from deepviz.gui.panels.definition_list import DefinitionList
from deepviz.gui.panels.popover import Popover, theme_in_use
from deepviz.gui.panels.side_panel import Words
from deepviz.gui.settings import EXPORT_FOLDER, Settings

WIDTH, TALLEST = 344, 480
MARGIN = 16


class ExportPanel(Popover):
    """Asks how the weights are to be exported. Whoever listens to `export_wanted` does it.

    Parameters
    ----------
    window
        The window it opens in.
    settings
        Where the last folder is remembered.
    """

    export_wanted = Signal(object)
    """Sent with the `Path` of the file to write; its suffix says the format."""

    def __init__(self, window: QWidget, settings: Settings) -> None:
        self._page = QWidget()
        super().__init__("Export weights", self._page)
        self.setParent(window)
        self._settings = settings
        self._folder = Path.home()
        self._problem = ""
        self.contents = Words(role="dim")
        self.format_list = DefinitionList(registry.values(), "Format", theme_in_use())
        self.format_words = Words(role="small")
        self.name = QLineEdit()
        self.name.setAccessibleName("File name")
        self.folder_words = Words()
        self.folder_button = QPushButton("Choose…")
        self.folder_button.setProperty("field", True)
        self.folder_button.setAccessibleName("Choose a folder")
        self.message = Words()
        self.export_button = QPushButton("Export")
        self.export_button.setProperty("primary", True)
        self.cancel_button = QPushButton("Cancel")
        self._lay_out()
        self.format_list.chosen.connect(self._use_format)
        self.name.textEdited.connect(self._follow_name)
        self.name.returnPressed.connect(self.export)
        self.folder_button.clicked.connect(self._choose_folder)
        self.export_button.clicked.connect(self.export)
        self.cancel_button.clicked.connect(self.close_quietly)

    @property
    def path(self) -> Path:
        """The file that would be written."""
        return self._folder / self.name.text().strip()

    def open_at(self, anchor: QWidget, project: Project, steps: int) -> None:
        """Open at a button, for the weights of a project that has been trained for a number of steps; or close."""
        if self.isVisible():
            self.close_quietly()
            return
        report = check(project)
        amount = counted(report.total_parameters, "parameter")
        state = f"as they are after {counted(steps, 'step')} of training" if steps else "fresh, not trained yet"
        self.contents.say(f"The weights of {project.name}, {state}: {amount}.")
        self._problem = report.problems[0].text if report.problems else ""
        folder = Path(self._settings.get(EXPORT_FOLDER) or Path.home())
        self._folder = folder if folder.is_dir() else Path.home()
        if not self.format_list.key:
            self.format_list.show_key(next(iter(registry)))
        self.format_list.apply_theme(theme_in_use())
        self.name.setText(f"{_file_stem(project.name)}{self._suffix}")
        self._check()
        self.open_beside(anchor, WIDTH, TALLEST)
        self.name.setFocus(Qt.FocusReason.PopupFocusReason)
        self.name.setSelection(0, len(self.name.text()) - len(self._suffix))

    def export(self) -> None:
        """Ask for the file to be written, if everything is in order."""
        if not self.export_button.isEnabled():
            return
        self._settings.set(EXPORT_FOLDER, str(self._folder))
        path = self.path
        self.close_quietly()
        self.export_wanted.emit(path)

    def ask_folder(self, start: str) -> str:
        """Let the person choose a folder; empty if the dialog was cancelled."""
        return QFileDialog.getExistingDirectory(self, "Export to", start)

    @property
    def _suffix(self) -> str:
        return registry[self.format_list.key].suffix

    def _use_format(self, key: str) -> None:
        """Give the file the suffix of the format."""
        name = self.name.text().strip()
        known = next((kind.suffix for kind in registry.values() if name.lower().endswith(kind.suffix)), "")
        self.name.setText((name[: -len(known)] if known else name) + registry[key].suffix)
        self._check()

    def _follow_name(self, name: str) -> None:
        """Take the format from a suffix that is typed."""
        found = next((kind for kind in registry.values() if name.strip().lower().endswith(kind.suffix)), None)
        if found is not None:
            self.format_list.show_key(found.key)
        self._check()

    def _choose_folder(self) -> None:
        if chosen := self.ask_folder(str(self._folder)):
            self._folder = Path(chosen)
            self._check()

    def _check(self) -> None:
        """Say what stands in the way, or what will be replaced."""
        name, kind = self.name.text().strip(), registry[self.format_list.key]
        self.format_words.say(kind.summary())
        self.folder_words.say(str(self._folder))
        refusal, note = "", ""
        if self._problem:
            refusal = f"The network is not finished, so there is nothing to export yet. {self._problem}"
        elif not name or name == kind.suffix:
            refusal = "Give the file a name."
        elif "/" in name or "\\" in name:
            refusal = "The name must not contain slashes; choose the folder below."
        elif not name.lower().endswith(kind.suffix):
            endings = " or ".join(each.suffix for each in registry.values())
            refusal = f"The name must end in {endings}; the ending says the format."
        elif not self._folder.is_dir():
            refusal = "This folder does not exist any more. Choose another."
        elif self.path.is_dir():
            refusal = "There is a folder of this name. Choose another name."
        elif self.path.exists():
            note = "There is a file of this name; it will be replaced."
        self.message.say(refusal or note)
        self.message.setProperty("role", "error" if refusal else "warning")
        self.message.style().unpolish(self.message)
        self.message.style().polish(self.message)
        self.export_button.setEnabled(not refusal)
        self.export_button.setText("Replace" if note else "Export")
        self.fit()

    def _lay_out(self) -> None:
        column = QVBoxLayout(self._page)
        column.setContentsMargins(MARGIN, MARGIN, MARGIN, MARGIN)
        column.setSpacing(6)
        column.addWidget(Words("Export weights", "title"))
        column.addWidget(self.contents)
        column.addSpacing(6)
        column.addWidget(_label("Format", self.format_list))
        column.addWidget(self.format_list)
        column.addWidget(self.format_words)
        column.addSpacing(4)
        column.addWidget(_label("File name", self.name))
        column.addWidget(self.name)
        column.addSpacing(4)
        column.addWidget(_label("Folder", self.folder_button))
        folder = QHBoxLayout()
        folder.setSpacing(8)
        folder.addWidget(self.folder_words, 1)
        folder.addWidget(self.folder_button)
        column.addLayout(folder)
        column.addWidget(self.message)
        column.addSpacing(8)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addStretch(1)
        buttons.addWidget(self.cancel_button)
        buttons.addWidget(self.export_button)
        column.addLayout(buttons)


def _label(text: str, buddy: QWidget) -> QLabel:
    label = QLabel(text)
    label.setProperty("role", "dim")
    label.setBuddy(buddy)
    return label


def _file_stem(name: str) -> str:
    """A project's name as part of a file's."""
    return "".join("-" if letter in '/\\:*?"<>|' else letter for letter in name).strip() or "weights"
