"""Trainers whose batches are shared by several processes: the same result as with one, and nobody left behind."""

from __future__ import annotations

import gc
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from deepviz.engine import Network, Trainer, layers, losses, optimizers
from deepviz.engine.layer import Layer
from deepviz.engine.loss import Loss
from deepviz.engine.team.colleagues import ColleagueGoneError, Colleagues
from deepviz.engine.trainer import Diverged
from tests.engine.graphs import graph
from tests.engine.open_files import open_files

RNG = np.random.default_rng(0)
FLAT, CLASSES = RNG.standard_normal((50, 6)), RNG.integers(0, 3, 50)
IMAGES = RNG.standard_normal((50, 6, 6, 2))

CHAINS: dict[str, tuple[np.ndarray, list[Layer]]] = {
    "dense": (FLAT, [layers.Dense(units=9), layers.Tanh(), layers.Dense(units=3)]),
    "dropout": (FLAT, [layers.Dense(units=9), layers.Dropout(rate=0.4), layers.ReLU(), layers.Dense(units=3)]),
    "noise": (FLAT, [layers.GaussianNoise(stddev=0.3), layers.Dense(units=3)]),
    "batch_norm": (FLAT, [layers.Dense(units=9), layers.BatchNorm(), layers.ReLU(), layers.Dense(units=3)]),
    "penalties": (
        FLAT,
        [layers.Dense(units=9, l1=1e-2, max_norm=0.7), layers.Tanh(), layers.Dense(units=3, l2=0.1, max_norm=0.5)],
    ),
    "frozen": (FLAT, [layers.Dense(units=9, trainable=False), layers.Tanh(), layers.Dense(units=3)]),
    "convolution": (
        IMAGES,
        [
            layers.Conv2D(filters=4, kernel_size=3),
            layers.BatchNorm(),
            layers.ReLU(),
            layers.MaxPool2D(pool_size=2),
            layers.Flatten(),
            layers.Dense(units=3),
        ],
    ),
}


def network(name: str) -> Network:
    if name == "branches":
        kinds = {"in": layers.Input(shape=(6,)), "z": layers.Dense(units=3), "relu": layers.ReLU(), "add": layers.Add()}
        return Network.from_graph(graph(kinds, "in>z", "z>relu", "z>add:0", "relu>add:1"), seed=3, dtype="float64")
    x, chain = CHAINS[name]
    return Network.sequential([layers.Input(shape=x.shape[1:]), *chain], seed=3, dtype="float64")


@contextmanager
def trainer(net: Network, x: np.ndarray, workers: int, **settings: Any) -> Iterator[Trainer]:
    """A trainer that is closed in the end."""
    settings = {
        "optimizer": optimizers.Adam(learning_rate=0.01),
        "loss": losses.SoftmaxCrossEntropy(),
        "targets": CLASSES,
        "batch_size": 16,
        "epochs": 3,
        "probes": ("loss", "accuracy", "gradient_norm"),
    } | settings
    loss, optimizer, targets = (settings.pop(name) for name in ("loss", "optimizer", "targets"))
    made = Trainer(net, loss, optimizer, (x, targets), seed=5, workers=workers, **settings)
    try:
        yield made
    finally:
        made.close()


def course_of(made: Trainer) -> list[dict[str, Any]]:
    """Every fourth step is watched more closely."""
    values = []
    for record in made.steps():
        made.watch_next = ("gradient_flow", "branch_gradient") if record.step % 4 == 0 else ()
        values.append(record.values)
    return values


def assert_same_course(name: str, workers: int, **settings: Any) -> list[dict[str, Any]]:
    x = FLAT if name == "branches" else CHAINS[name][0]
    alone, together = network(name), network(name)
    with trainer(alone, x, 1, **settings) as first, trainer(together, x, workers, **settings) as second:
        wanted, got = course_of(first), course_of(second)
    assert len(wanted) == len(got)
    for of_one, of_several in zip(wanted, got, strict=True):
        assert of_one.keys() == of_several.keys()
        for key, value in of_one.items():
            assert of_several[key] == pytest.approx(value, rel=1e-8, abs=1e-10, nan_ok=True), key
    assert together.parameters.vector == pytest.approx(alone.parameters.vector, rel=1e-8, abs=1e-9)
    assert together.state.vector == pytest.approx(alone.state.vector, rel=1e-9, abs=1e-10)
    return got


@pytest.mark.parametrize("name", CHAINS)
def test_two_processes_compute_what_one_does(name: str) -> None:
    assert_same_course(name, 2)


def test_two_processes_measure_the_gradient_of_what_branches() -> None:
    assert any("branch_gradient" in values for values in assert_same_course("branches", 2))


def test_three_processes_and_batches_that_cannot_be_cut_evenly() -> None:
    # 50 samples in batches of 16 leave a last batch of 2, too few for three.
    assert_same_course("batch_norm", 3)


