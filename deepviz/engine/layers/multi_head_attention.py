"""MultiHeadAttention: every step looks at all steps and takes what it needs. The heart of a transformer."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import reduce
from typing import ClassVar

import numpy as np
from pydantic import Field

from deepviz.engine import ops
from deepviz.engine.families.sequence import check_sequence
from deepviz.engine.initializers import initial
from deepviz.engine.layer import Kept, Layer
from deepviz.engine.ops.attention import attend, attend_grad
from deepviz.engine.ops.products import product, product_of_columns
from deepviz.engine.shapes import Shape, ShapeError, shape_text
from deepviz.engine.tape import Tape, Tensor
from deepviz.engine.weighted import Weighted

ROLES = ("query", "key", "value")


class MultiHeadAttention(Weighted):
    """Attention with several heads: each step asks all steps, and takes from those that answer it.

    Each head has its own weights (Vaswani et al. 2017). With queries, keys and values read from the inputs::

        q = x W_query + b_query     k = x W_key + b_key     v = x W_value + b_value      for each head
        P = softmax(q k^T / sqrt(key_dim))      how much each step takes of each step: rows that sum to 1
        o = P v                                 what it takes
        y = o W_output + b_output               all heads together

    And back::

        dL/do = dL/dy W_output^T                dL/dv = P^T dL/do
        dL/dP = dL/do v^T                       dL/ds = P * (dL/dP - sum of P * dL/dP),   s = q k^T / sqrt(key_dim)
        dL/dq = dL/ds k / sqrt(key_dim)         dL/dk = (dL/ds)^T q / sqrt(key_dim)

    and from there as in Dense layers. With one input a sequence attends to itself. Further inputs are, as in Keras, the
    values and the keys; without keys of their own the values are the keys as well.

    Keras calls the parameters ``query/kernel``, ``query/bias`` and so on, and ``attention_output/kernel``; the shapes
    are the same: (features, heads, key_dim), and (heads, value_dim, features) for the output.
    """

    category: ClassVar[str] = "Attention"
    label: ClassVar[str] = "Multi-head attention"
    synonyms: ClassVar[tuple[str, ...]] = (
        "self-attention",
        "cross-attention",
        "transformer",
        "scaled dot product",
        "mha",
        "qkv",
        "attention",
    )
    formula: ClassVar[str] = "y = softmax(q kᵀ / √d) v"
    shape_rule: ClassVar[str] = "steps × features → steps × features; of several inputs, as the first: the queries"
    minimum_inputs: ClassVar[int] = 1
    maximum_inputs: ClassVar[int | None] = 3
    input_names: ClassVar[tuple[str, ...]] = ("query", "value", "key")
    weights: ClassVar[tuple[str, ...]] = ("W_query", "W_key", "W_value", "W_output")

    num_heads: int = Field(
        4, ge=1, le=256, title="Heads", description="How many times it attends, each in its own way."
    )
    key_dim: int = Field(
        16, ge=1, le=4096, title="Key length", description="How many numbers the queries and keys of a head have."
    )
    value_dim: int | None = Field(
        None,
        ge=1,
        le=4096,
        title="Value length",
        description="How many numbers the values of a head have; left empty, as many as its keys.",
    )
    causal: bool = Field(
        False,
        title="Causal",
        description="Whether a step sees no later ones, as it must be when the next one is to be foretold.",
    )
    dropout: float = Field(
        0.0,
        ge=0,
        le=0.95,
        title="Dropout",
        description="The share of what each step takes of the others that is dropped at random while training.",
    )
    use_bias: bool = Field(True, title="Bias", description="Whether trained numbers are added to all four products.")

    def output_shape(self, inputs: Sequence[Shape]) -> Shape:
        for shape in inputs:
            check_sequence(self.label, shape)
        _, key, value = (inputs[port] for port in _ports(len(inputs)))
        if key[0] != value[0]:
            raise ShapeError(
                f"{self.label} needs a key for each value; "
                f"it gets values of {shape_text(value)} and keys of {shape_text(key)}."
            )
        return inputs[0]

    def parameter_shapes(self, inputs: Sequence[Shape]) -> dict[str, Shape]:
        value_dim = self.value_dim or self.key_dim
        shapes: dict[str, Shape] = {}
        for role, port in zip(ROLES, _ports(len(inputs)), strict=True):
            head = (self.num_heads, value_dim if role == "value" else self.key_dim)
            shapes |= {f"W_{role}": (inputs[port][-1], *head)} | ({f"b_{role}": head} if self.use_bias else {})
        features = inputs[0][-1]
        shapes["W_output"] = (self.num_heads, value_dim, features)
        return shapes | ({"b_output": (features,)} if self.use_bias else {})

    def macs(self, inputs: Sequence[Shape]) -> int:
        """The four products with weights, ``q k^T``, and ``P v``."""
        sources = [inputs[port] for port in _ports(len(inputs))]
        (steps, features), (keys, _), _ = sources
        value_dim = self.value_dim or self.key_dim
        lengths = (self.key_dim, self.key_dim, value_dim)
        projections = sum(math.prod(source) * length for source, length in zip(sources, lengths, strict=True))
        scores_and_sums = steps * keys * (self.key_dim + value_dim)
        return self.num_heads * (projections + scores_and_sums + steps * value_dim * features)

    def init_params(self, inputs: Sequence[Shape], rng: np.random.Generator) -> dict[str, np.ndarray]:
        """Weights as those of one matrix for all heads, biases zero."""
        first = {}
        for name, shape in self.parameter_shapes(inputs).items():
            if name.startswith("b"):
                first[name] = np.zeros(shape)
            else:
                fan_in = math.prod(shape[:2]) if name == "W_output" else shape[0]
                matrix = fan_in, math.prod(shape) // fan_in
                first[name] = initial(self.kernel_initializer, matrix, rng, *matrix).reshape(shape)
        return first

    def forward(self, tape: Tape, params: Mapping[str, Tensor], inputs: Sequence[Tensor]) -> tuple[Tensor, Kept]:
        batch, steps, features = inputs[0].shape
        rows = [ops.rows(tape, x) for x in inputs]
        ports = _ports(len(inputs))
        sources = [rows[port] for port in ports]
        q, k, v = (self._weigh(tape, params, role, x) for role, x in zip(ROLES, sources, strict=True))
        q = tape.multiply(q, self.key_dim**-0.5)
        o = tape.empty((batch * steps, self.num_heads * (self.value_dim or self.key_dim)))
        q_heads, k_heads, v_heads, o_heads = (self._heads(x, batch) for x in (q, k, v, o))
        attended = attend(tape, q_heads, k_heads, v_heads, o_heads, causal=self.causal, dropout=self.dropout)
        y = self._weigh(tape, params, "output", o)
        return y.reshape(batch, steps, features), (ports, sources, (q, k, v, o), attended)

    def backward(
        self, tape: Tape, params: Mapping[str, Tensor], grads: Mapping[str, Tensor], kept: Kept, grad: Tensor
    ) -> Sequence[Tensor]:
        ports, sources, (*qkv, o), attended = kept
        batch = grad.shape[0]
        do = self._weigh_back(tape, params, grads, "output", o, ops.rows(tape, grad))
        dq, dk, dv = (tape.empty(x.shape) for x in qkv)
        attend_grad(tape, attended, *(self._heads(x, batch) for x in (do, dq, dk, dv)))
        dq = tape.multiply(dq, self.key_dim**-0.5)
        by_role = zip(ROLES, sources, (dq, dk, dv), strict=True)
        parts = [self._weigh_back(tape, params, grads, role, x, dy) for role, x, dy in by_role]
        by_port = [[part for part, own in zip(parts, ports, strict=True) if own == port] for port in sorted({*ports})]
        sums = (reduce(tape.add, of_port) for of_port in by_port)
        return [dx.reshape(batch, -1, dx.shape[-1]) for dx in sums]

    def headline(self) -> str:
        return f"{self.num_heads} heads × {self.key_dim}"

    def _heads(self, x: Tensor, batch: int) -> Tensor:
        """Rows with all heads side by side, (batch · steps, heads · length), as (batch, heads, steps, length)."""
        return x.reshape(batch, -1, self.num_heads, x.shape[-1] // self.num_heads).transpose(0, 2, 1, 3)

    def _weigh(self, tape: Tape, params: Mapping[str, Tensor], role: str, x: Tensor) -> Tensor:
        """``x W + b`` for all heads in one product."""
        y = product(tape, x, params[f"W_{role}"].reshape(x.shape[1], -1))
        return tape.add(y, params[f"b_{role}"].reshape(-1)) if self.use_bias else y

    def _weigh_back(
        self, tape: Tape, params: Mapping[str, Tensor], grads: Mapping[str, Tensor], role: str, x: Tensor, dy: Tensor
    ) -> Tensor:
        """The gradients of `_weigh`: those of W and b are written, that of x is returned.

        A number added to a key adds to all scores of a query alike, which softmax takes no notice of: dL/db_key is 0.
        """
        product_of_columns(tape, x, dy, out=grads[f"W_{role}"].reshape(x.shape[1], -1))
        if self.use_bias and role == "key":
            tape.copy(tape.constant(0.0, params["b_key"].shape), out=grads["b_key"])
        elif self.use_bias:
            tape.column_sums(dy, out=grads[f"b_{role}"].reshape(-1))
        return product(tape, dy, params[f"W_{role}"].reshape(x.shape[1], -1).T)

    def unit_axes(self, name: str, rank: int) -> tuple[int, ...]:
        return (2,) if name == "W_output" else (1, 2)  # each head has weights of its own

    @classmethod
    def examples(cls) -> Sequence[tuple[Layer, Sequence[Shape]]]:
        return [
            (cls(num_heads=2, key_dim=3), [(4, 5)]),
            (cls(num_heads=1, key_dim=2, value_dim=3, causal=True, use_bias=False), [(3, 4)]),
            (cls(num_heads=2, key_dim=2, value_dim=1, use_bias=False), [(3, 4), (5, 2)]),
            (cls(num_heads=3, key_dim=1, causal=True, use_bias=False), [(2, 3), (4, 2), (4, 5)]),
        ]


def _ports(inputs: int) -> tuple[int, int, int]:
    """Which input queries, keys and values are read from. The inputs are in Keras's order: query, value, key."""
    return {1: (0, 0, 0), 2: (0, 1, 1), 3: (0, 2, 1)}[inputs]
