"""Gradients after clipping at steps at which nothing was clipped: by definition what they are before it.

They are measured only while the optimizer clips. Where a run clips from some step on, or up to one, what is known of
the gradients at its other steps is taken over, so that a curve over the whole run can be drawn.
"""

from __future__ import annotations

import json
from functools import lru_cache

import numpy as np

from deepviz.engine.magnitude import STATISTICS
from deepviz.training.history import GRADIENT_NORM, History

MOST_TAKEN = 512
"""Of the norm, which is known at every step, so many values are taken at most, evenly spread over the steps."""
CLIPPINGS = ("global_clipnorm", "clipvalue")

Span = tuple[int, int]
"""The first and the last of steps that follow each other."""


@lru_cache(maxsize=4096)
def clips(json_text: str) -> bool:
    """Whether the optimizer clips by a change, as `Change.to_json` writes it."""
    settings = json.loads(json_text)["plan"]["optimizer"]
    return any(settings.get(name) is not None for name in CLIPPINGS)


def unclipped_spans(history: History) -> list[Span]:
    """The steps of a run at which nothing was clipped, as far as its changes say; the last one has no end yet."""
    changes = [(step, clips(text)) for step, text in history.changes]
    last = int(history.steps[-1]) if len(history) else 0
    ends = [*(step for step, _ in changes[1:]), last]
    spans = ((start + 1, end) for (start, is_clipped), end in zip(changes, ends, strict=False) if not is_clipped)
    return [(first, end) for first, end in spans if first <= end]


def complete(history: History, until: int) -> None:
    """Take over what gradients were at steps at which nothing was clipped, up to a step; changes up to it are noted.

    A run that never clips is left as it is.
    """
    if not any(clips(text) for _, text in history.changes):
        return
    spans = [(first, min(end, until)) for first, end in unclipped_spans(history) if first <= until]
    if not spans:
        return
    stride = -(-sum(end - first + 1 for first, end in spans) // MOST_TAKEN)
    for statistic in STATISTICS:
        name, source = f"clipped_gradients/{statistic}", f"gradients/{statistic}"
        if statistic == "l2" and GRADIENT_NORM in history:
            source = GRADIENT_NORM
        if source not in history:
            continue
        steps, values = history.column(source)
        known = history.column(name)[0] if name in history else np.empty(0, np.int64)
        inside = np.zeros(len(steps), bool)
        for first, end in spans:
            # What is there already was taken over before; only what has come since is looked at.
            inside |= (steps >= first) & (steps <= end) & ~_has(known, first, end, steps)
        places = np.flatnonzero(inside)[:: stride if source == GRADIENT_NORM else 1]
        if len(places):
            history.take_in(name, steps[places], values[places].astype(np.float64))


def _has(known: np.ndarray, first: int, end: int, steps: np.ndarray) -> np.ndarray:
    """Which steps lie up to the last one of a span that is known; where none is known, none."""
    within = known[(known >= first) & (known <= end)]
    return steps <= within[-1] if len(within) else np.zeros(len(steps), bool)
