"""Puts every run of a window on the list of runs when it ends or is left, and opens and repeats those of the list."""

from __future__ import annotations

import time
from collections.abc import Callable
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
from deepviz.gui.run_repeats import train_again, verdict
from deepviz.gui.runs.desk import RunsDesk
from deepviz.gui.training_controller import TrainingController
from deepviz.training.checkpoint import Checkpoint
from deepviz.training.history import History
from deepviz.training.run_summary import RunSummary


class RunArchive(QObject):
    """Knows which run on the list the open one is, and for how long it has been trained.

    Parameters
    ----------
    desk
        Keeps the list.
    clock
        Gives the time in seconds.
    """

    def __init__(
        self,
        desk: RunsDesk,
        editor: Editor,
        controller: TrainingController,
        files: ProjectFiles,
        notice: Notice,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(desk)
        self._desk, self._editor, self._controller = desk, editor, controller
        self._files, self._notice, self._clock = files, notice, clock
        self._noted: WeakKeyDictionary[History, int] = WeakKeyDictionary()
        self._seconds: WeakKeyDictionary[History, float] = WeakKeyDictionary()
        self._samples: WeakKeyDictionary[History, int] = WeakKeyDictionary()
        self._since: float | None = None
        self._again: tuple[TrainerState, str] | None = None
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
        if self._files.may_leave():
            warnings = self._files.open_loaded(loaded)
            self._controller.history.run = summary.id
            self._noted[self._controller.history] = self._controller.step_count
            self._seconds[self._controller.history] = summary.seconds
            words = " ".join(
                [f"{summary.name} is open, after step {thousands(self._controller.step_count)}.", *warnings]
            )
            self._notice.tell(words, "warning" if warnings else "good")

    @property
    def seconds(self) -> float:
        """For how long the open run has been trained so far."""
        running = 0.0 if self._since is None else self._clock() - self._since
        return self._seconds.get(self._controller.history, 0.0) + running

    def recover(self, loaded: Loaded, seconds: float = 0.0) -> None:
        """Note the run that was just opened from the session of a program that ended before it could do so.

        Parameters
        ----------
        seconds
            For how long it had been trained.
        """
        history, trained = self._controller.history, loaded.trained
        if trained is not None and "run" in trained.history and trained.history["run"].tolist() == [history.run]:
            self._noted.pop(history, None)
            self._seconds[history] = max(seconds, self._seconds.get(history, 0.0))
            self._note(self._controller.checkpoint(), "interrupted")

    def train_again(self, loaded: Loaded, summary: RunSummary) -> None:
        """Open the project of a run, and make the run again with all its changes."""
        if not self._files.may_leave():
            return
        self._files.open_loaded(Loaded(loaded.project))
        trouble = train_again(self._controller, self._editor, loaded)
        if trouble:
            self._notice.tell(f"{summary.name} cannot be trained again. {trouble}", "bad")
        elif loaded.trained is not None:
            self._again = loaded.trained.state, summary.name

    def _tell_again(self) -> None:
        """Say of a run that was made again whether it came to the same weights."""
        if self._again is None or self._controller.is_running:
            return
        state, name = self._again
        checkpoint = self._controller.checkpoint()
        is_over = self._controller.status in ("finished", "diverged", "failed")
        if checkpoint is None or (checkpoint.state.step < state.step and not is_over):
            return
        self._again = None
        is_same, words = verdict(name, state, checkpoint.state)
        self._notice.tell(words, "good" if is_same else "warning")

    def _begin(self) -> None:
        """Give a new run an id at once: it is in the project's file, so the run is known again when that is opened."""
        history = self._controller.history
        if not history.run:
            history.run = self._desk.store.new_id()
            history.began = wall_clock()  # a history comes with the first step, or with what branched off
        if len(history):  # it comes from a file: as long as it does not go on, it is no news
            last = self._noted[history] = int(history.steps[-1])
            known = self._desk.store.run(history.run)
            self._seconds[history] = 0.0 if known is None else known.seconds
            if known is not None and known.steps > last:  # a copy of an earlier step: what comes is another run
                history.run, history.began = self._desk.store.new_id(), wall_clock()

    def _follow_status(self, status: str) -> None:
        history, now, data = self._controller.history, self._clock(), self._editor.data
        if data is not None:
            self._samples.setdefault(history, len(data.train))  # other samples would make it another run
        if status in ("starting", "running"):
            self._since = now if self._since is None else self._since
            return
        if self._since is not None:
            self._seconds[history] = self._seconds.get(history, 0.0) + now - self._since
            self._since = None
        self._tell_again()
        if status in ("finished", "diverged", "failed", "stopped"):
            ending = self._controller.ending
            is_early = ending is not None and ending.is_early
            why = ending.why if ending is not None and is_early else ""
            self._note(self._controller.checkpoint(), "early" if is_early else status, why)

    def _leave(self, checkpoint: Checkpoint, how: str) -> None:
        self._again = None
        if self._since is not None:
            history = checkpoint.history
            self._seconds[history] = self._seconds.get(history, 0.0) + self._clock() - self._since
            self._since = None
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
        seconds, samples = self._seconds.get(history, 0.0), self._samples.get(history, 0)
        self._desk.note(checkpoint, how, seconds, history.run, reason=reason, samples=samples)
        self._noted[history] = checkpoint.state.step
