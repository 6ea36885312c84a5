"""What a layer is: its hyperparameters, its shapes, its parameters, and how it computes forward and backward.

A layer is a value and keeps nothing of a batch. Its `forward` and `backward` write NumPy calls on a tape; what
`backward` needs from `forward` is handed over as `kept`.
"""

from __future__ import annotations

import math
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np

from deepviz.engine.shapes import Shape
from deepviz.engine.tape import Tape, Tensor
from deepviz.registry import Definition

Kept = Any
"""What a layer's `forward` leaves for its `backward`: tensors, or None."""


class Layer(Definition):
    """One kind of layer. Subclasses are frozen models whose fields are the hyperparameters.

    Attributes
    ----------
    formula
        What it computes, in one short line.
    shape_rule
        How the shape of the output follows from those of the inputs, in short parts with `; ` between them. A `…`
        stands for one or more axes.
    minimum_inputs, maximum_inputs
        How many edges may end at it; a maximum of None means any number.
    input_names
        What arrives at each of several inputs; empty where they are all alike.
    """

    formula: ClassVar[str] = ""
    shape_rule: ClassVar[str] = ""
    minimum_inputs: ClassVar[int] = 1
    maximum_inputs: ClassVar[int | None] = 1
    input_names: ClassVar[tuple[str, ...]] = ()

    @abstractmethod
    def output_shape(self, inputs: Sequence[Shape]) -> Shape:
        """Shape of the output for the shapes of the inputs.

        Raises
        ------
        ShapeError
            If the layer cannot take such inputs.
        """

    def parameter_shapes(self, inputs: Sequence[Shape]) -> dict[str, Shape]:
        """Shapes of the trained arrays, by name. Most layers have none."""
        return {}

    def macs(self, inputs: Sequence[Shape]) -> int:
        """Multiply-accumulates of a forward pass, for one sample.

        Counted are products with weights, and of inputs with each other where they are summed up (attention), as
        matrix products of full size: ``(n, k)`` by ``(k, m)`` counts ``n k m``. So the zeros of a padding and the steps
        that a causal attention does not see count like all others, as they do in other tools. Not counted: biases,
        activations, pooling, normalisation, and whatever goes number by number, such as the gates of an LSTM.

        Parameters
        ----------
        inputs
            Shapes that the layer can take.
        """
        return 0

    def init_params(self, inputs: Sequence[Shape], rng: np.random.Generator) -> dict[str, np.ndarray]:
        """First values of the trained arrays, in float64, with the shapes of `parameter_shapes`."""
        return {}

    def state_shapes(self, inputs: Sequence[Shape]) -> dict[str, Shape]:
        """Shapes of the arrays that are kept from step to step but not trained, by name. Most layers have none."""
        return {}

    def init_state(self, inputs: Sequence[Shape]) -> dict[str, np.ndarray]:
        """First values of the kept arrays, in float64, with the shapes of `state_shapes`."""
        return {}

    @property
    def vocabulary(self) -> int | None:
        """How many different whole numbers, from 0 up, an input may hold; None if it may hold any numbers."""
        return None

    @property
    def output_range(self) -> tuple[float, float] | None:
        """The two numbers between which each output lies and near both of which it saturates, its slope fading away.

        None for most layers, of which one cannot say so.
        """
        return None

    @property
    def frozen(self) -> bool:
        """Whether training leaves its parameters as they are."""
        return False

    @abstractmethod
    def forward(self, tape: Tape, params: Mapping[str, Tensor], inputs: Sequence[Tensor]) -> tuple[Tensor, Kept]:
        """Write down how the output comes from the inputs.

        Parameters
        ----------
        tape
            Where the calls are recorded.
        params
            The trained arrays by name, and those that are kept but not trained. The latter are written in the phase
            "update": only once the step is known to be good.
        inputs
            Tensors of shape ``(batch, *input_shape)``, in whatever order they lie in memory.

        Returns
        -------
        output
            Tensor of shape ``(batch, *output_shape)``.
        kept
            What `backward` will need.
        """

    @abstractmethod
    def backward(
        self, tape: Tape, params: Mapping[str, Tensor], grads: Mapping[str, Tensor], kept: Kept, grad: Tensor
    ) -> Sequence[Tensor]:
        """Write down how the gradient goes from the output back to the parameters and the inputs.

        With y the output, x an input and p a parameter, all taken as vectors, and L the loss, that is the chain rule::

            dL/dx = (dy/dx)^T dL/dy,   dL/dp = (dy/dp)^T dL/dy

        The field calls these vector-Jacobian products. What a layer writes down is their result, never a Jacobian: that
        of a Dense layer of 100 inputs and units has 10,000 numbers for each sample, and the result 100.

        Parameters
        ----------
        tape, params, kept
            As in `forward`.
        grads
            Where the gradients with respect to the trained arrays are to be written, by name.
        grad
            Gradient of the loss with respect to the output, of the output's shape.

        Returns
        -------
        input_grads
            Gradient of the loss with respect to each input, of that input's shape. What nobody reads is dropped from
            the tape again, so it costs nothing to write it down.
        """

    @classmethod
    @abstractmethod
    def examples(cls) -> Sequence[tuple[Layer, Sequence[Shape]]]:
        """A few layers of this kind with shapes of their inputs, for the manual and for the test kit."""

    def headline(self) -> str:
        """The hyperparameters that matter most, for the corner of the card. May be empty."""
        return ""

    def count_parameters(self, inputs: Sequence[Shape]) -> int:
        """How many numbers are trained."""
        return sum(math.prod(shape) for shape in self.parameter_shapes(inputs).values())


class Activation(Layer):
    """A layer that applies one function to each number and leaves the shape as it is."""

    category: ClassVar[str] = "Activation"
    shape_rule: ClassVar[str] = "any shape → the same shape"

    def output_shape(self, inputs: Sequence[Shape]) -> Shape:
        return inputs[0]

    @classmethod
    def examples(cls) -> Sequence[tuple[Layer, Sequence[Shape]]]:
        return [(cls(), [(5,)]), (cls(), [(4, 3, 2)])]
