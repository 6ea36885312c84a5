"""Convolution of images that lie in one long row of pixels, so that windows are matrices without being copied.

For many channels, strides of 1 and no dilation. In such a row the pixels that one row of the kernel meets follow each
other: they are a row of a matrix as they lie. A kernel of 3 x 3 is three matrix products, one for each of its rows.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

from deepviz.engine.ops.convolution_window import Window
from deepviz.engine.ops.products import SMALL_PRODUCT
from deepviz.engine.tape import Tape, Tensor

BUFFER = 36_000
"""Numbers that are worked on at a time. A few buffers of this size stay in a core's cache."""
FEWEST_PIXELS = 256
"""Pixels that are worked on at a time at least, so that a large kernel is not fetched for a few of them only."""
FEWEST_WINDOWS = 16
"""Windows that a block of a matrix has at least: products with fewer rows are slow."""


def suits(window: Window) -> bool:
    """Whether this way can be gone: the window stops everywhere, and everywhere sees some of the image."""
    return window.strides == window.dilation == (1, 1) and window.overlaps_image


def waste(window: Window) -> float:
    """Places in the row of pixels that are no stops, for each one that is."""
    height, width = _lengths(window)
    return height * width / (window.stops[0] * window.stops[1]) - 1


def convolve(tape: Tape, window: Window, x: Tensor, kernel: Tensor, bias: Tensor | None) -> Tensor:
    """As `convolution.convolve`."""
    batch, filters = x.shape[0], kernel.shape[3]
    y = tape.empty((batch, *window.stops, filters))
    rows = y.reshape(batch, window.stops[0], -1)
    weights = kernel.reshape(window.kernel[0], -1, filters)
    added = None if bias is None else along_row(tape, bias, window.stops[1])
    for block, images in _filled(tape, window, x, filters):
        total, more = images.stops, images.more_stops
        tape.matmul(images.windows(0), weights[0], out=total.matrix)
        for i in range(1, window.kernel[0]):
            tape.matmul(images.windows(i), weights[i], out=more.matrix)
            tape.add(total.numbers, more.numbers, out=total.numbers)
        out = rows[block.samples, block.stops]
        if added is None:
            tape.copy(total.image, out)
        else:
            tape.add(total.image, added, out=out)
    return y


def kernel_grad(tape: Tape, window: Window, x: Tensor, grad: Tensor, out: Tensor) -> None:
    """As `convolution.kernel_grad`.

    Here too each row of the kernel is a matrix product: windows, transposed, times gradient. Where the row of pixels
    has no stop, as a window would reach from one image row into the next, the gradient is zero.
    """
    batch, filters = x.shape[0], grad.shape[3]
    rows = tape.in_order(grad).reshape(batch, window.stops[0], -1)
    sums = out.reshape(window.kernel[0], -1)
    for number, (block, images) in enumerate(_filled(tape, window, x, filters)):
        tape.copy(rows[block.samples, block.stops], images.grads.image)
        for i in range(window.kernel[0]):
            products = tape.matmul(images.windows(i).transpose(0, 1, 3, 2), images.grads.matrix)
            products = products.reshape(-1, sums.shape[1])
            if number == 0:
                tape.column_sums(products, out=sums[i])
            else:
                tape.add(sums[i], tape.column_sums(products), out=sums[i])


def along_row(tape: Tape, bias: Tensor, pixels: int) -> Tensor:
    """A bias, repeated for every pixel of a row: added to whole rows it takes a fraction of the time."""
    shape = (pixels, bias.size)
    return tape.copy(bias.windows(shape, (0, bias.strides[0])), tape.empty(shape)).reshape(-1)


@dataclass(frozen=True)
class Block:
    """What is computed at a time: some samples, and some rows of them, with the window that goes over just these.

    Attributes
    ----------
    samples, rows, stops
        Which samples, which rows of the images, which rows of the output.
    """

    window: Window
    samples: slice
    rows: slice
    stops: slice

    @property
    def count(self) -> int:
        """How many samples."""
        return int(self.samples.stop - self.samples.start)


