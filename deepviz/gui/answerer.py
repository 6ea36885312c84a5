"""A thread that answers questions about a network, of which it keeps a copy of its own.

Whatever a question does, the thread goes on: a refusal is told in words, and a fault too.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import CancelledError as FutureCancelledError
from concurrent.futures import Future
from dataclasses import dataclass, field
from time import perf_counter, thread_time

import numpy as np

from deepviz.datasets.prepared import PreparedData
from deepviz.document.compile import ProjectError, compile_project
from deepviz.document.project import Project
from deepviz.engine.interruption import Interrupted, break_off_if
from deepviz.engine.loss import Loss
from deepviz.engine.network import Network
from deepviz.gui.asker import Asker
from deepviz.gui.failures import log
from deepviz.insight.subject import CancelledError, Kept, Question, Subject, UnanswerableError
from deepviz.training.run_plan import facts_of

PROGRESS_INTERVAL = 0.05
"""Seconds between two reports of how much is done."""
NO_MEMORY = "There is not enough memory for this view."

Weights = Mapping[str, np.ndarray] | None
"""None for fresh ones."""


@dataclass(frozen=True, eq=False)
class Task:
    """Some questions about the same weights."""

    project: Project
    data: PreparedData
    weights: Future[tuple[int, Weights]]
    questions: tuple[tuple[Asker, Question], ...]
    cancelled: threading.Event
    kept: Kept | None = None
    seconds: dict[Asker, float] = field(default_factory=dict)
    """How long this thread computed for each question that has been answered so far. Waiting for others is no cost:
    beside a run that makes many steps a second it would be most of what is measured."""
    seconds_to_load: list[float] = field(default_factory=list)
    """How long it computed to take the weights in, if it has; as long as whoever trains computed to give them."""


class Answerer:
    """A thread that answers. Each has a network of its own.

    Parameters
    ----------
    tell
        Called in that thread with the task, the look, and the answer, a refusal in words, or a share of the work.
    """

    def __init__(self, name: str, tell: Callable[[Task, Asker | None, str, object, int], None]) -> None:
        self._tell = tell
        self._tasks: queue.SimpleQueue[Task | None] = queue.SimpleQueue()
        self._made_of: tuple[object, ...] = ()
        self._compiled: tuple[Network, Loss] | None = None
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._current: Task | None = None

    def put(self, task: Task) -> None:
        """Answer this when all before it is answered."""
        if not self._thread.is_alive():
            self._thread.start()
        self._tasks.put(task)

    def stop(self, timeout: float = 2.0) -> None:
        """End the thread."""
        current = self._current
        if current is not None:
            current.cancelled.set()
            current.weights.cancel()
        self._tasks.put(None)
        if self._thread.is_alive():
            self._thread.join(timeout)

    def _run(self) -> None:
        break_off_if(self._is_called_off)
        with np.errstate(all="ignore"):
            while (task := self._tasks.get()) is not None:
                self._current = task
                try:
                    self._answer(task)
                except Interrupted:
                    log.debug("Nobody waits any more for what a large network was being written down for")
                finally:
                    self._current = None
                    self._tell(task, None, "done", None, 0)

    def _is_called_off(self) -> bool:
        """Whether nobody waits any more for what is being worked out; called in this thread."""
        return self._current is not None and self._current.cancelled.is_set()

    def _answer(self, task: Task) -> None:
        try:
            step, weights = task.weights.result()
            network, loss = self._network(task)
            start = thread_time()
            if weights is None:
                network.reset(network.seed)
            else:
                network.load_weights(weights)
            task.seconds_to_load.append(thread_time() - start)
        except (ProjectError, RuntimeError, ValueError, MemoryError, FutureCancelledError) as error:
            words = NO_MEMORY if isinstance(error, MemoryError) else str(error) or type(error).__name__
            for look, _ in task.questions:
                self._tell(task, look, "refused", words, 0)
            return
        subject = Subject(task.project, task.data, network, loss, step, task.kept)
        for look, question in task.questions:
            if not task.cancelled.is_set():
                start = thread_time()
                self._answer_one(task, look, question, subject)
                task.seconds[look] = thread_time() - start

    def _answer_one(self, task: Task, look: Asker, question: Question, subject: Subject) -> None:
        told = 0.0

        def progress(share: float) -> None:
            nonlocal told
            if task.cancelled.is_set():
                raise CancelledError
            now = perf_counter()
            if now - told >= PROGRESS_INTERVAL:
                told = now
                self._tell(task, look, "progress", share, subject.step)

        try:
            answer = question.answer(subject, progress)
        except CancelledError:
            return
        except UnanswerableError as error:
            self._tell(task, look, "refused", str(error), subject.step)
        except MemoryError:
            self._tell(task, look, "refused", NO_MEMORY, subject.step)
        except Exception as error:  # whatever goes wrong in one view must not end the thread that serves all of them
            log.exception("A view could not be answered")
            self._tell(task, look, "refused", f"This could not be worked out: {error}", subject.step)
        else:
            self._tell(task, look, "answered", answer, subject.step)

    def _network(self, task: Task) -> tuple[Network, Loss]:
        """The network of the task's project, compiled anew only if something has changed."""
        made_of = (task.project.graph, task.project.plan.run.seed, task.data)
        is_same = len(self._made_of) == len(made_of) and all(
            one is other or (not isinstance(one, PreparedData) and one == other)
            for one, other in zip(self._made_of, made_of, strict=True)
        )
        if self._compiled is None or not is_same:
            self._compiled, self._made_of = compile_project(task.project, facts_of(task.data)), made_of
        return self._compiled
