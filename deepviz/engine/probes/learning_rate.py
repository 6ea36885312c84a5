"""The learning rate of each step: what was chosen, times the factor of the schedule."""

from __future__ import annotations

from typing import ClassVar

from deepviz.engine.probe import Probe
from deepviz.engine.reading import Reading
from deepviz.engine.step_recording import StepRecording


class LearningRateProbe(Probe):
    """Learning rate that the update of the step uses."""

    key: ClassVar[str] = "learning_rate"

    def record(self, recording: StepRecording) -> Reading:
        state = recording.optimizer_state
        return lambda: state.learning_rate
