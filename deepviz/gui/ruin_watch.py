"""Whether the open run is ruined where it rests: its numbers are finite, but its loss lies far above its beginning."""

from __future__ import annotations

from PySide6.QtCore import QObject

from deepviz.gui.editor import Editor
from deepviz.gui.training_controller import TrainingController
from deepviz.training.batch_sizes import BatchSizes
from deepviz.training.ruin import Beginning, Ruin, advice, beginning_of, inherited_advice, ruin_of, spoilt_by


class RuinWatch(QObject):
    """Remembers how a run began, which a long history does not, and looks at how it stands."""

    def __init__(self, controller: TrainingController, editor: Editor) -> None:
        super().__init__(editor)
        self._controller, self._editor = controller, editor
        self._began: Beginning | None = None
        self._seen: tuple[int, bool] | None = None
        self._ruin: Ruin | None = None
        controller.restarted.connect(self._begin)
        controller.grew.connect(self._remember)

    @property
    def ruin(self) -> Ruin | None:
        """What became of the loss of the run; None while it goes on, and of one that is not ruined.

        A run that rests and is on its way back is not judged; one that is over is.
        """
        history, status = self._controller.history, self._controller.status
        seen = history.revision, status == "finished"
        if status not in ("paused", "stopped", "finished") or not len(history):
            return None
        if seen != self._seen:
            self._remember()
            sizes = self._sizes()
            found = None if sizes is None else ruin_of(history, sizes, self._began)
            self._seen, self._ruin = seen, None if found and found.is_falling and not seen[1] else found
        return self._ruin

    @property
    def spoilt_by(self) -> float | None:
        """The learning rate that had ruined the weights before it was made smaller; None if that did not happen."""
        history = self._controller.history
        self._remember()
        if self._began is None or not len(history) or (sizes := self._sizes()) is None:
            return None
        return spoilt_by(history, sizes, self._began, self._rate)

    @property
    def advice(self) -> str:
        """What mostly helps a run that is ruined: a smaller learning rate, or to begin again with the present one."""
        rate = self.spoilt_by
        return advice(self._rate) if rate is None else inherited_advice(rate)

    @property
    def _rate(self) -> float:
        return self._editor.project.plan.optimizer.learning_rate

    def _begin(self) -> None:
        self._began = self._seen = self._ruin = None

    def _remember(self) -> None:
        history = self._controller.history
        if self._began is None and len(history) and (sizes := self._sizes()) is not None:
            self._began = beginning_of(history, sizes)

    def _sizes(self) -> BatchSizes | None:
        """The batch sizes of the run; None if they are not known."""
        data, run = self._editor.data, self._editor.project.plan.run
        if data is None:
            return None
        try:
            return BatchSizes.of(self._controller.history, len(data.train), run.batch_size, self._controller.step_count)
        except ValueError:  # a file that was written by hand
            return None
