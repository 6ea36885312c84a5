"""How long planned runs take is tried once, again after a while, and said for as many at once as there are cores."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from deepviz.gui.runs import trial
from deepviz.gui.runs.trial import FRESH, TO_BEGIN, RunTrial
from deepviz.training.run_plan import RunPlan
from tests.training.run_made import project

PATIENCE = 60_000


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """What is found when steps are timed next; never run empty."""
    found = [0.010]
    monkeypatch.setattr(trial, "seconds_a_step", lambda *_: found.pop(0))
    return found


@pytest.fixture
def now() -> list[float]:
    return [1000.0]


@pytest.fixture
def tried(qtbot: QtBot, now: list[float]) -> Iterator[RunTrial]:
    made = RunTrial(clock=lambda: now[0])
    yield made
    made.shut_down()


def test_it_is_tried_anew_after_a_while_and_what_was_found_is_said_until_then(
    tried: RunTrial, answers: list[float], now: list[float], qtbot: QtBot
) -> None:
    plan = RunPlan.of(project(epochs=3, batch_size=20))
    steps = 3 * -(-len(plan.data.train) // 20)
    with qtbot.waitSignal(tried.done, timeout=PATIENCE):
        assert tried.seconds_of([plan.project], plan.data, 1) is None
    assert tried.seconds_of([plan.project], plan.data, 1) == pytest.approx(steps * 0.010 + TO_BEGIN)
    now[0] += FRESH - 1
    assert tried.seconds_of([plan.project], plan.data, 1) is not None
    assert not tried.is_busy, "it was tried just now"
    now[0] += 2
    answers.append(0.002)
    with qtbot.waitSignal(tried.done, timeout=PATIENCE):
        assert tried.seconds_of([plan.project], plan.data, 1) == pytest.approx(steps * 0.010 + TO_BEGIN)
        assert tried.is_busy
    assert tried.seconds_of([plan.project], plan.data, 1) == pytest.approx(steps * 0.002 + TO_BEGIN)
    assert not tried.is_busy


def test_more_runs_at_once_than_cores_take_as_long_as_if_they_waited(
    tried: RunTrial, answers: list[float], qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    plan = RunPlan.of(project(epochs=3))
    with qtbot.waitSignal(tried.done, timeout=PATIENCE):
        tried.seconds_of([plan.project] * 8, plan.data, 4)
    one_by_one = tried.seconds_of([plan.project] * 8, plan.data, 1)
    assert one_by_one is not None
    assert tried.seconds_of([plan.project] * 8, plan.data, 4) == pytest.approx(one_by_one / 2)
    assert tried.seconds_of([plan.project] * 8, plan.data, 2) == pytest.approx(one_by_one / 2)
