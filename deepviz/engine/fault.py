"""Where a step broke off because something in it raised: which layer, and in which part of the step."""

from __future__ import annotations

from typing import NamedTuple

from deepviz.numerals import thousands

BROKEN_OFF = (Exception, KeyboardInterrupt, SystemExit)
"""What breaks off a step that is being made: all that is raised, but what only says that nobody wants it any more."""

PASSES = {"forward": "the forward pass", "backward": "the backward pass", "update": "the update"}


class Fault(NamedTuple):
    """The place of an exception.

    Attributes
    ----------
    node
        The layer's id, or "loss"; empty if it was in no layer.
    phase
        The part of the step: "forward", "loss", "backward", "watch" or "update"; empty if it was in none.
    step
        The step that could not be made, counted from 1.
    is_recording
        Whether the step was being written down, so that nothing was computed yet.
    """

    node: str
    phase: str
    step: int
    is_recording: bool = False

    @property
    def where(self) -> str:
        """The place in words: "at step 12, in the backward pass of dense_1"."""
        step = f"at step {thousands(self.step)}"
        if self.node and self.node == self.phase:
            return f"{step}, in the {self.node}"
        part = PASSES.get(self.phase, "")
        if self.node:
            return f"{step}, in {part} of {self.node}" if part else f"{step}, in {self.node}"
        return f"{step}, in {part}" if part == PASSES["update"] else step
