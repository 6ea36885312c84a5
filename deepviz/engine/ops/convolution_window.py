"""How the window of a kernel goes over an image: where it stops, what comes out, and what is added around the image.

The hyperparameters that say so are declared here once for all convolution layers.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from deepviz.engine.shapes import Shape, ShapeError, shape_text
from deepviz.engine.weighted import ADVANCED

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


def as_pair(value: Any) -> Any:
    """One whole number stands for rows and columns alike, as in Keras."""
    return (value, value) if isinstance(value, int) and not isinstance(value, bool) else value


def _four(value: Any) -> Any:
    """One whole number stands for all four sides; a pair for above and below, and for left and right."""
    if isinstance(value, int) and not isinstance(value, bool):
        return (value,) * 4
    if isinstance(value, list | tuple) and len(value) == 2:
        return (value[0], value[0], value[1], value[1])
    return value


Length = Annotated[int, Field(ge=1, le=1000)]
Margin = Annotated[int, Field(ge=0, le=1000)]
Pair = Annotated[tuple[Length, Length], BeforeValidator(as_pair)]
Sides = Annotated[tuple[Margin, Margin, Margin, Margin], BeforeValidator(_four)]
Padding = Literal["valid", "same", "explicit"]

# Shared by the layers on images. A layer that needs another default or text declares its own.
KERNEL_SIZE = Field((3, 3), title="Kernel", description="Rows × columns that are weighed and summed for one output.")
STRIDES = Field(
    (1, 1), title="Strides", description="How far the kernel moves at a time, down × right; 2 × 2 halves the image."
)
PADDING: Padding = Field(
    "valid",
    title="Padding",
    description="valid: none. same: zeros around the image; at strides of 1 its size stays. explicit: your own.",
)
EXPLICIT_PADDING = Field(
    (0, 0, 0, 0),
    title="Own padding",
    description="Rows and columns of zeros added above, below, left and right, if the padding is explicit.",
    json_schema_extra={"kind": "sides", "when": {"padding": "explicit"}},
)
DILATION_RATE = Field(
    (1, 1),
    title="Dilation",
    description="How far apart the kernel looks; 2 × 2 leaves out every other row and column.",
    json_schema_extra=ADVANCED,
)
USE_BIAS = Field(True, title="Bias", description="Whether a trained number is added to each output channel.")


def window_over(
    label: str,
    image: tuple[int, int],
    kernel: tuple[int, int],
    strides: tuple[int, int],
    dilation: tuple[int, int],
    padding: str,
    explicit: tuple[int, int, int, int] = (0, 0, 0, 0),
    is_sequence: bool = False,
) -> Window:
    """The window of a layer.

    Parameters
    ----------
    label
        The layer's name, for messages.
    padding, explicit
        "valid", "same" or "explicit"; the rows above and below, and the columns left and right, of the latter.
    is_sequence
        Whether the image is a sequence in truth, of one row: then messages say so.

    Raises
    ------
    ShapeError
        If the window does not fit into the image with its borders.
    """
    bare = Window(image, kernel, strides, dilation)
    if padding == "same":
        rows, columns = (same_border(*lengths) for lengths in zip(image, bare.extent, strides, strict=True))
        return Window(image, kernel, strides, dilation, (rows, columns))
    top, bottom, left, right = explicit if padding == "explicit" else (0, 0, 0, 0)
    window = Window(image, kernel, strides, dilation, ((top, bottom), (left, right)))
    if min(window.stops) < 1:

        def text(lengths: tuple[int, int]) -> str:
            return shape_text(lengths[1:] if is_sequence else lengths)

        what = "a sequence" if is_sequence else "an image"
        spans = "" if window.extent == kernel else f", dilated to {text(window.extent)},"
        around = "" if window.padded == image else f" (with its padding {text(window.padded)})"
        raise ShapeError(
            f"{label}: a kernel of {text(kernel)}{spans} does not fit into {what} of "
            f'{text(image)}{around}. Make the kernel smaller, or set the padding to "same".'
        )
    return window


def check_image(label: str, shape: Shape) -> None:
    """Refuse what is not an image.

    Raises
    ------
    ShapeError
        If the shape is not rows × columns × channels; it offers to insert a Reshape where that can help.
    """
    if len(shape) == 3:
        return
    message = f"{label} needs an image of rows × columns × channels; it gets {shape_text(shape)}."
    if len(shape) == 2:
        raise ShapeError(f"{message} Insert Reshape to make it {shape_text((*shape, 1))}.", "Reshape")
    if len(shape) == 1:
        side = math.isqrt(shape[0])
        image = f" {shape_text((side, side, 1))}" if side > 1 and side * side == shape[0] else " an image"
        raise ShapeError(f"{message} Insert Reshape to make it{image}.", "Reshape")
    raise ShapeError(message)


def check_groups(label: str, shape: Shape, filters: int, groups: int) -> None:
    """Refuse channels or filters that cannot be divided into groups.

    Raises
    ------
    ShapeError
        If one of them cannot.
    """
    if shape[-1] % groups or filters % groups:
        raise ShapeError(
            f"{label} divides channels and filters into {groups} groups; {shape_text(shape)} has {shape[-1]} channels, "
            f"and there are {filters} filters. Choose groups that divide both."
        )


def headline(filters: int | None, kernel: tuple[int, ...], strides: tuple[int, ...]) -> str:
    """What matters most of a convolution, for its card: ``8 · 3×3 / 2`` are 8 filters of 3 × 3 that move by 2."""
    moves = "×".join(map(str, strides if len(set(strides)) > 1 else strides[:1]))
    size = "×".join(map(str, kernel))
    return (f"{filters} · " if filters is not None else "") + size + (f" / {moves}" if moves != "1" else "")
