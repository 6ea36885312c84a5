"""Asks what the units of the layers on the canvas answer to, and shows it on the cards, while they can be seen.

To the inspector it is one more look at the network: it has a question, and takes the answer.
"""

from __future__ import annotations

from typing import ClassVar

from PySide6.QtCore import QEvent, QObject, Signal
from PySide6.QtGui import QResizeEvent

from deepviz.datasets.prepared import PreparedData
from deepviz.document import ends
from deepviz.document.project import Project
from deepviz.document.repeats import unrolled
from deepviz.document.shapes import Report
from deepviz.gui.canvas.card_painter import NO_NUMBERS_BELOW
from deepviz.gui.canvas.geometry import card_box
from deepviz.gui.canvas.response_legend import ResponseLegend
from deepviz.gui.canvas.response_tiles import MOST_TILES, ResponseTiles
from deepviz.gui.canvas.view import CanvasView
from deepviz.gui.theme import Theme
from deepviz.insight.unit_responses import UnitResponses, UnitResponsesQuestion

RESOLUTION = 24
PLACES = 48
"""Along a single input so many places are computed; of two inputs so many columns and rows."""
MOST_CARDS = 64
"""So many cards have maps at a time, so that no answer takes long."""


class CardResponses(QObject):
    """The maps on the cards of one canvas, or the curves where there is a single input.

    Parameters
    ----------
    canvas
        Where they are shown.
    theme
        The colours to begin with.

    Attributes
    ----------
    is_live, is_paused
        As those of a `Look`: whenever the weights have changed it is to be asked again, and always follows.
    is_wanted
        Whether somebody wants to see them at all.
    step
        After which step the weights were that the maps are about; None while there are none.
    """

    is_live: ClassVar[bool] = True
    is_paused: ClassVar[bool] = False

    asked = Signal()
    """Other cards can be seen, or it is wanted now: an answer is wanted soon."""
    wanted_changed = Signal(bool)

    def __init__(self, canvas: CanvasView, theme: Theme) -> None:
        super().__init__(canvas)
        self._canvas, self._theme = canvas, theme
        self.tiles = ResponseTiles()
        self.legend = ResponseLegend(theme, canvas)
        canvas.floats.append(self.legend)
        self.is_wanted = True
        self.step: int | None = None
        self._suits = self._is_curve = False
        self._runs: dict[str, str] = {}
        self._answer: UnitResponses | None = None
        self._last: UnitResponsesQuestion | None = None
        for bar in (canvas.horizontalScrollBar(), canvas.verticalScrollBar()):
            bar.valueChanged.connect(self._look_again)
            bar.rangeChanged.connect(self._look_again)
        canvas.installEventFilter(self)

    # As a look has it

    def isVisible(self) -> bool:
        """Whether maps are to be seen: they are wanted, the data have one or two inputs, and the canvas can be seen."""
        return self.is_wanted and self._suits and self._canvas.isVisible()

    def looks(self) -> tuple[CardResponses, ...]:
        """Itself, while there is something to be asked for it."""
        return (self,) if self.isVisible() else ()

    def question(self) -> UnitResponsesQuestion | None:
        """The maps of all cards in sight; None while there are none."""
        nodes = tuple(dict.fromkeys(self._cards_in_sight().values()))
        features, resolution = ((0,), PLACES) if self._is_curve else ((0, 1), RESOLUTION)
        self._last = UnitResponsesQuestion(nodes, features, None, resolution, MOST_TILES) if nodes else None
        return self._last

    def take_answer(self, answer: UnitResponses, step: int) -> None:
        """Show an answer about the weights after a step; the inspector calls this."""
        self._answer, self.step = answer, step
        self.show_answer(answer)

    def take_refusal(self, words: str) -> None:
        """There is no answer; the inspector calls this."""
        self._forget()

    def show_answer(self, answer: UnitResponses) -> None:
        """Show maps on the cards of their layers. Those of cards that are out of sight stay as they are."""
        if not self.is_wanted or not self._suits:
            return
        cards = {card: run for card, run in self._card_runs().items() if run in answer.maps}
        maps = {card: answer.maps[run] for card, run in cards.items()}
        counts = {card: answer.counts[run] for card, run in cards.items()}
        unseen = frozenset(self.tiles.items) - frozenset(self._cards_in_sight())
        layers = {card: self._in_words(card, run) for card, run in cards.items()}
        self.tiles.show(maps, counts, self._theme, self._canvas.network.node_items(), unseen, layers)
        self.legend.show_kind(answer.is_curve)
        self.legend.stand()
        self._canvas.show_float(self.legend, bool(self.tiles.items))

    def show_progress(self, share: float) -> None:
        """Nothing to do: it never takes long."""

    def show_project(self, project: Project, data: PreparedData | None, report: Report) -> None:
        """Look at another project, or at this one after an edit."""
        self._is_curve = data is not None and data.sample_shape == (1,)
        self._suits = data is not None and data.sample_shape in ((1,), (2,)) and not report.problems
        # Of a layer that is repeated the last repetition is what leaves its card.
        self._runs = {node_id: run for run, node_id in unrolled(project.graph).origin.items()} if self._suits else {}
        if not self._suits:
            self._forget()
        self.asked.emit()

    def show_moment(self, step: int | None) -> None:
        """Show the maps of another step of the run."""
        self.asked.emit()

    # What somebody does

    def want(self, is_wanted: bool) -> None:
        """Show the maps, or not."""
        if is_wanted != self.is_wanted:
            self.is_wanted = is_wanted
            if not is_wanted:
                self._forget()
            self.wanted_changed.emit(is_wanted)
            self.asked.emit()

    def toggle(self) -> None:
        """Show the maps if they are not shown, and say so where nothing can be seen of the change."""
        self.want(not self.is_wanted)
        if self.is_wanted and not self._suits:
            words = "Response maps are shown as soon as the data have one or two inputs and the network can be run."
            self._canvas.say(words, self._canvas.seen().center, mood="")

    def apply_theme(self, theme: Theme) -> None:
        """Paint with the colours of `theme` from now on."""
        self._theme = theme
        self.legend.use_theme(theme)
        if self._answer is not None:
            self.show_answer(self._answer)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay in the corner, and ask for what has come into sight."""
        if isinstance(event, QResizeEvent):
            self.legend.stand()
            self._look_again()
        return super().eventFilter(watched, event)

    def _look_again(self) -> None:
        """Ask if other cards are in sight than before."""
        last = self._last
        if self.isVisible() and self.question() != last:
            self.asked.emit()

    def _forget(self) -> None:
        self._answer = self._last = self.step = None
        self.tiles.clear()
        self._canvas.show_float(self.legend, False)

    def _card_runs(self) -> dict[str, str]:
        """For each card that one layer's output leaves the node of the network which that is."""
        drawing = self._canvas.folding.drawing
        found = {}
        for card, members in drawing.members.items():
            attached = drawing.attached.get(card)
            node_id = attached.id if attached is not None else card
            if node_id in drawing.source.groups_by_id:
                leaving = ends.exits(drawing.source, node_id)
                node_id = leaving[0] if len(leaving) == 1 else ""
            elif node_id not in members:
                continue
            if node_id in self._runs:
                found[card] = self._runs[node_id]
        return found

    def _in_words(self, card: str, run: str) -> str:
        """Which layer the maps on a card are of: on that of a closed group its last one, of the last repetition."""
        group = self._canvas.folding.graph.groups_by_id.get(card)
        return run if group is None else f"{run}, the last layer of {group.name}"

    def _cards_in_sight(self) -> dict[str, str]:
        """Those that are large enough to see anything on them and have an output that is a row of numbers."""
        canvas = self._canvas
        if not self.isVisible() or canvas.zoom < NO_NUMBERS_BELOW:
            return {}
        seen, places, shapes = canvas.seen(), canvas.network.places, canvas.network.report.shapes
        in_sight = {
            card: run
            for card, run in self._card_runs().items()
            if card in places and len(shapes.get(card) or ()) == 1 and seen.meets(card_box(places[card]))
        }
        return dict(list(in_sight.items())[:MOST_CARDS])
