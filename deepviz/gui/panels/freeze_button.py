"""Freezes what is selected, or lets it learn again, from its page: the same as the key and the context menu do."""

from __future__ import annotations

from functools import partial

from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QPushButton

from deepviz.document import freezing
from deepviz.gui.amounts import counted
from deepviz.gui.canvas.freezing import KEY
from deepviz.gui.editor import Editor

TIP = (
    "A frozen layer computes and passes gradients on, but training leaves its parameters as they are. "
    "It may be done while training: the curves mark the step. {} on the canvas does the same."
)


class FreezeButton(QPushButton):
    """A button that says what a press does: freeze, or let learn again. Hidden where nothing has parameters.

    Parameters
    ----------
    editor
        Whose layers are frozen, undoably.
    """

    def __init__(self, editor: Editor) -> None:
        super().__init__()
        self._editor = editor
        self._cards: tuple[str, ...] = ()
        self.setProperty("field", True)
        self.setToolTip(TIP.format(QKeySequence(KEY).toString(QKeySequence.SequenceFormat.NativeText)))
        self.clicked.connect(self._press)

    def show_cards(self, cards: tuple[str, ...]) -> None:
        """Be about these cards, which exist."""
        self._cards = cards
        graph = self._editor.project.graph
        count = len(freezing.with_parameters(graph, cards))
        verb = "Unfreeze" if freezing.are_frozen(graph, cards) else "Freeze"
        about = f" {counted(count, 'layer')}" if len(cards) > 1 or count > 1 else ""
        self.setText(f"{verb}{about}")
        self.setVisible(count > 0)

    def _press(self) -> None:
        frozen = not freezing.are_frozen(self._editor.project.graph, self._cards)
        what = self._cards[0] if len(self._cards) == 1 else counted(len(self._cards), "card")
        label = f"{'Freeze' if frozen else 'Unfreeze'} {what}"
        self._editor.apply(label, partial(freezing.set_frozen, cards=self._cards, frozen=frozen))
