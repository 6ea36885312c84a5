"""Activations far out, in their tails and at their corners, in both types; and the error function against Python's."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
import pytest

from deepviz.engine import layers, ops
from deepviz.engine.layer import Layer
from deepviz.engine.layer_run import LayerRun
from deepviz.engine.layers.selu import ALPHA, SCALE
from deepviz.engine.ops import curves
from deepviz.engine.ops.erf import erf
from deepviz.engine.shapes import ShapeError
from deepviz.engine.tape import Tape, Tensor

both_types = pytest.mark.parametrize("dtype", ["float32", "float64"])


def values_and_slopes(layer: Layer, x: np.ndarray, dtype: str = "float64") -> tuple[np.ndarray, np.ndarray]:
    """Output for one sample and gradient for a gradient of ones. Whatever overflows or is undefined is an error."""
    run = LayerRun(layer, [x.shape], 1, dtype)
    run.inputs[0][...] = x
    run.output_grad[...] = 1.0
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        output = run.forward()
        run.backward()
    return output[0], run.input_grads[0][0].copy()


# What a curve and its slope are at -10,000 and at 10,000.
LIMITS = [
    (layers.Identity(), (-1e4, 1e4), (1, 1)),
    (layers.LeakyReLU(), (-3e3, 1e4), (0.3, 1)),
    (layers.LeakyReLU(negative_slope=0), (0, 1e4), (0, 1)),
    (layers.LeakyReLU(negative_slope=1), (-1e4, 1e4), (1, 1)),
    (layers.PReLU(), (0, 1e4), (0, 1)),
    (layers.ELU(), (-1, 1e4), (0, 1)),
    (layers.ELU(alpha=2.5), (-2.5, 1e4), (0, 1)),
    (layers.SELU(), (-SCALE * ALPHA, SCALE * 1e4), (0, SCALE)),
    (layers.CELU(), (-1, 1e4), (0, 1)),
    (layers.CELU(alpha=0.01), (-0.01, 1e4), (0, 1)),
    (layers.GELU(), (0, 1e4), (0, 1)),
    (layers.GELU(approximate=True), (0, 1e4), (0, 1)),
    (layers.SiLU(), (0, 1e4), (0, 1)),
    (layers.Mish(), (0, 1e4), (0, 1)),
    (layers.Softplus(), (0, 1e4), (0, 1)),
    (layers.Softsign(), (-1e4 / 10_001, 1e4 / 10_001), (1 / 10_001 / 10_001,) * 2),
    (layers.HardSigmoid(), (0, 1), (0, 0)),
    (layers.HardSwish(), (0, 1e4), (0, 1)),
]


@both_types
@pytest.mark.parametrize(("layer", "values", "slopes"), LIMITS, ids=lambda value: getattr(value, "key", None))
def test_far_out_the_limits_are_exact(
    layer: Layer, values: tuple[float, float], slopes: tuple[float, float], dtype: str
) -> None:
    got, got_slopes = values_and_slopes(layer, np.array([-1e4, 1e4]), dtype)
    rounding = 0 if dtype == "float64" else 1e-6
    assert got == pytest.approx(np.array(values), rel=rounding, abs=0)
    assert got_slopes == pytest.approx(np.array(slopes), rel=rounding, abs=0)


@pytest.mark.parametrize(
    "layer",
    [layer for layer, *_ in LIMITS],
    ids=lambda layer: layer.key,
)
def test_both_types_agree_everywhere(layer: Layer) -> None:
    x = np.concatenate([np.linspace(-1e4, 1e4, 5003), np.linspace(-50, 50, 5003)]).astype(np.float32)
    x = x[np.abs(np.abs(x) - 3) > 1e-3]  # where a hard curve has its corners a rounding decides
    exact, exact_slopes = values_and_slopes(layer, x)
    rounded, rounded_slopes = values_and_slopes(layer, x, "float32")
    np.testing.assert_allclose(rounded, exact, rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(rounded_slopes, exact_slopes, rtol=1e-6, atol=5e-6)


@pytest.mark.parametrize("layer", [layers.SiLU(), layers.Mish(), layers.Softplus()], ids=lambda layer: layer.key)
def test_exponential_tails_keep_their_digits(layer: Layer) -> None:
    x = np.linspace(-80, -5, 151).astype(np.float32)
    growth = np.exp(x.astype(np.float64))
    factors = {"SiLU": x / (1 + growth), "Mish": x * (growth + 2) / (growth * (growth + 2) + 2)}
    exact = growth * factors.get(layer.key, np.log1p(growth) / growth)
    rounded, slopes = values_and_slopes(layer, x, "float32")
    assert rounded == pytest.approx(exact, rel=2e-6, abs=0)
    assert np.all(slopes != 0)


@both_types
def test_corners_belong_to_the_side_below(dtype: str) -> None:
    for layer, slope in (
        (layers.LeakyReLU(), 0.3),
        (layers.PReLU(), 0.0),
        (layers.ELU(alpha=2), 2.0),
        (layers.SELU(), SCALE * ALPHA),
    ):
        values, slopes = values_and_slopes(layer, np.array([-0.0, 0.0]), dtype)
        assert np.array_equal(values, [0, 0])
        assert slopes == pytest.approx(np.full(2, slope), rel=1e-6)
    for layer in (layers.HardSigmoid(), layers.HardSwish()):
        _, slopes = values_and_slopes(layer, np.array([-3.0, 3.0]), dtype)
        assert np.array_equal(slopes, [0, 0 if layer.key == "HardSigmoid" else 1])


@both_types
def test_softmax_of_huge_numbers(dtype: str) -> None:
    x = np.array([[1e4, -1e4, 1e4], [-1e4, -1e4, -1e4], [0.0, 0.0, 1e4]])
    values, slopes = values_and_slopes(layers.Softmax(), x, dtype)
    assert values == pytest.approx(np.array([[0.5, 0, 0.5], [1 / 3] * 3, [0, 0, 1]]), rel=1e-6, abs=0)
    assert slopes == pytest.approx(np.zeros((3, 3)), abs=1e-6)  # the probabilities' sum cannot change


@pytest.mark.parametrize("length", [1, 2, 32, 33, 100])
def test_softmax_of_any_length_sums_to_one(length: int) -> None:
    x = np.random.default_rng(0).standard_normal((3, 4, length))
    values, _ = values_and_slopes(layers.Softmax(), x)
    assert values == pytest.approx(np.exp(x) / np.exp(x).sum(axis=-1, keepdims=True), abs=1e-14)
    assert values.sum(axis=-1) == pytest.approx(np.ones((3, 4)), abs=1e-14)


def test_selu_keeps_mean_and_variance() -> None:
    x = np.random.default_rng(0).standard_normal(1_000_000)
    values, _ = values_and_slopes(layers.SELU(), x)
    assert values.mean() == pytest.approx(0, abs=0.005)
    assert values.var() == pytest.approx(1, abs=0.005)


@pytest.mark.parametrize(
    ("shared_axes", "shape"),
    [
        (None, (4, 3, 2)),
        ((1,), (1, 3, 2)),
        ((1, 2), (1, 1, 2)),
        ((2, 1), (1, 1, 2)),
        ((3,), (4, 3, 1)),
        ((1, 3), (1, 3, 1)),
    ],
)
def test_prelu_sums_the_gradient_of_shared_slopes(shared_axes: tuple[int, ...] | None, shape: tuple[int, ...]) -> None:
    layer = layers.PReLU(shared_axes=shared_axes)
    assert layer.parameter_shapes([(4, 3, 2)]) == {"alpha": shape}
    assert np.array_equal(layer.init_params([(4, 3, 2)], np.random.default_rng(0))["alpha"], np.zeros(shape))
    rng = np.random.default_rng(1)
    run = LayerRun(layer, [(4, 3, 2)], 5)
    for array in (run.inputs[0], run.parameters["alpha"], run.output_grad):
        array[...] = rng.standard_normal(array.shape)
    x, alpha, grad = run.inputs[0], run.parameters["alpha"], run.output_grad
    assert np.array_equal(run.forward(), np.where(x > 0, x, alpha * x))
    run.backward()
    assert np.array_equal(run.input_grads[0], np.where(x > 0, grad, alpha * grad))
    axes = (0, *(shared_axes or ()))
    wanted = np.where(x > 0, 0, x * grad).sum(axis=axes, keepdims=True)[0]
    assert run.parameter_grads["alpha"] == pytest.approx(wanted, abs=1e-13)


def test_prelu_refuses_axes_that_are_not_there() -> None:
    with pytest.raises(ShapeError, match="PReLU shares its slopes along axis 2, which 5 does not have"):
        layers.PReLU(shared_axes=(1, 2)).output_shape([(5,)])


# The error function.


def evaluate(function: Callable[[Tape, Tensor], Sequence[Tensor]], x: np.ndarray, dtype: str) -> list[np.ndarray]:
    """What a compound call gives for some numbers. Whatever overflows or is undefined is an error."""
    tape = Tape(np.dtype(dtype))
    data = tape.input(x.shape)
    results = function(tape, data)
    compiled = tape.compile(results)
    compiled[data][...] = x
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        compiled.replay()
    return [compiled[result].copy() for result in results]


def erf_and_bell(x: np.ndarray, dtype: str = "float64") -> list[np.ndarray]:
    return evaluate(erf, x, dtype)


@pytest.mark.parametrize(("dtype", "absolute", "relative"), [("float32", 1.5e-7, 3e-7), ("float64", 4e-16, 3e-15)])
def test_erf_is_the_one_of_the_standard_library(dtype: str, absolute: float, relative: float) -> None:
    # Absolute: two roundings of a number near 1. Relative: a few more, as the polynomials and tanh add theirs near 0.
    x = np.concatenate([np.linspace(-7, 7, 20_001), np.geomspace(1e-18, 1e18, 601)]).astype(dtype)
    area, bell = erf_and_bell(x, dtype)
    exact = np.array([math.erf(value) for value in x])
    assert np.abs(area - exact).max() < absolute
    assert np.abs(area / np.where(exact == 0, 1, exact) - 1)[exact != 0].max() < relative
    assert np.abs(bell - np.exp(-(np.minimum(np.abs(x), 30).astype(np.float64) ** 2))).max() < absolute


@both_types
def test_erf_never_falls(dtype: str) -> None:
    # Between neighbours a rounding may go the wrong way, by a few units in the last place; but nothing is patched
    # together here, so there is no seam where it could fall by more.
    area, _ = erf_and_bell(np.linspace(-7, 7, 200_001), dtype)
    assert np.diff(area).min() > -4 * np.finfo(dtype).eps


@both_types
def test_erf_is_odd_and_ends_at_one(dtype: str) -> None:
    x = np.linspace(0, 10, 1001).reshape(7, 11, 13)
    area, _ = erf_and_bell(x, dtype)
    assert np.array_equal(erf_and_bell(-x, dtype)[0], -area)
    far, bell = erf_and_bell(np.array([-np.inf, -1e4, -6, 6, 1e4, np.inf]), dtype)
    assert np.array_equal(far, [-1, -1, -1, 1, 1, 1])
    assert np.array_equal(bell[[0, 1, 4, 5]], [0, 0, 0, 0])
    assert np.isnan(erf_and_bell(np.array([np.nan, 0.0]))[0]).tolist() == [True, False]


# Compound calls.


@pytest.mark.parametrize(("dtype", "rounding"), [("float32", 4e-7), ("float64", 1e-15)])
def test_exp_minus_one_keeps_its_digits_near_zero(dtype: str, rounding: float) -> None:
    x = -np.geomspace(1e-30, 100, 2001).astype(dtype)
    (values,) = evaluate(lambda tape, x: [curves.exp_minus_one(tape, x)], x, dtype)
    assert values == pytest.approx(np.expm1(x.astype(np.float64)), rel=rounding, abs=0)
    ends = evaluate(lambda tape, x: [curves.exp_minus_one(tape, x)], np.array([-np.inf, -1e4, -0.0, 0.0]), dtype)[0]
    assert np.array_equal(ends, [-1, -1, 0, 0])


@both_types
@pytest.mark.parametrize(("below", "above"), [(0.0, 1.0), (0.3, 1.0), (1.0, 1.0), (2.5, 1.0), (1.76, 1.05), (0.1, 0.7)])
def test_a_step_has_two_exact_values(below: float, above: float, dtype: str) -> None:
    tiny = np.finfo(dtype).smallest_subnormal
    x = np.array([-np.inf, -1e4, -tiny, -0.0, 0.0, tiny, 1.0, np.inf])
    (values,) = evaluate(lambda tape, x: [curves.step(tape, x, below, above)], x, dtype)
    assert np.array_equal(values, np.array([below] * 5 + [above] * 3, dtype))


@pytest.mark.parametrize("order", [(0, 1, 2, 3), (1, 2, 3, 0), (3, 0, 1, 2)])
@pytest.mark.parametrize("shape", [(3, 40, 30, 8), (3, 2, 2, 8)])
def test_relu_takes_large_samples_however_they_lie(shape: tuple[int, ...], order: tuple[int, ...]) -> None:
    tape = Tape(np.dtype("float32"))
    numbers = np.random.default_rng(0).standard_normal([shape[axis] for axis in order], np.float32)
    x = tape.external(numbers).transpose(*np.argsort(order))
    y = ops.relu(tape, x)
    assert y.memory_axes == x.memory_axes
    compiled = tape.compile(keep=[y])
    compiled.replay()
    np.testing.assert_array_equal(compiled[y], np.maximum(x.array(), 0))
