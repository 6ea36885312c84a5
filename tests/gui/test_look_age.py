"""How old a picture of the network may become: what a look costs is what is computed for it, not what is waited."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from deepviz.gui import answerer, inspector
from deepviz.gui.inspector import LARGEST_SHARE, periods
from deepviz.insight.subject import Progress, Subject
from tests.e2e.window import PATIENCE, Person
from tests.gui.test_inspector import Seen, Sum, train, train_on_and_on


class Clocks:
    """What the window and the thread that answers are told that time it is: each question says what it takes."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now, self.computed = 1000.0, 0.0
        monkeypatch.setattr(inspector, "perf_counter", lambda: self.now)
        monkeypatch.setattr(answerer, "perf_counter", lambda: self.now)
        monkeypatch.setattr(answerer, "thread_time", lambda: self.computed)


@dataclass(frozen=True)
class Costly(Sum):
    """Computes for so many seconds of a clock that a test keeps, and waits for others besides."""

    clocks: Clocks | None = None
    computing: float = 0.0
    waiting: float = 0.0

    def answer(self, subject: Subject, progress: Progress) -> Any:
        assert self.clocks is not None
        self.clocks.computed += self.computing
        self.clocks.now += self.waiting
        return super().answer(subject, progress)


@pytest.fixture
def clocks(monkeypatch: pytest.MonkeyPatch) -> Clocks:
    return Clocks(monkeypatch)


@pytest.fixture
def asked(clocks: Clocks, person: Person) -> Iterator[Seen]:  # no thread has begun to measure by other clocks
    asked = Seen(person)
    yield asked
    asked.inspector.shut_down()


def test_waiting_is_no_cost_that_would_make_a_look_old(asked: Seen, clocks: Clocks) -> None:
    """Beside a run that makes many steps a second most of the time is spent waiting for the others."""
    look = asked.look(Costly(1.0, clocks, computing=0.02, waiting=0.4))
    asked.wait(look)
    asked.settle()
    assert asked.inspector._costs[look] == pytest.approx(0.02)


def test_what_takes_long_keeps_nothing_else_from_being_asked_often(asked: Seen, clocks: Clocks) -> None:
    controller, until = asked.person.bench.controller, asked.person.qtbot.waitUntil
    train_on_and_on(asked)
    slow, quick = asked.look(Costly(1.0, clocks, 0.06)), asked.look(Costly(2.0, clocks, 0.0005))
    train(asked.person, 3)
    asked.settle()
    controller.run()
    asked.person.reach("running")
    quick.answers.clear()
    slow.answers.clear()
    for _ in range(30):  # one and a half seconds
        clocks.now += 0.05
        before = controller.step_count
        until(lambda before=before: controller.step_count > before, timeout=PATIENCE)
        asked.inspector.look_around()
        asked.settle()
    # The turns are 2.2 s and 0.2 s apart, see `periods`; the first may come a quarter of that earlier.
    assert len(slow.answers) <= 1
    assert len(quick.answers) >= 6
    assert all(step for _, step in quick.answers)


def test_turns_stay_within_bounds_and_follow_the_root_of_the_cost() -> None:
    looks: list[Any] = ["projection", "confusion", "filters"]
    found = periods(dict(zip(looks, (1.0, 0.04, 0.0001), strict=True)))
    assert sum(cost / found[look] for look, cost in zip(looks, (1.0, 0.04, 0.0001), strict=True)) == pytest.approx(
        LARGEST_SHARE
    )
    assert found["projection"] == pytest.approx(5 * found["confusion"])
    assert found["projection"] == pytest.approx(1.21 / LARGEST_SHARE)
    assert periods({}) == {}
