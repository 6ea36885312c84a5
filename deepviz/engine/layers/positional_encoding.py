"""PositionalEncoding: tells each step of a sequence where it stands. Attention could not know otherwise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

import numpy as np
from pydantic import Field

from deepviz.engine.families.sequence import check_sequence
from deepviz.engine.initializers import SPREAD
from deepviz.engine.layer import Kept, Layer
from deepviz.engine.shapes import Shape
from deepviz.engine.tape import Tape, Tensor
from deepviz.engine.weighted import Trained

LONGEST = 10_000.0
"""About 2 pi times this many steps is the longest wave (Vaswani et al. 2017)."""


class PositionalEncoding(Trained):
    """Adds to each step of a sequence a row of numbers that no other step has.

    With ``x`` of shape (batch, steps, features)::

        y                  = x + positions
        positions[p, 2i]   = sin(p / 10000^(2i / features))
        positions[p, 2i+1] = cos(p / 10000^(2i / features))
        dL/dx              = dL/dy

    The waves are fast in the first features and slow in the last ones (Vaswani et al. 2017). Or the positions are
    trained like weights, with ``dL/dpositions = sum of dL/dy over the batch``.
    """

    category: ClassVar[str] = "Attention"
    synonyms: ClassVar[tuple[str, ...]] = (
        "position",
        "sinusoid",
        "transformer",
        "sequence",
        "position embedding",
        "sinusoidal",
    )
    formula: ClassVar[str] = "y = x + positions"
    shape_rule: ClassVar[str] = "steps × features → steps × features"

    learned: bool = Field(
        False, title="Learned", description="Whether the positions are trained, instead of sine and cosine waves."
    )

    def output_shape(self, inputs: Sequence[Shape]) -> Shape:
        check_sequence(self.label, inputs[0])
        return inputs[0]

    def parameter_shapes(self, inputs: Sequence[Shape]) -> dict[str, Shape]:
        return {"positions": inputs[0]} if self.learned else {}

    def init_params(self, inputs: Sequence[Shape], rng: np.random.Generator) -> dict[str, np.ndarray]:
        return {"positions": rng.uniform(-SPREAD, SPREAD, inputs[0])} if self.learned else {}

    def forward(self, tape: Tape, params: Mapping[str, Tensor], inputs: Sequence[Tensor]) -> tuple[Tensor, Kept]:
        x = inputs[0]
        if self.learned:
            return tape.add(x, params["positions"]), None
        return tape.add(x, tape.external(waves(x.shape[1], x.shape[2]).astype(tape.dtype))), None

    def backward(
        self, tape: Tape, params: Mapping[str, Tensor], grads: Mapping[str, Tensor], kept: Kept, grad: Tensor
    ) -> Sequence[Tensor]:
        if self.learned:
            rows = tape.in_order(grad).reshape(grad.shape[0], -1)
            tape.column_sums(rows, out=grads["positions"].reshape(-1))
        return [grad]

    @classmethod
    def examples(cls) -> Sequence[tuple[Layer, Sequence[Shape]]]:
        return [(cls(), [(5, 4)]), (cls(), [(3, 5)]), (cls(learned=True), [(3, 4)])]


def waves(steps: int, features: int) -> np.ndarray:
    """The fixed positions, array of shape ``(steps, features)``: sines in the even columns, cosines in the odd ones."""
    column = np.arange(features)
    angles = np.arange(steps)[:, None] / LONGEST ** (column // 2 * 2 / features)
    return np.where(column % 2 == 0, np.sin(angles), np.cos(angles))
