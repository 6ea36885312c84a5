"""Layers that draw random numbers while training: how many, how large, the same for a seed; none when not training."""

from __future__ import annotations

import numpy as np
import pytest

from deepviz.engine import Network, layers
from deepviz.engine.layer import Layer
from deepviz.engine.layer_run import LayerRun
from deepviz.engine.shapes import ShapeError
from deepviz.engine.tape import Tape
from deepviz.engine.team.part import Part

NOISY = [layers.Dropout(), layers.SpatialDropout(), layers.GaussianNoise()]


def outputs(layer: Layer, shape: tuple[int, ...], training: bool = True, backwards: bool = False) -> np.ndarray:
    run = LayerRun(layer, [shape[1:]], shape[0], training=training, backwards=backwards)
    run.inputs[0][...] = 1.0
    return run.forward()


@pytest.mark.parametrize("rate", [0.1, 0.5, 0.9])
def test_dropout_leaves_out_its_part_and_scales_the_rest(rate: float) -> None:
    y = outputs(layers.Dropout(rate=rate), (100, 1000))
    assert np.isclose(np.unique(y), [0, 1 / (1 - rate)], rtol=1e-15).all()
    assert (y == 0).mean() == pytest.approx(rate, abs=0.005)
    assert y.mean() == pytest.approx(1, abs=0.03)


def test_the_gradient_goes_where_the_numbers_went() -> None:
    for layer in (layers.Dropout(rate=0.3), layers.SpatialDropout(rate=0.3)):
        run = LayerRun(layer, [(4, 5, 6)], 3)
        run.inputs[0][...], run.output_grad[...] = 1.0, 1.0
        output = run.forward()
        run.backward()
        assert np.array_equal(run.input_grads[0], output)
        assert 0 < (output == 0).mean() < 1


def test_spatial_dropout_leaves_out_whole_channels() -> None:
    y = outputs(layers.SpatialDropout(rate=0.4), (50, 4, 3, 40))
    assert np.array_equal(y, np.broadcast_to(y[:, :1, :1], y.shape))
    assert (y[:, 0, 0] == 0).mean() == pytest.approx(0.4, abs=0.05)
    assert y.max() == pytest.approx(1 / 0.6, rel=1e-15)


def test_gaussian_noise_has_its_size() -> None:
    noise = outputs(layers.GaussianNoise(stddev=0.3), (100, 1000)) - 1
    assert noise.mean() == pytest.approx(0, abs=0.005)
    assert noise.std() == pytest.approx(0.3, abs=0.005)


@pytest.mark.parametrize("layer", NOISY, ids=lambda layer: layer.key)
def test_nothing_is_random_when_not_training(layer: Layer) -> None:
    assert np.array_equal(outputs(layer, (3, 4, 5), training=False), np.ones((3, 4, 5)))


@pytest.mark.parametrize("layer", NOISY, ids=lambda layer: layer.key)
def test_the_order_in_memory_does_not_change_what_is_drawn(layer: Layer) -> None:
    assert np.array_equal(outputs(layer, (3, 4, 5, 6)), outputs(layer, (3, 4, 5, 6), backwards=True))


@pytest.mark.parametrize("layer", NOISY, ids=lambda layer: layer.key)
def test_each_step_draws_anew_and_each_run_the_same(layer: Layer) -> None:
    def steps(seed: int) -> list[np.ndarray]:
        net = Network.sequential([layers.Input(shape=(4, 5)), layer], seed=seed)
        return [net.forward(np.ones((3, 4, 5)), training=True) for _ in range(2)]

    first, second = steps(1)
    assert not np.array_equal(first, second)
    assert all(np.array_equal(a, b) for a, b in zip(steps(1), (first, second), strict=True))
    assert not np.array_equal(first, steps(2)[0])


@pytest.mark.parametrize("layer", NOISY, ids=lambda layer: layer.key)
def test_a_sample_draws_the_same_whoever_computes_it(layer: Layer) -> None:
    whole = outputs(layer, (7, 4, 5))
    tape = Tape(np.dtype(float), training=True, part=Part(3, 6, 7))
    y, _ = layer.forward(tape, {}, [tape.external(np.ones((3, 4, 5)))])
    compiled = tape.compile(keep=[y])
    tape.noise.start(0)
    compiled.replay()
    assert np.array_equal(compiled[y], whole[3:6])


def test_spatial_dropout_needs_channels() -> None:
    with pytest.raises(ShapeError, match="SpatialDropout needs an image or a sequence; it gets 5"):
        layers.SpatialDropout().output_shape([(5,)])
