"""What stands below the cards of a canvas, bars and maps, as a value that a picture of the network can paint again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from PySide6.QtGui import QPainter

from deepviz.gui.canvas.bars import AREA as BAR_AREA
from deepviz.gui.canvas.bars import BarItem, paint_bar
from deepviz.gui.canvas.node_item import NodeItem
from deepviz.gui.canvas.response_tiles import AREA, ResponseItem, paint_tiles, rest_in_words, tile_faces
from deepviz.gui.theme import Theme


@dataclass(frozen=True, eq=False)
class BelowCard:
    """What stands below one card.

    Attributes
    ----------
    share, text, bar_y
        The length of its bar, from 0 to 1, the number beside it (without one there is no bar), and how much lower than
        usual it lies.
    maps, count, maps_y
        Its maps, shape ``(tiles, rows, columns)``, of how many units there are, and how much lower than usual they lie.
    """

    share: float = 0.0
    text: str = ""
    bar_y: float = 0.0
    maps: np.ndarray = field(default_factory=lambda: np.zeros((0, 1, 1)))
    count: int = 0
    maps_y: float = 0.0

    @property
    def bottom(self) -> float:
        """How far down from the top of the card it reaches."""
        bar = BAR_AREA.bottom() + self.bar_y if self.text else 0.0
        return max(bar, AREA.bottom() + self.maps_y if len(self.maps) else 0.0)


def below_cards(cards: Mapping[str, NodeItem]) -> dict[str, BelowCard]:
    """What stands below each card that has anything there, by the id of the card."""
    found = {}
    for node_id, card in cards.items():
        children = card.childItems()
        bar = next((each for each in children if isinstance(each, BarItem)), None)
        tiles = next((each for each in children if isinstance(each, ResponseItem)), None)
        if bar is None and tiles is None:
            continue
        share, text, bar_y = (0.0, "", 0.0) if bar is None else (bar.share, bar.text, bar.y())
        if tiles is None:
            found[node_id] = BelowCard(share, text, bar_y)
        else:
            found[node_id] = BelowCard(share, text, bar_y, tiles.maps, tiles.count, tiles.y())
    return found


def paint_below(painter: QPainter, below: BelowCard, theme: Theme) -> None:
    """Paint what stands below a card whose top left corner is at the origin."""
    if below.text:
        painter.save()
        painter.translate(0.0, below.bar_y)
        paint_bar(painter, below.share, below.text, theme)
        painter.restore()
    if len(below.maps):
        painter.save()
        painter.translate(0.0, below.maps_y)
        faces = tile_faces(below.maps, theme)
        paint_tiles(painter, faces, rest_in_words(below.count, len(faces)), theme)
        painter.restore()
