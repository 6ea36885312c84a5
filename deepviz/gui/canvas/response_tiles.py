"""Below each card small maps of what its units answer to over two inputs, as in TensorFlow Playground; curves over one.

They are items of their own below the card, so that the course of the gradient on it stays where it is, and they are
there only while they are wanted. Pictures of the network paint them by the same function.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from deepviz.gui.amounts import counted
from deepviz.gui.canvas.bars import BarItem
from deepviz.gui.canvas.card_painter import NO_NUMBERS_BELOW
from deepviz.gui.canvas.geometry import HEIGHT, PROBLEM_LINE, WIDTH
from deepviz.gui.canvas.node_item import NodeItem
from deepviz.gui.response_curves import Heights, heights_in_words, heights_of, paint_curve, roomy
from deepviz.gui.signed_colors import image_of, signed_pixels
from deepviz.gui.theme import Theme, body_font

TILE, GAP = 18.0, 4.0
TOP = HEIGHT + 4.5
"""They begin below the ring around a selected card, and end before the middle between two rows, where connections run
that have wrapped, up to 5.5 pixels wide."""
BELOW_PORT = 4.0
"""How much farther down, where the output is at the bottom of the card."""
BAR_ROOM = 18.0
"""How much farther down, where a bar stands below the card."""
MOST_TILES = int((WIDTH + GAP) // (TILE + GAP))
"""So many find room; where there are more units, the last place says how many."""
LINE = 1.0
"""Pixels of the line of a curve."""
Face = Callable[[QPainter, QRectF], None]
AREA = QRectF(-2.0, TOP - 2.0, WIDTH + 4.0, TILE + 4.0)


def shown_of(units: int) -> int:
    """How many of so many units have a tile."""
    return units if units <= MOST_TILES else MOST_TILES - 1


class ResponseItem(QGraphicsItem):
    """The tiles of one card.

    Attributes
    ----------
    count
        How many units the layer has.
    maps
        What the units give that have a tile, shape ``(tiles, rows, columns)``, the first row the lowest; of one input
        there is a single row, and it is shown as a curve.
    layer
        Which layer they are units of, in words.
    faces
        What paints each tile.
    """

    def __init__(self, card: NodeItem) -> None:
        super().__init__(card)
        self.count = 0
        self.maps: np.ndarray = np.zeros((0, 1, 1))
        self.layer = ""
        self.faces: list[Face] = []
        self._theme: Theme | None = None
        self.setCacheMode(QGraphicsItem.CacheMode.DeviceCoordinateCache)

    def show_maps(self, maps: np.ndarray, count: int, theme: Theme, layer: str) -> None:
        """Show other maps.

        Parameters
        ----------
        maps
            What the first units give, shape ``(units, rows, columns)``, the first row the lowest.
        count
            How many units there are.
        layer
            Which layer they are units of, in words.
        """
        card = self.parentItem()
        assert isinstance(card, NodeItem)
        has_bar = any(isinstance(child, BarItem) for child in card.childItems())
        below = PROBLEM_LINE if card.face.problem else BELOW_PORT if card.face.flow == "down" else 0.0
        self.setY(below + (BAR_ROOM if has_bar else 0.0))
        self.count, self.layer, self._theme = count, layer, theme
        self.maps = maps[: shown_of(count)]
        self.faces = tile_faces(self.maps, theme)
        self.update()

    @property
    def words(self) -> str:
        """What stands in the last place: how many units have no tile."""
        return rest_in_words(self.count, len(self.faces))

    def tooltip(self, x: float) -> str:
        """What there is to say about what lies so far from the left end of the tiles."""
        number = int(x // (TILE + GAP))
        if not 0 <= number < len(self.maps):
            return f"{counted(self.count, 'unit')} of {self.layer}"
        if is_curves(self.maps):
            axis = heights_in_words(heights_of(self.maps[:, 0], True)[number])
            return (
                f"Unit {number} of {self.layer}\nIts answer along the input: orange below 0, blue above\n"
                f"From bottom to top: {axis}"
            )
        largest = float(largest_of(self.maps)[number, 0, 0])
        return (
            f"Unit {number} of {self.layer}\nIts answer over the two inputs: orange below 0, blue above\n"
            f"Full colour stands for ±{largest:.3g}"
        )

    def boundingRect(self) -> QRectF:
        return AREA

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        zoom = QStyleOptionGraphicsItem.levelOfDetailFromTransform(painter.worldTransform())
        if self._theme is None or zoom < NO_NUMBERS_BELOW:
            return
        paint_tiles(painter, self.faces, self.words, self._theme)


class ResponseTiles:
    """The tiles of a canvas, which are there only while something is shown."""

    def __init__(self) -> None:
        self._items: dict[NodeItem, ResponseItem] = {}

    @property
    def items(self) -> dict[str, ResponseItem]:
        """The tiles by the id of their card."""
        return {card.node_id: item for card, item in self._items.items()}

    def show(
        self,
        maps: Mapping[str, np.ndarray],
        counts: Mapping[str, int],
        theme: Theme,
        cards: Mapping[str, NodeItem],
        kept: frozenset[str] = frozenset(),
        layers: Mapping[str, str] | None = None,
    ) -> None:
        """Show maps at each card that has some.

        Parameters
        ----------
        maps
            By the id of a card what the first units of its layer give, shape ``(units, rows, columns)``.
        counts
            By the id of a card how many units its layer has.
        cards
            All cards there are.
        kept
            Ids of cards whose tiles stay as they are although there is nothing new.
        layers
            By the id of a card which layer its maps are of, in words; without any, that of this id.
        """
        wanted = {cards[card]: card for card in maps if card in cards}
        stay = {cards[card] for card in kept if card in cards}
        self._remove(self._items.keys() - wanted.keys() - stay)
        for card, node_id in wanted.items():
            item = self._items.get(card)
            if item is None:
                item = self._items[card] = ResponseItem(card)
            item.show_maps(maps[node_id], counts[node_id], theme, (layers or {}).get(node_id, node_id))

    def clear(self) -> None:
        """Show none."""
        self._remove(set(self._items))

    def _remove(self, cards: set[NodeItem]) -> None:
        for card in cards:
            item = self._items.pop(card)
            scene = item.scene()
            if scene is not None:  # else its card has been removed, and the tiles with it
                scene.removeItem(item)


def tile_place(number: int) -> QRectF:
    """Where a tile lies, from the card's top left corner."""
    return QRectF(number * (TILE + GAP), TOP, TILE, TILE)