def blocks_of(window: Window, batch: int, channels: int) -> Iterator[Block]:
    """The batch in blocks that stay in the cache: several small images, or a strip of a large one."""
    pixels = max(FEWEST_PIXELS, BUFFER // channels)
    height, width = _lengths(window)
    count, most = max(1, pixels // (height * width)), max(1, pixels // width)
    (top, _), columns = window.borders
    for start in range(0, batch, count):
        samples = slice(start, min(start + count, batch))
        for first in range(0, window.stops[0], most):
            last = min(first + most, window.stops[0])
            begin, end = first - top, last - 1 + window.kernel[0] - top
            rows = slice(max(begin, 0), min(end, window.image[0]))
            border = (rows.start - begin, end - rows.stop)
            part = replace(window, image=(rows.stop - rows.start, window.image[1]), borders=(border, columns))
            yield Block(part, samples, rows, slice(first, last))


class FlatStops:
    """Numbers for each stop of the window along the row of pixels; also for those that reach into the next image row.

    Attributes
    ----------
    numbers
        All of them, ``(places, filters)``.
    matrix
        The same, ordered as `FlatImages.windows` are: ``(shifts, blocks, windows, filters)``.
    image
        Those that count: ``(samples, rows, columns * filters)``.
    """

    def __init__(self, numbers: Tensor, images: FlatImages) -> None:
        shifts, blocks, windows = images.matrices
        filters = numbers.shape[1]
        (height, width), (rows, columns) = images.lengths, images.window.stops
        self.numbers = numbers[: math.prod(images.matrices)]
        self.matrix = self.numbers.reshape(blocks, windows, shifts, filters).transpose(2, 0, 1, 3)
        whole = numbers[: images.count * height * width].reshape(images.count, height, width * filters)
        self.image = whole[:, :rows, : columns * filters]


class FlatImages:
    """Images and their borders in one row of pixels, and what is computed from them.

    Attributes
    ----------
    lengths
        Rows and columns that an image takes.
    matrices
        How many shifts, blocks in each, and windows in each block there are.
    interior
        Where the images are filled in. What is around them stays zero.
    """

    def __init__(self, tape: Tape, window: Window, count: int, channels: int, filters: int) -> None:
        self._tape, self.window, self.count, self._filters = tape, window, count, filters
        self.lengths = height, width = _lengths(window)
        rows, columns = window.kernel
        self._width, self._size = width * channels, columns * channels
        windows = math.ceil(((count - 1) * height + window.stops[0]) * width / columns)
        blocks = math.ceil(windows * self._size * filters / SMALL_PRODUCT)
        blocks = blocks if windows >= blocks * FEWEST_WINDOWS else 1
        self.matrices = (columns, blocks, math.ceil(windows / blocks))
        self._pixels = max(math.prod(self.matrices), count * height * width)
        self._numbers = tape.zeros(((self._pixels + columns) * channels + (rows - 1) * self._width,))
        (top, _), (left, _) = window.borders
        whole = self._numbers[: count * height * self._width].reshape(count, height, width, channels)
        self.interior = whole[:, top : top + window.image[0], left : left + window.image[1]]
        self.stops, self.more_stops = (FlatStops(tape.empty((self._pixels, filters)), self) for _ in range(2))
        self._channels = channels
        self._grads: FlatStops | None = None

    @property
    def grads(self) -> FlatStops:
        """Where a gradient is filled in. What is around it stays zero."""
        self._grads = self._grads or FlatStops(self._tape.zeros((self._pixels, self._filters)), self)
        return self._grads

    def windows(self, kernel_row: int) -> Tensor:
        """What a row of the kernel meets, as matrices: ``(shifts, blocks, windows, columns * channels)``.

        Rows of a matrix must not overlap. So there is a matrix for each shift of the first window by a pixel, in which
        the windows lie side by side; and it is cut into blocks that make small products.
        """
        _, _, windows = self.matrices
        shape = (*self.matrices, self._size)
        strides = (self._channels, windows * self._size, self._size, 1)
        start = self._numbers[kernel_row * self._width :]
        return start.windows(shape, tuple(step * start.strides[0] for step in strides))


def _filled(tape: Tape, window: Window, x: Tensor, filters: int) -> Iterator[tuple[Block, FlatImages]]:
    """The blocks, each with its images filled in; equal blocks one after the other in the same place."""
    channels = x.shape[3]
    made: dict[tuple[Window, int], FlatImages] = {}
    for block in blocks_of(window, x.shape[0], max(channels, filters)):
        key = (block.window, block.count)
        if key not in made:
            made[key] = FlatImages(tape, block.window, block.count, channels, filters)
        tape.copy(x[block.samples, block.rows], made[key].interior)
        yield block, made[key]


def _lengths(window: Window) -> tuple[int, int]:
    """Rows and columns that an image takes. Zeros after a row are those before the next as well."""
    height, width = (length + max(border) for length, border in zip(window.image, window.borders, strict=True))
    return height, width
