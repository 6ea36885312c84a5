"""The run that is open as a line of the list of runs: made of what is in memory, whenever somebody looks at the list.

Nothing is written for it. When it is noted, what is kept of it takes the place of this line.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from PySide6.QtCore import QObject, Signal

from deepviz.document.project import Project
from deepviz.gui.editor import Editor
from deepviz.gui.runs.recorder import RunRecorder
from deepviz.gui.training_controller import TrainingController
from deepviz.training.batch_sizes import BatchSizes
from deepviz.training.history import History
from deepviz.training.run_store import beginning_of
from deepviz.training.run_summary import Marks, RunSummary, clean_name, free_name, project_of, summary_of

BEING_KEPT = "being kept"
"""What a run does that goes on no more and is not on the disk yet."""


class OpenRun(QObject):
    """Tells what there is to say of the run that is open, and keeps its name and star until it is noted.

    Parameters
    ----------
    controller, editor
        Of the window.
    recorder
        Writes runs; what it has not written yet stays on the list.
    noted
        After which step the run of a history was noted, or read, last.
    samples
        On how many the run of a history trains.
    homes
        What the project of a history was called when its run began.
    """

    changed = Signal()
    """There may be something else to say."""

    def __init__(
        self,
        controller: TrainingController,
        editor: Editor,
        recorder: RunRecorder,
        noted: Mapping[History, int],
        samples: Mapping[History, int],
        homes: Mapping[History, str],
    ) -> None:
        super().__init__(controller)
        self._controller, self._editor, self._recorder = controller, editor, recorder
        self._noted, self._samples, self._homes = noted, samples, homes
        self._shown: dict[str, tuple[RunSummary, History]] = {}
        self._marks: dict[str, Marks] = {}
        recorder.marks_of = self._marks.get
        for signal in (controller.grew, controller.restarted, controller.status_changed):
            signal.connect(self.changed)

    def lines(self, kept: Sequence[RunSummary]) -> tuple[RunSummary, ...]:
        """The open run as it is now, and those that are just being written, unless they are kept as they are.

        Parameters
        ----------
        kept
            What is on the disk.
        """
        now = self._now(kept)
        writing = ((run, shown) for run, shown in self._shown.items() if self._recorder.is_writing(run))
        held = {run: (replace(summary, ended=BEING_KEPT), history) for run, (summary, history) in writing}
        self._shown = held if now is None else {**held, now.id: (now, self._controller.history)}
        return tuple(self._marked(summary) for summary, _ in self._shown.values())

    def history_of(self, run: str) -> History | None:
        """The curves of one of these runs; None of any other."""
        shown = self._shown.get(run)
        return None if shown is None else shown[1]

    def rename(self, run: str, name: str) -> None:
        """Call a run otherwise, if it is one of these and not on the disk yet."""
        name = clean_name(name)
        if name and run in self._marks:
            self._marks[run] = replace(self._marks[run], name=name, is_chosen=True)

    def star(self, run: str, is_starred: bool) -> None:
        """Mark a run as one to be kept, or no longer, if it is one of these and not on the disk yet."""
        if run in self._marks:
            self._marks[run] = replace(self._marks[run], is_starred=is_starred)

    def settle(self, kept: RunSummary) -> Marks | None:
        """A run is on the disk now. Returns what was made of it while it was written, None if nothing was."""
        marks = self._marks.pop(kept.id, None)
        if marks is None:
            return None
        wanted = replace(marks, name=marks.name if marks.is_chosen else kept.name)
        return wanted if (wanted.name, wanted.is_starred) != (kept.name, kept.is_starred) else None

    # Inside

    def _now(self, kept: Sequence[RunSummary]) -> RunSummary | None:
        """The run that goes on; None if there is none, or it is kept as it is."""
        controller = self._controller
        history, project = controller.history, controller.progress.project
        if project is None or not history.run or not len(history):
            return None
        steps = int(history.steps[-1])
        before = next((each for each in kept if each.id == history.run), None)
        if self._noted.get(history) == steps or (before is not None and before.steps >= steps):
            return None
        line = self._summary(history, project, steps)
        if before is not None and before.name:
            home = project_of(before.project, self._editor.project.name)
            return replace(line, name=before.name, is_starred=before.is_starred, created=before.created, project=home)
        if line.id not in self._marks:
            taken = [each.name for each in kept] + [marks.name for marks in self._marks.values()]
            self._marks[line.id] = Marks(free_name(project.name, taken))
        line = replace(line, project=project_of(self._homes.get(history, ""), self._editor.project.name))
        shown = self._shown.get(line.id)  # where nobody noted when a run began it would wander
        return line if shown is None else replace(line, created=shown[0].created)

    def _summary(self, history: History, project: Project, steps: int) -> RunSummary:
        """What will be kept of the run if it ends now."""
        samples, size = self._samples.get(history, 0), project.plan.run.batch_size
        place = BatchSizes.of(history, samples, size, steps).place(steps) if samples else None
        status = self._controller.status
        return replace(
            summary_of(history.run, project, history, steps, None if place is None else place.seen == 0, samples),
            created=beginning_of(history),
            ended="running" if status in ("idle", "starting") else status,
            result_step=self._controller.result_step,
            parameters=self._editor.report.total_parameters,
            is_open=True,
        )

    def _marked(self, line: RunSummary) -> RunSummary:
        marks = self._marks.get(line.id)
        return line if marks is None else replace(line, name=marks.name, is_starred=marks.is_starred)
