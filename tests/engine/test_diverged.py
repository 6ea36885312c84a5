"""Divergence: the first tensor that is not finite is named, and the network keeps the last finite weights."""

from __future__ import annotations

import numpy as np
import pytest

from deepviz.engine import Network, Trainer, layers, losses, optimizers
from deepviz.engine.optimizer import Optimizer
from deepviz.engine.trainer import Diverged
from tests.engine.small_trainer import BATCH, PER_EPOCH, made, network, numbers_of, one_weight, samples, trainer

EVERY_OPTIMIZER = [pytest.param(kind(), id=kind.key) for kind in optimizers.registry.values()]
every_optimizer = pytest.mark.parametrize("optimizer", EVERY_OPTIMIZER)


def diverged(trainer: Trainer) -> Diverged:
    """How the trainer's run ends."""
    with pytest.raises(Diverged) as caught:
        for _ in trainer.steps():
            pass
    return caught.value


# All in float32, whose largest number is 3.4e38.
@pytest.mark.parametrize(
    ("x", "weight", "tensor", "node", "phase"),
    [
        (10.0, 1e38, "output of dense_1", "dense_1", "forward"),  # y = 1e39
        (1.0, 1e25, "loss", "loss", "loss"),  # y^2 = 1e50, its gradient 2e25
        (1e-10, 1e30, "loss", "loss", "loss"),  # y^2 = 1e40, but dL/dW = 2 y x = 2e10
        (1e30, 1e-15, "gradient of dense_1/W", "dense_1", "backward"),  # y^2 = 1e30, dL/dW = 2 y x = 2e45
        (1e25, 1e-15, "dense_1/W", "dense_1", "update"),  # dL/dW = 2e35, and the learning rate is 1e6
    ],
)
@pytest.mark.parametrize("momentum", [0.0, 0.9])
def test_divergence_names_its_place_and_keeps_the_weights(
    x: float, weight: float, tensor: str, node: str, phase: str, momentum: float
) -> None:
    made = one_weight(x, weight, optimizers.SGD(learning_rate=1e6, momentum=momentum))
    before = numbers_of(made.state())
    error = diverged(made)
    if momentum and phase == "update":
        tensor = "velocity of dense_1/W"  # from which the weight would follow
    assert (error.step, error.tensor, error.node, error.phase) == (1, tensor, node, phase)
    assert numbers_of(made.state()) == before
    message = str(error)
    assert message.startswith("Training diverged at step 1: ")
    assert (f"in the {phase} pass of dense_1" if phase in ("forward", "backward") else f"in the {phase}") in message
    assert phase == "loss" or f"{tensor}. " in message
    assert "smaller learning rate than 1000000" in message


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
        epochs=40,
    )
    kept, last = numbers_of(made.state()), 0

    error = None
    try:
        for record in made.steps():
            assert np.isfinite(record.values["loss"])
            kept, last = numbers_of(made.state()), record.step
    except Diverged as caught:
        error = caught
    # Steps of a bounded length, or decay, keep the others from it for long.
    assert error is not None or optimizer.key not in ("SGD", "Adam", "AdaGrad", "RMSProp")
    assert error is None or (error.step == last + 1 and error.tensor)
    assert made.step == last
    assert numbers_of(made.state()) == kept
    assert all(np.isfinite(values).all() for values in made.network.parameters.values())


def test_training_goes_on_after_divergence_with_a_smaller_learning_rate() -> None:
    made = one_weight(1e25, 1e-15, optimizers.SGD(learning_rate=1e6))
    assert diverged(made).step == 1
    made.learning_rate = 1e-60
    assert next(made.steps()).step == 1


# Numbers that somebody else has put there


@pytest.mark.parametrize("name", ["dense_1/W", "dense_1/b", "dense_2/W"])
@pytest.mark.parametrize(
    ("value", "in_the_middle"),
    [(np.nan, True), (np.nan, False), (np.inf, False), (-np.inf, False)],
)
def test_a_weight_that_is_not_finite_is_named(name: str, value: float, in_the_middle: bool) -> None:
    run = trainer()
    steps = run.steps()
    for _ in range(3):
        next(steps)
    vectors = {key: vector.copy() for key, vector in run._maker.state.vectors.items()}
    run.network.parameters[name].flat[1] = value
    others = {key: array.copy() for key, array in run.network.parameters.items() if key != name}
    with pytest.raises(Diverged) as caught:
        next(steps if in_the_middle else run.steps())
    error = caught.value
    assert (error.step, error.tensor, error.node, error.phase) == (4, name, name.split("/")[0], "forward")
    assert f"in the forward pass of {error.node}, in {name}. " in str(error)
    assert run.step == 3
    assert all(np.array_equal(run.network.parameters[key], array) for key, array in others.items())
    assert all(np.array_equal(run._maker.state.vectors[key], vector) for key, vector in vectors.items())


