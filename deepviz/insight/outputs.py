"""What a network gives for the samples of a part of the data: what confusion, errors and curves are counted from.

Parts are shuffled when data are divided, so the first samples of one are as good as any others.
"""

from __future__ import annotations

from dataclasses import dataclass
from weakref import WeakKeyDictionary

import numpy as np

from deepviz.engine.evaluation import PORTION  # sums are rounded as in an evaluation, so that both say the same
from deepviz.insight.subject import Progress, Subject, UnanswerableError

MOST_SAMPLES = 2_000
"""Of a part of the data, so many samples are looked at."""
MOST_NUMBERS = 8_000_000
"""Of large samples fewer, so that no more than so many numbers go in."""
NOT_FINITE = (
    "With these weights the network gives numbers that are not finite, so nothing can be said of them. "
    "Lower the learning rate, or go back to an earlier step."
)


@dataclass(frozen=True, eq=False)
class Outputs:
    """What came out for the first samples of a part.

    Attributes
    ----------
    part
        "train", "validation" or "test".
    total
        How many samples the part has.
    values
        Float64 array of shape ``(n, outputs)``; all numbers are finite.
    targets
        Class numbers, shape ``(n,)``, or target numbers, shape ``(n, outputs)``.
    """

    part: str
    total: int
    values: np.ndarray
    targets: np.ndarray

    def __len__(self) -> int:
        """How many samples were looked at."""
        return len(self.values)


_known: WeakKeyDictionary[Subject, dict[str, Outputs]] = WeakKeyDictionary()


def outputs_of(subject: Subject, part: str, progress: Progress) -> Outputs:
    """Run the network on the first samples of a part; several questions about one subject share the work.

    Raises
    ------
    UnanswerableError
        If there are no such samples, or what comes out are no finite numbers.
    CancelledError
        If `progress` says so.
    """
    known = _known.setdefault(subject, {})
    if part not in known:
        known[part] = _computed(subject, part, progress)
    return known[part]


def _computed(subject: Subject, part: str, progress: Progress) -> Outputs:
    samples = subject.part(part)
    count = min(len(samples), MOST_SAMPLES, max(PORTION, MOST_NUMBERS // max(1, samples.x[0].size)))
    rows = []
    with np.errstate(all="ignore"):  # huge weights may overflow; that is said below
        for start in range(0, count, PORTION):
            progress(start / count)
            rows.append(subject.network.forward(samples.x[start : min(start + PORTION, count)]))
    values = np.concatenate(rows).astype(np.float64)
    if not np.isfinite(values).all():
        raise UnanswerableError(NOT_FINITE)
    return Outputs(part, len(samples), values, samples.y[:count])
