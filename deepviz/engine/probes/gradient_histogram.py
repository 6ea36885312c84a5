"""The distribution of the gradients of every layer's parameters."""

from __future__ import annotations

from typing import ClassVar

from deepviz.engine.histogram import histograms, none_computed
from deepviz.engine.probe import Probe, Rows
from deepviz.engine.reading import Reading, is_read
from deepviz.engine.step_recording import StepRecording


class GradientHistogramProbe(Probe):
    """Histogram of each layer's parameter gradient before clipping, first layer first; empty for a frozen layer.

    For the mean loss of the batch with penalties, at the weights before the update.
    """

    key: ClassVar[str] = "gradient_histogram"
    rows: ClassVar[Rows] = "layers"
    rate: ClassVar[float] = 2.0

    def record(self, recording: StepRecording) -> Reading:
        tape, network = recording.tape, recording.network
        computed = [not node.layer.frozen for node in network.trained_nodes]
        if not is_read(tape):
            return lambda: none_computed(len(computed))
        spans = [network.parameter_slice(node) for node in network.trained_nodes if not node.layer.frozen]
        return histograms(tape, [tape.external(recording.gradients[span]) for span in spans], computed)
