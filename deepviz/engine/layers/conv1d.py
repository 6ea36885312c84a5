"""Conv1D: small patterns are looked for everywhere in a sequence, with the same weights."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import ClassVar, Literal

from pydantic import Field

from deepviz.engine.families import convolution as family
from deepviz.engine.families.image import Margin
from deepviz.engine.families.sequence import check_sequence
from deepviz.engine.layer import Kept, Layer
from deepviz.engine.ops import convolution
from deepviz.engine.ops.convolution_window import Window
from deepviz.engine.shapes import Shape
from deepviz.engine.tape import Tape, Tensor
from deepviz.engine.weighted import ADVANCED, Weighted


class Conv1D(Weighted):
    """Convolution over a sequence: a kernel goes along it; what it sees is weighed and summed, once for each filter.

    With ``x`` of shape (batch, steps, channels), ``W`` of shape (kernel, channels, filters) and ``b`` of shape
    (filters,), for strides and dilation of 1 and without padding::

        y[n, t, f]     = b[f] + sum over i, k of x[n, t + i, k] W[i, k, f]
        dL/dW[i, k, f] = sum over n, t of x[n, t + i, k] dL/dy[n, t, f]
        dL/db[f]       = sum over n, t of dL/dy[n, t, f]
        dL/dx[n, s, k] = sum over i, f of dL/dy[n, s - i, f] W[i, k, f]

    It is computed as the convolution of an image of one row.
    """

    category: ClassVar[str] = "Convolution"
    synonyms: ClassVar[tuple[str, ...]] = (
        "convolution",
        "temporal",
        "sequence",
        "signal",
        "kernel",
        "filter",
        "Convolution1D",
        "causal",
    )
    formula: ClassVar[str] = "y = x ∗ W + b"
    shape_rule: ClassVar[str] = (
        "steps × c → steps′ × filters; steps′ = ⌊(steps + zeros − reach) / stride⌋ + 1; "
        "reach = dilation · (kernel − 1) + 1"
    )

    filters: int = Field(8, ge=1, le=65_536, title="Filters", description="How many patterns: channels of the output.")
    kernel_size: int = Field(
        3, ge=1, le=1000, title="Kernel", description="How many steps are weighed and summed for one output."
    )
    strides: int = Field(
        1,
        ge=1,
        le=1000,
        title="Strides",
        description="How many steps the kernel moves at a time; 2 halves the sequence.",
    )
    padding: Literal["valid", "same", "causal", "explicit"] = Field(
        "valid",
        title="Padding",
        description="valid: none. same: zeros at both ends, the length stays. causal: zeros before, so that no output "
        "sees a later step. explicit: your own.",
    )
    explicit_padding: tuple[Margin, Margin] = Field(
        (0, 0),
        title="Own padding",
        description="Steps of zeros added before and after, if the padding is explicit.",
        json_schema_extra={"kind": "sides", "when": {"padding": "explicit"}},
    )
    dilation_rate: int = Field(
        1,
        ge=1,
        le=1000,
        title="Dilation",
        description="How far apart the kernel looks; 2 leaves out every other step.",
        json_schema_extra=ADVANCED,
    )
    groups: int = family.GROUPS
    use_bias: bool = family.USE_BIAS

    def window(self, shape: Shape) -> Window:
        """How the kernel goes along a sequence of this shape, as a window over an image of one row.

        Raises
        ------
        ShapeError
            If the layer cannot take such a sequence.
        """
        check_sequence(self.label, shape, "channels")
        family.check_groups(self.label, shape, self.filters, self.groups)
        before, after = self.explicit_padding
        padding = self.padding
        if padding == "causal":
            padding, before, after = "explicit", (self.kernel_size - 1) * self.dilation_rate, 0
        return family.window_over(
            self.label,
            (1, shape[0]),
            (1, self.kernel_size),
            (1, self.strides),
            (1, self.dilation_rate),
            padding,
            (0, 0, before, after),
            is_sequence=True,
        )

    def output_shape(self, inputs: Sequence[Shape]) -> Shape:
        return (self.window(inputs[0]).stops[1], self.filters)

    def parameter_shapes(self, inputs: Sequence[Shape]) -> dict[str, Shape]:
        weights: dict[str, Shape] = {"W": (self.kernel_size, inputs[0][-1] // self.groups, self.filters)}
        return weights | ({"b": (self.filters,)} if self.use_bias else {})

    def macs(self, inputs: Sequence[Shape]) -> int:
        return self.window(inputs[0]).stops[1] * math.prod(self.parameter_shapes(inputs)["W"])

    def forward(self, tape: Tape, params: Mapping[str, Tensor], inputs: Sequence[Tensor]) -> tuple[Tensor, Kept]:
        window, x = self.window(inputs[0].shape[1:]), _as_image(inputs[0])
        y = convolution.convolve(tape, window, x, params["W"][None], params.get("b"), self.groups)
        return y[:, 0], (x, window)

    def backward(
        self, tape: Tape, params: Mapping[str, Tensor], grads: Mapping[str, Tensor], kept: Kept, grad: Tensor
    ) -> Sequence[Tensor]:
        (x, window), grad = kept, _as_image(grad)
        convolution.kernel_grad(tape, window, x, grad, grads["W"][None], self.groups)
        if self.use_bias:
            convolution.bias_grad(tape, grad, grads["b"])
        return [convolution.input_grad(tape, window, params["W"][None], grad, self.groups)[:, 0]]

    @classmethod
    def examples(cls) -> Sequence[tuple[Layer, Sequence[Shape]]]:
        return [
            (cls(filters=3), [(6, 2)]),
            (cls(filters=2, kernel_size=4, strides=2, padding="same", use_bias=False), [(7, 3)]),
            (cls(filters=2, kernel_size=2, padding="causal", dilation_rate=3), [(5, 1)]),
            (cls(filters=4, padding="explicit", explicit_padding=(2, 0), groups=2), [(4, 2)]),
        ]

    def headline(self) -> str:
        return family.headline(self.filters, (self.kernel_size,), (self.strides,))


def _as_image(x: Tensor) -> Tensor:
    """A sequence as an image of one row."""
    return x[:, None]
