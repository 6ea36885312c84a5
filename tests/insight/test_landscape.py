"""Directions are as long as the filters they change, and the loss is that of the weights it is said to be of."""

from __future__ import annotations

import numpy as np
import pytest

from deepviz.engine.evaluation import evaluate
from deepviz.engine.layers.batch_norm import BatchNorm
from deepviz.engine.layers.conv2d import Conv2D
from deepviz.engine.layers.dense import Dense
from deepviz.engine.layers.embedding import Embedding
from deepviz.engine.layers.flatten import Flatten
from deepviz.engine.layers.input import Input
from deepviz.engine.layers.prelu import PReLU
from deepviz.engine.layers.relu import ReLU
from deepviz.engine.network import Network
from deepviz.insight.landscape import Landscape, normalized_direction
from deepviz.insight.subject import CancelledError, Subject, UnanswerableError
from tests.insight.looked_at import classes, no_progress, subject


def convolutional() -> Subject:
    layers = [
        Input(shape=(5, 5, 2)),
        Conv2D(filters=3, kernel_size=(2, 2), l2=0.01),
        BatchNorm(),
        PReLU(),
        Flatten(),
        Dense(units=3),
    ]
    return subject(layers, classes((5, 5, 2)))


def test_filters_of_a_direction_are_as_long_as_those_of_the_weights() -> None:
    network = convolutional().network
    direction = normalized_direction(network, np.random.default_rng(8))
    arrays = {name: direction[network.parameters.slice_of([name])] for name in network.parameters}
    W, d = network.parameters["conv2d_1/W"].astype(np.float64), arrays["conv2d_1/W"].reshape(2, 2, 2, 3)
    for each in range(3):
        assert np.linalg.norm(d[..., each]) == pytest.approx(np.linalg.norm(W[..., each]))
    W, d = network.parameters["dense_1/W"].astype(np.float64), arrays["dense_1/W"].reshape(48, 3)
    for each in range(3):
        assert np.linalg.norm(d[:, each]) == pytest.approx(np.linalg.norm(W[:, each]))
    for name in ("conv2d_1/b", "dense_1/b", "batchnorm_1/gamma", "batchnorm_1/beta", "prelu_1/alpha"):
        assert not arrays[name].any(), name
    # The numbers themselves: drawn for all arrays in their order, then scaled.
    rng = np.random.default_rng(8)
    drawn = {name: rng.standard_normal(shape) for name, shape in network.parameters.shapes.items()}
    by_hand = drawn["dense_1/W"] / np.sqrt((drawn["dense_1/W"] ** 2).sum(axis=0)) * np.sqrt((W**2).sum(axis=0))
    np.testing.assert_allclose(d, by_hand)


def test_rows_of_an_embedding_are_its_filters_and_frozen_layers_stay() -> None:
    network = Network.sequential(
        [Input(shape=(4,)), Embedding(input_dim=6, output_dim=3), Flatten(), Dense(units=2, trainable=False)], seed=1
    )
    direction = normalized_direction(network, np.random.default_rng(0))
    rows = direction[network.parameters.slice_of(["embedding_1/embeddings"])].reshape(6, 3)
    np.testing.assert_allclose(
        np.linalg.norm(rows, axis=1), np.linalg.norm(network.parameters["embedding_1/embeddings"], axis=1), rtol=1e-6
    )
    assert not direction[network.parameters.slice_of(["dense_1/W", "dense_1/b"])].any()