@every_optimizer
def test_an_optimizer_that_keeps_something_not_finite_does_not_touch_the_weights(optimizer: Optimizer) -> None:
    run = made(trainer(optimizer), 3)
    before = run.network.parameters.vector.copy()
    for key, vector in run._maker.state.vectors.items():
        place = run.network.parameters.slice_of(["dense_2/b"]).start
        good, vector[place] = vector[place], np.nan
        error = diverged(run)
        assert (error.step, error.tensor, error.node) == (4, f"{key} of dense_2/b", "dense_2")
        assert error.phase == "update"
        assert np.array_equal(run.network.parameters.vector, before)
        vector[place] = good
    assert next(run.steps()).step == 4


@pytest.mark.parametrize("kind", [optimizers.Adam, optimizers.AMSGrad, optimizers.RMSProp, optimizers.AdaDelta])
def test_squares_that_overflow_in_the_optimizer_are_caught_before_the_update(kind: type[Optimizer]) -> None:
    run = one_weight(1e18, 1e-15, kind())  # dL/dW = 2e21, whose square is 4e42
    before = numbers_of(run.state())
    error = diverged(run)
    assert error.tensor.endswith(" of dense_1/W")
    assert (error.step, error.node, error.phase) == (1, "dense_1", "update")
    assert numbers_of(run.state()) == before


def test_a_weight_that_has_become_infinite_and_harms_nobody_is_found_at_the_next_epoch() -> None:
    run = trainer()  # tanh makes 1 of infinity
    steps = run.steps()
    next(steps)
    run.network.parameters["dense_1/b"][2] = np.inf
    for _ in range(PER_EPOCH - 1):
        next(steps)
    with pytest.raises(Diverged, match=r"step 6: .* of dense_1, in dense_1/b"):
        next(steps)


def test_a_weight_whose_square_overflows_is_as_good_as_any() -> None:
    run = one_weight(1e-20, 1e25, optimizers.SGD(learning_rate=1e-3))
    assert next(run.steps()).values["loss"] == pytest.approx(1e10, rel=1e-5)


def test_a_tiny_epsilon_cannot_slip_an_overflow_past_the_check() -> None:
    # A gradient of 2e14, then one of 0: without a memory for squares, the mean of the two is divided by epsilon.
    net = Network.sequential([layers.Input(shape=(1,)), layers.Dense(units=1, use_bias=False)])
    net.parameters["dense_1/W"][...] = 0
    data = np.array([[1e14], [0.0]], np.float32), np.array([[1.0], [0.0]], np.float32)
    optimizer = optimizers.Adam(epsilon=1e-30, beta_2=0.0, learning_rate=1e-20)
    run = Trainer(net, losses.MeanSquaredError(), optimizer, data, batch_size=1, epochs=3)
    error = diverged(run)
    assert (error.tensor, error.node, error.phase) == ("dense_1/W", "dense_1", "update")
    assert error.step <= 4
    assert np.isfinite(net.parameters.vector).all()


def test_a_clipped_gradient_is_no_divergence() -> None:
    run = one_weight(1e25, 1e-15, optimizers.SGD(learning_rate=1e6, global_clipnorm=1.0))  # dL/dW = 2e35
    next(run.steps())
    assert run.network.parameters["dense_1/W"][0, 0] == pytest.approx(-1e6, rel=1e-6)


def test_nothing_is_looked_at_but_what_is_trained_with() -> None:
    """The gaps of alignment between two arrays hold zeros, and stay so."""
    run = made(trainer(optimizers.AdaGrad(initial_accumulator_value=0.0), network()), 7)
    named = sum(array.size for array in run.network.parameters.values())
    assert np.count_nonzero(run.network.parameters.vector) <= named < run.network.parameters.vector.size
