"""Schedules, stopping rules and best weights at work in a trainer."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from deepviz.engine import losses, optimizers, schedules, stopping
from deepviz.engine.course import Course
from deepviz.engine.schedule import Progress, Schedule
from deepviz.engine.trainer import Trainer
from tests.engine.small_trainer import BATCH, PER_EPOCH, SAMPLES, made, network, samples, trainer

RATE = optimizers.SGD(learning_rate=0.5)


# Schedules


@pytest.mark.parametrize("schedule", [kind(warmup_steps=3) for kind in schedules.registry.values()], ids=str)
def test_every_step_is_made_with_the_rate_of_the_schedule(schedule: Schedule) -> None:
    run = trainer(RATE, network(dtype="float64"), schedule=schedule, probes=("learning_rate",))
    curve = 0.5 * schedule.curve(20, PER_EPOCH)
    seen = []
    steps = run.steps()
    before = run.network.parameters.vector.copy()
    for wanted in curve[:7]:
        assert run.current_learning_rate == pytest.approx(wanted, rel=1e-15)
        seen.append(next(steps).values["learning_rate"])
        moved = run.network.parameters.vector - before
        assert moved == pytest.approx(-wanted * run.network.gradients.vector, abs=1e-15)
        before = run.network.parameters.vector.copy()
    assert seen == pytest.approx(curve[:7], rel=1e-15)
    assert run.learning_rate == 0.5, "what a user has chosen is left alone"


def test_a_new_learning_rate_is_multiplied_by_the_schedule_too() -> None:
    run = trainer(RATE, schedule=schedules.PolynomialDecay(), probes=("learning_rate",))
    steps = run.steps()
    assert next(steps).values["learning_rate"] == 0.5
    run.learning_rate = 2.0
    assert run.current_learning_rate == pytest.approx(2 * 19 / 20)
    assert next(steps).values["learning_rate"] == pytest.approx(2 * 19 / 20)
    run.epochs = 8
    assert next(steps).values["learning_rate"] == pytest.approx(2 * 38 / 40), "of a run that is twice as long"


def test_without_a_schedule_the_rate_is_what_was_chosen() -> None:
    run = trainer(RATE, probes=("learning_rate",))
    assert {record.values["learning_rate"] for record in run.steps()} == {0.5}
    assert run.current_learning_rate == run.learning_rate == 0.5


@pytest.mark.parametrize("with_validation", [False, True])
def test_reduce_on_plateau_looks_at_the_validation_or_else_at_the_epoch(with_validation: bool) -> None:
    schedule = schedules.ReduceOnPlateau(decay_factor=0.5, patience=1, min_delta=0.01)
    x, classes = samples()
    validation = (x, (classes + 1) % 3) if with_validation else None  # which gets worse as training gets better
    run = trainer(RATE, schedule=schedule, validation=validation, epochs=8, probes=("loss", "learning_rate"))
    memory, rates, total = schedule.start(), [], 0.0
    sizes = [BATCH] * (PER_EPOCH - 1) + [SAMPLES - BATCH * (PER_EPOCH - 1)]
    for record in run.steps():
        rates.append(0.5 * schedule.factor(Progress(0, 1, 1), memory))
        assert record.values["learning_rate"] == pytest.approx(rates[-1], rel=1e-15)
        total += record.values["loss"] * sizes[(record.step - 1) % PER_EPOCH]
        if record.step % PER_EPOCH == 0:
            schedule.observe(memory, record.values["validation_loss"] if with_validation else total / SAMPLES)
            total = 0.0
    assert rates[-1] < 0.5


# Stopping


class Clock:
    """A clock that goes on by a second each time it is read."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        self.now += 1.0
        return self.now


def ended(run: Trainer) -> int:
    """After how many steps the run has ended."""
    return sum(1 for _ in run.steps())


def test_a_run_ends_by_the_first_rule_that_has_a_reason() -> None:
    run = trainer(RATE, epochs=50, stopping=[stopping.StepLimit(steps=9), stopping.StepLimit(steps=7)])
    assert ended(run) == 7
    assert run.stopped_by == "Training ended after step 7: the limit of 7 steps is reached."
    assert ended(run) == 0, "it stays ended"
    run.go_on()
    assert run.stopped_by is None
    assert ended(run) == 2, "the other limit is still there"
    run.go_on()
    assert ended(run) == 50 * PER_EPOCH - 9


