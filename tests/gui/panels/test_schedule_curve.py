"""What is drawn of a schedule is the schedule itself; long runs lose no extreme."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest

from deepviz.engine import schedules
from deepviz.engine.schedule import Schedule
from deepviz.gui.panels.schedule_curve import EXACT, STRETCHES, RunAhead, planned_curve

SCHEDULES: list[Schedule] = [
    schedules.Constant(),
    schedules.Constant(warmup_steps=777),
    schedules.StepDecay(decay_steps=1234, decay_rate=0.7),
    schedules.ExponentialDecay(),
    schedules.CosineDecay(),
    schedules.CosineDecay(first_decay_steps=2000, t_mul=1.5, m_mul=0.8, warmup_steps=900),
    schedules.OneCycle(),
    schedules.PolynomialDecay(decay_steps=9_999, power=3),
]


def name_of(schedule: Schedule) -> str:
    return f"{schedule.key}-{len(schedule.model_dump_json())}"


def test_a_short_run_is_drawn_step_by_step() -> None:
    curve = planned_curve(schedules.StepDecay(decay_steps=2, decay_rate=0.5), 6, 3)
    assert curve.steps.tolist() == [0, 1, 2, 3, 4, 5]
    assert curve.factors.tolist() == [1, 1, 0.5, 0.5, 0.25, 0.25]


@pytest.mark.parametrize("schedule", SCHEDULES, ids=name_of)
@pytest.mark.parametrize("total", [5_000, EXACT, EXACT + 1, 61_440])
def test_thinning_keeps_the_extremes_of_each_stretch_and_both_ends(schedule: Schedule, total: int) -> None:
    curve, full = planned_curve(schedule, total, 100), schedule.curve(total, 100)
    assert curve.factors.tolist() == full[curve.steps].tolist()
    assert (curve.steps[0], curve.steps[-1]) == (0, total - 1)
    assert (np.diff(curve.steps) > 0).all()
    assert len(curve.steps) <= 2 * STRETCHES + 2
    edges = np.linspace(0, total, STRETCHES + 1).astype(int)
    for first, past in pairwise(edges.tolist()):
        inside = curve.factors[(curve.steps >= first) & (curve.steps < past)]
        assert inside.max() == pytest.approx(full[first:past].max(), rel=1e-9)
        assert inside.min() == pytest.approx(full[first:past].min(), rel=1e-9, abs=1e-12)


def test_a_run_of_millions_of_steps_costs_no_more_calls(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []
    factor = schedules.CosineDecay.factor
    monkeypatch.setattr(
        schedules.CosineDecay, "factor", lambda self, *given: calls.append(1) or factor(self, *given), raising=False
    )
    curve = planned_curve(schedules.CosineDecay(alpha=0.125), 40_000_000, 1000)
    assert curve.factors[-1] == pytest.approx(0.125)
    assert len(calls) < 200 * STRETCHES


def test_the_rate_of_a_step_by_hand() -> None:
    """Cosine over 8 steps after a warm-up of 2, learning rate 0.4: step 6 is half of the way down."""
    ahead = RunAhead(schedules.CosineDecay(warmup_steps=2), 0.4, epochs=5, steps_per_epoch=2)
    assert ahead.total_steps == 10
    assert ahead.rate_at(1) == pytest.approx(0.4 / 2)
    assert ahead.rate_at(6) == pytest.approx(0.4 * (1 + math.cos(math.pi / 2)) / 2)
    assert ahead.rate_at(9) == pytest.approx(0.4 * (1 + math.cos(math.pi * 7 / 8)) / 2)
