"""Puts the questions of visible views to a copy of the network, in a thread of its own, and hands back the answers.

All views that are asked in one round see the same weights. What took long is asked for less often, so that looking
never takes more than a small share of the time; what a person asks for by hand does not wait.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Iterable, Mapping
from time import perf_counter
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from deepviz.gui.answerer import Answerer, Task
from deepviz.gui.asker import Asker
from deepviz.gui.editor import Editor
from deepviz.gui.failures import log, log_file
from deepviz.gui.late_news import tell_if_there
from deepviz.gui.training_controller import TrainingController
from deepviz.insight.subject import Question
from deepviz.training.run_plan import same_run

LARGEST_SHARE = 0.03
"""Of the time of one core, what answering may take while a run goes on."""
LEAST_REST = 0.1
"""Seconds between two rounds while a run goes on."""
TOGETHER = 0.25
"""Whose turn is as near as this share of the time between two is asked with the others, of the same weights."""


class Inspector(QObject):
    """Keeps the visible looks of a window answered.

    Parameters
    ----------
    looks
        Gives the views to be answered now, most important first.
    """

    _told = Signal(object)

    def __init__(self, editor: Editor, controller: TrainingController, looks: Callable[[], Iterable[Asker]]) -> None:
        super().__init__(editor)
        self._editor, self._controller, self._looks = editor, controller, looks
        self._answered: dict[Asker, tuple[Question, object]] = {}
        self._wanted: set[Asker] = set()
        self._tasks: dict[bool, Task | None] = {True: None, False: None}
        self._begun = 0.0
        self._costs: dict[Asker, float] = {}
        self._turns: dict[Asker, tuple[float, float]] = {}
        """When each live look is to be asked again while a run goes on, and how much earlier it may be."""
        self._edits = 0
        self._is_stopped = False
        self._live = Answerer("deepviz-looking", self._tell)
        self._patient = Answerer("deepviz-exploring", self._tell)
        self._later = QTimer(self, singleShot=True)
        self._later.timeout.connect(self.look_around)
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self.look_around)
        self._told.connect(self._take)
        controller.grew.connect(self.look_around)
        controller.restarted.connect(self.begin_anew)
        editor.report_changed.connect(self._note_edit)

    @property
    def is_busy(self) -> bool:
        """Whether anything is being worked out."""
        return any(task is not None for task in self._tasks.values())

    def ask(self, look: Asker) -> None:
        """Somebody wants an answer soon: the view has another question, or can be seen now.

        What a patient view is already being answered goes on, as long as that is what it asks.
        """
        task = self._tasks[False]
        if not look.is_live and task is not None:
            asked = next((question for each, question in task.questions if each is look), None)
            if asked is not None and asked == look.question() and not task.cancelled.is_set():
                return  # it is being worked out
            if asked is not None:
                task.cancelled.set()
        self._wanted.add(look)
        self._soon.start()

    def begin_anew(self) -> None:
        """Another run or project is open: what was answered says nothing any more."""
        for known in (self._answered, self._costs, self._turns):
            known.clear()
        for task in self._tasks.values():
            if task is not None:
                task.cancelled.set()
        self._soon.start()

    def look_around(self) -> None:
        """Ask for the visible views whose answers are out of date, if it is time for that."""
        if self._is_stopped:
            return
        looks = [look for look in self._looks() if not look.is_paused or self._is_other(look)]
        for is_live in (True, False):
            if self._tasks[is_live] is None:
                self._ask_for([look for look in looks if look.is_live == is_live], is_live)

    def shut_down(self) -> None:
        """End the threads."""
        self._is_stopped = True
        self._soon.stop()
        self._later.stop()
        for task in self._tasks.values():
            if task is not None:
                task.cancelled.set()
                task.weights.cancel()
        self._live.stop()
        self._patient.stop()

    def _note_edit(self, *_: object) -> None:
        """What is open may give other answers from now on, with weights of the same step."""
        self._edits += 1
        for task in self._tasks.values():
            if task is not None and not self._is_about_this(task):
                task.cancelled.set()
        self._soon.start()

    def _is_about_this(self, task: Task) -> bool:
        """Whether what is asked is still open: the same network and the same data."""
        editor = self._editor
        return task.data is editor.data and (task.project is editor.project or same_run(task.project, editor.project))

    def _ask_for(self, looks: list[Asker], is_live: bool) -> None:
        project, data = self._editor.project, self._editor.data
        if data is None or self._editor.report.problems:
            return
        version = self._edits, self._controller.weights_version
        questions = []
        for look in looks:
            question = look.question()
            if question is not None and self._is_due(look, question, version):
                questions.append((look, question))
        if not questions:
            return
        if is_live and self._controller.is_running:
            now = perf_counter()
            if not any(look in self._wanted or self._turn_of(look)[0] <= now for look, _ in questions):
                soonest = min(self._turn_of(look)[0] for look, _ in questions)
                self._later.start(round(1000 * (soonest - now)) + 1)
                return
            questions = [
                (look, question)
                for look, question in questions
                if look in self._wanted or self._turn_of(look)[0] - self._turn_of(look)[1] <= now
            ]
        self._wanted -= {look for look, _ in questions}
        for look, question in questions:
            self._answered[look] = question, version
        controller = self._controller
        kept = controller.moments.timeline
        task = Task(project, data, controller.weights_later(), tuple(questions), threading.Event(), kept)
        self._tasks[is_live] = task
        if is_live:
            self._begun = perf_counter()
        (self._live if is_live else self._patient).put(task)

    def _turn_of(self, look: Asker) -> tuple[float, float]:
        return self._turns.get(look, (0.0, 0.0))

    def _is_other(self, look: Asker) -> bool:
        """Whether somebody has chosen something else in a view that has stopped following the run."""
        question, answered = look.question(), self._answered.get(look)
        return look in self._wanted and question is not None and (answered is None or answered[0] != question)

    def _is_due(self, look: Asker, question: Question, version: object) -> bool:
        is_news = self._answered.get(look) != (question, version)
        return is_news and (look.is_live or look in self._wanted)

    def _tell(self, task: Task, look: Asker | None, kind: str, content: object, step: int) -> None:
        """Called in the threads: the rest is done in the window's own."""
        tell_if_there(self._told, (task, look, kind, content, step))

    def _take(self, told: tuple[Task, Asker | None, str, Any, int]) -> None:
        task, look, kind, content, step = told
        if self._is_stopped:
            return
        if look is None:
            self._end(task)
        elif task.cancelled.is_set():
            self._answered.pop(look, None)
        elif kind == "answered":
            self._show(look, content, step)
        elif kind == "refused":
            look.take_refusal(content)
        else:
            look.show_progress(content)

    @staticmethod
    def _show(look: Asker, answer: Any, step: int) -> None:
        try:
            look.take_answer(answer, step)
        except Exception as error:  # whatever it is, nobody must wait for this view for ever
            log.exception("An answer could not be shown")
            look.take_refusal(
                f"This could not be shown ({type(error).__name__}: {error}). Details are in {log_file()}. "
                "Other views go on."
            )

    def _end(self, task: Task) -> None:
        for is_live, current in self._tasks.items():
            if current is task:
                self._tasks[is_live] = None
                if is_live:
                    self._plan_turns(task)
        if task.cancelled.is_set():
            for look, _ in task.questions:
                self._answered.pop(look, None)
                self._wanted.add(look)  # if it still has a question, nobody else would ask it for a patient view
        self._soon.start()

    def _plan_turns(self, task: Task) -> None:
        """Find out when each of the looks that have just been answered is to be asked again."""
        now = perf_counter()
        # To get the weights and to set them takes time, too: here and in the thread that trains.
        rest = 2 * sum(task.seconds_to_load) / max(len(task.seconds), 1)
        self._costs.update({look: seconds + rest for look, seconds in task.seconds.items()})
        present = {look: self._costs[look] for look in self._looks() if look in self._costs}
        for look, period in periods(present | {look: self._costs[look] for look in task.seconds}).items():
            if look in task.seconds:
                self._turns[look] = max(self._begun + period, now + LEAST_REST), TOGETHER * period


def periods(costs: Mapping[Asker, float]) -> dict[Asker, float]:
    """How far apart the turns of looks should be that cost so many seconds each, for all of them to stay within bounds.

    A period is proportional to the root of the cost: of all choices with the same total, ``sum(cost / period)``, this
    has the smallest sum of periods, so that nothing is older than it has to be because something else is costly.
    """
    roots = {look: math.sqrt(cost) for look, cost in costs.items()}
    return {look: root * sum(roots.values()) / LARGEST_SHARE for look, root in roots.items()}
