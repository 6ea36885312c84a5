"""What is written down when a network is recorded: its forward pass, then its backward pass, last layer first.

The backward pass is backpropagation, and it is `Recording.record_backward`: the chain rule, applied layer by layer. All
the rest of this package is what the layers put in, and what makes it fast.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from deepviz.engine.replay import PHASES_OF_PASSES
from deepviz.engine.tape import CompiledTape, Tape, Tensor
from deepviz.engine.weighted import Weighted, record_max_norm, record_penalty
from deepviz.engine.wiring import EdgeKey

if TYPE_CHECKING:
    from deepviz.engine.network import Network


@dataclass
class Recording:
    """A forward pass that has been written down, ready for the backward pass.

    Attributes
    ----------
    input
        The batch, of shape ``(batch, *input_shape)``.
    params, grads
        The parameters and what layers keep, and where the gradients of the parameters are to be written, by full name.
    outputs
        What each node gives, by its id.
    kept
        What each layer left for its backward pass: the stored intermediates.
    """

    network: Network
    tape: Tape
    input: Tensor
    params: Mapping[str, Tensor]
    grads: Mapping[str, Tensor]
    outputs: dict[str, Tensor]
    kept: dict[str, Any]

    @property
    def output(self) -> Tensor:
        """What the network gives."""
        return self.outputs[self.network.nodes[-1].id]

    def record_backward(self, output_grad: Tensor) -> BackwardRecording:
        """Write the backward pass down: last layer first, each layer taking the gradient of its own output.

        With ``y_n`` the output of node n, ``p_n`` its parameters and L the loss, the chain rule is, for all edges that
        leave n, to nodes m::

            dL/dy_n = sum over m of  dL/dy_m dy_m/dy_n
            dL/dp_n = dL/dy_n dy_n/dp_n

        Each product of a gradient with a derivative is what `Layer.backward` writes down; the derivatives themselves,
        Jacobian matrices, are never made. As every ``dL/dy_m`` is there before ``dL/dy_n`` is asked for, one pass gives
        all gradients, at a small multiple of the cost of the forward pass. That is backpropagation (Rumelhart, Hinton &
        Williams 1986), the reverse mode of automatic differentiation (Baydin et al. 2018, section 3.2).

        Parameters
        ----------
        output_grad
            ``dL/dy`` of the network's output, of shape ``(batch, *output_shape)``.
        """
        tape, nodes = self.tape, self.network.nodes
        tape.phase = "backward"
        arriving: dict[str, list[Tensor]] = {nodes[-1].id: [output_grad]}
        edge_grads: dict[EdgeKey, Tensor] = {}
        node_grads: dict[str, Tensor] = {}
        params, grads = by_node(self.params), by_node(self.grads)
        for node in reversed(nodes):
            tape.node = node.id
            total, *others = arriving[node.id]
            for other in others:
                total = tape.add(total, other)
            node_grads[node.id] = total
            input_grads = node.layer.backward(
                tape, params.get(node.id, {}), grads.get(node.id, {}), self.kept[node.id], total
            )
            for port, source in enumerate(node.sources):
                edge_grads[source, node.id, port] = input_grads[port]
                arriving.setdefault(source, []).append(input_grads[port])
        tape.node = ""
        return BackwardRecording(node_grads[nodes[0].id], edge_grads, node_grads)

    def record_penalties(self, value: Tensor) -> Tensor:
        """Write down the penalties on weights, after the backward pass: the loss with them, and their gradients.

        `value` is the loss without them, of shape ``()``, and so is what is returned.
        """
        tape = self.tape
        for node, layer, name in self.network.penalized:
            tape.phase, tape.node = "backward", node.id
            amount = record_penalty(tape, layer, self.params[name], self.grads[name])
            if amount is not None:
                value = tape.add(value, amount)
        tape.node = ""
        return value

    def record_limits(self) -> None:
        """Write down, after the update, what keeps the weights within a largest norm."""
        for node in self.network.trained_nodes:
            layer = node.layer
            if isinstance(layer, Weighted) and layer.max_norm is not None and not layer.frozen:
                for name in layer.weights:
                    weights = self.params[f"{node.id}/{name}"]
                    record_max_norm(self.tape, weights, layer.unit_axes(name, len(weights.shape)), layer.max_norm)


@dataclass(frozen=True)
class BackwardRecording:
    """A backward pass that has been written down.

    Attributes
    ----------
    input_grad
        Gradient of the loss with respect to the data.
    edge_grads
        Gradient of the loss with respect to what went over each edge.
    node_grads
        Gradient of the loss with respect to what each node gives, by its id: over all edges that leave there.
    """

    input_grad: Tensor
    edge_grads: Mapping[EdgeKey, Tensor]
    node_grads: Mapping[str, Tensor]


class NetworkTape:
    """Forward and backward pass for one size of batch, with the arrays that go in and come out."""

    def __init__(self, network: Network, batch: int, training: bool) -> None:
        tape = Tape(network.dtype, training)
        x = tape.input((batch, *network.input_shape))
        recording = network.record_forward(tape, x)
        keep = [recording.output]
        output_grad = input_grad = None
        if training:
            output_grad = tape.input((batch, *network.output_shape))
            input_grad = recording.record_backward(output_grad).input_grad
            keep.append(input_grad)
        compiled: CompiledTape = tape.compile(keep, phases=PHASES_OF_PASSES)
        self.noise = tape.noise if tape.is_random else None
        self.x, self.output = compiled[x], compiled[recording.output]
        # What layers keep from step to step ("update") follows from the forward pass.
        self.forward_calls, self.backward_calls = compiled.part("forward", "update"), compiled.part("backward")
        if output_grad is not None and input_grad is not None:
            self.output_grad, self.input_grad = compiled[output_grad], compiled[input_grad]


def by_node(arrays: Mapping[str, Tensor]) -> dict[str, dict[str, Tensor]]:
    """Each node's own arrays, by their short names; a node without any is left out."""
    found: dict[str, dict[str, Tensor]] = {}
    for name, array in arrays.items():
        node, _, short = name.rpartition("/")
        found.setdefault(node, {})[short] = array
    return found
