"""Questions of visible views are answered in another thread, with the weights of one step, and as seldom as need be."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from time import perf_counter
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QWidget

from deepviz.document import edits
from deepviz.document.compile import compile_project, without_loss
from deepviz.engine.network import Network
from deepviz.engine.trainer_state import TrainerState
from deepviz.gui import inspector
from deepviz.gui.answerer import NO_MEMORY
from deepviz.gui.inspector import Inspector
from deepviz.gui.plots.look import Look
from deepviz.insight.subject import Progress, Question, Subject, UnanswerableError
from deepviz.training.run_plan import facts_of
from tests.e2e.window import PATIENCE, Person

gate = threading.Event()


@dataclass(frozen=True)
class Sum(Question):
    """The sum of all weights, and the name of the thread that found it."""

    times: float = 1.0

    def answer(self, subject: Subject, progress: Progress) -> Any:
        progress(0.5)
        total = float(subject.network.parameters.vector.astype(np.float64).sum())
        return self.times * total, threading.current_thread().name


class Refused(Sum):
    def answer(self, subject: Subject, progress: Progress) -> Any:
        raise UnanswerableError("Only for images.")


class Broken(Sum):
    def answer(self, subject: Subject, progress: Progress) -> Any:
        raise ZeroDivisionError("oh")


class Endless(Sum):
    def answer(self, subject: Subject, progress: Progress) -> Any:
        gate.set()
        while True:
            progress(0.1)


class Large(Sum):
    """Writes networks down without end, and does not ask whether anybody still waits."""

    def answer(self, subject: Subject, progress: Progress) -> Any:
        gate.set()
        end = perf_counter() + PATIENCE / 1000
        while perf_counter() < end:
            compile_project(subject.project, facts_of(subject.data))[0].forward(subject.data.train.x[:1])
        return super().answer(subject, progress)


class Gated(Sum):
    """Works until the gate is opened."""

    def answer(self, subject: Subject, progress: Progress) -> Any:
        progress(0.1)
        while not gate.wait(0.001):
            progress(0.1)
        progress(0.9)
        return super().answer(subject, progress)


class Stubborn(Sum):
    """Works until the gate is opened, and does not ask whether anybody still waits."""

    def answer(self, subject: Subject, progress: Progress) -> Any:
        progress(0.1)
        gate.wait(PATIENCE / 1000)
        return float(subject.network.parameters.vector.astype(np.float64).sum()), len(subject.network.nodes)


class SumLook(Look):
    title = "Sum"

    def __init__(self, question: Question | None, is_live: bool = True) -> None:
        self.wanted = question
        super().__init__()
        self.is_live = is_live  # type: ignore[misc]
        self.answers: list[tuple[Any, int | None]] = []
        self.shares: list[float] = []

    def _make_content(self) -> QWidget:
        return QWidget(self)

    def question(self) -> Question | None:
        return self.wanted

    def show_answer(self, answer: Any) -> None:
        self.answers.append((answer, self.step))

    def show_progress(self, share: float) -> None:
        self.shares.append(share)

    def paint_content(self, painter: QPainter, rect: QRectF) -> None: ...

    def table(self) -> Any:
        return ["sum"], [[answer] for answer, _ in self.answers]


class Seen:
    """An inspector of one's own looks, beside the window's own."""

    def __init__(self, person: Person) -> None:
        self.person, self.looks = person, list[SumLook]()
        self.inspector = Inspector(person.bench.editor, person.bench.controller, lambda: self.looks)

    def look(self, question: Question | None, is_live: bool = True) -> SumLook:
        look = SumLook(question, is_live)
        self.person.qtbot.addWidget(look)
        editor = self.person.bench.editor
        look.show_project(editor.project, editor.data, editor.report)
        look.asked.connect(lambda: self.inspector.ask(look))
        self.looks.append(look)
        look.ask_again()
        return look

    def wait(self, look: SumLook, count: int = 1) -> None:
        self.person.qtbot.waitUntil(lambda: len(look.answers) >= count, timeout=PATIENCE)

    def settle(self) -> None:
        """Wait until nothing is being worked out, and nothing is about to be asked."""
        self.person.qtbot.waitUntil(
            lambda: not self.inspector.is_busy and not self.inspector._soon.isActive(), timeout=PATIENCE
        )


@pytest.fixture
def seen(person: Person) -> Iterator[Seen]:
    gate.clear()
    seen = Seen(person)
    yield seen
    seen.inspector.shut_down()
    assert not [thread.name for thread in threading.enumerate() if "explor" in thread.name]


def fresh_sum(person: Person) -> float:
    editor = person.bench.editor
    assert editor.data is not None
    network, _ = compile_project(editor.project, facts_of(editor.data))
    return float(network.parameters.vector.astype(np.float64).sum())


def state_now(person: Person) -> TrainerState:
    checkpoint = person.bench.controller.checkpoint()
    assert checkpoint is not None
    return checkpoint.state


def total(weights: Mapping[str, np.ndarray]) -> float:
    return float(sum(array.astype(np.float64).sum() for array in weights.values()))


def sum_now(person: Person) -> float:
    return total(state_now(person).weights)


def train(person: Person, steps: int) -> None:
    goal = person.bench.controller.step_count + steps
    person.bench.controller.step(steps)
    person.qtbot.waitUntil(
        lambda: person.bench.controller.step_count == goal and not person.bench.controller.is_running, timeout=PATIENCE
    )


def test_before_training_the_fresh_weights_are_looked_at(seen: Seen) -> None:
    look = seen.look(Sum())
    seen.wait(look)
    (total, thread), step = look.answers[0]
    assert total == pytest.approx(fresh_sum(seen.person), rel=1e-12)
    assert step == 0
    assert thread == "deepviz-looking"
    assert look.header.note == "untrained"


def test_after_a_step_the_answer_is_about_its_weights(seen: Seen) -> None:
    look = seen.look(Sum())
    seen.wait(look)
    train(seen.person, 3)
    seen.person.qtbot.waitUntil(lambda: look.answers[-1][1] == 3, timeout=PATIENCE)
    assert look.answers[-1][0][0] == pytest.approx(sum_now(seen.person), rel=1e-12)
    assert look.header.note == "step 3"


def test_the_same_question_about_the_same_weights_is_asked_once(seen: Seen) -> None:
    look = seen.look(Sum())
    seen.wait(look)
    for _ in range(3):
        seen.inspector.look_around()
        seen.settle()
    look.ask_again()
    seen.settle()
    assert len(look.answers) == 1
    look.wanted = Sum(2.0)
    look.ask_again()
    seen.wait(look, 2)
    assert look.answers[1][0][0] == 2 * look.answers[0][0][0]


def train_on_and_on(seen: Seen) -> None:
    """Have the run end after more epochs than any test waits for."""
    editor = seen.person.bench.editor
    plan = editor.project.plan
    many = replace(plan, run=plan.run.changed(epochs=1_000_000))
    editor.apply("many epochs", lambda project: edits.set_plan(project, many))


def test_views_of_one_round_see_the_same_weights(seen: Seen, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inspector, "periods", lambda costs: dict.fromkeys(costs, 0.1))  # they take turns together
    train_on_and_on(seen)
    looks = [seen.look(Sum()), seen.look(Sum(2.0)), seen.look(Sum(3.0))]
    seen.person.bench.controller.run()
    for look in looks:
        seen.wait(look, 5)
    seen.person.bench.controller.pause()
    seen.person.qtbot.waitUntil(lambda: not seen.person.bench.controller.is_running, timeout=PATIENCE)
    last = seen.person.bench.controller.step_count
    for look in looks:
        seen.person.qtbot.waitUntil(lambda look=look: look.answers[-1][1] == last, timeout=PATIENCE)
    steps = [{step for _, step in look.answers} for look in looks]
    common = steps[0] & steps[1] & steps[2]
    assert len(common) >= 4
    by_step = [{step: answer[0] for answer, step in look.answers} for look in looks]
    for step in common:
        assert by_step[1][step] == 2 * by_step[0][step]
        assert by_step[2][step] == 3 * by_step[0][step]


def test_an_earlier_moment_is_answered_with_its_weights(seen: Seen) -> None:
    look = seen.look(Sum())
    seen.wait(look)
    train(seen.person, 5)
    seen.person.qtbot.waitUntil(lambda: look.answers[-1][1] == 5, timeout=PATIENCE)
    seen.person.bench.controller.moments.choose(0)
    look.show_moment(0)
    seen.person.qtbot.waitUntil(lambda: look.answers[-1][1] == 0, timeout=PATIENCE)
    assert look.answers[-1][0][0] == pytest.approx(fresh_sum(seen.person), rel=1e-12)


def test_a_refusal_is_shown_in_words(seen: Seen) -> None:
    look = seen.look(Refused())
    seen.person.qtbot.waitUntil(lambda: look.words.text() == "Only for images.", timeout=PATIENCE)
    assert not look.answers


def test_weights_that_there_is_no_memory_to_copy_are_said_so_and_looked_at_later(
    seen: Seen, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody is left waiting for ever: a view that is asked for again is answered."""

    def without_memory(network: Network) -> dict[str, np.ndarray]:
        raise MemoryError

    train(seen.person, 1)
    with monkeypatch.context() as broken:
        broken.setattr(Network, "weights", without_memory)
        look = seen.look(Sum())
        seen.person.qtbot.waitUntil(lambda: look.words.text() == NO_MEMORY, timeout=PATIENCE)
        seen.settle()
    train(seen.person, 1)
    seen.inspector.ask(look)
    seen.person.qtbot.waitUntil(lambda: bool(look.answers) and look.answers[-1][1] == 2, timeout=PATIENCE)


