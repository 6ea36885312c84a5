"""The tape: what a training step does, written down once as NumPy calls and then replayed.

Layers record; nothing is computed then. `compile` finds out who writes and who reads each tensor, drops what nobody
reads, gives every tensor its place in memory, and leaves a flat list of ``(function, arguments)`` to replay.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from deepviz.engine.memory import Storage, place
from deepviz.engine.shapes import Shape

SMALL = 4096
"""Numbers in a matrix below which what a call costs is mostly the call itself."""

Phase = Literal["forward", "loss", "backward", "watch", "update"]
Call = tuple[Callable[..., Any], tuple[Any, ...]]


class Tensor:
    """An array that will exist when the tape is compiled: a shape, a type, and a view into some storage."""

    __slots__ = ("_view", "dtype", "in_order", "shape", "storage")

    def __init__(
        self,
        shape: Shape,
        dtype: np.dtype[Any],
        storage: Storage,
        view: Callable[[np.ndarray], np.ndarray] | None = None,
        in_order: bool = True,
    ) -> None:
        self.shape, self.dtype, self.storage, self._view = shape, dtype, storage, view
        self.in_order = in_order  # whether the numbers follow each other as they lie in the storage

    @property
    def size(self) -> int:
        """How many numbers it holds."""
        return int(np.prod(self.shape))

    @property
    def T(self) -> Tensor:  # noqa: N802 (NumPy's name for it)
        """The same numbers with the axes in reverse order."""
        return self._viewed(self.shape[::-1], lambda array: array.T, in_order=sum(n > 1 for n in self.shape) < 2)

    def reshape(self, *shape: int) -> Tensor:
        """The same numbers in another shape. One length may be -1.

        Raises
        ------
        ValueError
            If the shape does not fit, or the tensor is transposed: then it would take a copy, which is a call.
        """
        if not self.in_order:
            raise ValueError("A transposed tensor cannot be reshaped.")
        resolved = np.broadcast_to(np.int8(0), self.shape).reshape(shape).shape
        return self._viewed(resolved, lambda array: array.reshape(resolved))

    def as_integers(self) -> Tensor:
        """The same bits, read as signed integers of the same width."""
        return self._read_as(np.dtype(f"i{self.dtype.itemsize}"))

    def as_floats(self, dtype: np.dtype[Any]) -> Tensor:
        """The same bits, read as numbers of a type of the same width."""
        return self._read_as(dtype)

    def lies_like(self, other: Tensor) -> bool:
        """Whether equal places of the two tensors are equal places in their storages, and both fill them."""
        return (
            self.shape == other.shape
            and self.in_order
            and other.in_order
            and self.storage.nbytes == other.storage.nbytes == self.size * self.dtype.itemsize
        )

    def array(self) -> np.ndarray:
        """The array, once it has its place in memory."""
        assert self.storage.array is not None
        return self.storage.array if self._view is None else self._view(self.storage.array)

    def _read_as(self, dtype: np.dtype[Any]) -> Tensor:
        return self._viewed(self.shape, lambda array: array.view(dtype), dtype)

    def _viewed(
        self,
        shape: Shape,
        view: Callable[[np.ndarray], np.ndarray],
        dtype: np.dtype[Any] | None = None,
        in_order: bool = True,
    ) -> Tensor:
        first = self._view
        both = view if first is None else lambda array: view(first(array))
        return Tensor(shape, dtype or self.dtype, self.storage, both, self.in_order and in_order)


@dataclass(frozen=True)
class Record:
    """One call as it was written down.

    Attributes
    ----------
    function
        What is called; the arguments are the arrays of `reads` and then of `write`. None: a matrix product.
    node, phase
        Whose call it is: the node's id (empty outside the network) and the part of the step.
    reads, write
        The tensors it reads and the one it writes (None: it writes to nothing on the tape).
    elementwise
        Whether each number of the result depends on the numbers at the same place only, so that the result may
        overwrite an argument that nobody needs any more.
    """

    function: Callable[..., Any] | None
    node: str
    phase: Phase
    reads: tuple[Tensor, ...]
    write: Tensor | None
    elementwise: bool = False

    def bound(self, array_of: Callable[[Tensor], np.ndarray]) -> Call:
        """The call with the arrays in place of the tensors."""
        arrays = tuple(array_of(tensor) for tensor in self.reads)
        if self.function is None:
            left, right = arrays
            assert self.write is not None
            return left.dot, (right, array_of(self.write))
        return self.function, arrays if self.write is None else (*arrays, array_of(self.write))


class Tape:
    """A recording in the making.

    Parameters
    ----------
    dtype
        Type of every tensor that a recorded call makes: float32 to train, float64 to check.
    training
        Whether layers that behave differently while training should do so.
    """

    def __init__(self, dtype: np.dtype[Any], training: bool = False) -> None:
        self.dtype, self.training = np.dtype(dtype), training
        self.records: list[Record] = []
        self.node: str = ""
        self.phase: Phase = "forward"
        self._constants: dict[tuple[float, Shape], Tensor] = {}

    # Tensors

    def external(self, array: np.ndarray) -> Tensor:
        """A tensor for an array that exists already, such as a parameter. Its place in memory is never shared."""
        return Tensor(array.shape, array.dtype, Storage(array.nbytes, array.shape, array.dtype, array))

    def input(self, shape: Shape) -> Tensor:
        """A tensor that is filled from outside before each replay."""
        return self.external(np.zeros(shape, self.dtype))

    def constant(self, value: float, shape: Shape = ()) -> Tensor:
        """A tensor that holds one number everywhere and that nobody writes to."""
        key = (value, shape)
        if key not in self._constants:
            array = np.full(shape, value, self.dtype)
            array.flags.writeable = False
            self._constants[key] = self.external(array)
        return self._constants[key]

    # The vocabulary that layers are written in: each call returns its result, or writes it to `out`.

    def matmul(self, a: Tensor, b: Tensor, out: Tensor | None = None) -> Tensor:
        """Matrix product of ``(n, k)`` and ``(k, m)``: ``(n, m)``."""
        return self.call(None, (a, b), (a.shape[0], b.shape[1]), out)

    def add(self, a: Tensor, b: Tensor | float, out: Tensor | None = None) -> Tensor:
        """``a + b``, with NumPy's broadcasting."""
        return self._elementwise(np.add, a, b, out)

    def subtract(self, a: Tensor | float, b: Tensor | float, out: Tensor | None = None) -> Tensor:
        """``a - b``, with NumPy's broadcasting."""
        return self._elementwise(np.subtract, a, b, out)

    def multiply(self, a: Tensor, b: Tensor | float, out: Tensor | None = None) -> Tensor:
        """``a * b``, element by element, with NumPy's broadcasting."""
        return self._elementwise(np.multiply, a, b, out)

    def divide(self, a: Tensor | float, b: Tensor | float, out: Tensor | None = None) -> Tensor:
        """``a / b``, element by element, with NumPy's broadcasting."""
        return self._elementwise(np.divide, a, b, out)

    def unary(self, function: Callable[..., Any], a: Tensor, out: Tensor | None = None) -> Tensor:
        """One NumPy function of one argument, such as ``np.tanh``, element by element."""
        return self.call(function, (a,), a.shape, out, elementwise=True)

    def copy(self, a: Tensor, out: Tensor) -> Tensor:
        """The numbers of one tensor in another of the same shape."""
        return self.call(np.positive, (a,), a.shape, out)

    def dot(self, a: Tensor, b: Tensor, out: Tensor | None = None) -> Tensor:
        """Sum of the products of all elements of two tensors of one shape: a single number, of shape ``()``."""
        return self.call(None, (a.reshape(-1), b.reshape(-1)), (), out)

    def column_sums(self, a: Tensor, out: Tensor | None = None) -> Tensor:
        """Sum over the rows of ``(n, m)``: ``(m,)``. As a matrix product, many times faster than `np.add.reduce`."""
        return self.call(None, (self.constant(1.0, (a.shape[0],)), a), (a.shape[1],), out)

    def call(
        self,
        function: Callable[..., Any] | None,
        reads: Sequence[Tensor],
        shape: Shape,
        out: Tensor | None = None,
        *,
        elementwise: bool = False,
        dtype: np.dtype[Any] | None = None,
    ) -> Tensor:
        """Write down any call that takes the arrays of `reads` and then the array of its result."""
        if out is None:
            dtype = dtype or self.dtype
            out = Tensor(shape, dtype, Storage(int(np.prod(shape)) * dtype.itemsize, shape, dtype))
        elif out.shape != shape:
            raise ValueError(f"A result of shape {shape} cannot be written to a tensor of shape {out.shape}.")
        self.records.append(Record(function, self.node, self.phase, tuple(reads), out, elementwise))
        return out

    def run(self, function: Callable[..., Any], *reads: Tensor) -> None:
        """Write down a call whose result, if any, does not lie on the tape. It is never dropped."""
        self.records.append(Record(function, self.node, self.phase, reads, None))

    def _elementwise(
        self, function: Callable[..., Any], a: Tensor | float, b: Tensor | float, out: Tensor | None
    ) -> Tensor:
        a, b = (value if isinstance(value, Tensor) else self.constant(value) for value in (a, b))
        shape = np.broadcast_shapes(a.shape, b.shape)
        return self.call(function, (self._spread(a, shape), self._spread(b, shape)), shape, out, elementwise=True)

    def _spread(self, a: Tensor, shape: Shape) -> Tensor:
        """A row or column as a matrix of some shape, where that is faster than NumPy's broadcasting.

        Setting up a broadcast takes NumPy half a microsecond, more than the outer product of a short row or column
        with ones and an operation on two arrays of one shape take together. One number needs neither.
        """
        if a.shape == shape:
            return a
        if a.size == 1:
            return a.reshape()
        if len(shape) != 2 or math.prod(shape) > SMALL:
            return a
        if a.shape[-1] == 1:
            return self.matmul(a, self.constant(1.0, (1, shape[1])))
        return self.matmul(self.constant(1.0, (shape[0], 1)), a.reshape(1, -1))

    def compile(self, keep: Iterable[Tensor] = (), *, share: bool = True) -> CompiledTape:
        """Give every tensor its place in memory and make the list of calls to replay.

        Parameters
        ----------
        keep
            Tensors whose numbers must still be there after a replay.
        share
            Whether tensors whose lives do not overlap may share memory.
        """
        kept = {tensor.storage for tensor in keep}
        needed = set(kept)
        live: list[Record] = []
        for record in reversed(self.records):
            if record.write is None or record.write.storage.array is not None or record.write.storage in needed:
                needed.update(tensor.storage for tensor in record.reads)
                live.append(record)
        live.reverse()
        block = place(live, kept, share=share)
        return CompiledTape(live, block)


