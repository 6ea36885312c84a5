"""Puts the questions of visible views to a copy of the network, in a thread of its own, and hands back the answers.

All views that are asked in one round see the same weights. A round that took long is followed by a rest, so that
looking never takes more than a small share of the time; what a person asks for by hand does not wait.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from time import perf_counter
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from deepviz.gui.answerer import Answerer, Task
from deepviz.gui.asker import Asker
from deepviz.gui.editor import Editor
from deepviz.gui.training_controller import TrainingController
from deepviz.insight.subject import Question
from deepviz.training.run_plan import same_run

LARGEST_SHARE = 0.05
"""Of the time of one core, what answering may take while a run goes on."""
LEAST_REST = 0.1
"""Seconds between two rounds while a run goes on."""


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
        self._rest_until = 0.0
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
        self._answered.clear()
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
        is_asked = any(look in self._wanted for look, _ in questions)
        rest = self._rest_until - perf_counter()
        if is_live and rest > 0 and not is_asked and self._controller.is_running:
            self._later.start(round(1000 * rest) + 1)
            return
        self._wanted -= {look for look, _ in questions}
        for look, question in questions:
            self._answered[look] = question, version
        task = Task(project, data, self._controller.weights_later(), tuple(questions), threading.Event())
        self._tasks[is_live] = task
        if is_live:
            self._begun = perf_counter()
        (self._live if is_live else self._patient).put(task)

    def _is_other(self, look: Asker) -> bool:
        """Whether somebody has chosen something else in a view that has stopped following the run."""
        question, answered = look.question(), self._answered.get(look)
        return look in self._wanted and question is not None and (answered is None or answered[0] != question)

    def _is_due(self, look: Asker, question: Question, version: object) -> bool:
        is_news = self._answered.get(look) != (question, version)
        return is_news and (look.is_live or look in self._wanted)

    def _tell(self, task: Task, look: Asker | None, kind: str, content: object, step: int) -> None:
        """Called in the threads: the rest is done in the window's own."""
        self._told.emit((task, look, kind, content, step))

    def _take(self, told: tuple[Task, Asker | None, str, Any, int]) -> None:
        task, look, kind, content, step = told
        if self._is_stopped:
            return
        if look is None:
            self._end(task)
        elif task.cancelled.is_set():
            self._answered.pop(look, None)
        elif kind == "answered":
            look.take_answer(content, step)
        elif kind == "refused":
            look.take_refusal(content)
        else:
            look.show_progress(content)

    def _end(self, task: Task) -> None:
        for is_live, current in self._tasks.items():
            if current is task:
                self._tasks[is_live] = None
                if is_live:
                    took = perf_counter() - self._begun
                    self._rest_until = perf_counter() + max(LEAST_REST, took * (1 / LARGEST_SHARE - 1))
        if task.cancelled.is_set():
            for look, _ in task.questions:
                self._answered.pop(look, None)
                self._wanted.add(look)  # if it still has a question, nobody else would ask it for a patient view
        self._soon.start()
