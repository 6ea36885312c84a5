"""Convolution of images whose batch runs fastest in memory: what lies together is one number of every sample.

For few channels. Every copy then moves whole batches, and every matrix product has as many columns as there are
samples, however few channels there are.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from deepviz.engine.ops.convolution_window import Window
from deepviz.engine.tape import Tape, Tensor

STRIPS = 65_536
"""Numbers that are copied into strips at a time; with what is computed from them they stay in a core's cache."""
MOST_CHANNELS, MOST_WEIGHTS = 16, 128
"""Channels and filters, and their product, up to which this way is faster than others."""
FEWEST_SAMPLES, MOST_SAMPLES = 16, 128
"""Of a larger batch only so many samples are computed at a time: wider matrix products are slower, not faster."""


def suits(window: Window, batch: int, channels: int, filters: int) -> bool:
    """Whether this way can be gone, and is faster than others."""
    few = max(channels, filters) <= MOST_CHANNELS and channels * filters <= MOST_WEIGHTS
    return few and batch >= FEWEST_SAMPLES and window.dilation == (1, 1) and window.overlaps_image


def convolve(tape: Tape, window: Window, x: Tensor, kernel: Tensor, bias: Tensor | None) -> Tensor:
    """As `convolution.convolve`. The batch runs fastest in the result's memory, too."""
    batch, (rows, columns, channels, filters) = x.shape[0], kernel.shape
    # A filter's weights as its numbers follow each other in a strip: column by column.
    turned = tape.copy(kernel.transpose(3, 1, 0, 2), tape.empty((filters, columns, rows, channels)))
    weights: dict[tuple[int, int], Tensor] = {(0, rows): turned.reshape(filters, -1)}
    y = tape.empty((*window.stops, filters, batch))
    added = None
    if bias is not None:
        added = tape.copy(bias.windows((filters, batch), (bias.strides[0], 0)), tape.empty((filters, batch)))
    for strips in _strips(tape, window, x):
        first, last = inside = strips.kernel_rows
        if inside not in weights:
            part = turned[:, :, first:last]
            weights[inside] = tape.copy(part, tape.empty(part.shape)).reshape(filters, -1)
        result = tape.matmul(weights[inside], strips.windows, out=y[strips.stops][..., strips.samples])
        if added is not None:
            tape.add(result, added[:, strips.samples], out=result)
    return y.transpose(3, 0, 1, 2)


def kernel_grad(tape: Tape, window: Window, x: Tensor, grad: Tensor, out: Tensor) -> None:
    """As `convolution.kernel_grad`: at each stop a matrix product over the batch, summed over the stops."""
    rows, columns, channels, filters = out.shape
    grad = _batch_last(tape, grad)
    shape = (columns, rows, channels * filters)
    total = tape.copy(tape.constant(0.0, shape), tape.empty(shape))
    for strips in _strips(tape, window, x):
        first, last = strips.kernel_rows
        products = tape.matmul(strips.windows, grad[strips.stops][..., strips.samples].transpose(0, 1, 3, 2))
        sums = tape.column_sums(products.reshape(products.shape[0] * products.shape[1], -1))
        part = total[:, first:last]
        tape.add(part, sums.reshape(*part.shape), out=part)
    tape.copy(total.reshape(columns, rows, channels, filters).transpose(1, 0, 2, 3), out)


@dataclass(frozen=True)
class _Strips:
    """What the window sees at some rows of stops.

    Attributes
    ----------
    samples, stops
        Which samples, and which rows of stops.
    kernel_rows
        The rows of the kernel that meet the image there, first and last + 1. The others meet the border.
    windows
        ``(rows, stops of a row, kernel columns * kernel rows * channels, batch)``
    """

    samples: slice
    stops: slice
    kernel_rows: tuple[int, int]
    windows: Tensor


def _strips(tape: Tape, window: Window, x: Tensor) -> Iterator[_Strips]:
    """What the window sees, some rows of stops at a time.

    For each row of stops, the rows of the image that the window sees are copied side by side, column by column, into a
    strip. In it a whole window lies in one piece, and so does the next one: it need not be copied again.
    """
    images = _with_columns(tape, window, x)
    _, columns, channels, batch = images.shape
    down, right, *across = images.strides
    (top, _), stride = window.borders[0], window.strides[0]
    for samples in _pieces(batch):
        count = samples.stop - samples.start
        for first, last, kernel_rows in _equal_rows(window, STRIPS // (columns * channels * count)):
            start, height = first * stride - top + kernel_rows[0], kernel_rows[1] - kernel_rows[0]
            seen = images[start:, :, :, samples].windows(
                (last - first, columns, height, channels, count), (down * stride, right, down, *across)
            )
            strips = tape.copy(seen, tape.empty(seen.shape))
            row, column, _, number, sample = strips.strides
            windows = strips.windows(
                (last - first, window.stops[1], window.kernel[1] * height * channels, count),
                (row, column * window.strides[1], number, sample),
            )
            yield _Strips(samples, slice(first, last), kernel_rows, windows)


def _pieces(batch: int) -> list[slice]:
    """The batch in equal pieces."""
    count = math.ceil(batch / MOST_SAMPLES)
    return [slice(n * batch // count, (n + 1) * batch // count) for n in range(count)]


def _equal_rows(window: Window, most: int) -> Iterator[tuple[int, int, tuple[int, int]]]:
    """Rows of stops, first and last + 1, at which the same rows of the kernel meet the image; and these.

    `most` rows of the image are met in all, if one stop does not meet more.
    """

    def inside(stop: int) -> tuple[int, int]:
        start = stop * window.strides[0] - window.borders[0][0]
        return max(0, -start), min(window.kernel[0], window.image[0] - start)

    first = 0
    while first < window.stops[0]:
        kernel_rows, last = inside(first), first + 1
        while (
            last < window.stops[0]
            and inside(last) == kernel_rows
            and (last + 1 - first) * (kernel_rows[1] - kernel_rows[0]) <= most
        ):
            last += 1
        yield first, last, kernel_rows
        first = last


def _with_columns(tape: Tape, window: Window, x: Tensor) -> Tensor:
    """The images with the borders left and right of them, ``(rows, columns, channels, batch)``."""
    left, right = window.borders[1]
    if left == right == 0:
        return _batch_last(tape, x)
    padded = tape.zeros((x.shape[1], x.shape[2] + left + right, x.shape[3], x.shape[0]))
    tape.copy(x.transpose(1, 2, 3, 0), padded[:, left : left + x.shape[2]])
    return padded


def _batch_last(tape: Tape, x: Tensor) -> Tensor:
    """``(batch, rows, columns, channels)`` as a C-ordered ``(rows, columns, channels, batch)``; a copy if needed."""
    turned = x.transpose(1, 2, 3, 0)
    return turned if turned.in_order else tape.copy(turned, tape.empty(turned.shape))
