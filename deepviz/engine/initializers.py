"""First values of weights. The names and formulas are those of Keras 3; random numbers are drawn in float64.

`fan_in` is how many numbers feed one output, `fan_out` how many outputs one number feeds.
"""

from __future__ import annotations

import math
from typing import Literal, get_args

import numpy as np

from deepviz.engine.shapes import Shape

InitializerName = Literal[
    "glorot_uniform", "glorot_normal", "he_uniform", "he_normal", "lecun_uniform", "lecun_normal", "zeros"
]
INITIALIZERS: tuple[InitializerName, ...] = get_args(InitializerName)

TRUNCATION_STD = 0.87962566103423978
"""Standard deviation of a standard normal variable cut off at 2: what is drawn is divided by it."""


def initial(name: InitializerName, shape: Shape, rng: np.random.Generator, fan_in: int, fan_out: int) -> np.ndarray:
    """Draw first values.

    The variance is ``2 / (fan_in + fan_out)`` for Glorot (Glorot & Bengio 2010), ``2 / fan_in`` for He (He et al. 2015)
    and ``1 / fan_in`` for LeCun (1998). Normal draws are cut off at two standard deviations and scaled so that the
    variance stays exact; uniform draws reach to ``sqrt(3 variance)``.

    Returns
    -------
    Array of `shape` in float64.
    """
    if name == "zeros":
        return np.zeros(shape)
    family, distribution = name.split("_")
    variance = {"glorot": 2 / (fan_in + fan_out), "he": 2 / fan_in, "lecun": 1 / fan_in}[family]
    if distribution == "uniform":
        limit = math.sqrt(3 * variance)
        return rng.uniform(-limit, limit, shape)
    return _truncated_normal(shape, rng) * (math.sqrt(variance) / TRUNCATION_STD)


def _truncated_normal(shape: Shape, rng: np.random.Generator) -> np.ndarray:
    """Standard normal numbers, drawn again where they lie outside -2..2."""
    values = rng.standard_normal(shape)
    while (outside := np.abs(values) > 2).any():
        values[outside] = rng.standard_normal(int(outside.sum()))
    return values
