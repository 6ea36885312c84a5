"""Compound calls of pooling: windows go over an axis, and of each window one number remains, the largest or the mean.

An image is pooled along its columns first and then along its rows, which takes fewer calls on longer pieces of memory
than window by window would, and gives the same: ties included, where the first number, row by row, wins.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from deepviz.engine.ops.pooling_window import Index, Windows
from deepviz.engine.tape import Tape, Tensor

BLOCK = 65_536
"""Numbers that are pooled at a time: what comes between the two axes is then still in the cache when it is read."""

Wins = list[tuple[Index, list[list[Tensor]]]]
"""For each block its index and, for each axis that was pooled, the places that won against those before them."""


def largest(tape: Tape, x: Tensor, windows: Sequence[Windows]) -> tuple[Tensor, Wins]:
    """The largest number of each window, and who won, for `largest_grad`.

    Parameters
    ----------
    x
        A batch.
    windows
        The windows along each axis that is pooled, the axis that is pooled last first.
    """
    y = tape.empty(_shape_after(x.shape, windows), like=x)
    wins: Wins = []
    for block in _blocks(x, windows):
        values, of_axes = x[block], list[list[Tensor]]()
        for number, along in enumerate(reversed(windows), 1):
            is_last = number == len(windows)
            out = y[block] if is_last else tape.empty(along.shape_after(values.shape), like=values)
            of_axes.append(_largest_along(tape, values, along, out))
            values = out
        wins.append((block, of_axes))
    return y, wins


def largest_grad(
    tape: Tape, shape: Sequence[int], windows: Sequence[Windows], wins: Wins, grad: Tensor, like: Tensor
) -> Tensor:
    """The gradient goes to the largest number of each window, of several equal ones to the first.

    `shape` is that of the batch, whose gradient lies in memory as `like` does.
    """
    result, grad = tape.empty(tuple(shape), like=like), tape.lying_like(grad, like)
    for block, of_axes in wins:
        values = grad[block]
        for number, (along, of_axis) in enumerate(zip(windows, reversed(of_axes), strict=True), 1):
            is_last = number == len(windows)
            out = result[block] if is_last else tape.empty(along.shape_before(values.shape), like=values)
            _largest_along_grad(tape, values, along, of_axis, out)
            values = out
    return result


def _largest_along(tape: Tape, x: Tensor, along: Windows, out: Tensor) -> list[Tensor]:
    """The largest number of each window along one axis.

    Place by place, the larger number of the best so far and the next place remains. Each time it is noted in one byte
    who won; of two equal ones it is the earlier.
    """
    parts, wins = along.parts(), []
    if along.padded:  # then no place of a window is there in all of them
        tape.copy(tape.constant(-math.inf, like=out), out)
    elif along.size == 1:
        tape.copy(x[parts[0][1]], out)
    best = out if along.padded or along.size == 1 else x[parts[0][1]]
    for taken, there in parts if along.padded else parts[1:]:
        challenger, holder = x[there], best[taken]
        wins.append(tape.call(np.greater, (challenger, holder), holder.shape, elementwise=True, dtype=np.dtype(bool)))
        tape.maximum(challenger, holder, out[taken])
        best = out
    return wins


def _largest_along_grad(tape: Tape, grad: Tensor, along: Windows, wins: Sequence[Tensor], out: Tensor) -> None:
    """The last place that won has the largest number. It takes the gradient: nothing is left for those before it."""
    rest, parts = grad, along.parts()
    if not along.tile:
        tape.copy(tape.constant(0.0, like=out), out)
    if along.padded:
        rest = tape.copy(grad, tape.empty(grad.shape, like=grad))
    for (taken, there), won in zip(reversed(parts), reversed(wins), strict=False):
        left = rest[taken]
        share = tape.multiply(left, won, None if along.overlap else out[there])
        if along.overlap:
            tape.add(out[there], share, out[there])
        if along.padded:
            tape.subtract(left, share, left)
        else:
            rest = tape.subtract(left, share)
    if not along.padded:  # what no later place has won
        _give(tape, rest, along, out[parts[0][1]])


def mean(tape: Tape, x: Tensor, windows: Sequence[Windows]) -> Tensor:
    """The mean of each window; what lies beyond the edge does not count."""
    y = tape.empty(_shape_after(x.shape, windows), like=x)
    share = _share(tape, windows, len(x.shape))
    for block in _blocks(x, windows):
        values = x[block]
        for along in reversed(windows):
            out = tape.empty(along.shape_after(values.shape), like=values)
            _sum_along(tape, values, along, out)
            values = out
        tape.multiply(values, share, out=y[block])
    return y


def mean_grad(tape: Tape, shape: Sequence[int], windows: Sequence[Windows], grad: Tensor, like: Tensor) -> Tensor:
    """The gradient goes to all numbers of a window alike.

    `shape` is that of the batch, whose gradient lies in memory as `like` does.
    """
    result, grad = tape.empty(tuple(shape), like=like), tape.lying_like(grad, like)
    share = _share(tape, windows, len(shape))
    for block in _blocks(result, windows):
        values = tape.multiply(grad[block], share)
        for number, along in enumerate(windows, 1):
            is_last = number == len(windows)
            out = result[block] if is_last else tape.empty(along.shape_before(values.shape), like=values)
            _sum_along_grad(tape, values, along, out)
            values = out
    return result


def _sum_along(tape: Tape, x: Tensor, along: Windows, out: Tensor) -> None:
    """The sum of each window along one axis."""
    parts = along.parts()
    if along.padded:
        tape.copy(tape.constant(0.0, like=out), out)
    elif along.size == 1:
        tape.copy(x[parts[0][1]], out)
    total = out if along.padded or along.size == 1 else x[parts[0][1]]
    for taken, there in parts if along.padded else parts[1:]:
        tape.add(total[taken], x[there], out=out[taken])
        total = out


def _sum_along_grad(tape: Tape, grad: Tensor, along: Windows, out: Tensor) -> None:
    """Each number of a window gets the gradient of the sum."""
    if not along.tile:
        tape.copy(tape.constant(0.0, like=out), out)
    for taken, there in along.parts():
        _give(tape, grad[taken], along, out[there])


def _give(tape: Tape, grad: Tensor, along: Windows, out: Tensor) -> None:
    """Hand a gradient to numbers that, if windows overlap, may have got some from another window."""
    if along.overlap:
        tape.add(out, grad, out=out)
    else:
        tape.copy(grad, out)


def _share(tape: Tape, windows: Sequence[Windows], dimensions: int) -> Tensor | float:
    """One part in as many as a window holds: one number if all hold the same, else one for each window."""
    if not any(along.padded for along in windows):
        return 1.0 / math.prod(along.size for along in windows)
    counts: Any = 1.0
    for along in windows:
        ending = (1,) * (dimensions - along.axis - 1)
        counts = counts * along.filled().reshape(-1, *ending)
    return tape.external((1.0 / counts).astype(tape.dtype))


def _shape_after(shape: Sequence[int], windows: Sequence[Windows]) -> tuple[int, ...]:
    for along in windows:
        shape = along.shape_after(shape)
    return tuple(shape)


def _blocks(x: Tensor, windows: Sequence[Windows]) -> list[Index]:
    """Parts of a batch that fit into the cache, cut along the axis that lies outermost in memory."""
    axis = x.memory_axes[0]
    if axis in {along.axis for along in windows}:
        return [(slice(None),)]
    length = x.shape[axis]
    step = max(1, BLOCK * length // x.size)
    return [(slice(None),) * axis + (slice(start, start + step),) for start in range(0, length, step)]
