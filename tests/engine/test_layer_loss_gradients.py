"""Every layer with every loss: the gradients of a whole small network against finite differences.

The layer is fed by the data, and a Dense layer turns what it gives into as many outputs as the loss wants. Whatever is
registered is checked, so a new layer or loss is covered by being there.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
import pytest

from deepviz.engine import Network, layers, losses
from deepviz.engine.gradcheck import check_network
from deepviz.engine.layer import Kept, Layer
from deepviz.engine.layer_run import draw_inputs
from deepviz.engine.loss import Loss
from deepviz.engine.shapes import Shape
from deepviz.engine.tape import Tape, Tensor
from tests.engine.graphs import graph
from tests.engine.loss_formulas import random_targets

BATCH = 3
ENTRIES = 6
"""How many entries of each tensor are moved; besides, all are moved at once along a random direction."""

# Further examples of a layer meet the first one of every loss, further examples of a loss the first one of every layer.
PAIRS = [
    pytest.param(layer, list(shapes), loss, loss_shape, id=f"{layer.key}-{number}-{loss.key}-{loss_number}")
    for layer_kind in layers.registry.values()
    for number, (layer, shapes) in enumerate(layer_kind.examples())
    for loss_kind in losses.registry.values()
    for loss_number, (loss, loss_shape) in enumerate(loss_kind.examples())
    if number == 0 or loss_number == 0
]


class Piece(Layer):
    """A piece of a flat input, in some shape: what feeds a layer that has several inputs."""

    start: int
    shape: tuple[int, ...]

    def output_shape(self, inputs: Sequence[Shape]) -> Shape:
        return self.shape

    def forward(self, tape: Tape, params: Mapping[str, Tensor], inputs: Sequence[Tensor]) -> tuple[Tensor, Kept]:
        (x,) = inputs
        piece = x[:, self.start : self.start + math.prod(self.shape)]
        return tape.in_order(piece).reshape(x.shape[0], *self.shape), x.shape

    def backward(
        self, tape: Tape, params: Mapping[str, Tensor], grads: Mapping[str, Tensor], kept: Kept, grad: Tensor
    ) -> Sequence[Tensor]:
        whole, length = tape.zeros(kept), math.prod(self.shape)
        tape.copy(tape.in_order(grad).reshape(-1, length), out=whole[:, self.start : self.start + length])
        return [whole]

    @classmethod
    def examples(cls) -> Sequence[tuple[Layer, Sequence[Shape]]]:
        return []


def around(layer: Layer, shapes: Sequence[Shape], outputs: int) -> Network:
    """A network that feeds a layer with inputs of these shapes, and ends in so many outputs."""
    end = {"flat": layers.Flatten(), "end": layers.Dense(units=outputs)}
    if not shapes:
        return Network.from_graph(graph({"layer": layer, **end}, "layer>flat", "flat>end"), 3, "float64")
    lengths = [math.prod(shape) for shape in shapes]
    pieces = {f"piece_{port}": Piece(start=sum(lengths[:port]), shape=shape) for port, shape in enumerate(shapes)}
    edges = [edge for port, name in enumerate(pieces) for edge in (f"in>{name}", f"{name}>layer:{port}")]
    nodes = {"in": layers.Input(shape=(sum(lengths),)), **pieces, "layer": layer, **end}
    return Network.from_graph(graph(nodes, *edges, "layer>flat", "flat>end"), 3, "float64")


@pytest.mark.parametrize(("layer", "shapes", "loss", "loss_shape"), PAIRS)
def test_gradients_are_the_slopes(layer: Layer, shapes: list[Shape], loss: Loss, loss_shape: Shape) -> None:
    rng = np.random.default_rng(9)
    network = around(layer, shapes, loss_shape[-1])
    for array in network.parameters.values():
        array[...] = rng.standard_normal(array.shape) / 2  # biases too, which otherwise start at 0
    # Outputs of ordinary size: the slope of a loss that is all but 0, or of a direction near the origin, is mere noise.
    network.parameters["end/W"][...] *= 2 / math.sqrt(len(network.parameters["end/W"]))
    network.parameters["end/b"][...] *= 4
    x = np.empty((BATCH, *network.input_shape))
    draw_inputs(layer, [x], rng)
    report = check_network(network, loss, x, random_targets(loss, loss_shape, BATCH, rng), rng, ENTRIES)
    trained = [name for name in network.parameters if not layer.frozen or not name.startswith("layer/")]
    assert [tensor.name for tensor in report.tensors] == trained + (["input"] if layer.vocabulary is None else [])
    for tensor in report.tensors:
        # Up to 1e-7, or what rounding of the loss alone may cause where a gradient is all but zero.
        assert tensor.passes(1e-7), tensor
        assert tensor.compared > tensor.left_out, tensor


def test_every_layer_meets_every_loss() -> None:
    met = {(pair.values[0].key, pair.values[2].key) for pair in PAIRS}
    assert met == {(layer, loss) for layer in layers.registry for loss in losses.registry}
