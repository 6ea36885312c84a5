"""Depthwise convolution as sums of products: for each number of a kernel, one pass over all that it meets.

Nothing is summed over channels here, so there is no matrix product in it. A few samples at a time go through all
passes while they are in the cache. A channel that has several kernels is repeated for each of them first.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from deepviz.engine.ops.convolution_window import Window
from deepviz.engine.tape import Tape, Tensor

BLOCK = 131_072
"""Numbers that are computed at a time: with what they are computed from they stay in a core's cache."""


def convolve(tape: Tape, window: Window, x: Tensor, kernel: Tensor) -> Tensor:
    """Each channel by itself, weighed with its kernels.

    Parameters
    ----------
    window
        How the kernels go over the image.
    x
        Images, ``(batch, rows, columns, channels)``.
    kernel
        Weights, ``(rows, columns, channels, multiplier)``.

    Returns
    -------
    Tensor of shape ``(batch, *window.stops, channels * multiplier)``, the kernels of a channel side by side.
    """
    filters = kernel.shape[2] * kernel.shape[3]
    y = tape.empty((x.shape[0], *window.stops, filters))
    weights = _along_rows(tape, window, kernel)
    for samples, images in _repeated(tape, window, x, kernel.shape[3]):
        total = y[samples]
        for i, j in product(*map(range, window.kernel)):
            seen = images[(slice(None), *window.inside(i, j))]
            if (i, j) == (0, 0):
                tape.multiply(seen, weights[i, j], out=total)
            else:
                tape.add(total, tape.multiply(seen, weights[i, j]), out=total)
    return y


def kernel_grad(tape: Tape, window: Window, x: Tensor, grad: Tensor, out: Tensor) -> None:
    """Gradient with respect to the kernel, written to `out`: what each number met times the gradient there, summed."""
    filters = grad.shape[3]
    grad, sums = tape.in_order(grad), out.reshape(*window.kernel, filters)
    for samples, images in _repeated(tape, window, x, out.shape[3]):
        for i, j in product(*map(range, window.kernel)):
            met = tape.empty(grad[samples].shape)
            tape.multiply(images[(slice(None), *window.inside(i, j))], grad[samples], out=met)
            if samples.start == 0:
                tape.column_sums(met.reshape(-1, filters), out=sums[i, j])
            else:
                tape.add(sums[i, j], tape.column_sums(met.reshape(-1, filters)), out=sums[i, j])


def input_grad(tape: Tape, window: Window, kernel: Tensor, grad: Tensor) -> Tensor:
    """Gradient with respect to the input: every stop gives back to the pixels that it saw, each with its weight."""
    channels, multiplier = kernel.shape[2:]
    grad, weights = tape.in_order(grad), _along_rows(tape, window, kernel)
    result = tape.empty((grad.shape[0], *window.image, channels))
    for samples in _blocks(window, grad.shape[0], channels * multiplier):
        padded = tape.empty((samples.stop - samples.start, *window.padded, channels * multiplier))
        tape.copy(tape.constant(0.0, like=padded), padded)
        for i, j in product(*map(range, window.kernel)):
            place = padded[(slice(None), *window.inside(i, j))]
            tape.add(place, tape.multiply(grad[samples], weights[i, j]), out=place)
        of_kernels = padded.reshape(*padded.shape[:3], channels, multiplier)[(slice(None), *window.interior)]
        tape.copy(of_kernels[..., 0], result[samples])
        for m in range(1, multiplier):
            tape.add(result[samples], of_kernels[..., m], out=result[samples])
    return result


def _along_rows(tape: Tape, window: Window, kernel: Tensor) -> Tensor:
    """The kernels, repeated for every stop of a row: ``(rows, columns, stops of a row, filters)``.

    With it a whole row is multiplied in one go, instead of pixel by pixel.
    """
    rows, columns, channels, multiplier = kernel.shape
    flat = kernel.reshape(rows, columns, channels * multiplier)
    shape = (rows, columns, window.stops[1], channels * multiplier)
    return tape.copy(flat.windows(shape, (*flat.strides[:2], 0, flat.strides[2])), tape.empty(shape))


def _repeated(tape: Tape, window: Window, x: Tensor, multiplier: int) -> Iterator[tuple[slice, Tensor]]:
    """Some images at a time with their borders, each channel as often as it has kernels."""
    channels = x.shape[3]
    if window.padded == window.image and multiplier == 1:
        for samples in _blocks(window, x.shape[0], channels):
            yield samples, x[samples]
        return
    places: dict[int, Tensor] = {}
    for samples in _blocks(window, x.shape[0], channels * multiplier):
        count = samples.stop - samples.start
        if count not in places:
            places[count] = tape.zeros((count, *window.padded, channels, multiplier))
        images = x[samples]
        repeated = images.windows((*images.shape, multiplier), (*images.strides, 0))
        tape.copy(repeated, places[count][(slice(None), *window.interior)])
        yield samples, places[count].reshape(count, *window.padded, channels * multiplier)


def _blocks(window: Window, batch: int, filters: int) -> list[slice]:
    """The batch in blocks of samples."""
    count = max(1, BLOCK // (window.padded[0] * window.padded[1] * filters))
    return [slice(start, min(start + count, batch)) for start in range(0, batch, count)]