def is_curves(maps: np.ndarray) -> bool:
    """Whether maps are of a single input: each is a row of numbers, and is shown as a curve."""
    return bool(maps.shape[1] == 1)


def tile_faces(maps: np.ndarray, theme: Theme) -> list[Face]:
    """What paints each tile; full colour, or the whole height, stands for the largest finite magnitude in it."""
    if is_curves(maps):
        axes = heights_of(maps[:, 0], True)
        return [
            partial(_paint_curve, curve=curve, heights=axis, theme=theme)
            for (curve,), axis in zip(maps, axes, strict=True)
        ]
    return [partial(_paint_image, image=image_of(tile)) for tile in signed_pixels(maps, largest_of(maps), theme)]


def _paint_image(painter: QPainter, place: QRectF, image: QImage) -> None:
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.drawImage(place, image)


def _paint_curve(painter: QPainter, place: QRectF, curve: np.ndarray, heights: Heights, theme: Theme) -> None:
    painter.fillRect(place, QColor(theme.panel))
    paint_curve(painter, place, curve, roomy(heights), theme, LINE)


def rest_in_words(count: int, shown: int) -> str:
    """How many of the units have no tile; empty if all have one."""
    return f"+{count - shown}" if count > shown else ""


def paint_tiles(painter: QPainter, faces: Sequence[Face], words: str, theme: Theme) -> None:
    """Paint tiles, and words in the place behind them, below a card whose top left corner is at the origin."""
    for number, paint in enumerate(faces):
        place = tile_place(number)
        paint(painter, place)
        painter.setPen(QPen(QColor(theme.outline), 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(place)
    if words:
        last = tile_place(len(faces))
        ground = QColor(theme.window)
        ground.setAlpha(225)  # a connection may pass behind
        painter.setFont(body_font(11))
        painter.fillRect(last, ground)
        painter.setPen(QColor(theme.dim))
        rest = QRectF(last.left(), last.top(), WIDTH - last.left(), TILE)
        painter.drawText(rest, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, words)


def largest_of(maps: np.ndarray) -> np.ndarray:
    """The largest finite magnitude of each map, shape ``(units, 1, 1)``: full colour stands for it."""
    sizes = np.where(np.isfinite(maps), np.abs(maps), 0.0)
    largest: np.ndarray = sizes.max(axis=(1, 2), keepdims=True, initial=0.0)
    return largest
