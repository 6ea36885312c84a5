"""What is wrong with a node, said in a bubble below its card, with buttons that mend it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from deepviz.document.shapes import Problem
from deepviz.gui.canvas.geometry import HEIGHT, Point

if TYPE_CHECKING:
    from deepviz.gui.canvas.view import CanvasView


def tell(view: CanvasView, node_id: str) -> None:
    """Say what is wrong with a node, and offer what would mend it. Says nothing of a node that is well."""
    problems: tuple[Problem, ...] = view.network.problems.get(node_id, ())
    if not problems:
        return
    place = view.network.places[node_id]
    point = Point(place.x, place.y + HEIGHT + 4.0)
    offers: list[tuple[str, Callable[[], None]]] = [
        (repair.label, partial(view.request, repair.label, repair.edit, point))
        for problem in problems
        for repair in problem.repairs
    ]
    text = "\n".join(problem.text for problem in problems)
    view.bubble.say(text, view.place_of(point), view.network.node_items()[node_id].face.severity, offers)
    view.message.emit(text)
