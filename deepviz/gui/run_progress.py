"""How far the run has come, how far it goes, and how fast."""

from __future__ import annotations

from collections.abc import Callable

from deepviz.document.project import Project
from deepviz.engine.schedule import Memory, Schedule
from deepviz.engine.trainer_state import Place, TrainerState
from deepviz.gui.editor import Editor
from deepviz.gui.pace import Pace
from deepviz.training.ending import Ending
from deepviz.training.session import Session


class RunProgress:
    """Figures of the run of the open project.

    Parameters
    ----------
    session, state
        Give the run that goes on, and the weights that the last one has left, if there are any.

    Attributes
    ----------
    pace
        To be told of each step that was made.
    limit
        How many steps a second a run makes at the most; None: as many as possible.
    """

    def __init__(
        self, editor: Editor, session: Callable[[], Session | None], state: Callable[[], TrainerState | None]
    ) -> None:
        self._editor, self._session, self._state = editor, session, state
        self.pace = Pace()
        self.limit: float | None = None

    def slow_down(self, limit: float | None) -> None:
        """Have runs make at most so many steps a second from now on; None: as many as possible."""
        session, self.limit = self._session(), limit
        if session is not None:
            session.slow_down(limit)

    def hold(self, is_held: bool) -> None:
        """Have the run make no step while somebody is asked about it, or go on: what is saved is what is left then."""
        if (session := self._session()) is not None:
            session.hold(is_held)
            self.pace.clear()

    @property
    def epochs(self) -> int:
        """To which epoch the run goes."""
        session, place = self._session(), self._place
        if session is not None:
            return session.epochs
        planned = self._editor.project.plan.run.epochs
        # One that was stopped in an epoch beyond those goes on for as many again.
        if place is None or (place.epoch, place.seen) <= (planned, 0):
            return planned
        has_ended = not place.seen and place.epoch % planned == 0  # it went on for as many again, to their end
        return place.epoch + (0 if has_ended else planned)

    @property
    def project(self) -> Project | None:
        """The project of the run that goes on, with the settings it goes by; None if there is no such run."""
        session = self._session()
        return None if session is None else session.plan.project

    @property
    def ending_before(self) -> Ending | None:
        """How the run had ended that is found again as it was left, if a stopping rule has ended it."""
        state = None if self._session() is not None else self._state()
        return None if state is None else Ending.left_in(state, self._editor.project.plan.stopping)

    def memory_for(self, schedule: Schedule) -> Memory:
        """What a schedule would know of the run so far if the next step went by it."""
        session, state = self._session(), self._state()
        if session is not None:
            return session.memory_for(schedule)
        return schedule.start() if state is None else schedule.taken_over(state.course.schedule)

    @property
    def steps_per_epoch(self) -> int:
        """How many steps it takes to see all training samples once with the present batch size; 0 without data."""
        if (length := self._length) is not None:
            return length[0]
        return -(-self._samples // self._batch_size) if self._samples else 0

    @property
    def epochs_done(self) -> int:
        """How many epochs the weights without a run have seen."""
        place = self._place
        return 0 if place is None else place.epoch

    @property
    def total_steps(self) -> int:
        """How many steps the run makes, from the first to the last."""
        if (length := self._length) is not None:
            return length[1]
        state, place = self._state(), self._place
        if place is None or state is None:
            return self.epochs * self.steps_per_epoch
        rest = -(-(self._samples - place.seen) // self._batch_size)
        return state.step + max(0, rest + (self.epochs - place.epoch - 1) * self.steps_per_epoch)

    @property
    def is_under_way(self) -> bool:
        """Whether there is a run, and not only the weights that one has left."""
        return self._session() is not None

    def steps_made(self, told: int) -> int:
        """How many steps the run has made by now, if so many have been told; it may be further."""
        session = self._session()
        return told if session is None else max(told, session.steps_made)

    def is_complete(self, step: int) -> bool:
        """Whether the run that goes on has no steps left after this one."""
        length = self._length
        return length is not None and step >= length[1] > 0

    def samples_per_second(self, is_running: bool) -> float:
        """Speed of the last second; 0 when not running."""
        if not is_running or not self.steps_per_epoch:
            return 0.0
        return self.pace.steps_per_second * self._samples / self.steps_per_epoch

    def seconds_left(self, is_running: bool) -> float | None:
        """Until the run is done at the present speed; None when that is not known."""
        speed = self.pace.steps_per_second
        return (self.total_steps - self.pace.last) / speed if speed and is_running else None

    def watching_cost(self, is_running: bool) -> float | None:
        """Which share of the time of training is lost to being watched, from 0 to 1; None if nothing runs."""
        session = self._session()
        return session.overhead if session is not None and is_running else None

    @property
    def _length(self) -> tuple[int, int] | None:
        """Steps of an epoch and of the whole run by what it goes by now: a change takes effect before its next step."""
        session = self._session()
        return None if session is None else session.length

    @property
    def _samples(self) -> int:
        return 0 if self._editor.data is None else len(self._editor.data.train)

    @property
    def _batch_size(self) -> int:
        return min(self._editor.project.plan.run.batch_size, self._samples)

    @property
    def _place(self) -> Place | None:
        """How far the weights have come through the samples; files of earlier versions do not say it."""
        state = self._state()
        if state is None or not self._samples:
            return None
        return state.place_among(self._samples, self._batch_size)