def test_the_centre_is_exactly_the_loss_of_the_sample() -> None:
    asked = convolutional()
    asked.network.state["batchnorm_1/moving_mean"][:] = [0.1, -0.2, 0.3]
    before, state = asked.network.parameters.vector.copy(), asked.network.state.vector.copy()
    found = Landscape(resolution=5, samples=30).answer(asked, no_progress)
    train = asked.data.train
    rows = [number * len(train) // 30 for number in range(30)]
    assert found.centre == evaluate(asked.network, asked.loss, train.x[rows], train.y[rows]).loss
    assert (found.samples, found.total) == (30, len(train))
    np.testing.assert_array_equal(asked.network.parameters.vector, before)
    np.testing.assert_array_equal(asked.network.state.vector, state)
    assert found.losses.shape == (5, 5)
    np.testing.assert_allclose(found.xs, [-1, -0.5, 0, 0.5, 1])
    np.testing.assert_array_equal(found.ys, found.xs)
    assert found.moved == 2 * 2 * 2 * 3 + 48 * 3
    assert found.parameters == sum(array.size for array in asked.network.parameters.values())


def test_every_other_point_is_the_loss_of_its_weights() -> None:
    data = classes()
    asked = subject([Input(shape=(4,)), Dense(units=5), ReLU(), Dense(units=3)], data, dtype="float64")
    found = Landscape(resolution=3, reach=0.5, seed=6).answer(asked, no_progress)
    rng = np.random.default_rng(6)
    first, second = (normalized_direction(asked.network, rng) for _ in range(2))
    p = asked.network.parameters
    here = p.vector.copy()
    x, y = data.train.x.astype(np.float64), data.train.y
    for row, b in enumerate((-0.5, 0.0, 0.5)):
        for column, a in enumerate((-0.5, 0.0, 0.5)):
            moved = here + a * first + b * second
            W1, b1, W2, b2 = (
                moved[p.slice_of([name])].reshape(p.shapes[name])
                for name in ("dense_1/W", "dense_1/b", "dense_2/W", "dense_2/b")
            )
            z = np.maximum(x @ W1 + b1, 0) @ W2 + b2
            wanted = (np.log(np.exp(z).sum(axis=1)) - z[np.arange(len(y)), y]).mean()
            assert found.losses[row, column] == pytest.approx(wanted, rel=1e-9)
    line = Landscape(directions=1, resolution=3, reach=0.5, seed=6).answer(asked, no_progress)
    np.testing.assert_array_equal(line.losses, found.losses[1:2])


def test_progress_is_told_and_cancelling_leaves_the_weights_as_they_were() -> None:
    asked = subject([Input(shape=(4,)), Dense(units=3)], classes())
    before = asked.network.parameters.vector.copy()
    told: list[float] = []
    Landscape(resolution=3).answer(asked, told.append)
    assert told == [number / 9 for number in range(9)]

    def cancel(share: float) -> None:
        if share > 0.5:
            raise CancelledError

    with pytest.raises(CancelledError):
        Landscape(resolution=3).answer(asked, cancel)
    np.testing.assert_array_equal(asked.network.parameters.vector, before)


def test_what_has_no_landscape_says_so() -> None:
    asked = subject([Input(shape=(3,)), ReLU()], classes((3,)))
    with pytest.raises(UnanswerableError, match="no direction to go"):
        Landscape().answer(asked, no_progress)
    asked = subject([Input(shape=(4,)), Dense(units=3)], classes())
    with pytest.raises(UnanswerableError, match="odd number"):
        Landscape(resolution=4).answer(asked, no_progress)
    asked.network.parameters["dense_1/W"][0, 0] = np.nan
    with pytest.raises(UnanswerableError, match="not finite"):
        Landscape().answer(asked, no_progress)


@pytest.mark.parametrize("reach", [0.1, 0.3, 0.7, 2.0])
@pytest.mark.parametrize("resolution", [3, 23, 75])
def test_the_present_weights_are_always_one_of_the_points(reach: float, resolution: int) -> None:
    asked = subject([Input(shape=(4,)), Dense(units=3)], classes())
    train = asked.data.train
    found = Landscape(directions=1, resolution=resolution, reach=reach).answer(asked, no_progress)
    assert found.xs[resolution // 2] == 0
    assert found.centre == evaluate(asked.network, asked.loss, train.x, train.y).loss
    assert (found.xs[0], found.xs[-1]) == (-reach, reach)
