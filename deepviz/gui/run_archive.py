"""Keeps every run of a window for the list of runs when it ends or is left; opens and repeats those of the list."""

from __future__ import annotations

from dataclasses import replace
from itertools import count
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
from deepviz.gui.runs.open_run import OpenRun
from deepviz.gui.training_controller import TrainingController
from deepviz.training.checkpoint import Checkpoint
from deepviz.training.history import History
from deepviz.training.run_summary import RunSummary, project_of

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
        self._homes: WeakKeyDictionary[History, str] = WeakKeyDictionary()
        self._again: tuple[TrainerState, str, str] | None = None
        """What a run that is being made again is to come to, what it is called, and what to say besides."""
        self._times = count()
        desk.follow(OpenRun(controller, editor, desk.recorder, self._noted, self._samples, self._homes))
        controller.restarted.connect(self._begin)
        controller.status_changed.connect(self._follow_status)
        controller.leaving.connect(self._leave)
        controller.grew.connect(self._note_home)
        controller.grew.connect(self._tell_again)  # a short run is over before anybody saw that it was running
        desk.open_wanted.connect(self.open)
        desk.again_wanted.connect(self.train_again)
        files.renamed.connect(desk.former_names.add)

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
        """Whether a run belongs to the open project."""
        return self._desk.is_own(summary)

    def recover(self, loaded: Loaded) -> None:
        """Note the run that was just opened from the session of a program that ended before it could do so."""
        history, trained = self._controller.history, loaded.trained
        if trained is not None and "run" in trained.history and trained.history["run"].tolist() == [history.run]:
            self._noted.pop(history, None)
            self._note(self._checkpoint(), "interrupted")

    def train_again(self, loaded: Loaded, summary: RunSummary) -> None:
        """Make a run again with all its changes: as an edit of the open project, or as a project without a file."""
        is_own, label = self._is_own(summary), f"Train {summary.name} again"
        merge_key = f"again {next(self._times)}"  # with what changes on the way it is one step, and one of its own
        try:
            project, run = replay_of(self._editor, loaded)
        except ValueError as error:
            self._notice.tell(f"{summary.name} cannot be trained again. {error}", "bad")
            return
        if is_own:
            self._files.show_run(Loaded(project), label, summary.id, merge_key)
        elif self._files.may_leave():
            self._files.open_loaded(Loaded(project))
        else:
            return
        self._controller.train_again(run, label, merge_key)
        if not is_own:
            self._notice.tell(f"{summary.name} is open and trained again. {NO_FILE}")
        if loaded.trained is not None:
            self._again = loaded.trained.state, summary.name, "" if is_own else NO_FILE

    def _tell_again(self) -> None:
        """Say of a run that was made again whether it came to the same weights."""
        if self._again is None or self._controller.is_running:
            return
        state, name, more = self._again
        try:
            checkpoint = self._controller.checkpoint()
        except TimeoutError:
            return  # there may be memory for a copy when it is asked next
        is_over = self._controller.status in ("finished", "diverged", "failed")
        if checkpoint is None or (checkpoint.state.step < state.step and not is_over):
            return
        self._again = None
        is_same, words = verdict(name, state, checkpoint.state)
        self._notice.tell(f"{words} {more}".strip(), "good" if is_same else "warning")

    def _begin(self) -> None:
        """Give a new run an id at once: it is in the project's file, so the run is known again when that is opened."""
        history = self._controller.history
        if not len(history):  # one with steps is of data that may not be there yet
            self._note_samples()
        if not history.run:
            history.run = self._desk.store.new_id()
            history.began = wall_clock()  # a history comes with the first step, or with what branched off
        if len(history):  # it comes from a file: as long as it does not go on, it is no news
            self._note_home()
            last = self._noted[history] = int(history.steps[-1])
            known = self._desk.store.run(history.run)
            if known is not None and known.steps > last:  # a copy of an earlier step: what comes is another run
                history.run, history.began = self._desk.store.new_id(), wall_clock()

    def _follow_status(self, status: str) -> None:
        self._note_samples()
        if status in ("starting", "running"):
            return
        self._tell_again()
        if status in ("finished", "diverged", "failed", "stopped"):
            ending = self._controller.ending
            is_early = ending is not None and ending.is_early
            why = ending.why if ending is not None and is_early else ""
            self._note(self._checkpoint(), "early" if is_early else status, why)

    def _checkpoint(self) -> Checkpoint | None:
        """The run as it is now; None if there is none, or (which is told on the list) no copy of it can be had."""
        try:
            return self._controller.checkpoint()
        except TimeoutError as error:
            self._desk.recorder.failed.emit(f"This run could not be put on the list of runs. {error}")
            return None

    def _note_home(self) -> None:
        """Remember what the project was called when the run began: it may be saved under another name."""
        self._homes.setdefault(self._controller.history, self._editor.project.name)

    def _note_samples(self) -> None:
        """Remember on how many samples the run trains: others would make it another run."""
        if self._editor.data is not None:
            self._samples.setdefault(self._controller.history, len(self._editor.data.train))

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
        samples = self._samples.get(history, 0)
        home = project_of(self._homes.get(history, ""), self._editor.project.name)
        self._desk.note(checkpoint, how, history.run, reason=reason, samples=samples, home=home)
        self._noted[history] = checkpoint.state.step
