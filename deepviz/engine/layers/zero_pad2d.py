"""ZeroPad2D: puts rows and columns of zeros around an image."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, ClassVar

from pydantic import BeforeValidator, Field

from deepviz.engine.families.image import Sides, check_image
from deepviz.engine.layer import Kept, Layer
from deepviz.engine.shapes import Shape, shape_text
from deepviz.engine.tape import Tape, Tensor


def _flat(value: Any) -> Any:
    """Keras's pair of pairs, above and below, left and right, in one row."""
    if isinstance(value, list | tuple) and len(value) == 2 and all(isinstance(pair, list | tuple) for pair in value):
        return tuple(side for pair in value for side in pair)
    return value


class ZeroPad2D(Layer):
    """Puts rows and columns of zeros around an image.

    With ``top`` rows above and ``left`` columns before it::

        y[n, r + top, c + left, k] = x[n, r, c, k]
        dL/dx[n, r, c, k]          = dL/dy[n, r + top, c + left, k]
    """

    category: ClassVar[str] = "Merge and shape"
    synonyms: ClassVar[tuple[str, ...]] = ("border", "margin", "pad", "image", "ZeroPadding2D")
    formula: ClassVar[str] = "zeros around the image"
    shape_rule: ClassVar[str] = "h × w × c → (top + h + bottom) × (left + w + right) × c"

    padding: Annotated[Sides, BeforeValidator(_flat)] = Field(
        (1, 1, 1, 1),
        title="Padding",
        description="Rows and columns of zeros above, below, left and right.",
        json_schema_extra={"kind": "sides"},
    )

    def output_shape(self, inputs: Sequence[Shape]) -> Shape:
        check_image(self.label, inputs[0])
        rows, columns, channels = inputs[0]
        top, bottom, left, right = self.padding
        return (top + rows + bottom, left + columns + right, channels)

    def forward(self, tape: Tape, params: Mapping[str, Tensor], inputs: Sequence[Tensor]) -> tuple[Tensor, Kept]:
        x = inputs[0]
        y = tape.empty((x.shape[0], *self.output_shape([x.shape[1:]])), like=x)
        rows, columns = self._image(y.shape)
        tape.copy(x, out=y[:, rows, columns])
        above, below = y[:, : rows.start], y[:, rows.stop :]
        left, right = y[:, rows, : columns.start], y[:, rows, columns.stop :]
        for border in (above, below, left, right):
            if math.prod(border.shape):
                tape.copy(tape.constant(0.0, like=border), out=border)
        return y, None

    def backward(
        self, tape: Tape, params: Mapping[str, Tensor], grads: Mapping[str, Tensor], kept: Kept, grad: Tensor
    ) -> Sequence[Tensor]:
        rows, columns = self._image(grad.shape)
        return [grad[:, rows, columns]]

    def _image(self, shape: Shape) -> tuple[slice, slice]:
        """The rows and columns of a padded batch that are the image."""
        top, bottom, left, right = self.padding
        return slice(top, shape[1] - bottom), slice(left, shape[2] - right)

    @classmethod
    def examples(cls) -> Sequence[tuple[Layer, Sequence[Shape]]]:
        return [
            (cls(), [(3, 4, 2)]),
            (cls(padding=(0, 2, 1, 0)), [(2, 3, 1)]),
        ]

    def headline(self) -> str:
        top, bottom, left, right = self.padding
        return shape_text((top, left)) if (top, left) == (bottom, right) else ", ".join(map(str, self.padding))
