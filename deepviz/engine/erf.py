"""The error function, which NumPy lacks: the area under the bell curve. GELU is made of it.

One polynomial serves the whole axis, so that every number takes the same path and nothing branches.
"""

from __future__ import annotations

import numpy as np
from numpy.polynomial import chebyshev

from deepviz.engine import curves
from deepviz.engine.tape import Tape, Tensor

MIDDLE = 3.75
"""The z at which t is 0."""

COEFFICIENTS = (
    1.17757893456740175408,
    -4.59005458064647733085e-3,
    -8.42491333665179155835e-2,
    5.92099399981918904981e-2,
    -2.66586684353057522774e-2,
    9.07499767070526509388e-3,
    -2.41316354041760819094e-3,
    4.90775836525808632286e-4,
    -6.9169733025012063671e-5,
    4.13902798607301016753e-6,
    7.74038306619849066863e-7,
    -2.18864010492343956615e-7,
    1.07649994656709103771e-8,
    4.52195981121828689793e-9,
    -7.75440020883135110647e-10,
    -6.31808834088668449438e-11,
    2.86879501093066989814e-11,
    1.94558685457773472295e-13,
    -9.65469674843648343890585e-13,
    3.25254814814873984154e-14,
    3.34781194828680538783e-14,
    -1.86456288041931310154e-15,
    -1.25079505306886470853e-15,
    7.41823525662404346305e-17,
    5.06814890479611131681e-17,
)
"""Chebyshev coefficients of ``(1 + 2z) exp(z^2) erfc(z)`` in ``t = (z - 3.75) / (z + 3.75)``, for all z >= 0.

The expansion is that of M. M. Shepherd and J. G. Laframboise, Mathematics of Computation 36 (1981), 249-253; the digits
were computed anew from the definition, with 50 digits. They fall so fast that 25 of them reach the last bit of float64.
"""

FAR = 28.0
"""From here on ``exp(-x^2)`` is 0 in float64, so that a number further out can be replaced by this one."""

CHUNK = 16_384
"""Numbers at a time: few enough for the intermediates to stay in the cache, enough for the calls to cost little."""


def erf(tape: Tape, x: Tensor) -> tuple[Tensor, Tensor]:
    """``erf(x) = 2 / sqrt(pi)`` times the integral of ``exp(-u^2)`` from 0 to x, and ``exp(-x^2)``.

    The second is on the way to the first, and ``2 / sqrt(pi)`` times it is the slope. The absolute error in float64 is
    below 1e-15; far out the values are exactly -1 and 1, and the bell exactly 0.

    Returns
    -------
    erf, bell
        Tensors of the shape of `x`.
    """
    size = curves.smaller(tape, tape.unary(np.abs, x), tape.constant(FAR, x.shape))
    bell = tape.unary(np.exp, tape.unary(np.negative, tape.multiply(size, size)))
    flat = [tensor.reshape(-1) for tensor in (x, size, bell)]
    result = tape.call(_Erf(tape.dtype, x.size), flat, flat[0].shape, elementwise=True)
    return result.reshape(*x.shape), bell


class _Erf:
    """The call ``erf(x)`` for flat arrays of a fixed length, given ``|x|`` and ``exp(-x^2)`` too, with room to work."""

    def __init__(self, dtype: np.dtype[np.floating], length: int) -> None:
        last = np.flatnonzero(np.abs(COEFFICIENTS) > np.finfo(dtype).eps / 8)[-1]
        polynomial = chebyshev.cheb2poly(COEFFICIENTS[: last + 1])
        # As arrays: NumPy would make one of a Python number at every call.
        self._highest, *self._others = (np.array(c, dtype) for c in polynomial[::-1])
        self._one, self._two, self._middle = (np.array(value, dtype) for value in (1.0, 2.0, MIDDLE))
        self._room = np.empty((2, min(length, CHUNK)), dtype)

    def __call__(self, x: np.ndarray, size: np.ndarray, bell: np.ndarray, out: np.ndarray) -> None:
        for start in range(0, len(x), CHUNK):
            part = slice(start, start + CHUNK)
            self._chunk(x[part], size[part], bell[part], out[part])

    def _chunk(self, x: np.ndarray, size: np.ndarray, bell: np.ndarray, out: np.ndarray) -> None:
        t, value = self._room[:, : len(x)]
        np.subtract(size, self._middle, t)
        np.add(size, self._middle, value)
        np.divide(t, value, t)
        np.multiply(t, self._highest, value)
        for coefficient in self._others[:-1]:
            np.add(value, coefficient, value)
            np.multiply(value, t, value)
        np.add(value, self._others[-1], value)
        np.multiply(value, bell, value)
        np.multiply(size, self._two, t)
        np.add(t, self._one, t)
        np.divide(value, t, value)  # erfc(|x|)
        np.subtract(self._one, value, value)
        np.copysign(value, x, out)  # the only write: `out` may lie where an argument lies