@pytest.mark.parametrize("kind", optimizers.registry.values(), ids=lambda kind: kind.key)
def test_every_optimizer_agrees(kind: type[optimizers.Optimizer]) -> None:
    assert_same_course("dense", 2, optimizer=kind(learning_rate=0.01), epochs=2)


@pytest.mark.parametrize("clip", [{"global_clipnorm": 0.3}, {"clipvalue": 0.02}])
def test_gradients_are_clipped_as_a_whole(clip: dict[str, float]) -> None:
    assert_same_course("dense", 2, optimizer=optimizers.SGD(learning_rate=0.5, momentum=0.9, **clip))


@pytest.mark.parametrize("loss", [losses.MeanSquaredError(), losses.Huber(), losses.CosineSimilarity()])
def test_losses_of_numbers(loss: Loss) -> None:
    targets = RNG.standard_normal((50, 3))
    assert_same_course("dense", 2, loss=loss, targets=targets, probes=("loss",))


def test_the_learning_rate_can_be_changed_between_steps() -> None:
    nets = network("dense"), network("dense")
    for net, workers in zip(nets, (1, 2), strict=True):
        with trainer(net, FLAT, workers) as made:
            for record in made.steps():
                if record.step == 3:
                    made.learning_rate = 0.2
    assert nets[1].parameters.vector == pytest.approx(nets[0].parameters.vector, rel=1e-8, abs=1e-9)


def test_a_crew_follows_every_change() -> None:
    """Optimizer, its vectors, frozen layers and a batch that is larger than the first crew has room for."""
    changes: dict[int, dict[str, Any]] = {
        2: {"frozen": {"dense_1"}},
        4: {"optimizer": optimizers.Adam(learning_rate=0.02, beta_1=0.5, global_clipnorm=0.4)},
        5: {"batch_size": 30},
        6: {"frozen": ()},
        8: {"optimizer": optimizers.SGD(learning_rate=0.1, momentum=0.9)},
        9: {"batch_size": 1},  # too few to be shared
        11: {"batch_size": 12},
    }
    courses = []
    for workers in (1, 2):
        net = network("dense")
        with trainer(net, FLAT, workers, optimizer=optimizers.Adam(learning_rate=0.01)) as made:
            losses_seen = []
            for record in made.steps():
                losses_seen.append(record.values["loss"])
                for name, value in changes.get(record.step, {}).items():
                    setattr(made, name, value)
                if record.step == 14:
                    break
            courses.append((losses_seen, net.parameters.vector.copy(), made.state()))
    (alone, weights, state), (together, of_several, of_crew) = courses
    assert together == pytest.approx(alone, rel=1e-8)
    assert of_several == pytest.approx(weights, rel=1e-8, abs=1e-9)
    assert (state.place, state.ages) == (of_crew.place, of_crew.ages)


def test_a_run_goes_on_to_the_bit() -> None:
    net, resumed = network("batch_norm"), network("batch_norm")
    with trainer(net, FLAT, 2) as made:
        for _ in made.steps():
            pass
    with trainer(resumed, FLAT, 2) as made:
        steps = made.steps()
        for _ in range(5):
            next(steps)
        state = made.state()
    with trainer(network("batch_norm"), FLAT, 2) as made:
        made.restore(state)
        for _ in made.steps():
            pass
        assert np.array_equal(made.network.parameters.vector, net.parameters.vector)
        assert np.array_equal(made.network.state.vector, net.state.vector)


def test_divergence_is_told_as_with_one_process() -> None:
    told = []
    for workers in (1, 2):
        net = network("dense")
        optimizer = optimizers.SGD(learning_rate=1e6)
        targets = RNG.standard_normal((50, 3)) * 1e3
        with (
            trainer(
                net,
                FLAT,
                workers,
                optimizer=optimizer,
                targets=targets,
                loss=losses.MeanSquaredError(),
                probes=("loss",),
                epochs=200,
            ) as made,
            pytest.raises(Diverged) as caught,
        ):
            for _ in made.steps():
                pass
        told.append((caught.value.step, caught.value.node, caught.value.phase))
        assert np.isfinite(net.parameters.vector).all()
    assert told[0] == told[1]


def processes_of(made: Trainer) -> list[int]:
    """The process ids of the others."""
    next(made.steps())
    children = subprocess.run(["ps", "-o", "pid=", "--ppid", str(os.getpid())], capture_output=True, text=True)
    return [int(pid) for pid in children.stdout.split() if is_worker(int(pid))]


def is_worker(pid: int) -> bool:
    try:
        return b"deepviz.engine.team.worker" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False


def test_nobody_is_left_behind() -> None:
    gc.collect()
    opened = open_files()
    with trainer(network("dense"), FLAT, 3) as made:
        pids = processes_of(made)
        assert len(pids) == 2
    assert not any(is_worker(pid) for pid in pids)
    pids = processes_of(made)
    assert len(pids) == 2, "whoever wants to go on gets new ones"
    del made
    assert not any(is_worker(pid) for pid in pids), "a trainer that nobody holds any more lets its crew go"
    gc.collect()
    assert open_files() <= opened


