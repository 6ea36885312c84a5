"""Gradient magnitude of every layer: the L2 norm of the gradient with respect to all parameters of the layer."""

from __future__ import annotations

from typing import ClassVar

from deepviz.engine.probe import Probe, Rows
from deepviz.engine.reading import Reading, norms, with_gaps
from deepviz.engine.step_recording import StepRecording


class GradientNormProbe(Probe):
    """L2 norm of each layer's parameter gradient, first layer first.

    ``||g|| = sqrt(sum of g_i^2)`` over all weights and biases of a layer, for the mean loss of the batch, at the
    weights before the update. NaN for a layer that is frozen: its gradient is not computed.
    """

    key: ClassVar[str] = "gradient_norm"
    rows: ClassVar[Rows] = "layers"

    def record(self, recording: StepRecording) -> Reading:
        network = recording.network
        computed = [not node.layer.frozen for node in network.trained_nodes]
        pieces = [
            recording.tape.external(network.gradients.vector[network.parameter_slice(node)])
            for node in network.trained_nodes
            if not node.layer.frozen
        ]
        read = norms(recording.tape, pieces)
        return read if all(computed) else lambda: with_gaps(read(), computed)
