"""Schedules against formulas written out by hand, and what all of them have in common."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from deepviz.engine import schedules
from deepviz.engine.schedule import Progress, Schedule
from deepviz.registry import DefinitionError

KINDS = [pytest.param(kind, id=kind.key) for kind in schedules.registry.values()]
every_kind = pytest.mark.parametrize("kind", KINDS)
TOTAL = 300


def keras_restarts(step: int, first: int, t_mul: float, m_mul: float, alpha: float) -> float:
    """The formula of Keras's CosineDecayRestarts."""
    fraction = step / first
    if t_mul == 1:
        wave = math.floor(fraction)
        fraction -= wave
    else:
        wave = math.floor(math.log(1 - fraction * (1 - t_mul)) / math.log(t_mul) + 1e-12)
        fraction = (fraction - (1 - t_mul**wave) / (1 - t_mul)) / t_mul**wave
    return (1 - alpha) * 0.5 * m_mul**wave * (1 + math.cos(math.pi * fraction)) + alpha


FORMULAS: list[tuple[Schedule, Callable[[int], float]]] = [
    (schedules.Constant(), lambda s: 1.0),
    (schedules.StepDecay(decay_rate=0.5, decay_steps=40), lambda s: 0.5 ** (s // 40)),
    (schedules.StepDecay(), lambda s: 1.0 if s < 100 else 0.1 if s < 200 else 0.01),
    (schedules.ExponentialDecay(decay_rate=0.9, decay_steps=30), lambda s: 0.9 ** (s / 30)),
    (schedules.ExponentialDecay(), lambda s: 10 ** (-2 * s / TOTAL)),
    (schedules.PolynomialDecay(), lambda s: 1 - s / TOTAL),
    (
        schedules.PolynomialDecay(decay_steps=80, end_factor=0.2, power=2),
        lambda s: 0.2 + 0.8 * (1 - min(s, 80) / 80) ** 2,
    ),
    (schedules.CosineDecay(), lambda s: (1 + math.cos(math.pi * s / TOTAL)) / 2),
    (schedules.CosineDecay(alpha=0.3), lambda s: 0.3 + 0.7 * (1 + math.cos(math.pi * s / TOTAL)) / 2),
    (
        schedules.CosineDecay(first_decay_steps=20, t_mul=2, m_mul=0.8, alpha=0.1),
        lambda s: keras_restarts(s, 20, 2, 0.8, 0.1),
    ),
    (schedules.CosineDecay(first_decay_steps=7, t_mul=1.5), lambda s: keras_restarts(s, 7, 1.5, 1, 0)),
    (schedules.CosineDecay(first_decay_steps=30, t_mul=1, m_mul=0.5), lambda s: keras_restarts(s, 30, 1, 0.5, 0)),
    (
        schedules.OneCycle(),
        lambda s: (
            0.04 + 0.96 * (1 - math.cos(math.pi * s / 89)) / 2
            if s <= 89
            else 4e-6 + (1 - 4e-6) * (1 + math.cos(math.pi * (s - 89) / 210)) / 2
        ),
    ),
    (schedules.ReduceOnPlateau(), lambda s: 1.0),
]


def test_every_schedule_has_its_formula_here() -> None:
    assert {schedule.key for schedule, _ in FORMULAS} == set(schedules.registry)


@pytest.mark.parametrize(("schedule", "formula"), FORMULAS, ids=[str(schedule) for schedule, _ in FORMULAS])
def test_factors_are_those_of_the_formula(schedule: Schedule, formula: Callable[[int], float]) -> None:
    curve = schedule.curve(TOTAL, 10)
    assert curve.shape == (TOTAL,)
    assert curve == pytest.approx([formula(step) for step in range(TOTAL)], abs=1e-12)


@pytest.mark.parametrize(("schedule", "formula"), FORMULAS, ids=[str(schedule) for schedule, _ in FORMULAS])
def test_a_warm_up_comes_before_any(schedule: Schedule, formula: Callable[[int], float]) -> None:
    warm = schedule.changed(warmup_steps=50).curve(TOTAL + 50, 10)
    assert warm[50:] == pytest.approx(schedule.curve(TOTAL, 10), abs=1e-12)
    assert warm[:50] == pytest.approx(formula(0) * np.arange(50) / 50, abs=1e-12)
    assert warm[0] == 0


def test_cosine_starts_again_at_the_very_step() -> None:
    """Rounding must not put a restart one step too late: waves of 10, 30, 90, 270 ... steps."""
    curve = schedules.CosineDecay(first_decay_steps=10, t_mul=3).curve(2000, 10)
    tops = [0, 10, 40, 130, 400, 1210]
    assert np.flatnonzero(curve == 1).tolist() == tops
    curve = schedules.CosineDecay(first_decay_steps=7, t_mul=1).curve(7000, 10)
    assert np.flatnonzero(curve > 1 - 1e-12).tolist() == list(range(0, 7000, 7))


@every_kind
def test_left_to_itself_it_spans_the_whole_run(kind: type[Schedule]) -> None:
    for total in (50, 1000):
        short, long = kind().curve(total, 10), kind().curve(10 * total, 10)
        assert np.abs(short - long[:: len(long) // len(short)]).max() < 0.1, "the same shape, stretched"
    if kind not in (schedules.Constant, schedules.ReduceOnPlateau):
        assert short[-1] < 0.02 < short[0]


@every_kind
@pytest.mark.parametrize("total", [1, 2, 3, 7])
@pytest.mark.parametrize("warmup", [0, 1, 5, 100])
def test_factors_are_between_zero_and_one_however_short_the_run(kind: type[Schedule], total: int, warmup: int) -> None:
    schedule = kind(warmup_steps=warmup)
    curve = schedule.curve(total, 1)
    assert np.isfinite(curve).all()
    assert ((curve >= 0) & (curve <= 1)).all()
    # At the end of a run, and after it has been made shorter, the factor is asked for as well.
    for step in (total, total + 1, 10 * total):
        assert 0 <= schedule.factor(Progress(step, 1, total), schedule.start()) <= 1
    assert schedule.curve(0, 1).shape == (0,)


def test_cosine_and_polynomial_stay_at_their_end() -> None:
    for schedule in (schedules.CosineDecay(alpha=0.1), schedules.PolynomialDecay(end_factor=0.1)):
        assert schedule.factor(Progress(60, 5, 50), {}) == pytest.approx(0.1)


@pytest.mark.parametrize("pct_start", [0.0, 0.5, 1.0])
def test_one_cycle_that_only_rises_or_only_falls(pct_start: float) -> None:
    curve = schedules.OneCycle(pct_start=pct_start).curve(100, 10)
    top = int(curve.argmax())
    assert top == max(0, round(pct_start * 100) - 1)
    assert (np.diff(curve[: top + 1]) > 0).all()
    assert (np.diff(curve[top:]) < 0).all()


# Reduce on plateau


def observed(schedule: Schedule, values: list[float]) -> list[float]:
    memory, factors = schedule.start(), []
    for value in values:
        schedule.observe(memory, value)
        factors.append(schedule.factor(Progress(0, 1, 100), memory))
    return factors


def test_the_rate_falls_after_patience_epochs_without_improvement() -> None:
    schedule = schedules.ReduceOnPlateau(decay_factor=0.5, patience=2, min_delta=0.0)
    losses = [3, 2, 2, 1, 1, 1, 1, 1, 0.5, 0.6, 0.4, 0.4, 0.4]
    assert observed(schedule, losses) == [1, 1, 1, 1, 1, 0.5, 0.5, 0.25, 0.25, 0.25, 0.25, 0.25, 0.125]


def test_an_improvement_has_to_be_more_than_min_delta() -> None:
    schedule = schedules.ReduceOnPlateau(decay_factor=0.5, patience=2, min_delta=0.25)
    assert observed(schedule, [1.0, 0.75, 0.5]) == [1, 1, 1], "0.5 is far enough below 1"
    assert observed(schedule, [1.0, 0.875, 0.75]) == [1, 1, 0.5], "0.75 is not: it has to be less"


def test_the_rate_does_not_fall_below_the_minimum_nor_while_cooling_down() -> None:
    schedule = schedules.ReduceOnPlateau(decay_factor=0.1, patience=1, cooldown=3, minimum=0.05)
    # After a fall two epochs are not counted, as with Keras, which counts the last of the three.
    assert observed(schedule, [1.0] * 9) == pytest.approx([1, 0.1, 0.1, 0.1, 0.05, 0.05, 0.05, 0.05, 0.05])


def test_a_loss_that_is_not_finite_is_no_improvement() -> None:
    schedule = schedules.ReduceOnPlateau(decay_factor=0.5, patience=1)
    assert observed(schedule, [math.nan, math.inf, 1.0, math.nan]) == [0.5, 0.25, 0.25, 0.125]


def test_memory_is_the_callers() -> None:
    schedule = schedules.ReduceOnPlateau(patience=1)
    first, second = schedule.start(), schedule.start()
    schedule.observe(first, 1.0)
    schedule.observe(first, 1.0)
    assert first["factor"] == pytest.approx(0.1)
    assert second == schedule.start()
    assert all(isinstance(value, float) for value in first.values())


def test_only_what_reacts_observes() -> None:
    assert [kind.key for kind in schedules.registry.values() if kind().observes] == ["ReduceOnPlateau"]
    for kind in schedules.registry.values():
        schedule = kind()
        if not schedule.observes:
            memory = schedule.start()
            schedule.observe(memory, 1.0)
            assert memory == {}


def test_only_a_constant_without_warm_up_need_not_be_asked() -> None:
    assert [kind.key for kind in schedules.registry.values() if kind().is_constant] == ["Constant"]
    assert not schedules.Constant(warmup_steps=1).is_constant


# What people see


@every_kind
def test_it_can_be_shown_to_people(kind: type[Schedule]) -> None:
    assert kind.summary().endswith(".")
    assert kind.formula
    assert kind.category == "Schedule"
    assert "::" in (kind.__doc__ or ""), "the formula is in the docstring"
    for hyperparameter in kind.hyperparameters():
        assert kind.model_fields[hyperparameter.name].title
        assert hyperparameter.help.endswith(".")
        assert hyperparameter.minimum is not None
        assert hyperparameter.maximum is not None
    assert kind.hyperparameters()[-1].name == "warmup_steps", "what few people change comes last"
    assert schedules.registry.from_json(json.loads(json.dumps(kind().to_json()))) == kind()


@pytest.mark.parametrize(
    ("kind", "values", "message"),
    [
        ("StepDecay", {"decay_steps": 0}, "decay_steps"),
        ("StepDecay", {"decay_rate": 1.5}, "decay_rate"),
        ("CosineDecay", {"t_mul": 0.5}, "t_mul"),
        ("OneCycle", {"pct_start": 1.1}, "pct_start"),
        ("ReduceOnPlateau", {"patience": 0}, "patience"),
        ("Constant", {"warmup_steps": -1}, "warmup_steps"),
    ],
)
def test_impossible_settings_are_refused(kind: str, values: dict[str, Any], message: str) -> None:
    with pytest.raises(DefinitionError, match=message):
        schedules.registry[kind].checked(values)


LENGTHS = [*(kind() for kind in schedules.registry.values()), *(schedule for schedule, _ in FORMULAS)]


@pytest.mark.parametrize("warmup", [0, 30])
@pytest.mark.parametrize("schedule", LENGTHS, ids=lambda schedule: schedule.key)
def test_it_is_known_whether_more_epochs_make_a_difference(schedule: Schedule, warmup: int) -> None:
    schedule = schedule.changed(warmup_steps=warmup)
    short, long = schedule.curve(600, 10), schedule.curve(1200, 10)[:600]
    assert schedule.follows_length == (not np.array_equal(short, long))


def test_a_memory_is_taken_over_by_the_same_kind_only() -> None:
    plateau, memory = schedules.ReduceOnPlateau(), {"factor": 0.5, "best": 2.0, "waited": 1.0, "cooling": 0.0}
    assert plateau.taken_over(memory) == memory
    assert plateau.taken_over(memory) is not memory
    assert plateau.taken_over({}) == plateau.start()
    assert schedules.CosineDecay().taken_over(memory) == {}
