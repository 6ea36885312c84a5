"""How a run has ended: at its last epoch or by a stopping rule, and which weights it has come to.

What is said of it is worded here, so that the message, the curves and the list of runs say the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from deepviz.engine.course import named_rules
from deepviz.engine.stopping_rule import StoppingRule
from deepviz.engine.trainer import Trainer, TrainerState
from deepviz.numerals import thousands


@dataclass(frozen=True)
class Ending:
    """The end of a run that did not fail.

    Attributes
    ----------
    step, epoch
        After which step it was, and after which epoch; 0 if it was in the middle of one.
    reason
        Why it was before the last epoch, in words with a full stop; empty if it was not.
    best_step, best_epoch, best_value
        After which step and epoch the best weights were and the loss they had, if they are kept; otherwise zeros.
    of_validation
        Whether that is the loss on the validation data.
    """

    step: int
    epoch: int
    reason: str = ""
    best_step: int = 0
    best_epoch: int = 0
    best_value: float = 0.0
    of_validation: bool = True

    @classmethod
    def of(cls, trainer: Trainer, of_validation: bool) -> Ending:
        """How far a trainer has come, and why not farther."""
        reason = "" if trainer.stopped_by is None else _reason_in(trainer.stopped_by)
        best = trainer.best
        kept = (0, 0, 0.0) if best is None else (best.step, best.epoch, best.value)
        return cls(trainer.step, trainer.epochs_done if trainer.begins_epoch else 0, reason, *kept, of_validation)

    @classmethod
    def left_in(cls, state: TrainerState, rules: Sequence[StoppingRule]) -> Ending | None:
        """How a run had ended that was left in a state, if one of these rules has ended it; None if none has."""
        course, place = state.course, state.place
        if course.stopped_by is None or course.stopping.keys() != named_rules(rules).keys():
            return None
        epoch = 0 if place is None or place.seen else place.epoch
        return cls(state.step, epoch, _reason_in(course.stopped_by))

    @property
    def is_early(self) -> bool:
        """Whether a stopping rule has ended the run."""
        return bool(self.reason)

    @property
    def why(self) -> str:
        """Where and why the run ended early, in a sentence; empty if it did not."""
        if not self.reason:
            return ""
        where = f"epoch {thousands(self.epoch)}" if self.epoch else f"step {thousands(self.step)}"
        return f"Stopped early after {where}: {self.reason}"

    @property
    def event(self) -> str:
        """What is written on the curves; empty if it did not end early."""
        return f"stopped early: {self.reason.removesuffix('.')}" if self.reason else ""

    @property
    def result(self) -> str:
        """Which weights the run has come to, in a sentence; empty if they are simply the last ones."""
        if not self.best_step:
            return ""
        whose = "validation" if self.of_validation else "training"
        where = f"epoch {thousands(self.best_epoch)}" if self.best_epoch else f"step {thousands(self.best_step)}"
        weights = f"The best weights, of {where} ({whose} loss {self.best_value:.4g}), are the result"
        return f"{weights}: Export takes them."


def _reason_in(stopped_by: str) -> str:
    """What follows "Training ended after step 120: "; the place is said here in epochs where one is over."""
    return stopped_by.partition(": ")[2]
