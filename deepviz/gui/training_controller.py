"""Starts, steers and ends runs for the window, and collects what they report.

One timer empties the session's mailbox into the history every 33 ms; views redraw when `grew` is sent. Nothing here
computes: the session's thread does.
"""

from __future__ import annotations

from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout
from dataclasses import replace

from PySide6.QtCore import QObject, QTimer, Signal

from deepviz.document.graph import Edge
from deepviz.document.project import Project
from deepviz.document.repeats import unrolled
from deepviz.engine.trainer import StepRecord, TrainerState
from deepviz.gui.canvas.gradients import GradientPicture
from deepviz.gui.editor import Editor
from deepviz.gui.gradient_span import PORTIONS, GradientSpan
from deepviz.gui.pace import Pace
from deepviz.gui.run_changes import followed, noted, with_epochs_to_go
from deepviz.training.checkpoint import Checkpoint
from deepviz.training.ending import Ending
from deepviz.training.history import History
from deepviz.training.run_plan import RunPlan, same_run
from deepviz.training.session import Session

TICK = 33
"""Milliseconds between two looks into the mailbox: 30 pictures a second."""

SPARKLINE_STEPS = 400
"""How many of the last steps a card's sparkline shows."""


class TrainingController(QObject):
    """The run of the open project.

    Signals
    -------
    status_changed(str)
        "idle" (fresh weights, nothing trained), or a session's status.
    grew()
        The history has new records.
    restarted()
        There is another history: a run has begun, was reset, or another project was opened.
    failed(object)
        A run ended too early; the argument is a `Failure`.
    ended(object)
        A run came to its end, or was ended by a stopping rule; the argument is an `Ending`.
    blocked()
        A run was asked for, but the project has problems.
    set_aside(str)
        The run's weights do not fit the project any more; the argument says so in words.
    """

    status_changed = Signal(str)
    grew = Signal()
    restarted = Signal()
    failed = Signal(object)
    ended = Signal(object)
    blocked = Signal()
    set_aside = Signal(str)

    def __init__(self, editor: Editor, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._editor = editor
        self._session: Session | None = None
        self._checkpoint: Checkpoint | None = None
        self._shelved: Checkpoint | None = None
        self._status = "idle"
        self._edge_norms: dict[Edge, float | None] = {}
        self._pace = Pace()
        self.history = History(())
        self._told = 0
        self._span = GradientSpan()
        self._timer = QTimer(self, interval=TICK)
        self._timer.timeout.connect(self._tick)
        editor.project_changed.connect(self._follow_project)

    @property
    def status(self) -> str:
        """What the run is doing; "idle" if there is none."""
        return self._status

    @property
    def is_running(self) -> bool:
        """Whether steps are being made now."""
        return self._status in ("starting", "running")

    @property
    def step_count(self) -> int:
        """How many steps the weights have been trained for."""
        if len(self.history):
            return int(self.history.steps[-1])
        return 0 if self._checkpoint is None else self._checkpoint.state.step

    @property
    def epochs(self) -> int:
        """To which epoch the run goes."""
        return (self._session.plan.project if self._session else self._editor.project).plan.run.epochs

    @property
    def steps_per_epoch(self) -> int:
        """How many steps it takes to see all training samples once; 0 without data."""
        data = self._editor.data
        return (
            0 if data is None else -(-len(data.train) // min(self._editor.project.plan.run.batch_size, len(data.train)))
        )

    @property
    def total_steps(self) -> int:
        """How many steps the run makes."""
        return self.epochs * self.steps_per_epoch

    def samples_per_second(self) -> float:
        """Speed of the last second; 0 when not running."""
        data, per_epoch = self._editor.data, self.steps_per_epoch
        if data is None or not per_epoch or not self.is_running:
            return 0.0
        return self._pace.steps_per_second * len(data.train) / per_epoch

    def seconds_left(self) -> float | None:
        """Until the run is done at the present speed; None when that is not known."""
        speed = self._pace.steps_per_second
        return (self.total_steps - self._pace.last) / speed if speed and self.is_running else None

    @property
    def ending(self) -> Ending | None:
        """How the run has ended, if it has come to an end and did not fail."""
        return self._session.ending if self._session is not None and self._status == "finished" else None

    @property
    def result_step(self) -> int:
        """After which step the weights were that Export takes."""
        return self.step_count if self.history.best is None else self.history.best[0]

    # Commands

    def run(self) -> None:
        """Start, or go on. A run that has reached its last epoch goes on for as many epochs again.

        One that a stopping rule has ended goes on without that rule.
        """
        session = self._living_session()
        if session is not None:
            session.resume()
            self._went_on()
        else:
            self._start(paused=False)

    def pause(self) -> None:
        """Stop after the step that is being made."""
        if self._session is not None:
            self._session.pause()

    def step(self, count: int = 1) -> None:
        """Make some steps, then pause."""
        session = self._living_session() or self._start(paused=True)
        if session is not None:
            session.watch()
            session.step(count)
            self._went_on()

    def step_epoch(self) -> None:
        """Go on to the end of the epoch, then pause."""
        session = self._living_session() or self._start(paused=True)
        if session is not None:
            session.step_epoch()
            self._went_on()

    def stop(self) -> None:
        """End the run and keep its weights; Run goes on from them."""
        if self._session is None or not self._session.stop():
            return
        self._checkpoint = self.checkpoint()
        edge_norms = self._edge_norms
        self._end_session()
        self._edge_norms = edge_norms
        self.grew.emit()
        self._set_status("stopped")

    def reset(self) -> None:
        """End the run and go back to fresh weights."""
        self._end_session()
        self._checkpoint = self._shelved = None
        self._begin_history(History(()))
        self._set_status("idle")

    def load(self, checkpoint: Checkpoint | None) -> None:
        """Forget the present run, and go on from a checkpoint at the next one; None: from fresh weights."""
        self.reset()
        if checkpoint is not None:
            self._checkpoint = checkpoint
            self._begin_history(checkpoint.history)
            self._tell_growth()
            self._set_status("paused")

    def shut_down(self) -> bool:
        """End the thread. Returns whether it ended in time."""
        return self._end_session()

    # What there is

    def checkpoint(self, timeout: float = 5.0) -> Checkpoint | None:
        """The weights as they are now, or None if nothing has been trained.

        Raises
        ------
        TimeoutError
            If a step takes longer than `timeout` seconds.
        """
        if self._session is not None:
            try:
                state = self._session.snapshot().result(timeout)
            except FutureTimeout:
                raise TimeoutError("The step that is being made takes too long. Pause, and try again.") from None
            except RuntimeError:
                return self._checkpoint
            self._collect()
            return Checkpoint(self._session.plan.project, state, self.history)
        return self._checkpoint

    def state_later(self) -> Future[TrainerState] | None:
        """The state after the step that is being made, without waiting for it; None if no run goes on."""
        return self._session.snapshot() if self._session is not None and self.is_running else None

    def checkpoint_with(self, state: TrainerState) -> Checkpoint | None:
        """A checkpoint of what `state_later` has given; None if the run has ended meanwhile."""
        self._collect()
        return None if self._session is None else Checkpoint(self._session.plan.project, state, self.history)

    def gradient_picture(self) -> GradientPicture:
        """What the canvas shows of the gradients right now."""
        norms = self.history.latest("gradient_norm") if "gradient_norm" in self.history else None
        if norms is None:
            return GradientPicture()
        layers = self.history.layers
        recent = self.history.gradient_norms[-SPARKLINE_STEPS:].copy()
        course = {layer: recent[:, number] for number, layer in enumerate(layers)}
        loss_node = next((node.id for node in self._editor.project.graph.nodes if node.is_loss), None)
        if loss_node is not None:
            course[loss_node] = self.history.column("loss")[1][-SPARKLINE_STEPS:].copy()
        nodes = {layer: float(norm) for layer, norm in zip(layers, norms, strict=True)}
        loss = float(self.history.latest("loss"))
        return GradientPicture(nodes, dict(self._edge_norms), loss, course, self._span.ends or ())

    # Inside

    def _living_session(self) -> Session | None:
        """The session, if its thread still takes commands."""
        if self._session is not None and self._session.status in ("starting", "running", "paused"):
            return self._session
        return None

    def _start(self, paused: bool) -> Session | None:
        """Start a thread: from the checkpoint if it fits the project, otherwise from fresh weights."""
        if self._editor.report.problems or self._editor.data is None:
            self.blocked.emit()
            return None
        checkpoint = self.checkpoint()
        diverged = self._status == "diverged"
        self._end_session()
        if checkpoint is not None and not diverged and same_run(checkpoint.project, self._editor.project):
            project = with_epochs_to_go(self._editor.project, checkpoint.state.step, self.steps_per_epoch)
            state: TrainerState | None = self._at_present_rate(checkpoint.state)
        else:
            project, state = self._editor.project, None
        self._checkpoint = None
        if state is None:
            self._begin_history(History(()))
        self._session = Session(RunPlan(project, self._editor.data), state, paused)
        self._session.start()
        self._went_on()
        return self._session

    def _at_present_rate(self, state: TrainerState) -> TrainerState:
        return replace(state, learning_rate=self._editor.project.plan.optimizer.learning_rate)

    def _went_on(self) -> None:
        self._pace.clear()
        if not self._timer.isActive():
            self._timer.start()
        self._tick()

    def _tick(self) -> None:
        """Empty the mailbox, and tell the views."""
        session = self._session
        if session is None:
            self._timer.stop()
            return
        status = session.status
        self._collect()
        self._tell_growth()
        self._set_status(status)
        if status == "running":
            session.watch()
        if status in ("finished", "diverged", "failed"):
            self._timer.stop()
            if session.failure is not None:
                self.failed.emit(session.failure)
            elif session.ending is not None:
                self._tell_ending(session.ending)
        elif status == "paused":
            self._timer.start(TICK)  # goes on looking: a step may have been asked for

    def _collect(self) -> None:
        """Put what is in the mailbox into the history."""
        records = [] if self._session is None else self._session.drain()
        if self._session is None or not records:
            return
        if self.history.layers != self._session.layers:
            self._begin_history(History(self._session.layers, self._session.nodes))
        kept = [self._without_flow(record) for record in records]
        seen = len(self.history)
        self.history.append(kept)
        self._span.extend(self.history.gradient_norms[seen:])
        self._pace.note(records[-1].step)

    def _tell_growth(self) -> None:
        """Let everybody know if there is anything new in the history, and the history which weights are the best."""
        kept = None if self._checkpoint is None else self._checkpoint.best
        of_checkpoint = None if kept is None else (kept.step, kept.value)
        self.history.best = of_checkpoint if self._session is None else self._session.best
        if self.history.revision != self._told:
            self._told = self.history.revision
            self.grew.emit()

    def _tell_ending(self, ending: Ending) -> None:
        if ending.is_early:
            self.history.add_event(ending.step, ending.event)
            self._tell_growth()
        self.ended.emit(ending)

    def _without_flow(self, record: StepRecord) -> StepRecord:
        """Take the gradients of the edges, which only some steps report, out of a record and remember them."""
        flow = record.values.pop("gradient_flow", None)
        if flow is not None and self._session is not None:
            edges = [Edge(*edge) for edge in self._session.edges]
            written = unrolled(self._editor.project.graph)
            edges += [edge for edge in written.graph.edges if written.graph.node(edge.target).is_loss]
            norms = dict(zip(edges, map(float, flow), strict=False))
            self._edge_norms = {drawn: norms[edge] for drawn, edge in written.edges.items() if edge in norms}
        return record

    def _follow_project(self, before: Project, after: Project) -> None:
        """Keep the run in step with an edit: pass a setting on, or set weights aside that do not fit any more."""
        session = self._session
        present = self._checkpoint if session is None else session.plan
        if present is not None and same_run(present.project, after):
            self._follow_plan(present.project, before, after)
            return
        held = self.checkpoint() if session is not None else self._checkpoint
        if held is not None and not same_run(held.project, after):
            self.reset()
            self._shelved = held
            self.set_aside.emit("The network, its data or its settings have changed, so training starts anew.")
        elif session is not None and held is None:
            self.reset()
        elif self._shelved is not None and same_run(self._shelved.project, after):
            self.load(self._shelved)

    def _follow_plan(self, present: Project, before: Project, after: Project) -> None:
        """Let the run, or the weights that it has left, go on by the plan as it is now."""
        project = followed(present, before, after, self._editor.facts)
        if project.plan == present.plan:
            return
        for text in noted(present.plan, project.plan) if len(self.history) else ():
            self.history.add_event(self.step_count, text)
        if self._session is not None:
            self._session.follow(RunPlan(project, self._session.plan.data))
        elif self._checkpoint is not None:
            self._checkpoint = replace(self._checkpoint, project=project)
        self._tell_growth()

    def _end_session(self) -> bool:
        self._timer.stop()
        session, self._session = self._session, None
        self._edge_norms = {}
        return True if session is None else session.stop()

    def _begin_history(self, history: History) -> None:
        self.history, self._span = history, GradientSpan()
        if "gradient_norm" in history:
            self._span.extend(history.gradient_norms, PORTIONS)
        self._pace.clear()
        self._told = history.revision
        self.restarted.emit()

    def _set_status(self, status: str) -> None:
        if status != self._status:
            self._status = status
            self.status_changed.emit(status)
