"""Runs on the list have their timelines: what is noted comes back, goes with its run, and gives way to runs."""

from __future__ import annotations

import os
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from deepviz.cli.queued import Queued
from deepviz.document.kept_states import MOST_FILE_BYTES, KeptStates
from deepviz.engine.histogram import Histograms
from deepviz.training.checkpoint import Checkpoint
from deepviz.training.history import History
from deepviz.training.queue_entry import QueuedRun
from deepviz.training.run_plan import RunPlan
from deepviz.training.run_queue import RunQueue
from deepviz.training.run_store import DELETED, RunStore
from deepviz.training.short_history import MOST_STEPS, shortened
from tests.training.run_made import Record, history, project

KEPT = (0, 3, 4, 9)
PATIENCE = 60.0
"""Seconds to wait for a process before giving up."""


@pytest.fixture(scope="module")
def checkpoint() -> Checkpoint:
    """A run of 15 steps and four of its states."""
    made = project(epochs=3)
    trainer = RunPlan.of(made).trainer()
    course, steps, states = History([node.id for node in trainer.network.trained_nodes]), trainer.steps(), []
    for step in range(15):
        if step in KEPT:
            states.append(trainer.state())
        course.append([next(steps)])
    return Checkpoint(made, trainer.state(), course, KeptStates(tuple(states), frozenset({4})))


@pytest.fixture
def store(tmp_path: Path) -> RunStore:
    return RunStore(tmp_path / "runs")


def noted(store: RunStore, checkpoint: Checkpoint, run: str = "") -> str:
    summary = store.note(checkpoint, "finished", run=run)
    assert summary is not None
    return summary.id


def steps_of(store: RunStore, run: str) -> tuple[int, ...]:
    trained = store.load(run).trained
    assert trained is not None
    return trained.kept.steps


def test_it_comes_back_to_the_bit(store: RunStore, checkpoint: Checkpoint) -> None:
    trained = store.load(noted(store, checkpoint)).trained
    assert trained is not None
    assert trained.kept.steps == KEPT
    assert trained.kept.pinned == {4}
    for mine, theirs in zip(checkpoint.kept.states, trained.kept.states, strict=True):
        for name, array in mine.weights.items():
            assert array.tobytes() == theirs.weights[name].tobytes()


def test_a_run_that_is_noted_again_has_the_newer_one(store: RunStore, checkpoint: Checkpoint) -> None:
    run = noted(store, checkpoint)
    later = replace(checkpoint, kept=KeptStates(checkpoint.kept.states[:2]))
    assert noted(store, later, run) == run
    assert steps_of(store, run) == KEPT[:2]
    assert noted(store, replace(checkpoint, kept=KeptStates()), run) == run
    assert steps_of(store, run) == ()


def test_it_goes_and_comes_back_with_its_run(store: RunStore, checkpoint: Checkpoint) -> None:
    run = noted(store, checkpoint)
    store.delete([run])
    assert not list(store.folder.glob("*.timeline"))
    assert list((store.folder / DELETED).glob("*.timeline"))
    store.bring_back([run])
    assert steps_of(store, run) == KEPT
    store.delete([run])
    for file in (store.folder / DELETED).iterdir():
        os.utime(file, (0, 0))
    store.prune()
    assert not list((store.folder / DELETED).iterdir())


def test_damage_to_it_hurts_nothing_else(store: RunStore, checkpoint: Checkpoint) -> None:
    run = noted(store, checkpoint)
    (store.folder / f"{run}.timeline").write_bytes(b"nothing")
    assert store.runs()[0].damage == ""
    loaded = store.load(run)
    assert loaded.warnings == ("The timeline of the run is damaged and was left out.",)
    assert loaded.trained is not None
    assert loaded.trained.kept.steps == ()


def test_timelines_of_old_runs_go_before_runs_do(store: RunStore, checkpoint: Checkpoint) -> None:
    runs = [noted(store, checkpoint) for _ in range(4)]
    for number, run in enumerate(runs):
        store._change(run, created=1000.0 + number)
    store.star(runs[0], True)
    without = sum((store.folder / f"{runs[1]}{suffix}").stat().st_size for suffix in (".deepviz", ".json"))
    timeline = (store.folder / f"{runs[1]}.timeline").stat().st_size
    store.most_bytes = 3 * without + timeline + timeline // 2
    assert store.prune() == []
    assert [bool(steps_of(store, run)) for run in runs] == [True, False, False, True]
    store.most_bytes = 2 * without + without // 2
    assert [dropped.id for dropped in store.prune()] == [runs[1]]
    assert steps_of(store, runs[0]) == KEPT, "it has a star"
    assert not (store.folder / f"{runs[1]}.timeline").exists()