@pytest.mark.parametrize(
    "rule",
    [
        stopping.StepLimit(steps=7),
        stopping.TimeLimit(seconds=6),
        stopping.Target(target=1e6),
        stopping.Patience(patience=1, mode="max"),
    ],
    ids=lambda rule: rule.key,
)
def test_a_rule_that_has_ended_a_run_is_left_out_when_it_goes_on(rule: stopping.StoppingRule) -> None:
    def run(*others: stopping.StoppingRule) -> Trainer:
        return trainer(RATE, epochs=10, stopping=[rule, *others], clock=Clock())

    first = run()
    assert 0 < ended(first) < 10 * PER_EPOCH
    stopped = first.state()
    first.go_on()
    state = made(first, 1).state()
    assert ended(first) == 10 * PER_EPOCH - state.step
    for place in (stopped, state):
        resumed = run()
        resumed.restore(place)
        resumed.go_on()
        assert ended(resumed) == 10 * PER_EPOCH - place.step, "the state says which rule it was"
    other = run(stopping.Plateau(window=1000))
    other.restore(stopped)
    assert ended(other) < 10 * PER_EPOCH - stopped.step, "nobody has told it to go on"


def test_a_run_that_comes_to_its_last_epoch_is_not_stopped() -> None:
    run = trainer(RATE, stopping=[stopping.StepLimit(steps=1000), stopping.Divergence()])
    assert ended(run) == 20
    assert run.stopped_by is None


def test_time_is_that_of_the_steps_and_not_of_the_pauses() -> None:
    clock = Clock()
    run = trainer(RATE, epochs=50, stopping=[stopping.TimeLimit(seconds=6)], clock=clock)
    for _ in run.steps():
        clock.now += 1000  # a pause
    assert run.step == 6
    assert run.state().course.seconds == 6
    assert run.stopped_by is not None


def test_a_run_without_rules_never_looks_at_the_clock() -> None:
    clock = Clock()
    ended(trainer(RATE, clock=clock, keep_best=True))
    assert clock.now == 0


def test_patience_ends_when_the_validation_gets_worse() -> None:
    x, classes = samples()
    rule = stopping.Patience(patience=3)
    run = trainer(RATE, epochs=50, stopping=[rule], validation=(x, (classes + 1) % 3))
    losses = [record.values["validation_loss"] for record in run.steps() if "validation_loss" in record.values]
    best = int(np.argmin(losses))
    assert len(losses) == best + 4
    assert run.stopped_by is not None
    assert f"not become better than {losses[best]:.6g} for 3 epochs" in run.stopped_by


def test_a_target_for_a_metric_ends_the_run() -> None:
    rule = stopping.Target(monitor="validation_F1", target=0.6)
    run = trainer(RATE, epochs=200, stopping=[rule], validation=samples(), metrics=["F1", "ConfusionMatrix"])
    last = list(run.steps())[-1]
    assert last.values["validation_F1"] >= 0.6
    assert last.values["validation_ConfusionMatrix"].sum() == SAMPLES
    assert run.step % PER_EPOCH == 0
    assert run.step < 1000


def test_a_rule_for_what_is_not_measured_is_refused() -> None:
    rule = stopping.Patience(monitor="validation_accuracy")
    with pytest.raises(ValueError, match="Patience: validation_accuracy is not measured after an epoch; there is loss"):
        trainer(RATE, stopping=[rule])
    assert ended(trainer(RATE, stopping=[rule], validation=samples(), epochs=1)) == PER_EPOCH
    with pytest.raises(ValueError, match="Metrics are computed from validation data"):
        trainer(RATE, metrics=["F1"])


