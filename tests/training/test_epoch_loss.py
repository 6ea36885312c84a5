"""The loss of an epoch is that over its samples, whatever the sizes of its batches and wherever the run was resumed."""

from __future__ import annotations

import numpy as np
import pytest

from deepviz.engine import Network, Trainer, layers, losses, optimizers
from deepviz.engine.trainer import StepRecord
from deepviz.training.changes import change_of
from deepviz.training.epoch_loss import EpochLoss
from deepviz.training.history import History
from tests.training.run_made import project

COUNT, BATCH, RATE, SEED = 50, 16, 0.5, 3
X = np.random.default_rng(0).normal(size=(COUNT, 3))
Y = np.random.default_rng(1).integers(0, 2, COUNT)


def trainer(epochs: int = 3, batch_size: int = BATCH, keep_best: bool = False) -> Trainer:
    network = Network.sequential([layers.Input(shape=(3,)), layers.Dense(units=2)], seed=0, dtype="float64")
    loss, optimizer = losses.SoftmaxCrossEntropy(), optimizers.SGD(learning_rate=RATE)
    return Trainer(
        network, loss, optimizer, (X, Y), batch_size=batch_size, epochs=epochs, seed=SEED, keep_best=keep_best
    )


def by_hand(weights: np.ndarray, bias: np.ndarray, epochs: int, sizes: list[int]) -> list[list[float]]:
    """The same training in NumPy: for each epoch and each sample the loss with which it was seen."""
    weights, bias, found = weights.copy(), bias.copy(), []
    for epoch in range(epochs):
        order = np.random.default_rng((SEED, epoch)).permutation(COUNT)
        seen: list[float] = []
        for chosen in np.split(order, np.cumsum(sizes)[:-1]):
            powers = np.exp(X[chosen] @ weights + bias)
            shares = powers / powers.sum(axis=1, keepdims=True)
            seen += (-np.log(shares[np.arange(len(chosen)), Y[chosen]])).tolist()
            slopes = (shares - np.eye(2)[Y[chosen]]) / len(chosen)
            weights -= RATE * X[chosen].T @ slopes
            bias -= RATE * slopes.sum(axis=0)
        found.append(seen)
    return found


def test_it_is_the_mean_over_the_samples_seen_at_every_step() -> None:
    made = trainer()
    known = EpochLoss.of(made, History([]), COUNT)
    assert known.value is None
    parameters = made.network.parameters
    expected = by_hand(parameters["dense_1/W"], parameters["dense_1/b"], 3, [16, 16, 16, 2])
    for record in made.steps():
        known.add(record)
        seen = expected[record.epoch - 1][: made.samples_seen - (record.epoch - 1) * COUNT or COUNT]
        assert known.value == pytest.approx(np.mean(seen), rel=1e-12)
    assert made.step == 12


def test_it_is_what_the_best_weights_are_chosen_by_to_the_last_bit() -> None:
    made = trainer(epochs=6, batch_size=7, keep_best=True)
    known, ends = EpochLoss.of(made, History([]), COUNT), []
    for record in made.steps():
        known.add(record)
        if made.begins_epoch:
            ends.append(known.value)
    assert made.best is not None
    assert made.best.value == min(value for value in ends if value is not None)
    assert len(set(ends)) == 6


def test_a_batch_size_that_changes_in_an_epoch_counts_as_it_is() -> None:
    made = trainer(epochs=2)
    known, losses_seen = EpochLoss.of(made, History([]), COUNT), []
    for record in made.steps():
        known.add(record)
        losses_seen.append(record.values["loss"])
        if made.step == 1:
            made.batch_size = 30
    # 16, 30 and the 4 that are left; then 30 and 20.
    assert known.value == pytest.approx(np.average(losses_seen[3:], weights=[30, 20]), rel=1e-12)


@pytest.mark.parametrize("size", [BATCH, 5])
def test_a_run_that_goes_on_in_an_epoch_knows_the_steps_before(size: int) -> None:
    """After 6 steps the first run stands in its second epoch; it goes on with batches of another size, or the same."""
    first, history = trainer(), History([])
    history.add_change(0, change_of(project(batch_size=BATCH), 0).to_json())
    unbroken, expected = EpochLoss.of(first, history, COUNT), []
    for record in first.steps():
        unbroken.add(record)
        expected.append(unbroken.value)
        history.append([record])
        if record.step == 6:
            break
    left = first.state()
    first.batch_size = size
    for record in first.steps():
        unbroken.add(record)
        expected.append(unbroken.value)
    if size != BATCH:
        history.add_change(6, change_of(project(batch_size=size), 6).to_json())
    resumed = trainer(batch_size=size)
    resumed.restore(left)
    known = EpochLoss.of(resumed, history, COUNT)
    assert known.value == expected[5], "that of the epoch so far"
    for record in resumed.steps():
        known.add(record)
        assert known.value == expected[record.step - 1]
    assert resumed.step == len(expected)


def test_what_is_not_known_of_an_epoch_is_not_made_up() -> None:
    history, first = History([], most_steps=4), trainer()
    steps = first.steps()
    history.append([next(steps) for _ in range(7)])
    resumed = trainer()
    resumed.restore(first.state())
    known = EpochLoss.of(resumed, history, COUNT)
    assert known.value is None
    values = {}
    for record in resumed.steps():
        known.add(record)
        values[record.step] = known.value
    assert values[8] is None, "a step of its epoch is missing"
    assert values[9] is not None
    assert EpochLoss.of(first, History([]), COUNT).value is None
    damaged = History([])
    damaged.add_change(0, "{}")
    assert EpochLoss.of(first, damaged, COUNT).value is None


def test_what_is_not_finite_stays_so() -> None:
    seen = [0]
    known = EpochLoss(lambda: seen[0])
    seen[0] = 4
    known.add(StepRecord(1, 1, {"loss": float("inf")}))
    assert known.value == float("inf")
    seen[0] = 8
    known.add(StepRecord(2, 2, {"loss": 0.25}))
    assert known.value == 0.25, "the next epoch begins anew"
