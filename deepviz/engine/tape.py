"""The tape: what a training step does, written down once as NumPy calls and then replayed.

Layers record; nothing is computed then. `compile` finds out who writes and who reads each tensor, drops what nobody
reads, gives every tensor its place in memory, and leaves a flat list of ``(function, arguments)`` to replay. In the
field such a list is a Wengert list (Wengert 1964), and a program that is recorded before it runs a static graph.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from deepviz.engine.interruption import Interrupted, question
from deepviz.engine.memory import place
from deepviz.engine.noise import Noise
from deepviz.engine.replay import PHASES
from deepviz.engine.replay import Call as Call
from deepviz.engine.replay import CompiledTape as CompiledTape
from deepviz.engine.replay import Phase as Phase
from deepviz.engine.replay import Record as Record
from deepviz.engine.shapes import Shape
from deepviz.engine.storage import Storage
from deepviz.engine.team.part import Part, whole
from deepviz.engine.tensor import Tensor as Tensor

SMALL = 4096
"""Numbers in a matrix below which what a call costs is mostly the call itself."""


class Tape:
    """A recording in the making.

    Parameters
    ----------
    dtype
        Type of every tensor that a recorded call makes: float32 to train, float64 to check.
    training
        Whether layers that behave differently while training should do so.
    part
        Which part of the batch is computed here, if others compute the rest.

    Attributes
    ----------
    node, phase
        Whose calls are being written down, and for which part of the step. A layer may write calls for a later phase
        than the one it is in: they are replayed in the order of the phases. Setting the node raises `Interrupted` if
        the recording is not wanted any more.
    noise
        The random numbers of the recording. `is_random` says whether any are drawn: then `noise.start` must come
        before each replay.
    """

    def __init__(self, dtype: np.dtype[Any], training: bool = False, part: Part | None = None) -> None:
        self.dtype, self.training, self.part = np.dtype(dtype), training, part
        self.records: list[Record] = []
        self._node, self._is_unwanted = "", question()
        self.phase: Phase = "forward"
        self.noise, self.is_random = Noise(), False
        self._constants: dict[float, Storage] = {}
        self._written: set[Storage] = set()

    @property
    def node(self) -> str:
        """Whose calls are being written down."""
        return self._node

    @node.setter
    def node(self, node: str) -> None:
        if self._is_unwanted():
            raise Interrupted
        self._node = node

    # Tensors

    def external(self, array: np.ndarray) -> Tensor:
        """A tensor for an array that exists already, such as a parameter. Its place in memory is never shared."""
        return Tensor(Storage(array.shape, array.dtype, array, outside=True))

    def input(self, shape: Shape) -> Tensor:
        """A tensor that is filled from outside before each replay."""
        return self.external(np.zeros(shape, self.dtype))

    def empty(self, shape: Shape, dtype: np.dtype[Any] | None = None, like: Tensor | None = None) -> Tensor:
        """A tensor that calls will fill, in one go or part by part; in memory its axes lie in the order of `like`'s."""
        dtype = self.dtype if dtype is None else dtype
        if like is None or like.in_order or len(like.shape) != len(shape):
            return Tensor(Storage(shape, dtype))
        axes = like.memory_axes
        return Tensor(Storage(tuple(shape[axis] for axis in axes), dtype)).transpose(*_inverse(axes))

    def zeros(self, shape: Shape) -> Tensor:
        """A tensor that holds zeros wherever no call writes, in every replay: for borders. It has memory of its own."""
        return Tensor(Storage(shape, self.dtype, np.zeros(shape, self.dtype)))

    def constant(self, value: float, shape: Shape = (), like: Tensor | None = None) -> Tensor:
        """A tensor that holds one number everywhere and that nobody writes to.

        All constants of one value are views of one array, so that ever the same memory is read, from the cache.
        With `like` it has the shape of that tensor and lies in memory as that does.
        """
        if like is not None and not like.in_order:
            axes = like.memory_axes
            return self.constant(value, tuple(like.shape[axis] for axis in axes)).transpose(*_inverse(axes))
        shape = shape if like is None else like.shape
        size = math.prod(shape)
        storage = self._constants.setdefault(value, Storage((1,), self.dtype))
        storage.grow(size)
        return Tensor(storage, (lambda array: array[:size].reshape(shape),))

    def settle(self, x: Tensor) -> Tensor:
        """Give a tensor memory of its own at once, so that its array is known before the tape is compiled."""
        if x.storage.array is None:
            x.storage.array = np.empty(x.storage.shape, x.storage.dtype)
        return x

    def in_order(self, x: Tensor) -> Tensor:
        """The same numbers in the order of their indices: `x` itself if they lie so, else a copy."""
        return x if x.in_order else self.copy(x, self.empty(x.shape, x.dtype))

    def lying_like(self, x: Tensor, like: Tensor) -> Tensor:
        """The same numbers with the axes in memory in the order of `like`'s: `x` itself if they lie so, else a copy.

        Calls that mix orders are slow: they run along the memory of one of their arguments only.
        """
        if x.memory_axes == like.memory_axes:
            return x
        return self.copy(x, self.empty(x.shape, x.dtype, like=like))

    def with_ones(self, x: Tensor) -> Tensor | None:
        """``(n, m)`` with a column of ones at its right, ``(n, m + 1)``, which takes no call. None if that cannot be.

        It can be if `x` comes from calls of this tape and its columns lie one behind the other: then the ones lie
        behind them, where they stay from replay to replay.
        """
        storage, columns, samples = x.storage, x.T, x.shape[0]
        made_here = storage.array is None and storage in self._written
        if not made_here or storage.dtype != x.dtype or not columns.in_order or not x.fills_storage:
            return None
        storage.ones = max(storage.ones, samples)  # another view of the storage may have asked for more
        return columns.windows((x.shape[1] + 1, samples), (samples * x.dtype.itemsize, x.dtype.itemsize)).T

    # The batch

    def samples(self, x: Tensor) -> int:
        """How many samples the whole batch has, of which `x` holds those that are computed here."""
        return x.shape[0] if self.part is None else self.part.total

    def over_batch(self, sums: Tensor) -> Tensor:
        """Sums over the samples computed here, made sums over the whole batch."""
        if self.part is None or self.part.team is None:
            return sums
        return self.call(self.part.team.sum, (self.in_order(sums),), sums.shape, dtype=sums.dtype)

    def of_each(self, found: Tensor) -> Tensor:
        """What each process that shares the batch has found, of shape ``(processes, *shape)``, the same for all."""
        if self.part is None or self.part.team is None:
            return found.reshape(1, *found.shape)
        number, processes = self.part.team.number, len(self.part.team.gradients)

        def lay_out(found: np.ndarray, out: np.ndarray) -> None:
            out[...] = 0
            out[number] = found

        return self.over_batch(self.call(lay_out, (found,), (processes, *found.shape), dtype=found.dtype))

    # Random numbers

    def uniform(self, shape: Shape) -> Tensor:
        """Random numbers from 0 up to, but not including, 1. The first axis is that of the batch."""
        return self._drawn(self.noise.uniform, shape)

    def normal(self, shape: Shape) -> Tensor:
        """Random numbers of mean 0 and standard deviation 1. The first axis is that of the batch."""
        return self._drawn(self.noise.normal, shape)

    def _drawn(self, draw: Callable[[np.ndarray], None], shape: Shape) -> Tensor:
        """Draws for the whole batch, of which those for the samples computed here are used.

        So a sample meets the same random numbers however many processes share the batch.
        """
        self.is_random = True
        part = self.part or whole(shape[0])
        return self.call(draw, (), (part.total, *shape[1:]))[part.start : part.stop]

    # The vocabulary that layers are written in: each call returns its result, or writes it to `out`.

    def matmul(self, a: Tensor, b: Tensor, out: Tensor | None = None) -> Tensor:
        """Matrix product of ``(..., n, k)`` and ``(..., k, m)``: ``(..., n, m)``."""
        batch = np.broadcast_shapes(a.shape[:-2], b.shape[:-2])
        return self.call(None, (a, b), (*batch, a.shape[-2], b.shape[-1]), out)

    def product(self, a: Tensor, b: Tensor, like: Tensor) -> Tensor:
        """Matrix product of ``(n, k)`` and ``(k, m)``: ``(n, m)``, which lies in memory as `like` does."""
        return self.matmul(a, b) if like.in_order else self.matmul(b.T, a.T).T

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

    def maximum(self, a: Tensor, b: Tensor, out: Tensor | None = None) -> Tensor:
        """The larger of two numbers at each place; of equal ones the second, which tells +0 from -0.

        With an array of one number again and again NumPy is several times faster than with the single number.
        """
        return self._elementwise(_maximum, a, b, out)

    def minimum(self, a: Tensor, b: Tensor, out: Tensor | None = None) -> Tensor:
        """The smaller of two numbers at each place; as for `maximum`."""
        return self._elementwise(_minimum, a, b, out)

    def unary(self, function: Callable[..., Any], a: Tensor, out: Tensor | None = None) -> Tensor:
        """One NumPy function of one argument, such as ``np.tanh``, element by element."""
        return self.call(function, (a,), a.shape, out, elementwise=True, dtype=a.dtype)

    def copy(self, a: Tensor, out: Tensor) -> Tensor:
        """The numbers of one tensor in another of the same shape."""
        return self.call(_assign, (a,), a.shape, out)

    def sum(self, a: Tensor, axes: tuple[int, ...], out: Tensor | None = None) -> Tensor:
        """Sum over some axes, which the result does not have."""
        shape = tuple(length for axis, length in enumerate(a.shape) if axis not in axes)
        return self.call(_Sum(axes), (a,), shape, out)

    def dot(self, a: Tensor, b: Tensor, out: Tensor | None = None) -> Tensor:
        """Sum of the products of all elements of two tensors of one shape: a single number, of shape ``()``."""
        if not a.lies_like(b):
            a, b = self.in_order(a), self.in_order(b)
        return self.call(None, (a.in_memory_order().reshape(-1), b.in_memory_order().reshape(-1)), (), out)

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
        """Write down any call that takes the arrays of `reads` and then the array of its result.

        The result of an elementwise call lies in memory as its first argument of that shape does, so that the next
        call too runs through both from one end to the other.
        """
        if out is None:
            pattern = next((tensor for tensor in reads if tensor.shape == shape), None) if elementwise else None
            out = self.empty(shape, dtype, like=pattern)
        elif out.shape != shape:
            raise ValueError(f"A result of shape {shape} cannot be written to a tensor of shape {out.shape}.")
        self.records.append(Record(function, self.node, self.phase, tuple(reads), out, elementwise))
        self._written.add(out.storage)
        return out

    def run(self, function: Callable[..., Any], *reads: Tensor) -> None:
        """Write down a call whose result, if any, does not lie on the tape. It is never dropped."""
        self.records.append(Record(function, self.node, self.phase, reads, None))

    def _elementwise(
        self, function: Callable[..., Any], a: Tensor | float, b: Tensor | float, out: Tensor | None
    ) -> Tensor:
        a, b = (value if isinstance(value, Tensor) else self.constant(value) for value in (a, b))
        shape = np.broadcast_shapes(a.shape, b.shape)
        return self.call(function, (self._spread(a, shape, b), self._spread(b, shape, a)), shape, out, elementwise=True)

    def _spread(self, a: Tensor, shape: Shape, other: Tensor) -> Tensor:
        """A row or column as a matrix of some shape, where that is faster than NumPy's broadcasting.

        Setting up a broadcast takes NumPy half a microsecond, more than the outer product of a short row or column
        with ones and an operation on two arrays of one shape take together. One number needs neither. The matrix lies
        in memory as the other argument does.
        """
        if a.shape == shape:
            return a
        if a.size == 1:
            return a.reshape()
        if len(shape) != 2 or math.prod(shape) > SMALL:
            return a
        if a.shape[-1] == 1:
            factors = a, self.constant(1.0, (1, shape[1]))
        else:
            factors = self.constant(1.0, (shape[0], 1)), a.reshape(1, -1)
        return self.product(*factors, like=other)

    # From a recording to a list of calls

    def compile(
        self, keep: Iterable[Tensor] = (), *, share: bool = True, phases: Sequence[Phase] = PHASES
    ) -> CompiledTape:
        """Give every tensor its place in memory and make the list of calls to replay.

        Parameters
        ----------
        keep
            Tensors whose numbers must still be there after a replay.
        share
            Whether tensors whose lives do not overlap may share memory.
        phases
            The order in which the phases will be replayed. In another order, what shares memory would be overwritten.
        """
        keep = tuple(keep)
        for value, storage in self._constants.items():
            storage.array = np.full(storage.shape, value, storage.dtype)
            storage.array.flags.writeable = False
        live = self.needed(keep, phases)
        block = place(live, {tensor.storage for tensor in keep}, share=share)
        return CompiledTape(live, block)

    def needed(self, keep: Iterable[Tensor] = (), phases: Sequence[Phase] = PHASES) -> list[Record]:
        """The calls that a replay makes, in order: all but those whose results nobody reads.

        Parameters
        ----------
        keep, phases
            As for `compile`.
        """
        needed = {tensor.storage for tensor in keep}
        live: list[Record] = []
        for record in sorted(self.records, key=lambda record: phases.index(record.phase))[::-1]:
            if record.write is None or record.write.storage.outside or record.write.storage in needed:
                needed.update(tensor.storage for tensor in record.reads)
                live.append(record)
        live.reverse()
        return live


class _Sum:
    """The call that sums over some axes."""

    def __init__(self, axes: tuple[int, ...]) -> None:
        self._axes = axes

    def __call__(self, x: np.ndarray, out: np.ndarray) -> None:
        np.add.reduce(x, self._axes, out=out)


def _maximum(a: np.ndarray, b: np.ndarray, out: np.ndarray) -> None:
    np.maximum(a, b, out=out)  # by keyword: a positional output is deprecated, and the warning costs time


def _minimum(a: np.ndarray, b: np.ndarray, out: np.ndarray) -> None:
    np.minimum(a, b, out=out)


def _assign(x: np.ndarray, out: np.ndarray) -> None:
    out[...] = x  # this moves whole runs of memory, in a third to a fifth of the time of np.positive


def _inverse(axes: Sequence[int]) -> tuple[int, ...]:
    """The transposition that takes a transposition back."""
    return tuple(axes.index(axis) for axis in range(len(axes)))
