"""Training a run again, from its first step, with every change that was made on the way: the same to the last bit.

All that it takes are the project, its data and the changes that the history of the run notes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise

from deepviz.datasets.prepared import PreparedData
from deepviz.document.project import Project
from deepviz.engine.trainer import StepRecord, Trainer, TrainerState
from deepviz.numerals import thousands
from deepviz.training.changes import Change, applied
from deepviz.training.run_plan import PROBES, RunPlan


@dataclass(frozen=True, eq=False)
class Replay:
    """A run that can be made again.

    Attributes
    ----------
    sections
        From which step on the run went by which plan; the first begins at step 0.
    steps_made
        After how many steps it stood.
    """

    sections: tuple[tuple[int, RunPlan], ...]
    steps_made: int

    @classmethod
    def of(cls, project: Project, data: PreparedData, changes: Sequence[Change], steps_made: int) -> Replay:
        """The run of a project.

        Parameters
        ----------
        project
            As it is now, or as it was when the run began. What the changes speak of is taken from them.
        data
            What it was trained on.
        changes
            How the run began, as a change after step 0, and all changes since, in order. Without any, the project has
            not changed.
        steps_made
            After how many steps it stood.

        Raises
        ------
        ValueError
            If it is not known how the run began.
        """
        if changes and changes[0].step != 0:
            raise ValueError("How the run began is not known: its first change came later.")
        plans = {0: RunPlan(project, data)}
        for change in changes:
            # Of several after one step the last counts; one after the last step has not taken effect.
            if change.step < steps_made or change.step == 0:
                plans[change.step] = RunPlan(applied(project, change), data)
        return cls(tuple(sorted(plans.items(), key=lambda section: section[0])), steps_made)

    @property
    def first(self) -> RunPlan:
        """By what the run began."""
        return self.sections[0][1]

    def trainer(self, probes: Sequence[str] = PROBES, state: TrainerState | None = None) -> Trainer:
        """The trainer of the run, before its first step, or after those of a state of it."""
        step = 0 if state is None else state.step
        return [plan for start, plan in self.sections if start <= step][-1].trainer(probes, state)

    def steps(self, trainer: Trainer) -> Iterator[StepRecord]:
        """Make the steps of the run with a trainer that `trainer` gave, from where it stands to where the run stood.

        A run that went on after a stopping rule had ended it does so again.

        Raises
        ------
        ValueError
            If the plan ends before: the changes are not those of the run.
        """
        starts = [*(start for start, _ in self.sections), self.steps_made]
        for (start, end), (_, plan) in zip(pairwise(starts), self.sections, strict=True):
            if trainer.step == start > 0:
                plan.steer(trainer)
            while trainer.step < end:
                if trainer.stopped_by is not None:
                    trainer.go_on()
                if plan.project.plan.schedule.is_constant and trainer.total_steps < end:
                    trainer.end_with(end)  # to a rate that stays it makes no difference how long the run goes on
                before = trainer.step
                yield from islice(trainer.steps(), end - before)
                if trainer.step == before:
                    raise ValueError(
                        f"The run had made {thousands(self.steps_made)} steps, but its plan ends after "
                        f"{thousands(before)}: not all of its changes are known."
                    )
