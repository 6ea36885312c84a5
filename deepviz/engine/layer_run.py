"""One layer by itself: forward and backward pass on a tape of its own, with arrays to fill and to read.

For checks and experiments; a network records all its layers on one tape.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from deepviz.engine.layer import Layer
from deepviz.engine.replay import PHASES_OF_PASSES, replay
from deepviz.engine.shapes import Shape
from deepviz.engine.tape import Tape, Tensor


class LayerRun:
    """One layer on a tape of its own, with arrays to fill and to read.

    Parameters
    ----------
    layer, input_shapes
        The layer and the shapes of its inputs, as `Layer.examples` gives them.
    batch
        Samples at a time.
    dtype
        "float32" or "float64".
    training
        Whether layers that behave differently while training do so.
    backwards
        Whether inputs and the gradient that arrives lie in memory with their axes in reverse order, to see that this
        makes no difference.

    Attributes
    ----------
    inputs, parameters, output_grad
        Arrays to fill before `forward` and `backward`; all are zero at first.
    state
        The arrays that the layer keeps but does not train, with their first values.
    output, input_grads, parameter_grads
        Arrays to read after `forward` and `backward`. Parameter gradients are NaN until they have been computed.
    """

    def __init__(
        self,
        layer: Layer,
        input_shapes: Sequence[Shape],
        batch: int,
        dtype: str = "float64",
        training: bool = True,
        backwards: bool = False,
    ) -> None:
        tape = Tape(np.dtype(dtype), training)
        shapes = list(input_shapes) or [layer.output_shape([])]  # an Input is fed with what it gives

        def given(shape: Shape) -> Tensor:
            return tape.input(shape[::-1]).T if backwards else tape.input(shape)

        inputs = [given((batch, *shape)) for shape in shapes]
        self.parameters = {name: np.zeros(shape, dtype) for name, shape in layer.parameter_shapes(input_shapes).items()}
        self.parameter_grads = {name: np.full_like(array, np.nan) for name, array in self.parameters.items()}
        first = layer.init_state(input_shapes)
        self.state = {name: first[name].astype(dtype) for name in layer.state_shapes(input_shapes)}
        parameters = {name: tape.external(array) for name, array in (self.parameters | self.state).items()}
        grads = {name: tape.external(array) for name, array in self.parameter_grads.items()}
        output, kept = layer.forward(tape, parameters, inputs)
        tape.phase = "backward"
        output_grad = given(output.shape)
        input_grads = layer.backward(tape, parameters, grads, kept, output_grad)
        compiled = tape.compile(keep=[output, *input_grads], phases=PHASES_OF_PASSES)
        self.inputs, self.output_grad = [compiled[tensor] for tensor in inputs], compiled[output_grad]
        self.output, self.input_grads = compiled[output], [compiled[tensor] for tensor in input_grads]
        self._forward, self._backward = compiled.part("forward"), compiled.part("backward")
        self._update, self._noise = compiled.part("update"), tape.noise
        self.forget = compiled.forget

    def forward(self) -> np.ndarray:
        """Compute the output, with the same random numbers each time, and return a copy of it."""
        self._noise.start(0)
        replay(self._forward)
        return self.output.copy()

    def backward(self) -> None:
        """Compute the gradients; after `forward`."""
        replay(self._backward)

    def update_state(self) -> None:
        """Bring `state` up to date; after `forward` and before `backward`."""
        replay(self._update)


def draw_inputs(layer: Layer, inputs: Sequence[np.ndarray], rng: np.random.Generator) -> None:
    """Fill the inputs of a layer with random numbers that it can take."""
    count = layer.vocabulary
    for array in inputs:
        array[...] = rng.standard_normal(array.shape) if count is None else rng.integers(count, size=array.shape)
