"""Tensors: views of storages, and the order in which their numbers lie in memory."""

from __future__ import annotations

import numpy as np
import pytest

from deepviz.engine.tape import Tape, Tensor

FLOAT32 = np.dtype(np.float32)


def counted(tape: Tape, shape: tuple[int, ...]) -> Tensor:
    """A tensor from outside that holds 0, 1, 2, ..."""
    return tape.external(np.arange(np.prod(shape), dtype=tape.dtype).reshape(shape))


def test_views_show_what_numpy_shows() -> None:
    x = counted(Tape(FLOAT32), (4, 6, 5))
    array = np.arange(120, dtype=np.float32).reshape(4, 6, 5)
    for view, wanted in (
        (x[1], array[1]),
        (x[:, ::2, -1], array[:, ::2, -1]),
        (x.transpose(2, 0, 1), array.transpose(2, 0, 1)),
        (x[1:3].transpose(1, 2, 0)[0], array[1:3].transpose(1, 2, 0)[0]),
        (x.reshape(8, -1)[3:], array.reshape(8, 15)[3:]),
        (x[0, 0].windows((3, 3), (4, 4)), np.lib.stride_tricks.sliding_window_view(array[0, 0], 3)),
        (x.as_integers(), array.view(np.int32)),
    ):
        assert view.shape == wanted.shape
        assert view.strides == wanted.strides
        assert view.in_order == wanted.flags.c_contiguous
        assert np.array_equal(view.array(), wanted)
        assert np.shares_memory(view.array(), x.array())


def test_what_would_take_a_copy_is_refused() -> None:
    x = counted(Tape(FLOAT32), (4, 6))
    for tensor in (x.T, x[:, :3]):
        with pytest.raises(ValueError, match="takes a copy"):
            tensor.reshape(-1)
    assert x[1:3].reshape(-1).shape == (12,)


def test_in_order_copies_only_what_lies_otherwise() -> None:
    tape = Tape(FLOAT32)
    x = counted(tape, (4, 6))
    assert tape.in_order(x) is x
    copied = tape.in_order(x.T)
    compiled = tape.compile([copied])
    compiled.replay()
    assert copied.in_order
    assert np.array_equal(compiled[copied], x.array().T)


def test_elementwise_results_lie_as_their_first_argument_does() -> None:
    tape = Tape(FLOAT32)
    x = counted(tape, (4, 6, 5)).transpose(1, 2, 0)
    row = tape.external(np.arange(4, dtype=np.float32))
    y = tape.add(row, x)
    z = tape.unary(np.tanh, y)
    assert y.strides == x.strides == z.strides
    compiled = tape.compile([y, z])
    compiled.replay()
    assert np.array_equal(compiled[y], x.array() + row.array())
    assert np.array_equal(compiled[z], np.tanh(compiled[y]))


def test_in_place_happens_in_any_order_of_memory() -> None:
    tape = Tape(FLOAT32)
    y = tape.unary(np.exp, tape.unary(np.tanh, counted(tape, (40, 60)).T))
    compiled = tape.compile([y])
    assert compiled.nbytes == 40 * 60 * 4, "the second result takes the place of the first"


def test_a_storage_can_be_filled_part_by_part() -> None:
    tape = Tape(FLOAT32)
    whole = tape.empty((3, 4))
    for row in range(3):
        tape.add(tape.constant(float(row), (4,)), 1.0, out=whole[row])
    after = tape.multiply(whole, 2.0)
    compiled = tape.compile([after])
    compiled.replay()
    assert np.array_equal(compiled[after], [[2.0] * 4, [4.0] * 4, [6.0] * 4])


