"""A view of the network itself: it asks something of the weights as they are at one step, and shows the answer."""

from __future__ import annotations

from deepviz.datasets.prepared import PreparedData
from deepviz.document.project import Project
from deepviz.gui.plots.asking import Asking


class Look(Asking):
    """A view that shows nothing but the answer to its question."""

    invitation = "Waiting for the network"

    @classmethod
    def suits(cls, project: Project, data: PreparedData) -> bool:
        """Whether it is opened by itself at the first start with such a project."""
        return False

    @property
    def comes_back(self) -> bool:
        """Whether it is shown again by itself where it was left open, such as at the next start."""
        return True

    def refresh(self) -> None:
        """Nothing to do: answers come by themselves."""

    def draw(self) -> None:
        """Nothing to do: answers come by themselves."""

    def show_progress(self, share: float) -> None:
        """Say how far it is, as long as there is nothing else to show."""
        words = self.what_is_missing()
        if words == self.invitation:
            self._say(f"{words}: {round(100 * share)} %")

    @property
    def step_in_words(self) -> str:
        """After which step the weights were that the answer is about."""
        return self.weights_in_words

    def what_is_missing(self) -> str:
        """Why there is nothing to show; empty once there is an answer."""
        if self.report is not None and self.report.problems:
            return f"The network cannot be run yet. {self.report.problems[0].text}"
        if self.project is not None and self.data is None:
            return "There are no data yet. Choose some under Data."
        return self._unanswerable or (self.invitation if self.step is None else "")

    def _show_moment(self, step: int | None) -> None:
        self.ask_again()

    def _draw_again(self) -> None:
        self.content.update()
