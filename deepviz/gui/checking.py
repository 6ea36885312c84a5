"""What the live check shows beyond the cards: the list of problems and the way through it, costs, and bars.

It holds the parts that show them, and passes on to them what the editor and the run have to say.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import cast

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QDockWidget

from deepviz.document import ends
from deepviz.document.costs import QUANTITIES, Costs, NodeCosts, Quantity
from deepviz.document.problems import Problem
from deepviz.gui.amounts import short_bytes, short_count
from deepviz.gui.canvas import complaints
from deepviz.gui.canvas.bars import Bars
from deepviz.gui.canvas.bars_button import BarsButton
from deepviz.gui.canvas.gradients import magnitude
from deepviz.gui.canvas.view import CanvasView
from deepviz.gui.cost_watch import CostWatch
from deepviz.gui.editor import Editor
from deepviz.gui.main_window import MainWindow
from deepviz.gui.panels.problems import ProblemsButton, ProblemsPanel
from deepviz.gui.settings import BARS, BARS_LOG, Settings
from deepviz.gui.theme import Theme

FIRST_HEIGHT = 176
"""Pixels that the list is high when it is first opened."""


class Checking(QObject):
    """The list of problems, the costs, and the bars of one window.

    Parameters
    ----------
    readiness
        The button that opens and closes the list.
    window
        Where the list has its place.

    Attributes
    ----------
    panel, dock
        The list, and its place in the window.
    watch
        Keeps the costs known.
    bars, bars_button
        The bars on the canvas, and what chooses them.
    """

    node_wanted = Signal(str)
    """Sent with the id of a node that somebody wants to go to from the list."""

    def __init__(
        self, editor: Editor, canvas: CanvasView, readiness: ProblemsButton, window: MainWindow, settings: Settings,
        theme: Theme,
    ) -> None:  # fmt: skip
        super().__init__(window)
        self._editor, self._canvas, self._settings, self._theme = editor, canvas, settings, theme
        self.panel = ProblemsPanel(editor, theme)
        self.dock: QDockWidget = window.add_dock("Problems", self.panel)
        self.watch = CostWatch(editor, self)
        self.bars, self.bars_button = Bars(), BarsButton(theme, canvas)
        canvas.floats.append(self.bars_button)
        self._window, self._was_open = window, False
        self._current: Problem | None = None
        readiness.clicked.connect(self.toggle_list)
        self.panel.closed.connect(self.close_list)
        self.panel.node_wanted.connect(self.node_wanted)
        self.bars_button.quantity_chosen.connect(self._choose_quantity)
        self.bars_button.scale_chosen.connect(self._choose_scale)
        self.show_bars()

    @property
    def costs(self) -> Costs:
        """What the network costs, as far as is known now."""
        return self.watch.costs

    def use_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self._theme = theme
        self.panel.apply_theme(theme)
        self.bars_button.use_theme(theme)
        self.show_bars()

    def shut_down(self) -> None:
        """Find nothing out any more."""
        self.watch.shut_down()

    # Problems

    def toggle_list(self) -> None:
        """Open the list of problems, or close it."""
        if self.dock.isVisible():
            self.close_list()
        else:
            self._open_list()
            self.panel.take_keyboard()

    def _open_list(self) -> None:
        """Show the list, the first time with room for two problems or so if it is alone at the bottom."""
        self.dock.show()
        if not self._was_open and not self._window.shows_views:
            self._window.resizeDocks([self.dock], [FIRST_HEIGHT], Qt.Orientation.Vertical)
        self._was_open = True

    def close_list(self) -> None:
        """Close the list, and give the keyboard to the canvas if it was there."""
        focused = self.panel.window().focusWidget()
        had_focus = focused is not None and self.panel.isAncestorOf(focused)
        self.dock.hide()
        if had_focus:
            self._canvas.setFocus(Qt.FocusReason.OtherFocusReason)

    def go_to_next(self, step: int = 1) -> None:
        """Go to the next problem (to the one before with -1), round and round, and say at its node what is wrong."""
        problems = self._editor.report.remarks
        if not problems:
            self._canvas.message.emit("No problems.")
            return
        places = [number for number, problem in enumerate(problems) if problem == self._current]
        before = places[0] if places else -1 if step > 0 else 0
        self._current = problems[(before + step) % len(problems)]
        card = next(iter(self._canvas.folding.cards_of((self._current.node_id,))), None)
        if card is None:
            self._open_list()
            self.panel.show_current(self._current)
            return
        self._canvas.setFocus(Qt.FocusReason.OtherFocusReason)
        self._canvas.go_to(card)
        complaints.tell(self._canvas, card)

    # Costs

    def show_costs(self) -> None:
        """Let the canvas know what its cards cost."""
        costs, cards = self.costs, self._canvas.network.graph.by_id
        if self._canvas.network.graph is self._editor.project.graph:
            self._canvas.network.costs = costs.nodes
        else:
            by_quantity = {quantity: self._of_cards(quantity) for quantity in QUANTITIES}
            self._canvas.network.costs = {
                card: NodeCosts(**{quantity: found.get(card) for quantity, found in by_quantity.items()})
                for card in cards
            }
        self.show_bars()

    def _of_cards(self, quantity: Quantity) -> dict[str, int]:
        """A quantity by card; of a card that stands for several layers what they take together."""
        # Of the graph that is drawn now: while an edit is under way, the project is a step ahead of the canvas.
        values, graph = self.costs.of(quantity), self._canvas.folding.graph
        found = {}
        for card in self._canvas.network.graph.by_id:
            if card not in graph.by_id and card not in graph.groups_by_id:
                continue  # the canvas hears of an edit a little later
            # What leaves a card leaves its last layers; all else is the sum over its layers.
            shown = ends.exits(graph, card) if quantity == "outputs" else ends.members(graph, card)
            known = [values[node_id] for node_id in shown if node_id in values]
            if known and len(known) == len(shown):
                found[card] = sum(known)
        return found

    # Bars

    def show_bars(self) -> None:
        """Show the bars that are wanted, with the values of now."""
        quantity, is_log = self._settings.get(BARS), self._settings.get(BARS_LOG)
        if quantity == "none":
            self.bars.clear()
            self.bars_button.show_choice("none", self.bars.scale, "", "")
            return
        words: Callable[[float], str] = short_bytes if quantity == "stored" else short_count
        words = magnitude if quantity == "gradient" else words
        self.bars.show(self._values(quantity), words, self._theme, self._canvas.network.node_items(), is_log)
        scale = self.bars.scale
        self.bars_button.show_choice(quantity, scale, words(scale.low), words(scale.high) if scale.high else "")

    def follow_gradients(self) -> None:
        """The gradients on the canvas are others."""
        if self._settings.get(BARS) == "gradient":
            self.show_bars()

    def _values(self, quantity: str) -> Mapping[str, float]:
        """The values to show, by card."""
        if quantity == "gradient":
            picture = self._canvas.network.gradients
            norms = {} if picture is None else picture.nodes
            return {card: norm for card, norm in norms.items() if norm is not None and math.isfinite(norm)}
        return self._of_cards(cast(Quantity, quantity))

    def _choose_quantity(self, quantity: str) -> None:
        self._settings.set(BARS, quantity)
        self.show_bars()

    def _choose_scale(self, is_log: bool) -> None:
        self._settings.set(BARS_LOG, is_log)
        self.show_bars()
