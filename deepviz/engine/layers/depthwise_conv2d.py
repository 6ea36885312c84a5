"""DepthwiseConv2D: a convolution in which every channel has kernels of its own and the channels do not mix."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import ClassVar

from pydantic import Field

from deepviz.engine.families import convolution as family
from deepviz.engine.families.image import Padding, Pair, Sides, check_image
from deepviz.engine.layer import Kept, Layer
from deepviz.engine.ops import convolution, depthwise_convolution
from deepviz.engine.ops.convolution_window import Window
from deepviz.engine.shapes import Shape
from deepviz.engine.tape import Tape, Tensor
from deepviz.engine.weighted import Weighted


class DepthwiseConv2D(Weighted):
    """Depthwise convolution: each channel is convolved by itself, with one kernel or several.

    With ``x`` of shape (batch, rows, columns, channels), ``W`` of shape (kernel rows, kernel columns, channels,
    multiplier) and ``b`` of shape (channels · multiplier,), for strides and dilation of 1 and without padding, where
    ``f = k · multiplier + m`` is the output channel of kernel ``m`` of channel ``k``::

        y[n, r, c, f]     = b[f] + sum over i, j of x[n, r + i, c + j, k] W[i, j, k, m]
        dL/dW[i, j, k, m] = sum over n, r, c of x[n, r + i, c + j, k] dL/dy[n, r, c, f]
        dL/db[f]          = sum over n, r, c of dL/dy[n, r, c, f]
        dL/dx[n, p, q, k] = sum over i, j, m of dL/dy[n, p - i, q - j, f] W[i, j, k, m]

    With a Conv2D of 1 × 1 behind it, it does with a fraction of the weights what a Conv2D does (Howard et al. 2017).
    """

    category: ClassVar[str] = "Convolution"
    synonyms: ClassVar[tuple[str, ...]] = ("convolution", "separable", "mobilenet", "channelwise", "kernel")
    formula: ClassVar[str] = "yₖ = xₖ ∗ Wₖ + bₖ"
    shape_rule: ClassVar[str] = (
        "h × w × c → h′ × w′ × (depth multiplier · c); h′ = ⌊(h + zeros − reach) / stride⌋ + 1; "
        "reach = dilation · (kernel − 1) + 1"
    )

    kernel_size: Pair = family.KERNEL_SIZE
    depth_multiplier: int = Field(
        1, ge=1, le=1000, title="Kernels a channel", description="How many outputs each channel of the input gives."
    )
    strides: Pair = family.STRIDES
    padding: Padding = family.PADDING
    explicit_padding: Sides = family.EXPLICIT_PADDING
    dilation_rate: Pair = family.DILATION_RATE
    use_bias: bool = family.USE_BIAS

    def window(self, shape: Shape) -> Window:
        """How the kernels go over an image of this shape.

        Raises
        ------
        ShapeError
            If the layer cannot take such an image.
        """
        check_image(self.label, shape)
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
        return (*self.window(inputs[0]).stops, inputs[0][-1] * self.depth_multiplier)

    def parameter_shapes(self, inputs: Sequence[Shape]) -> dict[str, Shape]:
        channels = inputs[0][-1]
        weights: dict[str, Shape] = {"W": (*self.kernel_size, channels, self.depth_multiplier)}
        return weights | ({"b": (channels * self.depth_multiplier,)} if self.use_bias else {})

    def macs(self, inputs: Sequence[Shape]) -> int:
        return math.prod(self.window(inputs[0]).stops) * math.prod(self.parameter_shapes(inputs)["W"])

    def forward(self, tape: Tape, params: Mapping[str, Tensor], inputs: Sequence[Tensor]) -> tuple[Tensor, Kept]:
        x = inputs[0]
        window = self.window(x.shape[1:])
        y = depthwise_convolution.convolve(tape, window, x, params["W"])
        if self.use_bias:
            y = convolution.add_bias(tape, y, params["b"])
        return y, (x, window)

    def backward(
        self, tape: Tape, params: Mapping[str, Tensor], grads: Mapping[str, Tensor], kept: Kept, grad: Tensor
    ) -> Sequence[Tensor]:
        x, window = kept
        depthwise_convolution.kernel_grad(tape, window, x, grad, grads["W"])
        if self.use_bias:
            convolution.bias_grad(tape, grad, grads["b"])
        return [depthwise_convolution.input_grad(tape, window, params["W"], grad)]

    def unit_axes(self, name: str, rank: int) -> tuple[int, ...]:
        return (2, 3)  # each channel has kernels of its own

    @classmethod
    def examples(cls) -> Sequence[tuple[Layer, Sequence[Shape]]]:
        return [
            (cls(), [(4, 5, 2)]),
            (cls(kernel_size=(2, 3), strides=(2, 1), padding="same", depth_multiplier=3), [(3, 4, 2)]),
            (cls(kernel_size=2, padding="explicit", explicit_padding=(1, 0, 0, 2), use_bias=False), [(2, 3, 1)]),
            (cls(kernel_size=2, dilation_rate=(1, 2), depth_multiplier=2), [(3, 4, 2)]),
        ]

    def headline(self) -> str:
        size = family.headline(None, self.kernel_size, self.strides)
        return size if self.depth_multiplier == 1 else f"{self.depth_multiplier} · {size}"
