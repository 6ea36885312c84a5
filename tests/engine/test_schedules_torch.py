"""Schedules against PyTorch's, step by step over hundreds of steps, to 1e-12."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from deepviz.engine import schedules
from deepviz.engine.schedule import Progress, Schedule

torch = pytest.importorskip("torch")
from torch.optim import lr_scheduler as theirs  # noqa: E402 (torch may not be there)

TOTAL = 400
Make = Callable[[Any], Any]


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """PyTorch warns of schedulers that step without their optimizer."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def optimizer(rate: float = 1.0) -> Any:
    return torch.optim.SGD([torch.nn.Parameter(torch.zeros(1, dtype=torch.float64))], lr=rate)


def curve_of(make: Make) -> np.ndarray:
    """PyTorch's learning rates for an optimizer whose own rate is 1."""
    ours = optimizer()
    scheduler, rates = make(ours), []
    for _ in range(TOTAL):
        rates.append(ours.param_groups[0]["lr"])
        ours.step()
        if len(rates) < TOTAL:  # OneCycleLR refuses a step too many
            scheduler.step()
    return np.array(rates)


CASES: list[tuple[Schedule, Make]] = [
    (schedules.Constant(), lambda o: theirs.ConstantLR(o, factor=1.0)),
    (schedules.StepDecay(decay_rate=0.3, decay_steps=70), lambda o: theirs.StepLR(o, step_size=70, gamma=0.3)),
    (schedules.ExponentialDecay(decay_rate=0.99, decay_steps=1), lambda o: theirs.ExponentialLR(o, gamma=0.99)),
    (
        schedules.ExponentialDecay(decay_rate=0.5, decay_steps=50),
        lambda o: theirs.ExponentialLR(o, gamma=0.5 ** (1 / 50)),
    ),
    (schedules.PolynomialDecay(), lambda o: theirs.PolynomialLR(o, total_iters=TOTAL, power=1.0)),
    (
        schedules.PolynomialDecay(decay_steps=300, power=2.5),
        lambda o: theirs.LambdaLR(o, lambda s: (1 - min(s, 300) / 300) ** 2.5),
    ),
    (
        schedules.PolynomialDecay(decay_steps=150, end_factor=0.2),
        lambda o: theirs.LinearLR(o, start_factor=1.0, end_factor=0.2, total_iters=150),
    ),
    (schedules.CosineDecay(), lambda o: theirs.CosineAnnealingLR(o, T_max=TOTAL)),
    (schedules.CosineDecay(alpha=0.1), lambda o: theirs.CosineAnnealingLR(o, T_max=TOTAL, eta_min=0.1)),
    (
        schedules.CosineDecay(first_decay_steps=13, t_mul=2),
        lambda o: theirs.CosineAnnealingWarmRestarts(o, T_0=13, T_mult=2),
    ),
    (
        schedules.CosineDecay(first_decay_steps=60, t_mul=1, alpha=0.05),
        lambda o: theirs.CosineAnnealingWarmRestarts(o, T_0=60, T_mult=1, eta_min=0.05),
    ),
    (
        schedules.CosineDecay(first_decay_steps=5, t_mul=3, alpha=0.2),
        lambda o: theirs.CosineAnnealingWarmRestarts(o, T_0=5, T_mult=3, eta_min=0.2),
    ),
    (schedules.OneCycle(), lambda o: theirs.OneCycleLR(o, 1.0, TOTAL, cycle_momentum=False)),
    (
        schedules.OneCycle(pct_start=0.45, div_factor=10, final_div_factor=100),
        lambda o: theirs.OneCycleLR(
            o, 1.0, TOTAL, pct_start=0.45, div_factor=10, final_div_factor=100, cycle_momentum=False
        ),
    ),
    (
        schedules.OneCycle(pct_start=0.0),
        lambda o: theirs.OneCycleLR(o, 1.0, TOTAL, pct_start=0.0, cycle_momentum=False),
    ),
    (
        schedules.Constant(warmup_steps=90),
        lambda o: theirs.LinearLR(o, start_factor=1e-15, end_factor=1.0, total_iters=90),
    ),
    (
        schedules.StepDecay(decay_rate=0.3, decay_steps=70, warmup_steps=40),
        lambda o: theirs.SequentialLR(
            o,
            [
                theirs.LinearLR(o, start_factor=1e-15, end_factor=1.0, total_iters=40),
                theirs.StepLR(o, step_size=70, gamma=0.3),
            ],
            milestones=[40],
        ),
    ),
]


def test_every_schedule_is_compared() -> None:
    assert {schedule.key for schedule, _ in CASES} | {"ReduceOnPlateau"} == set(schedules.registry)


@pytest.mark.parametrize(("schedule", "make"), CASES, ids=[str(schedule) for schedule, _ in CASES])
def test_factors_are_those_of_torch(schedule: Schedule, make: Make) -> None:
    assert np.abs(schedule.curve(TOTAL, 10) - curve_of(make)).max() <= 1e-12


@pytest.mark.parametrize("patience", [1, 2, 5])
@pytest.mark.parametrize("cooldown", [0, 1, 4])
@pytest.mark.parametrize("minimum", [0.0, 1e-3])
def test_reduce_on_plateau_is_that_of_torch(patience: int, cooldown: int, minimum: float) -> None:
    """PyTorch counts one epoch more than Keras, of patience and of cool-down alike."""
    schedule = schedules.ReduceOnPlateau(
        decay_factor=0.7, patience=patience, min_delta=0.01, cooldown=cooldown, minimum=minimum
    )
    rng = np.random.default_rng(patience)
    losses = np.exp(-np.arange(TOTAL) / 100) + 0.05 * rng.standard_normal(TOTAL)
    ours = optimizer()
    scheduler = theirs.ReduceLROnPlateau(
        ours,
        factor=0.7,
        patience=patience - 1,
        threshold=0.01,
        threshold_mode="abs",
        cooldown=max(0, cooldown - 1),
        min_lr=minimum,
        eps=0.0,
    )
    memory, falls = schedule.start(), 0
    for loss in losses:
        before = memory["factor"]
        schedule.observe(memory, float(loss))
        scheduler.step(float(loss))
        factor = schedule.factor(Progress(0, 1, TOTAL), memory)
        assert abs(factor - ours.param_groups[0]["lr"]) <= 1e-12
        falls += factor < before
    assert falls > 5
