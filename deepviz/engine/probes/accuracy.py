"""The accuracy of each step: the share of its batch that is classified right before the update."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from deepviz.engine.loss import Loss
from deepviz.engine.probe import Probe
from deepviz.engine.reading import Reading, seen
from deepviz.engine.step_recording import StepRecording


class AccuracyProbe(Probe):
    """Share of the batch that is classified right with the weights before the update; of a sequence, each step."""

    key: ClassVar[str] = "accuracy"

    def fits(self, recording: StepRecording) -> bool:
        return recording.classes is not None

    def record(self, recording: StepRecording) -> Reading:
        tape, outputs, classes = recording.tape, recording.outputs, recording.classes
        assert classes is not None
        guess = tape.call(Loss.predicted_classes, (outputs,), classes.shape, dtype=np.dtype(np.intp))
        right = tape.call(np.equal, (guess, classes), classes.shape, dtype=np.dtype(bool))
        hits = tape.over_batch(tape.call(_count, (right,), (), dtype=np.dtype(np.float64)))
        found, count = seen(tape, hits), tape.samples(outputs) * classes.size // classes.shape[0]
        return lambda: found.item() / count


def _count(truths: np.ndarray, out: np.ndarray) -> None:
    out[...] = np.count_nonzero(truths)