def test_the_curves_have_what_was_measured_at_kept_steps() -> None:
    """Else the views would show another step than they say."""
    made = history(30_000, per_epoch=7, watched=3)
    kept = made.column("gradients/l2")[0][[1, 50, 51, 700, -2]].tolist()
    short = shortened(made, kept)
    assert len(short) < MOST_STEPS * 2
    for step in kept:
        for name in ("loss", "gradients/l2"):
            steps, values = short.column(name)
            (place,) = np.flatnonzero(steps == step)
            np.testing.assert_array_equal(values[place], 1 / step if name == "loss" else [step, 3.0 * step])


def test_of_a_run_so_long_that_not_every_step_is_kept_too() -> None:
    made = History(["dense_1"], most_steps=100)
    counts = np.arange(64, dtype=np.uint32).reshape(1, 64)
    for step in range(1, 1001):
        values: dict[str, object] = {"loss": 1 / step}
        if step % 3 == 0:
            values |= {"gradients/l2": np.array([float(step)])}
            values |= {"weight_histogram": Histograms(counts + step, np.array([[0.0, step]]))}
        made.append([Record(step, (step - 1) // 10 + 1, values)])
    assert made.every > 1
    kept = [int(step) for step in made.column("gradients/l2")[0] if step not in made.steps][:3]
    assert len(kept) == 3
    short = shortened(made, kept)
    for step in kept:
        steps, values = short.column("gradients/l2")
        assert values[np.flatnonzero(steps == step)].tolist() == [[float(step)]]
        assert short.at("loss", step) == made.at("loss", step)
    assert (short.epochs >= (short.steps - 1) // 10 + 1).all()
    assert (short.epochs <= (short.steps + made.every - 1) // 10 + 1).all()


def test_a_run_on_the_list_has_them(store: RunStore, checkpoint: Checkpoint) -> None:
    long = history(5000, watched=3)
    wanted = long.column("gradients/l2")[0][[1, 2, 600, -2]].tolist()
    states = tuple(replace(checkpoint.kept.states[0], step=step) for step in wanted)
    whole = replace(checkpoint, state=replace(checkpoint.state, step=5000), history=long, kept=KeptStates(states))
    run = noted(store, whole)
    assert steps_of(store, run) == tuple(wanted)
    steps, values = store.history(run).column("gradients/l2")
    for step in wanted:
        assert values[np.flatnonzero(steps == step)].tolist() == [[step, 3.0 * step]]


WITHOUT_TIME = """
import sys, time
time.perf_counter = lambda: 100.0
from deepviz.cli import main
sys.exit(main(sys.argv[1:]))
"""
"""The program of a process for which no time passes, so that keeping states costs nothing on any machine."""


def test_a_run_of_the_queue_has_one_too_and_its_states_are_those_of_its_course(tmp_path: Path) -> None:
    """Made again here without any timeline: states that are kept change nothing, and are what they are said to be."""
    command = (sys.executable, "-P", "-c", WITHOUT_TIME)
    queue = RunQueue(tmp_path / "queue", RunStore(tmp_path / "runs"), at_once=1, command=command)
    made = project(epochs=6)
    try:
        (run,) = queue.add([QueuedRun(made)])
        give_up = time.monotonic() + PATIENCE
        while queue.is_busy:
            queue.look()
            assert time.monotonic() < give_up
        assert queue.entries[0].state == "done", queue.entries[0].words
    finally:
        queue.close()
    trained = queue.store.load(run).trained
    assert trained is not None
    trainer = RunPlan.of(made).trainer()
    assert trained.state.step == trainer.total_steps
    kept = {state.step: state for state in trained.kept.states}
    assert list(kept)[:5] == [0, 1, 2, 3, 4], "closely at first, where most happens"
    assert max(kept) > trainer.total_steps / 2, "and up to the end"
    compared, steps = 0, trainer.steps()
    while True:
        if trainer.step in kept:
            for name, array in trainer.state().weights.items():
                assert array.tobytes() == kept[trainer.step].weights[name].tobytes(), (trainer.step, name)
            compared += 1
        if next(steps, None) is None:
            break
    assert compared == len(kept)
    for name, array in trainer.state().weights.items():
        assert array.tobytes() == trained.state.weights[name].tobytes()


def test_of_a_huge_network_a_run_of_the_queue_keeps_only_the_last_state() -> None:
    state = RunPlan.of(project()).trainer().state()
    assert Queued.timeline(state) is not None
    most = MOST_FILE_BYTES // 4 // 4  # numbers of four bytes in a quarter of the file
    fits, huge = (
        replace(state, parameters={"w": np.zeros(count, np.float32)}, optimizer_vectors={})
        for count in (most, most + 1)
    )
    assert Queued.timeline(fits) is not None
    assert Queued.timeline(huge) is None
