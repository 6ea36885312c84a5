"""How windows go over the axes of a batch when it is pooled, and the hyperparameters that say so.

They are declared here once for all pooling layers.
"""

from __future__ import annotations

import math
from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
from pydantic import BeforeValidator, Field

from deepviz.engine.layer import Layer
from deepviz.engine.ops.convolution_window import Length, Pair, check_image, same_border
from deepviz.engine.shapes import Shape, ShapeError, shape_text

Index = tuple[slice, ...]
Part = tuple[Index, Index]


def _pair_if_any(value: Any) -> Any:
    """One whole number stands for rows and columns alike, as in Keras."""
    return (value, value) if isinstance(value, int) and not isinstance(value, bool) else value


PairIfAny = Annotated[tuple[Length, Length] | None, BeforeValidator(_pair_if_any)]


@dataclass(frozen=True)
class Windows:
    """Windows along one axis of a batch.

    Attributes
    ----------
    axis
        Which axis, that of the batch counted.
    length
        How long the axis is.
    size, stride
        Length of a window, and how far it is from the start of one to that of the next.
    before
        How many places in front of the axis the first window starts: there and behind the axis is nothing.
    count
        How many windows there are.
    """

    axis: int
    length: int
    size: int
    stride: int
    before: int
    count: int

    @property
    def padded(self) -> bool:
        """Whether some windows reach beyond the axis."""
        return self.before > 0 or (self.count - 1) * self.stride + self.size > self.length

    @property
    def overlap(self) -> bool:
        """Whether numbers belong to several windows."""
        return self.size > self.stride

    @property
    def tile(self) -> bool:
        """Whether each number belongs to one window."""
        return self.size == self.stride and self.count * self.size == self.length and not self.padded

    def parts(self) -> list[Part]:
        """For each place in a window, which windows have it and where it lies on the axis, as indices of a batch."""
        found = []
        for offset in range(self.size):
            first = max(0, math.ceil((self.before - offset) / self.stride))
            last = min(self.count - 1, (self.length - 1 + self.before - offset) // self.stride)
            if first <= last:
                start = first * self.stride + offset - self.before
                stop = last * self.stride + offset - self.before + 1
                found.append((self._at(slice(first, last + 1)), self._at(slice(start, stop, self.stride))))
        return found

    def shape_after(self, shape: Sequence[int]) -> tuple[int, ...]:
        """The shape of a batch with one number for each window."""
        return (*shape[: self.axis], self.count, *shape[self.axis + 1 :])

    def shape_before(self, shape: Sequence[int]) -> tuple[int, ...]:
        """The shape of a batch that has one number for each window of it."""
        return (*shape[: self.axis], self.length, *shape[self.axis + 1 :])

    def filled(self) -> np.ndarray:
        """How many numbers each window holds."""
        starts = np.arange(self.count) * self.stride - self.before
        return np.minimum(starts + self.size, self.length) - np.maximum(starts, 0)

    def _at(self, where: slice) -> Index:
        return (slice(None),) * self.axis + (where,)


class Pooling(Layer):
    """A layer that leaves one number of each window."""

    category: ClassVar[str] = "Pooling"

    @abstractmethod
    def windows(self, shape: Shape) -> tuple[Windows, ...]:
        """The windows along each axis of an input of this shape.

        Raises
        ------
        ShapeError
            If the layer cannot take such an input.
        """

    def output_shape(self, inputs: Sequence[Shape]) -> Shape:
        return (*(along.count for along in self.windows(inputs[0])), inputs[0][-1])


class Pooling1D(Pooling):
    """Pooling of a sequence."""

    pool_size: int = Field(2, ge=1, le=1000, title="Window", description="Steps of which one number remains.")
    strides: int | None = Field(
        None, ge=1, le=1000, title="Stride", description="How far the window moves at a time; if empty, by its length."
    )
    padding: Literal["valid", "same"] = Field(
        "valid",
        title="Padding",
        description="valid: windows that would reach beyond the end are left out. same: they take what is there.",
    )

    def windows(self, shape: Shape) -> tuple[Windows, ...]:
        if len(shape) != 2:
            raise ShapeError(f"{self.label} needs a sequence of steps × features; it gets {shape_text(shape)}.")
        return windows_over(self.label, shape, (self.pool_size,), (self.strides or self.pool_size,), self.padding)

    def headline(self) -> str:
        return str(self.pool_size)


class Pooling2D(Pooling):
    """Pooling of an image."""

    pool_size: Pair = Field((2, 2), title="Window", description="Rows × columns of which one number remains.")
    strides: PairIfAny = Field(
        None,
        title="Strides",
        description="How far the window moves at a time, down × right; if empty, by its own size.",
    )
    padding: Literal["valid", "same"] = Field(
        "valid",
        title="Padding",
        description="valid: windows that would reach beyond the edge are left out. same: they take what is there.",
    )

    def windows(self, shape: Shape) -> tuple[Windows, ...]:
        check_image(self.label, shape)
        return windows_over(self.label, shape, self.pool_size, self.strides or self.pool_size, self.padding)

    def headline(self) -> str:
        return shape_text(self.pool_size)


def windows_over(
    label: str, shape: Shape, sizes: Sequence[int], strides: Sequence[int], padding: str
) -> tuple[Windows, ...]:
    """The windows of a layer along the axes of its input but the last.

    With padding "same" there are ``length / stride`` windows, rounded up, as in TensorFlow and Keras.

    Raises
    ------
    ShapeError
        If a window does not fit into the input; it offers to set the padding to "same".
    """
    found = []
    for axis, (length, size, stride) in enumerate(zip(shape[:-1], sizes, strides, strict=True), 1):
        if padding == "same":
            before, _ = same_border(length, size, stride)
            found.append(Windows(axis, length, size, stride, before, math.ceil(length / stride)))
        else:
            found.append(Windows(axis, length, size, stride, 0, (length - size) // stride + 1))
    if min(along.count for along in found) < 1:
        raise ShapeError(
            f"{label}: a window of {shape_text(sizes)} does not fit into {shape_text(shape)}. "
            f'Make it smaller, or set the padding to "same".',
            change={"padding": "same"},
        )
    return tuple(found)
