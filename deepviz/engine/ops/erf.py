"""The error function, which NumPy lacks: the area under the bell curve. GELU is made of it.

It is a tanh whose inside bends a little: ``erf(x) = tanh(x N(x^2) / D(x^2))`` with two polynomials of positive numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from deepviz.engine.tape import Tape, Tensor


class Table(NamedTuple):
    """The coefficients of N and D, of the highest power first, and from where on erf is 1 to the last bit."""

    above: Sequence[float]
    below: Sequence[float]
    end: float


FLOAT32 = Table(
    above=(2.1673083081793022435e-3, 4.255522415787391292e-2, 2.7976116311983577190e-1, 1.1283791938684414299),
    below=(3.226453571219319212e-4, 2.3612253548240864789e-2, 1.5685228232304094436e-1, 1.0),
    end=4.1,
)
FLOAT64 = Table(
    above=(
        2.8046964926398050047e-9,
        4.3946149924416864558e-7,
        1.4557963251672954514e-5,
        2.5499892996293608370e-4,
        2.9977854428697949686e-3,
        2.3853955273724707607e-2,
        1.3681939960408677015e-1,
        4.8715786452205155800e-1,
        1.1283791670955104572,
    ),
    below=(
        1.5263242499794597464e-10,
        9.0341197610017589506e-8,
        5.4377706112171197392e-6,
        1.106024876725203409e-4,
        1.5656576343578884965e-3,
        1.3491458120650990543e-2,
        9.0411845557780942100e-2,
        3.4065256824037020308e-1,
        1.0,
    ),
    end=5.9,
)


def erf(tape: Tape, x: Tensor) -> tuple[Tensor, Tensor]:
    """``erf(x) = 2 / sqrt(pi)`` times the integral of ``exp(-u^2)`` from 0 to x, and ``exp(-x^2)``.

    ``artanh(erf(x))`` is odd and smooth, about ``1.128 x`` near 0 and ``x^2 / 2`` far out, and there an error in it
    hardly matters, because tanh is flat. So few coefficients do. They are those for which the largest absolute error of
    erf is smallest (Lawson's iteration of 1961, with 50 digits): 3e-9 in float32 and 1.3e-16 in float64; rounding takes
    that to 1.2e-7 and 4e-16. The error relative to erf is below 3e-7 and 3e-15 everywhere, near 0 too. All numbers take
    the same path, in few passes over the array; the usual way (Cody 1969) is three formulas for three ranges.

    Returns
    -------
    erf, bell
        Tensors of the shape of `x`. ``2 / sqrt(pi)`` times the bell is the slope of erf.
    """
    table = FLOAT32 if tape.dtype == np.float32 else FLOAT64
    squared = tape.multiply(x, x)
    bell = tape.unary(np.exp, tape.unary(np.negative, squared))
    z = tape.minimum(squared, tape.constant(table.end**2, like=x))  # further out the powers would be too large
    ratio = tape.divide(_polynomial(tape, z, table.above), _polynomial(tape, z, table.below))
    return tape.unary(np.tanh, tape.multiply(x, ratio)), bell


def _polynomial(tape: Tape, z: Tensor, coefficients: Sequence[float]) -> Tensor:
    """Horner's rule: ``((c_n z + ...) z + c_1) z + c_0``."""
    highest, *others, last = coefficients
    value = tape.multiply(z, highest)
    for coefficient in others:
        value = tape.multiply(tape.add(value, coefficient), z)
    return tape.add(value, last)
