"""LSTM: a recurrent layer with a memory that is written to and erased through gates, so that it can last long."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import numpy as np
from pydantic import Field

from deepviz.engine.families.recurrence import Recurrent, Weights, sigmoid
from deepviz.engine.layer import Kept, Layer
from deepviz.engine.ops.products import product
from deepviz.engine.ops.shared_weights import Columns, SharedGradient, stacked, stretches, total
from deepviz.engine.shapes import Shape
from deepviz.engine.tape import Tape, Tensor


class LSTM(Recurrent):
    """Long short-term memory: gates decide what each unit's memory keeps, takes in and gives out in every step.

    In step t, with ``*`` element by element and ``h_0 = c_0 = 0`` (Hochreiter & Schmidhuber 1997, Gers et al. 2000)::

        z = x_t W + h_(t-1) U + b               four parts, z_i to z_o, with one number each for each unit
        i = sigmoid(z_i),  f = sigmoid(z_f),  g = tanh(z_g),  o = sigmoid(z_o)
        c_t = f * c_(t-1) + i * g               the memory: what is kept of the old, what is taken in of the new
        h_t = o * tanh(c_t)                     the output

    Backpropagation through time goes from the last step to the first, with ``dL/dh_t`` the sum of what comes from the
    layers behind and of what comes from step t + 1, and dz the gradient with respect to z of step t::

        dL/dc_t = dL/dh_t * o * (1 - tanh(c_t)^2) + f_(t+1) * dL/dc_(t+1)
        dz      = [dL/dc_t * g * i(1 - i),  dL/dc_t * c_(t-1) * f(1 - f),
                   dL/dc_t * i * (1 - g^2), dL/dh_t * tanh(c_t) * o(1 - o)]
        dL/dx_t = dz W^T                        dL/dh_(t-1) gets dz U^T
        dL/dW   = sum of x_t^T dz,  dL/dU = sum of h_(t-1)^T dz,  dL/db = sum of dz,  each over all steps and samples

    The gates lie in ``W``, ``U`` and ``b`` in the order i, f, g, o (Keras calls g c).
    """

    synonyms: ClassVar[tuple[str, ...]] = ("long short-term memory", "recurrent", "rnn", "sequence", "gates")
    formula: ClassVar[str] = "c ← f c + i g,  h = o tanh(c)"
    gates: ClassVar[int] = 4

    unit_forget_bias: bool = Field(
        True,
        title="Forget bias 1",
        description="Whether the biases of the forget gates start at 1, so that the memory lasts from the beginning.",
    )

    def init_params(self, inputs: Sequence[Shape], rng: np.random.Generator) -> dict[str, np.ndarray]:
        first = super().init_params(inputs, rng)
        for name, values in first.items():
            if name.startswith("b") and self.unit_forget_bias:
                values[self.units : 2 * self.units] = 1.0
        return first

    def walk(self, tape: Tape, weights: Weights, x: Tensor) -> tuple[Tensor, Kept]:
        (steps, _, batch), units = x.shape, self.units
        # Sigmoids first, their weights halved: see `sigmoid`. So one tanh does for all gates: i, f, o, g.
        order = [(slice(0, 2 * units), 0.5), (slice(3 * units, 4 * units), 0.5), (slice(2 * units, 3 * units), 1.0)]
        kernel = stacked(tape, [weights.W, weights.b, weights.U], order)
        columns = Columns(tape, x, units, self.use_bias)
        gates, tanh_c = tape.empty((steps, 4, units, batch)), tape.empty((steps, units, batch))
        c = tape.empty((steps + 1, units, batch))
        tape.copy(tape.constant(0.0, (units, batch)), out=c[0])
        for t in range(steps):
            z = product(tape, kernel.T, columns.all[t])
            tape.unary(np.tanh, z.reshape(4, units, batch), out=gates[t])
            sigmoid(tape, gates[t, :3], out=gates[t, :3])
            i, f, o, g = (gates[t, gate] for gate in range(4))
            tape.add(tape.multiply(f, c[t]), tape.multiply(i, g), out=c[t + 1])
            tape.unary(np.tanh, c[t + 1], out=tanh_c[t])
            tape.multiply(o, tanh_c[t], out=columns.h[t + 1])
        return columns.h[1:], (columns, gates, c, tanh_c)

    def walk_back(
        self, tape: Tape, weights: Weights, grads: Weights, kept: Kept, grad: Sequence[Tensor | None]
    ) -> Tensor:
        columns, gates, c, tanh_c = kept
        steps, _, units, batch = gates.shape
        dx = tape.empty((steps, columns.features, batch))
        shared = SharedGradient(tape)
        dh: Tensor | None = None
        dc: Tensor | None = None
        for stretch in stretches(steps, 4 * units, batch):
            slopes, c_slope = self._slopes(tape, gates[stretch], c[stretch], tanh_c[stretch])
            dz = tape.empty(slopes.shape)
            for t in reversed(range(stretch.start, stretch.stop)):
                n = t - stretch.start
                dh = total(tape, grad[t], dh)  # from the layers behind, and from step t + 1
                dc = total(tape, tape.multiply(dh, c_slope[n]), dc)
                tape.multiply(slopes[n, :3], dc, out=dz[n, :3])
                tape.multiply(slopes[n, 3], dh, out=dz[n, 3])
                dc = tape.multiply(dc, gates[t, 1])  # f_t dL/dc_t goes on to step t - 1
                dh = product(tape, weights.U, dz[n].reshape(4 * units, batch))
            shared.add(columns.all[stretch], dz)
            tape.matmul(weights.W, dz.reshape(-1, 4 * units, batch), out=dx[stretch])
        shared.write([grads.W, grads.b, grads.U])
        return dx

    def _slopes(self, tape: Tape, gates: Tensor, c: Tensor, tanh_c: Tensor) -> tuple[Tensor, Tensor]:
        """What dL/dc_t and dL/dh_t are multiplied by to give dz, (steps, 4, units, batch), and dL/dh_t to give dL/dc_t.

        They do not depend on the gradient, so they are computed for many steps at once: fewer and longer calls. `c` are
        the memories before each step.
        """
        i, o, g = gates[:, 0], gates[:, 2], gates[:, 3]
        slopes = tape.empty(gates.shape)
        of_sigmoid = tape.multiply(gates[:, :3], tape.subtract(1.0, gates[:, :3]))
        tape.multiply(of_sigmoid[:, 0], g, out=slopes[:, 0])
        tape.multiply(of_sigmoid[:, 1], c, out=slopes[:, 1])
        tape.multiply(tape.subtract(1.0, tape.multiply(g, g)), i, out=slopes[:, 2])
        tape.multiply(of_sigmoid[:, 2], tanh_c, out=slopes[:, 3])
        return slopes, tape.multiply(tape.subtract(1.0, tape.multiply(tanh_c, tanh_c)), o)

    @classmethod
    def examples(cls) -> Sequence[tuple[Layer, Sequence[Shape]]]:
        return [
            (cls(units=3), [(4, 2)]),
            (cls(units=2, return_sequences=True, unit_forget_bias=False), [(3, 3)]),
            (cls(units=2, return_sequences=True, bidirectional=True), [(3, 2)]),
            (cls(units=3, bidirectional=True, use_bias=False), [(2, 1)]),
            (cls(units=1), [(1, 1)]),
        ]
