"""A run with changes of every kind, at any step, stopped and resumed on the way, is trained again to the bit."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from deepviz.document.file_format import load, save
from deepviz.document.project import Project, RunSettings
from deepviz.engine import metrics, optimizers, schedules, stopping
from deepviz.engine.trainer import StepRecord, Trainer, TrainerState
from deepviz.training.changes import Change, applied, change_of
from deepviz.training.checkpoint import Checkpoint, checkpoint_of, trained_of
from deepviz.training.history import History
from deepviz.training.replay import Replay
from deepviz.training.run_plan import PROBES, RunPlan, prepared, same_run
from deepviz.training.session import Session
from tests.engine.small_trainer import numbers_of
from tests.training.test_changes import planned

OPTIMIZERS = [
    *(kind(learning_rate=0.003) for kind in optimizers.registry.values()),
    optimizers.SGD(learning_rate=0.02, momentum=0.9, nesterov=True),
    optimizers.RMSProp(momentum=0.5, centered=True, rho=0.6, clipvalue=0.1),
    optimizers.Adam(beta_1=0.5, beta_2=0.9, global_clipnorm=0.2),
]
SCHEDULES = [
    schedules.Constant(),
    schedules.CosineDecay(warmup_steps=5),
    schedules.ReduceOnPlateau(patience=1, min_delta=9.0),
    schedules.OneCycle(),
]
RULES: list[tuple[stopping.StoppingRule, ...]] = [
    (),
    (stopping.StepLimit(steps=20),),
    (stopping.Patience(patience=1, min_delta=100.0), stopping.StepLimit(steps=35)),
]
FROZEN: list[tuple[str, ...]] = [(), ("dense_1",), ("dense_2",), ("dense_1", "dense_2")]
BEGUN = planned(run=RunSettings(batch_size=32, epochs=3))
DATA = prepared(BEGUN.data)


def changed(project: Project, rng: np.random.Generator) -> Project:
    """Another setting, or several."""

    def one_of(values: list[Any]) -> Any:
        return values[int(rng.integers(len(values)))]

    plan, frozen = project.plan, tuple(sorted(change_of(project, 0).frozen))
    for _ in range(int(rng.integers(1, 4))):
        kind = int(rng.integers(7))
        if kind == 0:
            project = planned(project, frozen, optimizer=one_of(OPTIMIZERS))
        elif kind == 1:
            rate = plan.optimizer.learning_rate * (0.5 + rng.random())
            project = planned(project, frozen, optimizer=project.plan.optimizer.changed(learning_rate=rate))
        elif kind == 2:
            size = int(rng.integers(1, 300))
            project = planned(project, frozen, run=project.plan.run.changed(batch_size=size))
        elif kind == 3:
            frozen = one_of(FROZEN)
            project = planned(project, frozen)
        elif kind == 4:
            project = planned(project, frozen, schedule=one_of(SCHEDULES))
        elif kind == 5:
            project = planned(project, frozen, stopping=one_of(RULES), metrics=one_of([(), (metrics.F1(),)]))
        else:
            more = {"keep_best": bool(rng.random() < 0.5), "epochs": int(rng.integers(3, 8))}
            project = planned(project, frozen, run=project.plan.run.changed(**more))
    return project


def endless(project: Project) -> Project:
    """The project with nothing that ends its run."""
    frozen, run = tuple(change_of(project, 0).frozen), project.plan.run.changed(epochs=100_000)
    return planned(project, frozen, stopping=(), run=run)


class Person:
    """Someone who trains, changes things, and closes the window now and then."""

    def __init__(self, seed: int, path: Path) -> None:
        self.rng, self.path = np.random.default_rng(seed), path
        self.project = BEGUN
        self.trainer = self.begin(None)
        self.changes = [change_of(BEGUN, 0)]
        self.records: list[StepRecord] = []

    def begin(self, state: TrainerState | None) -> Trainer:
        trainer = RunPlan(self.project, DATA).trainer(PROBES, state)
        if trainer.stopped_by is not None:
            trainer.go_on()
        return trainer

    def change(self, *, live: bool) -> None:
        """Change something and perhaps change it again at once; a run that has ended gets more epochs."""
        for _ in range(int(self.rng.integers(1, 4))):
            self.project = changed(self.project, self.rng)
            while self.project.plan.run.epochs <= self.trainer.epochs_done:
                run = self.project.plan.run.changed(epochs=self.project.plan.run.epochs + 2)
                self.project = planned(self.project, tuple(change_of(self.project, 0).frozen), run=run)
            if live:
                RunPlan(self.project, DATA).steer(self.trainer)
            self.changes.append(change_of(self.project, self.trainer.step))

    def close_and_open(self) -> None:
        """Save, perhaps change something while nothing runs, and go on from the file."""
        before = self.project
        checkpoint = Checkpoint(before, self.trainer.state(), History(("dense_1", "dense_2")))
        save(before, self.path, trained_of(checkpoint, DATA))
        if self.rng.random() < 0.5:
            self.change(live=False)
        loaded = load(self.path)
        assert loaded.trained is not None
        assert same_run(before, self.project)
        state = checkpoint_of(before, loaded.trained)[0].state
        self.trainer = self.begin(replace(state, learning_rate=self.project.plan.optimizer.learning_rate))

    def train(self, steps: int) -> None:
        while self.trainer.step < steps:
            if self.trainer.stopped_by is not None:
                self.trainer.go_on()
            if not self.trainer.steps_to_go:
                self.change(live=True)
                continue
            for record in self.trainer.steps():
                self.records.append(record)
                if self.rng.random() < 0.2 or record.step == steps:
                    break
            action = self.rng.random()
            if action < 0.5:
                self.change(live=True)
            elif action < 0.8:
                self.close_and_open()


def comparable(records: list[StepRecord]) -> list[Any]:
    return [
        (step, epoch, {name: np.asarray(value).tobytes() for name, value in values.items()})
        for step, epoch, values in records
    ]


@pytest.mark.parametrize("seed", range(25))
def test_a_run_that_was_changed_and_resumed_at_random_is_trained_again(seed: int, tmp_path: Path) -> None:
    person = Person(seed, tmp_path / "x.deepviz")
    person.train(60)
    stored = [(change.step, change.to_json()) for change in person.changes]
    changes = [Change.from_json(text, step) for step, text in stored]
    replay = Replay.of(person.project, DATA, changes, 60)
    trainer = replay.trainer()
    assert comparable(list(replay.steps(trainer))) == comparable(person.records)
    left, found = person.trainer.state(), trainer.state()
    for name, array in left.weights.items():
        assert array.tobytes() == found.weights[name].tobytes(), name
    if person.changes[-1].step < 60:  # a change after the last step has made no difference yet
        wanted, got = numbers_of(left), numbers_of(found)
        # How long it took, and what rules that have ended the run remember of it, is of the clock and of the person.
        assert {name: value for name, value in got.items() if name not in ("floats", "stopping", "stopped_by")} == {
            name: value for name, value in wanted.items() if name not in ("floats", "stopping", "stopped_by")
        }


def test_a_part_of_a_run_is_trained_again_from_a_kept_state(tmp_path: Path) -> None:
    person = Person(3, tmp_path / "x.deepviz")
    person.train(50)
    replay = Replay.of(person.project, DATA, person.changes, 50)
    whole = replay.trainer()
    steps = replay.steps(whole)
    for place in range(1, 50):
        next(steps)
        if place % 7 == 0:
            part = replay.trainer(state=whole.state())
            assert comparable(list(replay.steps(part))) == comparable(person.records[place:])


def test_a_run_without_changes_is_simply_trained() -> None:
    replay = Replay.of(BEGUN, DATA, [], 10)
    assert comparable(list(replay.steps(replay.trainer()))) == comparable(
        [record for _, record in zip(range(10), RunPlan(BEGUN, DATA).trainer().steps(), strict=False)]
    )


def test_what_is_not_known_is_told() -> None:
    with pytest.raises(ValueError, match="How the run began is not known"):
        Replay.of(BEGUN, DATA, [change_of(BEGUN, 3)], 10)
    replay = Replay.of(planned(BEGUN, schedule=schedules.OneCycle()), DATA, [], 1000)
    with pytest.raises(ValueError, match="had made 1\u202f000 steps, but its plan ends after 45"):
        list(replay.steps(replay.trainer()))


def test_how_long_a_plan_goes_on_need_not_be_known_where_it_makes_no_difference() -> None:
    replay = Replay.of(BEGUN, DATA, [], 100)
    longer = planned(BEGUN, run=BEGUN.plan.run.changed(epochs=50))
    wanted = [record for _, record in zip(range(100), RunPlan(longer, DATA).trainer().steps(), strict=False)]
    assert comparable(list(replay.steps(replay.trainer()))) == comparable(wanted)


def test_the_project_as_it_began_is_taken_from_the_changes() -> None:
    now = applied(BEGUN, change_of(planned(optimizer=optimizers.Lion()), 5))
    replay = Replay.of(now, DATA, [change_of(BEGUN, 0), change_of(now, 5), change_of(now, 12)], 12)
    assert replay.first.project == BEGUN
    assert [start for start, _ in replay.sections] == [0, 5]


@pytest.mark.parametrize("seed", range(3))
def test_what_is_changed_while_a_session_runs_at_full_speed_is_trained_again(seed: int) -> None:
    rng, project = np.random.default_rng(seed), endless(BEGUN)
    session = Session(RunPlan(project, DATA))
    session.start()
    try:
        records: list[StepRecord] = []
        for _ in range(12):
            wanted = len(records) + int(rng.integers(1, 40))
            while len(records) < wanted:
                records += session.drain()
            project = endless(changed(project, rng))
            session.follow(RunPlan(project, DATA))
    finally:
        assert session.stop(60.0)
    assert session.failure is None
    records += session.drain()
    state = session.snapshot().result(60)
    changes = [change_of(session_plan.project, step) for step, session_plan, _ in session.drain_changes()]
    replay = Replay.of(project, DATA, [change_of(endless(BEGUN), 0), *changes], state.step)
    trainer = replay.trainer()
    assert comparable(list(replay.steps(trainer))) == comparable(records)
    for name, array in state.weights.items():
        assert array.tobytes() == trainer.state().weights[name].tobytes(), name


def test_fewer_epochs_than_have_begun_are_trained_again_from_the_start_and_from_any_state() -> None:
    long = planned(run=RunSettings(batch_size=32, epochs=100), schedule=schedules.CosineDecay())
    short = replace(long, plan=replace(long.plan, run=long.plan.run.changed(epochs=1)))
    trainer = RunPlan(long, DATA).trainer()
    steps = trainer.steps()
    per_epoch = trainer.steps_per_epoch
    for _ in range(3 * per_epoch + 2):
        next(steps)
    changes = [change_of(long, 0), change_of(short, trainer.step)]
    RunPlan(short, DATA).steer(trainer)
    states = [trainer.state() for _ in trainer.steps()]
    assert trainer.step == 4 * per_epoch, "the epoch that had begun was made to its end"
    replay = Replay.of(long, DATA, changes, trainer.step)
    again = replay.trainer()
    assert len(list(replay.steps(again))) == 4 * per_epoch
    assert numbers_of(again.state()) == numbers_of(trainer.state())
    from_there = replay.trainer(state=states[1])
    assert len(list(replay.steps(from_there))) == len(states) - 2
    assert numbers_of(from_there.state()) == numbers_of(trainer.state())
