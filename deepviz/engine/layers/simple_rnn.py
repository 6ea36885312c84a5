"""SimpleRNN: the plainest recurrent layer. Each output depends on the input and on the output before."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Literal

import numpy as np
from pydantic import Field

from deepviz.engine import ops
from deepviz.engine.families.recurrence import Recurrent, Weights
from deepviz.engine.layer import Kept, Layer
from deepviz.engine.ops.products import product
from deepviz.engine.ops.shared_weights import Columns, SharedGradient, stacked, stretches, total
from deepviz.engine.shapes import Shape
from deepviz.engine.tape import Tape, Tensor


class SimpleRNN(Recurrent):
    """Simple recurrent layer: it sees each step together with its own output of the step before.

    In step t, with ``h_0 = 0`` (Elman 1990)::

        h_t = tanh(x_t W + h_(t-1) U + b)

    Backpropagation through time goes from the last step to the first, with ``dL/dh_t`` the sum of what comes from the
    layers behind and of what comes from step t + 1::

        dz      = dL/dh_t * (1 - h_t^2)         for ReLU: dL/dh_t where h_t > 0, 0 elsewhere
        dL/dx_t = dz W^T                        dL/dh_(t-1) gets dz U^T
        dL/dW   = sum of x_t^T dz,  dL/dU = sum of h_(t-1)^T dz,  dL/db = sum of dz,  each over all steps and samples

    The same U over and over makes gradients fade or explode along the sequence: what LSTM and GRU were made against.
    """

    synonyms: ClassVar[tuple[str, ...]] = ("recurrent", "rnn", "elman", "vanilla", "sequence")
    formula: ClassVar[str] = "h ← tanh(x W + h U + b)"
    label: ClassVar[str] = "Simple RNN"

    activation: Literal["tanh", "relu"] = Field(
        "tanh", title="Activation", description="The function that each output goes through."
    )

    @property
    def output_range(self) -> tuple[float, float] | None:
        return (-1.0, 1.0) if self.activation == "tanh" else None

    def walk(self, tape: Tape, weights: Weights, x: Tensor) -> tuple[Tensor, Kept]:
        kernel = stacked(tape, [weights.W, weights.b, weights.U])
        columns = Columns(tape, x, self.units, self.use_bias)
        for t in range(x.shape[0]):
            z = product(tape, kernel.T, columns.all[t])
            if self.activation == "tanh":
                tape.unary(np.tanh, z, out=columns.h[t + 1])
            else:
                tape.copy(ops.relu(tape, z), out=columns.h[t + 1])
        return columns.h[1:], columns

    def walk_back(
        self, tape: Tape, weights: Weights, grads: Weights, kept: Kept, grad: Sequence[Tensor | None]
    ) -> Tensor:
        columns = kept
        steps, units, batch = columns.h[1:].shape
        dx = tape.empty((steps, columns.features, batch))
        shared = SharedGradient(tape)
        dh: Tensor | None = None
        for stretch in stretches(steps, units, batch):
            h = columns.h[1:][stretch]
            slopes = tape.subtract(1.0, tape.multiply(h, h))
            dz = tape.empty(slopes.shape)
            for t in reversed(range(stretch.start, stretch.stop)):
                n = t - stretch.start
                dh = total(tape, grad[t], dh)
                if self.activation == "tanh":
                    tape.multiply(dh, slopes[n], out=dz[n])
                else:
                    tape.copy(ops.relu_grad(tape, h[n], dh), out=dz[n])
                dh = product(tape, weights.U, dz[n])
            shared.add(columns.all[stretch], dz.reshape(-1, 1, units, batch))
            tape.matmul(weights.W, dz, out=dx[stretch])
        shared.write([grads.W, grads.b, grads.U])
        return dx

    @classmethod
    def examples(cls) -> Sequence[tuple[Layer, Sequence[Shape]]]:
        return [
            (cls(units=3), [(4, 2)]),
            (cls(units=4, activation="relu", return_sequences=True), [(3, 2)]),
            (cls(units=2, return_sequences=True, bidirectional=True, use_bias=False), [(3, 2)]),
            (cls(units=2, activation="relu", bidirectional=True), [(2, 3)]),
        ]
