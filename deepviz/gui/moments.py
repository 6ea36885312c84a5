"""Which moment of the run is shown: the present, or a step whose whole state was kept."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QObject, Signal

from deepviz.engine.trainer_state import TrainerState
from deepviz.training.checkpoint import Checkpoint
from deepviz.training.history import VALIDATION, History
from deepviz.training.timeline import Timeline


class Moments(QObject):
    """The timeline of the open run, and the place in it that is shown.

    Attributes
    ----------
    timeline
        The kept states.
    chosen
        The step that is shown; None for the present.
    """

    changed = Signal(object)
    """Another moment is shown: a step, or None for the present."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.timeline = Timeline()
        self.chosen: int | None = None
        self._state: TrainerState | None = None

    def choose(self, step: int | None) -> None:
        """Show a kept step, or (None) the present; a step that was not kept changes nothing."""
        state = None if step is None else self.timeline.at(step)
        if step != self.chosen and (step is None or state is not None):
            self.chosen, self._state = step, state
            self.changed.emit(step)

    @property
    def state(self) -> TrainerState | None:
        """The kept state of the step that is shown, even if the timeline has let go of it since; None: the present."""
        return self._state

    def at(self, step: int) -> TrainerState | None:
        """The state after a step; None if it was not kept."""
        return self._state if step == self.chosen else self.timeline.at(step)

    def numbers(self, history: History) -> dict[str, float]:
        """Each quantity of a run that is a single number, at the moment that is shown; NaN: not measured so early."""
        latest = history.latest_numbers()
        if self.chosen is None:
            return latest
        at_moment = {name: history.at(name, self.chosen) for name in latest}
        return {name: math.nan if value is None else value for name, value in at_moment.items()}

    def validated_at(self, history: History) -> int | None:
        """After which step the validation was made whose numbers those of `numbers` are; None: none was made so early.

        It is made after each epoch only, so it is mostly older than all else that is shown.
        """
        name = next((name for name in history.latest_numbers() if name.startswith(VALIDATION)), None)
        steps = np.empty(0) if name is None else history.column(name)[0]
        past = len(steps) if self.chosen is None else int(np.searchsorted(steps, self.chosen, side="right"))
        return int(steps[past - 1]) if past else None

    def steps_before(self, last: int) -> tuple[int, ...]:
        """The steps before another one that can be shown, increasing."""
        kept = {step for step in (*self.timeline.steps, self.chosen) if step is not None and step < last}
        return tuple(sorted(kept))

    def begin(self, timeline: Timeline | None = None, left: Checkpoint | None = None) -> None:
        """Go on in the present of another run.

        Parameters
        ----------
        timeline
            Where states of it were kept, if any were; by default it has those that the checkpoint knows.
        left
            Where it stands; None: before its first step. What was kept of later steps belongs to what is left.
        """
        if timeline is None:
            timeline = Timeline() if left is None else Timeline.of(left.kept)
        self.timeline = timeline
        if left is not None:
            state = left.state
            timeline.cut(state.step)
            if timeline.at(state.step) is None:
                timeline.keep(lambda: state)
        self.choose(None)
