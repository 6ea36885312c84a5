"""Gradient magnitudes of every layer after clipping: what the optimizer is given."""

from __future__ import annotations

from typing import ClassVar

from deepviz.engine.magnitude import STATISTICS, gradient_magnitudes
from deepviz.engine.probe import Moment, Probe, Rows
from deepviz.engine.reading import Reading
from deepviz.engine.step_recording import StepRecording


class ClippedGradientsProbe(Probe):
    """Magnitudes of each layer's parameter gradient after clipping and before the update; else as for `GradientsProbe`.

    Only read where the optimizer clips: without clipping, what is before and after is the same.
    """

    key: ClassVar[str] = "clipped_gradients"
    moment: ClassVar[Moment] = "clipped"
    rows: ClassVar[Rows] = "layers"
    statistics: ClassVar[tuple[str, ...]] = STATISTICS

    def fits(self, recording: StepRecording) -> bool:
        return recording.clips

    def record(self, recording: StepRecording) -> Reading:
        return gradient_magnitudes(recording)
