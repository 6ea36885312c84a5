"""Embedding: gives each of a number of things, such as words, a row of numbers of its own, which is trained."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from pydantic import Field

from deepviz.engine.initializers import InitializerName
from deepviz.engine.layer import Kept, Layer
from deepviz.engine.ops import lookup
from deepviz.engine.shapes import Shape, ShapeError, shape_text
from deepviz.engine.tape import Tape, Tensor
from deepviz.engine.weighted import ADVANCED, Weighted


class Embedding(Weighted):
    """Looks up a trained row of numbers for each whole number.

    With ``x`` of shape (batch, steps), whole numbers from 0 to ``input_dim - 1``, and ``embeddings`` of shape
    (input_dim, output_dim)::

        y[n, t]             = embeddings[x[n, t]]
        dL/dembeddings[i]   = sum of dL/dy[n, t] over all n, t with x[n, t] = i

    It is the product of one-hot rows and a matrix (Bengio et al. 2003), without the multiplications by 0. Whole numbers
    cannot be moved a little, so there is no gradient with respect to them: it is given as 0.
    """

    category: ClassVar[str] = "Core"
    synonyms: ClassVar[tuple[str, ...]] = (
        "lookup",
        "words",
        "tokens",
        "vocabulary",
        "categories",
        "word vectors",
        "nlp",
    )
    formula: ClassVar[str] = "y = embeddings[x]"
    shape_rule: ClassVar[str] = "steps → steps × output dim"
    weights: ClassVar[tuple[str, ...]] = ("embeddings",)

    input_dim: int = Field(
        100, ge=1, le=1_000_000, title="Things", description="How many there are: inputs are from 0 to one less."
    )
    output_dim: int = Field(
        16, ge=1, le=65_536, title="Features", description="How many numbers are trained for each of them."
    )
    kernel_initializer: InitializerName = Field(
        "random_uniform",
        title="First weights",
        description="How the weights are drawn before training.",
        json_schema_extra=ADVANCED,
    )

    @property
    def vocabulary(self) -> int:
        """How many whole numbers, from 0 on, it takes instead of real numbers."""
        return self.input_dim

    def output_shape(self, inputs: Sequence[Shape]) -> Shape:
        if len(inputs[0]) != 1:
            raise ShapeError(
                f"{self.label} needs a flat row of whole numbers; it gets {shape_text(inputs[0])}. Insert Flatten.",
                "Flatten",
            )
        return (*inputs[0], self.output_dim)

    def parameter_shapes(self, inputs: Sequence[Shape]) -> dict[str, Shape]:
        return {"embeddings": (self.input_dim, self.output_dim)}

    def forward(self, tape: Tape, params: Mapping[str, Tensor], inputs: Sequence[Tensor]) -> tuple[Tensor, Kept]:
        x = inputs[0]
        indices = lookup.indices(tape, x, self.input_dim)
        return lookup.rows(tape, params["embeddings"], indices), (x, indices)

    def backward(
        self, tape: Tape, params: Mapping[str, Tensor], grads: Mapping[str, Tensor], kept: Kept, grad: Tensor
    ) -> Sequence[Tensor]:
        x, indices = kept
        lookup.add_up(tape, indices, grad, grads["embeddings"])
        return [tape.constant(0.0, like=x)]

    def unit_axes(self, name: str, rank: int) -> tuple[int, ...]:
        return (0,)  # each row stands for itself

    @classmethod
    def examples(cls) -> Sequence[tuple[Layer, Sequence[Shape]]]:
        return [
            (cls(input_dim=7, output_dim=3), [(5,)]),
            (cls(input_dim=900, output_dim=2), [(4,)]),
        ]

    def headline(self) -> str:
        return f"{self.input_dim} → {self.output_dim}"
