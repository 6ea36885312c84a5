"""Gradient magnitudes of every layer before clipping: how strongly the batch pulls at its parameters."""

from __future__ import annotations

from typing import ClassVar

from deepviz.engine.magnitude import STATISTICS, gradient_magnitudes
from deepviz.engine.probe import Probe, Rows
from deepviz.engine.reading import Reading
from deepviz.engine.step_recording import StepRecording


class GradientsProbe(Probe):
    """Magnitudes of each layer's parameter gradient g, first layer first, as backward has left it.

    Over all n weights and biases of a layer, for the mean loss of the batch with penalties, at the weights before the
    update::

        l2 = sqrt(sum g_i^2),   mean = sum |g_i| / n,   max = max |g_i|

    NaN for a layer that is frozen, whose gradient is not computed; 0 for one that no gradient gets to. A gradient that
    is not a number ends the run instead.
    """

    key: ClassVar[str] = "gradients"
    rows: ClassVar[Rows] = "layers"
    statistics: ClassVar[tuple[str, ...]] = STATISTICS

    def record(self, recording: StepRecording) -> Reading:
        return gradient_magnitudes(recording)
