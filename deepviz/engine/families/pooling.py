"""What pooling layers have in common: hyperparameters, windows, and what remains of a window: its maximum or mean."""

from __future__ import annotations

import math
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import Annotated, ClassVar

from pydantic import BeforeValidator, Field

from deepviz.engine.families.image import Length, Margin, Padding, Pair, Sides, as_pair, check_image
from deepviz.engine.families.sequence import check_places, check_sequence
from deepviz.engine.layer import Kept, Layer
from deepviz.engine.ops import pooling
from deepviz.engine.ops.convolution_window import same_border
from deepviz.engine.ops.pooling_window import Windows
from deepviz.engine.shapes import Shape, ShapeError, shape_text
from deepviz.engine.tape import Tape, Tensor

PairIfAny = Annotated[tuple[Length, Length] | None, BeforeValidator(as_pair)]


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


class MaxPooling(Pooling):
    """Pooling that leaves the largest number of each window."""

    formula: ClassVar[str] = "y = max of each window"

    def forward(self, tape: Tape, params: Mapping[str, Tensor], inputs: Sequence[Tensor]) -> tuple[Tensor, Kept]:
        x = inputs[0]
        windows = self.windows(x.shape[1:])
        y, wins = pooling.largest(tape, x, windows)
        return y, (x, windows, wins)

    def backward(
        self, tape: Tape, params: Mapping[str, Tensor], grads: Mapping[str, Tensor], kept: Kept, grad: Tensor
    ) -> Sequence[Tensor]:
        x, windows, wins = kept
        return [pooling.largest_grad(tape, x.shape, windows, wins, grad, like=x)]


class AveragePooling(Pooling):
    """Pooling that leaves the mean of each window."""

    formula: ClassVar[str] = "y = mean of each window"

    def forward(self, tape: Tape, params: Mapping[str, Tensor], inputs: Sequence[Tensor]) -> tuple[Tensor, Kept]:
        x = inputs[0]
        windows = self.windows(x.shape[1:])
        return pooling.mean(tape, x, windows), (x, windows)

    def backward(
        self, tape: Tape, params: Mapping[str, Tensor], grads: Mapping[str, Tensor], kept: Kept, grad: Tensor
    ) -> Sequence[Tensor]:
        x, windows = kept
        return [pooling.mean_grad(tape, x.shape, windows, grad, like=x)]


class Pooling1D(Pooling):
    """Pooling of a sequence."""

    shape_rule: ClassVar[str] = (
        "steps × c → steps′ × c; steps′ = ⌊(steps + padding − window) / stride⌋ + 1; same: steps′ = ⌈steps / stride⌉"
    )

    pool_size: int = Field(2, ge=1, le=1000, title="Window", description="Steps of which one number remains.")
    strides: int | None = Field(
        None, ge=1, le=1000, title="Stride", description="How far the window moves at a time; if empty, by its length."
    )
    padding: Padding = Field(
        "valid",
        title="Padding",
        description="valid: windows that would reach beyond the end are left out. same: they take what is there. "
        "explicit: as far beyond as you say, and there too they take what is there.",
    )
    explicit_padding: tuple[Margin, Margin] = Field(
        (0, 0),
        title="Own padding",
        description="Steps that windows may reach beyond the beginning and the end, if the padding is explicit.",
        json_schema_extra={"kind": "sides", "when": {"padding": "explicit"}},
    )

    def windows(self, shape: Shape) -> tuple[Windows, ...]:
        check_sequence(self.label, shape)
        sizes, strides = (self.pool_size,), (self.strides or self.pool_size,)
        return windows_over(self.label, shape, sizes, strides, self.padding, self.explicit_padding)

    def headline(self) -> str:
        return str(self.pool_size)


class Pooling2D(Pooling):
    """Pooling of an image."""

    shape_rule: ClassVar[str] = (
        "h × w × c → h′ × w′ × c; h′ = ⌊(h + padding − window) / stride⌋ + 1; same: h′ = ⌈h / stride⌉"
    )

    pool_size: Pair = Field((2, 2), title="Window", description="Rows × columns of which one number remains.")
    strides: PairIfAny = Field(
        None,
        title="Strides",
        description="How far the window moves at a time, down × right; if empty, by its own size.",
    )
    padding: Padding = Field(
        "valid",
        title="Padding",
        description="valid: windows that would reach beyond the edge are left out. same: they take what is there. "
        "explicit: as far beyond as you say, and there too they take what is there.",
    )
    explicit_padding: Sides = Field(
        (0, 0, 0, 0),
        title="Own padding",
        description="How far windows may reach beyond the image above, below, left and right, if padding is explicit.",
        json_schema_extra={"kind": "sides", "when": {"padding": "explicit"}},
    )

    def windows(self, shape: Shape) -> tuple[Windows, ...]:
        check_image(self.label, shape)
        strides = self.strides or self.pool_size
        return windows_over(self.label, shape, self.pool_size, strides, self.padding, self.explicit_padding)

    def headline(self) -> str:
        return shape_text(self.pool_size)


class GlobalPooling(Layer):
    """Pooling whose window is all of an image or sequence: one number of each channel or feature remains."""

    category: ClassVar[str] = "Pooling"
    shape_rule: ClassVar[str] = "… × c → c"

    def output_shape(self, inputs: Sequence[Shape]) -> Shape:
        check_places(self.label, inputs[0])
        return (inputs[0][-1],)

    @classmethod
    def examples(cls) -> Sequence[tuple[Layer, Sequence[Shape]]]:
        return [(cls(), [(4, 3, 2)]), (cls(), [(5, 3)])]


def windows_over(
    label: str,
    shape: Shape,
    sizes: Sequence[int],
    strides: Sequence[int],
    padding: Padding,
    explicit: Sequence[int] = (),
) -> tuple[Windows, ...]:
    """The windows of a layer along the axes of its input but the last.

    With padding "same" there are ``length / stride`` windows, rounded up, as in TensorFlow and Keras. With "explicit"
    they may reach as many places as `explicit` says beyond the start and the end of each axis, two numbers an axis.

    Raises
    ------
    ShapeError
        If a window does not fit into the input, offering to set the padding to "same"; or if it would be empty.
    """
    found = []
    for axis, (length, size, stride) in enumerate(zip(shape[:-1], sizes, strides, strict=True), 1):
        if padding == "same":
            before, _ = same_border(length, size, stride)
            found.append(Windows(axis, length, size, stride, before, math.ceil(length / stride)))
        else:
            before, after = explicit[2 * axis - 2 : 2 * axis] if padding == "explicit" else (0, 0)
            found.append(Windows(axis, length, size, stride, before, (before + length + after - size) // stride + 1))
    if min(along.count for along in found) < 1:
        raise ShapeError(
            f"{label}: a window of {shape_text(sizes)} does not fit into {shape_text(shape)}. "
            f'Make it smaller, or set the padding to "same".',
            change={"padding": "same"},
        )
    if not all(along.least_filled > 0 for along in found):
        raise ShapeError(
            f"{label}: with a padding of {', '.join(map(str, explicit))} a window of {shape_text(sizes)} would see "
            f"nothing of {shape_text(shape)}. Make the padding smaller than the window."
        )
    return tuple(found)
