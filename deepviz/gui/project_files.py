"""Opening, saving and exporting for the window: asks for files, and says in words what came of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from deepviz.datasets.dataset import DatasetError
from deepviz.document import edits, examples
from deepviz.document.archive import FileError
from deepviz.document.compile import ProjectError
from deepviz.document.file_format import SUFFIX, Loaded, load, save
from deepviz.document.graph_json import LONGEST_NAME
from deepviz.document.kept_states import MOST_PROJECT_BYTES
from deepviz.document.project import Project
from deepviz.exchange import ExchangeError, export
from deepviz.gui.amounts import thousands
from deepviz.gui.editor import Editor
from deepviz.gui.file_drops import is_project, trouble_with
from deepviz.gui.notice import Notice
from deepviz.gui.settings import EXPORT_FOLDER, PROJECT_FOLDER, Settings
from deepviz.gui.training_controller import TrainingController
from deepviz.training.checkpoint import Checkpoint, checkpoint_of, trained_of
from deepviz.training.checkpoint_files import Origin, origin_of
from deepviz.training.run_plan import RunPlan, prepared

FILTER = f"DeepViz project (*{SUFFIX})"


class ProjectFiles(QObject):
    """Moves projects between the editor and files.

    Parameters
    ----------
    window
        Where dialogs belong to.

    Attributes
    ----------
    is_kept
        Says whether what is open now will be there again at the next start, also without a file.
    take_typed
        Takes what is half typed anywhere, before it is asked whether anything would be lost.
    was_discarded
        Whether the window was allowed to close without saving changes.
    """

    recent_changed = Signal()
    begun = Signal()
    """Sent when a project is open that is to be built first: an empty one, a template or an example."""
    renamed = Signal(str, str)
    """Sent with the former and the next name of a project that is saved under another, before it has that."""
    data_dropped = Signal(list)
    """Sent with the paths of files that were dropped on the window and are no project."""

    def __init__(
        self, editor: Editor, controller: TrainingController, settings: Settings, notice: Notice, window: QWidget
    ) -> None:
        super().__init__(window)
        self._saved_steps, self._saved_run = 0, ""
        self._editor, self._controller, self._settings = editor, controller, settings
        self._notice, self._window = notice, window
        self.is_kept: Callable[[], bool] = lambda: False
        self.take_typed: Callable[[], object] = lambda: None
        self.was_discarded = False

    def new(self) -> None:
        """Start with an empty canvas."""
        if self.may_leave():
            self._controller.load(None)
            self._editor.open(Project())
            self._notice.dismiss()
            self.begun.emit()

    def open_example(self, name: str) -> None:
        """Open a built-in example."""
        if self.may_leave():
            self._controller.load(None)
            self._editor.open(examples.open_example(name))
            self._notice.dismiss()
            self.begun.emit()

    def ask_open(self) -> None:
        """Let the user choose a project and open it."""
        folder = self._settings.get(PROJECT_FOLDER)
        chosen, _ = QFileDialog.getOpenFileName(self._window, "Open project", folder, f"{FILTER};;All files (*)")
        if chosen and self.may_leave():
            self.open(Path(chosen))

    def open(self, path: Path) -> bool:
        """Open a project file. Returns whether it could be read; if not, the present project stays."""
        try:
            loaded = load(path)
        except FileError as error:
            self._controller.progress.hold(False)
            self._notice.tell(str(error), "bad")
            return False
        origin = origin_of(loaded, path)
        warnings = self._show(loaded, None if origin is not None else path, origin)
        self._remember(path, is_copy=origin is not None)
        if warnings:
            self._notice.tell(" ".join(warnings), "warning")
        else:
            self._notice.dismiss()
        return True

    def open_loaded(self, loaded: Loaded) -> list[str]:
        """Open a project that comes from no file of the user's. Returns what had to be left out, in words."""
        warnings = self._show(loaded, None)
        self._notice.dismiss()
        return warnings

    def show_run(self, loaded: Loaded, label: str, run: str, merge_key: str = "") -> list[str]:
        """Show a run of the open project: an edit that can be undone, so its file and its history of edits stay.

        Parameters
        ----------
        loaded
            The project of the run, with weights or to be trained.
        label
            What the edit is called.
        run
            The id of the run.
        merge_key
            Of the edit: what the run changes later on can be a part of it.

        Returns
        -------
        What had to be left out, in words.
        """
        self.take_typed()
        self._controller.load(None)
        self._editor.apply(label, lambda _: loaded.project, merge_key)
        warnings = self._load_weights(loaded)
        if run != self._saved_run:
            self._saved_steps = -1  # however many steps it has made, its weights are not those in the file
        self._editor.saved_changed.emit()
        self._notice.dismiss()
        return warnings

    def open_dropped(self, paths: list[str]) -> None:
        """Open a project that was dropped on the window; other files are data for the present one, and passed on."""
        files = [Path(path) for path in paths]
        trouble = trouble_with(files)
        if trouble:
            self._notice.tell(trouble, "warning")
        elif not is_project(files[0]):
            self.data_dropped.emit(files)
        elif self.may_leave():
            self.open(files[0])

    def open_recent(self, path: Path) -> None:
        """Open a project of the recent ones; one that is gone is taken off them."""
        if not path.is_file():
            self._settings.forget_recent_file(path)
            self.recent_changed.emit()
            text = f"{path.name} is not in {path.parent} any more: it was moved, renamed or deleted."
            self._notice.tell(f"{text} It was taken off the list.", "warning", [("Open…", self.ask_open)])
        elif self.may_leave():
            self.open(path)

    def restore(
        self,
        loaded: Loaded,
        path: Path | None,
        is_edited: bool,
        saved_steps: int | None,
        origin: Origin | None = None,
    ) -> list[str]:
        """Show what was open in an earlier session. Returns what had to be left out, in words.

        Parameters
        ----------
        path
            The file it belongs to, if any.
        is_edited
            Whether it is otherwise than in that file.
        saved_steps
            For how many steps the weights in that file have been trained; None if they are those of `loaded`.
        origin
            What was copied, if a copy was open.
        """
        warnings = self._show(loaded, path, origin)
        if saved_steps is not None:
            self._saved_steps = saved_steps
        if is_edited:
            self._editor.undo_stack.resetClean()
        self._editor.saved_changed.emit()
        return warnings

    def save(self) -> bool:
        """Save to the project's file, asking for one if there is none. Returns whether it was saved."""
        return self.ask_save() if self._editor.path is None else self.save_to(self._editor.path)

    def ask_save(self) -> bool:
        """Let the user choose a file and save to it."""
        name = f"{self._editor.project.name}{SUFFIX}"
        folder, origin = Path(self._settings.get(PROJECT_FOLDER) or Path.home()), self._editor.origin
        proposed = folder / name if origin is None else origin.free_file
        chosen, _ = QFileDialog.getSaveFileName(self._window, "Save project", str(proposed), FILTER)
        if not chosen:
            return False
        path = Path(chosen)
        path = path if path.suffix == SUFFIX else path.with_name(path.name + SUFFIX)
        return self.save_to(path, name=path.name.removesuffix(SUFFIX))

    def save_to(self, path: Path, name: str = "") -> bool:
        """Save project and weights. Returns whether that worked; if not, it says why.

        Parameters
        ----------
        name
            What the project is called from now on; empty to leave its name.
        """
        project = self._editor.project
        if name.isprintable() and 0 < len(name) <= LONGEST_NAME:
            project = edits.rename(project, name)
        try:
            checkpoint = self._controller.checkpoint()
            trained = None if checkpoint is None else trained_of(self._with_timeline(checkpoint), self._editor.data)
            save(project, path, trained)
        except (OSError, TimeoutError, FileError) as error:
            self._notice.tell(f"Could not save {path.name}: {_reason(error)}", "bad", [("Save as…", self.ask_save)])
            return False
        if project.name != self._editor.project.name:
            self.renamed.emit(self._editor.project.name, project.name)
        self._editor.apply("Rename", lambda _: project)
        self._saved_steps = 0 if checkpoint is None else checkpoint.state.step
        self._saved_run = self._controller.history.run
        self._editor.mark_saved(path)
        self._remember(path)
        return True

    def export_to(self, path: Path) -> bool:
        """Write the weights as they are now, in the format of the file's suffix. Returns whether that worked."""
        try:
            checkpoint = self._controller.checkpoint()
            if checkpoint is None:
                data = self._editor.data or prepared(self._editor.project.data)
                arrays = RunPlan(self._editor.project, data).trainer(probes=()).network.weights()
            else:
                arrays = checkpoint.result
            export(path, self._editor.project, arrays)
        except (OSError, TimeoutError, ExchangeError, ProjectError, DatasetError) as error:
            self._notice.tell(f"Could not export to {path.name}: {_reason(error)}", "bad")
            return False
        self._settings.set(EXPORT_FOLDER, str(path.parent))
        step = 0 if checkpoint is None else checkpoint.result_step
        trained = f"the weights of step {thousands(step)}" if step else "untrained, fresh weights"
        folder = partial(QDesktopServices.openUrl, QUrl.fromLocalFile(str(path.parent)))
        self._notice.tell(f"Exported {trained} to {path}.", "good", [("Open folder", folder)])
        return True

    @property
    def is_saved(self) -> bool:
        """Whether nothing would be lost.

        Training counts as a change of a project that has a file, and of a copy. One that has neither can be trained
        again at any time, with the same seed to the same weights.
        """
        comes_from_file = self._editor.copies_beside is not None
        trained_on = comes_from_file and self._controller.step_count != self._saved_steps
        return self._editor.is_saved and not trained_on

    def may_leave(self) -> bool:
        """Whether the present project may be closed: it is saved, or the user says what to do with the changes.

        A run makes no step from the question on, so that what is saved is what is left; it goes on if it is not left.
        """
        self.take_typed()
        if self.is_saved:
            return True
        is_left, waits = False, " Training waits for your answer." if self._controller.is_running else ""
        self._controller.progress.hold(True)
        try:
            is_left = self._asked(f"Save the changes to “{self._editor.title}” first?{waits}")
        finally:
            if not is_left:
                self._controller.progress.hold(False)
        return is_left

    def _asked(self, question: str) -> bool:
        """Ask what to do with the changes, and do it. Returns whether the project may be closed."""
        buttons = QMessageBox.StandardButton
        offered = buttons.Save | buttons.Discard | buttons.Cancel
        answer = QMessageBox.question(self._window, "Unsaved changes", question, offered, buttons.Save)
        return self.save() if answer == buttons.Save else answer == buttons.Discard

    def may_quit(self) -> bool:
        """Whether the window may be closed. Nothing is asked about what is there again at the next start."""
        self.was_discarded = False
        if (self._editor.path is None or self._editor.is_saved) and self.is_kept():
            return True
        if not self.may_leave():
            return False
        self.was_discarded = not self.is_saved
        return True

    @property
    def saved_steps(self) -> int:
        """For how many steps the weights in the project's file have been trained; -1 if they are of another run."""
        return self._saved_steps

    def _with_timeline(self, checkpoint: Checkpoint) -> Checkpoint:
        """A checkpoint with as much of the timeline of its run as a project's file has room for."""
        timeline = self._controller.moments.timeline
        return replace(checkpoint, kept=timeline.selected(checkpoint.state.step, MOST_PROJECT_BYTES))

    def _show(self, loaded: Loaded, path: Path | None, origin: Origin | None = None) -> list[str]:
        """Show a project with its weights. Returns what had to be left out, in words."""
        self._controller.load(None)
        self._editor.open(loaded.project, path, origin)
        warnings = self._load_weights(loaded)
        self._saved_steps, self._saved_run = self._controller.step_count, self._controller.history.run
        self._editor.saved_changed.emit()  # what was told while it was opened was about other weights
        return warnings

    def _load_weights(self, loaded: Loaded) -> list[str]:
        """Go on from the weights of what is being opened. Returns what had to be left out, in words."""
        if loaded.trained is None:
            return list(loaded.warnings)
        checkpoint, warning = checkpoint_of(loaded.project, loaded.trained)
        self._controller.load(checkpoint)
        return [*loaded.warnings, *([warning] if warning else [])]

    def _remember(self, path: Path, is_copy: bool = False) -> None:
        if not is_copy:  # there may be ten of each run, and its project lists them
            self._settings.add_recent_file(path)
        self._settings.set(PROJECT_FOLDER, str(path.resolve().parent))
        self.recent_changed.emit()


def _reason(error: Exception) -> str:
    """Why a file could not be written, in words."""
    return (error.strerror or str(error)) if isinstance(error, OSError) and error.strerror else str(error)
