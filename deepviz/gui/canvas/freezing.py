"""Freezing layers on the canvas: training leaves them as they are. For its key, its context menu and its owner."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from deepviz.document import freezing
from deepviz.gui.canvas.menu import SEPARATOR, Entry
from deepviz.gui.canvas.words import named

if TYPE_CHECKING:
    from deepviz.gui.canvas.view import CanvasView

KEY = "Shift+F"


def toggle_frozen(view: CanvasView) -> None:
    """Ask for the selected layers to be frozen; where all of them are, to learn again. It may be done in mid-run."""
    cards = view.network.own_selected
    if not cards:
        view.say("Select the layers to freeze first: click one, or several with Ctrl.")
        return
    frozen = not freezing.are_frozen(view.folding.graph, cards)
    label = f"{'Freeze' if frozen else 'Unfreeze'} {named(view.network.graph, cards)}"
    view.request(label, partial(freezing.set_frozen, cards=cards, frozen=frozen))


def entries(view: CanvasView) -> tuple[Entry, ...]:
    """What the context menu of a card offers; nothing where no selected layer has parameters."""
    graph, cards = view.folding.graph, view.network.own_selected
    count = len(freezing.with_parameters(graph, cards))
    if not count:
        return ()
    verb = "Unfreeze" if freezing.are_frozen(graph, cards) else "Freeze"
    words = verb if count == 1 else f"{verb} {count} layers"
    return Entry(words, partial(toggle_frozen, view), KEY), SEPARATOR
