"""Products in blocks: whatever the sizes and however the matrices lie, they are the plain products."""

from __future__ import annotations

import numpy as np
import pytest

from deepviz.engine.ops.products import FEWEST_ROWS, SMALL_PRODUCT, product, product_by_turned, product_of_columns
from deepviz.engine.replay import CompiledTape
from deepviz.engine.tape import Tape, Tensor

SIZES = [
    (1, 1, 1),
    (5, 3, 2),
    (1024, 64, 64),
    (1000, 100, 100),
    (1021, 64, 64),
    (256, 93, 64),
    (64, 256, 64),
    (40, 700, 3),
]
"""Rows, what is summed over, columns."""


def matrix(tape: Tape, rows: int, columns: int, transposed: bool) -> Tensor:
    """A matrix of random numbers, as it is or as a view of one that lies the other way."""
    rng = np.random.default_rng(rows + columns)
    array = rng.standard_normal((columns, rows) if transposed else (rows, columns))
    tensor = tape.external(array)
    return tensor.T if transposed else tensor


def replayed(tape: Tape, result: Tensor) -> tuple[np.ndarray, CompiledTape]:
    compiled = tape.compile(keep=[result])
    compiled.replay()
    return compiled[result], compiled


def largest_product(compiled: CompiledTape) -> int:
    """Multiplications in the largest product that is done at once, in blocks or not."""
    products = [record for record in compiled.records if record.function is None]
    return max(record.write.shape[-1] * int(np.prod(record.reads[0].shape[-2:])) for record in products if record.write)


@pytest.mark.parametrize("a_transposed", [False, True])
@pytest.mark.parametrize("b_transposed", [False, True])
@pytest.mark.parametrize(("n", "k", "m"), SIZES)
def test_product(n: int, k: int, m: int, a_transposed: bool, b_transposed: bool) -> None:
    tape = Tape(np.dtype("float64"))
    a, b = matrix(tape, n, k, a_transposed), matrix(tape, k, m, b_transposed)
    result, _ = replayed(tape, product(tape, a, b))
    np.testing.assert_allclose(result, a.array() @ b.array(), rtol=0, atol=1e-11)


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize(("n", "k", "m"), [*SIZES, (64, 200, 1301), (7, 3000, 800)])
def test_product_by_turned(n: int, k: int, m: int, turned: bool) -> None:
    tape = Tape(np.dtype("float64"))
    a, b = matrix(tape, n, k, turned), matrix(tape, m, k, False)
    result, compiled = replayed(tape, product_by_turned(tape, a, b))
    np.testing.assert_allclose(result, a.array() @ b.array().T, rtol=0, atol=1e-11)
    assert (len(compiled.calls) > 1) == (n * k * m >= 16_000_000)


@pytest.mark.parametrize("b_transposed", [False, True])
@pytest.mark.parametrize(("n", "k", "m"), SIZES)
def test_product_of_columns(n: int, k: int, m: int, b_transposed: bool) -> None:
    tape = Tape(np.dtype("float64"))
    a, b = matrix(tape, n, k, False), matrix(tape, n, m, b_transposed)
    out = tape.input((k, m))
    result, _ = replayed(tape, product_of_columns(tape, a, b, out=out))
    np.testing.assert_allclose(result, a.array().T @ b.array(), rtol=0, atol=1e-11)


@pytest.mark.parametrize(("n", "k", "m"), [(1024, 64, 64), (1000, 100, 100), (256, 93, 64), (64, 256, 64)])
def test_blocks_make_small_products(n: int, k: int, m: int) -> None:
    tape = Tape(np.dtype("float64"))
    _, compiled = replayed(tape, product(tape, matrix(tape, n, k, False), matrix(tape, k, m, False)))
    assert n * k * m > SMALL_PRODUCT
    assert min(FEWEST_ROWS) * k * m < largest_product(compiled) <= SMALL_PRODUCT


def test_what_cannot_be_divided_is_one_product() -> None:
    tape = Tape(np.dtype("float64"))
    _, compiled = replayed(tape, product(tape, matrix(tape, 1021, 64, False), matrix(tape, 64, 64, False)))
    assert largest_product(compiled) == 1021 * 64 * 64
