"""Grids of runs: every combination once, each of them checked before anything is started."""

from __future__ import annotations

import pytest

from deepviz.datasets import source_for_files  # noqa: F401 # the registry of sources is complete once this is there
from deepviz.document.changes import changed
from deepviz.training.grid import MOST_RUNS, SEED, Axis, GridError, axis_of, choices_of, count_of, grid, seeds
from deepviz.training.run_plan import RunPlan
from deepviz.training.run_settings import settings_of
from tests.training.run_made import project

RATE, UNITS, KIND = "plan.optimizer.learning_rate", "graph.dense_1.units", "plan.optimizer"


def test_all_combinations_and_the_last_changes_fastest() -> None:
    runs = grid(project(), [Axis(RATE, (0.1, 0.01)), Axis(UNITS, (2, 3, 4))])
    found = [(settings_of(each.project)[RATE], settings_of(each.project)[UNITS]) for each in runs]
    assert found == [(0.1, 2), (0.1, 3), (0.1, 4), (0.01, 2), (0.01, 3), (0.01, 4)]
    assert count_of([Axis(RATE, (0.1, 0.01)), Axis(UNITS, (2, 3, 4))]) == 6
    assert len({each.origin.series for each in runs}) == 1
    assert runs[0].origin.series_kind == "grid"
    assert runs[0].origin.varied == (RATE, UNITS)
    assert runs[4].origin.name == "small, learning rate 0.01, dense_1 units 3"


def test_each_is_what_set_would_make() -> None:
    (run,) = grid(project(), [Axis(UNITS, (6,))])
    assert run.project == changed(project(), [("", UNITS, "6")])


def test_kinds_are_set_before_their_settings_whatever_the_order() -> None:
    runs = grid(project(), [Axis("plan.optimizer.momentum", (0.5, 0.9)), Axis(KIND, ("SGD",))])
    assert [settings_of(each.project)["plan.optimizer.momentum"] for each in runs] == [0.5, 0.9]
    (activation,) = grid(project(), [Axis("graph.tanh_1", ("ReLU",))])
    assert settings_of(activation.project)["graph.tanh_1"] == "ReLU"


def test_an_optional_setting_can_be_off() -> None:
    runs = grid(project(), [Axis("plan.optimizer.global_clipnorm", (None, 1.0))])
    assert [settings_of(each.project)["plan.optimizer.global_clipnorm"] for each in runs] == [None, 1.0]


def test_seeds() -> None:
    runs = seeds(project(), 3, 7)
    assert [each.project.plan.run.seed for each in runs] == [7, 8, 9]
    assert {each.origin.series_kind for each in runs} == {"seeds"}
    assert runs[0].origin.varied == (SEED,)
    for count, first in ((1, 0), (MOST_RUNS + 1, 0), (2, -1), (2, 2**31 - 1)):
        with pytest.raises(GridError):
            seeds(project(), count, first)


def test_what_cannot_be_trained_is_refused_as_a_whole() -> None:
    facts = RunPlan.of(project()).facts
    with pytest.raises(GridError, match="dense_2 units 3") as refused:
        grid(project(), [Axis(RATE, (0.1,)), Axis("graph.dense_2.units", (2, 3))], facts)
    assert refused.value.axis == 1
    with pytest.raises(GridError, match="at least one"):
        grid(project(), [])
    with pytest.raises(GridError, match="twice"):
        grid(project(), [Axis(RATE, (0.1,)), Axis(RATE, (0.2,))])
    with pytest.raises(GridError, match="at most"):
        grid(project(), [Axis(SEED, tuple(range(100))), Axis(UNITS, tuple(range(1, 100)))])
    with pytest.raises(GridError, match="no setting momentum"):
        grid(project(), [Axis("plan.optimizer.momentum", (0.5,))])


def test_every_choice_takes_its_present_value() -> None:
    made = project()
    choices = choices_of(made)
    assert {RATE, UNITS, KIND, SEED, "graph.tanh_1", "plan.run.batch_size"} <= {each.path for each in choices}
    assert not any(each.path.startswith("graph.loss_1") for each in choices)
    for choice in choices:
        text = "none" if choice.present is None else str(choice.present)
        axis = axis_of(choice, text)
        (run,) = grid(made, [axis])
        assert run.project == made or choice.path == KIND
