"""Gradient magnitude of every layer: the L2 norm of the gradient with respect to all parameters of the layer."""

from __future__ import annotations

from typing import ClassVar

from deepviz.engine.probe import Probe, Reading, norms
from deepviz.engine.step import StepRecording


class GradientNormProbe(Probe):
    """L2 norm of each layer's parameter gradient, first layer first.

    ``||g|| = sqrt(sum of g_i^2)`` over all weights and biases of a layer, for the mean loss of the batch.
    """

    key: ClassVar[str] = "gradient_norm"

    def record(self, recording: StepRecording) -> Reading:
        network, tape = recording.network, recording.tape
        pieces = [network.gradients.vector[network.parameter_slice(unit)] for unit in network.trained_units]
        return norms(tape, [tape.external(piece) for piece in pieces])
