"""The loss of each sample on its own, by the loss's own definition: their mean is the loss without penalties."""

from __future__ import annotations

import numpy as np

from deepviz.engine.loss import Loss
from deepviz.engine.tape import Tape
from deepviz.insight.subject import Progress

PORTION = 250


def sample_losses(loss: Loss, outputs: np.ndarray, targets: np.ndarray, progress: Progress) -> np.ndarray:
    """What each sample would lose if it were a batch of its own.

    Every loss is a mean over the batch, class weights and all, so the mean of these is the loss of the whole.

    Parameters
    ----------
    outputs
        Of shape ``(n, *output_shape)``.
    targets
        As for `Loss.encode_targets`.

    Returns
    -------
    Float64 array of shape ``(n,)``.

    Raises
    ------
    ValueError
        If the targets do not fit the outputs.
    CancelledError
        If `progress` says so.
    """
    values = np.asarray(outputs, np.float64)
    encoded = loss.encode_targets(targets, values.shape[1:], np.float64)
    tape = Tape(np.dtype(np.float64))
    shape = (1, *values.shape[1:])
    given, wanted = tape.input(shape), tape.input(shape)
    value, _ = loss.record(tape, given, wanted)
    compiled = tape.compile(keep=(value,))
    output, target, result = compiled[given], compiled[wanted], compiled[value]
    found = np.empty(len(values))
    with np.errstate(all="ignore"):  # an infinite loss is the answer
        for number in range(len(values)):
            if number % PORTION == 0:
                progress(number / len(values))
            output[0], target[0] = values[number], encoded[number]
            compiled.replay()
            found[number] = float(result)
    return found
