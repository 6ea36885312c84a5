"""Gradient magnitude on every edge: how much of the gradient comes back over each connection."""

from __future__ import annotations

from typing import ClassVar

from deepviz.engine.probe import Probe, Rows
from deepviz.engine.reading import Reading, norms
from deepviz.engine.step_recording import StepRecording


class GradientFlowProbe(Probe):
    """L2 norm of the gradient that comes back over each edge, in the order of `Network.edges`; last, that of the loss.

    For the mean loss of the batch, with respect to the activations of the whole batch that went over the edge, with the
    weights before the update.
    """

    key: ClassVar[str] = "gradient_flow"
    rows: ClassVar[Rows] = "edges"

    def record(self, recording: StepRecording) -> Reading:
        edges = recording.network.edges
        tensors = [*(recording.edge_grads[edge] for edge in edges), recording.output_grad]
        return norms(recording.tape, tensors, of_samples=True)
