"""A recording that is ready to be replayed: a flat list of functions with their arguments.

A training step is the replay of such a list: no layer code, no allocation, no shape logic.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np

from deepviz.engine.tensor import Tensor

Phase = Literal["forward", "loss", "backward", "watch", "update"]
"""A part of a step: outputs, the loss and its gradient with respect to them, the gradients with respect to all else,
what is looked at besides, and what changes parameters and all that is kept from step to step."""

PHASES: tuple[Phase, ...] = get_args(Phase)
"""The order of a training step."""

PHASES_OF_PASSES: tuple[Phase, ...] = ("forward", "update", "loss", "backward", "watch")
"""The order without a trainer: what follows from a forward pass is done with it, as a backward pass may never come."""

Call = tuple[Callable[..., Any], tuple[Any, ...]]
"""A function and its arguments."""


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
            out = array_of(self.write)
            if left.ndim <= 2 and right.ndim <= 2 and out.flags.c_contiguous:
                return left.dot, (right, out)  # takes half the time of np.matmul to get going
            return np.matmul, (left, right, out)
        return self.function, arrays if self.write is None else (*arrays, array_of(self.write))


def replay(calls: Iterable[Call]) -> None:
    """Run calls one after the other."""
    for function, arguments in calls:
        function(*arguments)


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

    def reads(self, tensor: Tensor) -> bool:
        """Whether any call reads a tensor or a view of the same numbers."""
        return any(read.storage is tensor.storage for record in self.records for read in record.reads)

    def part(self, *phases: Phase, of_nodes: bool = True) -> list[Call]:
        """The calls of some phases, in order; on request without those that belong to a node."""
        pairs = zip(self.calls, self.records, strict=True)
        return [call for call, record in pairs if record.phase in phases and (of_nodes or not record.node)]

    def calls_of(self, records: Sequence[Record]) -> list[Call]:
        """The calls of some records, in order, without those that nobody needs."""
        wanted = {id(record) for record in records}
        return [call for call, record in zip(self.calls, self.records, strict=True) if id(record) in wanted]

    def record_of(self, function: Callable[..., Any], arguments: tuple[Any, ...]) -> Record | None:
        """The record of a call of `calls`; None if it is none of them."""
        pairs = zip(self.calls, self.records, strict=True)
        return next((record for call, record in pairs if call[0] is function and call[1] is arguments), None)

    def replay(self) -> None:
        """Run every call."""
        replay(self.calls)

    def forget(self) -> None:
        """Overwrite all that calls compute, to see that a replay depends on nothing that an earlier one left."""
        for record in self.records:
            array = None if record.write is None else record.write.storage.array
            if array is not None and np.may_share_memory(array, self._block):
                array.reshape(-1).view(np.uint8)[...] = 255  # all bits set: NaN, read as a number

    def first_non_finite(self, phases: Sequence[Phase]) -> Record | None:
        """Replay some phases, looking after each call, and return the first call that gives NaN or Inf, if any."""
        for (function, arguments), record in zip(self.calls, self.records, strict=True):
            if record.phase in phases:
                function(*arguments)
                if record.write is not None and not np.isfinite(record.write.array()).all():
                    return record
        return None

    def _array_of(self, tensor: Tensor) -> np.ndarray:
        """The array of a tensor, the same object for the same numbers.

        An in-place call is two to four times faster when NumPy is given one object as argument and as result: then it
        need not find out how two arrays overlap.
        """
        array = tensor.array()
        steps = tuple(step for step, length in zip(array.strides, array.shape, strict=True) if length > 1)
        key = (array.__array_interface__["data"][0], array.shape, steps, array.dtype)
        return self._arrays.setdefault(key, array)
