"""Matrix products in blocks: several small products in one call, which OpenBLAS does faster than a large one.

Up to a million multiplications OpenBLAS takes both matrices as they lie; beyond, it first copies them into another
order, which costs a fifth of the time of the products that networks of moderate width are made of.
"""

from __future__ import annotations

from deepviz.engine.tape import Tape, Tensor

SMALL_PRODUCT = 1_000_000
"""Multiplications of numbers up to which a product is small."""

FEW_COLUMNS, FEWEST_ROWS = 64, (16, 32)
"""Rows that a block has at least, with few columns and with more: smaller blocks are no faster than the whole."""

LARGE_PRODUCT = 16_000_000
"""Multiplications from which on turning a result around costs little beside them."""
STRIP = 32
"""Rows that are turned at a time."""


def product(tape: Tape, a: Tensor, b: Tensor, out: Tensor | None = None) -> Tensor:
    """``a b`` of ``(n, k)`` and ``(k, m)``: ``(n, m)``, computed in blocks of rows of `a`."""
    (n, k), m = a.shape, b.shape[1]
    rows = _block(n, k, m)
    if rows == n:
        return tape.matmul(a, b, out)
    out = tape.empty((n, m)) if out is None else out
    b = tape.in_order(b)  # a small product takes it as it lies, and as a transposed view that is slow
    tape.matmul(a.reshape(-1, rows, k), b, out=out.reshape(-1, rows, m))
    return out


def product_of_columns(tape: Tape, a: Tensor, b: Tensor, out: Tensor | None = None) -> Tensor:
    """``a^T b`` of ``(n, k)`` and ``(n, m)``: ``(k, m)``, computed as a sum over blocks of rows."""
    (n, k), m = a.shape, b.shape[1]
    rows = _block(n, k, m)
    if rows == n:
        return tape.matmul(a.T, b, out)
    out = tape.empty((k, m)) if out is None else out
    parts = tape.matmul(a.reshape(-1, rows, k).transpose(0, 2, 1), b.reshape(-1, rows, m))
    tape.column_sums(parts.reshape(-1, k * m), out=out.reshape(k * m))
    return out


def product_by_turned(tape: Tape, a: Tensor, b: Tensor) -> Tensor:
    """``a b^T`` of ``(n, k)`` and ``(m, k)``: ``(n, m)``; if it is large as ``(b a^T)^T``, turned around afterwards.

    OpenBLAS is slower, by a tenth to a third, where the larger matrix is the transposed one. The result is turned in
    strips, whose columns lie close enough together to be still in the cache for the next row.
    """
    (n, k), m = a.shape, b.shape[0]
    if n * k * m < LARGE_PRODUCT or m < n:
        return tape.matmul(a, b.T)
    turned, out = tape.matmul(b, a.T), tape.empty((n, m))
    for start in range(0, m, STRIP):
        strip = slice(start, start + STRIP)
        tape.copy(turned[strip].T, out[:, strip])
    return out


def _block(n: int, k: int, m: int) -> int:
    """How many of n rows a block has: as many as make a small product.

    All blocks have equally many rows. If that is not possible, all rows are one block.
    """
    most, fewest = SMALL_PRODUCT // (k * m), FEWEST_ROWS[m > FEW_COLUMNS]
    return next((rows for rows in range(min(most, n), fewest - 1, -1) if n % rows == 0), n)
