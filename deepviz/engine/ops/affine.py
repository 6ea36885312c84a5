"""Products with a bias: what a dense layer computes, in as few calls as can be.

In a small layer the calls themselves cost more than what they compute. There the samples lie side by side in memory,
each feature in one run, so that a feature that is always 1 can lie behind the others; and the biases lie behind the
weights. One product of the two does what would take a product, a row of biases for every sample, and a sum: the "bias
trick", known as homogeneous coordinates in geometry.
"""

from __future__ import annotations

from collections.abc import Mapping

from numpy.lib.stride_tricks import as_strided

from deepviz.engine.ops.products import SMALL_PRODUCT, product_by_turned
from deepviz.engine.tape import Tape, Tensor

TURNING_PAYS = 50_000
"""Multiplications from which on turning a matrix and then multiplying is faster than multiplying rows by rows."""


def arranged(tape: Tape, x: Tensor, units: int) -> Tensor:
    """The rows of ``(n, in)`` as `affine` wants them: of a small layer, samples from outside are laid side by side."""
    is_batch = x.storage.outside and x.storage.shape[0] == x.shape[0]
    if is_batch and x.size * units <= SMALL_PRODUCT:
        return tape.copy(x, tape.empty(x.T.shape).T)
    return x


def affine(tape: Tape, x: Tensor, params: Mapping[str, Tensor]) -> Tensor:
    """``x W + b`` for x of shape (n, in), or ``[x 1] [W; b]`` in a small layer. A layer may have no ``b``."""
    joined = _joined(tape, x, params)
    if joined is not None:
        return tape.product(*joined, like=x)
    y = product_like(tape, x, x, params["W"])
    return tape.add(y, params["b"]) if "b" in params else y


def affine_grads(tape: Tape, x: Tensor, grad: Tensor, grads: Mapping[str, Tensor]) -> None:
    """``x^T grad`` for W and the sums of `grad` over the rows for b, or ``[x 1]^T grad`` for both in a small layer."""
    joined = _joined(tape, x, grads)
    if joined is not None:
        x_and_ones, both = joined
        turning_pays = x.size * both.shape[1] >= TURNING_PAYS
        tape.matmul(x_and_ones.T, tape.in_order(grad) if turning_pays else grad, out=both)
    else:
        tape.matmul(x.T, grad, out=grads["W"])
        if "b" in grads:
            tape.column_sums(grad, out=grads["b"])


def product_like(tape: Tape, x: Tensor, a: Tensor, b: Tensor) -> Tensor:
    """``a b``; in a small layer it lies in memory as x does, so that the next layer finds the samples side by side."""
    if a.size * b.shape[1] <= SMALL_PRODUCT:
        return tape.product(a, b, like=x)
    return tape.matmul(a, b) if b.in_order else product_by_turned(tape, a, b.T)


def _joined(tape: Tape, x: Tensor, arrays: Mapping[str, Tensor]) -> tuple[Tensor, Tensor] | None:
    """``[x 1]`` and ``[W; b]``, if the layer is small and its arrays lie so in memory."""
    weights, bias = arrays["W"], arrays.get("b")
    if bias is None or not (weights.storage.outside and bias.storage.outside):
        return None
    above, below = weights.array(), bias.array()
    if below.ctypes.data != above.ctypes.data + above.nbytes or x.size * weights.shape[1] > SMALL_PRODUCT:
        return None
    x_and_ones = tape.with_ones(x)
    if x_and_ones is None:
        return None
    return x_and_ones, tape.external(as_strided(above, (above.shape[0] + 1, above.shape[1])))
