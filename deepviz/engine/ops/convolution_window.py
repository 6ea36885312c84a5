"""How the window of a kernel goes over an image: where it stops, what comes out, and what is added around the image."""

from __future__ import annotations

import math
from dataclasses import dataclass

Border = tuple[int, int]
"""Rows or columns of zeros that are added before and after."""


@dataclass(frozen=True)
class Window:
    """A window that goes over an image with borders of zeros.

    Attributes
    ----------
    image
        Rows and columns of the image.
    kernel
        Rows and columns of the kernel.
    strides
        How far the window moves from one stop to the next, down and to the right.
    dilation
        How far apart in the image two neighbours of the kernel are. 1 if nothing is left out between them.
    borders
        Zeros above and below the image, and left and right of it.
    """

    image: tuple[int, int]
    kernel: tuple[int, int]
    strides: tuple[int, int] = (1, 1)
    dilation: tuple[int, int] = (1, 1)
    borders: tuple[Border, Border] = ((0, 0), (0, 0))

    @property
    def extent(self) -> tuple[int, int]:
        """Rows and columns of the image that the window spans."""
        rows, columns = ((length - 1) * step + 1 for length, step in zip(self.kernel, self.dilation, strict=True))
        return rows, columns

    @property
    def padded(self) -> tuple[int, int]:
        """Rows and columns of the image with its borders."""
        rows, columns = (length + sum(border) for length, border in zip(self.image, self.borders, strict=True))
        return rows, columns

    @property
    def stops(self) -> tuple[int, int]:
        """Rows and columns of stops, each of which gives a pixel of the output; below 1 if the window is too large."""
        rows, columns = (
            (length - extent) // stride + 1
            for length, extent, stride in zip(self.padded, self.extent, self.strides, strict=True)
        )
        return rows, columns

    @property
    def is_one_pixel(self) -> bool:
        """Whether the window sees each pixel by itself, one after the other."""
        return self.kernel == self.strides == (1, 1) and self.padded == self.image

    @property
    def overlaps_image(self) -> bool:
        """Whether the window sees some of the image at every stop: no border is as wide as the window."""
        return all(max(border) < extent for border, extent in zip(self.borders, self.extent, strict=True))

    @property
    def backwards(self) -> Window:
        """The window that goes over the stops as this one, with strides of 1, goes over the image.

        Where this one stops once for each place, that one stops once for each pixel and sees all stops that saw it.
        """
        (top, bottom), (left, right) = self.borders
        rows, columns = (extent - 1 for extent in self.extent)
        borders = ((rows - top, rows - bottom), (columns - left, columns - right))
        return Window(self.stops, self.kernel, (1, 1), self.dilation, borders)

    def inside(self, kernel_row: int, kernel_column: int) -> tuple[slice, slice]:
        """The rows and columns of the padded image that one number of the kernel meets, stop after stop."""
        rows, columns = (
            slice(number * dilation, number * dilation + (stops - 1) * stride + 1, stride)
            for number, dilation, stops, stride in zip(
                (kernel_row, kernel_column), self.dilation, self.stops, self.strides, strict=True
            )
        )
        return rows, columns

    @property
    def interior(self) -> tuple[slice, slice]:
        """The rows and columns of the padded image that are the image."""
        (top, _), (left, _) = self.borders
        return slice(top, top + self.image[0]), slice(left, left + self.image[1])


def same_border(length: int, extent: int, stride: int) -> Border:
    """The zeros with which ``length / stride``, rounded up, stops fit in; of an odd number one more at the end.

    That is TensorFlow's and Keras's "same".
    """
    total = max((math.ceil(length / stride) - 1) * stride + extent - length, 0)
    return total // 2, total - total // 2
