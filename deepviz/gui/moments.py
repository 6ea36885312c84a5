"""Which moment of the run is shown: the present, or a step whose whole state was kept."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from deepviz.engine.trainer_state import TrainerState
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

    def choose(self, step: int | None) -> None:
        """Show a kept step, or (None) the present; a step that was not kept changes nothing."""
        if step != self.chosen and (step is None or self.timeline.at(step) is not None):
            self.chosen = step
            self.changed.emit(step)

    @property
    def state(self) -> TrainerState | None:
        """The kept state of the step that is shown; None for the present."""
        return None if self.chosen is None else self.timeline.at(self.chosen)

    def begin(self, timeline: Timeline) -> None:
        """Go on with the timeline of another run, in the present."""
        self.timeline = timeline
        self.choose(None)
