"""Starts, steers and ends runs for the window, and collects what they report.

One timer empties the session's mailbox into the history every 33 ms; views redraw when `grew` is sent. Nothing here
computes: the session's thread does.
"""

from __future__ import annotations

import time
from collections import deque
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
from deepviz.training.checkpoint import Checkpoint
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
    blocked()
        A run was asked for, but the project has problems.
    set_aside(str)
        The run's weights do not fit the project any more; the argument says so in words.
    """

    status_changed = Signal(str)
    grew = Signal()
    restarted = Signal()
    failed = Signal(object)
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
        self._pace: deque[tuple[float, int]] = deque()
        self.history = History(())
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
        if len(self._pace) < 2 or not self.is_running:
            return 0.0
        (start, first), (end, last) = self._pace[0], self._pace[-1]
        batch = self._editor.project.plan.run.batch_size
        size = len(self._editor.data.train) if self._editor.data else 0
        per_step = size / self.steps_per_epoch if self.steps_per_epoch else batch
        return (last - first) * per_step / (end - start) if end > start else 0.0

    def seconds_left(self) -> float | None:
        """Until the run is done at the present speed; None when that is not known."""
        if len(self._pace) < 2 or not self.is_running:
            return None
        (start, first), (end, last) = self._pace[0], self._pace[-1]
        return (self.total_steps - last) * (end - start) / (last - first) if last > first else None

    # Commands

    def run(self) -> None:
        """Start, or go on. A run that has reached its last epoch goes on for as many epochs again."""
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
            project = self._with_epochs_to_go(checkpoint.state.step)
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

    def _with_epochs_to_go(self, steps_done: int) -> Project:
        """The project, with as many more epochs as it asks for if it has had all of them."""
        project, per_epoch = self._editor.project, self.steps_per_epoch
        run = project.plan.run
        if steps_done < run.epochs * per_epoch:
            return project
        more = run.changed(epochs=-(-steps_done // per_epoch) + run.epochs)
        return replace(project, plan=replace(project.plan, run=more))

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
        if self._collect():
            self.grew.emit()
        self._set_status(status)
        if status == "running":
            session.watch()
        if status in ("finished", "diverged", "failed"):
            self._timer.stop()
            if session.failure is not None:
                self.failed.emit(session.failure)
        elif status == "paused":
            self._timer.start(TICK)  # goes on looking: a step may have been asked for

    def _collect(self) -> bool:
        """Put what is in the mailbox into the history. Returns whether there was anything."""
        if self._session is None:
            return False
        records = self._session.drain()
        if not records:
            return False
        if self.history.layers != self._session.layers:
            self._begin_history(History(self._session.layers))
        kept = [self._without_flow(record) for record in records]
        seen = len(self.history)
        self.history.append(kept)
        self._span.extend(self.history.gradient_norms[seen:])
        now = time.monotonic()
        self._pace.append((now, records[-1].step))
        while now - self._pace[0][0] > 1.0:
            self._pace.popleft()
        return True

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
        if session is not None and same_run(session.plan.project, after):
            self._pass_settings_on(session, before, after)
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

    def _pass_settings_on(self, session: Session, before: Project, after: Project) -> None:
        old, new = before.plan.optimizer.learning_rate, after.plan.optimizer.learning_rate
        if old != new:
            session.set_learning_rate(new)
            self.history.add_event(self.step_count, f"learning rate {old:g} → {new:g}")
        if before.plan.run.epochs != after.plan.run.epochs:
            session.set_epochs(after.plan.run.epochs)

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
        self.restarted.emit()

    def _set_status(self, status: str) -> None:
        if status != self._status:
            self._status = status
            self.status_changed.emit(status)
