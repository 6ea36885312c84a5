"""That a run met a number that is not finite and ended, as an event of its history: written and read here alone.

The step in which it happened is never made, so nothing that was measured says so; views read it from the events.
"""

from __future__ import annotations

from typing import NamedTuple

from deepviz.training.history import History

WORDS = "diverged: NaN or ∞"


class Divergence(NamedTuple):
    """After which step a run diverged, and in which layer; empty if that is not known."""

    step: int
    node: str


def note(history: History, step: int, node: str) -> None:
    """Note that the run diverged after so many steps, where the first number came up that is not finite."""
    history.add_event(step, f"{WORDS} in {node}" if node else WORDS)


def divergences(history: History) -> list[Divergence]:
    """All places where the run diverged: one, or more where somebody has gone on with other settings."""
    found = ((step, text.removeprefix(WORDS)) for step, text in history.events if text.startswith(WORDS))
    return [Divergence(step, rest.removeprefix(" in ")) for step, rest in found]
