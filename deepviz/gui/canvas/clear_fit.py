"""How a network is fitted into its view so that what floats there, such as legends, lies on no card of it.

Where there is too little room for both, the network comes first.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from deepviz.gui.canvas.geometry import Box, Point

MARGIN = 36.0
"""Pixels left free around a fitted network."""
BESIDE = 6.0
"""Pixels between a card and what floats."""
BELOW_CARD = 26.0
"""In scene units: as far below a card its maps reach."""
LEAST_ROOM = 0.4
"""Of the height of the view, what is left to the network at least."""


@dataclass(frozen=True)
class Fit:
    """A way to look at a network.

    Attributes
    ----------
    zoom
        How large it is seen, 1.0 for 100 %.
    middle
        Where in the view the middle of the network comes to lie, in pixels.
    """

    zoom: float
    middle: Point


def clear_fit(
    content: Box,
    cards: Collection[Box],
    size: tuple[float, float],
    floats: Collection[Box],
    zooms: tuple[float, float],
) -> Fit:
    """Fit a network into a view.

    Parameters
    ----------
    content
        The box around everything, in scene units.
    cards
        The boxes of the cards, in scene units.
    size
        Width and height of the view in pixels.
    floats
        Where something floats, in pixels.
    zooms
        The smallest and the largest zoom.
    """
    plain = _fit(content, size, MARGIN, MARGIN, zooms)
    above = below = MARGIN
    found = plain
    for _ in range(2 * len(floats)):
        covered = [each for each in floats if _meets_any(each, cards, content, found)]
        if not covered:
            return found
        for each in covered:
            if each.center.y < size[1] / 2:
                above = max(above, each.bottom + BESIDE)
            else:
                below = max(below, size[1] - each.top + BESIDE + BELOW_CARD * zooms[1])
        if size[1] - above - below < LEAST_ROOM * size[1]:
            return plain
        found = _fit(content, size, above, below, zooms)
    return found


def _fit(content: Box, size: tuple[float, float], above: float, below: float, zooms: tuple[float, float]) -> Fit:
    width, height = size[0] - 2 * MARGIN, size[1] - above - below
    zoom = max(zooms[0], min(zooms[1], width / content.width, height / content.height))
    # In the middle of the whole view, unless that has too little room on one side.
    half = zoom * content.height / 2
    return Fit(zoom, Point(size[0] / 2, max(min(size[1] / 2, size[1] - below - half), above + half)))


def _meets_any(floating: Box, cards: Iterable[Box], content: Box, fit: Fit) -> bool:
    """Whether something that floats comes too near to a card, or to what is shown below it."""
    x, y = content.center
    seen = Box(
        x + (floating.left - BESIDE - fit.middle.x) / fit.zoom,
        y + (floating.top - BESIDE - fit.middle.y) / fit.zoom - BELOW_CARD,
        x + (floating.right + BESIDE - fit.middle.x) / fit.zoom,
        y + (floating.bottom + BESIDE - fit.middle.y) / fit.zoom,
    )
    return any(seen.meets(card) for card in cards)
