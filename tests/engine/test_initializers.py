"""Initializers: the moments of their papers, within what chance allows for the number of draws."""

from __future__ import annotations

import math

import numpy as np
import pytest

from deepviz.engine import layers
from deepviz.engine.initializers import INITIALIZERS, InitializerName, fans, initial

SHAPE = (3, 5, 200, 600)
"""A convolution's kernel: 1.8 million draws. The three fans, in, out and their mean, differ widely."""

FAN_IN, FAN_OUT = 3 * 5 * 200, 3 * 5 * 600

CUT = 0.87962566103423978
"""Standard deviation of a normal variable cut off at 2."""

CUT_KURTOSIS = 2.366
"""Its fourth moment over the second squared: m2 = 1 - 4 phi(2) / Z and m4 = 3 m2 - 16 phi(2) / Z with Z = 0.9545."""

UNIFORM_KURTOSIS, NORMAL_KURTOSIS = 1.8, 3.0

DRAWN: list[tuple[InitializerName, float, float, float]] = [
    # name, variance, kurtosis, bound
    ("glorot_uniform", 2 / (FAN_IN + FAN_OUT), UNIFORM_KURTOSIS, math.sqrt(6 / (FAN_IN + FAN_OUT))),
    ("glorot_normal", 2 / (FAN_IN + FAN_OUT), CUT_KURTOSIS, 2 * math.sqrt(2 / (FAN_IN + FAN_OUT)) / CUT),
    ("he_uniform", 2 / FAN_IN, UNIFORM_KURTOSIS, math.sqrt(6 / FAN_IN)),
    ("he_normal", 2 / FAN_IN, CUT_KURTOSIS, 2 * math.sqrt(2 / FAN_IN) / CUT),
    ("lecun_uniform", 1 / FAN_IN, UNIFORM_KURTOSIS, math.sqrt(3 / FAN_IN)),
    ("lecun_normal", 1 / FAN_IN, CUT_KURTOSIS, 2 * math.sqrt(1 / FAN_IN) / CUT),
    ("random_uniform", 0.05**2 / 3, UNIFORM_KURTOSIS, 0.05),
    ("random_normal", 0.05**2, NORMAL_KURTOSIS, math.inf),
]
PLAIN: list[tuple[InitializerName, float]] = [("zeros", 0.0), ("ones", 1.0), ("constant", 0.05)]


def draw(name: InitializerName, shape: tuple[int, ...] = SHAPE, seed: int = 0) -> np.ndarray:
    return initial(name, shape, np.random.default_rng(seed), *fans(shape))


@pytest.mark.parametrize(("name", "variance", "kurtosis", "bound"), DRAWN, ids=[case[0] for case in DRAWN])
def test_moments_and_bounds_are_the_published_ones(
    name: InitializerName, variance: float, kurtosis: float, bound: float
) -> None:
    values = draw(name)
    n = values.size
    # Five standard errors: of the mean sqrt(variance / n), of the variance its share sqrt((kurtosis - 1) / n), which is
    # 0.4 % here, of skewness and kurtosis at most sqrt(6 / n) and sqrt(24 / n), those of a normal variable.
    assert values.shape == SHAPE
    assert values.dtype == np.float64
    assert abs(values.mean()) < 5 * math.sqrt(variance / n)
    assert abs(values.var() / variance - 1) < 5 * math.sqrt((kurtosis - 1) / n)
    standard = values / math.sqrt(variance)
    assert abs(np.mean(standard**3)) < 5 * math.sqrt(15 / n)
    assert np.mean(standard**4) == pytest.approx(kurtosis, abs=5 * math.sqrt(96 / n))
    largest = np.abs(values).max()
    assert largest <= bound
    assert largest > 0.999 * bound or bound == math.inf


def test_every_name_is_tested() -> None:
    assert {*INITIALIZERS} == {case[0] for case in DRAWN} | {case[0] for case in PLAIN} | {"orthogonal"}


@pytest.mark.parametrize(("name", "value"), PLAIN)
def test_plain_values(name: InitializerName, value: float) -> None:
    assert np.array_equal(draw(name, (2, 3)), np.full((2, 3), value))


def test_a_constant_can_be_chosen() -> None:
    values = initial("constant", (2, 2), np.random.default_rng(0), 2, 2, value=-3)
    assert np.array_equal(values, np.full((2, 2), -3.0))
    assert values.dtype == np.float64


