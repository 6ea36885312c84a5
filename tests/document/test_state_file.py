"""A trainer's state in a project file: to the bit, with all that a run depends on, and refused in words if damaged."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load as from_bytes
from safetensors.numpy import save as to_bytes

from deepviz.document.archive import FileError
from deepviz.document.compile import compile_project
from deepviz.document.file_format import Trained, load, save
from deepviz.document.state_file import BEST, COURSE, MEMBERS, STATE, WEIGHTS, state_members, state_of
from deepviz.engine import Trainer, optimizers, schedules, stopping
from deepviz.engine.optimizer import Optimizer
from deepviz.engine.trainer_state import Best, CourseState, Place, TrainerState
from deepviz.training.run_plan import RunPlan
from tests.document.stored import iris_project
from tests.engine.small_trainer import made, numbers_of

EVERY_OPTIMIZER = [kind(global_clipnorm=0.5) for kind in optimizers.registry.values()]
EVERY_SCHEDULE = [kind(warmup_steps=3) for kind in schedules.registry.values()]


def trainer(optimizer: Optimizer, **settings: Any) -> Trainer:
    """A run of 24 steps; an epoch is 8."""
    plan = RunPlan.of(iris_project(optimizer))
    network, loss = compile_project(plan.project, plan.facts)
    data, validation = (plan.data.train.x, plan.data.train.y), plan.data.validation
    settings = {
        "batch_size": 16,
        "epochs": 3,
        "validation": None if validation is None else (validation.x, validation.y),
        "keep_best": True,
        "stopping": [stopping.Patience(patience=50), stopping.Plateau(window=50)],
        "clock": lambda: 0.0,
    } | settings
    return Trainer(network, loss, optimizer, data, **settings)


def through_a_file(state: TrainerState, optimizer: Optimizer, path: Path) -> TrainerState:
    save(iris_project(optimizer), path, Trained(state))
    loaded = load(path)
    assert loaded.trained is not None
    assert loaded.warnings == ()
    assert loaded.project == iris_project(optimizer)
    return loaded.trained.state


def is_the_same_run(optimizer: Optimizer, place: int, path: Path, **settings: Any) -> None:
    whole, begun = made(trainer(optimizer, **settings), 24), made(trainer(optimizer, **settings), place)
    wanted, found = begun.state(), through_a_file(begun.state(), optimizer, path)
    assert numbers_of(found) == numbers_of(wanted)
    resumed = trainer(optimizer, **settings)
    resumed.restore(found)
    assert len(list(resumed.steps())) == whole.step - place
    assert numbers_of(resumed.state()) == numbers_of(whole.state())


@pytest.mark.parametrize("optimizer", EVERY_OPTIMIZER, ids=lambda optimizer: optimizer.key)
def test_a_run_goes_through_a_file_with_every_optimizer(optimizer: Optimizer, tmp_path: Path) -> None:
    place = 1 + 5 * EVERY_OPTIMIZER.index(optimizer) % 23
    is_the_same_run(optimizer, place, tmp_path / "x.deepviz", schedule=schedules.CosineDecay())


@pytest.mark.parametrize("schedule", EVERY_SCHEDULE, ids=lambda schedule: schedule.key)
@pytest.mark.parametrize("place", [3, 8, 17])
def test_a_run_goes_through_a_file_with_every_schedule(
    schedule: schedules.Constant, place: int, tmp_path: Path
) -> None:
    is_the_same_run(optimizers.NAdam(clipvalue=0.1), place, tmp_path / "x.deepviz", schedule=schedule)


def test_a_run_that_a_rule_has_ended_stays_ended(tmp_path: Path) -> None:
    settings = {"stopping": [stopping.StepLimit(steps=5)], "epochs": 100}
    ended, optimizer = made(trainer(optimizers.Adam(), **settings), 50), optimizers.Adam()
    found = through_a_file(ended.state(), optimizer, tmp_path / "x.deepviz")
    assert found.course.stopped_by == "Training ended after step 5: the limit of 5 steps is reached."
    resumed = trainer(optimizer, **settings)
    resumed.restore(found)
    assert list(resumed.steps()) == []


def state() -> TrainerState:
    """A state with numbers that need all their digits, and some that are not finite."""
    rng = np.random.default_rng(0)
    weights = {"a/W": rng.standard_normal((2, 3)).astype(np.float32), "a/b": rng.standard_normal(3)}
    kept = {"a/moving_mean": rng.standard_normal(3)}
    best = Best(7, 0.1 + 0.2, {name: array + 1 for name, array in (weights | kept).items()}, 2)
    course = CourseState(
        1 / 3, 11, 2 / 3, {"best": math.inf, "factor": 0.7}, {'{"type": "X"}': {"best": -math.inf}}, "«ended»", best
    )
    optimizer, vectors = optimizers.Lion(beta_2=0.1 + 0.7, learning_rate=3e-5), {"m": {"a/W": weights["a/W"] * 2}}
    return TrainerState(9, 0.1, weights, vectors, kept, course, Place(1, 30), optimizer, {"a": 4})


def test_every_number_comes_back() -> None:
    wanted = state()
    members = state_members(wanted)
    assert set(members) == set(MEMBERS)
    assert numbers_of(state_of(members, ["a/moving_mean"])) == numbers_of(wanted)
    assert members == state_members(state_of(members, ["a/moving_mean"])), "equal contents give equal bytes"


def test_the_files_are_what_the_manual_says() -> None:
    """Whoever opens the weights finds all that the network computes with, and the JSON is JSON."""
    members = state_members(state())
    assert set(from_bytes(members[WEIGHTS])) == {"a/W", "a/b", "a/moving_mean"}
    course = json.loads(members[COURSE], parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))
    assert course["schedule"] == {"best": "inf", "factor": 0.7}
    assert course["best"] == {"step": 7, "value": 0.1 + 0.2, "epoch": 2}
    assert course["place"] == {"epoch": 1, "seen": 30}
    assert course["optimizer"]["type"] == "Lion"
    assert course["ages"] == {"a": 4}
    assert BEST not in state_members(replace(state(), course=CourseState()))


def test_a_file_of_an_earlier_version_has_no_course() -> None:
    members = {name: content for name, content in state_members(state()).items() if name in (WEIGHTS, STATE)}
    found = state_of(members, ["a/moving_mean"])
    assert numbers_of(found) == numbers_of(replace(state(), course=CourseState(), place=None, optimizer=None, ages={}))


def test_a_course_of_an_earlier_version_says_less() -> None:
    members = state_members(state())
    values = json.loads(members[COURSE])
    for name in ("place", "optimizer", "ages"):
        del values[name]
    del values["best"]["epoch"]
    found = state_of({**members, COURSE: json.dumps(values).encode()}, ["a/moving_mean"])
    assert (found.place, found.optimizer, found.ages) == (None, None, {})
    assert found.course.best is not None
    assert found.course.best.epoch == 0


def test_an_earlier_project_file_is_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Written as the version before this one did: two members, and no clipping among the optimizer's settings."""
    optimizer, path = optimizers.Adam(), tmp_path / "old.deepviz"
    begun = made(trainer(optimizer), 5)
    with monkeypatch.context() as patched:
        patched.setattr(
            "deepviz.document.file_format.state_members",
            lambda state: {name: content for name, content in state_members(state).items() if name in (WEIGHTS, STATE)},
        )
        patched.setattr(
            "deepviz.document.file_format.project_to_json",
            lambda project: _without_clipping(project),
        )
        save(iris_project(optimizer), path, Trained(begun.state()))
    loaded = load(path)
    assert loaded.project == iris_project(optimizer)
    assert loaded.trained is not None
    resumed = trainer(optimizer)
    resumed.restore(loaded.trained.state)
    assert resumed.step == 5
    assert np.array_equal(
        made(resumed, 24).network.parameters.vector, made(trainer(optimizer), 24).network.parameters.vector
    )


