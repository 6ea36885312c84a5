"""Watching a step, with any probe, changes no bit of what is trained, alone or with others who share a batch."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from typing import Any

import numpy as np
import pytest

from deepviz.engine import Network, Trainer, layers, losses, optimizers, probes
from deepviz.engine.histogram import Histograms
from deepviz.engine.layer import Layer
from deepviz.engine.probe import Probe
from deepviz.engine.reading import Reading
from deepviz.engine.step import TAKEN, TRIALS
from deepviz.engine.step_recording import StepRecording
from deepviz.engine.trainer import Diverged
from deepviz.registry import DefinitionError
from tests.engine.small_trainer import numbers_of, trainer

RNG = np.random.default_rng(0)
FLAT, IMAGES, CLASSES = RNG.standard_normal((50, 6)), RNG.standard_normal((50, 6, 6, 2)), RNG.integers(0, 3, 50)
SGD = optimizers.SGD(learning_rate=0.1, momentum=0.9)

CASES: dict[str, tuple[np.ndarray, list[Layer], optimizers.Optimizer]] = {
    "dropout": (
        FLAT,
        [layers.Dense(units=40), layers.Dropout(rate=0.4), layers.ReLU(), layers.Dense(units=3, l2=0.01)],
        optimizers.Adam(learning_rate=0.01),
    ),
    "batch_norm, clipped by norm": (
        FLAT,
        [layers.Dense(units=40), layers.BatchNorm(), layers.ReLU(), layers.Dense(units=3, max_norm=0.6)],
        SGD.changed(global_clipnorm=0.3),
    ),
    "frozen, clipped by value": (
        FLAT,
        [layers.Dense(units=40), layers.Tanh(), layers.Dense(units=3, trainable=False), layers.Sigmoid()],
        SGD.changed(clipvalue=0.01),
    ),
    "images": (
        IMAGES,
        [
            layers.Conv2D(filters=4, kernel_size=3),
            layers.BatchNorm(),
            layers.ReLU(),
            layers.MaxPool2D(pool_size=2),
            layers.Flatten(),
            layers.Dense(units=3),
        ],
        optimizers.Adam(learning_rate=0.01),
    ),
}


def of(name: str, workers: int = 1, dtype: str = "float32", **settings: Any) -> Trainer:
    """A trainer of 50 samples in batches of 16, of which the last of each epoch has 2."""
    x, chain, optimizer = CASES[name]
    net = Network.sequential([layers.Input(shape=x.shape[1:]), *chain], seed=3, dtype=dtype)
    settings = {"batch_size": 16, "epochs": 3, "seed": 5, "workers": workers} | settings
    return Trainer(net, losses.SoftmaxCrossEntropy(), optimizer, (x, CLASSES), **settings)


def course(made: Trainer, watched: Sequence[Sequence[str]]) -> tuple[list[float], dict[str, Any], list[dict[str, Any]]]:
    """The losses, the last state to the bit, and all values, of a run in which step n watches the nth keys in turn."""
    records = []
    with closing(made):
        made.watch_next = watched[0]
        for record in made.steps():
            records.append(record.values)
            made.watch_next = watched[len(records) % len(watched)]
        return [values["loss"] for values in records], numbers_of(made.state()), records


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("name", CASES)
def test_watching_changes_no_bit(name: str, workers: int) -> None:
    plain_losses, plain_state, _ = course(of(name, workers, epochs=15), [()])
    everything = tuple(probes.registry)
    # Each probe alone, none, all of them. An epoch has 4 steps and the number of sets is odd, so in so many epochs each
    # set meets whole batches and the last, smaller one.
    sets = [*((key,) for key in everything), (), everything]
    sets += [()] * (1 - len(sets) % 2)
    watched_losses, watched_state, values = course(of(name, workers, epochs=15), sets)
    assert watched_losses == plain_losses
    assert watched_state == plain_state
    assert len(values) == 60 >= len(sets)
    assert sum("activations/mean" in each for each in values) >= 2


@pytest.mark.parametrize("key", tuple(probes.registry))
def test_each_probe_by_itself_changes_no_bit(key: str) -> None:
    for name in CASES:
        plain_losses, plain_state, _ = course(of(name), [()])
        watched_losses, watched_state, _ = course(of(name), [(key,), ()])
        assert watched_losses == plain_losses, name
        assert watched_state == plain_state, name


@pytest.mark.parametrize("name", CASES)
def test_two_processes_read_what_one_reads(name: str) -> None:
    everything = tuple(probes.registry)
    alone, together = (course(of(name, workers, "float64", epochs=2), [everything])[2] for workers in (1, 2))
    assert len(alone) == 8
    for of_one, of_two in zip(alone, together, strict=True):
        assert of_one.keys() == of_two.keys()
        for key, value in of_one.items():
            if isinstance(value, Histograms):
                assert of_two[key].ranges == pytest.approx(value.ranges, rel=1e-8, nan_ok=True)
                # Rounding may carry a number over the border of two bins, but none gets lost.
                assert of_two[key].counts.sum(axis=1).tolist() == value.counts.sum(axis=1).tolist()
                assert np.abs(of_two[key].counts - value.counts).sum() <= 4
            else:
                assert of_two[key] == pytest.approx(value, rel=1e-8, abs=1e-10, nan_ok=True), key


def test_what_is_watched_can_change_from_step_to_step() -> None:
    made = trainer()
    names = []
    for keys in (("gradients",), ("updates", "activation_gradients"), (), ("weight_histogram",), ("gradients",)):
        made.watch_next = keys
        names.append({name.partition("/")[0] for name in next(made.steps()).values})
    assert names == [
        {"loss", "gradients"},
        {"loss", "updates", "activation_gradients"},
        {"loss"},
        {"loss", "weight_histogram"},
        {"loss", "gradients"},
    ]


def test_what_every_step_reads_is_read_once_when_it_is_watched_too() -> None:
    made = trainer(probes=("loss", "gradient_norm"))
    made.watch_next = ("gradient_norm", "loss", "gradients")
    values = next(made.steps()).values
    assert list(values)[:2] == ["loss", "gradient_norm"]
    assert values["gradients/l2"] == pytest.approx(values["gradient_norm"], rel=1e-6)


def test_steps_of_sets_that_nobody_asks_for_any_more_are_let_go() -> None:
    made, kinds = trainer(epochs=20), tuple(probes.registry)
    for number, record in enumerate(made.steps()):
        made.watch_next = (kinds[number % len(kinds)],)
        assert record.step
    assert len({watched for _, watched in made._maker._steps}) <= 3
    assert len(made._maker._steps) <= 6


def test_an_unknown_probe_is_refused_and_the_run_goes_on() -> None:
    made = trainer()
    made.watch_next = ("no_such_probe",)
    with pytest.raises(DefinitionError, match="no_such_probe"):
        next(made.steps())
    assert next(made.steps()).step == 1


def test_values_of_a_watched_step_are_its_own() -> None:
    made, kept = trainer(), []
    for _ in range(2):
        made.watch_next = tuple(probes.registry)
        kept.append(next(made.steps()).values)
    for name in ("gradients/mean", "updates/ratio", "activations/deviation", "activation_gradients/max"):
        assert not np.array_equal(kept[0][name], kept[1][name], equal_nan=True), name
    assert not np.array_equal(kept[0]["weight_histogram"].ranges, kept[1]["weight_histogram"].ranges)


def test_a_diverging_step_may_be_watched() -> None:
    chain = [layers.Input(shape=(6,)), layers.Dense(units=4), layers.Dense(units=3)]
    told = []
    for keys in ((), tuple(probes.registry)):
        net = Network.sequential(chain, seed=1)
        data = FLAT, FLAT[:, :3] ** 2
        made = Trainer(net, losses.MeanSquaredError(), optimizers.SGD(learning_rate=100), data, epochs=1000)
        with pytest.raises(Diverged) as caught:
            course(made, [keys])
        told.append((caught.value.step, caught.value.node, caught.value.phase))
        assert np.isfinite(net.parameters.vector).all()
    assert told[0] == told[1]


@pytest.mark.parametrize("name", CASES)
def test_taking_the_time_of_reading_changes_no_bit(name: str) -> None:
    everything = tuple(probes.registry)
    _, plain_state, plain = course(of(name, probes=everything), [()])
    made, records = of(name, probes=everything), []
    assert made.reading_seconds() == 0.0, "there is no step yet"
    for record in made.steps():
        records.append(record.values)
        assert made.reading_seconds() > 0.0
    assert numbers_of(made.state()) == plain_state
    for of_one, of_other in zip(plain, records, strict=True):
        for key, value in of_one.items():
            numbers = (
                (of_one[key].counts, of_other[key].counts) if isinstance(value, Histograms) else (value, of_other[key])
            )
            np.testing.assert_array_equal(*numbers)


def test_the_time_of_reading_is_that_of_what_every_step_reads_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    called: list[str] = []

    def counted(probe: Probe, recording: StepRecording) -> Reading:
        recording.tape.run(lambda: called.append("computed"))
        return lambda: called.append("read")

    def costly(probe: Probe, recording: StepRecording) -> Reading:
        recording.tape.run(lambda: called.append("watched"))
        return lambda: [()] * len(probe.statistics)

    monkeypatch.setattr(probes.registry["gradient_norm"], "record", counted)
    monkeypatch.setattr(probes.registry["gradients"], "record", costly)
    made = of("dropout", probes=("loss", "gradient_norm"))
    steps = made.steps()
    next(steps)
    assert called == ["computed", "read"]
    made.watch_next = ("gradients",)
    next(steps)
    assert "watched" in called
    called.clear()
    made.reading_seconds()
    times = len(called) // 2
    assert called == ["computed", "read"] * times
    assert 1 <= times <= 1 + TRIALS


@pytest.mark.parametrize(
    ("first", "each", "times"),
    [
        (TAKEN / 10.5, TAKEN / 20, 10),  # the first time takes longer: it comes from other work than a step
        (TAKEN / 10.5, TAKEN / 5, 10),  # the others do: they need memory
        (TAKEN / 1000, TAKEN / 900, TRIALS),  # no more often than makes sense
        (3 * TAKEN, 2 * TAKEN, 0),  # what takes long is done once
    ],
)
def test_the_time_of_reading_is_the_mean_of_many_whose_results_are_kept(
    first: float, each: float, times: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    now, reads = [0.0], [0]

    def read() -> dict[str, float]:
        now[0] += each if reads[0] else first
        reads[0] += 1
        return {}

    made = of("dropout")
    next(made.steps())
    step = made._maker._steps[16, ()]
    monkeypatch.setattr(step, "read", read)
    assert step.reading_seconds(lambda: now[0]) == pytest.approx(each if times else first)
    assert reads[0] == 1 + times
