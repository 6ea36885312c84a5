"""Update-to-weight ratio of every layer: how far a step moves its parameters, measured by their own size.

A ratio of about 1e-3 is a usual rule; far below it a layer hardly learns, far above it forgets what it has learned.
"""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from deepviz.engine.probe import Moment, Probe, Rows
from deepviz.engine.reading import Reading, before_others_update, is_read, norms, with_gaps
from deepviz.engine.step_recording import StepRecording


class UpdatesProbe(Probe):
    """How far one step has moved each layer's parameters p, first layer first.

    Over all weights and biases of a layer, from those before the update to those after it, with the limits on weights
    (`max_norm`) included::

        update = ||p_new - p_old||,   weights = ||p_old||,   ratio = update / weights

    The ratio is infinite where ``||p_old||`` is 0, whatever the update: there is nothing to compare it with. 0 for a
    layer that was not moved, NaN for one that is frozen.
    """

    key: ClassVar[str] = "updates"
    moment: ClassVar[Moment] = "updated"
    rows: ClassVar[Rows] = "layers"
    statistics: ClassVar[tuple[str, ...]] = ("ratio", "update", "weights")

    def record(self, recording: StepRecording) -> Reading:
        tape, network = recording.tape, recording.network
        computed = [not node.layer.frozen for node in network.trained_nodes]
        if not is_read(tape):
            return lambda: with_gaps(np.empty((len(self.statistics), 0)), [False] * len(computed))
        spans = [network.parameter_slice(node) for node in network.trained_nodes if not node.layer.frozen]
        parameters = tape.external(network.parameters.vector)
        with before_others_update(tape):
            moved = tape.copy(parameters, out=tape.empty(parameters.shape))
        read_weights = norms(tape, [moved[span] for span in spans])
        tape.subtract(parameters, moved, out=moved)
        read_update = norms(tape, [moved[span] for span in spans])

        def read() -> np.ndarray:
            update, weights = read_update(), read_weights()
            ratio = np.divide(update, weights, out=np.full(len(spans), np.inf), where=weights > 0)
            return with_gaps(np.stack([ratio, update, weights]), computed)

        return read
