"""What recurrent layers have in common: they walk along a sequence step by step, and the gradient walks back.

The walk back is backpropagation through time (Werbos 1990): the chain rule over all steps, with weights that all share.
So the gradient of a weight is the sum of what each step gives. It goes back to the first step, nothing is truncated.

In memory a sequence lies as (steps, features, batch). So the samples of a batch lie side by side, each gate is one
whole block, and nothing needs to be gathered from here and there while walking.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from pydantic import Field

from deepviz.engine.families.sequence import check_sequence
from deepviz.engine.initializers import fans, initial
from deepviz.engine.layer import Kept
from deepviz.engine.shapes import Shape
from deepviz.engine.tape import Tape, Tensor
from deepviz.engine.weighted import Weighted

BACKWARD = "_backward"
"""End of the names of the parameters that belong to the walk from the last step to the first."""


@dataclass(frozen=True)
class Weights:
    """The parameters of one direction, or their gradients.

    Attributes
    ----------
    W
        Weights of the inputs: (features, gates · units).
    U
        Weights of the previous outputs: (units, gates · units).
    b
        Biases, one for each gate of each unit; None if there are none.
    """

    W: Tensor
    U: Tensor
    b: Tensor | None

    @classmethod
    def of(cls, arrays: Mapping[str, Tensor], ending: str) -> Weights:
        """Those whose names end so."""
        return cls(arrays["W" + ending], arrays["U" + ending], arrays.get("b" + ending))


class Recurrent(Weighted):
    """A layer that reads a sequence step by step and remembers what it has read in its outputs ``h``.

    A subclass says what one step computes, with `walk` and `walk_back`. Both see arrays of the shape
    (steps, features or units, batch) and parameters of one direction.

    Attributes
    ----------
    gates
        How many numbers a unit computes in each step.
    """

    category: ClassVar[str] = "Recurrent"
    shape_rule: ClassVar[str] = (
        "steps × features → units; return sequences: steps × features → steps × units; bidirectional: twice the units"
    )
    gates: ClassVar[int] = 1

    units: int = Field(32, ge=1, le=16_384, title="Units", description="How many numbers the layer gives in each step.")
    return_sequences: bool = Field(
        False,
        title="Whole sequence",
        description="Whether the outputs of all steps are given, for another recurrent layer, or only the last.",
    )
    bidirectional: bool = Field(
        False,
        title="Both directions",
        description="Whether a second set of weights reads the sequence from its end; outputs are put side by side.",
    )
    use_bias: bool = Field(True, title="Bias", description="Whether a trained number is added for each gate.")

    @property
    def weights(self) -> tuple[str, ...]:  # type: ignore[override] # they depend on the directions
        """The names of the parameters that are weights."""
        return tuple(name + ending for ending in self._endings for name in ("W", "U"))

    @property
    def _endings(self) -> tuple[str, ...]:
        return ("", BACKWARD) if self.bidirectional else ("",)

    @abstractmethod
    def walk(self, tape: Tape, weights: Weights, x: Tensor) -> tuple[Tensor, Kept]:
        """Write down all steps, first to last.

        Parameters
        ----------
        weights
            The parameters of this direction.
        x
            (steps, features, batch).

        Returns
        -------
        h
            (steps, units, batch).
        kept
            What `walk_back` will need.
        """

    @abstractmethod
    def walk_back(
        self, tape: Tape, weights: Weights, grads: Weights, kept: Kept, grad: Sequence[Tensor | None]
    ) -> Tensor:
        """Write down how the gradient goes back, last step to first.

        Parameters
        ----------
        weights, grads
            The parameters of this direction, and where their gradients are to be written.
        kept
            What `walk` left.
        grad
            For each step the gradient with respect to what it gave, (units, batch); None where nobody took it.

        Returns
        -------
        Gradient with respect to the inputs, (steps, features, batch).
        """

    def output_shape(self, inputs: Sequence[Shape]) -> Shape:
        check_sequence(self.label, inputs[0])
        width = self.units * len(self._endings)
        return (inputs[0][0], width) if self.return_sequences else (width,)

    def bias_shape(self) -> Shape:
        """Shape of the biases of one direction."""
        return (self.gates * self.units,)

    def parameter_shapes(self, inputs: Sequence[Shape]) -> dict[str, Shape]:
        width = self.gates * self.units
        shapes: dict[str, Shape] = {}
        for ending in self._endings:
            shapes |= {f"W{ending}": (inputs[0][-1], width), f"U{ending}": (self.units, width)}
            shapes |= {f"b{ending}": self.bias_shape()} if self.use_bias else {}
        return shapes

    def macs(self, inputs: Sequence[Shape]) -> int:
        steps, features = inputs[0]
        return len(self._endings) * steps * (features + self.units) * self.gates * self.units

    def init_params(self, inputs: Sequence[Shape], rng: np.random.Generator) -> dict[str, np.ndarray]:
        """W as chosen, U orthogonal so that what is remembered neither grows nor fades at first, biases zero."""
        first = {}
        for name, shape in self.parameter_shapes(inputs).items():
            if name.startswith("W"):
                first[name] = initial(self.kernel_initializer, shape, rng, *fans(shape))
            else:
                first[name] = initial("orthogonal" if name.startswith("U") else "zeros", shape, rng, *fans(shape))
        return first

    def forward(self, tape: Tape, params: Mapping[str, Tensor], inputs: Sequence[Tensor]) -> tuple[Tensor, Kept]:
        x = inputs[0].transpose(1, 2, 0)
        outputs, kept = [], []
        for ending in self._endings:
            h, left = self.walk(tape, Weights.of(params, ending), _in_time(x, ending))
            outputs.append(_in_time(h, ending) if self.return_sequences else h[-1])
            kept.append(left)
        y = outputs[0] if len(outputs) == 1 else _joined(tape, outputs)
        return (y.transpose(2, 0, 1) if self.return_sequences else y.T), (x.shape[0], kept)

    def backward(
        self, tape: Tape, params: Mapping[str, Tensor], grads: Mapping[str, Tensor], kept: Kept, grad: Tensor
    ) -> Sequence[Tensor]:
        steps, of_directions = kept
        arriving = tape.in_order(grad.transpose(1, 2, 0) if self.return_sequences else grad.T)
        input_grads = []
        for number, (ending, left) in enumerate(zip(self._endings, of_directions, strict=True)):
            own = arriving[..., number * self.units : (number + 1) * self.units, :]
            taken: list[Tensor | None] = [None] * steps
            if self.return_sequences:
                in_time = _in_time(own, ending)
                taken = [in_time[t] for t in range(steps)]
            else:
                taken[-1] = own
            dx = self.walk_back(tape, Weights.of(params, ending), Weights.of(grads, ending), left, taken)
            input_grads.append(_in_time(dx, ending))
        dx = input_grads[0] if len(input_grads) == 1 else tape.add(*input_grads)
        return [dx.transpose(2, 0, 1)]

    def headline(self) -> str:
        return f"2 × {self.units}" if self.bidirectional else str(self.units)


def sigmoid(tape: Tape, half: Tensor, out: Tensor) -> Tensor:
    """``1 / (1 + exp(-z))``, computed from ``half = tanh(z / 2)`` as ``half / 2 + 1 / 2``, which is the same.

    So one call of tanh, which NumPy computes many numbers at a time, does for all gates.
    """
    tape.multiply(half, 0.5, out=out)
    return tape.add(out, 0.5, out=out)


def _in_time(sequence: Tensor, ending: str) -> Tensor:
    """A sequence (steps, ..., batch) in the order in which a direction reads it, or back in its own."""
    return sequence[::-1] if ending == BACKWARD else sequence


def _joined(tape: Tape, outputs: Sequence[Tensor]) -> Tensor:
    """The outputs of both directions, one below the other."""
    units = outputs[0].shape[-2]
    y = tape.empty((*outputs[0].shape[:-2], 2 * units, outputs[0].shape[-1]))
    for number, output in enumerate(outputs):
        tape.copy(output, out=y[..., number * units : (number + 1) * units, :])
    return y
