"""The formula of what has hyperparameters, in a place that keeps its height whatever they are set to.

A formula has more lines with momentum than without. Were its place to grow while somebody fills in a form, the fields
below would move under the pointer.
"""

from __future__ import annotations

from contextlib import suppress
from functools import lru_cache
from itertools import product

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QResizeEvent

from deepviz.engine.optimizer import Optimizer
from deepviz.gui.panels.side_panel import Words, breakable


class FormulaWords(Words):
    """Says by which formula an optimizer goes, with room for all that its kind can have."""

    def __init__(self) -> None:
        super().__init__(role="formula")
        self._kind: type[Optimizer] | None = None
        self.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)

    def show_of(self, optimizer: Optimizer) -> None:
        """Say the formula of an optimizer."""
        self.say(optimizer.written)
        if type(optimizer) is not self._kind:
            self._kind = type(optimizer)
            self._keep_room()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lines break elsewhere in another width."""
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._keep_room()

    def changeEvent(self, event: QEvent) -> None:
        """Lines are higher in another font."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._keep_room()

    def _keep_room(self) -> None:
        """Be as high as the highest formula of the kind, in the present width."""
        if self._kind is None:
            return
        margins = self.contentsMargins()
        across = self.width() - margins.left() - margins.right()
        flags = int(Qt.TextFlag.TextWordWrap) | int(Qt.AlignmentFlag.AlignLeft)
        places = (
            self.fontMetrics().boundingRect(0, 0, across, 10_000, flags, breakable(words))
            for words in formulas(self._kind)
        )
        height = max(place.height() for place in places) + margins.top() + margins.bottom()
        if height != self.minimumHeight():
            self.setMinimumHeight(height)


@lru_cache
def formulas(kind: type[Optimizer]) -> tuple[str, ...]:
    """All formulas of a kind of optimizer: with and without whatever can be switched on or is more than 0."""
    ways: dict[str, tuple[object, ...]] = {}
    for each in kind.hyperparameters():
        if each.kind == "switch":
            ways[each.name] = (False, True)
        elif each.kind == "number" and each.minimum == 0 and not each.exclusive_minimum and not each.optional:
            most = 1.0 if each.maximum is None else min(each.maximum, 1.0)
            ways[each.name] = (0.0, each.default or most / 2)
    written: dict[str, None] = {}
    for values in product(*ways.values()):
        with suppress(ValueError):  # some may exclude each other
            written[kind(**dict(zip(ways, values, strict=True))).written] = None
    return tuple(written)
