"""The distribution of every layer's weights."""

from __future__ import annotations

from typing import ClassVar

from deepviz.engine.histogram import histograms, none_computed
from deepviz.engine.probe import Moment, Probe, Rows
from deepviz.engine.reading import Reading, is_read
from deepviz.engine.step_recording import StepRecording


class WeightHistogramProbe(Probe):
    """Histogram of each layer's parameters, weights and biases together, after the update; of frozen layers too.

    It is that of the state which is kept of the step, limits on weights (`max_norm`) included.
    """

    key: ClassVar[str] = "weight_histogram"
    moment: ClassVar[Moment] = "updated"
    rows: ClassVar[Rows] = "layers"
    rate: ClassVar[float] = 2.0

    def record(self, recording: StepRecording) -> Reading:
        tape, network = recording.tape, recording.network
        if not is_read(tape):
            return lambda: none_computed(len(network.trained_nodes))
        spans = [network.parameter_slice(node) for node in network.trained_nodes]
        return histograms(tape, [tape.external(network.parameters.vector[span]) for span in spans])
