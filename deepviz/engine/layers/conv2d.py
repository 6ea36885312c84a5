"""Conv2D: small patterns are looked for everywhere in an image, with the same weights. It made computer vision work."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import ClassVar

from pydantic import Field

from deepviz.engine.families import convolution as family
from deepviz.engine.families.image import Padding, Pair, Sides, check_image
from deepviz.engine.layer import Kept, Layer
from deepviz.engine.ops import convolution
from deepviz.engine.ops.convolution_window import Window
from deepviz.engine.shapes import Shape
from deepviz.engine.tape import Tape, Tensor
from deepviz.engine.weighted import Weighted


class Conv2D(Weighted):
    """Convolution: a kernel goes over the image; what it sees is weighed and summed, once for each filter.

    With ``x`` of shape (batch, rows, columns, channels), ``W`` of shape (kernel rows, kernel columns, channels,
    filters) and ``b`` of shape (filters,), for strides and dilation of 1 and without padding::

        y[n, r, c, f]     = b[f] + sum over i, j, k of x[n, r + i, c + j, k] W[i, j, k, f]
        dL/dW[i, j, k, f] = sum over n, r, c of x[n, r + i, c + j, k] dL/dy[n, r, c, f]
        dL/db[f]          = sum over n, r, c of dL/dy[n, r, c, f]
        dL/dx[n, p, q, k] = sum over i, j, f of dL/dy[n, p - i, q - j, f] W[i, j, k, f]

    The field calls this a convolution (LeCun et al. 1989); in signal processing it is a cross-correlation, as the
    kernel is not flipped. The gradient with respect to x is the one that meets it flipped.

    In general the kernel meets pixel ``(r stride + i dilation, c stride + j dilation)`` of the padded image. With
    groups, channels and filters are divided into as many parts, and a filter sees the channels of its part only.
    """

    category: ClassVar[str] = "Convolution"
    synonyms: ClassVar[tuple[str, ...]] = (
        "convolution",
        "cnn",
        "image",
        "kernel",
        "filter",
        "pattern",
        "Convolution2D",
    )
    formula: ClassVar[str] = "y = x ∗ W + b"
    shape_rule: ClassVar[str] = (
        "h × w × c → h′ × w′ × filters; h′ = ⌊(h + zeros − reach) / stride⌋ + 1; reach = dilation · (kernel − 1) + 1"
    )

    filters: int = Field(8, ge=1, le=65_536, title="Filters", description="How many patterns: channels of the output.")
    kernel_size: Pair = family.KERNEL_SIZE
    strides: Pair = family.STRIDES
    padding: Padding = family.PADDING
    explicit_padding: Sides = family.EXPLICIT_PADDING
    dilation_rate: Pair = family.DILATION_RATE
    groups: int = family.GROUPS
    use_bias: bool = family.USE_BIAS

    def window(self, shape: Shape) -> Window:
        """How the kernel goes over an image of this shape.

        Raises
        ------
        ShapeError
            If the layer cannot take such an image.
        """
        check_image(self.label, shape)
        family.check_groups(self.label, shape, self.filters, self.groups)
        return family.window_over(
            self.label,
            (shape[0], shape[1]),
            self.kernel_size,
            self.strides,
            self.dilation_rate,
            self.padding,
            self.explicit_padding,
        )

    def output_shape(self, inputs: Sequence[Shape]) -> Shape:
        return (*self.window(inputs[0]).stops, self.filters)

    def parameter_shapes(self, inputs: Sequence[Shape]) -> dict[str, Shape]:
        weights: dict[str, Shape] = {"W": (*self.kernel_size, inputs[0][-1] // self.groups, self.filters)}
        return weights | ({"b": (self.filters,)} if self.use_bias else {})

    def macs(self, inputs: Sequence[Shape]) -> int:
        return math.prod(self.window(inputs[0]).stops) * math.prod(self.parameter_shapes(inputs)["W"])

    def forward(self, tape: Tape, params: Mapping[str, Tensor], inputs: Sequence[Tensor]) -> tuple[Tensor, Kept]:
        x = inputs[0]
        window = self.window(x.shape[1:])
        y = convolution.convolve(tape, window, x, params["W"], params.get("b"), self.groups)
        return y, (x, window)

    def backward(
        self, tape: Tape, params: Mapping[str, Tensor], grads: Mapping[str, Tensor], kept: Kept, grad: Tensor
    ) -> Sequence[Tensor]:
        x, window = kept
        convolution.kernel_grad(tape, window, x, grad, grads["W"], self.groups)
        if self.use_bias:
            convolution.bias_grad(tape, grad, grads["b"])
        return [convolution.input_grad(tape, window, params["W"], grad, self.groups)]

    @classmethod
    def examples(cls) -> Sequence[tuple[Layer, Sequence[Shape]]]:
        return [
            (cls(filters=2), [(5, 4, 2)]),
            (cls(filters=2, kernel_size=(2, 3), strides=(2, 1), padding="same", use_bias=False), [(5, 4, 3)]),
            (cls(filters=4, kernel_size=2, padding="explicit", explicit_padding=(1, 0, 2, 1), groups=2), [(3, 3, 2)]),
            (cls(filters=2, kernel_size=(2, 3), dilation_rate=(2, 1), strides=(1, 2)), [(5, 6, 1)]),
            (cls(filters=3, kernel_size=1), [(3, 2, 4)]),
        ]

    def headline(self) -> str:
        return family.headline(self.filters, self.kernel_size, self.strides)
