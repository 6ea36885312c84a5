"""The trainer: the numbers of a plain loop, and the same ones each time."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from deepviz.engine import Network, Trainer, layers, losses, optimizers
from deepviz.engine.optimizer import Optimizer
from deepviz.engine.step_maker import StepMaker
from deepviz.engine.trainer import StepRecord
from deepviz.registry import DefinitionError
from tests.engine.small_trainer import BATCH, PER_EPOCH, SAMPLES, network, samples, trainer

OPTIMIZERS = [
    pytest.param(optimizers.SGD(learning_rate=0.1), id="SGD"),
    pytest.param(optimizers.SGD(learning_rate=0.1, momentum=0.9), id="momentum"),
    pytest.param(optimizers.Adam(learning_rate=0.01), id="Adam"),
]
every_optimizer = pytest.mark.parametrize("optimizer", OPTIMIZERS)


def test_training_is_that_of_a_plain_loop() -> None:
    net = network(dtype="float64")
    W1, b1, W2, b2 = (values.copy() for values in net.parameters.copied().values())
    x, classes = samples()
    losses_seen = []
    for epoch in range(2):
        order = np.random.default_rng((3, epoch)).permutation(SAMPLES)
        for start in range(0, SAMPLES, BATCH):
            chosen = order[start : start + BATCH]
            hidden = np.tanh(x[chosen] @ W1 + b1)
            logits = hidden @ W2 + b2
            p = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
            losses_seen.append(-np.mean(np.log(p[np.arange(len(chosen)), classes[chosen]])))
            grad = (p - np.eye(3)[classes[chosen]]) / len(chosen)
            inner = grad @ W2.T * (1 - hidden**2)
            W2, b2 = W2 - 0.1 * hidden.T @ grad, b2 - 0.1 * grad.sum(axis=0)
            W1, b1 = W1 - 0.1 * x[chosen].T @ inner, b1 - 0.1 * inner.sum(axis=0)
    records = list(trainer(optimizers.SGD(learning_rate=0.1), net, epochs=2).steps())
    assert [record.values["loss"] for record in records] == pytest.approx(losses_seen, abs=1e-12)
    for name, wanted in zip(net.parameters, (W1, b1, W2, b2), strict=True):
        assert net.parameters[name] == pytest.approx(wanted, abs=1e-12), name


def test_steps_and_epochs_are_counted_from_one() -> None:
    made = trainer(epochs=2)
    assert made.steps_per_epoch == PER_EPOCH
    records = list(made.steps())
    assert [record.step for record in records] == list(range(1, 11))
    assert [record.epoch for record in records] == [1] * 5 + [2] * 5
    assert made.step == 10
    assert list(made.steps()) == [], "all epochs are done"
    assert list(trainer(epochs=0).steps()) == []


def test_an_epoch_sees_every_sample_once_in_an_order_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    made, seen, make = trainer(epochs=2), [], StepMaker.make
    monkeypatch.setattr(StepMaker, "make", lambda self, chosen, *more: seen.append(chosen) or make(self, chosen, *more))
    list(made.steps())
    first, second = np.concatenate(seen[:5]), np.concatenate(seen[5:])
    assert [len(chosen) for chosen in seen] == [5, 5, 5, 5, 3] * 2
    assert sorted(first) == sorted(second) == list(range(SAMPLES))
    assert list(first) != list(second)


def test_a_batch_larger_than_the_data_is_all_of_it() -> None:
    made = trainer(batch_size=1000, epochs=3)
    assert made.steps_per_epoch == 1
    assert len(list(made.steps())) == 3


@every_optimizer
def test_one_seed_gives_the_same_curve_to_the_last_bit(optimizer: Optimizer) -> None:
    first, second = trainer(optimizer), trainer(optimizer)
    assert [r.values for r in first.steps()] == [r.values for r in second.steps()]
    assert np.array_equal(first.network.parameters.vector, second.network.parameters.vector)
    other = trainer(optimizer, seed=4)
    list(other.steps())
    assert not np.array_equal(first.network.parameters.vector, other.network.parameters.vector)


@every_optimizer
@pytest.mark.parametrize("stop", [1, 5, 7, 13])
def test_a_resumed_run_is_the_same_to_the_last_bit(optimizer: Optimizer, stop: int) -> None:
    whole = trainer(optimizer)
    records = list(whole.steps())
    begun = trainer(optimizer)
    steps = begun.steps()
    for _ in range(stop):
        next(steps)
    state = begun.state()
    list(steps)  # going on must not change what was saved
    resumed = trainer(optimizer, network(seed=99))
    resumed.restore(state)
    assert list(resumed.steps()) == records[stop:]
    assert np.array_equal(resumed.network.parameters.vector, whole.network.parameters.vector)


def test_going_back_in_the_middle_of_a_run_repeats_it() -> None:
    made = trainer()
    steps = made.steps()
    for _ in range(3):
        next(steps)
    state = made.state()
    first = [next(steps) for _ in range(6)]
    made.restore(state)
    assert [next(steps) for _ in range(6)] == first


def test_the_state_of_another_network_or_optimizer_is_refused() -> None:
    adam = trainer()
    with pytest.raises(ValueError, match="not one of SGD"):
        trainer(optimizers.SGD()).restore(adam.state())
    other = Trainer(
        Network.sequential([layers.Input(shape=(4,)), layers.Dense(units=3)]),
        losses.SoftmaxCrossEntropy(),
        optimizers.Adam(),
        samples(),
    )
    before = other.network.parameters.vector.copy()
    with pytest.raises(ValueError, match=r"do not fit|does not belong"):
        other.restore(adam.state())
    assert np.array_equal(other.network.parameters.vector, before)


@every_optimizer
def test_a_new_learning_rate_counts_from_the_next_step(optimizer: Optimizer) -> None:
    made = trainer(optimizer)
    steps = made.steps()
    next(steps)
    made.learning_rate = 1e-30
    if not made.state().optimizer_vectors:
        before = made.network.parameters.vector.copy()
        next(steps)
        assert np.array_equal(made.network.parameters.vector, before), "a step of 1e-30 is lost in float32"
    made.learning_rate = 0.05
    twin = trainer(optimizer)
    twin.restore(made.state())
    assert made.learning_rate == twin.learning_rate == 0.05
    assert next(steps) == next(twin.steps())
    assert np.array_equal(made.network.parameters.vector, twin.network.parameters.vector)


def test_plain_descent_moves_by_learning_rate_times_gradient() -> None:
    made = trainer(optimizers.SGD(learning_rate=0.25), network(dtype="float64"))
    steps = made.steps()
    for rate in (0.25, 0.5, 0.125):
        made.learning_rate = rate
        before = made.network.parameters.vector.copy()
        next(steps)
        moved = made.network.parameters.vector - before
        assert moved == pytest.approx(-rate * made.network.gradients.vector, abs=1e-15)


@pytest.mark.parametrize("rate", [0.0, -1.0, 1e7, float("nan"), float("inf")])
def test_an_impossible_learning_rate_is_refused(rate: float) -> None:
    made = trainer()
    with pytest.raises(DefinitionError, match="learning_rate"):
        made.learning_rate = rate
    assert made.learning_rate == 0.01


def test_validation_is_evaluated_after_each_epoch() -> None:
    made = trainer(validation=samples(), epochs=2)
    records = []
    for record in made.steps():
        records.append(record)
        if record.step % PER_EPOCH == 0:
            result = made.evaluate(*samples())
            assert record.values["validation_loss"] == result.loss
            assert record.values["validation_accuracy"] == result.accuracy
        else:
            assert set(record.values) == {"loss"}
    assert len(records) == 10


def test_training_learns() -> None:
    records = list(trainer(optimizers.Adam(learning_rate=0.05), epochs=100).steps())
    assert records[-1].values["loss"] < 0.1 * records[0].values["loss"]


# Watching


def test_watching_changes_no_bit_of_the_training() -> None:
    plain, watched = trainer(), trainer()
    wanted = list(plain.steps())
    got: list[StepRecord] = []
    watched.watch_next = ("gradient_flow",)
    for record in watched.steps():
        got.append(record)
        watched.watch_next = ("gradient_flow",) if record.step % 2 == 0 else ()
    assert [("gradient_flow" in record.values) for record in got] == [True, False] * 10
    assert [record.values["loss"] for record in got] == [record.values["loss"] for record in wanted]
    assert np.array_equal(plain.network.parameters.vector, watched.network.parameters.vector)


def test_probes_change_no_bit_of_the_training() -> None:
    bare, probed = trainer(probes=()), trainer(probes=("loss", "accuracy", "gradient_norm", "gradient_flow"))
    assert all(record.values == {} for record in bare.steps())
    assert all(len(record.values) == 4 for record in probed.steps())
    assert np.array_equal(bare.network.parameters.vector, probed.network.parameters.vector)


def test_the_consumers_way_of_handling_floats_is_left_alone() -> None:
    with np.errstate(over="raise", divide="call"):
        before = np.geterr()
        for _ in trainer(epochs=1).steps():
            assert np.geterr() == before
    assert np.geterr() != before


# What is refused


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"workers": 0}, "workers must be a whole number of at least 1, not 0"),
        ({"batch_size": 0}, "batch_size must be a whole number of at least 1"),
        ({"batch_size": 2.5}, "batch_size must be a whole number of at least 1, not 2.5"),
        ({"seed": -1}, "seed must be a whole number of at least 0"),
        ({"epochs": -1}, "epochs must be a whole number of at least 0"),
        ({"probes": ("no_such_probe",)}, "no probe called 'no_such_probe'"),
        ({"validation": (np.zeros((3, 4)), np.array([0, 1]))}, "Validation data: 3 samples but 2 targets"),
        ({"validation": (np.zeros((0, 4)), np.zeros(0, int))}, "Validation data: input_1: the batch is empty"),
        ({"validation": (np.zeros((2, 4)), np.array([0, 7]))}, "Validation data: Target 1 is class 7"),
    ],
)
def test_impossible_settings_are_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        trainer(**changes)


@pytest.mark.parametrize(
    ("x", "targets", "message"),
    [
        (np.zeros((3, 4)), np.zeros(2, int), "Training data: 3 samples but 2 targets"),
        (np.zeros((3, 5)), np.zeros(3, int), "Training data: input_1 takes samples of shape 4"),
        (np.float64(3), np.zeros(3, int), r"Training data: input_1 takes samples of shape 4, .* \(\) and .* \(3,\)"),
        (
            np.zeros((3, 4)),
            1,
            r"Training data: input_1 .* a target for each; it gets .* \(3, 4\) and targets of .* \(\)",
        ),
        (np.zeros((0, 4)), np.zeros(0, int), "Training data: input_1: the batch is empty"),
        (np.full((2, 4), np.nan), np.zeros(2, int), "Training data: input_1: sample 0 of the batch contains NaN"),
        (np.zeros((2, 4)), np.array([0, 3]), "Training data: Target 1 is class 3"),
        (np.zeros((2, 4)), np.array([[0, 0, 1], [0, np.inf, 0]]), "Training data: Cross-entropy: target 1 contains"),
        (np.array([[None] * 4] * 2), np.zeros(2, int), "takes numbers; the batch holds object"),
    ],
)
def test_data_that_does_not_fit_is_refused(x: np.ndarray, targets: np.ndarray, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Trainer(network(), losses.SoftmaxCrossEntropy(), optimizers.SGD(), (x, targets))


def test_a_network_that_has_nothing_to_learn_can_be_run() -> None:
    net = Network.sequential([layers.Input(shape=(3,)), layers.Tanh()])
    data = np.ones((4, 3)), np.zeros((4, 3))
    probes = ("loss", "gradient_norm")
    made = Trainer(net, losses.MeanSquaredError(), optimizers.Adam(), data, epochs=2, batch_size=2, probes=probes)
    assert [record.values["loss"] for record in made.steps()] == pytest.approx([np.tanh(1) ** 2] * 4, rel=1e-6)