def test_a_trainer_that_is_killed_takes_its_crew_with_it() -> None:
    script = (
        "import numpy as np, sys\n"
        "from deepviz.engine import *\n"
        "net = Network.sequential([layers.Input(shape=(6,)), layers.Dense(units=3)])\n"
        "data = np.zeros((9, 6)), np.zeros(9, int)\n"
        "made = Trainer(net, losses.SoftmaxCrossEntropy(), optimizers.SGD(), data, workers=2)\n"
        "next(made.steps()); print('ready', flush=True); sys.stdin.read()\n"
    )
    process = subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdin is not None
    assert process.stdout.readline() == b"ready\n"
    found = subprocess.run(["ps", "-o", "pid=", "--ppid", str(process.pid)], capture_output=True, text=True)
    pids = [int(pid) for pid in found.stdout.split()]
    assert len(pids) == 1
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdin.close(), process.stdout.close()
    deadline = time.monotonic() + 60
    while any(is_worker(pid) for pid in pids):
        assert time.monotonic() < deadline
        os.sched_yield()


def test_a_process_that_dies_is_told_and_the_weights_are_kept() -> None:
    net = network("dense")
    with trainer(net, FLAT, 2) as made:
        (pid,) = processes_of(made)
        before = net.parameters.vector.copy()
        os.kill(pid, signal.SIGKILL)
        with pytest.raises(ColleagueGoneError, match="a part of each batch has ended"):
            for _ in made.steps():
                pass
        assert np.array_equal(net.parameters.vector, before)
        for _ in made.steps():
            pass
        assert made.step == 12, "a new crew takes over"


@pytest.mark.parametrize("place", [3, 14], ids=["its own part", "the part of another"])
def test_what_a_layer_refuses_is_refused_as_with_one_process(place: int) -> None:
    words, chain = np.zeros((16, 4)), [layers.Embedding(input_dim=5, output_dim=2), layers.GlobalAveragePool()]
    order = np.random.default_rng((5, 0)).permutation(16)
    words[order[place], 2] = 7
    told = []
    for workers in (1, 2):
        net = Network.sequential([layers.Input(shape=(4,)), *chain], seed=3)
        before = net.parameters.vector.copy()
        settings: dict[str, Any] = {"targets": np.zeros(16, int), "probes": ("loss",)}
        with (
            trainer(net, words, workers, **settings) as made,
            pytest.raises(ValueError, match="batch holds 7") as caught,
        ):
            next(made.steps())
        told.append(str(caught.value))
        assert np.array_equal(net.parameters.vector, before)
    assert told[0] == told[1] == "embedding_1 takes whole numbers from 0 to 4; the batch holds 7."


def test_an_update_that_is_broken_off_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    net = network("dense")
    with trainer(net, FLAT, 2) as made:
        steps, wait = made.steps(), Colleagues.wait

        def broken_off(team: Colleagues) -> None:
            if made.step > 1:  # it counts the steps whose update has begun
                raise ColleagueGoneError("A process that computes a part of each batch has ended.")
            wait(team)

        monkeypatch.setattr(Colleagues, "wait", broken_off)
        next(steps)
        before = net.parameters.vector.copy()
        with pytest.raises(ColleagueGoneError, match=r"a part of each batch has ended.* of step 2 is half made"):
            next(steps)
        assert not np.array_equal(net.parameters.vector, before)


def test_a_wrong_number_of_workers_is_refused() -> None:
    with pytest.raises(ValueError, match="workers must be a whole number of at least 1, not 0"):
        Trainer(network("dense"), losses.SoftmaxCrossEntropy(), optimizers.SGD(), (FLAT, CLASSES), workers=0)


def test_a_crew_that_cannot_be_hired_leaves_nothing_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    gc.collect()
    opened, real, started = open_files(), subprocess.Popen, []

    def only_the_first(*arguments: Any, **settings: Any) -> subprocess.Popen[bytes]:
        if started:
            raise OSError("no more processes")
        started.append(real(*arguments, **settings))
        return started[0]

    monkeypatch.setattr(subprocess, "Popen", only_the_first)
    made = Trainer(network("dense"), losses.SoftmaxCrossEntropy(), optimizers.SGD(), (FLAT, CLASSES), workers=3)
    with pytest.raises(OSError, match="no more processes"):
        next(made.steps())
    assert started[0].poll() is not None
    started.clear()
    del made
    gc.collect()
    assert open_files() <= opened


def test_a_second_trainer_of_a_network_does_not_cut_the_first_one_off() -> None:
    net, twin = network("dense"), network("dense")
    with trainer(net, FLAT, 1) as first, trainer(net, FLAT, 2) as second:
        steps, others = first.steps(), second.steps()
        next(steps), next(others), next(steps), next(others)
    with trainer(twin, FLAT, 1) as first, trainer(twin, FLAT, 1) as second:
        steps, others = first.steps(), second.steps()
        next(steps), next(others), next(steps), next(others)
    assert net.parameters.vector == pytest.approx(twin.parameters.vector, rel=1e-9, abs=1e-10)
