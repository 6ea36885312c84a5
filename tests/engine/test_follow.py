"""A run that goes on with another schedule, other rules and metrics is the one that was saved and resumed with them."""

from __future__ import annotations

from typing import Any

import pytest

from deepviz.engine import metrics, optimizers, schedules, stopping
from deepviz.engine.trainer import Trainer
from tests.engine.small_trainer import PER_EPOCH, made, numbers_of, samples, trainer

RULES = (stopping.Patience(patience=50), stopping.StepLimit(steps=18))
FIRST: dict[str, Any] = {"schedule": schedules.ReduceOnPlateau(patience=1, min_delta=9.0), "stopping": RULES}
OTHER: dict[str, Any] = {
    "schedule": schedules.CosineDecay(warmup_steps=3),
    "stopping": (RULES[0], stopping.Target(target=-1.0)),
    "keep_best": True,
    "metrics": ("F1",),
}


def started(**plan: Any) -> Trainer:
    probes = ("loss", "learning_rate")
    return trainer(validation=samples(), probes=probes, clock=lambda: 0.0, **plan)


def followed(run: Trainer, **plan: Any) -> Trainer:
    run.follow(**plan)
    return run


@pytest.mark.parametrize("step", [1, 4, 5, 7, 12])
@pytest.mark.parametrize(("first", "then"), [({}, OTHER), (FIRST, OTHER), (OTHER, FIRST), (FIRST, {})])
def test_following_another_plan_is_resuming_with_it(step: int, first: dict[str, Any], then: dict[str, Any]) -> None:
    changed = followed(made(started(**first), step), **then)
    resumed = started(**then)
    resumed.restore(made(started(**first), step).state())
    if not (first and then):  # of an epoch that nobody followed to its end nothing is kept
        assert changed.state().course.epoch_samples == 0
    ends = list(changed.steps()), list(resumed.steps())
    assert ends[0] == ends[1]
    if first and then:
        assert numbers_of(changed.state()) == numbers_of(resumed.state())


def test_the_steps_that_are_being_made_go_on_by_the_other_plan() -> None:
    run = started()
    steps = run.steps()
    rates = [next(steps).values["learning_rate"] for _ in range(2)]
    run.follow(schedule=schedules.StepDecay(decay_rate=0.5, decay_steps=4))
    rates += [next(steps).values["learning_rate"] for _ in range(4)]
    assert rates == [0.01, 0.01, 0.01, 0.01, 0.005, 0.005]
    run.follow()
    assert next(steps).values["learning_rate"] == 0.01
    run.follow(stopping=(stopping.StepLimit(steps=9),), metrics=("F1",))
    assert [record.step for record in steps] == [8, 9]
    assert run.stopped_by == "Training ended after step 9: the limit of 9 steps is reached."


def test_no_weight_is_touched() -> None:
    run = made(started(), 7)
    before = run.network.parameters.vector.copy()
    run.follow(**OTHER)
    assert (run.network.parameters.vector == before).all()


def test_the_best_weights_come_back_when_they_are_kept_again() -> None:
    run = made(started(keep_best=True), 2 * PER_EPOCH)
    best = run.best
    assert best is not None
    run.follow()
    assert run.best is None
    assert run.state().course.best is None, "whoever reads the state would take them"
    run.follow(keep_best=True)
    assert run.best is best


def test_the_best_weights_are_forgotten_with_the_first_step_for_which_they_are_not_kept() -> None:
    run = made(started(keep_best=True), 2 * PER_EPOCH)
    run.follow()
    made(run, 1)
    run.follow(keep_best=True)
    assert run.best is None
    made(run, PER_EPOCH)
    assert run.best is not None
    assert (run.best.step, run.best.epoch) == (3 * PER_EPOCH, 3)


def test_a_rule_that_is_taken_out_does_not_end_the_run_any_more() -> None:
    run = started(stopping=RULES)
    assert len(list(run.steps())) == 18
    run.follow(stopping=RULES, keep_best=True)
    assert run.stopped_by is not None, "the rules are the same"
    run.follow(stopping=RULES[:1])
    assert run.stopped_by is None
    assert [record.step for record in run.steps()] == [19, 20]


def test_a_rule_with_the_same_settings_goes_on_counting() -> None:
    worse = stopping.Patience(patience=2, min_delta=100.0)  # never better than the first
    run = made(started(stopping=(worse,)), 2 * PER_EPOCH)
    run.follow(stopping=(worse, stopping.StepLimit(steps=1000)), schedule=schedules.OneCycle())
    assert len(list(run.steps())) == PER_EPOCH
    assert run.stopped_by is not None


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"stopping": (stopping.Patience(monitor="validation_F1"),)}, "not measured after an epoch"),
        ({"metrics": (metrics.R2(),)}, "class numbers"),
        ({"metrics": ("F1",), "stopping": (stopping.Target(monitor="validation_R2"),)}, "not measured"),
    ],
)
def test_what_does_not_fit_changes_nothing(wrong: dict[str, Any], words: str) -> None:
    run, same = made(started(**FIRST), 6), made(started(**FIRST), 6)
    with pytest.raises(ValueError, match=words):
        run.follow(**wrong)
    assert list(run.steps()) == list(same.steps())


def test_the_learning_rate_of_each_step_is_the_one_it_was_made_with() -> None:
    """By hand: warm-up over 4 steps, then half of it every 3 steps; halved by hand after step 7; resumed after 10."""
    schedule = schedules.StepDecay(decay_rate=0.5, decay_steps=3, warmup_steps=4)
    factors = [0, 0.25, 0.5, 0.75, 1, 1, 1, 0.5, 0.5, 0.5, 0.25, 0.25, 0.25, 0.125]
    run = trainer(optimizers.SGD(learning_rate=0.2), probes=("learning_rate",), schedule=schedule)
    steps = run.steps()
    read = [next(steps).values["learning_rate"] for _ in range(7)]
    run.learning_rate = 0.1
    read += [next(steps).values["learning_rate"] for _ in range(3)]
    again = trainer(optimizers.SGD(learning_rate=0.2), probes=("learning_rate",), schedule=schedule)
    again.restore(run.state())
    steps = again.steps()
    read += [next(steps).values["learning_rate"] for _ in range(4)]
    assert read == pytest.approx([0.2 * each for each in factors[:7]] + [0.1 * each for each in factors[7:]], rel=1e-12)


def test_the_learning_rate_that_is_read_is_that_of_the_update() -> None:
    """Plain descent moves each weight by the learning rate times its gradient."""
    run = trainer(optimizers.SGD(learning_rate=0.2), probes=("learning_rate",), schedule=schedules.ExponentialDecay())
    for _ in range(6):
        before = run.network.parameters.vector.copy()
        record = next(run.steps())
        moved = before - run.network.parameters.vector
        expected = record.values["learning_rate"] * run.network.gradients.vector
        assert moved == pytest.approx(expected, rel=1e-3, abs=1e-7)