def test_a_fault_in_one_view_does_not_keep_the_others_from_their_answers(seen: Seen) -> None:
    broken, sound = seen.look(Broken()), seen.look(Sum())
    seen.wait(sound)
    seen.person.qtbot.waitUntil(lambda: "could not be worked out: oh" in broken.words.text(), timeout=PATIENCE)
    broken.wanted = Sum()
    broken.ask_again()
    seen.wait(broken)
    assert broken.words.isHidden() or not broken.words.text()


def test_long_work_keeps_nobody_waiting_tells_how_far_it_is_and_can_be_called_off(seen: Seen) -> None:
    patient, live = seen.look(Endless(), is_live=False), seen.look(Sum())
    seen.person.qtbot.waitUntil(gate.is_set, timeout=PATIENCE)
    seen.wait(live)
    seen.person.qtbot.waitUntil(lambda: bool(patient.shares), timeout=PATIENCE)
    patient.wanted = None
    patient.ask_again()
    seen.person.qtbot.waitUntil(lambda: not seen.inspector.is_busy, timeout=PATIENCE)
    assert not patient.answers


def test_a_large_network_that_is_written_down_for_a_view_keeps_no_window_from_closing(seen: Seen) -> None:
    patient = seen.look(Large(), is_live=False)
    seen.person.qtbot.waitUntil(gate.is_set, timeout=PATIENCE)
    seen.inspector.shut_down()
    assert not [thread.name for thread in threading.enumerate() if "explor" in thread.name]
    assert not patient.answers