class CompiledTape:
    """A recording that can be replayed: every tensor has its array, every call its arguments.

    Attributes
    ----------
    records
        The calls as they were written down, in order, without those that nobody needs.
    calls
        The same calls as ``(function, arguments)``.
    nbytes
        Memory for everything that the calls compute, in bytes, without parameters, gradients and inputs.
    """

    def __init__(self, records: Sequence[Record], block: np.ndarray) -> None:
        self.records, self._block = tuple(records), block
        self._arrays: dict[tuple[Any, ...], np.ndarray] = {}
        self.calls: list[Call] = [record.bound(self._array_of) for record in records]
        self.nbytes = block.nbytes

    def __getitem__(self, tensor: Tensor) -> np.ndarray:
        """The array of a tensor that was kept or comes from outside."""
        return tensor.array()

    def part(self, *phases: Phase) -> list[Call]:
        """The calls of some phases, in order."""
        return [call for call, record in zip(self.calls, self.records, strict=True) if record.phase in phases]

    def replay(self) -> None:
        """Run every call."""
        for function, arguments in self.calls:
            function(*arguments)

    def _array_of(self, tensor: Tensor) -> np.ndarray:
        """The array of a tensor, the same object for the same numbers.

        An in-place call is two to four times faster when NumPy is given one object as argument and as result: then it
        need not find out how two arrays overlap.
        """
        array = tensor.array()
        key = (array.__array_interface__["data"][0], array.shape, array.strides, array.dtype)
        return self._arrays.setdefault(key, array)

    def first_non_finite(self, phases: Sequence[Phase]) -> Record | None:
        """Replay some phases, looking after each call, and return the first call that gives NaN or Inf, if any."""
        for (function, arguments), record in zip(self.calls, self.records, strict=True):
            if record.phase in phases:
                function(*arguments)
                if record.write is not None and not np.isfinite(record.write.array()).all():
                    return record
        return None