@pytest.mark.parametrize("kind", [stopping.Patience, stopping.Target])
def test_a_rule_for_what_is_no_single_number_is_refused(kind: type[stopping.StoppingRule]) -> None:
    rule = kind.checked({"monitor": "validation_ConfusionMatrix"})
    with pytest.raises(ValueError, match=r"ConfusionMatrix is no single number; there is loss, .*_F1\.$") as no:
        trainer(RATE, stopping=[rule], validation=samples(), metrics=["ConfusionMatrix", "F1"])
    assert str(no.value).startswith(kind.key)


def test_a_metric_for_another_task_is_refused_when_the_trainer_is_made() -> None:
    with pytest.raises(ValueError, match="R² is for regression; these targets are class numbers"):
        trainer(RATE, validation=samples(), metrics=["F1", "R2"])
    x, numbers = samples()[0], np.zeros((SAMPLES, 3))
    with pytest.raises(ValueError, match="F1 score is for classification; these targets are numbers to fit"):
        Trainer(network(), losses.MeanSquaredError(), RATE, (x, numbers), validation=(x, numbers), metrics=["F1"])


# Best weights


def losses_by_epoch(run: Trainer, name: str) -> Iterator[tuple[float, dict[str, np.ndarray]]]:
    for record in run.steps():
        if record.step % PER_EPOCH == 0:
            yield record.values[name], run.network.weights()


def test_the_best_weights_are_those_of_the_lowest_validation_loss() -> None:
    x, classes = samples()
    run = trainer(optimizers.SGD(learning_rate=3.0), epochs=12, keep_best=True, validation=(x, (classes + 1) % 3))
    assert run.best is None
    epochs = list(losses_by_epoch(run, "validation_loss"))
    losses = [loss for loss, _ in epochs]
    best = int(np.argmin(losses))
    assert max(losses) - losses[best] > 0
    assert run.best is not None
    assert (run.best.step, run.best.value) == ((best + 1) * PER_EPOCH, losses[best])
    wanted = epochs[best][1]
    assert all(np.array_equal(run.best.weights[name], wanted[name]) for name in wanted)
    run.restore_best()
    assert all(np.array_equal(run.network.parameters[name], wanted[name]) for name in wanted)
    assert run.evaluate(x, (classes + 1) % 3).loss == losses[best]


def test_without_validation_the_training_loss_of_the_epoch_decides() -> None:
    run, total, means = trainer(optimizers.SGD(learning_rate=6.0), epochs=10, keep_best=True), 0.0, []
    for record in run.steps():
        total += record.values["loss"] * (BATCH if record.step % PER_EPOCH else SAMPLES - 4 * BATCH)
        if record.step % PER_EPOCH == 0:
            means.append(total / SAMPLES)
            total = 0.0
    assert any(later > earlier for earlier, later in pairwise(means)), "it is not always the last epoch"
    assert run.best is not None
    assert run.best.value == pytest.approx(min(means), rel=1e-12)
    assert run.best.step == (int(np.argmin(means)) + 1) * PER_EPOCH


def test_what_is_not_a_number_is_never_the_best() -> None:
    course, net = Course(schedules.Constant(), [], keep_best=True), network()
    for step, value in enumerate([math.nan, 2.0, math.nan, 1.0, 3.0], start=1):
        course.add_step(value, 1)
        course.end_epoch(step, step, {"validation_loss": value}, net)
        assert (course.best is None) == (step == 1)
    assert course.best is not None
    assert (course.best.step, course.best.value) == (4, 1.0)


def test_best_weights_are_kept_only_on_request() -> None:
    run = trainer(RATE)
    ended(run)
    assert run.best is None
    with pytest.raises(ValueError, match="keep_best=True"):
        run.restore_best()


@pytest.mark.parametrize(
    "settings",
    [
        {"schedule": schedules.Constant()},
        {"stopping": [stopping.StepLimit(steps=1000), stopping.Plateau(window=1000)]},
        {"keep_best": True},
        {"validation": samples(), "metrics": ["F1", "TopK"]},
        {"probes": ("learning_rate",)},
    ],
    ids=lambda settings: next(iter(settings)),
)
def test_looking_on_changes_no_bit_of_the_training(settings: dict[str, Any]) -> None:
    plain, followed = made(trainer(), 20), made(trainer(**settings), 20)
    assert np.array_equal(plain.network.parameters.vector, followed.network.parameters.vector)
