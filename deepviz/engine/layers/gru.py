"""GRU: a recurrent layer with two gates, which does with less than an LSTM what an LSTM does."""

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


class GRU(Recurrent):
    """Gated recurrent unit: one gate blends the old output with a new one, another decides what of the old it sees.

    In step t, with ``*`` element by element, ``h_0 = 0``, weights and biases in three parts, one each for z, r and n
    (Cho et al. 2014; Keras calls n h)::

        z   = sigmoid(x_t W_z + h_(t-1) U_z + b_z)       how much of the old output stays
        r   = sigmoid(x_t W_r + h_(t-1) U_r + b_r)       how much of it the new one sees
        n   = tanh(x_t W_n + b_n + r * m)                the new one, with m = h_(t-1) U_n + b'_n
        h_t = z * h_(t-1) + (1 - z) * n

    So it is with `reset_after`, as GPUs compute it; ``b`` then has two rows, for the inputs and for the outputs before.
    Without, the gate comes before the product, as it was published: ``(r * h_(t-1)) U_n`` takes the place of ``r * m``.

    Backpropagation through time goes from the last step to the first, with ``dL/dh_t`` the sum of what comes from the
    layers behind and of what comes from step t + 1; dz, dr, dn and dm are gradients with respect to what goes into the
    sigmoids and tanh, and to m::

        dz = dL/dh_t * (h_(t-1) - n) * z(1 - z)          dn = dL/dh_t * (1 - z) * (1 - n^2)
        dm = dn * r                                      dr = dn * m * r(1 - r)
        dL/dx_t = [dz, dr, dn] W^T                       dL/dh_(t-1) gets dL/dh_t * z + [dz, dr, dm] U^T
        dL/dW   = sum of x_t^T [dz, dr, dn]              dL/dU = sum of h_(t-1)^T [dz, dr, dm]
        dL/db = sum of [dz, dr, dn]                      dL/db' = sum of [dz, dr, dm]

    Without `reset_after` dm is the gradient with respect to ``m = r * h_(t-1)``, which comes before the product; dz,
    dn, dL/dx_t, dL/dW and dL/db are as above::

        dm = dn U_n^T                                    dr = dm * h_(t-1) * r(1 - r)
        dL/dh_(t-1) gets dL/dh_t * z + dm * r + [dz, dr] [U_z, U_r]^T
        dL/d[U_z, U_r] = sum of h_(t-1)^T [dz, dr]       dL/dU_n = sum of m^T dn
    """

    synonyms: ClassVar[tuple[str, ...]] = ("gated recurrent unit", "recurrent", "rnn", "sequence", "gates", "gated")
    formula: ClassVar[str] = "h ← z h + (1 − z) n"
    gates: ClassVar[int] = 3

    reset_after: bool = Field(
        True,
        title="Reset after product",
        description="Whether the reset gate comes after the product with U, as on GPUs and in PyTorch, or before it.",
    )

    def bias_shape(self) -> Shape:
        return (2, 3 * self.units) if self.reset_after else (3 * self.units,)

    def walk(self, tape: Tape, weights: Weights, x: Tensor) -> tuple[Tensor, Kept]:
        (steps, _, batch), units = x.shape, self.units
        # The weights of the sigmoids are halved: see `sigmoid`.
        of_z_and_r, of_n = (slice(0, 2 * units), 0.5), (slice(2 * units, 3 * units), 1.0)
        b, b_after = self._biases(weights)
        columns = Columns(tape, x, units, self.use_bias)
        from_x = tape.matmul(stacked(tape, [weights.W, b], [of_z_and_r, of_n]).T, columns.with_x)
        if self.reset_after:
            U, seen = stacked(tape, [b_after, weights.U], [of_z_and_r, of_n]), columns.with_h
        else:
            U, seen = stacked(tape, [weights.U], [of_z_and_r]), columns.h
        gates, m = tape.empty((steps, 3, units, batch)), tape.empty((steps, units, batch))
        for t in range(steps):
            from_h = product(tape, U.T, seen[t])
            halves = tape.unary(np.tanh, tape.add(from_x[t, : 2 * units], from_h[: 2 * units]))
            sigmoid(tape, halves.reshape(2, units, batch), out=gates[t, :2])
            z, r, n = (gates[t, gate] for gate in range(3))
            if self.reset_after:
                memory = tape.multiply(r, tape.copy(from_h[2 * units :], out=m[t]))
            else:
                memory = product(tape, weights.U[:, 2 * units :].T, tape.multiply(r, columns.h[t], out=m[t]))
            tape.unary(np.tanh, tape.add(from_x[t, 2 * units :], memory), out=n)
            tape.add(n, tape.multiply(z, tape.subtract(columns.h[t], n)), out=columns.h[t + 1])
        return columns.h[1:], (columns, gates, m)

    def walk_back(
        self, tape: Tape, weights: Weights, grads: Weights, kept: Kept, grad: Sequence[Tensor | None]
    ) -> Tensor:
        columns, gates, m = kept
        steps, _, units, batch = gates.shape
        b, b_after = self._biases(grads)
        dx = tape.empty((steps, columns.features, batch))
        of_x, of_h, of_m = SharedGradient(tape), SharedGradient(tape), SharedGradient(tape)
        dh: Tensor | None = None
        for stretch in stretches(steps, 3 * units, batch):
            before = columns.h[stretch]
            z_slope, r_slope, n_slope = self._slopes(tape, before, gates[stretch], m[stretch])
            to_x = tape.empty((before.shape[0], 3, units, batch))  # dz, dr, dn
            to_h = tape.empty(to_x.shape) if self.reset_after else to_x  # dz, dr, dm
            for t in reversed(range(stretch.start, stretch.stop)):
                n = t - stretch.start
                dh, (z, r) = total(tape, grad[t], dh), (gates[t, 0], gates[t, 1])
                tape.multiply(dh, z_slope[n], out=to_h[n, 0])
                dn = tape.multiply(dh, n_slope[n], out=to_x[n, 2])
                dh = tape.multiply(dh, z)
                if self.reset_after:
                    tape.multiply(dn, r_slope[n], out=to_h[n, 1])
                    tape.multiply(dn, r, out=to_h[n, 2])
                    dh = tape.add(dh, product(tape, weights.U, to_h[n].reshape(3 * units, batch)))
                else:
                    dm = product(tape, weights.U[:, 2 * units :], dn)
                    tape.multiply(dm, r_slope[n], out=to_h[n, 1])
                    dh = tape.add(dh, tape.multiply(dm, r))
                    of_gates = to_h[n, :2].reshape(2 * units, batch)
                    dh = tape.add(dh, product(tape, weights.U[:, : 2 * units], of_gates))
            if self.reset_after:
                tape.copy(to_h[:, :2], out=to_x[:, :2])
                of_h.add(columns.with_h[stretch], to_h)
            else:
                of_h.add(before, to_h[:, :2])
                of_m.add(m[stretch], to_h[:, 2:])
            of_x.add(columns.with_x[stretch], to_x)
            tape.matmul(weights.W, to_x.reshape(-1, 3 * units, batch), out=dx[stretch])
        of_x.write([grads.W, b])
        if self.reset_after:
            of_h.write([b_after, grads.U])
        else:
            of_h.write([grads.U[:, : 2 * units]])
            of_m.write([grads.U[:, 2 * units :]])
        return dx

    def _slopes(self, tape: Tape, before: Tensor, gates: Tensor, m: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """What dL/dh_t, dL/dn and dL/dh_t are multiplied by to give dz, dr and dn, for all steps at once.

        `before` are the outputs before each step. Without `reset_after`, m is ``r * h_(t-1)`` and dr comes from dL/dm.
        """
        z, r, n = (gates[:, gate] for gate in range(3))
        not_z = tape.subtract(1.0, z)
        of_z = tape.multiply(tape.multiply(tape.subtract(before, n), z), not_z)
        of_n = tape.multiply(not_z, tape.subtract(1.0, tape.multiply(n, n)))
        gated = tape.multiply(r, m) if self.reset_after else m
        return of_z, tape.multiply(gated, tape.subtract(1.0, r)), of_n

    def _biases(self, weights: Weights) -> tuple[Tensor | None, Tensor | None]:
        """Those that go with the inputs and those that go with the outputs before."""
        if weights.b is None or not self.reset_after:
            return weights.b, None
        return weights.b[0], weights.b[1]

    @classmethod
    def examples(cls) -> Sequence[tuple[Layer, Sequence[Shape]]]:
        return [
            (cls(units=3), [(4, 2)]),
            (cls(units=2, reset_after=False, return_sequences=True), [(3, 3)]),
            (cls(units=2, return_sequences=True, bidirectional=True), [(3, 2)]),
            (cls(units=3, bidirectional=True, use_bias=False), [(2, 1)]),
            (cls(units=2, reset_after=False, bidirectional=True, use_bias=False), [(3, 2)]),
        ]
