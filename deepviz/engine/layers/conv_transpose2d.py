"""ConvTranspose2D: every pixel stamps a small pattern onto a larger image. It enlarges where Conv2D shrinks."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Annotated, ClassVar

from pydantic import BeforeValidator, Field

from deepviz.engine.families import convolution as family
from deepviz.engine.families.image import Margin, Padding, Pair, Sides, as_pair, check_image
from deepviz.engine.layer import Kept, Layer
from deepviz.engine.ops import convolution
from deepviz.engine.ops.convolution_window import Border, Window
from deepviz.engine.shapes import Shape, ShapeError, shape_text
from deepviz.engine.tape import Tape, Tensor
from deepviz.engine.weighted import ADVANCED, Weighted

OutputPadding = Annotated[tuple[Margin, Margin], BeforeValidator(as_pair)]


class ConvTranspose2D(Weighted):
    """Transposed convolution: each pixel stamps a kernel on the output, times its number; where stamps meet, they add.

    It does forward what Conv2D does backward. With ``x`` of shape (batch, rows, columns, channels), ``W`` of shape
    (kernel rows, kernel columns, filters, channels) and ``b`` of shape (filters,), for strides ``s`` and without
    cropping::

        y[n, p, q, f]     = b[f] + sum over r, c, i, j, k of x[n, r, c, k] W[i, j, f, k]
                            with r s + i = p and c s + j = q
        dL/dW[i, j, f, k] = sum over n, r, c of x[n, r, c, k] dL/dy[n, r s + i, c s + j, f]
        dL/db[f]          = sum over n, p, q of dL/dy[n, p, q, f]
        dL/dx[n, r, c, k] = sum over i, j, f of dL/dy[n, r s + i, c s + j, f] W[i, j, f, k]

    Dumoulin & Visin 2016 show it in pictures. With "same" padding the output is cropped to ``s`` times the size of the
    input, with "explicit" as one says.
    """

    category: ClassVar[str] = "Convolution"
    synonyms: ClassVar[tuple[str, ...]] = (
        "deconvolution",
        "transposed convolution",
        "upsampling",
        "decoder",
        "generator",
        "Conv2DTranspose",
        "deconv",
    )
    formula: ClassVar[str] = "y = x ∗ᵀ W + b"
    shape_rule: ClassVar[str] = (
        "h × w × c → h′ × w′ × filters; h′ = (h − 1) · stride + max(reach, stride); same: h′ = stride · h; "
        "with p: h′ = (h − 1) · stride + reach + p; same, with p: h′ = (h − 1) · stride + reach mod 2 + p; "
        "explicit: h′ = (h − 1) · stride + reach − cropped; "
        "explicit, with p: h′ = (h − 1) · stride + reach + p − cropped; "
        "p = output padding; reach = dilation · (kernel − 1) + 1"
    )

    filters: int = Field(8, ge=1, le=65_536, title="Filters", description="How many channels the output has.")
    kernel_size: Pair = Field((3, 3), title="Kernel", description="Rows × columns that one pixel is stamped on.")
    strides: Pair = Field(
        (1, 1), title="Strides", description="How far apart the stamps are; 2 × 2 doubles rows and columns."
    )
    padding: Padding = Field(
        "valid",
        title="Padding",
        description="valid: the output holds every stamp whole. same: it is cropped to the input times the strides. "
        "explicit: as you say.",
    )
    explicit_padding: Sides = Field(
        (0, 0, 0, 0),
        title="Own cropping",
        description="Rows and columns of the stamps cropped above, below, left and right, if the padding is explicit.",
        json_schema_extra={"kind": "sides", "when": {"padding": "explicit"}},
    )
    output_padding: OutputPadding | None = Field(
        None,
        title="Output padding",
        description="Rows and columns added at the end, fewer than the strides. Left out, as many as the size needs.",
        json_schema_extra=ADVANCED,
    )
    dilation_rate: Pair = family.DILATION_RATE
    use_bias: bool = family.USE_BIAS

    def window(self, shape: Shape) -> Window:
        """The window that, going over the output, would stop once for each pixel of an input of this shape.

        Raises
        ------
        ShapeError
            If the layer cannot take such an image.
        """
        check_image(self.label, shape)
        extent = Window((0, 0), self.kernel_size, self.strides, self.dilation_rate).extent
        extra, cropped = self.output_padding or (None, None), (self.explicit_padding[:2], self.explicit_padding[2:])
        rows, columns = (
            self._enlarged(shape, *lengths)
            for lengths in zip(shape[:2], extent, self.strides, extra, cropped, strict=True)
        )
        return Window((rows[0], columns[0]), self.kernel_size, self.strides, self.dilation_rate, (rows[1], columns[1]))

    def _enlarged(
        self, shape: Shape, length: int, extent: int, stride: int, extra: int | None, cropped: Border
    ) -> tuple[int, Border]:
        """Length of the output along one axis, and how much of the stamps is cropped before and after, as in Keras.

        `cropped` is how much that is if the padding is explicit, as in PyTorch.
        `shape`, that of the whole input, is only told if it does not do.
        """
        if extra is not None and extra >= stride:
            raise ShapeError(
                f"{self.label} needs an output padding below its strides; it has "
                f"{shape_text(self.output_padding or ())} and strides of {shape_text(self.strides)}."
            )
        whole = (length - 1) * stride + extent
        if self.padding == "valid":
            return whole + (max(stride - extent, 0) if extra is None else extra), (0, 0)
        if self.padding == "explicit":
            result = whole + (extra or 0) - sum(cropped)
            if result < 1:
                raise ShapeError(
                    f"{self.label} gives no pixel: cropped by {', '.join(map(str, self.explicit_padding))}, "
                    f"{shape_text(self.kernel_size)} leaves nothing of {shape_text(shape)}. Crop less."
                )
            return result, cropped
        result = length * stride if extra is None else (length - 1) * stride + extent % 2 + extra
        if result < 1:
            raise ShapeError(
                f"{self.label} gives no pixel: cropped to the same size, {shape_text(self.kernel_size)} leaves "
                f"nothing of {shape_text(shape)}. Choose a larger output padding."
            )
        before = max(whole - result, 0) // 2
        return result, (before, max(whole - result - before, 0))

    def output_shape(self, inputs: Sequence[Shape]) -> Shape:
        return (*self.window(inputs[0]).image, self.filters)

    def parameter_shapes(self, inputs: Sequence[Shape]) -> dict[str, Shape]:
        weights: dict[str, Shape] = {"W": (*self.kernel_size, self.filters, inputs[0][-1])}
        return weights | ({"b": (self.filters,)} if self.use_bias else {})

    def macs(self, inputs: Sequence[Shape]) -> int:
        """Every pixel of the input is multiplied with the whole kernel, also where the stamp is cropped afterwards."""
        return math.prod(inputs[0][:2]) * math.prod(self.parameter_shapes(inputs)["W"])

    def forward(self, tape: Tape, params: Mapping[str, Tensor], inputs: Sequence[Tensor]) -> tuple[Tensor, Kept]:
        x = inputs[0]
        window = self.window(x.shape[1:])
        y = convolution.input_grad(tape, window, params["W"], x)
        if self.use_bias:
            y = convolution.add_bias(tape, y, params["b"])
        return y, (x, window)

    def backward(
        self, tape: Tape, params: Mapping[str, Tensor], grads: Mapping[str, Tensor], kept: Kept, grad: Tensor
    ) -> Sequence[Tensor]:
        x, window = kept
        convolution.kernel_grad(tape, window, grad, x, grads["W"])
        if self.use_bias:
            convolution.bias_grad(tape, grad, grads["b"])
        return [convolution.convolve(tape, window, grad, params["W"])]

    def unit_axes(self, name: str, rank: int) -> tuple[int, ...]:
        return (2,)  # W has a filter at each place of its third axis

    @classmethod
    def examples(cls) -> Sequence[tuple[Layer, Sequence[Shape]]]:
        return [
            (cls(filters=2), [(3, 2, 2)]),
            (cls(filters=2, kernel_size=(3, 2), strides=2, padding="same", use_bias=False), [(2, 3, 3)]),
            (cls(filters=1, kernel_size=(2, 4), strides=(3, 2), output_padding=(2, 1)), [(2, 3, 2)]),
            (cls(filters=2, kernel_size=3, strides=2, padding="same", output_padding=1), [(2, 3, 1)]),
            (cls(filters=2, kernel_size=2, strides=(1, 3), dilation_rate=(2, 1)), [(2, 2, 2)]),
            (cls(filters=2, strides=2, padding="explicit", explicit_padding=(1, 0, 2, 1)), [(2, 3, 2)]),
        ]

    def headline(self) -> str:
        return family.headline(self.filters, self.kernel_size, self.strides)
