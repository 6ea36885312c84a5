"""Compound calls for weights that all steps of a sequence share: products with them, and the sum of their gradients.

A product has a price of its own, whatever it computes. So what is multiplied lies below each other, one product does
for inputs, biases and previous outputs, and on the way back one sum of products does for many steps.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from deepviz.engine.ops.products import SMALL_PRODUCT
from deepviz.engine.tape import Tape, Tensor

STRETCH = 2**17
"""Numbers in the gradients of a stretch of steps: half a megabyte, so that what belongs to them stays in the cache."""

COLUMNS = 512
"""Columns, one for each step and sample, that make summing up worth its while."""


class Columns:
    """What the weights of all gates are multiplied by: for each step the column ``[x_t; 1; h_(t-1)]``, once a sample.

    The inputs, a 1 for the bias and the previous outputs lie below each other, so that one product a step does for all
    three. There is no 1 if there are no biases.

    Parameters
    ----------
    x
        The inputs, (steps, features, batch).
    units
        How many outputs a step has.

    Attributes
    ----------
    all
        Array of shape (steps, features + 1 + units, batch).
    with_x, with_h
        The parts of `all` that go with the inputs and with the previous outputs; the 1 belongs to both.
    h
        Outputs, (steps + 1, units, batch), for the steps to fill; the first, before all steps, are zero.
    """

    def __init__(self, tape: Tape, x: Tensor, units: int, use_bias: bool) -> None:
        steps, features, batch = x.shape
        start = features + use_bias
        lanes = tape.empty((steps + 1, start + units, batch))
        tape.copy(x, out=lanes[:steps, :features])
        if use_bias:
            tape.copy(tape.constant(1.0, (steps, batch)), out=lanes[:steps, features])
        tape.copy(tape.constant(0.0, (units, batch)), out=lanes[0, start:])
        self.features, self.h = features, lanes[:, start:]
        self.all, self.with_x, self.with_h = lanes[:steps], lanes[:steps, :start], lanes[:steps, features:]


class SharedGradient:
    """The gradient of weights that all steps share: the sum over all steps of ``column dz^T``."""

    def __init__(self, tape: Tape) -> None:
        self._tape = tape
        self._sum: Tensor | None = None

    def add(self, columns: Tensor, dz: Tensor) -> None:
        """Add what comes from some steps.

        Parameters
        ----------
        columns
            What the weights were multiplied by, (steps, rows, batch).
        dz
            Gradient with respect to the products, (steps, gates, units, batch).

        If that makes small products (see `products`), each step and gate has its own, with columns laid out so that
        OpenBLAS is fastest. If not, steps are summed up as samples are: with both in one axis it is a single product.
        """
        tape, (steps, rows, batch), (gates, units) = self._tape, columns.shape, dz.shape[1:3]
        if rows * units * batch <= SMALL_PRODUCT:
            lying = tape.copy(columns.transpose(0, 2, 1), tape.empty((steps, batch, rows)))
            parts = tape.matmul(lying.transpose(0, 2, 1)[:, None], dz.transpose(0, 1, 3, 2))
            joint = tape.column_sums(parts.reshape(steps, -1)).reshape(gates, rows, units).transpose(1, 0, 2)
        else:
            a = tape.copy(columns.transpose(1, 0, 2), tape.empty((rows, steps, batch)))
            d = tape.copy(dz.transpose(1, 2, 0, 3), tape.empty((gates, units, steps, batch)))
            product = tape.matmul(a.reshape(rows, -1), d.reshape(gates * units, -1).T)
            joint = product.reshape(rows, gates, units)
        self._sum = total(tape, self._sum, joint)

    def write(self, outs: Sequence[Tensor | None]) -> None:
        """Copy the gradients of what `stacked` laid below each other to where they belong."""
        assert self._sum is not None, "a sequence has a step"
        row = 0
        for out in outs:
            if out is not None:
                rows = out.shape[0] if len(out.shape) == 2 else 1
                self._tape.copy(self._sum[row : row + rows], out=out.reshape(rows, *self._sum.shape[1:]))
                row += rows


def stacked(tape: Tape, parts: Sequence[Tensor | None], columns: Sequence[tuple[slice, float]] | None = None) -> Tensor:
    """Weights below each other, to be multiplied with `Columns` in one product. What is None is left out.

    Parameters
    ----------
    parts
        W, b and U, or some of them.
    columns
        Which columns of the parts come one after the other, and what each is multiplied by; all, by 1, if left out.

    Returns
    -------
    Tensor of shape (rows of all parts, gates · units).
    """
    there = [part if len(part.shape) == 2 else part.reshape(1, -1) for part in parts if part is not None]
    width = there[0].shape[1]
    result = tape.empty((sum(part.shape[0] for part in there), width))
    row = 0
    for part in there:
        place = result[row : row + part.shape[0]]
        row, column = row + part.shape[0], 0
        for chosen, factor in columns or [(slice(0, width), 1.0)]:
            source = part[:, chosen]
            out = place[:, column : column + source.shape[1]]
            if factor == 1:
                tape.copy(source, out=out)
            else:
                tape.multiply(source, factor, out=out)
            column += source.shape[1]
    return result


def total(tape: Tape, first: Tensor | None, second: Tensor | None) -> Tensor:
    """The sum of those of two gradients that are there."""
    if first is not None and second is not None:
        return tape.add(first, second)
    there = second if first is None else first
    assert there is not None, "a gradient comes from somewhere"
    return there


def stretches(steps: int, width: int, batch: int) -> list[slice]:
    """The steps in stretches, the last steps first, for the way back.

    What is computed for many steps at once needs fewer calls. But what a stretch needs should stay in the cache, and it
    need not be there for all steps at a time. A few hundred columns at least go into one sum of products.

    Parameters
    ----------
    steps
        How many steps there are.
    width, batch
        A step's gradient has the shape (width, batch).
    """
    length = max(STRETCH // (width * batch), math.ceil(COLUMNS / batch), 1)
    return [slice(max(end - length, 0), end) for end in range(steps, 0, -length)]
