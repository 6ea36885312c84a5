"""How large the numbers of arrays are: L2 norm, mean and maximum of the absolute values, written down on a tape.

Signs never count: an average of signed gradients is near zero however large they are.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from deepviz.engine.optimizer_state import CHUNK
from deepviz.engine.reading import Reading, norm, seen, with_gaps
from deepviz.engine.step_recording import StepRecording
from deepviz.engine.tape import Tape, Tensor

STATISTICS = ("l2", "mean", "max")


def magnitudes(tape: Tape, tensors: Sequence[Tensor], sizes: Sequence[int]) -> Reading:
    """Write down the magnitudes of tensors, and return a function that reads them: float64, ``(3, tensors)``.

    For all numbers x_i of a tensor ``sqrt(sum x_i^2)``, ``sum |x_i| / size`` and ``max |x_i|``.

    Parameters
    ----------
    tape
        Where the calls are recorded.
    tensors
        Of each what is here: where processes share a batch, each may hold a part of the numbers.
    sizes
        How many numbers all parts together have.
    """
    scratch = np.empty(CHUNK, tape.dtype)

    def measure(*arrays: np.ndarray) -> None:
        *measured, out = arrays
        for number, array in enumerate(measured):
            out[0, number] = norm(array)
            out[1, number], out[2, number] = _sum_and_max(array, scratch)

    rows = [tape.in_order(tensor.in_memory_order()).reshape(-1) for tensor in tensors]
    result = tape.of_each(tape.call(measure, rows, (len(STATISTICS), len(rows)), dtype=np.dtype(np.float64)))
    parts, counts = seen(tape, result), np.array(sizes, np.float64)

    def read() -> np.ndarray:
        norms, totals, largest = parts.swapaxes(0, 1)
        # Of the norms of parts, hypot makes that of the whole: the root of the sum of their squares.
        return np.stack([np.hypot.reduce(norms), totals.sum(axis=0) / counts, largest.max(axis=0)])

    return read


def gradient_magnitudes(recording: StepRecording) -> Reading:
    """Write down the magnitudes of the gradient of each layer that has parameters, as it is at this place of the tape.

    Frozen layers get NaN. Where processes share a batch, each looks at the part of the vector that it updates: nobody
    has to wait for the others before clipping or after it.
    """
    tape, network, gradients = recording.tape, recording.network, recording.gradients
    own = slice(0, gradients.size) if tape.part is None or tape.part.team is None else tape.part.team.own
    computed = [not node.layer.frozen for node in network.trained_nodes]
    spans = [network.parameter_slice(node) for node in network.trained_nodes if not node.layer.frozen]
    pieces = [tape.external(gradients[max(span.start, own.start) : min(span.stop, own.stop)]) for span in spans]
    read = magnitudes(tape, pieces, [span.stop - span.start for span in spans])
    return lambda: with_gaps(read(), computed)


def _sum_and_max(vector: np.ndarray, scratch: np.ndarray) -> tuple[float, float]:
    """Of the absolute values, in portions that stay in the processor's cache."""
    total = largest = 0.0
    for start in range(0, vector.size, scratch.size):
        portion = vector[start : start + scratch.size]
        absolute = np.abs(portion, out=scratch[: portion.size])
        largest = max(largest, np.maximum.reduce(absolute).item())
        total += np.add.reduce(absolute).item()
    if total == np.inf and largest < np.inf:  # the sum of a portion is too large for float32
        total = float(np.abs(vector).sum(dtype=np.float64))
    return total, largest
