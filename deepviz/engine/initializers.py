"""First values of weights. The names and formulas are those of Keras 3; random numbers are drawn in float64.

Layers with weights have one small field that names the way, `kernel_initializer`, and draw with
``initial(self.kernel_initializer, shape, rng, *fans(shape))``.
"""

from __future__ import annotations

import math
from typing import Literal, get_args

import numpy as np

from deepviz.engine.shapes import Shape

InitializerName = Literal[
    "glorot_uniform",
    "glorot_normal",
    "he_uniform",
    "he_normal",
    "lecun_uniform",
    "lecun_normal",
    "orthogonal",
    "random_uniform",
    "random_normal",
    "constant",
    "zeros",
    "ones",
]
INITIALIZERS: tuple[InitializerName, ...] = get_args(InitializerName)

SPREAD = 0.05
"""Keras's size where none follows from the shape: the bound of "random_uniform", the deviation of "random_normal"."""

TRUNCATION_STD = 0.87962566103423978
"""Standard deviation of a standard normal variable cut off at 2: what is drawn is divided by it."""


def fans(shape: Shape) -> tuple[int, int]:
    """How many numbers feed one output of a kernel, and how many outputs one number feeds.

    Parameters
    ----------
    shape
        ``(in, out)`` of a matrix, or ``(*window, in, out)`` of a convolution: each place of the window counts.

    Returns
    -------
    fan_in, fan_out
        As Keras counts them. For a vector both are its length, for a single number 1.
    """
    if len(shape) < 2:
        return (math.prod(shape),) * 2
    window = math.prod(shape[:-2])
    return window * shape[-2], window * shape[-1]


def initial(
    name: InitializerName, shape: Shape, rng: np.random.Generator, fan_in: int, fan_out: int, *, value: float = SPREAD
) -> np.ndarray:
    """Draw first values.

    ==========================  ==========================================================================
    glorot                      variance ``2 / (fan_in + fan_out)`` (Glorot & Bengio 2010)
    he                          variance ``2 / fan_in`` (He et al. 2015)
    lecun                       variance ``1 / fan_in`` (LeCun et al. 1998)
    orthogonal                  rows or columns of length 1 at right angles (Saxe et al. 2014)
    random_uniform              evenly from -0.05 to 0.05
    random_normal               normal with standard deviation 0.05
    constant, zeros, ones       `value` everywhere, or 0, or 1
    ==========================  ==========================================================================

    In the first three families normal draws are cut off at two standard deviations and scaled so that the variance
    stays exact; uniform draws reach to ``sqrt(3 variance)``.

    Parameters
    ----------
    name
        The way.
    shape
        Shape of the array.
    rng
        Where all chance comes from: the same state gives the same numbers.
    fan_in, fan_out
        What `fans` gives.
    value
        The constant. Keras's own default is 0, which is "zeros" already; so it is the 0.05 of the other two plain ways.

    Returns
    -------
    Array of `shape` in float64.

    Raises
    ------
    ValueError
        If the name is unknown, or an orthogonal array has fewer than two axes.
    """
    match name:
        case "zeros" | "ones" | "constant":
            return np.full(shape, {"zeros": 0.0, "ones": 1.0, "constant": value}[name], np.float64)
        case "random_uniform":
            return rng.uniform(-SPREAD, SPREAD, shape)
        case "random_normal":
            return rng.normal(0.0, SPREAD, shape)
        case "orthogonal":
            return _orthogonal(shape, rng)
    family, _, distribution = str(name).partition("_")
    variances = {"glorot": 2 / (fan_in + fan_out), "he": 2 / fan_in, "lecun": 1 / fan_in}
    if family in variances and distribution == "uniform":
        limit = math.sqrt(3 * variances[family])
        return rng.uniform(-limit, limit, shape)
    if family in variances and distribution == "normal":
        return _truncated_normal(shape, rng) * (math.sqrt(variances[family]) / TRUNCATION_STD)
    raise ValueError(f"There is no initializer {name!r}; there are {', '.join(INITIALIZERS)}.")


def _truncated_normal(shape: Shape, rng: np.random.Generator) -> np.ndarray:
    """Standard normal numbers, drawn again where they lie outside -2..2."""
    values = rng.standard_normal(shape)
    while (outside := np.abs(values) > 2).any():
        values[outside] = rng.standard_normal(int(outside.sum()))
    return values


def _orthogonal(shape: Shape, rng: np.random.Generator) -> np.ndarray:
    """A random orthogonal matrix, all equally likely, of the last axis against all others together.

    Q of the QR decomposition of a normal matrix is one, once the decomposition is made unique by a positive diagonal of
    R (Mezzadri 2007). The longer side comes first, as then all of Q's columns are at right angles.
    """
    if len(shape) < 2:
        raise ValueError(f"An orthogonal array needs at least two axes; {shape} has {len(shape)}.")
    rows, columns = math.prod(shape[:-1]), shape[-1]
    q, r = np.linalg.qr(rng.standard_normal((max(rows, columns), min(rows, columns))))
    q *= np.where(np.diagonal(r) < 0, -1.0, 1.0)
    return np.ascontiguousarray((q if rows >= columns else q.T).reshape(shape))
