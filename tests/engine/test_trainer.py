"""The trainer: the numbers of a plain loop, the same ones each time, and weights that survive divergence."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from deepviz.engine import Network, Trainer, layers, losses, optimizers
from deepviz.engine.optimizer import Optimizer
from deepviz.engine.trainer import Diverged, StepRecord
from deepviz.registry import DefinitionError

SAMPLES, BATCH = 23, 5
PER_EPOCH = 5  # four batches of 5 and one of 3
OPTIMIZERS = [
    pytest.param(optimizers.SGD(learning_rate=0.1), id="SGD"),
    pytest.param(optimizers.SGD(learning_rate=0.1, momentum=0.9), id="momentum"),
    pytest.param(optimizers.Adam(learning_rate=0.01), id="Adam"),
]
every_optimizer = pytest.mark.parametrize("optimizer", OPTIMIZERS)


def samples() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    return rng.standard_normal((SAMPLES, 4)), rng.integers(0, 3, SAMPLES)


def network(seed: int = 0, dtype: str = "float32") -> Network:
    chain = [layers.Input(shape=(4,)), layers.Dense(units=6), layers.Tanh(), layers.Dense(units=3)]
    return Network.sequential(chain, seed=seed, dtype=dtype)


def trainer(optimizer: Optimizer | None = None, net: Network | None = None, **changes: Any) -> Trainer:
    settings: dict[str, Any] = {"batch_size": BATCH, "epochs": 4, "seed": 3} | changes
    optimizer = optimizer or optimizers.Adam(learning_rate=0.01)
    return Trainer(net or network(), losses.SoftmaxCrossEntropy(), optimizer, samples(), **settings)


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
    made, seen, make_step = trainer(epochs=2), [], Trainer._make_step
    monkeypatch.setattr(Trainer, "_make_step", lambda self, chosen: seen.append(chosen) or make_step(self, chosen))
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
    if not made._state.vectors:
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
    watched.watch_next = True
    for record in watched.steps():
        got.append(record)
        watched.watch_next = record.step % 2 == 0
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


# Divergence. All in float32, whose largest number is 3.4e38.


def one_weight(x: float, weight: float, optimizer: Optimizer, target: float = 0.0) -> Trainer:
    """``y = weight x`` against a target, from a single sample."""
    net = Network.sequential([layers.Input(shape=(1,)), layers.Dense(units=1, use_bias=False)])
    net.parameters["dense_1/W"][...] = weight
    data = np.array([[x]], np.float32), np.array([[target]], np.float32)
    return Trainer(net, losses.MeanSquaredError(), optimizer, data, epochs=10)


@pytest.mark.parametrize(
    ("x", "weight", "node", "phase"),
    [
        (10.0, 1e38, "dense_1", "forward"),  # y = 1e39
        (1.0, 1e25, "loss", "loss"),  # y^2 = 1e50, its gradient 2e25
        (1e-10, 1e30, "loss", "loss"),  # y^2 = 1e40, but dL/dW = 2 y x = 2e10
        (1e30, 1e-15, "dense_1", "backward"),  # y^2 = 1e30, dL/dW = 2 y x = 2e45
        (1e25, 1e-15, "", "update"),  # dL/dW = 2e35, and the learning rate is 1e6
    ],
)
@pytest.mark.parametrize("momentum", [0.0, 0.9])
def test_divergence_names_its_place_and_keeps_the_weights(
    x: float, weight: float, node: str, phase: str, momentum: float
) -> None:
    made = one_weight(x, weight, optimizers.SGD(learning_rate=1e6, momentum=momentum))
    before = made.state()
    with pytest.raises(Diverged) as caught:
        next(made.steps())
    assert (caught.value.step, caught.value.node, caught.value.phase) == (1, node, phase)
    after = made.state()
    assert after.step == 0
    assert np.array_equal(after.parameters["dense_1/W"], before.parameters["dense_1/W"])
    assert all(not vector["dense_1/W"].any() for vector in after.optimizer_vectors.values())
    message = str(caught.value)
    assert message.startswith("Training diverged at step 1: ")
    assert (f"in the {phase} pass of dense_1" if node == "dense_1" else f"in the {phase}.") in message
    assert "smaller learning rate than 1e+06" in message


def test_huge_gradients_that_do_not_overflow_are_no_divergence() -> None:
    made = one_weight(1e20, 1e-18, optimizers.SGD(learning_rate=1e-30))  # dL/dW = 2e22, beyond what is called tame
    next(made.steps())
    assert made.network.parameters["dense_1/W"][0, 0] == pytest.approx(1e-18 - 1e-30 * 2e22, rel=1e-5)
    assert made.step == 1


@every_optimizer
def test_weights_after_divergence_are_those_of_the_last_good_step(optimizer: Optimizer) -> None:
    chain = [layers.Input(shape=(4,)), layers.Dense(units=6), layers.ReLU(), layers.Dense(units=3)]
    x, classes = samples()
    made = Trainer(
        Network.sequential(chain, seed=1),
        losses.MeanSquaredError(),
        optimizer.changed(learning_rate=1e6),
        (x * 1e3, np.eye(3)[classes]),
        batch_size=BATCH,
        epochs=1000,
    )
    kept, last = made.state(), 0

    def run() -> None:
        nonlocal kept, last
        for record in made.steps():
            assert np.isfinite(record.values["loss"])
            kept, last = made.state(), record.step

    with pytest.raises(Diverged) as caught:
        run()
    assert caught.value.step == last + 1
    after = made.state()
    assert after.step == last
    assert all(np.array_equal(after.parameters[name], kept.parameters[name]) for name in kept.parameters)
    for name, arrays in kept.optimizer_vectors.items():
        assert all(np.array_equal(after.optimizer_vectors[name][key], arrays[key]) for key in arrays)
    assert all(np.isfinite(values).all() for values in after.parameters.values())


def test_training_goes_on_after_divergence_with_a_smaller_learning_rate() -> None:
    made = one_weight(1e25, 1e-15, optimizers.SGD(learning_rate=1e6))
    with pytest.raises(Diverged):
        next(made.steps())
    made.learning_rate = 1e-60
    assert next(made.steps()).step == 1


# What is refused


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"workers": 2}, "Only one worker"),
        ({"batch_size": 0}, "batch_size must be at least 1"),
        ({"epochs": -1}, "epochs at least 0"),
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
