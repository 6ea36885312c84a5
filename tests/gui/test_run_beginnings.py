"""The list of runs says when a run began, however long after that it was left, and when it ended if that is known."""

from __future__ import annotations

from dataclasses import replace

import pytest

from deepviz.gui import run_archive
from deepviz.gui.run_repeats import branch
from deepviz.gui.runs.columns import moment, when_words
from deepviz.training import run_store
from deepviz.training.checkpoint import trained_of
from deepviz.training.history import History
from deepviz.training.run_store import RunStore
from deepviz.training.run_summary import RunSummary
from tests.e2e.window import Person
from tests.gui.test_run_archive import noted
from tests.gui.window_hands import train_steps


class Clock:
    """A time that is said by the test."""

    def __init__(self) -> None:
        self.now = 1_700_000_000.0

    def time(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    for module in (run_archive, run_store):
        monkeypatch.setattr(f"{module.__name__}.wall_clock", clock.time)
    return clock


def test_a_run_and_its_branch_are_listed_by_when_they_began(person: Person, clock: Clock) -> None:
    start = clock.now
    train_steps(person, 6)
    clock.now = start + 60
    person.bench.controller.stop()
    (first,) = noted(person)
    assert first.created == start
    assert first.over == start + 60
    clock.now = start + 100
    assert branch(person.bench.controller, person.bench.editor, 6)
    clock.now = start + 130
    train_steps(person, 3)
    clock.now = start + 280
    person.bench.controller.reset()
    runs = noted(person)
    assert [(run.created - start, run.over - start) for run in runs] == [(0, 60), (100, 280)]


def test_after_the_program_was_killed_it_is_still_when_it_began(person: Person, clock: Clock) -> None:
    start = clock.now
    train_steps(person, 4)
    checkpoint = person.bench.controller.checkpoint()
    assert checkpoint is not None
    kept = trained_of(checkpoint, None).history  # what the session on the disk has of it
    history = History.from_arrays(kept)
    assert history.began == start
    clock.now = start + 900
    store = person.bench.runs.store
    run = store.note(replace(checkpoint, history=history), "interrupted", run="another")
    assert run is not None
    assert run.created == start
    assert run.over == 0.0, "nobody knows when it ended"
    assert store.run("another") == run


def test_a_queued_run_began_as_long_ago_as_it_trained(person: Person, clock: Clock) -> None:
    train_steps(person, 2)
    checkpoint = person.bench.controller.checkpoint()
    assert checkpoint is not None
    checkpoint.history.began, checkpoint.history.seconds = 0.0, 12.5
    run = RunStore(person.bench.runs.store.folder).note(checkpoint, "finished")
    assert run is not None
    assert run.created == clock.now - 12.5


def test_the_tip_says_when_it_began_and_ended_and_how_long_it_trained() -> None:
    start = 1_700_000_000.0
    whole = RunSummary("a", created=start, over=start + 200, seconds=75.0, ended="stopped")
    assert when_words(whole) == f"Began {moment(start)}\nEnded {moment(start + 200)} (stopped)\nTrained for 1:15"
    lost = replace(whole, over=0.0, ended="interrupted")
    assert when_words(lost) == f"Began {moment(start)}\nTrained for 1:15"