@pytest.mark.parametrize("name", INITIALIZERS)
def test_chance_comes_from_rng_alone(name: InitializerName) -> None:
    shape = (4, 6)
    np.random.seed(1)
    first = draw(name, shape, seed=4)
    np.random.seed(2)
    assert np.array_equal(first, draw(name, shape, seed=4))
    drawn = name not in {case[0] for case in PLAIN}
    assert np.array_equal(first, draw(name, shape, seed=5)) == (not drawn)
    rng = np.random.default_rng(4)
    initial(name, shape, rng, *fans(shape))
    again = initial(name, shape, rng, *fans(shape))
    assert np.array_equal(first, again) == (not drawn), "a second draw goes on where the first stopped"


# Orthogonal matrices.


@pytest.mark.parametrize("shape", [(5, 5), (40, 7), (7, 40), (1, 9), (9, 1), (3, 5, 4, 10), (3, 3, 2, 64), (2, 3, 4)])
def test_orthogonal_directions_have_length_one_and_right_angles(shape: tuple[int, ...]) -> None:
    values = draw("orthogonal", shape)
    assert values.shape == shape
    matrix = values.reshape(-1, shape[-1])
    product = matrix.T @ matrix if matrix.shape[0] >= matrix.shape[1] else matrix @ matrix.T
    assert product == pytest.approx(np.eye(min(matrix.shape)), abs=1e-14)


def test_orthogonal_matrices_are_all_equally_likely() -> None:
    # For a matrix drawn evenly (by Haar's measure) of n x n entries each entry has mean 0, variance 1 / n and fourth
    # moment 3 / (n (n + 2)), and its trace has mean 0 and variance 1. Without the correction of signs all this fails:
    # LAPACK makes the diagonal of R negative, and entries on Q's diagonal lean to one side.
    n, draws = 3, 8_000
    rng = np.random.default_rng(0)
    matrices = np.array([initial("orthogonal", (n, n), rng, n, n) for _ in range(draws)])
    assert np.abs(matrices.mean(axis=0)).max() < 5 * math.sqrt(1 / n / draws)
    fourth = 3 / (n * (n + 2))
    assert np.abs((matrices**2).mean(axis=0) - 1 / n).max() < 5 * math.sqrt((fourth - 1 / n**2) / draws)
    assert np.abs((matrices**4).mean(axis=0) - fourth).max() < 5 * math.sqrt(1 / 9 / draws)  # E q^8 = 1 / 9 for n = 3
    traces = np.trace(matrices, axis1=1, axis2=2)
    assert abs(traces.mean()) < 5 / math.sqrt(draws)
    assert traces.var() == pytest.approx(1, abs=5 * math.sqrt(2 / draws))
    assert (np.linalg.det(matrices) > 0).mean() == pytest.approx(0.5, abs=5 * 0.5 / math.sqrt(draws))


@pytest.mark.parametrize("shape", [(), (4,)])
def test_orthogonal_needs_two_axes(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="at least two axes"):
        draw("orthogonal", shape)


@pytest.mark.parametrize("name", ["magic", "he", "he_magic", "magic_normal", "uniform"])
def test_an_unknown_name_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match=f"no initializer '{name}'; there are glorot_uniform"):
        initial(name, (2, 2), np.random.default_rng(0), 2, 2)  # type: ignore[arg-type]


# Fans.


@pytest.mark.parametrize(
    ("shape", "wanted"),
    [
        ((), (1, 1)),
        ((7,), (7, 7)),
        ((7, 11), (7, 11)),
        ((5, 7, 11), (5 * 7, 5 * 11)),
        ((3, 5, 7, 11), (15 * 7, 15 * 11)),
    ],
)
def test_fans_are_those_of_keras(shape: tuple[int, ...], wanted: tuple[int, int]) -> None:
    assert fans(shape) == wanted


@pytest.mark.parametrize("name", INITIALIZERS)
def test_a_layer_names_any_of_them(name: InitializerName) -> None:
    layer = layers.Dense(units=6, kernel_initializer=name)
    weights = layer.init_params([(4,)], np.random.default_rng(3))["W"]
    assert np.array_equal(weights, initial(name, (4, 6), np.random.default_rng(3), 4, 6))
    assert type(layer).model_validate_json(layer.model_dump_json()) == layer
