"""The Data page: which data, how it is prepared and divided, and what it looks like.

Data is loaded before the project is changed. If that fails, the reason stands here and the project keeps what it had.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QProgressBar, QPushButton, QVBoxLayout, QWidget

from deepviz.datasets import source as sources
from deepviz.datasets.dataset import DatasetError
from deepviz.datasets.prepared import PreparedData
from deepviz.datasets.preprocessing import Preprocessing
from deepviz.datasets.source import DatasetSource
from deepviz.datasets.split import SplitChoice
from deepviz.document import edits
from deepviz.document.project import DataChoice, Project
from deepviz.engine.shapes import shape_text
from deepviz.gui.amounts import thousands
from deepviz.gui.editor import Editor
from deepviz.gui.notice import Offer
from deepviz.gui.panels.data_files import FILTER, PickedFiles
from deepviz.gui.panels.data_loader import DataLoader
from deepviz.gui.panels.definition_list import DefinitionList
from deepviz.gui.panels.fact_rows import Fact, FactRows
from deepviz.gui.panels.form import DefinitionForm
from deepviz.gui.panels.message_card import MessageCard
from deepviz.gui.panels.preview import DataPreview
from deepviz.gui.panels.side_panel import SidePanel, Words
from deepviz.gui.panels.split_form import SplitForm, as_shares
from deepviz.gui.panels.step_runs import StepRuns, change_label
from deepviz.gui.settings import DATA_FOLDER, Settings
from deepviz.gui.theme import DARK, Theme
from deepviz.registry import Definition


class DataPanel(SidePanel):
    """Chooses the data of the open project.

    Parameters
    ----------
    editor
        The open project.
    settings
        Where the folder of the last data files is remembered.
    """

    def __init__(self, editor: Editor, settings: Settings, theme: Theme = DARK, parent: QWidget | None = None) -> None:
        super().__init__("Data", parent)
        self._editor, self._settings, self._theme = editor, settings, theme
        self._choice: DataChoice = editor.project.data
        self._picked = PickedFiles()
        self._last_sources: dict[str, DatasetSource] = {}
        self._runs = StepRuns()
        self._label = self._merge_key = ""
        self.loader = DataLoader(self)
        self._make_rows(theme)
        self._connect()
        self.apply_theme(theme)
        self._show_project()
        self._show_data()

    def _make_rows(self, theme: Theme) -> None:
        self.source_list = DefinitionList(sources.registry.values(), "Data set", theme, icon="data")
        self.summary = Words(role="dim")
        self.source_form = DefinitionForm()
        self.open_button = QPushButton("Open images and labels…")
        self.open_button.setToolTip("Choose an images file and its labels file, such as MNIST's, or drop them here.")
        self.progress = QProgressBar()
        self.progress.setRange(0, 0)
        self.progress.setTextVisible(False)
        self.progress.setAccessibleName("Loading the data")
        self.cancel_button = QPushButton("Cancel")
        self.cancel_button.setProperty("field", True)
        self._busy_words = Words(role="dim")
        self.busy = _column(self._busy_words, _row(self.progress, self.cancel_button))
        self.message = MessageCard("Message about the data")
        self.preview = DataPreview(theme)
        self.all_button = QPushButton()
        self.all_button.setProperty("field", True)
        self.facts = FactRows()
        self.preprocessing_form = DefinitionForm()
        self.split_form = SplitForm(theme)
        self.citation = Words(role="small")
        self.busy.hide()
        for widget in (self.source_list, self.summary, self.source_form, self.open_button, self.busy, self.message):
            self.rows.addWidget(widget)
        self.rows.addSpacing(8)
        for widget in (self.preview, self.all_button, self.facts):
            self.rows.addWidget(widget)
        self.add_part("", self.preprocessing_form)
        self.add_part("Split", self.split_form, self.citation)
        self.rows.addStretch(1)

    def _connect(self) -> None:
        self.setAcceptDrops(True)
        self.source_list.chosen.connect(self._choose_source)
        self.source_form.changed.connect(self._take_source)
        self.preprocessing_form.changed.connect(self._take_preprocessing)
        self.split_form.changed.connect(self._take_split)
        self.open_button.clicked.connect(self.open_files)
        self.cancel_button.clicked.connect(self.take_back)
        self.all_button.clicked.connect(self._show_all_features)
        self.loader.loaded.connect(self._use)
        self.loader.failed.connect(self._refuse)
        self.loader.busy_changed.connect(self._show_busy)
        self._editor.project_changed.connect(self._follow)
        self._editor.data_changed.connect(self._show_data)

    # What others call

    def apply_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self._theme = theme
        self.source_list.apply_theme(theme)
        self.preview.apply_theme(theme)
        self.split_form.bar.apply_theme(theme)

    def open_files(self) -> None:
        """Let the person pick data files, then use them."""
        start = self._settings.get(DATA_FOLDER)
        paths = self.ask_files(start if start and Path(start).is_dir() else str(Path.home()))
        if paths:
            self.use_files([Path(path) for path in paths])

    def _ask_for_files(self, reason: str) -> None:
        """Say what is wrong with the files that were picked, or that one is missing, and offer to pick again."""
        is_half = self._picked.waiting is not None
        offer = "Open the other file…" if is_half else "Open other files…"
        kept = self._kept("Until then the network keeps" if is_half else "The network keeps")
        self.message.tell(reason, kept, not is_half, [(offer, self.open_files), ("Dismiss", self.take_back)])

    def ask_files(self, start: str) -> list[str]:
        """Let the person pick files, starting in the folder `start`; none if the dialog was cancelled."""
        return QFileDialog.getOpenFileNames(self, "Open images and labels", start, FILTER)[0]

    def use_files(self, paths: Sequence[Path]) -> None:
        """Use data files: both of a pair, in any order, or one of them and then the other."""
        self._settings.set(DATA_FOLDER, str(paths[0].parent))
        try:
            source = self._picked.source(paths)
        except DatasetError as error:
            self._ask_for_files(str(error))
            return
        self._want(replace(self._choice, source=source), f"Open {_file_name(source)}")

    def take_back(self) -> None:
        """Forget what was asked for, and show the data that the project has."""
        self.loader.cancel()
        self._picked = PickedFiles()
        self._show_project()

    def finish(self) -> bool:
        """Take what is half typed in the forms; says whether all of it is valid."""
        forms = (self.source_form, self.preprocessing_form, self.split_form.form)
        finished = [form.finish() for form in forms]  # each of them, also after one that is not valid
        return all(finished)

    # What the person changes

    def _choose_source(self, key: str) -> None:
        if key == self._choice.source.key:
            return
        self._last_sources[self._choice.source.key] = self._choice.source
        source = self._last_sources.get(key) or sources.registry[key]()
        self._want(replace(self._choice, source=source), f"Use {source.label}")

    def _take_source(self, source: Definition) -> None:
        assert isinstance(source, DatasetSource)
        before = self._choice.source
        source = self._completed(source)
        label = change_label(before, source, source.label)
        self._want(replace(self._choice, source=source), label, self._runs.key("source", before, source))

    def _completed(self, source: DatasetSource) -> DatasetSource:
        """A source with the file that is still missing, if it lies beside the one that was just chosen."""
        given = [Path(path).expanduser() for path in _paths(source) if path]
        if not given or not missing_files(source):
            return source
        try:
            return PickedFiles().source(given)
        except DatasetError:
            return source

    def _take_preprocessing(self, preprocessing: Definition) -> None:
        assert isinstance(preprocessing, Preprocessing)
        self._want(replace(self._choice, preprocessing=preprocessing), "Change the preprocessing")

    def _take_split(self, split: SplitChoice) -> None:
        before, after = as_shares(self._choice.split), as_shares(split)
        self._want(replace(self._choice, split=split), "Change the split", self._runs.key("split", before, after))

    def _want(self, choice: DataChoice, label: str, merge_key: str = "") -> None:
        """Load what was asked for; the project follows once it is there."""
        self._choice, self._label, self._merge_key = choice, label, merge_key
        self._show_choice()
        if choice == self._editor.project.data and not self._editor.data_error:
            self.loader.cancel()
            return
        missing = missing_files(choice.source)
        if missing:
            self.loader.cancel()
            them = "it" if len(missing) == 1 else "them"
            text = f"Choose the {' and the '.join(missing)}, or drop {them} here."
            self.message.tell(text, self._kept("Until then the network keeps"), False, self._back())
            return
        self._busy_words.say(f"Loading {_file_name(choice.source)}…")
        self.loader.load(choice)

    def _use(self, choice: DataChoice, data: PreparedData) -> None:
        self._editor.supply_data(choice, data)
        if choice == self._editor.project.data:
            self._editor.reload_data()
        else:
            edit = partial(edits.set_data, choice=choice, sample_shape=data.sample_shape)
            self._editor.apply(self._label, edit, self._merge_key)
        self._show_project()

    def _try_again(self) -> None:
        self._want(self._choice, self._label or "Load the data")

    # What is shown

    def _follow(self, before: Project, after: Project) -> None:
        if before.data != after.data or before.name != after.name:
            self.loader.cancel()
            self._show_project()

    def _show_project(self) -> None:
        """Show what the project has, in place of what was asked for."""
        self._choice = self._editor.project.data
        self._show_choice()
        if self._editor.data_error:
            self._refuse(self._choice, self._editor.data_error)

    def _show_choice(self) -> None:
        choice = self._choice
        self.message.hide()
        self.source_list.show_key(choice.source.key)
        self.summary.say(choice.source.summary())
        self.source_form.set_definition(choice.source)
        self.source_form.setVisible(bool(choice.source.hyperparameters()))
        self.preprocessing_form.set_definition(choice.preprocessing)
        self.split_form.set_choice(choice.split)

    def _show_data(self) -> None:
        """Show the data that is loaded."""
        data = self._editor.data
        self.preview.show_data(data)
        self.all_button.setText(f"Show all {self.preview.features} features")
        self.all_button.setVisible(self.preview.has_more)
        self.facts.set_facts(data_facts(data))
        self.split_form.show_data(data)
        self.citation.say(data.citation if data is not None else "")
        if self._editor.data_error and not self.loader.is_busy:
            self._refuse(self._choice, self._editor.data_error)
        elif self._choice == self._editor.project.data:
            self.message.hide()

    def _show_all_features(self) -> None:
        self.preview.show_all()
        self.all_button.hide()

    def _show_busy(self, busy: bool) -> None:
        self.busy.setVisible(busy)
        if busy:
            self.message.hide()

    def _refuse(self, choice: DataChoice, reason: str) -> None:
        """Say why a choice cannot be used, and what the network has instead."""
        self.message.tell(
            reason, self._kept("The network keeps"), True, [("Try again", self._try_again), *self._back()]
        )

    def _kept(self, words: str) -> str:
        return "" if self._editor.data is None else f"{words} {self._editor.data.title}."

    def _back(self) -> list[Offer]:
        data = self._editor.data
        return [] if data is None else [(f"Back to {data.title}", self.take_back)]

    # Dropping files

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Files are welcome."""
        if _dropped(event):
            event.acceptProposedAction()
            self.open_button.setText("Drop the files to open them")

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        """The files go elsewhere."""
        self.open_button.setText("Open images and labels…")
        super().dragLeaveEvent(event)

    def dropEvent(self, event: QDropEvent) -> None:
        """Use the files."""
        self.open_button.setText("Open images and labels…")
        if paths := _dropped(event):
            event.acceptProposedAction()
            self.use_files(paths)


