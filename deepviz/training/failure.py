"""Why a run ended too early, in words for the user: what happened, where, and what can be done."""

from __future__ import annotations

from dataclasses import dataclass

from deepviz.engine.fault import Fault
from deepviz.engine.trainer import Diverged


@dataclass(frozen=True)
class Failure:
    """Why a run ended too early.

    Attributes
    ----------
    text
        In words for the user.
    node, step
        The layer where it happened and the step that could not be made, if known.
    """

    text: str
    node: str = ""
    step: int = 0

    @classmethod
    def of(cls, error: Exception, fault: Fault | None) -> Failure:
        """What an exception has to say.

        Parameters
        ----------
        error
            What was raised.
        fault
            Where a step broke off with it; None if that was before the first one, or between two.
        """
        if isinstance(error, Diverged):
            return cls(str(error), error.node, error.step)
        node, step = ("", 0) if fault is None else (fault.node, fault.step)
        if isinstance(error, MemoryError):
            text = "There is not enough memory for this network and batch size. Try a smaller batch."
            return cls(text, node, step)
        words = str(error)
        if not words or isinstance(error, LookupError):  # of a missing key, only the key is said
            words = f"{type(error).__name__} {words}".strip()
        if fault is None:
            return cls(f"Training stopped: {words}")
        kept = "Its update is half made." if fault.phase == "update" else "The weights from before it are kept."
        return cls(f"Training stopped {fault.where}: {words.removesuffix('.')}. {kept}", node, step)
