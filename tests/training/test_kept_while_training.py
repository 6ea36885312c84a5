"""A session keeps states as its timeline wants them: closely where the run begins, and each that is looked at whole."""

from __future__ import annotations

import numpy as np

from deepviz.training.run_plan import RunPlan
from deepviz.training.session import Session
from deepviz.training.timeline import Timeline
from tests.training.run_made import project

PATIENCE = 60.0


def at_rest() -> float:
    """A clock by which no time passes: nothing is due by time, and nothing costs anything."""
    return 100.0


def run_to_the_end(session: Session) -> None:
    session.start()
    session._thread.join(PATIENCE)
    assert session.status == "finished", session.failure


def test_who_watches_has_the_first_steps_and_one_in_each_eighth_of_the_way() -> None:
    plan = RunPlan.of(project(epochs=40))
    session = Session(plan, timeline=Timeline(clock=at_rest))
    session._loop.watching._clock = at_rest
    session.watch(["gradient_flow", "activations"])
    run_to_the_end(session)
    steps, records = session.timeline.steps, {record.step: record.values for record in session.drain()}
    expected, step = [0], 0
    while (step := step + max(1, step // 8)) < len(records):
        expected.append(step)
    assert list(steps) == [*expected, len(records)]
    for step in steps[1:]:
        assert {"gradient_flow", "activations/mean"} <= records[step].keys(), "all that is wanted was read"


def test_without_anybody_who_watches_only_both_ends_are_kept() -> None:
    session = Session(RunPlan.of(project(epochs=4)))
    run_to_the_end(session)
    records = session.drain()
    assert session.timeline.steps == (0, len(records))
    assert not any("gradient_flow" in record.values for record in records[:-1])


def test_states_that_are_kept_are_those_of_a_run_that_nobody_watches() -> None:
    plan = RunPlan.of(project(epochs=4))
    session = Session(plan, timeline=Timeline(clock=at_rest))
    session.watch(["gradient_flow"])
    run_to_the_end(session)
    trainer = plan.trainer()
    for record in trainer.steps():
        kept = session.timeline.at(record.step)
        if kept is not None:
            for name, array in trainer.network.weights().items():
                np.testing.assert_array_equal(kept.weights[name], array)
    assert len(session.timeline.steps) > 8