def missing_files(source: DatasetSource) -> list[str]:
    """What a source still lacks, in words such as "labels file"."""
    paths = [each for each in source.hyperparameters() if each.kind == "path" and not each.optional]
    return [each.label[:1].lower() + each.label[1:] for each in paths if not getattr(source, each.name)]


def data_facts(data: PreparedData | None) -> list[Fact]:
    """What is to be known about data at a glance."""
    if data is None:
        return []
    parts = (data.train, data.validation, data.test)
    samples = sum(len(part) for part in parts if part is not None)
    targets = ("Classes" if data.task == "classification" else "Target numbers", thousands(data.outputs))
    return [("Samples", thousands(samples)), targets, ("One sample", shape_text(data.sample_shape))]


def _file_name(source: DatasetSource) -> str:
    """What to call a source: its first file, or its label."""
    first = next((path for path in _paths(source) if path), "")
    return Path(first).name if first else source.label


def _paths(source: DatasetSource) -> list[str]:
    """The files that a source reads; empty texts where none has been chosen."""
    return [str(getattr(source, each.name)) for each in source.hyperparameters() if each.kind == "path"]


def _dropped(event: QDropEvent) -> list[Path]:
    return [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]


def _column(*widgets: QWidget) -> QWidget:
    made = QWidget()
    column = QVBoxLayout(made)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(4)
    for widget in widgets:
        column.addWidget(widget)
    return made


def _row(first: QWidget, second: QWidget) -> QWidget:
    made = QWidget()
    row = QHBoxLayout(made)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(8)
    row.addWidget(first, 1, Qt.AlignmentFlag.AlignVCenter)
    row.addWidget(second, 0)
    return made
