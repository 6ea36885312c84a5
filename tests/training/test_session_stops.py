"""A session ends soon: what nobody waits for any more is not recorded to its end, and nothing of the run is lost."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from deepviz.engine.network import Network
from deepviz.engine.recording import Recording
from deepviz.engine.tape import Tape, Tensor
from deepviz.training.run_plan import RunPlan
from deepviz.training.session import Session
from tests.training.test_session import PATIENCE, small_project


def test_a_session_that_is_stopped_while_it_records_does_not_record_to_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    recording, stopping, reached = threading.Event(), threading.Event(), threading.Event()
    record = Network.record_forward

    def slowly(network: Network, tape: Tape, x: Tensor) -> Recording:
        recording.set()
        assert stopping.wait(PATIENCE)
        found = record(network, tape, x)
        reached.set()
        return found

    monkeypatch.setattr(Network, "record_forward", slowly)
    session = Session(RunPlan.of(small_project()))
    session.start()
    assert recording.wait(PATIENCE)
    ended: list[bool] = []
    stop = threading.Thread(target=lambda: ended.append(session.stop(PATIENCE)))
    stop.start()
    while not session._loop.is_stopping:
        stopping.wait(0.001)
    stopping.set()
    stop.join(PATIENCE)
    assert ended == [True]
    assert not reached.is_set()
    assert session.status == "stopped"
    assert session.failure is None


def test_steps_that_are_hurried_are_counted_and_those_asked_for_are_exact() -> None:
    session = Session(RunPlan.of(small_project(epochs=1000)), paused=True)
    session.start()
    for count in (1, 7, 40, 2, 15):
        before = session.snapshot().result(PATIENCE).step
        session.step(count)
        while session.snapshot().result(PATIENCE).step < before + count:
            session.watch(())
        assert session.snapshot().result(PATIENCE).step == before + count
        assert session.status == "paused"
    session.slow_down(0.001)  # so that it is not beyond that step before it is told
    session.resume()
    session.run_to(500)
    session.slow_down(None)
    while session.snapshot().result(PATIENCE).step < 500:
        session.watch(("gradient_flow",))
    state = session.snapshot().result(PATIENCE)
    assert session.stop(PATIENCE)
    records = session.drain()
    assert [record.step for record in records] == list(range(1, 501))
    trainer = RunPlan.of(small_project(epochs=1000)).trainer()
    steps = trainer.steps()
    straight = [next(steps) for _ in range(500)]
    assert [record.values["loss"] for record in records] == [record.values["loss"] for record in straight]
    for name, weights in trainer.network.weights().items():
        np.testing.assert_array_equal(state.weights[name], weights)


def test_a_step_that_is_over_when_it_is_asked_for_pauses_the_run_and_is_told() -> None:
    session = Session(RunPlan.of(small_project(epochs=1000)), paused=True)
    session.start()
    assert session.run_to(10).result(PATIENCE) == 0, "after so many steps it was asked for"
    while session.snapshot().result(PATIENCE).step < 10:
        pass
    session.resume()
    made = session.run_to(4).result(PATIENCE)
    assert made >= 10
    while session.status != "paused":
        session.watch(("gradient_flow",))
    at = session.snapshot().result(PATIENCE).step
    assert at == made + 1, "as with Pause, one more step is made, which is watched"
    for step in (4, at):
        assert session.run_to(step).result(PATIENCE) == at
        assert session.snapshot().result(PATIENCE).step == at, "a run that rests stays where it is"
    assert session.stop(PATIENCE)
    assert "gradient_flow" in session.drain()[-1].values
