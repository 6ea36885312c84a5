"""What the inspector needs of whoever asks something of the network: a question, and somewhere to put the answer."""

from __future__ import annotations

from typing import Any, Protocol

from deepviz.insight.subject import Question


class Asker(Protocol):
    """A view (`gui/plots/look.py`), or anything else that shows answers. It is told apart by being itself."""

    @property
    def is_live(self) -> bool:
        """Whether it is to be asked again whenever the weights have changed; otherwise only when it says so."""

    @property
    def is_paused(self) -> bool:
        """Whether it stays as it is."""

    def question(self) -> Question | None:
        """What is wanted now; None if nothing is."""

    def take_answer(self, answer: Any, step: int) -> None:
        """Show an answer about the weights after a step."""

    def take_refusal(self, words: str) -> None:
        """Say why there is no answer."""

    def show_progress(self, share: float) -> None:
        """Show how much of the work is done, from 0 to 1."""
