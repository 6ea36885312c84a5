"""What changes while an optimizer runs, and which parts of the parameters it updates.

An optimizer itself is a value. What it remembers, such as a velocity, is in vectors of the length of all parameters.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

CHUNK = 32_768
"""Numbers updated at a time: few enough that all vectors of an update stay in the processor's cache."""


class Span(NamedTuple):
    """A part of the vectors that is trained.

    Attributes
    ----------
    start, stop
        Its first number, and the one after the last.
    behind
        How many of the run's steps the optimizer was not at work there: because the layer was frozen, or because
        another optimizer was.
    """

    start: int
    stop: int
    behind: int = 0


@dataclass
class OptimizerState:
    """What changes while an optimizer runs.

    Attributes
    ----------
    learning_rate
        That of the next update; may be changed between any two.
    step
        How many steps have been made.
    vectors
        Vectors of the length of the parameters that the optimizer keeps, by name.
    spans
        The parts of the vectors that are trained; the rest stays as it is.
    """

    learning_rate: float
    step: int = 0
    vectors: dict[str, np.ndarray] = field(default_factory=dict)
    spans: tuple[Span, ...] = ()

    @property
    def portions(self) -> list[tuple[slice, int]]:
        """The spans in portions, as `chunks` gives them, each with how many steps its span is behind."""
        return [(portion, span.behind) for span in self.spans for portion in chunks([span])]

    @property
    def delays(self) -> tuple[int, ...]:
        """By how many steps spans are behind, each number once, also if there is no span."""
        return tuple(dict.fromkeys(span.behind for span in self.spans)) or (0,)

    @contextmanager
    def limited_to(self, part: slice) -> Iterator[None]:
        """While it lasts, only what lies in a part of the vectors is trained: the rest is trained elsewhere."""
        all_spans = self.spans
        cut = [Span(max(start, part.start), min(stop, part.stop), behind) for start, stop, behind in all_spans]
        self.spans = tuple(span for span in cut if span.start < span.stop)
        try:
            yield
        finally:
            self.spans = all_spans


def chunks(spans: Sequence[slice | Span]) -> list[slice]:
    """Portions of the spans of a vector, each of at most `CHUNK` numbers."""
    return [
        slice(start, min(start + CHUNK, span.stop)) for span in spans for start in range(span.start, span.stop, CHUNK)
    ]