def test_borders_stay_zero_and_dead_writes_to_them_are_dropped() -> None:
    tape = Tape(FLOAT32)
    padded, unread = tape.zeros((6, 6)), tape.zeros((6, 6))
    x = counted(tape, (4, 4))
    tape.copy(x, out=padded[1:-1, 1:-1])
    tape.copy(x, out=unread[1:-1, 1:-1])
    total = tape.multiply(padded, 1.0)
    compiled = tape.compile([total])
    for _ in range(3):
        compiled.replay()
    assert np.array_equal(compiled[total], np.pad(x.array(), 1))
    assert len(compiled.calls) == 2


def test_calls_are_replayed_in_the_order_of_their_phases() -> None:
    tape = Tape(FLOAT32)
    x, average = counted(tape, (2000,)), tape.external(np.zeros(2000, np.float32))
    y = tape.add(x, 1.0)
    tape.phase = "update"
    tape.copy(y, out=average)
    tape.phase = "forward"
    z = y
    for _ in range(5):
        z = tape.add(z, 1.0)
    tape.phase = "backward"
    z = tape.multiply(z, 2.0)
    compiled = tape.compile([z])
    assert [record.phase for record in compiled.records][-2:] == ["backward", "update"]
    compiled.replay()
    assert np.array_equal(average.array(), x.array() + 1), "what is read late must live so long"


def test_batched_products_and_products_into_parts() -> None:
    tape = Tape(FLOAT32)
    a, b = counted(tape, (3, 2, 4)), counted(tape, (4, 5))
    product = tape.matmul(a, b)
    columns = tape.empty((2, 10))
    tape.matmul(a[0], b, out=columns[:, :5])
    tape.matmul(a[1], b, out=columns[:, 5:])
    both = tape.multiply(columns, 1.0)
    compiled = tape.compile([product, both])
    compiled.replay()
    assert np.array_equal(compiled[product], a.array() @ b.array())
    assert np.array_equal(compiled[both], np.hstack([a.array()[0] @ b.array(), a.array()[1] @ b.array()]))


def test_dot_of_tensors_that_lie_differently() -> None:
    tape = Tape(FLOAT32)
    a, b = counted(tape, (3, 4)), counted(tape, (4, 3)).T
    value = tape.dot(a, b)
    compiled = tape.compile([value])
    compiled.replay()
    assert compiled[value] == (a.array() * b.array()).sum()


def test_random_numbers_depend_on_the_seed_alone() -> None:
    tape = Tape(FLOAT32)
    uniform, normal = tape.uniform((500, 3)), tape.normal((500,))
    kept = [tape.multiply(uniform, 1.0), tape.multiply(normal, 1.0)]
    compiled = tape.compile(kept)

    def draw(*seed: int) -> np.ndarray:
        tape.noise.start(*seed)
        compiled.replay()
        return np.concatenate([compiled[tensor].reshape(-1) for tensor in kept])

    first, other, again = draw(1, 7), draw(1, 8), draw(1, 7)
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)
    assert 0 <= first[:1500].min() < first[:1500].max() < 1
    assert abs(first[1500:].mean()) < 0.2


def test_a_settled_tensor_has_its_array_before_the_tape_is_compiled() -> None:
    tape = Tape(FLOAT32)
    x = counted(tape, (50, 50))
    total = tape.settle(tape.dot(x, tape.constant(1.0, like=x)))
    seen = total.array()
    others = [tape.unary(np.exp, tape.multiply(x, -float(number))) for number in range(3)]
    compiled = tape.compile(others)
    assert not compiled.reads(total)
    assert compiled.reads(x.T), "whoever reads the numbers reads every view of them"
    tape.compile([*others, total]).replay()
    assert seen == np.arange(2500, dtype=np.float32).sum(dtype=np.float64)


def test_a_product_lies_as_it_is_told() -> None:
    tape = Tape(FLOAT32)
    a, b, other = counted(tape, (4, 6)), counted(tape, (6, 3)), counted(tape, (5, 4))
    for like in (other, other.T):
        product = tape.product(a, b, like=like)
        tape.compile([product]).replay()
        assert product.in_order is like.in_order
        assert np.array_equal(product.array(), a.array() @ b.array())
