"""Gradient magnitudes of what every node gives for the batch: how much of the gradient gets back to each depth."""

from __future__ import annotations

import math
from typing import ClassVar

from deepviz.engine.magnitude import STATISTICS, magnitudes
from deepviz.engine.probe import Probe, Rows
from deepviz.engine.reading import Reading
from deepviz.engine.step_recording import StepRecording


class ActivationGradientsProbe(Probe):
    """Magnitudes of the gradient with respect to each node's output, in the order of the network.

    With ``g_i = dL/dy_i`` for all n outputs y_i of a node over the whole batch and the mean loss L of the batch, with
    the weights before the update::

        l2 = sqrt(sum g_i^2),   mean = sum |g_i| / n,   max = max |g_i|

    Where an output feeds several nodes, g is the sum of what comes back. That of the Input is the gradient with respect
    to the data, which training does not need: it is computed for who looks. 0 where no gradient gets to.
    """

    key: ClassVar[str] = "activation_gradients"
    rows: ClassVar[Rows] = "nodes"
    statistics: ClassVar[tuple[str, ...]] = STATISTICS

    def record(self, recording: StepRecording) -> Reading:
        tape, nodes = recording.tape, recording.network.nodes
        samples = tape.samples(recording.outputs)
        tensors = [recording.activation_grads[node.id] for node in nodes]
        return magnitudes(tape, tensors, [samples * math.prod(node.output_shape) for node in nodes])
