"""A run that is stopped, saved and resumed, at any step and with anything, is the run that was never stopped."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from deepviz.engine import Network, Trainer, layers, losses, optimizers, schedules, stopping
from deepviz.engine.optimizer import Optimizer
from deepviz.engine.schedule import Schedule
from deepviz.engine.trainer import TrainerState
from deepviz.engine.trainer_state import CourseState
from tests.engine.small_trainer import PER_EPOCH, made, network, numbers_of, samples, trainer

EPOCHS = 4
TOTAL = EPOCHS * PER_EPOCH
OPTIMIZERS = [
    *(kind() for kind in optimizers.registry.values()),
    optimizers.SGD(momentum=0.9, nesterov=True),
    optimizers.RMSProp(momentum=0.9, centered=True),
    optimizers.Adam(learning_rate=0.01, global_clipnorm=0.2),
    optimizers.Lion(clipvalue=0.01, weight_decay=0.1),
]
SCHEDULES = [
    schedules.Constant(warmup_steps=7),
    schedules.StepDecay(decay_steps=3, decay_rate=0.5),
    schedules.ExponentialDecay(),
    schedules.PolynomialDecay(power=2),
    schedules.CosineDecay(first_decay_steps=4, m_mul=0.7, warmup_steps=2),
    schedules.OneCycle(),
    schedules.ReduceOnPlateau(patience=1, min_delta=0.5, warmup_steps=3),
]
FOLLOWED: dict[str, Any] = {
    "clock": lambda: 0.0,
    "stopping": [
        stopping.Patience(patience=1000),
        stopping.Target(target=-1.0),
        stopping.Plateau(window=50),
        stopping.Divergence(factor=1e6, steps=3),
        stopping.StepLimit(steps=1000),
    ],
    "keep_best": True,
    "validation": samples(),
    "probes": ("loss", "accuracy", "gradient_norm", "learning_rate"),
}


def comparable(records: list[Any]) -> list[Any]:
    """Records with arrays as bytes."""
    return [
        (step, epoch, {key: np.asarray(value).tobytes() for key, value in values.items()})
        for step, epoch, values in records
    ]


def stops(seed: int) -> list[int]:
    """Random places to stop at: in the middle of an epoch and between two."""
    rng = np.random.default_rng(seed)
    return sorted({int(step) for step in rng.integers(1, TOTAL, 4)} | {PER_EPOCH * int(rng.integers(1, EPOCHS))})


def is_the_same_run(settings: dict[str, Any], optimizer: Optimizer, places: list[int]) -> None:
    """Compare a run with one that is stopped at each of these places, each time resumed by a trainer of its own."""
    whole = trainer(optimizer, **settings)
    records = comparable(list(whole.steps()))
    assert len(records) == TOTAL
    run = trainer(optimizer, **settings)
    found = []
    for place in [*places, TOTAL]:
        found += comparable([record for _, record in zip(range(place - run.step), run.steps(), strict=False)])
        state = run.state()
        made(run, 2)  # going on must not change what was saved
        run = trainer(optimizer, network(seed=99), **settings)
        run.restore(state)
    assert found == records
    assert numbers_of(run.state()) == numbers_of(whole.state())


@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=lambda optimizer: optimizer.key)
def test_with_every_optimizer(optimizer: Optimizer) -> None:
    is_the_same_run({"schedule": SCHEDULES[4]}, optimizer, stops(OPTIMIZERS.index(optimizer)))


def test_with_every_schedule() -> None:
    assert {schedule.key for schedule in SCHEDULES} == set(schedules.registry)


@pytest.mark.parametrize("schedule", SCHEDULES, ids=lambda schedule: schedule.key)
@pytest.mark.parametrize("followed", [{}, FOLLOWED], ids=["alone", "followed"])
def test_with_each_schedule(schedule: Schedule, followed: dict[str, Any]) -> None:
    places = stops(SCHEDULES.index(schedule) + 100)
    is_the_same_run({**followed, "schedule": schedule}, optimizers.NAdam(learning_rate=0.02), places)


def test_stopped_after_every_single_step() -> None:
    settings = {**FOLLOWED, "schedule": SCHEDULES[-1]}
    is_the_same_run(settings, optimizers.AMSGrad(global_clipnorm=0.3), list(range(1, TOTAL)))


@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=lambda optimizer: optimizer.key)
def test_the_same_seed_gives_the_same_bits(optimizer: Optimizer) -> None:
    settings = {**FOLLOWED, "schedule": schedules.OneCycle(warmup_steps=2)}
    first, second = trainer(optimizer, **settings), trainer(optimizer, **settings)
    assert comparable(list(first.steps())) == comparable(list(second.steps()))
    assert numbers_of(first.state()) == numbers_of(second.state())
    other = made(trainer(optimizer, **settings, seed=4), TOTAL)
    assert not np.array_equal(first.network.parameters.vector, other.network.parameters.vector)


@pytest.mark.parametrize(
    "rule",
    [
        stopping.Patience(patience=2, mode="max"),
        stopping.Plateau(window=4, min_change=1.0),
        stopping.StepLimit(steps=11),
        stopping.Divergence(factor=1.0000001, steps=2),
    ],
    ids=lambda rule: rule.key,
)
def test_a_resumed_run_is_ended_where_it_would_have_ended(rule: stopping.StoppingRule) -> None:
    def run() -> Trainer:
        return trainer(optimizers.SGD(learning_rate=1.0), epochs=30, stopping=[rule], clock=lambda: 0.0)

    whole = run()
    last = list(whole.steps())[-1].step
    assert 2 < last < 30 * PER_EPOCH
    for place in {1, last // 2, last - 1, last}:
        stopped, resumed = made(run(), place), run()
        resumed.restore(stopped.state())
        assert len(list(resumed.steps())) == last - place
        assert resumed.stopped_by == whole.stopped_by
        assert numbers_of(resumed.state()) == numbers_of(whole.state())


def test_a_state_goes_on_under_other_rules() -> None:
    ended = made(trainer(stopping=[stopping.StepLimit(steps=6)]), 10)
    assert ended.stopped_by is not None
    longer = trainer(stopping=[stopping.StepLimit(steps=9)])
    longer.restore(ended.state())
    assert longer.stopped_by is None, "what ended the run is not asked for any more"
    assert made(longer, 10).step == 9
    same = trainer(stopping=[stopping.StepLimit(steps=6)])
    same.restore(ended.state())
    assert list(same.steps()) == []


def test_a_state_of_an_earlier_version_knows_nothing_of_the_course() -> None:
    begun = made(trainer(), 7).state()
    old = TrainerState(begun.step, begun.learning_rate, begun.parameters, begun.optimizer_vectors)
    run = trainer(schedule=schedules.ReduceOnPlateau(), keep_best=True, stopping=[stopping.Patience()])
    run.restore(old)
    assert len(list(run.steps())) == TOTAL - 7
    assert run.best is not None
    assert np.array_equal(run.network.parameters.vector, made(trainer(), TOTAL).network.parameters.vector)


def test_a_state_with_the_memory_of_another_schedule_begins_a_memory() -> None:
    state = made(trainer(schedule=schedules.ReduceOnPlateau(patience=1, min_delta=9.0)), 12).state()
    assert state.course.schedule["factor"] < 1
    run = trainer(schedule=schedules.Constant())
    run.restore(state)
    assert run.current_learning_rate == run.learning_rate
    assert run.state().course.schedule == {}


def test_a_refused_state_changes_nothing() -> None:
    run, other = made(trainer(keep_best=True), 7), made(trainer(), 3).state()
    before = numbers_of(run.state())
    wrong = replace(other, network_state={"dense_1/mean": np.zeros(3)}, course=CourseState(1.0, 3))
    with pytest.raises(ValueError, match="dense_1/mean"):
        run.restore(wrong)
    broken = {name: array.copy() for name, array in other.parameters.items()}
    broken["dense_2/b"][0] = np.nan
    with pytest.raises(ValueError, match="dense_2/b are not all finite"):
        run.restore(replace(other, parameters=broken))
    assert numbers_of(run.state()) == before


RANDOM = [key for key in ("Dropout", "GaussianNoise", "SpatialDropout") if key in layers.registry]
KEEPING = [key for key in ("BatchNorm",) if key in layers.registry]


@pytest.mark.parametrize("key", [*RANDOM, *KEEPING])
def test_with_layers_that_draw_random_numbers_or_keep_something(key: str) -> None:
    shape = (4, 4, 2) if key == "SpatialDropout" else (4,)
    rng = np.random.default_rng(5)
    data = rng.standard_normal((23, *shape)), rng.integers(0, 3, 23)

    def run(seed: int = 0) -> Trainer:
        chain = [layers.Input(shape=shape), layers.registry[key](), layers.Flatten(), layers.Dense(units=8)]
        chain += [layers.ReLU(), *(layers.registry[name]() for name in KEEPING), layers.Dense(units=3)]
        net = Network.sequential(chain, seed=seed)
        optimizer = optimizers.Adam(learning_rate=0.01, global_clipnorm=1.0)
        return Trainer(
            net,
            losses.SoftmaxCrossEntropy(),
            optimizer,
            data,
            batch_size=5,
            epochs=EPOCHS,
            seed=3,
            validation=data,
            schedule=schedules.CosineDecay(),
            keep_best=True,
        )

    whole = run()
    records = comparable(list(whole.steps()))
    for place in stops(7):
        begun, resumed = made(run(), place), run(seed=9)
        resumed.restore(begun.state())
        assert comparable(list(resumed.steps())) == records[place:]
        assert numbers_of(resumed.state()) == numbers_of(whole.state())


@pytest.mark.parametrize("key", RANDOM)
def test_random_numbers_are_others_at_each_step_and_for_each_seed(key: str) -> None:
    shape = (4, 4, 2) if key == "SpatialDropout" else (8,)
    data = np.random.default_rng(5).standard_normal((6, *shape)), np.arange(6) % 3

    def losses_of(seed: int) -> list[float]:
        chain = [layers.Input(shape=shape), layers.registry[key](), layers.Flatten(), layers.Dense(units=3)]
        net, still = Network.sequential(chain, seed=1), optimizers.SGD(learning_rate=1e-30)
        run = Trainer(net, losses.SoftmaxCrossEntropy(), still, data, batch_size=6, epochs=8, seed=seed)
        return [record.values["loss"] for record in run.steps()]

    assert len(set(losses_of(0))) == 8
    assert losses_of(0) == losses_of(0)
    assert not set(losses_of(0)) & set(losses_of(1))
