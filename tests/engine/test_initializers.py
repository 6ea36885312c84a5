"""Initializers: the variances of their papers, within what chance allows for the number of draws."""

from __future__ import annotations

import numpy as np
import pytest

from deepviz.engine import Network, layers
from deepviz.engine.initializers import INITIALIZERS, initial

FAN_IN, FAN_OUT = 400, 300
VARIANCES = {"glorot": 2 / (FAN_IN + FAN_OUT), "he": 2 / FAN_IN, "lecun": 1 / FAN_IN}


def drawn(name: str, seed: int = 0) -> np.ndarray:
    return initial(name, (FAN_IN, FAN_OUT), np.random.default_rng(seed), FAN_IN, FAN_OUT)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", [name for name in INITIALIZERS if name != "zeros"])
def test_mean_and_variance_are_the_published_ones(name: str) -> None:
    values, variance = drawn(name), VARIANCES[name.split("_")[0]]
    n = values.size
    # Five standard errors: of the mean sqrt(variance / n), of the variance at most variance * sqrt(2 / n).
    assert abs(values.mean()) < 5 * np.sqrt(variance / n)
    assert abs(values.var() / variance - 1) < 5 * np.sqrt(2 / n)


@pytest.mark.parametrize("name", [name for name in INITIALIZERS if name != "zeros"])
def test_values_stay_within_their_bounds(name: str) -> None:
    values, variance = drawn(name), VARIANCES[name.split("_")[0]]
    if name.endswith("uniform"):
        bound, used = np.sqrt(3 * variance), 0.9999
    else:  # cut off at two standard deviations of the normal distribution before the cut
        bound, used = 2 * np.sqrt(variance) / 0.87962566103423978, 0.999
    assert used * bound < np.abs(values).max() <= bound


def test_normal_and_uniform_have_the_right_shape() -> None:
    # Kurtosis: 1.8 for a uniform distribution; about 2.37 for a normal one that is cut off at two deviations.
    for name, kurtosis in (("he_uniform", 1.8), ("he_normal", 2.366)):
        values = drawn(name)
        assert np.mean(values**4) / np.mean(values**2) ** 2 == pytest.approx(kurtosis, abs=0.03)


def test_zeros_and_repeatability() -> None:
    assert not drawn("zeros").any()
    assert np.array_equal(drawn("he_normal", 4), drawn("he_normal", 4))
    assert not np.array_equal(drawn("he_normal", 4), drawn("he_normal", 5))


@pytest.mark.parametrize(("name", "activation"), [("he_normal", "ReLU"), ("he_uniform", "ReLU")])
def test_he_keeps_the_signal_alive_through_thirty_relu_layers(name: str, activation: str) -> None:
    chain = [layers.Input(shape=(128,))]
    for _ in range(30):
        chain += [layers.Dense(units=128, kernel_initializer=name), layers.registry[activation]()]
    x = np.random.default_rng(0).standard_normal((64, 128)).astype(np.float32)
    ratios = []
    for seed in range(8):
        output = Network.sequential(chain, seed=seed).forward(x)
        ratios.append(np.mean(output.astype(np.float64) ** 2) / (np.mean(x**2)))
    # With 128 units the ratio of one network strays by a factor of about exp(sqrt(30 * 5 / 128)); not so the median.
    assert 0.2 < np.median(ratios) < 2
