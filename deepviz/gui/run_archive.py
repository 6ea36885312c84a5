"""Puts every run of a window on the list of runs when it ends or is left, and opens and repeats those of the list."""

from __future__ import annotations

from dataclasses import replace
from time import time as wall_clock
from weakref import WeakKeyDictionary

from PySide6.QtCore import QObject

from deepviz.document.file_format import Loaded
from deepviz.engine.trainer_state import TrainerState
from deepviz.gui.amounts import thousands
from deepviz.gui.editor import Editor
from deepviz.gui.notice import Notice
from deepviz.gui.project_files import ProjectFiles
from deepviz.gui.run_repeats import replay_of, verdict
from deepviz.gui.runs.desk import RunsDesk
from deepviz.gui.training_controller import TrainingController
from deepviz.training.checkpoint import Checkpoint
from deepviz.training.history import History
from deepviz.training.run_summary import RunSummary

NO_FILE = "What is open now is the project of that run, without a file."


class RunArchive(QObject):
    """Knows which run on the list the open one is.

    Parameters
    ----------
    desk
        Keeps the list.
    """

    def __init__(
        self,
        desk: RunsDesk,
        editor: Editor,
        controller: TrainingController,
        files: ProjectFiles,
        notice: Notice,
    ) -> None:
        super().__init__(desk)
        self._desk, self._editor, self._controller = desk, editor, controller
        self._files, self._notice = files, notice
        self._noted: WeakKeyDictionary[History, int] = WeakKeyDictionary()
        self._samples: WeakKeyDictionary[History, int] = WeakKeyDictionary()
        self._again: tuple[TrainerState, str, str] | None = None
        """What a run that is being made again is to come to, what it is called, and what to say besides."""
        controller.restarted.connect(self._begin)
        controller.status_changed.connect(self._follow_status)
        controller.leaving.connect(self._leave)
        controller.grew.connect(self._tell_again)  # a short run is over before anybody saw that it was running
        desk.open_wanted.connect(self.open)
        desk.again_wanted.connect(self.train_again)

    def close(self) -> None:
        """Note the run that is left because the window closes."""
        try:
            checkpoint = self._controller.checkpoint()
        except TimeoutError:
            return
        self._note(checkpoint, "closed")

    def open(self, loaded: Loaded, summary: RunSummary) -> None:
        """Open a run of the list: its project, with its weights and curves."""
        is_own = self._is_own(summary)
        if not is_own and not self._files.may_leave():
            return
        steps = self._editor.undo_stack.index()
        if is_own:
            warnings = self._files.show_run(loaded, f"Open {summary.name}", summary.id)
        else:
            warnings = self._files.open_loaded(loaded)
        self._controller.history.run = summary.id
        self._noted[self._controller.history] = self._controller.step_count
        self._controller.history.seconds = summary.seconds
        undo = "Undo brings the settings of before back." if self._editor.undo_stack.index() > steps else ""
        more = undo if is_own else NO_FILE
        opened = f"{summary.name} is open, after step {thousands(self._controller.step_count)}."
        words = " ".join([opened, *([more] if more else []), *warnings])
        self._notice.tell(words, "warning" if warnings else "good")

    def _is_own(self, summary: RunSummary) -> bool:
        """Whether a run belongs to the open project: by its name, as the list shows runs of "This project".

        A copy of weights that is open is no project for other runs to be opened in.
        """
        return self._editor.origin is None and summary.project == self._editor.project.name

    def recover(self, loaded: Loaded) -> None:
        """Note the run that was just opened from the session of a program that ended before it could do so."""
        history, trained = self._controller.history, loaded.trained
        if trained is not None and "run" in trained.history and trained.history["run"].tolist() == [history.run]:
            self._noted.pop(history, None)
            self._note(self._controller.checkpoint(), "interrupted")

    def train_again(self, loaded: Loaded, summary: RunSummary) -> None:
        """Make a run again with all its changes: as an edit of the open project, or as a project without a file."""
        is_own = self._is_own(summary)
        try:
            project, run = replay_of(self._editor, loaded)
        except ValueError as error:
            self._notice.tell(f"{summary.name} cannot be trained again. {error}", "bad")
            return
        if is_own:
            self._files.show_run(Loaded(project), f"Train {summary.name} again", summary.id)
        elif self._files.may_leave():
            self._files.open_loaded(Loaded(project))
        else:
            return
        self._controller.train_again(run)
        if not is_own:
            self._notice.tell(f"{summary.name} is open and trained again. {NO_FILE}")
        if loaded.trained is not None:
            self._again = loaded.trained.state, summary.name, "" if is_own else NO_FILE

    def _tell_again(self) -> None:
        """Say of a run that was made again whether it came to the same weights."""
        if self._again is None or self._controller.is_running:
            return
        state, name, more = self._again
        checkpoint = self._controller.checkpoint()
        is_over = self._controller.status in ("finished", "diverged", "failed")
        if checkpoint is None or (checkpoint.state.step < state.step and not is_over):
            return
        self._again = None
        is_same, words = verdict(name, state, checkpoint.state)
        self._notice.tell(f"{words} {more}".strip(), "good" if is_same else "warning")

    def _begin(self) -> None:
        """Give a new run an id at once: it is in the project's file, so the run is known again when that is opened."""
        history = self._controller.history
        if not history.run:
            history.run = self._desk.store.new_id()
            history.began = wall_clock()  # a history comes with the first step, or with what branched off
        if len(history):  # it comes from a file: as long as it does not go on, it is no news
            last = self._noted[history] = int(history.steps[-1])
            known = self._desk.store.run(history.run)
            if known is not None and known.steps > last:  # a copy of an earlier step: what comes is another run
                history.run, history.began = self._desk.store.new_id(), wall_clock()

    def _follow_status(self, status: str) -> None:
        history, data = self._controller.history, self._editor.data
        if data is not None:
            self._samples.setdefault(history, len(data.train))  # other samples would make it another run
        if status in ("starting", "running"):
            return
        self._tell_again()
        if status in ("finished", "diverged", "failed", "stopped"):
            ending = self._controller.ending
            is_early = ending is not None and ending.is_early
            why = ending.why if ending is not None and is_early else ""
            self._note(self._controller.checkpoint(), "early" if is_early else status, why)

    def _leave(self, checkpoint: Checkpoint, how: str) -> None:
        self._again = None
        self._note(checkpoint, how)

    def _note(self, checkpoint: Checkpoint | None, how: str, reason: str = "") -> None:
        """Note a run, unless that was done after the same step: how it ended is not how it was left later."""
        if checkpoint is None or self._noted.get(checkpoint.history) == checkpoint.state.step:
            return
        history = checkpoint.history
        known = self._desk.store.run(history.run)
        if known is not None and known.steps == checkpoint.state.step:
            return
        kept = self._controller.moments.timeline.selected(checkpoint.state.step)
        checkpoint = replace(checkpoint, kept=kept)
        self._desk.note(checkpoint, how, history.run, reason=reason, samples=self._samples.get(history, 0))
        self._noted[history] = checkpoint.state.step
