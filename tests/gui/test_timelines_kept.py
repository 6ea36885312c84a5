"""A timeline is there again after the window was closed, after a crash, from the list of runs and from a file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtWidgets import QMessageBox

from deepviz.document import edits
from deepviz.engine.trainer_state import TrainerState
from deepviz.gui.run_repeats import branch
from deepviz.gui.session_restore import Sessions
from deepviz.gui.session_store import SessionStore
from deepviz.gui.settings import Settings
from deepviz.training.timeline import Timeline
from tests.e2e.window import LEFT, PATIENCE, OpenWindow, Person, small_project
from tests.gui.window_hands import train_steps

PROBES = ("gradient_flow", "gradients", "activations")


class Start:
    """One start of the program; `home` is where its runs and sessions lie."""

    def __init__(self, person: Person, home: Path) -> None:
        self.person, self.controller = person, person.bench.controller
        self.sessions = Sessions(person.bench, SessionStore(home))
        self.sessions.begin()
        self.sessions.show_view()

    def crash(self) -> None:
        """Leave everything as a killed process does."""
        keeper = self.sessions.keeper
        keeper.keep()
        self.person.qtbot.waitUntil(lambda: keeper._state() == keeper._kept, timeout=PATIENCE)
        keeper._finish_writing()
        keeper._soon.stop()
        keeper._regularly.stop()
        assert keeper.slot is not None
        slot, keeper.slot = keeper.slot, None
        slot.release()

    @property
    def timeline(self) -> Timeline:
        return self.controller.moments.timeline

    def train(self, *steps: int) -> None:
        self.controller.want_probes(PROBES)
        for count in steps:
            train_steps(self.person, count)

    def numbers(self) -> dict[int, dict[str, float]]:
        """What the window says at each kept step, and in the present."""
        moments, history, found = self.controller.moments, self.controller.history, {}
        for step in moments.timeline.steps:
            moments.choose(step)
            found[step] = {
                name: float(np.nansum(history.at(name, step)))
                for name in history.columns
                if history.at(name, step) is not None
            }
            found[step]["loss on the canvas"] = self.controller.gradient_picture().loss or 0.0
        moments.choose(None)
        return found


Starter = Callable[[], Start]


@pytest.fixture
def start(open_window: OpenWindow, tmp_path: Path) -> Iterator[Starter]:
    started: list[Start] = []

    def opened() -> Start:
        person = open_window(small_project(epochs=50), Settings(tmp_path / "own.ini"))
        started.append(Start(person, tmp_path / "sessions"))
        return started[-1]

    yield opened
    for each in started:
        each.sessions.keeper.end(is_kept=True)


def states_of(timeline: Timeline) -> dict[int, TrainerState]:
    return {step: state for step in timeline.steps if (state := timeline.at(step)) is not None}


def assert_same(one: TrainerState, other: TrainerState) -> None:
    """To the bit, with all that it takes to go on."""
    assert (one.step, one.learning_rate, one.place, one.optimizer, one.ages, one.batch_size) == (
        other.step, other.learning_rate, other.place, other.optimizer, other.ages, other.batch_size,
    )  # fmt: skip
    pairs = [(one.parameters, other.parameters), (one.network_state, other.network_state)]
    assert one.optimizer_vectors.keys() == other.optimizer_vectors.keys()
    pairs += [(twin, other.optimizer_vectors[key]) for key, twin in one.optimizer_vectors.items()]
    for mine, theirs in pairs:
        assert mine.keys() == theirs.keys()
        assert all(array.tobytes() == theirs[name].tobytes() for name, array in mine.items())
        assert all(array.dtype == theirs[name].dtype for name, array in mine.items())
    for name in ("epoch_total", "epoch_samples", "schedule", "stopping", "stopped_by"):
        assert getattr(one.course, name) == getattr(other.course, name)


def assert_same_timeline(one: dict[int, TrainerState], other: Timeline) -> None:
    assert tuple(one) == other.steps
    for step, state in states_of(other).items():
        assert_same(one[step], state)


def goes_on_as_before(found: Start, step: int, end: TrainerState) -> None:
    """A branch of a state that was read makes the same steps again, to the bit."""
    bench = found.person.bench
    bench.controller.moments.choose(step)
    assert bench.live_bar.timeline.label.text() == f"step {step} of {end.step}"
    found.person.qtbot.mouseClick(bench.live_bar.timeline.branch_button, LEFT)
    assert found.controller.step_count == step
    train_steps(found.person, end.step - step)
    again = found.controller.checkpoint()
    assert again is not None
    assert_same(again.state, end)


def end_of(each: Start) -> TrainerState:
    checkpoint = each.controller.checkpoint()
    assert checkpoint is not None
    return checkpoint.state


def test_after_closing_it_is_there_with_the_same_numbers_and_branches_to_the_bit(start: Starter) -> None:
    first = start()
    first.train(3, 1, 1, 4, 5)
    states, numbers, end = states_of(first.timeline), first.numbers(), end_of(first)
    assert {0, 3, 4, 5, 9, 14} <= set(states)
    assert first.person.bench.window.close()
    second = start()
    assert second.person.bench.live_bar.timeline.isVisible()
    assert_same_timeline(states, second.timeline)
    assert second.numbers() == numbers
    goes_on_as_before(second, 4, end)


def test_after_a_crash_it_is_there_and_the_run_is_on_the_list(start: Starter) -> None:
    first = start()
    first.train(3, 4)
    states = states_of(first.timeline)
    run, seconds = first.controller.history.run, first.controller.history.seconds
    first.crash()
    second = start()
    assert_same_timeline(states, second.timeline)
    store = second.person.bench.runs.store
    second.person.bench.runs.recorder.finish()
    (noted,) = [each for each in store.runs() if each.id == run]
    assert (noted.steps, noted.ended) == (7, "interrupted")
    assert noted.seconds == seconds > 0
    assert second.controller.history.run == run
    second.train(2)
    assert second.controller.history.seconds > seconds, "it goes on from there"
    assert second.person.bench.window.close()
    (noted,) = [each for each in store.runs() if each.id == run]
    assert noted.steps == 9, "it is still one run"
    assert noted.seconds == second.controller.history.seconds


def test_a_run_of_the_list_has_its_timeline(person: Person) -> None:
    bench, controller = person.bench, person.bench.controller
    controller.want_probes(PROBES)
    for steps in (2, 3, 4):
        train_steps(person, steps)
    states, end = states_of(controller.moments.timeline), controller.checkpoint()
    assert end is not None
    flow = controller.history.at("gradient_flow", 5).copy()
    run = controller.history.run
    controller.reset()
    bench.runs.recorder.finish()
    assert len(controller.moments.timeline.steps) == 0
    summary = bench.runs.store.run(run)
    assert summary is not None
    bench.archive.open(bench.runs.store.load(run), summary)
    assert_same_timeline(states, controller.moments.timeline)
    np.testing.assert_array_equal(controller.history.at("gradient_flow", 5), flow)
    assert branch(controller, bench.editor, 5)
    train_steps(person, 4)
    again = controller.checkpoint()
    assert again is not None
    assert_same(again.state, end.state)


def test_a_saved_project_has_it_too(person: Person, tmp_path: Path) -> None:
    bench, controller = person.bench, person.bench.controller
    for steps in (2, 3, 4):
        train_steps(person, steps)
    states = states_of(controller.moments.timeline)
    assert bench.files.save_to(tmp_path / "mine.deepviz")
    bench.files.new()
    assert controller.moments.timeline.steps == ()
    assert bench.files.open(tmp_path / "mine.deepviz")
    assert_same_timeline(states, controller.moments.timeline)


def test_a_session_of_a_saved_project_has_no_later_steps(
    start: Starter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was not to be saved is not in the timeline either."""
    first = start()
    first.train(3, 2)
    assert first.person.bench.files.save_to(tmp_path / "mine.deepviz")
    first.train(4)
    first.person.bench.editor.apply("Rename", lambda project: edits.rename(project, "another"))  # so that it is asked
    monkeypatch.setattr(QMessageBox, "question", lambda *_: QMessageBox.StandardButton.Discard)
    assert first.person.bench.window.close()
    second = start()
    assert second.controller.step_count == 5
    assert max(second.timeline.steps) == 5
    assert {0, 3, 5} <= set(second.timeline.steps)


def test_a_damaged_timeline_is_told_and_the_rest_is_there(start: Starter, tmp_path: Path) -> None:
    first = start()
    first.train(3, 2)
    assert first.person.bench.window.close()
    (file,) = (tmp_path / "sessions").glob("*.timeline")
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 0xFF
    file.write_bytes(content)
    second = start()
    assert second.controller.step_count == 5
    assert second.timeline.steps == (5,)
    assert "The timeline of the run is damaged and was left out." in second.person.notice


def test_the_timeline_of_another_run_is_not_taken(start: Starter, tmp_path: Path) -> None:
    first = start()
    first.train(3, 2)
    first.sessions.keeper.keep_at_once()
    (file,) = (tmp_path / "sessions").glob("*.timeline")
    other = file.read_bytes()
    first.controller.reset()
    first.train(1, 6)
    assert first.person.bench.window.close()
    file.write_bytes(other)
    second = start()
    assert second.controller.step_count == 7
    assert second.timeline.steps == (7,)
    assert "damaged" not in second.person.notice
