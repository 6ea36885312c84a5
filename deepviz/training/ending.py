"""How a run has ended: at its last epoch or by a stopping rule, and which weights it has come to."""

from __future__ import annotations

from dataclasses import dataclass

from deepviz.engine.trainer import Trainer


@dataclass(frozen=True)
class Ending:
    """The end of a run that did not fail.

    Attributes
    ----------
    step, steps_per_epoch
        After which step it was, and how many make an epoch.
    reason
        Why it was before the last epoch, in words with a full stop; empty if it was not.
    best_step, best_value
        After which step the best weights were and the loss they had, if they are kept; otherwise 0 and 0.
    of_validation
        Whether that is the loss on the validation data.
    """

    step: int
    steps_per_epoch: int
    reason: str = ""
    best_step: int = 0
    best_value: float = 0.0
    of_validation: bool = True

    @classmethod
    def of(cls, trainer: Trainer, of_validation: bool) -> Ending:
        """How far a trainer has come, and why not farther."""
        # What follows "Training ended after step 120: "; the place is said here in epochs where one is over.
        reason = "" if trainer.stopped_by is None else trainer.stopped_by.partition(": ")[2]
        best = trainer.best
        step, value = (0, 0.0) if best is None else (best.step, best.value)
        return cls(trainer.step, trainer.steps_per_epoch, reason, step, value, of_validation)

    @property
    def is_early(self) -> bool:
        """Whether a stopping rule has ended the run."""
        return bool(self.reason)

    @property
    def why(self) -> str:
        """Where and why the run ended early, in a sentence; empty if it did not."""
        if not self.reason:
            return ""
        epoch, rest = divmod(self.step, self.steps_per_epoch)
        where = f"step {self.step:,}" if rest else f"epoch {epoch:,}"
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
        epoch = self.best_step // self.steps_per_epoch
        weights = f"The best weights, of epoch {epoch:,} ({whose} loss {self.best_value:.4g}), are the result"
        return f"{weights}: Export takes them."
