"""The loss of each step: the mean over its batch, before the update."""

from __future__ import annotations

from typing import ClassVar

from deepviz.engine.probe import Probe
from deepviz.engine.reading import Reading
from deepviz.engine.step_recording import StepRecording


class LossProbe(Probe):
    """Mean loss of the batch of the step, with the weights before its update, and with penalties."""

    key: ClassVar[str] = "loss"

    def record(self, recording: StepRecording) -> Reading:
        return recording.value.array().item