def test_a_reset_while_a_patient_view_is_worked_for_does_not_leave_it_waiting(seen: Seen) -> None:
    gate.clear()
    patient = seen.look(Gated(), is_live=False)
    seen.person.qtbot.waitUntil(lambda: bool(patient.shares), timeout=PATIENCE)
    seen.inspector.begin_anew()
    gate.set()
    seen.wait(patient)


def test_an_edit_that_leaves_the_question_as_it_is_does_not_begin_it_anew(seen: Seen) -> None:
    gate.clear()
    patient = seen.look(Gated(), is_live=False)
    seen.person.qtbot.waitUntil(lambda: bool(patient.shares), timeout=PATIENCE)
    editor = seen.person.bench.editor
    editor.apply("move", lambda project: edits.move(project, {"dense_1": (900.0, 0.0)}))
    patient.show_project(editor.project, editor.data, editor.report)
    seen.person.qtbot.waitUntil(lambda: not seen.inspector._soon.isActive(), timeout=PATIENCE)
    task = seen.inspector._tasks[False]
    assert task is not None
    assert not task.cancelled.is_set()
    gate.set()
    seen.wait(patient)
    seen.settle()
    assert len(patient.answers) == 1


def test_patient_views_are_not_asked_again_by_themselves(seen: Seen) -> None:
    look = seen.look(Sum(), is_live=False)
    seen.wait(look)
    seen.settle()  # what a new run breaks off is asked again
    train(seen.person, 3)
    seen.settle()
    assert len(look.answers) == 1
    look.ask_again()
    seen.wait(look, 2)
    assert look.answers[1][1] == 3


def test_another_network_is_looked_at_after_an_edit(seen: Seen) -> None:
    look = seen.look(Sum())
    seen.wait(look)
    editor = seen.person.bench.editor
    wider = editor.project.graph.node("dense_1").layer.changed(units=30)
    editor.apply("wider", lambda project: edits.set_layer(project, "dense_1", wider))
    look.show_project(editor.project, editor.data, editor.report)
    seen.wait(look, 2)
    assert look.answers[-1][0][0] == pytest.approx(fresh_sum(seen.person), rel=1e-12)


@pytest.mark.parametrize("is_live", [True, False])
def test_an_answer_about_another_network_is_not_shown(seen: Seen, is_live: bool) -> None:
    look = seen.look(Stubborn(), is_live)
    seen.person.qtbot.waitUntil(lambda: seen.inspector.is_busy and bool(look.shares), timeout=PATIENCE)
    editor = seen.person.bench.editor
    before = len(without_loss(editor.project.graph).nodes)
    editor.apply("remove", lambda project: edits.delete(project, ("tanh_1",)))
    look.show_project(editor.project, editor.data, editor.report)
    gate.set()
    seen.wait(look)
    seen.settle()
    assert [layers for (_, layers), _ in look.answers] == [before - 1]


def test_an_answer_about_other_data_is_not_shown(seen: Seen) -> None:
    look = seen.look(Stubborn())
    seen.person.qtbot.waitUntil(lambda: bool(look.shares), timeout=PATIENCE)
    editor = seen.person.bench.editor
    source = editor.project.data.source.changed(seed=123)
    editor.apply("seed", lambda project: edits.set_data(project, replace(project.data, source=source)))
    gate.set()
    seen.settle()
    seen.wait(look)
    seen.settle()
    assert len(look.answers) == 1


def test_with_problems_nothing_is_asked_and_words_say_why(seen: Seen) -> None:
    look = seen.look(None)
    editor = seen.person.bench.editor
    editor.apply("cut", lambda project: edits.delete(project, ("loss_1",)))
    look.wanted = Sum()
    look.show_project(editor.project, editor.data, editor.report)
    seen.settle()
    assert not look.answers
    assert "cannot be run yet" in look.words.text()
