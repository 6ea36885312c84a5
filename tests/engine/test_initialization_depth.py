"""Thirty layers of 512 units: signals and gradients live or die as the papers behind the initializers say.

Each chain is ``z = x W`` thirty times over with an activation in between, no biases to speak of (they start at 0), and
standard normal inputs. What is predicted is the second moment of z, which for zero-mean weights is all that matters.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
import pytest

from deepviz.engine import Network, layers
from deepviz.engine.layers.selu import ALPHA, SCALE

WIDTH, DEPTH, BATCH = 512, 30, 64


@dataclass(frozen=True)
class Signal:
    """Second moments: of z of the first and last layer, of the gradients at both ends, of each layer's ``dL/dW``."""

    first: float
    last: float
    backward: float
    weight_gradients: tuple[float, ...]
    mean: float


def second_moment(values: np.ndarray) -> float:
    return float(np.mean(values.astype(np.float64) ** 2))


@cache
def send(initializer: str, activation: str, seed: int, scale: float = 1.0) -> Signal:
    """Normal inputs through one chain, and normal gradients of variance 1 back through it."""
    dense = layers.Dense(units=WIDTH, kernel_initializer=initializer)  # type: ignore[arg-type]
    chain = [layers.Input(shape=(WIDTH,)), dense]
    chain += [layer for _ in range(DEPTH - 1) for layer in (layers.registry[activation](), dense)]
    net = Network.sequential(chain, seed=seed)
    rng = np.random.default_rng(1000 + seed)
    x = (scale * rng.standard_normal((BATCH, WIDTH))).astype(np.float32)
    z = net.forward(x, training=True).copy()
    grad = rng.standard_normal(z.shape).astype(np.float32)
    input_grad = net.backward(grad)
    return Signal(
        first=second_moment(x @ net.parameters["dense_1/W"]),
        last=second_moment(z),
        backward=second_moment(input_grad) / second_moment(grad),
        weight_gradients=tuple(second_moment(net.gradients[f"dense_{k}/W"]) for k in range(1, DEPTH + 1)),
        mean=float(z.mean(dtype=np.float64)),
    )


# Glorot and LeCun are the same for a square matrix; He is twice that; 0.05 knows nothing of the width.
GAIN = {
    "glorot_uniform": 1.0,
    "glorot_normal": 1.0,
    "lecun_uniform": 1.0,
    "lecun_normal": 1.0,
    "he_uniform": 2.0,
    "he_normal": 2.0,
    "orthogonal": 1.0,
    "random_normal": WIDTH * 0.05**2,  # 1.28
    "random_uniform": WIDTH * 0.05**2 / 3,  # 0.427
}
"""fan_in times the variance of a weight: by how much one layer multiplies the second moment."""

CURVES: dict[str, tuple[Callable[[np.ndarray], np.ndarray], Callable[[np.ndarray], np.ndarray]]] = {
    "Identity": (lambda z: z, np.ones_like),
    "ReLU": (lambda z: np.maximum(z, 0), lambda z: (z > 0).astype(float)),
    "Tanh": (np.tanh, lambda z: 1 - np.tanh(z) ** 2),
    "SELU": (
        lambda z: SCALE * np.where(z > 0, z, ALPHA * np.expm1(np.minimum(z, 0))),
        lambda z: SCALE * np.where(z > 0, 1, ALPHA * np.exp(np.minimum(z, 0))),
    ),
}


def predicted(initializer: str, activation: str) -> tuple[float, float]:
    """The ratio of z's second moment, last / first, and that of the gradient's, first / last, in infinite width.

    There each z is a normal variable sqrt(q) g, and a layer makes of it one with ``q' = gain E[f(sqrt(q) g)^2]``. Going
    back, the gradient's second moment is multiplied by ``gain`` at each matrix of weights and by ``E[f'(sqrt(q) g)^2]``
    at each activation. (Glorot & Bengio 2010 and He et al. 2015 for f linear or ReLU; Poole et al. 2016 and Schoenholz
    et al. 2017 for any.)
    """
    f, slope = CURVES[activation]
    g = np.linspace(-9, 9, 20_000)  # none of them is 0, where slopes jump
    weight = np.exp(-(g**2) / 2)
    weight /= weight.sum()
    gain = GAIN[initializer]
    q, backward = gain, gain
    for _ in range(DEPTH - 1):
        backward *= gain * float(weight @ slope(np.sqrt(q) * g) ** 2)
        q = gain * float(weight @ f(np.sqrt(q) * g) ** 2)
    return q / gain, backward


def test_the_prediction_is_the_formula_where_there_is_one() -> None:
    # A ReLU halves the second moment of a symmetric variable and of the gradient. Of each chain's layers 29 are between
    # the first z and the last one, and so are its 29 ReLUs; the gradient crosses all 30 weights.
    assert predicted("he_normal", "ReLU") == pytest.approx((1.0, 2.0), rel=1e-3)
    assert predicted("glorot_uniform", "ReLU") == pytest.approx((2.0**-29, 2.0**-29), rel=5e-3)
    assert predicted("random_normal", "ReLU") == pytest.approx((0.64**29, 1.28 * 0.64**29), rel=5e-3)
    # SELU's two numbers make (mean 0, variance 1) a fixed point. Its slope squared has the mean
    # scale^2 (1/2 + alpha^2 e^2 Phi(-2)) = 1.0716: through 29 of them gradients grow by 7.4, which is not explosion.
    assert predicted("lecun_normal", "SELU") == pytest.approx((1.0, 1.0716**29), rel=5e-3)


