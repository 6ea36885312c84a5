"""The distribution of what every node gives for the batch of a step."""

from __future__ import annotations

from typing import ClassVar

from deepviz.engine.histogram import histograms
from deepviz.engine.probe import Probe, Rows
from deepviz.engine.reading import Reading
from deepviz.engine.step_recording import StepRecording


class ActivationHistogramProbe(Probe):
    """Histogram of each node's outputs over the batch, in the order of the network; the Input's is that of the data.

    The outputs are those of the weights before the update, of which the loss of the step is.
    """

    key: ClassVar[str] = "activation_histogram"
    rows: ClassVar[Rows] = "nodes"
    rate: ClassVar[float] = 2.0

    def record(self, recording: StepRecording) -> Reading:
        outputs = [recording.activations[node.id] for node in recording.network.nodes]
        return histograms(recording.tape, outputs, of_samples=True)
