"""Operators that are activations: one function of each number, and softmax."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from deepviz.engine import layers
from deepviz.engine.layer import Layer
from tests.engine.onnx.adapter import adapts, batched, run
from tests.engine.onnx.cases import Case, Inexpressible


def _selu(case: Case) -> Layer:
    # SELU's two constants are what makes it normalise itself, so the layer has no other ones.
    if {"alpha", "gamma"} & set(case.attributes):
        raise Inexpressible("alpha and gamma are not SELU's own")
    return layers.SELU()


def _swish(case: Case) -> Layer:
    case.needs(alpha=1.0)
    return layers.SiLU()


LAYERS: dict[str, Callable[[Case], Layer]] = {
    "Relu": lambda case: layers.ReLU(),
    "Sigmoid": lambda case: layers.Sigmoid(),
    "Tanh": lambda case: layers.Tanh(),
    "Softplus": lambda case: layers.Softplus(),
    "Softsign": lambda case: layers.Softsign(),
    "HardSwish": lambda case: layers.HardSwish(),
    "Mish": lambda case: layers.Mish(),
    "Identity": lambda case: layers.Identity(),
    "LeakyRelu": lambda case: layers.LeakyReLU(negative_slope=case.attribute("alpha")),
    "Elu": lambda case: layers.ELU(alpha=case.attribute("alpha")),
    "Celu": lambda case: layers.CELU(alpha=case.attribute("alpha")),
    "Gelu": lambda case: layers.GELU(approximate=case.attribute("approximate") == "tanh"),
    "Selu": _selu,
    "Swish": _swish,
}


@adapts(*LAYERS)
def activation(case: Case) -> np.ndarray:
    x = case.numbers(next(iter(case.inputs)))
    return run(LAYERS[case.op_type](case), [batched(x)]).reshape(x.shape)


@adapts("HardSigmoid")
def hard_sigmoid(case: Case) -> np.ndarray:
    # Ours clips x / 6 + 1/2 and ONNX clips alpha x + beta: the same curve for scaled and moved numbers.
    x, alpha, beta = case.numbers("X"), case.attribute("alpha"), case.attribute("beta")
    return run(layers.HardSigmoid(), [batched(6 * (alpha * x + beta - 0.5))]).reshape(x.shape)


@adapts("PRelu")
def prelu(case: Case) -> np.ndarray:
    # Lined up at the last axis; where the slopes have length 1 or no axis, one serves all.
    x, slope = case.numbers("X"), case.numbers("slope")
    slope = slope.reshape((1,) * (x.ndim - slope.ndim) + slope.shape)
    samples, slope = (x, slope[0]) if len(slope) == 1 else (x[None], slope)
    shared = tuple(axis for axis, length in enumerate(slope.shape, 1) if length == 1)
    layer = layers.PReLU(shared_axes=shared or None)
    return run(layer, [samples], {"alpha": slope}).reshape(x.shape)


@adapts("Softmax")
def softmax(case: Case) -> np.ndarray:
    x, axis = case.numbers("input"), case.attribute("axis")
    return np.moveaxis(run(layers.Softmax(), [np.moveaxis(x, axis, -1)]), -1, axis)


@adapts("Dropout")
def dropout(case: Case) -> np.ndarray:
    # Older versions of the operator have the ratio as an attribute, newer ones as an input. The seed is for training.
    case.attribute("seed")
    ratio, training = case.raw("ratio"), bool(case.raw("training_mode"))
    rate = float(case.attribute("ratio") or 0.5) if ratio is None else float(ratio)
    if training and rate > 0:
        raise Inexpressible("which numbers are dropped is up to another generator of random numbers")
    return run(layers.Dropout(rate=rate), [case.numbers("data")], training=training)