def _without_clipping(project: Any) -> str:
    from deepviz.document.project_json import project_to_json

    values = json.loads(project_to_json(project))
    assert values["plan"]["optimizer"].pop("global_clipnorm", "") is None
    assert values["plan"]["optimizer"].pop("clipvalue", "") is None
    return json.dumps(values)


def course_with(**changes: Any) -> bytes:
    return json.dumps({**json.loads(state_members(state())[COURSE]), **changes}).encode()


@pytest.mark.parametrize(
    "damage",
    [
        {WEIGHTS: b"no safetensors"},
        {STATE: b""},
        {STATE: to_bytes({"step": np.array([1])})},
        {COURSE: b"{"},
        {COURSE: b"[]"},
        {COURSE: b"{}"},
        {COURSE: b'"' + b"[" * 100_000},
        {COURSE: course_with(schedule={"factor": "much"})},
        {COURSE: course_with(stopping=[1])},
        {COURSE: course_with(stopped_by=3)},
        {COURSE: course_with(best={"step": 1})},
        {COURSE: course_with(epoch={"total": 1.0, "samples": 1e400})},
        {COURSE: course_with(place={"epoch": 1})},
        {COURSE: course_with(place={"epoch": -1, "seen": 0})},
        {COURSE: course_with(place={"epoch": 1.5, "seen": 0})},
        {COURSE: course_with(optimizer={"type": "Gradually"})},
        {COURSE: course_with(optimizer="SGD")},
        {COURSE: course_with(ages={"a": "old"})},
        {COURSE: course_with(ages=[1])},
        {BEST: b"no safetensors"},
        {BEST: None},
    ],
)
def test_damage_is_told(damage: dict[str, bytes | None]) -> None:
    members = {name: content for name, content in {**state_members(state()), **damage}.items() if content is not None}
    with pytest.raises(FileError, match=r"^the weights cannot be read\.$"):
        state_of(members, ["a/moving_mean"])


def test_best_weights_that_do_not_fit_are_refused(tmp_path: Path) -> None:
    optimizer = optimizers.Adam()
    good = made(trainer(optimizer), 9).state()
    best = good.course.best
    assert best is not None
    poisoned = {name: array.copy() for name, array in best.weights.items()}
    poisoned["dense_1/W"][0, 0] = np.nan
    for weights, message in (({}, "in only one of the two"), (poisoned, "dense_1/W are not all finite")):
        wrong = replace(good, course=replace(good.course, best=replace(best, weights=weights)))
        with pytest.raises(FileError, match=message):
            save(iris_project(optimizer), tmp_path / "x.deepviz", Trained(wrong))
