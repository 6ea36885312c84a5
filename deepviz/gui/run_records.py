"""What is known of the course of the open run: its history, with notes of what was changed, and pictures of it."""

from __future__ import annotations

from collections.abc import Sequence

from deepviz.document.graph import Graph
from deepviz.document.project import Project
from deepviz.engine.trainer import StepRecord
from deepviz.gui.canvas.gradients import GradientPicture
from deepviz.gui.gradient_span import GradientSpan
from deepviz.gui.run_log import RunLog
from deepviz.gui.run_picture import RunPictures
from deepviz.training import divergence, unclipped
from deepviz.training.history import MOST_STEPS, History
from deepviz.training.session import Session


class RunRecords:
    """Keeps the history of one run after another.

    Attributes
    ----------
    history
        That of the open run.
    """

    def __init__(self) -> None:
        self.history = History(())
        self._span, self._log, self._pictures = GradientSpan(), RunLog(), RunPictures()
        self._told = self._settled = 0
        self._broke_off = False
        """Whether the step after the last one could not be made, so that nobody knew that it is the last."""
        self._early: list[tuple[Project, int]] = []
        """What was changed of a run that has told of no step yet, so that it is not known which layers it has."""

    def begin(self, history: History, project: Project | None = None) -> None:
        """Go on with the history of another run, of this project; files of earlier versions do not say how it began."""
        if project is not None and len(history) and not history.changes and not history.events:
            self._log.begin(history, project, 0)
        if not history.layers:
            self._early.clear()
        history.most_steps = MOST_STEPS
        self._log.follow(history, project)
        self.history, self._span = history, GradientSpan()
        self._told, self._settled = history.revision, 0
        self._broke_off = bool(len(history)) and any(
            found.step == int(history.steps[-1]) for found in divergence.divergences(history)
        )

    def append(self, session: Session, records: Sequence[StepRecord]) -> None:
        """Add what a run of these layers has reported."""
        if not self.history.nodes or not self.history.edges:  # a file may not know them
            self.history.nodes, self.history.edges = session.nodes, session.edges
        self._settled = int(self.history.steps[-1]) if len(self.history) else 0
        self.history.append(records)
        self._broke_off = False

    def went_by(self, project: Project, step: int) -> None:
        """Note by which project a run begins, or goes on from a checkpoint, after so many steps."""
        self._log.begin(self.history, project, step)
        for changed, at in self._early:
            self._log.note(self.history, changed, at)
        self._early.clear()

    def expect(self, project: Project, key: str) -> None:
        """The run will be told to go on by this project, in one movement with all that has the same non-empty key."""
        self._log.expect(project, key)

    def changed(self, project: Project, step: int) -> None:
        """Note that the run goes on by another plan after so many steps."""
        if not self.history.layers:
            self._early.append((project, step))
            return
        self._log.note(self.history, project, step)
        unclipped.complete(self.history, step)

    def end(self, session: Session) -> None:
        """Note how a run has ended, where nothing that was measured says so."""
        failure, ending = session.failure, session.ending
        self._broke_off = failure is not None
        if failure is not None and session.status == "diverged":
            divergence.note(self.history, failure.step - 1, failure.node)
        elif ending is not None and ending.is_early:
            self.history.add_event(ending.step, ending.event)

    @property
    def has_news(self) -> bool:
        """Whether there is anything in the history that was not there when this was last asked."""
        if any(name.startswith("clipped_gradients/") for name in self.history.columns):
            # A change that came while the newest were fetched is noted the next time: they are taken over only then.
            unclipped.complete(self.history, self._settled)
            self._settled = int(self.history.steps[-1])
        news, self._told = self.history.revision != self._told, self.history.revision
        return news

    def picture(self, graph: Graph, moment: int | None) -> GradientPicture:
        """The gradients after a step of the run, or (None) the last one."""
        self._span.follow(self.history)
        return self._pictures.of(self.history, graph, self._span.ends, moment, self._broke_off)
