"""Why a run ended too early, in words for the user: what happened, where, and what can be done.

Mostly that is the text of the exception, with the place where the step broke off; a shortage of memory says what takes
most of it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from deepviz.document.memory import BYTES_PER_NUMBER, BYTES_PER_PARAMETER, TAPES
from deepviz.document.shapes import check
from deepviz.engine.fault import Fault
from deepviz.engine.trainer import Diverged
from deepviz.numerals import thousands
from deepviz.training.run_plan import RunPlan, facts_of


@dataclass(frozen=True)
class Failure:
    """Why a run ended too early.

    Attributes
    ----------
    text
        In words for the user.
    node, step
        The layer where it happened and the step that could not be made, if known.
    advice
        The last sentence of the text, where that is advice by the learning rate that was in use.
    """

    text: str
    node: str = ""
    step: int = 0
    advice: str = ""

    @property
    def at_card(self) -> str:
        """The text for the card of the layer: first a short sentence, "Diverged at step 4.", and no advice."""
        text = self.text.removesuffix(self.advice).strip()
        what, colon, why = text.removeprefix("Training ").partition(": ")
        if not colon or not text.startswith("Training "):
            return text
        return f"{what[:1].upper()}{what[1:]}. {why[:1].upper()}{why[1:]}"

    @classmethod
    def of(cls, error: BaseException, fault: Fault | None, plan: RunPlan | None = None) -> Failure:
        """What an exception has to say.

        Parameters
        ----------
        error
            What was raised.
        fault
            Where a step broke off with it; None if that was before the first one, or between two.
        plan
            What was trained; None if nobody knows.
        """
        if isinstance(error, Diverged):
            return cls(str(error), error.node, error.step, error.advice)
        node, step = ("", 0) if fault is None else (fault.node, fault.step)
        if isinstance(error, MemoryError):
            return cls(_shortage(plan), node, step)
        words = "it was interrupted" if isinstance(error, KeyboardInterrupt) else str(error)
        if not words or isinstance(error, LookupError):  # of a missing key, only the key is said
            words = f"{type(error).__name__} {words}".strip()
        if fault is None:
            return cls(f"Training stopped: {words}")
        kept = "Its update is half made." if fault.phase == "update" else "The weights from before it are kept."
        return cls(f"Training stopped {fault.where}: {words.removesuffix('.')}. {kept}", node, step)


def _shortage(plan: RunPlan | None) -> str:
    """That memory does not suffice, and what helps: that depends on what takes most of it, by the shapes of all."""
    if plan is not None:
        report = check(plan.project, facts_of(plan.data))
        counts = {node: count for node, count in report.parameters.items() if count}
        stored = sum(math.prod(shape) for shape in report.shapes.values() if shape is not None)
        batch = TAPES * plan.project.plan.run.batch_size * stored
        total = sum(counts.values())
        if BYTES_PER_PARAMETER * total > BYTES_PER_NUMBER * batch:
            largest = max(counts, key=lambda node: counts[node])
            return (
                f"There is not enough memory for this network. Most of what it needs are its {thousands(total)} "
                "parameters, with their gradients and what the optimizer keeps of each. Use fewer units, above all in "
                f"{largest}, which has {thousands(counts[largest])} of them; a smaller batch would not help much."
            )
    return "There is not enough memory for this network and batch size. Try a smaller batch."
