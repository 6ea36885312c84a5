"""How long planned runs will take and how much memory: which are tried, and what is said of the others, by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from deepviz.document.shapes import check
from deepviz.training.run_plan import RunPlan
from deepviz.training.run_trial import (
    BUDGET,
    MOST_TRIED,
    PROCESS_BYTES,
    chosen,
    memory_of,
    seconds_a_step,
    seconds_of_steps,
    work_of,
)
from tests.training.run_made import project


def test_the_work_of_a_step_by_hand() -> None:
    made = project(units=6, batch_size=20)
    plan = RunPlan.of(made)
    assert work_of(made, check(made, plan.facts)) == 20 * (2 * 6 + 6 * 2)


def test_the_smallest_and_the_largest_are_tried() -> None:
    assert chosen([3.0, 1.0, 3.0]) == [1.0, 3.0]
    found = chosen([float(number) for number in range(100)])
    assert len(found) == MOST_TRIED
    assert (found[0], found[-1]) == (0.0, 99.0)


def test_the_time_of_others_lies_between() -> None:
    paces = {100.0: 1e-3, 300.0: 3e-3}
    assert seconds_of_steps(paces, 150.0) == pytest.approx(1.5e-3)
    assert seconds_of_steps(paces, 50.0) == 1e-3
    assert seconds_of_steps(paces, 900.0) == 3e-3


def test_a_step_is_really_timed_and_can_be_given_up() -> None:
    plan = RunPlan.of(project(epochs=1))
    found = seconds_a_step(plan.project, plan.data)
    assert found is not None
    assert 0 < found < BUDGET
    assert seconds_a_step(plan.project, plan.data, lambda: False) is None


def test_the_fastest_portion_counts_and_the_first_step_is_in_none() -> None:
    """The clock of the thread by hand: a first step of a second, then steps of 40, 10 and 20 ms; 50 ms a portion."""
    plan = RunPlan.of(project(epochs=1))
    moments = iter(np.cumsum([1.0, *[0.04] * 2, *[0.01] * 5, *[0.02] * 3, 99.0]).tolist())
    assert seconds_a_step(plan.project, plan.data, own=lambda: next(moments)) == pytest.approx(0.01)
    assert next(moments) > 99, "then no step is made any more"


def test_memory_by_hand() -> None:
    made = project(units=6, batch_size=20)
    data = RunPlan.of(made).data
    parameters = 2 * 6 + 6 + 6 * 2 + 2
    outputs = 2 + 6 + 6 + 2 + 1  # input, dense, tanh, dense, loss: float32, two recordings of 20 samples
    arrays = [array for part in (data.train, data.validation, data.test) if part for array in (part.x, part.y)]
    samples = sum(array.itemsize * math.prod(array.shape) for array in arrays)
    passing = 2 * 6 * len(data.train)
    assert memory_of(made, data) == (PROCESS_BYTES + samples + 16 * parameters + 4 * (2 * 20 * outputs) + 4 * passing)
