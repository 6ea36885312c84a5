"""The place of a run among its samples, while batch size and other settings change, and through a saved state."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from deepviz.engine import optimizers, schedules
from deepviz.engine.optimizer import Optimizer
from deepviz.engine.step_maker import StepMaker
from tests.engine.small_trainer import PER_EPOCH, SAMPLES, made, network, numbers_of, samples, trainer
from tests.engine.timetables import OF_DESCENT, OF_MOMENTS, STEPS, Settings, Timetable, set_all, steps_of

# Stopped, saved, resumed, repeated


@pytest.mark.parametrize(("optimizer", "timetable"), [(optimizers.SGD(), OF_DESCENT), (optimizers.AdamW(), OF_MOMENTS)])
@pytest.mark.parametrize("early", [False, True], ids=["changed after the resume", "changed before it is saved"])
def test_a_run_with_changes_can_be_stopped_after_every_step(
    optimizer: Optimizer, timetable: Timetable, early: bool
) -> None:
    settings: Settings = {"keep_best": True, "schedule": schedules.CosineDecay(), "epochs": 9, "validation": samples()}
    whole = trainer(optimizer, **settings)
    wanted = list(steps_of(whole, timetable))
    run, found = trainer(optimizer, **settings), []
    for step in range(STEPS):
        if early:
            set_all(run, timetable.get(step, {}))
        state = run.state()
        again = trainer(run.optimizer, network(seed=99), **settings)
        again.batch_size, again.frozen = run.batch_size, run.frozen
        again.restore(state)
        again.learning_rate = run.learning_rate
        run = again
        found += list(steps_of(run, timetable, 1))
    assert found == wanted
    assert numbers_of(run.state()) == numbers_of(whole.state())


def test_a_state_of_an_earlier_version_goes_on_by_its_own_batch_size() -> None:
    state = replace(made(trainer(), 7).state(), place=None, optimizer=None, ages={})
    old, new = trainer(), trainer(batch_size=9)
    old.restore(state)
    assert list(old.steps()) == list(made(trainer(), 7).steps())
    new.restore(replace(state, batch_size=5))
    assert (new.epochs_done, new.samples_seen) == (1, SAMPLES + 10)


def test_a_place_that_does_not_exist_is_refused() -> None:
    state = made(trainer(), 3).state()
    assert state.place is not None
    run, before = made(trainer(), 1), made(trainer(), 1)
    with pytest.raises(ValueError, match="has seen 23 samples of an epoch; there are only 23"):
        run.restore(replace(state, place=state.place._replace(seen=23)))
    assert numbers_of(run.state()) == numbers_of(before.state())


# Epochs


@pytest.mark.parametrize("seed", range(20))
def test_every_sample_is_seen_once_an_epoch_however_it_is_cut(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    make: Callable[..., Any] = StepMaker.make
    seen: list[np.ndarray] = []
    monkeypatch.setattr(StepMaker, "make", lambda self, chosen, *more: seen.append(chosen) or make(self, chosen, *more))
    rng, run = np.random.default_rng(seed), trainer(epochs=4)
    steps, ends, epochs = run.steps(), [], []
    while run.steps_to_go:
        if rng.random() < 0.4:
            run.batch_size = int(rng.integers(1, 30))
        to_go, will_end = run.steps_to_go, run.ends_epoch
        epochs.append(next(steps).epoch)
        assert run.steps_to_go == to_go - 1
        assert run.begins_epoch == will_end
        assert run.samples_seen == sum(map(len, seen))
        if will_end:
            ends.append(len(seen))
    assert next(steps, None) is None
    assert len(ends) == run.epochs_done == 4
    for epoch, (start, end) in enumerate(zip([0, *ends], ends, strict=False)):
        wanted = np.random.default_rng((3, epoch)).permutation(SAMPLES)
        assert np.array_equal(np.concatenate(seen[start:end]), wanted)
        assert set(epochs[start:end]) == {epoch + 1}
    assert run.total_steps == run.step == ends[-1]


@pytest.mark.parametrize("key", ["CosineDecay", "PolynomialDecay", "ExponentialDecay", "OneCycle", "StepDecay"])
@pytest.mark.parametrize("size", [1, 20])
def test_a_schedule_over_the_whole_run_does_not_jump(key: str, size: int) -> None:
    schedule = schedules.registry[key]()
    run = trainer(optimizers.SGD(learning_rate=1.0), epochs=40, schedule=schedule)
    made(run, 17 * PER_EPOCH + 2)
    before = run.current_learning_rate
    run.batch_size = size
    assert run.current_learning_rate == pytest.approx(before, abs=0.01)
    rates = [run.current_learning_rate for _ in run.steps()]
    usual = schedule.curve(40 * PER_EPOCH, PER_EPOCH)
    assert rates[-2] == pytest.approx(usual[-1], abs=0.03), "it comes to its end with the run"
    # Where as many samples have been seen as after so many steps of the usual size, the rate is the same.
    per_epoch = run.steps_per_epoch
    for epoch in range(18, 40):
        made_since = per_epoch * (epoch - 18) + -(-13 // size)
        assert rates[made_since - 1] == pytest.approx(usual[epoch * PER_EPOCH], abs=0.02), epoch


def test_without_a_change_of_the_batch_size_a_schedule_is_what_it_was() -> None:
    run = trainer(optimizers.SGD(learning_rate=1.0), schedule=schedules.CosineDecay(), probes=("learning_rate",))
    wanted = [0.5 * (1 + np.cos(np.pi * step / 20)) for step in range(20)]
    assert [record.values["learning_rate"] for record in run.steps()] == pytest.approx(wanted, abs=1e-15)


def test_steps_of_a_size_that_is_gone_are_forgotten() -> None:
    run = trainer(epochs=1000)
    for size in (*range(1, 20), 5):
        run.batch_size = size
        made(run, 3)
    assert len(run._maker._steps) <= 2
