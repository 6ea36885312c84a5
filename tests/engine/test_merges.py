"""Layers with several inputs: each against its formula, at ties and zeros, and nested in a network with fan-out."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from deepviz.engine import Network, layers
from deepviz.engine.gradcheck import check_network
from deepviz.engine.layer import Layer
from deepviz.engine.layer_run import LayerRun
from deepviz.engine.losses import MeanSquaredError
from deepviz.engine.network import GraphError
from deepviz.engine.shapes import ShapeError
from tests.engine.graphs import graph

RNG_SEED = 4
Backward = Callable[..., list[np.ndarray]]


def passed(layer: Layer, grad: np.ndarray, *inputs: np.ndarray) -> tuple[np.ndarray, list[np.ndarray]]:
    """Output and gradients of the inputs."""
    run = LayerRun(layer, [x.shape[1:] for x in inputs], len(inputs[0]))
    for array, values in zip(run.inputs, inputs, strict=True):
        array[...] = values
    run.output_grad[...] = grad
    output = run.forward()
    run.backward()
    return output, [array.copy() for array in run.input_grads]


FORMULAS: list[tuple[Layer, int, Callable[..., np.ndarray], Backward]] = [
    (layers.Add(), 2, lambda a, b: a + b, lambda g, a, b: [g, g]),
    (layers.Subtract(), 2, lambda a, b: a - b, lambda g, a, b: [g, -g]),
    (layers.Multiply(), 2, lambda a, b: a * b, lambda g, a, b: [g * b, g * a]),
    (layers.Multiply(), 3, lambda a, b, c: a * b * c, lambda g, a, b, c: [g * b * c, g * a * c, g * a * b]),
    (layers.Average(), 2, lambda a, b: (a + b) / 2, lambda g, a, b: [g / 2, g / 2]),
    (layers.Average(), 3, lambda a, b, c: (a + b + c) / 3, lambda g, a, b, c: [g / 3, g / 3, g / 3]),
    (layers.Maximum(), 2, np.maximum, lambda g, a, b: [g * (a > b), g * (b > a)]),
    (
        layers.Maximum(),
        3,
        lambda a, b, c: np.maximum(np.maximum(a, b), c),
        lambda g, a, b, c: [g * ((a > b) & (a > c)), g * ((b > a) & (b > c)), g * ((c > a) & (c > b))],
    ),
    (layers.Concatenate(), 2, lambda a, b: np.concatenate([a, b], -1), lambda g, a, b: np.split(g, 2, -1)),
    (layers.Concatenate(), 3, lambda a, b, c: np.concatenate([a, b, c], -1), lambda g, a, b, c: np.split(g, 3, -1)),
]


@pytest.mark.parametrize("shape", [(4,), (2, 3, 5)])
@pytest.mark.parametrize(
    ("layer", "count", "forward", "backward"), FORMULAS, ids=[f"{layer.key}-{count}" for layer, count, *_ in FORMULAS]
)
def test_formula(
    layer: Layer, count: int, forward: Callable[..., np.ndarray], backward: Backward, shape: tuple[int, ...]
) -> None:
    rng = np.random.default_rng(RNG_SEED)
    inputs = [rng.standard_normal((6, *shape)) for _ in range(count)]
    wanted = forward(*inputs)
    grad = rng.standard_normal(wanted.shape)
    output, grads = passed(layer, grad, *inputs)
    assert output == pytest.approx(wanted, rel=1e-15)
    for got, wanted_grad in zip(grads, backward(grad, *inputs), strict=True):
        assert got == pytest.approx(wanted_grad, rel=1e-14)


def test_maximum_gives_the_gradient_of_a_tie_to_the_first() -> None:
    a = np.array([[1.0, 2.0, 0.0, -0.0, 0.0, -5.0, 3.0]])
    b = np.array([[1.0, 1.0, -0.0, 0.0, 1.0, -5.0, 4.0]])
    c = np.array([[1.0, 2.0, 0.0, -0.0, 1.0, -4.0, 4.0]])
    grad = np.array([[10.0, 20.0, 30.0, -40.0, -50.0, 60.0, 70.0]])
    output, (of_a, of_b, of_c) = passed(layers.Maximum(), grad, a, b, c)
    assert np.array_equal(output, [[1, 2, 0, 0, 1, -4, 4]])
    assert np.array_equal(of_a, [[10, 20, 30, -40, 0, 0, 0]])
    assert np.array_equal(of_b, [[0, 0, 0, 0, -50, 0, 70]])
    assert np.array_equal(of_c, [[0, 0, 0, 0, 0, 60, 0]])


def test_multiply_of_zeros_has_the_right_gradient() -> None:
    a, b, c = np.array([[0.0, 0.0, 2.0]]), np.array([[3.0, 0.0, 0.0]]), np.array([[5.0, 7.0, 11.0]])
    output, grads = passed(layers.Multiply(), np.ones((1, 3)), a, b, c)
    assert np.array_equal(output, np.zeros((1, 3)))
    assert np.array_equal(grads, [[[15, 0, 0]], [[0, 0, 22]], [[0, 0, 0]]])


def test_average_of_equal_numbers_is_that_number() -> None:
    x = np.random.default_rng(RNG_SEED).standard_normal((50, 40))
    output, _ = passed(layers.Average(), np.zeros_like(x), x, x)
    assert np.array_equal(output, x)


def test_concatenate_takes_unequal_lengths_and_gives_each_its_part_back() -> None:
    rng = np.random.default_rng(RNG_SEED)
    parts = [rng.standard_normal((3, 2, length)) for length in (4, 1, 2)]
    grad = rng.standard_normal((3, 2, 7))
    assert layers.Concatenate().output_shape([(2, 4), (2, 1), (2, 2)]) == (2, 7)
    output, grads = passed(layers.Concatenate(), grad, *parts)
    assert np.array_equal(output, np.concatenate(parts, -1))
    assert np.array_equal(np.concatenate(grads, -1), grad)
    assert [part.shape for part in grads] == [part.shape for part in parts]


@pytest.mark.parametrize("kind", [layers.Subtract, layers.Multiply, layers.Average, layers.Maximum])
def test_unequal_shapes_are_refused(kind: type[Layer]) -> None:
    with pytest.raises(ShapeError, match=f"{kind.key} needs inputs of one shape; it gets 4 and 3 × 2"):
        kind().output_shape([(4,), (3, 2)])


@pytest.mark.parametrize("other", [(3, 4, 8), (4, 8), (3, 8), (8,)])
def test_concatenate_refuses_what_differs_elsewhere(other: tuple[int, ...]) -> None:
    with pytest.raises(
        ShapeError, match="Concatenate needs inputs that differ along the last axis only; it gets 4 × 4"
    ):
        layers.Concatenate().output_shape([(4, 4, 8), other])


def test_subtract_takes_two() -> None:
    three = graph(
        {"in": layers.Input(shape=(3,)), "t": layers.Tanh(), "s": layers.Sigmoid(), "minus": layers.Subtract()},
        *("in>t", "in>s", "in>minus:0", "t>minus:1", "s>minus:2"),
    )
    with pytest.raises(GraphError, match="minus"):
        Network.from_graph(three)


# Nested, with outputs that feed several layers.


def nested() -> Network:
    """Every merge in one network; the input, the tanh, the sigmoid and the product all feed several layers."""
    nodes = {
        "x": layers.Input(shape=(3,)),
        "t": layers.Tanh(),
        "s": layers.Sigmoid(),
        "product": layers.Multiply(),
        "difference": layers.Subtract(),
        "largest": layers.Maximum(),
        "mean": layers.Average(),
        "all": layers.Concatenate(),
    }
    edges = ["x>t", "x>s"]
    for target, sources in {
        "product": "t s x",
        "difference": "product t",
        "largest": "t s",
        "mean": "largest product difference",
        "all": "mean x product",
    }.items():
        edges += [f"{source}>{target}:{port}" for port, source in enumerate(sources.split())]
    return Network.from_graph(graph(nodes, *edges), dtype="float64")


def test_a_network_of_merges_is_its_formula() -> None:
    rng = np.random.default_rng(RNG_SEED)
    network = nested()
    x, grad = rng.standard_normal((5, 3)), rng.standard_normal((5, 9))
    t, s = np.tanh(x), 1 / (1 + np.exp(-x))
    dt, ds = 1 - t**2, s * (1 - s)
    product, dproduct = t * s * x, dt * s * x + t * ds * x + t * s
    largest, dlargest = np.maximum(t, s), np.where(t > s, dt, ds)
    mean = (largest + product + (product - t)) / 3
    dmean = (dlargest + dproduct + (dproduct - dt)) / 3
    assert network.forward(x, training=True) == pytest.approx(np.concatenate([mean, x, product], -1), abs=1e-14)
    of_mean, of_x, of_product = np.split(grad, 3, axis=-1)
    assert network.backward(grad) == pytest.approx(of_mean * dmean + of_x + of_product * dproduct, abs=1e-14)


def test_a_network_of_merges_has_the_slopes_that_are_measured() -> None:
    rng = np.random.default_rng(RNG_SEED)
    report = check_network(nested(), MeanSquaredError(), rng.standard_normal((4, 3)), rng.standard_normal((4, 9)))
    assert report.worst <= 1e-7


@pytest.mark.parametrize(
    ("layer", "value", "slope"),
    [
        (layers.Subtract(), lambda x: 0 * x, lambda x: 0 * x),
        (layers.Multiply(), np.square, lambda x: 2 * x),
        (layers.Average(), lambda x: x, np.ones_like),
        (layers.Maximum(), lambda x: x, np.ones_like),
    ],
    ids=lambda case: getattr(case, "key", None),
)
def test_the_same_output_at_both_ports(
    layer: Layer, value: Callable[[np.ndarray], np.ndarray], slope: Callable[[np.ndarray], np.ndarray]
) -> None:
    nodes = {"in": layers.Input(shape=(4,)), "both": layer}
    network = Network.from_graph(graph(nodes, "in>both:0", "in>both:1"), dtype="float64")
    x, grad = np.random.default_rng(RNG_SEED).standard_normal((2, 3, 4))
    assert np.array_equal(network.forward(x, training=True), value(x))
    assert network.backward(grad) == pytest.approx(grad * slope(x), rel=1e-15)
