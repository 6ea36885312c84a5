"""GlobalAveragePool: the mean over the whole image or sequence, one number for each channel or feature."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import ClassVar

from deepviz.engine.families.pooling import GlobalPooling
from deepviz.engine.layer import Kept
from deepviz.engine.ops.channels import repeated, rows_together
from deepviz.engine.tape import Tape, Tensor


class GlobalAveragePool(GlobalPooling):
    """Leaves one number of each channel of an image, or each feature of a sequence: the mean over all positions.

    With ``x`` of shape (batch, positions, channels)::

        y[n, k]        = sum over p of x[n, p, k] / positions
        dL/dx[n, p, k] = dL/dy[n, k] / positions

    It takes the place of large Dense layers at the end of a network of convolutions (Lin, Chen & Yan 2014).
    """

    synonyms: ClassVar[tuple[str, ...]] = (
        "mean",
        "gap",
        "image",
        "sequence",
        "flatten",
        "GlobalAveragePooling1D",
        "GlobalAveragePooling2D",
        "AdaptiveAvgPool2d",
    )
    formula: ClassVar[str] = "y = mean over all positions"

    def forward(self, tape: Tape, params: Mapping[str, Tensor], inputs: Sequence[Tensor]) -> tuple[Tensor, Kept]:
        x = inputs[0]
        batch, *positions, channels = x.shape
        count = math.prod(positions)
        # A row of 1 / positions times each sample: as a matrix product the mean is many times faster.
        rows = tape.in_order(x).reshape(batch, count, channels)
        y = tape.matmul(tape.constant(1.0 / count, (1, count)), rows)
        return y.reshape(batch, channels), x.shape

    def backward(
        self, tape: Tape, params: Mapping[str, Tensor], grads: Mapping[str, Tensor], kept: Kept, grad: Tensor
    ) -> Sequence[Tensor]:
        _, *positions, channels = kept
        count = math.prod(positions)
        together = rows_together(count, channels)
        share = repeated(tape, tape.in_order(tape.multiply(grad, 1.0 / count)), together)
        return [tape.multiply(tape.constant(1.0, (1, count // together, 1)), share).reshape(*kept)]
