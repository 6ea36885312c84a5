"""The choice of a layer in the header of a view of one layer. It follows the card that is selected on the canvas."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QComboBox, QWidget

from deepviz.document.compile import without_loss
from deepviz.document.project import Project
from deepviz.document.repeats import unrolled
from deepviz.document.shapes import Report
from deepviz.engine.wiring import WiredNode, wired
from deepviz.gui.choice_box import ChoiceBox

WIDEST = 130


class LayerChoice(ChoiceBox):
    """A list of layers.

    Attributes
    ----------
    layers
        Those that are offered, in the order in which data flows through them.
    """

    chosen = Signal(str)
    """Somebody has chosen another layer: its id."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.layers: Sequence[WiredNode] = ()
        self.setAccessibleName("Layer")
        self.setToolTip("The layer that is shown. Selecting a card on the canvas chooses it, too")
        self.setMaximumWidth(WIDEST)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(9)
        self.activated.connect(lambda place: self.chosen.emit(self.itemData(place)))

    @property
    def node(self) -> str:
        """The id of the layer that is chosen; empty if there is none."""
        return self.currentData() or ""

    def offer(self, layers: Sequence[WiredNode], preferred: str) -> None:
        """Offer these; the chosen one stays chosen if it is among them, else `preferred` is."""
        before = self.node
        self.layers = layers
        with QSignalBlocker(self):
            self.clear()
            for each in layers:
                self.addItem(each.id, each.id)
            place = self.findData(before)
            self.setCurrentIndex(place if before and place >= 0 else self.findData(preferred))

    def forget(self) -> None:
        """Choose anew at the next offer: what was chosen belongs to another network."""
        with QSignalBlocker(self):
            self.setCurrentIndex(-1)

    def choose(self, node: str) -> bool:
        """Choose a layer without a word of it to others; whether that is another one than before."""
        place = self.findData(node)
        if place < 0 or place == self.currentIndex():
            return False
        with QSignalBlocker(self):
            self.setCurrentIndex(place)
        return True


def layers_of(project: Project, report: Report) -> list[WiredNode]:
    """The layers of a project in the order in which data flows through them; none if it cannot run."""
    if report.problems:
        return []
    return wired(without_loss(unrolled(project.graph).graph))


def nearest_before(layers: Sequence[WiredNode], node: str, fitting: Sequence[str]) -> str:
    """The layer itself if it is among the fitting ones, else the nearest of them that leads to it; empty if none."""
    sources = {each.id: each.sources for each in layers}
    here = [node] if node in sources else []
    while here:
        found = next((each for each in here if each in fitting), "")
        if found:
            return found
        here = [source for each in here for source in sources[each]]
    return ""
