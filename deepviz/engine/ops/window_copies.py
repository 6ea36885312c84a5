"""Convolution of any kind: what the window sees at a stop is copied into a row of a matrix, one row a stop.

This is known as im2col (Chellapilla et al. 2006). Then the convolution is that matrix times the kernel, and its
gradients are those of a matrix product.
"""

from __future__ import annotations

from collections.abc import Iterator

from deepviz.engine.ops import products
from deepviz.engine.ops.convolution_window import Window
from deepviz.engine.ops.flat_images import along_row
from deepviz.engine.tape import Tape, Tensor

COPIES = 65_536
"""Numbers that are copied at a time; with what is computed from them they stay in a core's cache."""
FEWEST_STOPS = 256
"""Stops that are computed at a time at least, so that a large kernel is not fetched for a few of them only."""


def convolve(tape: Tape, window: Window, x: Tensor, kernel: Tensor, bias: Tensor | None) -> Tensor:
    """As `convolution.convolve`."""
    batch, filters = x.shape[0], kernel.shape[3]
    weights = kernel.reshape(-1, filters)
    y = tape.empty((batch, *window.stops, filters))
    added = None if bias is None else along_row(tape, bias, window.stops[1])
    for samples, seen in _seen(tape, window, x):
        rows = products.product(tape, seen, weights, y[samples].reshape(-1, filters))
        if added is not None:
            image_rows = rows.reshape(-1, window.stops[1] * filters)
            tape.add(image_rows, added, out=image_rows)
    return y


def kernel_grad(tape: Tape, window: Window, x: Tensor, grad: Tensor, out: Tensor) -> None:
    """As `convolution.kernel_grad`."""
    filters = grad.shape[3]
    grad, sums = tape.in_order(grad), out.reshape(-1, filters)
    for samples, seen in _seen(tape, window, x):
        product = products.product_of_columns(tape, seen, grad[samples].reshape(-1, filters))
        if samples.start == 0:
            tape.copy(product, sums)
        else:
            tape.add(sums, product, out=sums)


def input_grad(tape: Tape, window: Window, kernel: Tensor, grad: Tensor) -> Tensor:
    """As `convolution.input_grad`: the gradient of the matrix, each number added to the pixel it was copied from."""
    batch, (rows, columns, channels, filters) = grad.shape[0], kernel.shape
    grad, weights = tape.in_order(grad), kernel.reshape(-1, filters)
    result = tape.empty((batch, *window.image, channels))
    for samples in _blocks(window, batch, channels):
        count = samples.stop - samples.start
        padded = tape.empty((count, *window.padded, channels))
        tape.copy(tape.constant(0.0, like=padded), padded)
        given = products.product(tape, grad[samples].reshape(-1, filters), weights.T)
        given = given.reshape(count, *window.stops, rows, columns, channels)
        for i in range(rows):
            for j in range(columns):
                place = padded[(slice(None), *window.inside(i, j))]
                tape.add(place, given[:, :, :, i, j], out=place)
        tape.copy(padded[(slice(None), *window.interior)], result[samples])
    return result


def _seen(tape: Tape, window: Window, x: Tensor) -> Iterator[tuple[slice, Tensor]]:
    """Some samples at a time, and what the window sees: ``(stops, kernel rows * kernel columns * channels)``."""
    channels, borders = x.shape[3], dict[int, Tensor]()
    for samples in _blocks(window, x.shape[0], channels):
        images, count = x[samples], samples.stop - samples.start
        if window.padded != window.image:
            if count not in borders:
                borders[count] = tape.zeros((count, *window.padded, channels))
            tape.copy(images, borders[count][(slice(None), *window.interior)])
            images = borders[count]
        sample, down, right, across = images.strides
        (far_down, far_right), (near_down, near_right) = window.strides, window.dilation
        shape = (count, *window.stops, *window.kernel, channels)
        steps = (sample, down * far_down, right * far_right, down * near_down, right * near_right, across)
        seen = tape.copy(images.windows(shape, steps), tape.empty(shape))
        yield samples, seen.reshape(count * window.stops[0] * window.stops[1], -1)


def _blocks(window: Window, batch: int, channels: int) -> list[slice]:
    """The batch in blocks of samples."""
    stops, numbers = window.stops[0] * window.stops[1], window.kernel[0] * window.kernel[1] * channels
    count = max(1, max(COPIES // numbers, FEWEST_STOPS) // stops)
    return [slice(start, min(start + count, batch)) for start in range(0, batch, count)]
