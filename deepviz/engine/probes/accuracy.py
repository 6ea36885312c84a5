"""The accuracy of each step: the share of its batch whose largest output is the right class."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from deepviz.engine.probe import Probe, Reading
from deepviz.engine.step import StepRecording


class AccuracyProbe(Probe):
    """Share of the batch that is classified right, before the update."""

    key: ClassVar[str] = "accuracy"

    def fits(self, recording: StepRecording) -> bool:
        return recording.classes is not None

    def record(self, recording: StepRecording) -> Reading:
        tape, outputs, classes = recording.tape, recording.outputs, recording.classes
        assert classes is not None
        guess = tape.call(_row_argmax, (outputs,), classes.shape, dtype=np.dtype(np.intp))
        right = tape.external(np.zeros(classes.shape, bool))
        tape.call(np.equal, (guess, classes), classes.shape, out=right)
        hits = right.array()
        count = len(hits)
        return lambda: int(np.count_nonzero(hits)) / count


def _row_argmax(x: np.ndarray, out: np.ndarray) -> None:
    np.argmax(x, 1, out)