def test_he_keeps_signals_and_gradients_through_relu() -> None:
    # In infinite width the ratio is 1. With 512 units each ReLU layer multiplies a sample's sum of squares by a mean of
    # 512 draws of 2 max(g, 0)^2, of variance E[4 max(g, 0)^4] - 1 = 5. So the logarithm of the ratio strays by about
    # sqrt(29 * 5 / 512) = 0.53 from network to network. A batch strays hardly less than a sample (0.46 measured over 60
    # networks), as ReLU layers make all samples alike. So [0.3, 3] is 2.4 deviations to either side: one network of
    # 50 is outside, and of ten the geometric mean strays by 0.17. Gradients stray by 0.19 around a factor of 2.
    signals = [send("he_normal" if seed % 2 else "he_uniform", "ReLU", seed) for seed in range(10)]
    ratios = np.array([signal.last / signal.first for signal in signals])
    assert np.exp(np.abs(np.log(ratios).mean())) < np.exp(4 * 0.17)
    assert np.count_nonzero((ratios > 0.3) & (ratios < 3)) >= 9
    backward = np.array([signal.backward for signal in signals]) / 2
    assert np.abs(np.log(backward)).max() < 4 * 0.19
    assert np.exp(np.abs(np.log(backward).mean())) < np.exp(4 * 0.06)


@pytest.mark.parametrize(
    ("initializer", "activation", "forward_within", "backward_within"),
    [
        # How far one network may stray, as a factor: with ReLU as above. Elsewhere samples stay different, so that a
        # batch of 64 averages down what a linear layer does to one, sqrt(2 / 512); tanh and SELU correct themselves.
        ("glorot_normal", "ReLU", 5, 2.2),
        ("random_normal", "ReLU", 5, 2.2),
        ("random_uniform", "ReLU", 5, 2.2),
        ("glorot_uniform", "Tanh", 1.2, 1.3),
        ("random_normal", "Tanh", 1.15, 1.3),
        ("random_uniform", "Tanh", 1.4, 1.4),
        ("orthogonal", "Tanh", 1.1, 1.15),
        ("glorot_normal", "Identity", 1.3, 1.4),
        ("lecun_normal", "SELU", 1.15, 1.3),
    ],
)
@pytest.mark.parametrize("seed", [0, 1])
def test_what_happens_is_what_is_predicted(
    initializer: str, activation: str, forward_within: float, backward_within: float, seed: int
) -> None:
    signal, (forward, backward) = send(initializer, activation, seed), predicted(initializer, activation)
    assert signal.first == pytest.approx(GAIN[initializer], rel=0.1)
    assert 1 / forward_within < signal.last / signal.first / forward < forward_within
    assert 1 / backward_within < signal.backward / backward < backward_within


def test_glorot_fades_slowly_through_tanh_and_fixed_weights_at_once() -> None:
    # Near 0 tanh(z)^2 is about z^2 - 2 z^4 / 3, of which the mean is q - 2 q^2: so 1 / q grows by 2 a layer, from 1 to
    # about 2 * 29 = 58, and q falls like one over the depth. With a gain of 0.427 it falls by that factor each layer.
    glorot, fixed = send("glorot_uniform", "Tanh", 0), send("random_uniform", "Tanh", 0)
    assert 1 / 90 < glorot.last / glorot.first < 1 / 45
    assert 1 / 90 < glorot.backward < 1 / 30
    assert fixed.last / fixed.first < 0.427**29 < 1e-10
    assert fixed.backward < 0.427**29


def test_glorot_gives_all_weights_gradients_of_one_size() -> None:
    # Glorot & Bengio's equations 13 to 15: the second moment of dL/dW is that of the signal below times that of the
    # gradient above, and what the one has lost on its way up to a layer the other has yet to lose on its way down. (Not
    # quite: the first tanh takes a signal of variance 1 down to 0.394, but the gradient to 0.464; that adds up to 1.4.)
    signal = send("orthogonal", "Tanh", 0)
    assert max(signal.weight_gradients) / min(signal.weight_gradients) == pytest.approx(1.4, abs=0.1)
    signal = send("glorot_uniform", "Tanh", 0)
    assert max(signal.weight_gradients) / min(signal.weight_gradients) < 1.8
    fixed = send("random_uniform", "Tanh", 0)  # the same holds at any gain, though all of these have vanished
    assert max(fixed.weight_gradients) / min(fixed.weight_gradients) < 1.4
    assert max(fixed.weight_gradients) < 1e-8


@pytest.mark.parametrize("scale", [0.5, 1.0, 2.0])
def test_selu_with_lecun_returns_to_variance_one_from_anywhere(scale: float) -> None:
    # Self-normalization (Klambauer et al. 2017): the fixed point attracts. ReLU keeps the scale it is given instead.
    signal = send("lecun_normal", "SELU", 0, scale)
    assert signal.first == pytest.approx(scale**2, rel=0.05)
    assert signal.last == pytest.approx(1, rel=0.1)
    assert abs(signal.mean) < 0.03
    kept, usual = send("he_uniform", "ReLU", 0, scale), send("he_uniform", "ReLU", 0)
    assert kept.last / usual.last == pytest.approx(scale**2, rel=1e-4)


def test_orthogonal_keeps_every_length() -> None:
    signal = send("orthogonal", "Identity", 0)
    assert signal.last / signal.first == pytest.approx(1, abs=1e-5)
    assert signal.backward == pytest.approx(1, abs=1e-5)
